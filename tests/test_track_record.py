import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.edits import AddCoding, RejectSuggestion, apply_edits, undo
from coding.model import Origin
from coding.track_record import Tally, read_track_record, share


def place(study, turn):
    transcript = study.transcript(study.transcripts()[0].id)
    chosen = transcript.turns[turn]
    return transcript.id, chosen.start_char, chosen.end_char


def decide(study, *operations, coder="Ada"):
    for operation in operations:
        apply_edits(study, [operation], coder=coder)


def test_what_became_of_suggestions_is_counted_by_code_and_coder(study):
    decide(
        study,
        AddCoding(*place(study, 1), "tries-service", origin=Origin.ACCEPTED),
        RejectSuggestion(*place(study, 2), "tries-service"),
        AddCoding(*place(study, 2), "tells-early", origin=Origin.CHANGED),
        AddCoding(*place(study, 3), "tells-early"),
    )
    decide(study, AddCoding(*place(study, 4), "tells-early", origin=Origin.BLIND), coder="Ben")
    record = read_track_record(study)
    assert record.whole == Tally(accepted=1, changed=1, rejected=1, own=1, blind=1)
    assert dict(record.by_code)["tries-service"] == Tally(accepted=1, rejected=1)
    assert dict(record.by_coder)["Ben"] == Tally(blind=1)
    assert read_track_record(study, coder="Ben").whole == Tally(blind=1)
    assert (record.whole.precision.hits, record.whole.precision.of) == (1, 2)
    assert (record.whole.help.hits, record.whole.help.of) == (1, 3)


def test_what_was_undone_does_not_count(study):
    decide(study, AddCoding(*place(study, 1), "tries-service", origin=Origin.ACCEPTED))
    undo(study, coder="Ada")
    assert read_track_record(study).whole.decisions == 0


def test_time_runs_in_spans_of_decisions(study):
    decide(study, *(RejectSuggestion(*place(study, turn), "tells-early") for turn in range(5)))
    assert [tally.rejected for tally in read_track_record(study, span=2).over_time] == [2, 2, 1]
    assert [tally.rejected for tally in read_track_record(study, span=4).over_time] == [5]
    assert read_track_record(study, span=100).over_time == (Tally(rejected=5),)


def test_with_nothing_decided_there_are_no_shares(study):
    record = read_track_record(study)
    assert record.over_time == ()
    assert (record.whole.precision, record.whole.help) == (None, None)


@pytest.mark.parametrize(("hits", "of", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)])
def test_the_interval_is_wilsons(hits, of, low, high):
    # The worked examples of R. G. Newcombe, Statistics in Medicine 17 (1998), table I, score method.
    found = share(hits, of)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(of=st.integers(1, 500), part=st.floats(0, 1))
def test_the_interval_holds_the_share(of, part):
    found = share(int(part * of), of)
    assert 0 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1
