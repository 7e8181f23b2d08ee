"""What a coder does on the screen becomes edits, once."""

import pytest

from coding.edits import AddCoding, apply_edits
from coding.errors import EditError
from coding.model import Origin, Valence
from coding.ui.review.board import Found
from coding.ui.review.decide import Reviewer, carry_out
from coding.ui.review.events import parse_message

CLIENT = "a" * 32
FOUND = {"tries-service": Found(0.8, 0.71, Valence.LACKING)}


class Desk:
    """A coder at the screen; every deed goes through the parser like the browser's."""

    def __init__(self, project, *, coder="Ada", blind=False, client=CLIENT):
        self.project, self.client, self.seq = project, client, 0
        self.reviewer = Reviewer(project, coder, blind, lambda place, code: FOUND.get(code))
        self.segment = project.segments()[1]

    def do(self, op, *, again=False, segment=None, **more):
        at = segment or self.segment
        self.seq += 0 if again else 1
        event = {"seq": self.seq, "op": op, "t": at.transcript_id, "s": at.start_char, "e": at.end_char, **more}
        raw = {"client": self.client, "n": 1, "have": 0, "board": 0, "events": [event]}
        parsed = parse_message(raw)
        carry_out(self.reviewer, parsed.events[0])


@pytest.fixture
def desk(study):
    return Desk(study)


def test_accepting_keeps_what_the_machine_said(desk):
    desk.do("accept", code="tries-service")
    coding = desk.project.codings()[0]
    assert (coding.origin, coding.score, coding.probability) == (Origin.ACCEPTED, 0.8, 0.71)
    assert coding.valence is Valence.LACKING


def test_the_coder_has_the_last_word_on_valence(desk):
    desk.do("accept", code="tries-service", valence="shown")
    assert desk.project.codings()[0].valence is Valence.SHOWN


def test_what_the_machine_did_not_suggest_cannot_be_accepted_as_suggested(desk):
    desk.do("accept", code="tells-early")
    assert desk.project.codings()[0].origin is Origin.OWN


def test_the_same_event_twice_is_one_decision(desk):
    desk.do("accept", code="tries-service")
    rev = desk.project.rev()
    desk.do("accept", again=True, code="tries-service")
    assert desk.project.rev() == rev


def test_another_code_in_place_of_a_suggestion_is_changed_and_refuses_it(desk):
    desk.do("change", code="tries-service", to="tells-early")
    coding = desk.project.codings()[0]
    assert (coding.code_id, coding.origin) == ("tells-early", Origin.CHANGED)
    assert [r.code_id for r in desk.project.rejections()] == ["tries-service"]


def test_another_code_in_place_of_a_coding_changes_it(desk):
    desk.do("accept", code="tries-service")
    desk.do("change", code="tries-service", to="tells-early")
    assert [(c.code_id, c.origin) for c in desk.project.codings()] == [("tells-early", Origin.CHANGED)]
    assert desk.project.rejections() == []


def test_a_change_to_a_code_that_is_there_already_leaves_one(desk):
    desk.do("code", code="tells-early")
    desk.do("code", code="tries-service")
    desk.do("change", code="tries-service", to="tells-early")
    assert [c.code_id for c in desk.project.codings()] == ["tells-early"]


def test_a_rejection_ends_when_the_code_is_applied_after_all(desk):
    desk.do("reject", code="tries-service")
    assert [r.probability for r in desk.project.rejections()] == [0.71]
    desk.do("code", code="tries-service")
    assert desk.project.rejections() == []
    desk.do("undo")
    assert len(desk.project.rejections()) == 1
    assert desk.project.codings() == []


def test_removing_what_was_accepted_refuses_it(desk):
    desk.do("accept", code="tries-service")
    desk.do("remove", code="tries-service")
    assert desk.project.codings() == []
    assert [r.code_id for r in desk.project.rejections()] == ["tries-service"]


def test_removing_what_is_not_there_is_nothing(desk):
    rev = desk.project.rev()
    desk.do("remove", code="tries-service")
    assert desk.project.rev() == rev


def test_valence_and_boundaries_change_by_place_and_code(desk):
    desk.do("code", code="tells-early")
    desk.do("valence", code="tells-early", valence="unclear")
    s = desk.segment
    desk.do("move", code="tells-early", s2=s.start_char, e2=s.start_char + 8)
    coding = desk.project.codings()[0]
    assert (coding.valence, coding.end_char) == (Valence.UNCLEAR, s.start_char + 8)


@pytest.mark.parametrize("op", [{"op": "valence", "valence": "shown"}, {"op": "move", "s2": 0, "e2": 4}])
def test_a_coding_that_is_not_there_is_an_error(desk, op):
    with pytest.raises(EditError, match="no such coding"):
        desk.do(code="tells-early", **op)


def test_a_place_outside_the_transcript_is_an_error(desk):
    with pytest.raises(EditError):
        desk.do("code", code="tells-early", e=10**6)


def test_a_new_code_is_made_and_applied_as_one_act(desk):
    desk.do("newcode", name="Stays calm")
    assert desk.project.codebook()["stays-calm"].name == "Stays calm"
    assert [c.code_id for c in desk.project.codings()] == ["stays-calm"]
    desk.do("undo")
    assert "stays-calm" not in desk.project.codebook()
    assert desk.project.codings() == []


def test_a_new_code_of_a_known_name_is_the_known_one(desk):
    desk.do("newcode", name="tells CUSTOMERS early")
    assert [c.code_id for c in desk.project.codings()] == ["tells-early"]


def test_a_new_code_can_stand_in_place_of_a_suggestion(desk):
    desk.do("newcode", name="Stays calm", code="tries-service")
    assert [r.code_id for r in desk.project.rejections()] == ["tries-service"]


def test_finishing_and_opening_again(desk):
    desk.do("finish")
    assert [r.blind for r in desk.project.reviews()] == [0]
    desk.do("reopen")
    assert desk.project.reviews() == []


@pytest.mark.parametrize("on", ["segment", "transcript", "project"])
def test_memos_on_everything(desk, on):
    desk.do("memo", on=on, text="look again")
    assert [m.text for m in desk.project.memos()] == ["look again"]


def test_a_memo_on_a_coding_stays_with_it(desk):
    desk.do("code", code="tells-early")
    desk.do("memo", on="coding", code="tells-early", text="look again")
    assert desk.project.codings()[0].memo == "look again"


def test_a_memo_on_an_unknown_code_is_an_error(desk):
    desk.do("memo", on="code", code="tells-early", text="x")
    with pytest.raises(EditError, match="no code"):
        desk.do("memo", on="code", code="nothing", text="x")


def test_a_flag_goes_up_and_down(desk):
    desk.do("memo", on="flag", text="anything")
    key = desk.segment.key
    assert [(m.target, m.text) for m in desk.project.memos()] == [(f"flag:segment:{key}", "flagged")]
    desk.do("memo", on="flag", text="")
    assert desk.project.memos() == []


def test_many_are_accepted_in_one_act_and_undone_in_one(desk):
    places = [[s.start_char, s.end_char] for s in desk.project.segments()]
    desk.do("bulk", code="tries-service", accept=places[1:4], reject=places[4:])
    assert len(desk.project.codings()) == 3
    assert len(desk.project.rejections()) == 1
    assert {c.origin for c in desk.project.codings()} == {Origin.ACCEPTED}
    desk.do("undo")
    assert desk.project.codings() == []
    assert desk.project.rejections() == []


def test_split_and_merge(desk):
    many = len(desk.project.segments())
    desk.do("split", at=desk.segment.start_char + 8)
    assert len(desk.project.segments()) == many + 1
    desk.do("merge", segment=desk.project.segments()[1])
    assert len(desk.project.segments()) == many


def test_undo_takes_back_the_act_that_is_named_and_only_once(desk):
    desk.do("code", code="tells-early")
    first = f"{CLIENT}.1"
    desk.do("code", code="tries-service")
    desk.do("undo", batch=first)
    assert [c.code_id for c in desk.project.codings()] == ["tries-service"]
    rev = desk.project.rev()
    desk.do("undo", batch=first)
    assert desk.project.rev() == rev
    desk.do("redo")
    assert {c.code_id for c in desk.project.codings()} == {"tells-early", "tries-service"}
    assert desk.project.act(first).standing


def test_undo_leaves_what_is_undone_elsewhere(desk):
    desk.do("undo")
    assert desk.project.codebook().codable


def test_undo_of_somebody_elses_act_is_nothing(study):
    Desk(study).do("code", code="tells-early")
    Desk(study, coder="Ben", client="b" * 32).do("undo", batch=f"{CLIENT}.1")
    assert len(study.codings()) == 1


def test_two_coders_are_two_rows(study):
    Desk(study).do("code", code="tells-early")
    Desk(study, coder="Ben", client="b" * 32).do("code", code="tells-early", valence="lacking")
    assert {(c.coder, c.valence) for c in study.codings()} == {("Ada", Valence.SHOWN), ("Ben", Valence.LACKING)}


def test_what_is_decided_blind_is_marked_so(study):
    desk = Desk(study, blind=True)
    desk.do("accept", code="tries-service")
    desk.do("finish")
    coding = study.codings()[0]
    assert (coding.origin, coding.score, coding.probability) == (Origin.BLIND, None, None)
    assert study.reviews()[0].blind == 1


def test_after_the_segment_is_finished_the_coder_is_blind_no_more(study):
    desk = Desk(study, blind=True)
    desk.do("finish")
    desk.do("accept", code="tries-service")
    assert study.codings()[0].origin is Origin.ACCEPTED


def test_a_group_of_codes_cannot_be_applied(desk):
    with pytest.raises(EditError, match="group"):
        desk.do("code", code="people")


def test_a_decision_of_somebody_else_is_not_changed(study):
    s = study.segments()[1]
    apply_edits(study, [AddCoding(s.transcript_id, s.start_char, s.end_char, "tells-early")], coder="Ben")
    Desk(study).do("remove", code="tells-early")
    assert len(study.codings()) == 1
