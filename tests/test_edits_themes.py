"""What researchers decide about themes, and taking it back."""

from __future__ import annotations

import pytest

from coding.edits import apply_edits, redo, undo
from coding.edits.codebook import RetireCode
from coding.edits.themes import BringThemeBack, MakeThemeCode, MergeTheme, RenameTheme, SetThemeAside, theme_name
from coding.errors import EditError
from coding.roles import CoderRole
from coding.store import Project
from tests.themed import set_themes


@pytest.fixture
def themed(study) -> Project:
    set_themes(study)
    return study


def do(project, operation):
    return apply_edits(project, [operation], coder="Ada")


def test_a_theme_becomes_a_code_with_quotations_as_examples(themed):
    do(
        themed,
        MakeThemeCode("run-0", "Rings their own help line", "Calls as a customer would.", ("She rang.",), "people"),
    )
    code = themed.codebook()["rings-their-own-help-line"]
    assert (code.definition, code.examples, code.parent) == ("Calls as a customer would.", ("She rang.",), "people")
    decision = themed.theme_decisions()["run-0"]
    assert (decision.state, decision.code_id, decision.coder) == ("code", code.id, "Ada")


def test_undo_takes_code_and_decision_away_together_and_redo_brings_them_back(themed):
    before = themed.codebook()
    do(themed, MakeThemeCode("run-0", "Rings"))
    undo(themed, coder="Ada")
    assert themed.codebook() == before
    assert themed.theme_decisions() == {}
    redo(themed, coder="Ada")
    assert "rings" in themed.codebook()
    assert themed.theme_decisions()["run-0"].state == "code"


def test_a_theme_goes_into_a_code_and_adds_only_new_examples(themed):
    had = themed.codebook()["tells-early"].examples
    do(themed, MergeTheme("run-1", "tells-early", (had[0], "She wrote the same  evening.", " ")))
    assert themed.codebook()["tells-early"].examples == (*had, "She wrote the same evening.")
    assert themed.theme_decisions()["run-1"].code_id == "tells-early"
    undo(themed, coder="Ada")
    assert themed.codebook()["tells-early"].examples == had


def test_a_theme_in_a_code_is_in_no_other(themed):
    do(themed, MakeThemeCode("run-0", "Rings"))
    for other in (MakeThemeCode("run-0", "Again"), MergeTheme("run-0", "tells-early"), SetThemeAside("run-0", "x")):
        with pytest.raises(EditError, match="is in the code Rings already"):
            do(themed, other)


def test_a_theme_is_free_again_when_its_code_retires(themed):
    do(themed, MakeThemeCode("run-0", "Rings"))
    do(themed, RetireCode("rings"))
    do(themed, MergeTheme("run-0", "tells-early"))
    assert themed.theme_decisions()["run-0"].state == "merged"


def test_a_theme_is_set_aside_with_a_reason_and_taken_up_again(themed):
    do(themed, SetThemeAside("run-0", " Small  talk "))
    assert themed.theme_decisions()["run-0"].reason == "Small talk"
    do(themed, BringThemeBack("run-0"))
    assert themed.theme_decisions() == {}
    assert do(themed, BringThemeBack("run-0")) == ()


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "a\x00b"])
def test_a_reason_is_needed_and_can_be_read(themed, reason):
    with pytest.raises(EditError):
        do(themed, SetThemeAside("run-0", reason))


def test_a_name_stays_beside_other_decisions(themed):
    do(themed, RenameTheme("run-0", "Help lines"))
    do(themed, SetThemeAside("run-0", "Known"))
    do(themed, BringThemeBack("run-0"))
    assert theme_name(themed, "run-0") == "Help lines"
    do(themed, RenameTheme("run-0", ""))
    assert theme_name(themed, "run-0") == "Phones 0"
    assert themed.theme_decisions() == {}


def test_a_theme_that_is_not_there_is_refused(themed):
    with pytest.raises(EditError, match="no such theme"):
        do(themed, RenameTheme("gone", "x"))
    with pytest.raises(EditError, match="no code"):
        do(themed, MergeTheme("run-0", "gone"))


def test_decided_themes_stay_when_others_are_found(themed):
    do(themed, RenameTheme("run-0", "Help lines"))
    set_themes(themed, run="next")
    assert themed.themes().id == "next"
    assert themed.theme_runs() == ["next", "run"]
    assert theme_name(themed, "run-0") == "Help lines"


def test_researchers_decide_about_themes():
    assert {one.needs for one in (RenameTheme, MakeThemeCode, MergeTheme, SetThemeAside, BringThemeBack)} == {
        CoderRole.RESEARCHER
    }
