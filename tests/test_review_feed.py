"""The browser is told the whole transcript once, and after that only what changed."""

import json
from itertools import count

import numpy as np
import pytest

from coding.edits import AddCoding, MarkReviewed, WriteMemo, apply_edits, undo
from coding.model import Evidence, State, Suggestion, Valence
from coding.ui.review.board import MOST, Board, Page, board_of, stored_page
from coding.ui.review.events import parse_message
from coding.ui.review.feed import DECISION_EDITS, DETAIL_BYTES, Feed
from coding.ui.review.learner import Learner, learner_for
from coding.ui.review.wire import Sight, last_acts, suggestion_rows

CLIENT = "c" * 32
numbers = count(1)


class StandIn:
    """A learner whose suggestions the test decides."""

    def __init__(self):
        self.board = None
        self.kicks = 0

    def kick(self):
        self.kicks += 1

    def evidence(self, key):
        return (("tries-service", (Evidence(0.5, "example", "long " * 100, "tries-service"), Evidence(0.1, "other"))),)

    def order(self, kind, transcript_id):
        return [9, 3, 5]


@pytest.fixture
def sight(study):
    return Sight(study.transcripts()[0].id, "Ada", False)


@pytest.fixture
def feed(study, sight):
    made = Feed(study.path, sight)
    made.begin(study)
    return made


def say(feed, *events, have=None, board=0, focus=None, order="", client=CLIENT):
    tid = feed.sight.transcript_id
    raw = {
        "client": client,
        "n": next(numbers),
        "want": focus is not None,
        "have": feed.rev if have is None else have,
        "board": board,
        "focus": None if focus is None else {"t": tid, "s": focus.start_char, "e": focus.end_char},
        "order": order,
        "events": [{"t": tid, "seq": at, **event} for at, event in enumerate(events, 1)],
    }
    parsed = parse_message(json.loads(json.dumps(raw)))
    assert parsed is not None
    return parsed


def at(segment):
    return {"s": segment.start_char, "e": segment.end_char}


def suggest(study, *codes, probability=0.8, state=State.SUGGESTED):
    tid = study.transcripts()[0].id
    found = [
        Suggestion(tid, s.start_char, s.end_char, code, 1.2, probability, state, Valence.LACKING)
        for s in study.segments()[1:]
        for code in codes
    ]
    study.set_suggestions(tid, found)
    return found


def page_of(study, probabilities):
    """Return a page of two codes with these probabilities for every segment."""
    places = [(s.start_char, s.end_char) for s in study.segments()]
    many, codes = len(places), ("tries-service", "tells-early")
    p = np.tile(np.array(probabilities, np.float32), (many, 1))
    top = np.argsort(-p, axis=1, kind="stable").astype(np.int16)
    percents = np.take_along_axis(np.rint(p * 100).astype(np.int16), top.astype(np.int64), axis=1)
    starts, ends = tuple(s for s, _ in places), tuple(e for _, e in places)
    index = {place: i for i, place in enumerate(places)}
    return Page(starts, ends, codes, top, percents, np.full((many, 2), 2, np.int16), p, p, index)


# the beginning --------------------------------------------------------------------------------------------------------


def test_every_turn_and_segment_is_the_slice_at_its_offsets(study, feed):
    text = study.text(feed.sight.transcript_id)
    for _, start, words, _, _ in feed.static["turns"]:
        assert text[start : start + len(words)] == words
    numbers = feed.static["segments"]
    cut = [(numbers[i], numbers[i + 1], numbers[i + 2]) for i in range(0, len(numbers), 3)]
    assert cut == [(s.turn, s.start_char, s.end_char) for s in study.segments()]


def test_the_beginning_is_plain_json_and_stays_the_same(study, feed):
    before = json.dumps(feed.static)
    feed.begin(study)
    assert json.dumps(feed.static) == before


def test_moderators_are_told_apart(feed):
    assert feed.static["speakers"] == [["Ruth", True], ["Bob", False], ["Ann", False]]


def test_codes_inherit_the_colour_of_their_group(study, feed):
    assert {c["id"]: c.get("path") for c in feed.static["codes"]}["tells-early"] == ["People"]


def test_stored_suggestions_stand_in_until_the_assistant_is_ready(study, sight):
    suggest(study, "tells-early")
    feed = Feed(study.path, sight)
    feed.begin(study)
    assert feed.static["suggestions"][0][2:] == [feed.codes.index("tells-early"), 80, 2 + 3]
    found = feed.page(study).find(feed.static["suggestions"][0][0], feed.static["suggestions"][0][1], "tells-early")
    assert (found.score, found.probability, found.valence) == (1.2, 0.8, Valence.LACKING)


# what changed ---------------------------------------------------------------------------------------------------------


def test_a_decision_is_acknowledged_with_the_row_it_made(study, feed):
    segment = study.segments()[1]
    message = say(feed, {"op": "code", **at(segment), "code": "tells-early"})
    assert feed.take_in(study, message)
    told = feed.answer(study, message)
    assert (told["client"], told["ack"], told["errors"]) == (CLIENT, 1, [])
    assert [row[0] for row in told["rows"]] == ["codings"]
    assert told["rows"][0][2][:4] == [segment.start_char, segment.end_char, "tells-early", "Ada"]
    assert told["acts"][0][0] == f"{CLIENT}.1"
    assert len(json.dumps(told)) < 2048


def test_events_that_come_again_are_not_done_again(study, feed):
    message = say(feed, {"op": "code", **at(study.segments()[1]), "code": "tells-early"})
    feed.take_in(study, message)
    rev = study.rev()
    assert not feed.take_in(study, message)
    fresh = Feed(feed.path, feed.sight)
    fresh.begin(study)
    fresh.take_in(study, message)
    assert study.rev() == rev


def test_a_bad_event_is_told_and_does_not_stop_the_next(study, feed):
    segment = study.segments()[1]
    message = say(
        feed,
        {"op": "valence", **at(segment), "code": "tells-early", "valence": "shown"},
        {"op": "nonsense"},
        {"op": "code", **at(segment), "code": "tells-early"},
    )
    feed.take_in(study, message)
    told = feed.answer(study, message)
    assert told["ack"] == 3
    assert [seq for seq, _ in told["errors"]] == [1, 2]
    assert len(study.codings()) == 1


def test_what_another_coder_does_is_told(study, feed):
    segment = study.segments()[2]
    apply_edits(study, [AddCoding(segment.transcript_id, *at(segment).values(), "tells-early")], coder="Ben")
    told = feed.answer(study, say(feed))
    assert told["rows"][0][2][3] == "Ben"
    assert told["acts"] == []


def test_what_was_undone_is_told_as_gone_and_as_an_act_that_no_longer_stands(study, feed):
    segment = study.segments()[2]
    message = say(feed, {"op": "code", **at(segment), "code": "tells-early"})
    feed.take_in(study, message)
    rev = study.rev()
    undo(study, coder="Ada")
    told = feed.answer(study, say(feed, have=rev))
    assert told["rows"][0][2] is None
    assert [(act[0], act[3]) for act in told["acts"]] == [(f"{CLIENT}.1", 0)]


def test_an_act_carries_its_inverse(study, feed):
    segment = study.segments()[2]
    message = say(feed, {"op": "reject", **at(segment), "code": "tells-early"})
    feed.take_in(study, message)
    act = feed.answer(study, message)["acts"][0]
    assert [row[0] for row in act[4]] == ["rejections"]
    assert act[4][0][2] is None


def test_a_new_code_is_told_with_all_a_person_needs(study, feed):
    message = say(feed, {"op": "newcode", **at(study.segments()[1]), "name": "Stays calm"})
    feed.take_in(study, message)
    told = feed.answer(study, message)
    assert [row[2]["name"] for row in told["rows"] if row[0] == "codes"] == ["Stays calm"]
    assert told["codes"] == ["stays-calm"]


def test_memos_of_this_transcript_only(study, feed):
    segment = study.segments()[1]
    edits = [WriteMemo(f"segment:{segment.key}", "here"), WriteMemo("segment:elsewhere:1-2", "there")]
    apply_edits(study, edits, coder="Ben")
    told = feed.answer(study, say(feed))
    assert [row[2][2] for row in told["rows"]] == ["here"]


def test_segments_cut_anew_are_told(study, feed):
    segment = study.segments()[1]
    message = say(feed, {"op": "split", **at(segment), "at": segment.start_char + 8})
    feed.take_in(study, message)
    told = feed.answer(study, message)
    assert [row[2] is None for row in told["rows"] if row[0] == "segments"] == [True, False, False]


def test_the_imports_and_codebooks_of_a_coder_are_no_acts_of_this_screen(study, feed):
    assert feed.static["acts"] == []
    assert last_acts(study, "Ada") == []


# suggestions ----------------------------------------------------------------------------------------------------------


def span_of(study, number):
    segment = study.segments()[number]
    return segment.transcript_id, segment.start_char, segment.end_char


def with_board(feed, study, probabilities):
    feed.learner = StandIn()
    feed.learner.board = Board({feed.sight.transcript_id: page_of(study, probabilities)})


def test_suggestions_are_told_until_the_browser_has_them_and_then_no_more(study, feed):
    with_board(feed, study, [0.9, 0.4])
    told = feed.answer(study, say(feed))["board"]
    assert len(told["rows"]) == len(study.segments())
    assert feed.answer(study, say(feed))["board"]["rows"] == told["rows"]
    assert feed.answer(study, say(feed, board=told["v"]))["board"]["rows"] == []


def test_a_change_that_nobody_would_see_is_not_told(study, feed):
    with_board(feed, study, [0.9, 0.4])
    version = feed.answer(study, say(feed))["board"]["v"]
    with_board(feed, study, [0.91, 0.39])
    assert feed.answer(study, say(feed, board=version))["board"]["rows"] == []
    with_board(feed, study, [0.7, 0.4])
    assert feed.answer(study, say(feed, board=version))["board"]["rows"] != []


def test_accepting_keeps_the_score_of_the_moment(study, feed):
    with_board(feed, study, [0.9, 0.4])
    message = say(feed, {"op": "accept", **at(study.segments()[1]), "code": "tries-service"})
    feed.take_in(study, message)
    assert study.codings()[0].probability == pytest.approx(0.9)
    assert feed.learner.kicks == 1


def test_evidence_and_ranks_come_for_the_focused_segment_only(study, feed):
    with_board(feed, study, [0.4, 0.9])
    assert "detail" not in feed.answer(study, say(feed))
    detail = feed.answer(study, say(feed, focus=study.segments()[1]))["detail"]
    assert [feed.codes[i] for i in detail["ranks"]] == ["tells-early", "tries-service"]
    assert [term[1] for term in detail["evidence"]["tries-service"]] == ["example", "other"]
    assert len(json.dumps(detail)) < 1000


def test_an_order_is_told_as_long_as_it_is_wanted(study, feed):
    with_board(feed, study, [0.4, 0.9])
    assert feed.answer(study, say(feed, order="useful"))["order"] == ["useful", [9, 3, 5]]
    assert "order" not in feed.answer(study, say(feed))


def test_who_has_said_nothing_new_is_told_only_what_is_new_since(study, feed):
    with_board(feed, study, [0.9, 0.4])
    message = say(feed, {"op": "code", **at(study.segments()[1]), "code": "tells-early"}, focus=study.segments()[1])
    feed.take_in(study, message)
    first = feed.answer(study, message)
    assert [row[0] for row in first["rows"]] == ["codings"]
    again = feed.answer(study, message)
    assert (again["since"], again["rows"], again["acts"]) == (first["rev"], [], [])
    assert again["board"]["since"] == first["board"]["v"]
    assert "detail" in first
    assert "detail" not in again
    apply_edits(study, [AddCoding(*span_of(study, 2), "tells-early")], coder="Ben")
    assert [row[2][3] for row in feed.answer(study, message)["rows"]] == ["Ben"]
    # A browser that did not get the first answer says so, and is told all of it.
    assert len(feed.answer(study, say(feed))["rows"]) == 2


def test_an_answer_to_a_decision_tells_a_few_edits_and_that_more_follow(study, feed):
    segment = study.segments()[1]
    edits = [WriteMemo(f"segment:{segment.key}", f"{n}") for n in range(3 * DECISION_EDITS)]
    for number, edit in enumerate(edits):
        apply_edits(study, [edit], coder=f"Ben {number}")
    message = say(feed, {"op": "code", **at(segment), "code": "tells-early"})
    feed.take_in(study, message)
    told = feed.answer(study, message)
    assert (told["ack"], told["settled"], told["more"], len(told["rows"])) == (1, 0, 1, DECISION_EDITS)
    rows = list(told["rows"])
    while told["more"]:
        told = feed.answer(study, say(feed, have=told["rev"]))
        rows += told["rows"]
    assert told["settled"] == 1
    assert len(rows) == 3 * DECISION_EDITS + 1
    assert rows[-1][0] == "codings"


def test_an_answer_to_a_decision_stays_small_however_long_the_evidence_is(study, feed):
    with_board(feed, study, [0.9, 0.4])
    words = "ä" * 300
    terms = (
        *[Evidence(0.1, "accepted", words, "tries-service", "B" * 80, "t" * 16 + ":1-2")] * 9,
        Evidence(0.1, "other"),
    )
    feed.learner.evidence = lambda key: tuple((code, terms) for code in ("tries-service", "tells-early"))
    message = say(feed, {"op": "accept", **at(study.segments()[1]), "code": "tries-service"}, focus=study.segments()[1])
    feed.take_in(study, message)
    told = feed.answer(study, message)
    assert len(json.dumps(told["detail"])) <= DETAIL_BYTES
    assert told["detail"]["evidence"]["tries-service"]


def test_evidence_that_the_model_is_too_busy_for_is_wanted_again(study, feed):
    with_board(feed, study, [0.9, 0.4])
    feed.learner.evidence = lambda key: None
    assert "detail" not in feed.answer(study, say(feed, focus=study.segments()[1]))


# blind ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def blind(study, sight):
    suggest(study, "tells-early")
    segment = study.segments()[1]
    apply_edits(study, [AddCoding(segment.transcript_id, *at(segment).values(), "tries-service")], coder="Ben")
    made = Feed(study.path, Sight(sight.transcript_id, "Ada", True))
    made.begin(study)
    return made


def test_a_blind_coder_is_told_neither_suggestions_nor_what_others_coded(study, blind):
    assert blind.static["suggestions"] == []
    assert blind.static["codings"] == {}
    segment = study.segments()[2]
    apply_edits(study, [AddCoding(segment.transcript_id, *at(segment).values(), "tells-early")], coder="Ben")
    apply_edits(study, [WriteMemo(f"segment:{segment.key}", "mine")], coder="Ben")
    told = blind.answer(study, say(blind, focus=segment))
    assert told["rows"] == []
    assert told["board"]["rows"] == []
    assert "detail" not in told


def test_finishing_a_segment_reveals_it_and_no_other(study, blind):
    segment = study.segments()[1]
    message = say(blind, {"op": "finish", **at(segment)})
    blind.take_in(study, message)
    told = blind.answer(study, message)
    assert [row[2][3] for row in told["rows"] if row[0] == "codings"] == ["Ben"]
    assert [row[:2] for row in told["board"]["rows"]] == [[segment.start_char, segment.end_char]]


def test_what_was_finished_before_is_seen_from_the_beginning(study, blind, sight):
    segment = study.segments()[1]
    apply_edits(study, [MarkReviewed(segment.transcript_id, *at(segment).values(), blind=True)], coder="Ada")
    again = Feed(study.path, blind.sight)
    again.begin(study)
    assert len(again.static["codings"]) == 1
    assert len(again.static["suggestions"]) == 1


# the model ------------------------------------------------------------------------------------------------------------


def test_a_page_of_stored_suggestions_holds_the_best_few(study):
    found = suggest(study, "tells-early", "tries-service")
    places = [(s.start_char, s.end_char) for s in study.segments()]
    page = stored_page(places, [*found, *found[:1] * MOST])
    rows = suggestion_rows(page, ["tries-service", "tells-early"], None)
    assert [row[2] for row in rows[1:]] == [1] * (len(places) - 2)
    assert [row[:2] for row in rows] == [[*place] for place in places[1:]]


def test_the_learner_publishes_what_the_assistant_suggests(study, encoder):
    from coding.assistant import Assistant

    assistant = Assistant(encoder)
    learner = learner_for(study.path, assistant)
    assert learner_for(study.path, assistant) is learner
    board = learner.wait(120)
    page = board.pages[study.transcripts()[0].id]
    assert set(page.codes) == {"tries-service", "tells-early"}
    segment = study.segments()[1]
    first = assistant.suggestions(segment.key)[:1]
    at_place = page.index[segment.start_char, segment.end_char]
    assert [page.codes[int(page.top[at_place, 0])]] == [s.code_id for s in first]
    found = page.find(segment.start_char, segment.end_char, first[0].code_id)
    assert found.probability == pytest.approx(first[0].probability)
    assert learner.evidence(segment.key, timeout_s=30)
    assert set(learner.order("random", segment.transcript_id)) <= {s.start_char for s in study.segments()}
    apply_edits(study, [AddCoding(segment.transcript_id, *at(segment).values(), "tells-early")], coder="Ada")
    learner.kick()
    assert learner.wait(120) is not board


def test_a_board_of_an_assistant_without_a_model_is_empty(encoder):
    from coding.assistant import Assistant

    assert board_of(Assistant(encoder)).pages == {}


def test_a_learner_outlives_a_project_that_is_gone(tmp_path, encoder, caplog):
    from coding.assistant import Assistant

    learner = Learner(tmp_path / "gone.sqlite", Assistant(encoder))
    assert learner.wait(30) is None
    assert "stopped" in caplog.text
