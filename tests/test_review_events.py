"""What the browser says is hostile until it was parsed."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.model import Valence
from coding.ui.review.events import MOST_PLACES, Bulk, Event, NewCode, OnCode, Place, Refused, Undo, parse_message

CLIENT = "0123456789abcdef" * 2
PLACE = {"t": "tid", "s": 3, "e": 9}


def message(*events, **more):
    return {"client": CLIENT, "n": 1, "have": 0, "board": 0, "events": list(events), "focus": None, "order": "", **more}


def only(event):
    parsed = parse_message(message({"seq": 1, **event}))
    assert parsed is not None
    return parsed.events[0]


def test_an_event_is_parsed_with_an_id_of_client_and_number():
    event = only({"op": "accept", **PLACE, "code": "coaches", "valence": "lacking"})
    assert event == Event(1, f"{CLIENT}.1", OnCode("accept", Place("tid", 3, 9), "coaches", Valence.LACKING))


def test_events_are_put_in_order():
    parsed = parse_message(message({"seq": 9, "op": "redo"}, {"seq": 2, "op": "redo"}))
    assert [event.seq for event in parsed.events] == [2, 9]


def test_white_space_in_the_name_of_a_new_code_is_tidied():
    assert only({"op": "newcode", **PLACE, "name": "  very \n long "}).deed == NewCode(Place("tid", 3, 9), "very long")


def test_places_of_many_are_pairs():
    event = only({"op": "bulk", "t": "tid", "code": "c", "accept": [[0, 4], [5, 9]], "reject": []})
    assert event.deed == Bulk("tid", "c", ((0, 4), (5, 9)), ())


def test_undo_may_name_no_act():
    assert only({"op": "undo"}).deed == Undo(None)


@pytest.mark.parametrize(
    "event",
    [
        {"op": "drop-tables"},
        {"op": None},
        {"op": ["accept"], **PLACE},
        {"op": "accept", **PLACE},
        {"op": "accept", **PLACE, "code": "has spaces"},
        {"op": "accept", **PLACE, "code": "c", "valence": "great"},
        {"op": "accept", "t": "tid", "s": 9, "e": 9, "code": "c"},
        {"op": "accept", "t": "tid", "s": -1, "e": 9, "code": "c"},
        {"op": "accept", "t": "tid", "s": True, "e": 9, "code": "c"},
        {"op": "accept", "t": "tid", "s": 1.5, "e": 9, "code": "c"},
        {"op": "accept", "t": "tid", "s": 0, "e": 10**12, "code": "c"},
        {"op": "accept", "t": "x" * 300, "s": 0, "e": 1, "code": "c"},
        {"op": "newcode", **PLACE, "name": "   "},
        {"op": "newcode", **PLACE, "name": "x" * 121},
        {"op": "newcode", **PLACE, "name": "bell \x07"},
        {"op": "memo", **PLACE, "on": "everything", "text": "x"},
        {"op": "memo", **PLACE, "on": "segment", "text": "x" * 10_001},
        {"op": "memo", **PLACE, "on": "segment", "text": "\ud83d"},
        {"op": "bulk", "t": "tid", "code": "c", "accept": [], "reject": []},
        {"op": "bulk", "t": "tid", "code": "c", "accept": [[1, 2]] * (MOST_PLACES + 1), "reject": []},
        {"op": "bulk", "t": "tid", "code": "c", "accept": [[2, 1]], "reject": []},
        {"op": "bulk", "t": "tid", "code": "c", "accept": [{"s": 1}], "reject": []},
        {"op": "undo", "batch": "x'; DROP TABLE edits; --"},
        {"op": "split", **PLACE, "at": "4"},
        {"op": "move", **PLACE, "code": "c", "s2": 5, "e2": 5},
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(event):
    refused = only(event)
    assert isinstance(refused, Refused)
    assert refused.reason


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "x",
        {},
        message(client="short"),
        message(client="Z" * 32),
        message(have=-1),
        message(board="1"),
        {**message(), "events": "all"},
        {**message(), "events": [{"op": "redo", "seq": 1}] * 501},
        {**message(), "events": ["redo"]},
        {**message(), "events": [{"op": "redo", "seq": "1"}]},
    ],
)
def test_what_is_no_message_is_none(raw):
    assert parse_message(raw) is None


def test_an_unknown_order_is_reading_order():
    assert parse_message(message(order="<script>")).order == "reading"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
NAMES = ("op", "seq", "t", "s", "e", "code", "to", "name", "on", "text", "batch", "accept", "reject", "at", "s2", "e2")
OPS = ("accept", "reject", "change", "valence", "move", "newcode", "split", "merge", "memo", "bulk", "undo", "keys")


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), JSON), st.sampled_from(OPS))
def test_nothing_that_json_can_say_raises(event, op):
    parse_message(message({**event, "seq": 1, "op": op}))
    parse_message(message(event))
    parse_message(event)


@settings(deadline=None)
@given(st.integers(0, 2**31 - 2), st.integers(1, 1000), st.sampled_from(OPS[:2]))
def test_every_good_place_survives_the_way_through_json(start, size, op):
    end = min(2**31 - 1, start + size)
    raw = json.loads(json.dumps(message({"seq": 7, "op": op, "t": "t", "s": start, "e": end, "code": "c"})))
    assert parse_message(raw).events[0].deed.place == Place("t", start, end)
