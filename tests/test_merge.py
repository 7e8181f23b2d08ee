"""Copies of a project come together again: all edits, none twice, the same whichever way round."""

import json
import shutil
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coding.cli import main
from coding.edits import (
    AddCoding,
    AssignSpeaker,
    ChangeCoding,
    MarkReviewed,
    RejectSuggestion,
    RemoveCoding,
    SetRole,
    WriteMemo,
    apply_edits,
    redo,
    undo,
)
from coding.edits.codebook import AddCode, ChangeCode, MoveCode, RetireCode
from coding.edits.segments import MergeSegments, SplitSegment
from coding.errors import CodingError, EditError, ProjectError
from coding.merge import merge_project
from coding.model import Role, Segment, Valence, tick
from coding.store import Project
from coding.store.decisions import KEYS
from coding.store.joining import ALONG
from tests.small import make_transcript

TABLES = (*KEYS, "turns", "coders")


def whole(project):
    """Return everything a project holds but embeddings and suggestions, without the order in the file."""
    found = {name: project._query(f'SELECT * FROM "{name}"') for name in TABLES}
    found = {name: sorted(json.dumps(row, sort_keys=True) for row in rows) for name, rows in found.items()}
    found["edits"] = [(clock, edit) for clock, edit in project.stamped()]
    found["order"] = [info.id for info in project.transcripts()], project.coders()
    return found


def place(project, at=1, transcript=0):
    info = project.transcripts()[transcript]
    segment = project.segments(info.id)[at]
    return segment.transcript_id, segment.start_char, segment.end_char


@pytest.fixture
def copies(study, tmp_path):
    """Return two copies of a study that have the same past."""
    apply_edits(study, [AddCoding(*place(study), "tries-service")], coder="Ada")
    study.copy_to(tmp_path / "other.sqlite")
    with Project.open(tmp_path / "other.sqlite") as other:
        yield study, other


def both_ways(one, two, folder):
    """Merge each into a copy of the other, twice, and return what stands; it has to be the same."""
    results, reports = [], []
    for number, (into, source) in enumerate([(one, two), (two, one)]):
        target = folder / f"merged{number}.sqlite"
        target.unlink(missing_ok=True)
        into.copy_to(target)
        with Project.open(target) as merged:
            reports.append(merge_project(merged, source.path, by="Ada"))
            first = whole(merged)
            again = merge_project(merged, source.path, by="Ada")
            assert not again.anything
            assert whole(merged) == first
            results.append(first)
    assert results[0] == results[1]
    return results[0], reports[0]


def test_what_each_copy_has_is_in_both(copies, tmp_path):
    one, two = copies
    apply_edits(one, [AddCoding(*place(one, 2), "tries-service"), MarkReviewed(*place(one, 2))], coder="Ada")
    apply_edits(two, [AddCoding(*place(two, 4), "tells-early"), WriteMemo("project", "Mine")], coder="Bob")
    undo(two, coder="Bob")
    redo(two, coder="Bob")
    two.add_transcript(make_transcript(name="more"), [], by="Bob")
    expected = len(one.edits()) + 6
    report = merge_project(one, two.path, by="Ada")
    assert (report.edits, report.own, report.transcripts, report.coders) == (6, 2, ("more",), 1)
    assert not report.conflicts
    assert len(one.edits()) == expected
    assert {(c.coder, c.code_id) for c in one.codings()} == {
        ("Ada", "tries-service"),
        ("Bob", "tells-early"),
    }
    assert len(one.codings()) == 3
    assert [memo.text for memo in one.memos()] == ["Mine"]
    assert len(one.turns(one.transcripts()[1].id)) == 5
    assert len(one.speakers(one.transcripts()[1].id)) == 3


def test_the_later_of_two_changes_stands_and_both_are_named(copies, tmp_path):
    one, two = copies
    coding = one.codings()[0].id
    apply_edits(one, [ChangeCoding(coding, valence=Valence.LACKING)], coder="Ada")
    apply_edits(two, [ChangeCoding(coding, valence=Valence.UNCLEAR)], coder="Ada")
    merged, report = both_ways(one, two, tmp_path)
    assert json.loads(merged["codings"][0])["valence"] == "unclear"
    [conflict] = report.conflicts
    assert "(unclear)" in conflict.stands
    assert "(lacking)" in conflict.gives_way
    assert "gives way, and stays in the history: Ada, 20" in str(report)


def test_the_same_decision_twice_is_one_and_no_contradiction(copies, tmp_path):
    one, two = copies
    for copy in copies:
        apply_edits(copy, [AddCoding(*place(copy, 4), "tells-early"), MarkReviewed(*place(copy, 4))], coder="Ada")
        apply_edits(copy, [RejectSuggestion(*place(copy, 3), "tells-early", score=0.2)], coder="Ada")
    merged, report = both_ways(one, two, tmp_path)
    assert len(merged["codings"]) == 2
    assert not report.conflicts
    assert len(merged["edits"]) == len(one.edits()) + 3


def test_undone_in_both_copies_can_be_followed_by_more_undoing(copies, tmp_path):
    one, two = copies
    for copy in copies:
        undo(copy, coder="Ada")
    merge_project(one, two.path, by="Ada")
    assert one.codings() == []
    apply_edits(one, [WriteMemo("project", "x")], coder="Ada")
    undo(one, coder="Ada")
    assert one.memos() == []
    redo(one, coder="Ada")
    assert [memo.text for memo in one.memos()] == ["x"]


def test_segments_cut_in_two_ways_never_overlap(copies, tmp_path):
    one, two = copies
    transcript, start, end = place(one, 1)
    apply_edits(one, [SplitSegment(transcript, start, end, start + 20)], coder="Ada")
    apply_edits(two, [SplitSegment(transcript, start, end, start + 40)], coder="Bob")
    merged, report = both_ways(one, two, tmp_path)
    rows = sorted((r["start_char"], r["end_char"]) for r in map(json.loads, merged["segments"]))
    assert all(before[1] <= after[0] for before, after in pairwise(rows))
    assert len(rows) == 6
    [conflict] = report.conflicts
    assert conflict.reason == "the segments had been cut in another way"
    assert conflict.gives_way.startswith("Bob")


def test_codes_never_stand_below_themselves(copies, tmp_path):
    one, two = copies
    apply_edits(one, [AddCode("Alpha", parent="people"), AddCode("Beta", parent="people")], coder="Ada")
    merge_project(two, one.path, by="Ada")
    ids = {code.name: code.id for code in one.codebook().codes}
    apply_edits(one, [MoveCode(ids["Alpha"], ids["Beta"])], coder="Ada")
    apply_edits(two, [MoveCode(ids["Beta"], ids["Alpha"])], coder="Bob")
    _, report = both_ways(one, two, tmp_path)
    assert "a code would stand below itself" in {conflict.reason for conflict in report.conflicts}
    merge_project(one, two.path, by="Ada")
    parents = {code.id: code.parent for code in one.codebook().codes}
    assert (parents[ids["Alpha"]], parents[ids["Beta"]]) == (ids["Beta"], "people")


def test_a_code_retired_by_one_and_used_by_the_other_is_named(copies, tmp_path):
    one, two = copies
    apply_edits(one, [RetireCode("tells-early")], coder="Ada")
    apply_edits(two, [AddCoding(*place(two, 4), "tells-early")], coder="Bob")
    _, report = both_ways(one, two, tmp_path)
    assert report.notes == (
        "1 coding has the code “Tells customers early”, which is no longer in the codebook; recode or restore it.",
    )


def test_a_transcript_imported_into_both_is_one(copies, tmp_path):
    one, two = copies
    told = make_transcript(name="more")
    one.add_transcript(told, [Segment(told.id, t.index, t.start_char, t.end_char) for t in told.turns], by="Ada")
    two.add_transcript(told, [Segment(told.id, 1, told.turns[1].start_char, told.turns[1].start_char + 30)], by="Bob")
    apply_edits(two, [SetRole(next(iter(two.speakers(told.id).values())).id, Role.PARTICIPANT)], coder="Bob")
    both_ways(one, two, tmp_path)
    merge_project(one, two.path, by="Ada")
    assert len(one.transcripts()) == 2
    assert len(one.segments(told.id)) == 5
    assert next(iter(one.speakers(told.id).values())).role is Role.PARTICIPANT


def test_another_study_is_refused_and_nothing_changes(copies, tmp_path):
    one, _ = copies
    with Project.open(tmp_path / "stranger.sqlite", create=True) as stranger:
        stranger.add_transcript(make_transcript(name="elsewhere"), [], by="Eve")
    before = whole(one)
    with pytest.raises(EditError, match="another study"):
        merge_project(one, tmp_path / "stranger.sqlite", by="Ada")
    (tmp_path / "junk.sqlite").write_bytes(b"no database at all, but long enough to be read as something" * 20)
    with pytest.raises(ProjectError):
        merge_project(one, tmp_path / "junk.sqlite", by="Ada")
    assert whole(one) == before


def test_one_transcript_with_and_without_names_is_refused(study, tmp_path):
    import dataclasses

    told = study.transcript(study.transcripts()[0].id)
    with Project.open(tmp_path / "o.sqlite", create=True) as other:
        other.add_transcript(dataclasses.replace(told, text=told.text.replace("Ruth", "P001")), [], by="Eve")
    with pytest.raises(EditError, match="with different words"):
        merge_project(study, tmp_path / "o.sqlite", by="Ada")


def test_the_history_is_in_the_order_of_time_and_the_merge_is_noted(copies):
    one, two = copies
    apply_edits(two, [WriteMemo("project", "first")], coder="Bob")
    apply_edits(one, [WriteMemo("code:tells-early", "second")], coder="Ada")
    merge_project(one, two.path, by="Ada")
    assert [edit.coder for edit in one.edits(last=2)] == ["Bob", "Ada"]
    [record] = one.merges()
    assert (record.by, record.file, record.edits) == ("Ada", "other.sqlite", 1)


def test_a_clock_that_was_set_back_does_not_turn_the_order_round(study, monkeypatch):
    apply_edits(study, [WriteMemo("project", "one")], coder="Ada")
    monkeypatch.setattr("coding.edits.utc_now", lambda: "2020-01-01T00:00:00.000000Z")
    apply_edits(study, [WriteMemo("project", "two")], coder="Ada")
    clocks = [clock for clock, _ in study.stamped()]
    assert clocks == sorted(set(clocks))
    assert [edit.at[:4] for edit in study.edits(last=1)] == ["2020"]
    assert tick("", "2026-03-02T10:00:00.000000Z") == "2026-03-02T10:00:00.000000Z"


def test_every_table_is_brought_along_or_made_anew(project):
    """A new table has to be thought of here: who merges must not lose it."""
    made = {row["name"] for row in project._query("SELECT name FROM sqlite_master WHERE type = 'table'")}
    own = {"_sqlite_migrations", "sqlite_sequence", "codebooks"}
    again = {"suggestions", "acts"}
    along = {"turns", "embeddings", "coders", "edits", "merges", *KEYS, *ALONG}
    assert made - own - again - along == set()


def test_the_command_reports_and_refuses_in_one_line(copies, capsys):
    one, two = copies
    apply_edits(two, [WriteMemo("project", "Mine")], coder="Bob")
    main(["merge", str(one.path), str(two.path), "--by", "Ada"])
    assert "1 edit came from other.sqlite; 0 only this copy had." in capsys.readouterr().out
    main(["merge", str(one.path), str(two.path), "--by", "Ada", "--json"])
    assert json.loads(capsys.readouterr().out)["edits"] == 0
    with pytest.raises(SystemExit):
        main(["merge", str(one.path), str(one.path.with_name("missing.sqlite")), "--by", "Ada"])
    assert len(capsys.readouterr().err.splitlines()) == 1


OPERATIONS = st.lists(
    st.tuples(st.integers(0, 11), st.sampled_from(["Ada", "Bob"]), st.integers(0, 9)), min_size=0, max_size=7
)


def act(project, kind, coder, at):
    """Do one of the things that people do; what does not fit at the moment is left out."""
    info = project.transcripts()[0]
    segments = project.segments(info.id)
    segment = segments[at % len(segments)]
    here = (info.id, segment.start_char, segment.end_char)
    codings = project.codings(coder=coder)
    codes = [code.id for code in project.codebook().codable]
    code = codes[at % len(codes)] if codes else "none"
    people = project.participants()
    coding = codings[at % len(codings)].id if codings else "none"
    operations = [
        AddCoding(*here, code),
        RemoveCoding(coding),
        ChangeCoding(coding, valence=list(Valence)[at % 3]),
        ChangeCoding(coding, code_id=code),
        MarkReviewed(*here),
        WriteMemo("project", f"note {at}"),
        SplitSegment(*here, segment.start_char + 6 + at),
        MergeSegments(*here),
        ChangeCode(code, definition=f"definition {at}"),
        SetRole(people[at % len(people)].id, list(Role)[at % 2]),
        AssignSpeaker(info.id, "Bob", people[at % len(people)].id),
    ]
    try:
        if kind == 11:
            undo(project, coder=coder)
        else:
            apply_edits(project, [operations[kind]], coder=coder)
    except CodingError:
        pass


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(before=OPERATIONS, here=OPERATIONS, there=OPERATIONS, third=OPERATIONS)
def test_any_order_gives_the_same(sentence_study, tmp_path, before, here, there, third):
    paths = [tmp_path / f"copy{number}.sqlite" for number in range(4)]
    for path in tmp_path.glob("copy*"):
        path.unlink()
    sentence_study.copy_to(paths[0])
    with Project.open(paths[0]) as first:
        for step in before:
            act(first, *step)
    for path in paths[1:]:
        shutil.copy(paths[0], path)
    for path, steps in zip(paths, (here, there, third), strict=False):
        with Project.open(path) as copy:
            for step in steps:
                act(copy, *step)
    results = []
    for number, order in enumerate([(0, 1, 2), (2, 1, 0), (1, 2, 0)]):
        target = tmp_path / f"copy-result{number}.sqlite"
        shutil.copy(paths[order[0]], target)
        with Project.open(target) as merged:
            for other in order[1:]:
                merge_project(merged, paths[other], by="Ada")
            results.append(whole(merged))
            assert merged._query("PRAGMA foreign_key_check") == []
    assert results[0] == results[1] == results[2]
