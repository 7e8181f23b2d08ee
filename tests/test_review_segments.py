"""Segments are cut anew by edits, and rejections taken back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.edits import AddCoding, RejectSuggestion, apply_edits, undo
from coding.edits.segments import MergeSegments, SplitSegment, WithdrawRejection
from coding.errors import EditError
from coding.store import Project
from tests.small import make_transcript


def places(project):
    return [(s.turn, s.start_char, s.end_char) for s in project.segments()]


def test_a_segment_is_split_at_white_space(study):
    second = study.segments()[1]
    text = study.text(second.transcript_id)
    at = text.index("Nobody else")
    apply_edits(study, [SplitSegment(second.transcript_id, second.start_char, second.end_char, at)], coder="Ada")
    parts = [text[s.start_char : s.end_char] for s in study.segments() if s.turn == second.turn]
    assert parts == [
        "She rang her own help line every Monday morning, to hear how long it took.",
        "Nobody else did that.",
    ]


def test_a_split_and_its_merge_are_what_was_before(study):
    before = places(study)
    second = study.segments()[1]
    cut = SplitSegment(second.transcript_id, second.start_char, second.end_char, second.start_char + 8)
    apply_edits(study, [cut], coder="Ada")
    first = study.segments()[1]
    apply_edits(study, [MergeSegments(first.transcript_id, first.start_char, first.end_char)], coder="Ada")
    assert places(study) == before


def test_a_merge_does_not_cross_turns(study):
    first = study.segments()[0]
    with pytest.raises(EditError, match="last segment of its turn"):
        apply_edits(study, [MergeSegments(first.transcript_id, first.start_char, first.end_char)], coder="Ada")


@pytest.mark.parametrize("away", [0, -5, 10_000])
def test_a_cut_outside_is_refused(study, away):
    s = study.segments()[1]
    with pytest.raises(EditError):
        apply_edits(
            study, [SplitSegment(s.transcript_id, s.start_char, s.end_char, max(0, s.start_char + away))], coder="Ada"
        )


def test_a_segment_that_is_gone_is_refused(study):
    s = study.segments()[1]
    cut = SplitSegment(s.transcript_id, s.start_char, s.end_char, s.start_char + 8)
    apply_edits(study, [cut], coder="Ada")
    with pytest.raises(EditError, match="no longer there"):
        apply_edits(study, [cut], coder="Ben")


def test_codings_keep_their_place(study):
    s = study.segments()[1]
    apply_edits(study, [AddCoding(s.transcript_id, s.start_char, s.end_char, "tries-service")], coder="Ada")
    before = study.codings()
    apply_edits(study, [SplitSegment(s.transcript_id, s.start_char, s.end_char, s.start_char + 8)], coder="Ada")
    assert study.codings() == before


def test_a_rejection_is_taken_back_once(study):
    s = study.segments()[1]
    place = (s.transcript_id, s.start_char, s.end_char, "tries-service")
    apply_edits(study, [RejectSuggestion(*place)], coder="Ada")
    assert apply_edits(study, [WithdrawRejection(*place)], coder="Ben") == ()
    assert len(apply_edits(study, [WithdrawRejection(*place)], coder="Ada")) == 1
    assert study.rejections() == []
    assert apply_edits(study, [WithdrawRejection(*place)], coder="Ada") == ()


@settings(deadline=None)
@given(st.data())
def test_any_cut_is_undone_by_one_undo(tmp_path_factory, data):
    transcript = make_transcript()
    words = transcript.turns[2]
    with Project.open(tmp_path_factory.mktemp("cut") / "s.sqlite", create=True) as project:
        from coding.model import Segment

        segment = Segment(transcript.id, 2, words.start_char, words.end_char)
        project.add_transcript(transcript, [segment], by="Ada")
        at = data.draw(st.integers(words.start_char + 1, words.end_char - 1))
        apply_edits(project, [SplitSegment(transcript.id, segment.start_char, segment.end_char, at)], coder="Ada")
        parts = project.segments()
        assert len(parts) == 2
        assert all(transcript.text[s.start_char : s.end_char].strip() for s in parts)
        assert all(s.start_char < s.end_char for s in parts)
        assert not transcript.text[parts[0].end_char : parts[1].start_char].strip()
        undo(project, coder="Ada")
        assert project.segments() == [segment]
