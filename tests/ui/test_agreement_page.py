import pytest

from coding.edits import AddCoding, MarkReviewed, apply_edits
from coding.store import Project
from tests.ui.conftest import HOSTILE


@pytest.fixture(autouse=True)
def quiet_footer(monkeypatch):
    """Leave out what loads the language model; it is tested with the session."""
    monkeypatch.setattr("coding.ui.session.assistant_ready", lambda path, *, blind=False: True)


def code_all(path, coder, code_id, turns=(1, 2, 3, 4, 5)):
    with Project.open(path) as project:
        segments = [s for s in project.segments() if s.turn]
        operations = [MarkReviewed(s.transcript_id, s.start_char, s.end_char) for s in segments]
        operations += [
            AddCoding(segments[at].transcript_id, segments[at].start_char, segments[at].end_char, code_id)
            for at in turns
        ]
        apply_edits(project, operations, coder=coder)


def lines(at):
    return [item.value for item in (*at.info, *at.text)]


def test_without_a_project_the_page_says_where_to_open_one(run):
    assert any("No project is open" in line for line in lines(run(None, "agreement")))


def test_without_codings_the_page_says_so(run, study):
    at = run(study, "agreement")
    assert any("Nobody has coded" in line for line in lines(at))
    assert not at.dataframe


def test_one_coder_alone_is_told(run, study):
    code_all(study, "Ada", "calls-back")
    assert any("one coder only" in line for line in lines(run(study, "agreement")))


def test_two_coders_are_compared_and_the_unit_can_be_chosen(run, study):
    code_all(study, "Ada", "calls-back")
    code_all(study, "Ben", "calls-back", turns=(1, 2, 3, 4))
    at = run(study, "agreement")
    assert "segments" in at.selectbox(key="agreement-compared").options[0]
    overall = at.dataframe[0].value.set_index("Coefficient")
    assert overall.loc["Krippendorff's alpha", "Value"].startswith(".")
    assert at.dataframe[1].value["Coded by Ben"].tolist() == [4]
    at.selectbox(key="agreement-unit").set_value("turn").run()
    assert "turns" in at.selectbox(key="agreement-compared").options[0]


def test_codes_can_be_chosen_by_their_group(run, study):
    code_all(study, "Ada", "calls-back")
    code_all(study, "Ben", "open-in-a-crisis")
    at = run(study, "agreement")
    at.multiselect(key="agreement-codes").set_value(["closeness"]).run()
    assert at.dataframe[1].value["Code"].tolist() == ["Calls back in person", "Meets customers"]


def test_names_are_shown_as_typed(run, hostile_study):
    with Project.open(hostile_study) as project:
        segments = project.segments()
    for coder in (HOSTILE[0], HOSTILE[2]):
        with Project.open(hostile_study) as project:
            places = [(s.transcript_id, s.start_char, s.end_char) for s in segments]
            operations = [MarkReviewed(*place) for place in places]
            operations += [AddCoding(*place, "code-0") for place in places[:2]]
            apply_edits(project, operations, coder=coder)
    at = run(hostile_study, "agreement")
    assert HOSTILE[0] in at.selectbox(key="agreement-compared").options[0]
    assert not any(HOSTILE[2] in item.value for item in at.markdown)
