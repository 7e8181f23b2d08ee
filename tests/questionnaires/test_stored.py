import json

import pytest

from coding.cli import main
from coding.edits import apply_edits, redo, undo
from coding.edits.survey import ImportSurvey, RemoveSurvey, SetItem, confirm_items
from coding.errors import EditError
from coding.questionnaires import Item, Respondent, Survey, stored_survey
from tests.small import ROOT

SURVEY = Survey(
    "Leaders",
    (Item("q1", "Tried it.", "tries-service", False, 1, 3, ("never", "at times", "always"), True), Item("q2", "Told.")),
    (Respondent("R1", (("q1", 3.0), ("q2", 5.0)), (("sector", "bank"),)), Respondent("R2", (("q2", 1.0),))),
)


@pytest.fixture
def surveyed(study):
    apply_edits(study, [ImportSurvey(SURVEY)], coder="Ada")
    return study


def test_a_survey_is_stored_as_it_was_read(surveyed):
    assert stored_survey(surveyed) == SURVEY


def test_a_project_without_one_has_none(study):
    assert stored_survey(study) is None
    assert apply_edits(study, [RemoveSurvey()], coder="Ada") == ()


def test_import_can_be_undone_and_done_again(surveyed):
    undo(surveyed, coder="Ada")
    assert stored_survey(surveyed) is None
    redo(surveyed, coder="Ada")
    assert stored_survey(surveyed) == SURVEY


def test_a_second_survey_takes_the_place_of_the_first_only_when_told(surveyed):
    other = Survey("Other", (Item("x", "x"),), (Respondent("R1", (("x", 1.0),)),))
    with pytest.raises(EditError, match="has a survey already"):
        apply_edits(surveyed, [ImportSurvey(other)], coder="Ada")
    apply_edits(surveyed, [ImportSurvey(other, replace=True)], coder="Ada")
    assert stored_survey(surveyed) == other
    undo(surveyed, coder="Ada")
    assert stored_survey(surveyed) == SURVEY


def test_the_same_again_changes_nothing(surveyed):
    assert apply_edits(surveyed, [ImportSurvey(SURVEY, replace=True)], coder="Ada") == ()


def test_an_item_is_confirmed_by_a_person(surveyed):
    apply_edits(surveyed, [SetItem("q2", "tells-early", reversed=True)], coder="Ben")
    item = stored_survey(surveyed)["q2"]
    assert (item.code_id, item.reversed, item.confirmed) == ("tells-early", True, True)
    assert surveyed.edits()[-1].summary == "Item q2: Tells customers early, reversed"
    assert apply_edits(surveyed, [SetItem("q2", "tells-early", reversed=True)], coder="Ben") == ()
    undo(surveyed, coder="Ben")
    assert stored_survey(surveyed) == SURVEY


def test_a_proposal_waits_for_a_person(surveyed):
    apply_edits(surveyed, [SetItem("q2", "tells-early", confirm=False)], coder="Ada")
    assert not stored_survey(surveyed)["q2"].confirmed
    assert stored_survey(surveyed)["q2"].code_id == "tells-early"


def test_confirming_all_touches_those_that_wait(surveyed):
    apply_edits(surveyed, confirm_items(stored_survey(surveyed).items), coder="Ada")
    assert all(item.confirmed for item in stored_survey(surveyed).items)
    assert confirm_items(stored_survey(surveyed).items) == []


@pytest.mark.parametrize(
    ("operation", "word"),
    [
        (SetItem("gone", None), "no item 'gone'"),
        (SetItem("q2", "gone"), "no code 'gone'"),
        (ImportSurvey(Survey("Empty")), "needs items and respondents"),
    ],
)
def test_what_cannot_be_is_refused(surveyed, operation, word):
    with pytest.raises(EditError, match=word):
        apply_edits(surveyed, [operation], coder="Ada")
    assert stored_survey(surveyed) == SURVEY


def test_it_can_be_taken_out(surveyed):
    apply_edits(surveyed, [RemoveSurvey()], coder="Ada")
    assert stored_survey(surveyed) is None


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "s.sqlite"
    main(["codebook", "set", str(path), str(ROOT / "codebook.yaml"), "--by", "Ada"])
    return path


def test_the_example_survey_by_command(book, capsys):
    folder = ROOT / "transcripts"
    main(
        ["survey", "import", str(book), str(folder / "survey.csv"), "--mapping", str(folder / "survey.yaml"), "--json"]
    )
    text = capsys.readouterr().out
    found = json.loads(text[text.index("{") :])
    assert (found["respondents"], found["items"], found["mapped"], found["notes"]) == (120, 34, 34, [])
    main(["survey", "show", str(book), "--json"])
    shown = json.loads(capsys.readouterr().out)
    assert len(shown["behaviours"]) == 28
    assert all(0.6 < scale["alpha"] < 0.95 for scale in shown["scales"] if scale["items"] > 4)
    main(["survey", "show", str(book)])
    assert "Close to the customer, 8 items" in capsys.readouterr().out


def test_the_example_survey_is_what_its_script_makes(tmp_path, monkeypatch):
    import runpy
    import shutil

    for name in ("transcripts/make_survey.py", "transcripts/survey.yaml", "codebook.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    runpy.run_path(str(tmp_path / "transcripts" / "make_survey.py"), run_name="__main__")
    assert (tmp_path / "transcripts/survey.csv").read_bytes() == (ROOT / "transcripts/survey.csv").read_bytes()


def test_without_a_survey_the_command_says_so(book, capsys):
    with pytest.raises(SystemExit):
        main(["survey", "show", str(book)])
    assert "has no survey" in capsys.readouterr().err


def test_proposals_are_written_as_a_mapping(study, tmp_path, capsys):
    out, answers = tmp_path / "map.yaml", tmp_path / "a.csv"
    answers.write_text("id,q1\nText,Told customers early what had gone wrong.\n1,4\n2,5\n", encoding="utf-8")
    main(["survey", "propose", str(study.path), str(answers), "--out", str(out)])
    assert "tells-early" in out.read_text(encoding="utf-8")
    main(["survey", "import", str(study.path), str(answers), "--mapping", str(out), "--by", "Ada"])
    assert stored_survey(study)["q1"].confirmed
    main(["survey", "propose", str(study.path), str(answers)])
    assert "column: q1" in capsys.readouterr().out
