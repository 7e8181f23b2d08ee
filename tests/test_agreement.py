"""Agreement of the coders of a project."""

import json

import numpy as np
import pytest

from coding.agreement import (
    COEFFICIENTS,
    Estimate,
    Mark,
    Sampling,
    Talk,
    agree,
    build_material,
    compare,
    is_same_person,
    read_value,
    show_value,
)
from coding.agreement.reading import estimate
from coding.cli import main
from coding.edits import AddCoding, MarkReviewed, SetCodebook, apply_edits
from coding.errors import CodingError
from coding.model import MACHINE, Code, Codebook, Origin, Segment, State, Suggestion
from coding.store import Project
from tests.small import make_transcript

NONE = Sampling(0)
FEW = Sampling(50, least=1)

WORDS = "She rang the help line. Nobody else did. We waited there."
TALK = [("Ruth", "Who was good?"), *[("Ann", WORDS), ("Bob", WORDS)] * 6]


@pytest.fixture
def group(project):
    """Return a project with one transcript of twelve turns of three segments each, and a moderator's turn."""
    codes = (Code("all", "All", codable=False), Code("one", "One", "all"), Code("two", "Two", "all"))
    apply_edits(project, [SetCodebook(Codebook("Book", codes=codes))], coder="Ada")
    transcript = make_transcript(TALK)
    segments = []
    for turn in transcript.turns:
        at = turn.start_char
        for sentence in transcript.words_of(turn).split(". "):
            segments.append(Segment(transcript.id, turn.index, at, min(at + len(sentence) + 1, turn.end_char)))
            at += len(sentence) + 2
    project.add_transcript(transcript, segments, by="Ada")
    return project


def code(project, coder, coded, *, code_id="one", finished=36, blind=False, origin=Origin.OWN):
    """Let a coder code some of the participants' segments, and finish the first so many."""
    segments = project.segments()[1:]
    operations = [
        AddCoding(s.transcript_id, s.start_char, s.end_char, code_id, origin=origin)
        for s in (segments[at] for at in coded)
    ]
    done = [MarkReviewed(s.transcript_id, s.start_char, s.end_char, blind) for s in segments[:finished]]
    apply_edits(project, [*operations, *done], coder=coder)


def first(project, **options):
    return agree(project, **{"sampling": FEW, **options}).comparisons[0]


def test_kappa_of_a_project_is_that_of_its_table(group):
    code(group, "Ada", range(12))
    code(group, "Ben", range(6, 18))
    found = first(group)
    # 6 both, 6 and 6 one only, 18 neither: (2/3 - 5/9) / (4/9).
    assert (found.units, found.turns, found.transcripts) == (36, 12, 1)
    assert found.codes[0].coded == (12, 12)
    assert (found.codes[0].coded_by_any, found.codes[0].coded_by_all) == (18, 6)
    assert found.codes[0].estimates["kappa"].value == pytest.approx(0.25)
    assert found.estimates["kappa"].value == pytest.approx(0.25)
    assert found.estimates["percent"].value == pytest.approx(2 / 3)


def test_what_one_coder_did_not_finish_is_missing(group):
    code(group, "Ada", range(12))
    code(group, "Ben", range(6, 18), finished=18)
    found = first(group)
    assert (found.units, found.turns) == (18, 6)
    assert found.codes[0].coded == (12, 12)
    assert found.estimates["percent"].value == pytest.approx(6 / 18)


def test_moderators_do_not_count_unless_asked_for(group):
    code(group, "Ada", [0])
    code(group, "Ben", [0])
    question = group.segments()[0]
    for coder in ("Ada", "Ben"):
        place = (question.transcript_id, question.start_char, question.end_char)
        apply_edits(group, [AddCoding(*place, "two"), MarkReviewed(*place)], coder=coder)
    assert first(group).units == 36
    assert first(group, moderators=True).units == 37


def test_a_unit_is_coded_when_any_character_of_it_is(group):
    code(group, "Ada", [0, 4])
    code(group, "Ben", [1, 3])
    by_turn = first(group, unit="turn")
    assert (by_turn.units, by_turn.estimates["percent"].value) == (12, 1.0)
    by_segment = first(group)
    assert by_segment.codes[0].coded_by_all == 0


def test_characters_are_counted_with_the_white_space_inside_a_turn(group):
    code(group, "Ada", range(36))
    code(group, "Ben", range(18))
    found = first(group, unit="character")
    assert found.units == 12 * len(WORDS)
    # The two spaces between the three segments of a turn are in no coding.
    assert found.codes[0].coded == (12 * (len(WORDS) - 2), 6 * (len(WORDS) - 2))


def test_sentences_are_found_anew(group):
    code(group, "Ada", [0, 3])
    code(group, "Ben", [0, 4])
    steps = []
    found = first(group, unit="sentence", step=lambda *step: steps.append(step))
    assert found.units == 36
    assert ("finding sentences", 0, 1) in steps
    assert steps[-1][1] == steps[-1][2]


def test_more_than_two_are_compared_together_and_in_pairs(group):
    for number, name in enumerate(("Ada", "Ben", "Cy")):
        code(group, name, range(number, 12 + number))
    found = agree(group, sampling=FEW).comparisons
    assert [item.coders for item in found] == [("Ada", "Ben", "Cy"), ("Ada", "Ben"), ("Ada", "Cy"), ("Ben", "Cy")]
    assert found[0].estimates["kappa"] == Estimate(None, reason="it is for two coders; see the pairs")
    # Four units on which one of three differs: 8 of 5184 / 107 coincidences.
    assert found[0].estimates["alpha"].value == pytest.approx(1 - 8 * 107 / 5184)
    assert found[0].estimates["u_alpha"].value is not None


def test_missing_units_of_three_coders(group):
    code(group, "Ada", range(12))
    code(group, "Ben", range(12), finished=18)
    code(group, "Cy", range(12), finished=0)
    together = first(group)
    assert together.units == 18
    assert together.estimates["u_alpha"].reason == "there are no units that all of them finished"
    assert together.estimates["alpha"].value == 1.0


def test_codes_together_are_pooled_and_not_averaged(group):
    code(group, "Ada", range(12))
    code(group, "Ben", range(12))
    code(group, "Ada", [0, 1], code_id="two")
    code(group, "Ben", [2, 3], code_id="two")
    found = first(group)
    each = [item.estimates["kappa"].value for item in found.codes]
    observed = (0 + 4 / 36) / 2
    expected = (2 * (12 / 36) * (24 / 36) + 2 * (2 / 36) * (34 / 36)) / 2
    assert found.estimates["kappa"].value == pytest.approx(1 - observed / expected)
    assert found.estimates["kappa"].value != pytest.approx(sum(each) / 2)


def test_codes_that_overlap_leave_unitizing_alpha_code_by_code(group):
    code(group, "Ada", range(12))
    code(group, "Ada", range(12), code_id="two")
    code(group, "Ben", range(12))
    found = first(group)
    assert "overlap" in found.estimates["u_alpha"].reason
    assert found.estimates["code_u_alpha"].value is not None
    assert found.codes[0].estimates["code_u_alpha"].value == 1.0


def test_intervals_hold_the_value_and_come_again_with_the_same_seed(group):
    code(group, "Ada", range(0, 20, 2))
    code(group, "Ben", range(0, 20, 3))
    one, again = (first(group, sampling=Sampling(200, 1)) for _ in range(2))
    other = first(group, sampling=Sampling(200, 2))
    found = one.estimates["alpha"]
    assert found.low < found.value < found.high
    assert one == again
    assert one.estimates["alpha"].low != other.estimates["alpha"].low


def test_an_interval_is_that_of_turns_drawn_one_by_one(group):
    code(group, "Ada", range(0, 20, 2))
    code(group, "Ben", range(0, 20, 3))
    rng = np.random.default_rng(5)
    ada, ben = np.zeros((12, 3)), np.zeros((12, 3))
    ada.ravel()[range(0, 20, 2)] = 1
    ben.ravel()[range(0, 20, 3)] = 1
    values = []
    for _ in range(4000):
        drawn = rng.integers(0, 12, 12)
        a, b = ada[drawn].ravel(), ben[drawn].ravel()
        expected = a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean())
        values.append(1 - np.mean(a != b) / (1 - expected))
    found = first(group, sampling=Sampling(4000)).estimates["kappa"]
    assert [found.low, found.high] == pytest.approx(np.percentile(values, [2.5, 97.5]), abs=0.06)


def test_without_disagreement_there_is_no_interval(group):
    code(group, "Ada", range(12))
    code(group, "Ben", range(12))
    found = first(group).estimates["alpha"]
    assert (found.value, found.low, found.reading) == (1.0, None, "reliable, but without an interval")
    assert "without any disagreement" in found.reason


def test_a_code_that_rests_on_too_little_gets_a_reason_and_no_number(group):
    code(group, "Ada", range(12))
    code(group, "Ben", range(10))
    code(group, "Ben", [0, 1], code_id="two")
    found = agree(group, sampling=Sampling(10), codes=["all"]).comparisons[0]
    reasons = {item.reason for item in found.codes[1].estimates.values()}
    assert reasons == {"rests on too little: fewer than 5 coded units (2)"}
    assert all(item.value is None for item in found.codes[1].estimates.values())
    by_character = first(group, unit="character", sampling=Sampling(0)).codes[1].estimates["alpha"]
    assert by_character.reason == "rests on too little: fewer than 5 coded turns (1)"


def test_a_code_on_everything_has_no_variation(group):
    code(group, "Ada", range(36))
    code(group, "Ben", range(36))
    found = first(group).codes[0].estimates
    assert found["alpha"].reason == "not defined: there is no variation"
    assert found["percent"].value == 1.0


def test_a_code_that_was_not_used_in_what_both_finished(group):
    code(group, "Ada", range(20, 30))
    code(group, "Ben", [], finished=9)
    assert {item.reason for item in first(group).estimates.values()} == {"never coded here"}


def test_coders_who_finished_nothing_in_common(group):
    code(group, "Ada", range(12), finished=0)
    code(group, "Ben", range(12))
    found = first(group)
    assert found.units == 0
    reasons = {found.estimates[name].reason for name in COEFFICIENTS}
    assert reasons == {"there are no units that both of them finished"}


def test_one_coder_alone_is_told(group):
    code(group, "Ada", range(12))
    assert agree(group).notes == ("There is one coder only, so there is no agreement between people to measure.",)
    assert agree(group).comparisons == ()


def test_nothing_coded_is_told(group, project):
    assert "Nobody" in agree(project).notes[0]
    segment = group.segments()[1]
    apply_edits(group, [MarkReviewed(segment.transcript_id, segment.start_char, segment.end_char)], coder="Ada")
    assert "No code" in agree(group).notes[0]
    assert agree(group).as_table() == agree(group).notes[0]


def test_few_turns_give_no_interval():
    found = estimate("alpha", 0.5, np.full(10, 0.5), turns=9, coded_share=0.5)
    assert (found.low, found.reason) == (None, "no interval: 9 turns are too few to resample")


def test_a_value_that_is_undefined_in_many_resamples_gets_no_interval():
    found = estimate("alpha", 0.5, np.array([0.5, np.nan]), turns=20, coded_share=0.5)
    assert (found.value, found.low) == (0.5, None)
    assert "not defined in many resamples" in found.reason


@pytest.mark.parametrize(
    ("name", "value", "low", "share", "reading"),
    [
        ("alpha", 0.9, 0.82, 0.5, "reliable"),
        ("alpha", 0.9, 0.7, 0.5, "reliable, but uncertain"),
        ("alpha", 0.7, 0.667, 0.5, "tentative"),
        ("alpha", 0.7, 0.5, 0.5, "tentative, but uncertain"),
        ("alpha", 0.7, None, 0.5, "tentative, but without an interval"),
        ("alpha", 0.5, 0.4, 0.5, "not reliable"),
        ("alpha", 0.7, 0.0, 0.5, "could be chance alone"),
        ("alpha", -0.1, -0.2, 0.5, "no better than chance"),
        ("percent", 0.99, 0.98, 0.5, "not corrected for chance"),
        ("ac1", 0.99, 0.98, 0.05, "high for any rare code; read alpha beside it"),
        ("ac1", 0.99, 0.98, 0.5, "reliable"),
    ],
)
def test_values_are_read_in_plain_words(name, value, low, share, reading):
    assert read_value(name, value, low, coded_share=share) == reading


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.6349, ".63"),
        (-0.25, "-.25"),
        (-0.001, ".00"),
        (1.0, "1.00"),
        (0.9972, ".997"),
        (0.99999, ">.999"),
        (None, "–"),
    ],
)
def test_values_are_written_without_a_zero_in_front(value, text):
    assert show_value("alpha", Estimate(value)) == text


def suggest(project, places, *, state=State.SUGGESTED):
    segments = project.segments()[1:]
    chosen = [segments[at] for at in places]
    found = [Suggestion(s.transcript_id, s.start_char, s.end_char, "one", 1.0, 0.9, state) for s in chosen]
    project.set_suggestions(segments[0].transcript_id, found)
    return found


def test_the_machine_is_compared_apart_and_not_called_reliable(group):
    code(group, "Ada", range(12))
    code(group, "Ben", range(12))
    suggest(group, range(12))
    found = agree(group, sampling=FEW).comparisons
    assert [(item.coders, item.kind) for item in found] == [
        (("Ada", "Ben"), "people"),
        (("Ada", MACHINE), "machine"),
        (("Ben", MACHINE), "machine"),
    ]
    assert (found[1].units, found[1].estimates["kappa"].value) == (36, 1.0)
    assert found[1].estimates["kappa"].reading == "not independent"
    assert "has learnt from" in found[1].notes[0]


def test_only_what_the_machine_suggests_counts_as_coded_by_it(group):
    code(group, "Ada", range(12))
    suggest(group, range(12), state=State.UNSURE)
    found = first(group)
    assert (found.kind, found.codes[0].coded) == ("machine", (12, 0))


def test_suggestions_that_owe_nothing_to_the_coders_are_read_as_any_other(group):
    code(group, "Ada", range(12))
    given = suggest(group, range(11))
    found = first(group, suggestions=given, moderators=True)
    assert found.estimates["kappa"].reading == "reliable, but uncertain"
    assert found.notes == ("each transcript's suggestions were made from the other transcripts alone",)
    assert found.units == 36


def test_blind_and_assisted_are_told_apart(group):
    code(group, "Ada", range(0, 36, 2), origin=Origin.ACCEPTED)
    code(group, "Ben", range(0, 18, 2), finished=18)
    segments = group.segments()[1:]
    done = [MarkReviewed(s.transcript_id, s.start_char, s.end_char, True) for s in segments[18:]]
    apply_edits(group, done, coder="Ben")
    every, blind, assisted = agree(group, sampling=FEW).comparisons
    assert [item.condition for item in (every, blind, assisted)] == ["all", "blind", "assisted"]
    assert (blind.units, assisted.units) == (18, 18)
    assert (blind.estimates["percent"].value, assisted.estimates["percent"].value) == (0.5, 1.0)
    assert "a part of these units" in every.notes[0]
    assert "18 of 27 codings" in every.notes[0]


def test_nobody_blind_is_told(group):
    code(group, "Ada", range(12))
    code(group, "Ben", range(12))
    assert "nobody finished these units blind" in first(group).notes[0]


def test_all_blind_needs_no_note(group):
    code(group, "Ada", range(12))
    code(group, "Ben", range(12), blind=True)
    found = agree(group, sampling=FEW).comparisons
    assert (len(found), found[0].notes) == (1, ())


def test_the_same_person_twice_is_no_pair_of_people(group):
    code(group, "Ada", range(12))
    code(group, "Ada (again)", range(1, 12))
    found = agree(group, sampling=FEW)
    assert found.comparisons[0].kind == "same person"
    assert "(the same person twice)" in found.as_table()


def test_a_second_time_is_not_one_more_coder(group):
    for name in ("Ada", "Ben", "Ada (again)"):
        code(group, name, range(12))
    found = agree(group, sampling=NONE).comparisons
    assert [(item.coders, item.kind) for item in found] == [
        (("Ada", "Ben"), "people"),
        (("Ada", "Ada (again)"), "same person"),
    ]
    # Chosen by name, it is compared with whom one likes.
    chosen = agree(group, coders=["Ben", "Ada (again)"], sampling=NONE).comparisons
    assert [item.coders for item in chosen] == [("Ben", "Ada (again)")]


@pytest.mark.parametrize("name", ["Ada (again)", "Ada (2)", "ada (second time)", "Ada (2nd time)"])
def test_names_of_a_second_time(name):
    assert is_same_person("Ada", name)
    assert not is_same_person("Bob", name)


def test_a_name_is_not_its_own_second_time():
    assert not is_same_person("Ada", "Ada")
    assert not is_same_person("Ada (Leeds)", "Ada")


def test_coders_and_codes_can_be_chosen(group):
    for name in ("Ada", "Ben", "Cy"):
        code(group, name, range(12))
        code(group, name, range(12), code_id="two")
    found = agree(group, coders=["Cy", "Ada", "Cy"], codes=["two"], sampling=NONE)
    assert [item.coders for item in found.comparisons] == [("Cy", "Ada")]
    assert dict(found.names) == {"two": "Two"}
    assert found.comparisons[0].estimates["alpha"].reason == "no interval: nothing was resampled"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"coders": ["Ada", "Nobody"]}, "there is no coder 'Nobody'"),
        ({"codes": ["three"]}, "there is no code 'three'"),
        ({"unit": "word"}, "there is no unit 'word'; choose segment, sentence, turn or character"),
        ({"sampling": Sampling(-1)}, "resamples are not possible"),
        ({"sampling": Sampling(10, -1)}, "seed"),
    ],
)
def test_what_cannot_be_is_one_sentence(group, options, words):
    code(group, "Ada", [0])
    with pytest.raises(CodingError, match=words):
        agree(group, **options)


def test_a_span_over_two_turns_is_cut_and_white_space_between_segments_is_not():
    talk = Talk("t", "A: one two\nB: three", ((3, 10), (14, 19)), ((3, 6), (7, 10), (14, 19)))
    codings = [Mark(name, "t", 3, 19, "c") for name in "xy"] + [Mark("x", "elsewhere", 0, 1, "c")]
    reviews = [Mark("x", "t", 3, 6), Mark("x", "t", 7, 10), Mark("x", "t", 14, 19), Mark("y", "t", 0, 19)]
    material = build_material([talk], codings, reviews, coders="xy", codes=["c"])
    found = compare(material, (0, 1), sampling=Sampling(0, least=1))
    assert (found.units, found.turns, found.codes[0].coded) == (3, 2, (3, 3))
    assert found.estimates["code_u_alpha"].reason == "not defined: there is no variation"


def test_by_command(capsys, group):
    code(group, "Ada", range(12))
    code(group, "Ben", range(2, 12))
    code(group, "Ben", [20], code_id="two")
    path = str(group.path)
    main(["agree", path, "--coders", "Ada", "Ben", "--resamples", "20", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["comparisons"][0]["coders"] == ["Ada", "Ben"]
    assert told["comparisons"][0]["codes"][0]["estimates"]["kappa"]["value"] == pytest.approx(0.87, abs=0.01)
    main(["agree", path, "--unit", "turn", "--code", "all", "--seed", "3"])
    out = capsys.readouterr().out
    assert "Ada and Ben: 12 turns in 12 turns of 1 transcript" in out
    assert "Krippendorff's alpha" in out
    with pytest.raises(SystemExit):
        main(["agree", path, "--coders", "Eve"])
    assert "there is no coder 'Eve'" in capsys.readouterr().err


def test_held_out_suggestions_learn_nothing_from_the_same_transcript(group, encoder):
    from coding.agreement.machine import suggest_held_out

    code(group, "Ada", range(12))
    before = group.rev()
    steps = []
    found = suggest_held_out(group, encoder, step=lambda *step: steps.append(step))
    assert all(item.evidence for item in found)
    assert not any(evidence.coder for item in found for evidence in item.evidence)
    assert (group.rev(), group.suggestions()) == (before, [])
    assert steps[-1][1:] == (1, 1)
    with Project.open(group.path) as again:
        assert len(again.codings()) == 12


def test_too_many_different_sets_leave_that_coefficient_out(group, monkeypatch):
    monkeypatch.setattr("coding.agreement.masi.MOST_SETS", 1)
    code(group, "Ada", range(12))
    code(group, "Ben", range(12))
    found = first(group)
    assert "different sets of codes" in found.estimates["masi_alpha"].reason
    assert found.estimates["alpha"].value == 1.0


def test_without_finished_transcripts_nothing_is_held_out(group, encoder):
    from coding.agreement.machine import suggest_held_out

    assert suggest_held_out(group, encoder) == []
