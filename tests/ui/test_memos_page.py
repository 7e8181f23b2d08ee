import json

from coding.edits import AddCoding, MarkReviewed, WriteMemo, apply_edits
from coding.store import Project
from tests.ui.conftest import HOSTILE


def items(at):
    sheets = [json.loads(part.proto.json) for part in at.get("bidi_component")]
    return [item for sheet in sheets for block in sheet.get("blocks", []) for item in block.get("items", [])]


def note_some(path):
    with Project.open(path) as project:
        segment = project.segments()[1]
        place = (segment.transcript_id, segment.start_char, segment.end_char)
        apply_edits(project, [AddCoding(*place, "calls-back", memo="Ask Femi")], coder="Ben")
        apply_edits(project, [WriteMemo(f"flag:segment:{segment.key}", "flagged")], coder="Ada")
        apply_edits(project, [WriteMemo("project", HOSTILE[0])], coder="Ada")


def test_a_study_without_memos_says_how_to_write_one(run, study):
    at = run(study, "memos")
    assert "key m writes one" in at.info[0].value
    at.text_area[0].input("Begin with group 2")
    next(button for button in at.button if button.label == "Keep" and "memo-form" in button.form_id).click().run()
    assert [item["memo"] for item in items(at)] == ["Begin with group 2"]


def test_memos_are_listed_found_and_removed(run, study):
    note_some(study)
    at = run(study, "memos")
    assert [(item["head"], item["memo"]) for item in items(at)] == [
        ("The project", HOSTILE[0]),
        ("Calls back in person, in Retail", "Ask Femi"),
        ("Flagged for discussion, in Retail", ""),
    ]
    assert [[deed["name"] for deed in item["deeds"]] for item in items(at)] == [
        ["remove"],
        ["open", "code"],
        ["open", "remove"],
    ]
    at.text_input(key="memo-words").set_value("femi").run()
    assert [item["memo"] for item in items(at)] == ["Ask Femi"]
    at.text_input(key="memo-words").set_value("nothing like this").run()
    assert at.info[0].value == "No memo fits these choices."


def test_the_flag_of_a_person_is_taken_away_and_comes_back_by_undo(run, study):
    note_some(study)
    at = run(study, "memos")
    flag = next(item for item in items(at) if item["head"].startswith("Flagged"))
    at.session_state["focus_memo_deed"] = ("remove", flag["id"])
    at.run()
    assert not any(item["head"].startswith("Flagged") for item in items(at))
    at.button(key="undo-memos").click().run()
    assert any(item["head"].startswith("Flagged") for item in items(at))


def test_who_reviews_blind_sees_only_their_own_memos(run, study):
    note_some(study)
    with Project.open(study) as project:
        project.set_setting("review.blind.Ada", "1")
    at = run(study, "memos")
    assert "Ask Femi" not in [item["memo"] for item in items(at)]
    assert "blind" in at.info[0].value
    at = run(study, "codebook", code="calls-back")
    assert "Nothing has been coded with this code yet." in [text.value for text in at.text]
    with Project.open(study) as project:
        segment = project.segments()[1]
        apply_edits(project, [MarkReviewed(segment.transcript_id, segment.start_char, segment.end_char)], coder="Ada")
    assert "Ask Femi" in [item["memo"] for item in items(run(study, "memos"))]
