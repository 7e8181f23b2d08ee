"""The history is found by coder, code, transcript and day, and any past state can be looked at."""

from datetime import date

from coding.edits import AddCoding, WriteMemo, apply_edits
from coding.store import Project


def two_edits(path):
    with Project.open(path) as project:
        segment = project.segments()[1]
        place = (segment.transcript_id, segment.start_char, segment.end_char)
        code = project.codebook().codable[0]
        first = apply_edits(project, [AddCoding(*place, code.id)], coder="Ada")[0]
        apply_edits(project, [WriteMemo("project", "Later")], coder="Ben")
        return code, first


def summaries(at):
    return list(at.dataframe[0].value["Edit"])


def test_edits_are_found_by_code_and_day(run, study):
    code, first = two_edits(study)
    at = run(study, "history")
    at.selectbox(key="history-code").set_value(code.id).run()
    assert first.summary in summaries(at)
    assert not any("Later" in text for text in summaries(at))
    at.selectbox(key="history-code").set_value(None).run()
    at.date_input(key="history-days").set_value((date(2001, 1, 1), date(2001, 1, 2))).run()
    assert [info.value for info in at.info] == ["No edit fits these choices."]


def test_the_past_is_shown_on_every_page_until_somebody_goes_back(run, study):
    two_edits(study)
    at = run(study, "history")
    at.date_input(key="back-day").set_value(date.today())
    next(button for button in at.button if button.label == "Look back" and button.form_id).click().run()
    assert not at.exception
    assert "as it was on" in at.warning[0].value
    assert len(summaries(at)) == len(Project.open(study).edits())
    at.switch_page("coding/ui/pages/codebook.py").run()
    assert not at.exception
    assert "as it was on" in at.warning[0].value
    at.button(key="back-to-now").click().run()
    assert not at.warning
    with Project.open(study) as project:
        assert project.past == ""


def test_looking_before_the_beginning_says_why_not(run, study):
    at = run(study, "history")
    at.date_input(key="back-day").set_value(date(2001, 1, 1))
    next(button for button in at.button if button.label == "Look back" and button.form_id).click().run()
    assert "choose a later one" in at.error[0].value


def test_the_methods_section_is_written(run, study):
    two_edits(study)
    at = run(study, "history")
    at.button(key="methods-write").click().run(timeout=60)
    assert not at.exception
    assert any("The material is" in text.value for text in at.markdown)
