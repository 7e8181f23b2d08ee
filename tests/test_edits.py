import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coding.edits import (
    AddCoding,
    ChangeCoding,
    MarkReviewed,
    RejectSuggestion,
    RemoveCoding,
    Reopen,
    SetAttributes,
    SetCodebook,
    SetRole,
    WriteMemo,
    apply_edits,
    quote,
    redo,
    undo,
)
from coding.errors import EditError, ProjectError
from coding.model import Code, Origin, Role, Valence
from coding.store import Project
from tests.small import CODEBOOK, make_transcript


def span(study, turn):
    transcript = study.transcript(study.transcripts()[0].id)
    chosen = transcript.turns[turn]
    return transcript.id, chosen.start_char, chosen.end_char


def state(project):
    """Return everything that coders decided, to compare."""
    return (
        project.codings(),
        project.rejections(),
        project.reviews(),
        project.memos(),
        project.codebook(),
        project.participants(),
    )


def test_a_coding_keeps_who_when_and_where(study):
    place = span(study, 1)
    edit = apply_edits(study, [AddCoding(*place, "tries-service", valence=Valence.SHOWN)], coder="Ada")[0]
    coding = study.codings()[0]
    assert (coding.transcript_id, coding.start_char, coding.end_char) == place
    assert (coding.coder, coding.origin, coding.codebook_version) == ("Ada", Origin.OWN, "1")
    assert edit.at == coding.created_at
    assert edit.summary == "Coded “She rang her own help line every Monday morning…” as Tries the service"


def test_a_quotation_is_the_slice_at_its_offsets(study, transcript):
    start = transcript.text.index("😀")
    apply_edits(study, [AddCoding(transcript.id, start, start + 8, "tells-early")], coder="Ada")
    coding = study.codings()[0]
    assert study.text(transcript.id)[coding.start_char : coding.end_char] == "😀 He had"
    assert quote(study, transcript.id, start, start + 1) == "😀"


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (4, 4), (9, 4), (0, 10**6), (5, 6)])
def test_a_place_without_words_is_refused(study, transcript, start, end):
    with pytest.raises(EditError):
        apply_edits(study, [AddCoding(transcript.id, start, end, "tells-early")], coder="Ada")
    assert study.codings() == []


@pytest.mark.parametrize(("code", "word"), [("no-such-code", "there is no code"), ("people", "group of codes")])
def test_a_code_that_cannot_be_applied_is_refused(study, code, word):
    with pytest.raises(EditError, match=word):
        apply_edits(study, [AddCoding(*span(study, 1), code)], coder="Ada")


def test_an_unknown_transcript_is_refused(study):
    with pytest.raises(ProjectError, match="no transcript"):
        apply_edits(study, [AddCoding("nothing", 0, 1, "tells-early")], coder="Ada")


def test_the_same_coding_twice_is_one(study):
    for _ in range(2):
        apply_edits(study, [AddCoding(*span(study, 1), "tells-early")], coder="Ada")
    assert len(study.codings()) == 1


def test_two_coders_are_two_rows(study):
    for coder in ("Ada", "Ben"):
        apply_edits(study, [AddCoding(*span(study, 1), "tells-early")], coder=coder)
    assert [coding.coder for coding in study.codings()] == ["Ada", "Ben"]


def test_nobody_changes_the_coding_of_somebody_else(study):
    apply_edits(study, [AddCoding(*span(study, 1), "tells-early")], coder="Ada")
    coding = study.codings()[0]
    for operation in (RemoveCoding(coding.id), ChangeCoding(coding.id, memo="x")):
        with pytest.raises(EditError, match="Ada's"):
            apply_edits(study, [operation], coder="Ben")
    assert study.codings() == [coding]


def test_a_failing_operation_takes_the_whole_act_back(study):
    with pytest.raises(EditError):
        apply_edits(
            study, [AddCoding(*span(study, 1), "tells-early"), AddCoding(*span(study, 1), "no-such-code")], coder="Ada"
        )
    assert study.codings() == []


def test_the_same_batch_twice_is_one_act(study):
    for code in ("tells-early", "tries-service"):
        apply_edits(study, [AddCoding(*span(study, 1), code)], coder="Ada", batch="b1")
    assert [coding.code_id for coding in study.codings()] == ["tells-early"]


def test_an_accepted_suggestion_that_is_changed_says_so(study):
    suggested = AddCoding(*span(study, 1), "tells-early", origin=Origin.ACCEPTED, score=0.4, probability=0.7)
    apply_edits(study, [suggested], coder="Ada")
    coding = study.codings()[0]
    apply_edits(study, [ChangeCoding(coding.id, valence=Valence.LACKING)], coder="Ada")
    assert study.codings()[0].origin is Origin.ACCEPTED
    apply_edits(study, [ChangeCoding(coding.id, code_id="tries-service")], coder="Ada")
    assert study.codings()[0] == replace(
        coding, code_id="tries-service", valence=Valence.LACKING, origin=Origin.CHANGED
    )


def test_an_edit_holds_its_inverse(study):
    apply_edits(study, [AddCoding(*span(study, 1), "tells-early")], coder="Ada")
    change = study.edits(kind="add-coding")[0].changes[0]
    assert change.before is None
    assert change.inverse.after is None
    assert change.inverse.inverse == change


def test_undo_takes_back_one_act_at_a_time_and_redo_brings_it_again(study):
    apply_edits(study, [AddCoding(*span(study, 1), "tells-early")], coder="Ada")
    apply_edits(study, [RejectSuggestion(*span(study, 2), "tells-early"), MarkReviewed(*span(study, 2))], coder="Ada")
    after = state(study)
    undo(study, coder="Ada")
    assert (study.rejections(), study.reviews(), len(study.codings())) == ([], [], 1)
    undo(study, coder="Ada")
    assert study.codings() == []
    redo(study, coder="Ada")
    redo(study, coder="Ada")
    assert state(study) == after
    assert redo(study, coder="Ada") == ()


def test_a_new_act_closes_the_way_to_redo(study):
    apply_edits(study, [AddCoding(*span(study, 1), "tells-early")], coder="Ada")
    undo(study, coder="Ada")
    apply_edits(study, [WriteMemo("project", "x")], coder="Ada")
    assert redo(study, coder="Ada") == ()
    undo(study, coder="Ada")
    assert redo(study, coder="Ada")[0].summary == "Redo: Memo on the project: “x”"


def test_undo_works_after_the_project_was_closed(study):
    apply_edits(study, [AddCoding(*span(study, 1), "tells-early")], coder="Ada")
    with Project.open(study.path) as again:
        undo(again, coder="Ada")
        assert again.codings() == []


def test_undo_is_each_coders_own(study):
    apply_edits(study, [WriteMemo("project", "mine")], coder="Ada")
    apply_edits(study, [WriteMemo("project", "yours")], coder="Ben")
    undo(study, coder="Ada")
    assert [memo.text for memo in study.memos()] == ["yours"]


def test_an_act_of_somebody_else_cannot_be_undone(study):
    edit = apply_edits(study, [WriteMemo("project", "mine")], coder="Ada")[0]
    with pytest.raises(EditError, match="no such act of yours"):
        undo(study, coder="Ben", batch=edit.batch)


def test_an_act_that_was_built_upon_cannot_be_undone_alone(study):
    first = apply_edits(study, [AddCoding(*span(study, 1), "tells-early")], coder="Ada")[0]
    apply_edits(study, [ChangeCoding(study.codings()[0].id, memo="why")], coder="Ada")
    with pytest.raises(EditError, match="changed in the meantime"):
        undo(study, coder="Ada", batch=first.batch)
    assert study.codings()[0].memo == "why"


def test_undo_leaves_nothing_out_of_the_history(study):
    apply_edits(study, [WriteMemo("project", "x")], coder="Ada")
    undo(study, coder="Ada")
    assert [edit.kind for edit in study.edits(coder="Ada")][-2:] == ["write-memo", "undo"]
    assert study.edits()[-1].undoes == study.edits()[-2].batch


def test_with_nothing_done_there_is_nothing_to_undo(project):
    assert undo(project, coder="Ada") == ()
    assert redo(project, coder="Ada") == ()


def test_a_finished_stretch_can_be_reopened(study):
    apply_edits(study, [MarkReviewed(*span(study, 1), blind=True)], coder="Ada")
    assert study.reviews()[0].blind == 1
    apply_edits(study, [Reopen(*span(study, 1))], coder="Ada")
    assert study.reviews() == []
    assert apply_edits(study, [Reopen(*span(study, 1))], coder="Ada") == ()


def test_an_empty_memo_is_none(study):
    apply_edits(study, [WriteMemo("project", "x")], coder="Ada")
    apply_edits(study, [WriteMemo("project", " ")], coder="Ada")
    assert study.memos() == []


def test_a_code_taken_out_of_the_codebook_keeps_its_codings(study):
    apply_edits(study, [AddCoding(*span(study, 1), "tells-early")], coder="Ada")
    smaller = replace(CODEBOOK, version="2", codes=CODEBOOK.codes[:-1])
    apply_edits(study, [SetCodebook(smaller)], coder="Ada")
    assert study.codebook() == smaller
    assert study.codings()[0].code_id == "tells-early"
    assert study.retired_codes()["tells-early"].name == "Tells customers early"
    apply_edits(study, [RemoveCoding(study.codings()[0].id)], coder="Ada")
    undo(study, coder="Ada")
    undo(study, coder="Ada")
    assert study.codebook() == CODEBOOK


def test_a_codebook_in_force_is_set_once(study):
    assert apply_edits(study, [SetCodebook(CODEBOOK)], coder="Ada") == ()


def test_roles_and_attributes_are_edits(study):
    person = study.participants()[1]
    apply_edits(study, [SetRole(person.id, Role.MODERATOR)], coder="Ada")
    apply_edits(study, [SetAttributes(person.id, (("sector", "rail"),))], coder="Ada")
    assert study.participants()[1].role is Role.MODERATOR
    assert study.participants()[1].attributes == (("sector", "rail"),)
    undo(study, coder="Ada")
    undo(study, coder="Ada")
    assert study.participants()[1] == person


@pytest.mark.parametrize("operation", [SetRole("none", Role.MODERATOR), SetAttributes("none", ())])
def test_an_unknown_participant_is_refused(study, operation):
    with pytest.raises(EditError, match="no participant"):
        apply_edits(study, [operation], coder="Ada")


def test_many_writers_at_once_lose_nothing(study):
    place = span(study, 1)

    def work(coder):
        with Project.open(study.path) as project:
            for number in range(20):
                apply_edits(project, [WriteMemo(f"note:{number}", coder)], coder=coder)

    threads = [threading.Thread(target=work, args=(f"coder {n}",)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(study.memos()) == 100
    assert len(study.edits(kind="write-memo")) == 100
    assert place


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["add", "remove", "change", "reject", "review", "reopen", "memo", "undo", "redo", "codebook"]),
        st.integers(0, 4),
        st.sampled_from(["tries-service", "tells-early"]),
        st.sampled_from(["Ada", "Ben"]),
    ),
    max_size=25,
)


def act(project, kind, turn, code, coder):
    place = span(project, turn)
    mine = project.codings(coder=coder)
    some = mine[turn % len(mine)].id if mine else "none"
    other = replace(CODEBOOK, version=str(turn), codes=(*CODEBOOK.codes, Code(f"extra-{turn}", "Extra")))
    operations = {
        "add": AddCoding(*place, code),
        "remove": RemoveCoding(some),
        "change": ChangeCoding(some, code_id=code, valence=Valence.LACKING),
        "reject": RejectSuggestion(*place, code),
        "review": MarkReviewed(*place),
        "reopen": Reopen(*place),
        "memo": WriteMemo(f"code:{code}", str(turn)),
        "codebook": SetCodebook(other),
    }
    try:
        if kind == "undo":
            undo(project, coder=coder)
        elif kind == "redo":
            redo(project, coder=coder)
        else:
            apply_edits(project, [operations[kind]], coder=coder)
    except EditError:
        pass


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=OPERATIONS)
def test_undo_all_is_as_if_nothing_had_been_done_and_redo_all_as_if_nothing_undone(acts, tmp_path_factory):
    path = tmp_path_factory.mktemp("p") / "s.sqlite"
    with Project.open(path, create=True) as project:
        apply_edits(project, [SetCodebook(CODEBOOK)], coder="Setup")
        project.add_transcript(make_transcript(), [], by="Setup")
        before = state(project)
        for kind, turn, code, _ in acts:
            act(project, kind, turn, code, "Ada")
        after = state(project)
        count = 0
        while undo(project, coder="Ada"):
            count += 1
        assert state(project)[:5] == before[:5]
        for _ in range(count):
            assert redo(project, coder="Ada")
        redone = state(project)
        assert redone[0] == after[0]
        assert redone[1:] == after[1:]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=OPERATIONS)
def test_the_edits_alone_tell_the_whole_state(acts, tmp_path_factory):
    path = tmp_path_factory.mktemp("p") / "s.sqlite"
    with Project.open(path, create=True) as project:
        apply_edits(project, [SetCodebook(CODEBOOK)], coder="Setup")
        project.add_transcript(make_transcript(), [], by="Setup")
        for step in acts:
            act(project, *step)
        rows = {}
        for edit in project.edits():
            for change in edit.changes:
                assert rows.get((change.table, change.key)) == change.before
                rows[change.table, change.key] = change.after
        for (table, key), row in rows.items():
            assert project.row(table, key) == row
