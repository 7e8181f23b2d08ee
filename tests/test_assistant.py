import numpy as np
import pytest

from coding.assistant import Assistant
from coding.edits import (
    AddCoding,
    ChangeCoding,
    MarkReviewed,
    RejectSuggestion,
    RemoveCoding,
    SetCodebook,
    SetRole,
    apply_edits,
    undo,
)
from coding.model import Codebook, Role, Valence
from tests.small import CODEBOOK, make_transcript


@pytest.fixture
def assistant(sentence_study, encoder):
    made = Assistant(encoder)
    made.refresh(sentence_study)
    return made


def key_of(assistant, words):
    return next(unit.key for unit in assistant.units if words in unit.text)


def place_of(assistant, words):
    segment = assistant.segments[[unit.key for unit in assistant.units].index(key_of(assistant, words))]
    return segment.transcript_id, segment.start_char, segment.end_char


def score(assistant, words, code):
    at = [unit.key for unit in assistant.units].index(key_of(assistant, words))
    return float(assistant.model.scores[at, assistant.model.codes.index(code)])


def afresh(project, encoder):
    made = Assistant(encoder)
    made.refresh(project)
    return made.model.scores


def test_the_codebook_alone_already_ranks_codes(assistant):
    assert assistant.rank_codes(key_of(assistant, "help line"))[0] == "tries-service"
    assert assistant.rank_codes(key_of(assistant, "wrote to every tenant"))[0] == "tells-early"


def test_moderators_get_no_suggestions_unless_asked(sentence_study, encoder, assistant, transcript):
    question = key_of(assistant, "Tell me about")
    assert assistant.suggestions(question) == ()
    assert all(
        s.start_char > transcript.turns[0].end_char
        for s in assistant.all_suggestions(assistant.segments[0].transcript_id)
    )
    asked = Assistant(encoder, moderators=True)
    asked.refresh(sentence_study)
    assert asked.units[0].coded


def test_a_suggestion_shows_evidence_that_adds_up(assistant):
    found = assistant.suggestions(key_of(assistant, "help line"))
    assert found
    for suggestion in found:
        assert sum(term.share for term in suggestion.evidence) == pytest.approx(suggestion.score, abs=1e-5)


def test_a_coding_makes_like_talk_more_likely_and_a_rejection_less(sentence_study, assistant):
    before = score(assistant, "car park", "tells-early")
    apply_edits(sentence_study, [AddCoding(*place_of(assistant, "car park"), "tells-early")], coder="Ada")
    assistant.refresh(sentence_study)
    coded = score(assistant, "car park", "tells-early")
    undo(sentence_study, coder="Ada")
    apply_edits(sentence_study, [RejectSuggestion(*place_of(assistant, "car park"), "tells-early")], coder="Ada")
    assistant.refresh(sentence_study)
    assert coded > before > score(assistant, "car park", "tells-early")


@pytest.mark.parametrize(
    "steps",
    [
        lambda place: [[AddCoding(*place, "tells-early", valence=Valence.LACKING)]],
        lambda place: [[RejectSuggestion(*place, "tries-service")], [MarkReviewed(*place)]],
        lambda place: [[AddCoding(*place, "tells-early")], "undo"],
        lambda place: [[MarkReviewed(*place)], "undo"],
        lambda place: [[AddCoding(*place, "tells-early")], "change", "undo", "remove"],
        lambda place: [[MarkReviewed(*place)], [AddCoding(*place, "tries-service")]],
    ],
)
def test_an_update_gives_what_starting_afresh_gives(sentence_study, encoder, assistant, steps):
    for step in steps(place_of(assistant, "Ours never left")):
        if step == "undo":
            undo(sentence_study, coder="Ada")
        elif step == "change":
            change = ChangeCoding(sentence_study.codings()[0].id, code_id="tries-service")
            apply_edits(sentence_study, [change], coder="Ada")
        elif step == "remove":
            apply_edits(sentence_study, [RemoveCoding(sentence_study.codings()[0].id)], coder="Ada")
        else:
            apply_edits(sentence_study, step, coder="Ada")
        assert assistant.refresh(sentence_study)
        assert np.allclose(assistant.model.scores, afresh(sentence_study, encoder), atol=1e-4)


def test_nothing_new_is_nothing_to_do(sentence_study, assistant):
    assert not assistant.refresh(sentence_study)


def test_a_new_codebook_transcript_or_role_starts_afresh(sentence_study, encoder, assistant):
    apply_edits(sentence_study, [SetCodebook(Codebook("Other", "2", codes=CODEBOOK.codes[:2]))], coder="Ada")
    assistant.refresh(sentence_study)
    assert assistant.model.codes == ("tries-service",)
    new = make_transcript([("Cy", "He queued with everybody else, in his coat.")], "second")
    from coding.segments import segment_transcript

    sentence_study.add_transcript(new, segment_transcript(new), by="Ada")
    assistant.refresh(sentence_study)
    assert len(assistant.units) == 6
    bob = next(person for person in sentence_study.participants() if person.name == "Bob")
    apply_edits(sentence_study, [SetRole(bob.id, Role.MODERATOR)], coder="Ada")
    assistant.refresh(sentence_study)
    assert assistant.suggestions(key_of(assistant, "help line")) == ()


def test_a_few_accepted_suggestions_do_not_put_every_code_everywhere(sentence_study, assistant):
    before = float(assistant.model.probabilities.mean())
    for words, code in (("help line", "tries-service"), ("wrote to every tenant", "tells-early")):
        apply_edits(sentence_study, [AddCoding(*place_of(assistant, words), code)], coder="Ada")
        assistant.refresh(sentence_study)
    assert float(assistant.model.probabilities.mean()) < before + 0.2


def test_a_retired_code_with_decisions_stops_nothing(sentence_study, encoder, assistant):
    apply_edits(sentence_study, [AddCoding(*place_of(assistant, "car park"), "tells-early")], coder="Ada")
    apply_edits(sentence_study, [RejectSuggestion(*place_of(assistant, "help line"), "tells-early")], coder="Ada")
    apply_edits(sentence_study, [SetCodebook(Codebook("Other", "2", codes=CODEBOOK.codes[:2]))], coder="Ada")
    assistant.refresh(sentence_study)
    assert assistant.model.codes == ("tries-service",)
    apply_edits(sentence_study, [RemoveCoding(sentence_study.codings()[0].id)], coder="Ada")
    assistant.refresh(sentence_study)
    assert np.allclose(assistant.model.scores, afresh(sentence_study, encoder), atol=1e-4)


def test_a_coder_who_is_left_out_teaches_nothing(sentence_study, encoder, assistant):
    deaf = Assistant(encoder, leave_out=["Ada"])
    deaf.refresh(sentence_study)
    before = deaf.model.scores.copy()
    apply_edits(sentence_study, [AddCoding(*place_of(assistant, "car park"), "tells-early")], coder="Ada")
    deaf.refresh(sentence_study)
    assert np.allclose(deaf.model.scores, before, atol=1e-6)


def test_suggestions_are_stored_with_their_evidence(sentence_study, assistant):
    count = assistant.store(sentence_study)
    stored = sentence_study.suggestions()
    assert len(stored) == count > 0
    again = assistant.all_suggestions(assistant.segments[0].transcript_id)
    assert [(s.start_char, s.code_id, s.state) for s in stored] == [(s.start_char, s.code_id, s.state) for s in again]
    assert all(suggestion.evidence for suggestion in stored)


def test_a_coding_that_covers_several_segments_counts_for_each(sentence_study, assistant):
    text = sentence_study.text(assistant.segments[0].transcript_id)
    place = assistant._places[assistant.segments[0].transcript_id]
    assert place.touched(0, len(text)) == list(range(len(assistant.segments)))
    first = assistant.segments[1]
    assert place.touched(first.start_char, first.start_char + 3) == [1]
    assert place.touched(first.end_char + 1, first.end_char + 2) == []


def test_before_anything_is_read_there_is_nothing(encoder):
    idle = Assistant(encoder)
    assert idle.suggestions("x") == ()
    assert idle.all_suggestions("x") == []
    assert idle.rank_codes("x") == []
