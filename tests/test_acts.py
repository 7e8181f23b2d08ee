"""Which act is next to undo or redo, and what cannot be taken back by itself."""

import sqlite3
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coding.edits import AddCoding, RejectSuggestion, SetCodebook, WriteMemo, apply_edits, redo, undo
from coding.edits.codebook import AddCode
from coding.errors import EditError
from coding.model import Code
from coding.store import Project
from tests.small import CODEBOOK, make_transcript

NEW = Code("rings-in", "Rings in")


def place(study, number=1):
    segment = study.segments()[number]
    return segment.transcript_id, segment.start_char, segment.end_char


def read_all(project, coder, *, undone=False):
    """Say which act is next by reading every edit of a coder."""
    done, taken_back, targets = [], [], {}
    for edit in project.edits(coder=coder):
        batch, target = edit.batch, edit.undoes
        if batch in targets or not edit.changes:
            continue
        targets[batch] = target
        if target is None:
            done.append(batch)
            taken_back.clear()
        elif targets[target] is None:
            done.remove(target)
            taken_back.append(batch)
        else:
            taken_back.remove(target)
            done.append(targets[target])
    stack = taken_back if undone else done
    return stack[-1] if stack else None


STEPS = st.lists(
    st.tuples(st.sampled_from(["do", "two", "undo", "redo"]), st.sampled_from(["Ada", "Ben"])), max_size=14
)


def walk(project, steps):
    for number, (step, coder) in enumerate(steps):
        if step == "undo":
            undo(project, coder=coder)
        elif step == "redo":
            redo(project, coder=coder)
        else:
            memos = [WriteMemo(f"code:{coder}-{number}-{i}", "x") for i in range(1 if step == "do" else 2)]
            apply_edits(project, memos, coder=coder)


def next_acts(project):
    return [project.last_open_batch(coder, undone=back) for coder in ("Ada", "Ben") for back in (False, True)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_next_act_is_the_one_that_reading_all_edits_tells(steps, tmp_path_factory):
    with Project.open(tmp_path_factory.mktemp("p") / "s.sqlite", create=True) as project:
        walk(project, steps)
        assert next_acts(project) == [read_all(project, c, undone=u) for c in ("Ada", "Ben") for u in (False, True)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_a_project_of_an_older_version_knows_its_acts_once_it_is_opened(steps, tmp_path_factory):
    path = tmp_path_factory.mktemp("p") / "s.sqlite"
    with Project.open(path, create=True) as project:
        walk(project, steps)
        wanted, rows = next_acts(project), [project.acts(coder, last=99) for coder in ("Ada", "Ben")]
    older = sqlite3.connect(path)
    older.executescript("DROP TRIGGER edits_add_up_to_acts; DROP TABLE acts;")
    older.execute("DELETE FROM _sqlite_migrations WHERE name = 'm010_acts'")
    older.commit()
    older.close()
    with Project.open(path) as project:
        assert next_acts(project) == wanted
        assert [project.acts(coder, last=99) for coder in ("Ada", "Ben")] == rows


def test_undo_goes_on_where_it_was_after_a_restart(study):
    for number in range(3):
        apply_edits(study, [WriteMemo(f"code:{number}", "x")], coder="Ada")
    undo(study, coder="Ada")
    with Project.open(study.path) as again:
        undo(again, coder="Ada")
        assert [memo.target for memo in again.memos()] == ["code:0"]
        redo(again, coder="Ada")
        redo(again, coder="Ada")
        assert len(again.memos()) == 3


def test_an_act_of_some_kinds_is_found_behind_others(study):
    apply_edits(study, [WriteMemo("project", "x")], coder="Ada", batch="memo")
    apply_edits(study, [AddCode(NEW.name)], coder="Ada")
    assert study.last_open_batch("Ada", kinds={"write-memo"}) == "memo"
    assert study.last_open_batch("Ada", kinds={"split-segment"}) is None


def test_an_act_is_known_by_its_undo_and_redo(study):
    apply_edits(study, [WriteMemo("project", "x")], coder="Ada", batch="memo")
    back = undo(study, coder="Ada")[0].batch
    assert not study.act(back).standing
    again = redo(study, coder="Ada")[0].batch
    assert study.act(again) == study.act("memo")
    assert study.act("memo").standing
    assert study.act("nothing such") is None


def test_what_was_done_again_is_taken_back_as_the_act_itself(study):
    apply_edits(study, [WriteMemo("project", "x")], coder="Ada", batch="memo")
    undo(study, coder="Ada")
    again = redo(study, coder="Ada")[0].batch
    undo(study, coder="Ada", batch=again)
    assert study.memos() == []
    assert study.last_open_batch("Ada") != "memo"


# a new code -----------------------------------------------------------------------------------------------------------


def in_palette(study):
    """Make a code and code with it as one act, as the palette does."""
    book = study.codebook()
    wanted = [SetCodebook(replace(book, codes=(*book.codes, NEW))), AddCoding(*place(study), NEW.id)]
    apply_edits(study, wanted, coder="Ada", batch="palette")


def on_the_codebook_page(study):
    apply_edits(study, [AddCode(NEW.name)], coder="Ada", batch="palette")


def test_a_new_code_goes_with_the_coding_that_it_was_made_for(study):
    in_palette(study)
    undo(study, coder="Ada", batch="palette")
    assert NEW.id not in study.codebook()
    assert study.codings() == []
    redo(study, coder="Ada")
    assert [c.code_id for c in study.codings()] == [NEW.id]


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda study: [AddCoding(*place(study, 2), NEW.id)], "1 coding"),
        (lambda study: [RejectSuggestion(*place(study, 2), NEW.id)], "1 rejected suggestion"),
        (lambda study: [WriteMemo(f"code:{NEW.id}", "Why?")], "1 memo"),
        (lambda study: [AddCode("Below", parent=NEW.id)], "1 code"),
        (lambda study: [AddCoding(*place(study, n), NEW.id) for n in (2, 3)], "2 codings"),
    ],
    ids=["coding", "rejection", "memo", "code below", "codings"],
)
@pytest.mark.parametrize(
    "make", [in_palette, lambda study: apply_edits(study, [AddCode(NEW.name)], coder="Ada", batch="palette")]
)
def test_a_new_code_stays_while_others_use_it_and_the_message_says_what_to_do(study, make, use, words):
    make(study)
    apply_edits(study, use(study), coder="Ben")
    before = (study.codebook(), study.codings(), study.rev())
    with pytest.raises(EditError, match=rf"“Rings in” cannot be taken back: {words} use it .* retire the code"):
        undo(study, coder="Ada", batch="palette")
    assert (study.codebook(), study.codings(), study.rev()) == before
    undo(study, coder="Ben")
    undo(study, coder="Ada", batch="palette")
    assert NEW.id not in study.codebook()


def test_a_coding_does_not_come_back_without_its_code(study):
    apply_edits(study, [AddCode(NEW.name)], coder="Ada")
    apply_edits(study, [AddCoding(*place(study), NEW.id)], coder="Ben")
    undo(study, coder="Ben")
    undo(study, coder="Ada")
    with pytest.raises(EditError, match="make it again first"):
        redo(study, coder="Ben")
    assert study.codings() == []


def test_many_edits_of_one_act_are_one_act(tmp_path):
    with Project.open(tmp_path / "s.sqlite", create=True) as project:
        apply_edits(project, [SetCodebook(CODEBOOK)], coder="Ada")
        project.add_transcript(make_transcript(), [], by="Ada")
        apply_edits(project, [WriteMemo(f"code:{n}", "x") for n in range(50)], coder="Ada", batch="many")
        assert project.act("many").edits == 50
        assert len(project.batch("many", first=3)) == 3
        undo(project, coder="Ada")
        assert project.memos() == []
