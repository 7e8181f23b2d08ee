import contextlib
import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coding.agreement import agree
from coding.edits import AddCoding, MarkReviewed, SetRole, apply_edits
from coding.edits.codebook import AddCode
from coding.edits.framework import AddBehaviour, ChangeBehaviour, CombineBehaviours
from coding.errors import EditError
from coding.evidence import (
    MOST_LACKING,
    MOST_SHOWN,
    Passage,
    Rating,
    Sources,
    as_quotation,
    gather_evidence,
    propose,
)
from coding.framework import read_framework
from coding.model import Participant, Role, Valence
from coding.store import Project

SHOWN, LACKING, UNCLEAR = Valence.SHOWN, Valence.LACKING, Valence.UNCLEAR


@pytest.fixture
def study(tmp_path, make_study):
    with Project.open(make_study(tmp_path / "s.sqlite")) as project:
        yield project


def code(project, words, code_id="meets-customers", coder="Ada", valence=SHOWN):
    """Code some words of the study; return where they stand."""
    for info in project.transcripts():
        start = project.text(info.id).find(words)
        if start >= 0:
            apply_edits(
                project,
                [AddCoding(info.id, start, start + len(words), code_id, valence=valence)],
                coder=coder,
            )
            return info.id, start, start + len(words)
    raise AssertionError(words)


def strength(project, behaviour_id="meets-customers", **options):
    return gather_evidence(Sources(project), read_framework(project), **options).strengths[behaviour_id]


GRAHAM = "Graham stood at the counter every Friday."
OFFICE = "Mine never came out of his office."
MACHINE = "she told everybody by noon"
QUIET = "We were told to keep quiet."


def test_nothing_coded_is_no_evidence(study):
    found = strength(study)
    assert (found.passages, found.people, found.groups, found.coders, found.alphas) == (0, 0, 0, (), ())
    assert (found.of_people, found.of_groups) == (0, 0)


def test_what_nobody_looked_at_is_not_counted(study):
    code(study, GRAHAM, "calls-back")
    found = strength(study)
    assert (found.of_people, found.of_groups, Sources(study).groups) == (2, 1, {"Retail": 2})
    bank = next(s for s in _segments(study) if s.transcript_id == study.transcripts()[1].id)
    apply_edits(study, [MarkReviewed(bank.transcript_id, bank.start_char, bank.end_char)], coder="Ben")
    assert Sources(study).groups == {"Retail": 2, "Bank": 2}
    assert Sources(study, coders=["Ada"]).groups == {"Retail": 2}


def test_there_is_no_evidence_without_transcripts_and_codebook(project):
    assert gather_evidence(Sources(project), read_framework(project)).strengths == {}


def test_it_counts_people_groups_and_what_is_shown_or_lacking(study):
    code(study, GRAHAM)
    code(study, OFFICE, valence=LACKING)
    code(study, QUIET, valence=UNCLEAR)
    found = strength(study)
    assert (found.passages, found.shown, found.lacking, found.unclear) == (3, 1, 1, 1)
    assert (found.people, found.of_people, found.groups, found.of_groups) == (3, 4, 2, 2)


def test_one_stretch_coded_by_two_people_is_one_passage(study):
    code(study, GRAHAM)
    place = code(study, GRAHAM, coder="Ben")
    passage = Sources(study).passages(("meets-customers",))[0]
    assert passage.place == place
    assert passage.coders == ("Ada", "Ben")
    assert (passage.text, passage.group, passage.at_s) == (GRAHAM, "Retail", 10.0)
    assert [person.name for person in passage.people] == ["Carol B."]
    assert strength(study).coders == ("Ada", "Ben")


def test_two_codes_of_one_behaviour_by_one_coder_are_one_voice(study):
    apply_edits(study, [CombineBehaviours("calls-back", "meets-customers")], coder="Ada")
    code(study, OFFICE, valence=UNCLEAR)
    code(study, OFFICE, "calls-back", valence=LACKING)
    found = strength(study)
    assert (found.passages, found.lacking, found.unclear) == (1, 1, 0)


def test_coders_who_see_the_opposite_leave_it_unclear(study):
    code(study, OFFICE)
    code(study, OFFICE, coder="Ben", valence=LACKING)
    found = strength(study)
    assert (found.shown, found.lacking, found.unclear) == (0, 0, 1)


def test_what_moderators_say_is_no_evidence(study):
    code(study, "And what about mistakes?")
    assert strength(study).passages == 0


def test_who_becomes_a_moderator_counts_no_more(study):
    code(study, GRAHAM)
    carol = next(person for person in study.participants() if person.name == "Carol B.")
    apply_edits(study, [SetRole(carol.id, Role.MODERATOR)], coder="Ada")
    found = strength(study)
    assert (found.passages, found.people, found.of_people) == (0, 0, 1)


def test_only_the_coders_asked_for_count(study):
    code(study, GRAHAM)
    code(study, OFFICE, coder="Ben")
    assert len(Sources(study, coders=["Ben"]).passages(("meets-customers",))) == 1


def test_agreement_comes_from_people_only_where_they_were_compared(study):
    for coder in ("Ada", "Ben"):
        code(study, GRAHAM, coder=coder)
        code(study, MACHINE, "open-in-a-crisis", coder=coder)
        marks = [MarkReviewed(s.transcript_id, s.start_char, s.end_char) for s in _segments(study)]
        apply_edits(study, marks, coder=coder)
    found = strength(study, agreement=agree(study))
    assert [code_id for code_id, _ in found.agreement] == ["meets-customers"]
    assert strength(study, "calls-back", agreement=agree(study)).alphas == ()
    assert strength(study).agreement == ()


def _segments(project):
    return [segment for info in project.transcripts() for segment in project.segments(info.id)]


def test_a_rating_belongs_to_a_behaviour_with_one_rated_code(study):
    rating = Rating(4.2, 4.0, 4.4, 120, 1, 5)
    assert strength(study, ratings={"meets-customers": rating}).rating == rating
    assert strength(study, "calls-back", ratings={"meets-customers": rating}).rating is None
    apply_edits(study, [CombineBehaviours("calls-back", "meets-customers")], coder="Ada")
    both = {"meets-customers": rating, "calls-back": rating}
    assert strength(study, ratings=both).rating is None


def test_a_behaviour_without_codes_has_no_passages(study):
    apply_edits(study, [AddBehaviour("Own", "closeness", behaviour_id="own")], coder="Ada")
    assert strength(study, "own").passages == 0


def test_chosen_quotations_take_the_place_of_proposed_ones(study):
    code(study, GRAHAM)
    place = code(study, OFFICE, valence=LACKING)
    evidence = gather_evidence(Sources(study), read_framework(study))
    behaviour = read_framework(study).behaviour("meets-customers")
    assert [(one.text, contrary) for one, contrary in evidence.quotations(behaviour)] == [
        (GRAHAM, False),
        (OFFICE, True),
    ]
    passage = next(one for one in evidence.passages["meets-customers"] if one.place == place)
    apply_edits(study, [ChangeBehaviour("meets-customers", quotations=(as_quotation(passage),))], coder="Ada")
    behaviour = read_framework(study).behaviour("meets-customers")
    chosen = gather_evidence(Sources(study), read_framework(study)).quotations(behaviour)
    assert [(one.text, one.coders, contrary) for one, contrary in chosen] == [(OFFICE, ("Ada",), True)]


def test_a_chosen_quotation_stays_when_it_is_coded_no_more(study):
    place = code(study, GRAHAM, "calls-back")
    passage = Sources(study).passages(("calls-back",))[0]
    quotation = as_quotation(passage, contrary=True)
    apply_edits(study, [ChangeBehaviour("meets-customers", quotations=(quotation,))], coder="Ada")
    (found, contrary), *_ = Sources(study).chosen(read_framework(study).behaviour("meets-customers"))
    assert (found.place, found.text, found.coders, contrary) == (place, GRAHAM, (), True)


def test_to_choose_no_quotations_is_a_choice(study):
    code(study, GRAHAM)
    apply_edits(study, [ChangeBehaviour("meets-customers", quotations=())], coder="Ada")
    evidence = gather_evidence(Sources(study), read_framework(study))
    assert evidence.quotations(read_framework(study).behaviour("meets-customers")) == ()


def test_codes_added_later_are_evidence_too(study):
    apply_edits(study, [AddCode("Waits", "learning", code_id="waits")], coder="Ada")
    code(study, QUIET, "waits", valence=LACKING)
    assert strength(study, "waits").lacking == 1


# what is proposed


def passage(start, person="a", group="g", *, coders=("Ada",), valence=SHOWN, length=100, transcript="t"):
    return Passage(
        transcript,
        start,
        start + length,
        "x" * length,
        transcript,
        group,
        (Participant(person, person.upper()),),
        tuple(coders),
        (valence,) * len(coders),
    )


def test_other_people_come_before_more_of_the_same():
    same = [passage(at * 200, coders=("Ada", "Ben")) for at in range(4)]
    found = propose([*same, passage(2000, "b"), passage(2200, "c")])
    assert [one.people[0].id for one, _ in found] == ["a", "b", "c"]


def test_other_groups_come_before_the_same_group():
    found = propose([passage(0, "a"), passage(200, "b"), passage(400, "c"), passage(600, "d", "other", length=500)])
    assert [one.people[0].id for one, _ in found] == ["a", "b", "d"]


def test_what_more_coders_agree_on_comes_first_and_then_a_readable_length():
    few = [passage(0, length=5), passage(200), passage(400, coders=("Ada", "Ben"), length=5)]
    assert [one.start_char for one, _ in propose(few[:1] + few[2:])][0:1] == [0]
    best = propose([replace(one, people=()) for one in few])
    assert [one.start_char for one, _ in best] == [0, 200, 400]
    many = [*few, *(passage(1000 + 100 * at, length=5) for at in range(5))]
    assert {200, 400} <= {one.start_char for one, _ in propose([replace(one, people=()) for one in many])}


def test_the_unclear_and_the_lacking_are_not_proposed_as_shown():
    found = propose([passage(0, valence=UNCLEAR), passage(200, valence=LACKING)])
    assert [(one.start_char, contrary) for one, contrary in found] == [(200, True)]


@given(
    st.lists(
        st.builds(
            passage,
            st.integers(0, 60),
            st.sampled_from("abcd"),
            st.sampled_from("gh"),
            coders=st.lists(st.sampled_from(["Ada", "Ben", "Cem"]), min_size=1, unique=True),
            valence=st.sampled_from(list(Valence)),
            length=st.integers(1, 30),
        ),
        max_size=14,
        unique_by=lambda one: one.place,
    )
)
def test_proposals_come_from_the_passages_are_few_and_do_not_overlap(passages):
    found = propose(passages)
    assert sum(contrary for _, contrary in found) <= MOST_LACKING
    assert sum(not contrary for _, contrary in found) <= MOST_SHOWN
    assert all(one in passages and one.contrary is contrary for one, contrary in found)
    for contrary in (False, True):
        spans = sorted(one.place[1:] for one, kind in found if kind is contrary)
        assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    assert found == propose(passages)


# against another way to count


def counted(project, codes):
    """Count passages one by one: shown, lacking, all, people and groups."""
    said = {}
    for one in project.codings():
        if one.code_id in codes:
            voices = said.setdefault((one.transcript_id, one.start_char, one.end_char), {})
            if voices.get(one.coder, UNCLEAR) is UNCLEAR:
                voices[one.coder] = one.valence
    totals, told, groups = [0, 0, 0], set(), set()
    for (transcript_id, start, end), voices in said.items():
        speakers = project.speakers(transcript_id)
        turns = [turn for turn in project.turns(transcript_id) if turn.start_char < end and turn.end_char > start]
        people = [speakers[turn.speaker] for turn in turns if turn.speaker in speakers]
        if people and all(person.role is Role.MODERATOR for person in people):
            continue
        values = list(voices.values())
        totals[0] += values.count(SHOWN) > values.count(LACKING)
        totals[1] += values.count(SHOWN) < values.count(LACKING)
        totals[2] += 1
        told |= {person.id for person in people if person.role is Role.PARTICIPANT}
        groups |= {info.group for info in project.transcripts() if info.id == transcript_id}
    return (*totals, len(told), len(groups))


CODES = ("meets-customers", "calls-back", "open-in-a-crisis")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_numbers_are_those_of_counting_one_by_one(data, tmp_path_factory, make_study):
    with Project.open(make_study(tmp_path_factory.mktemp("s") / "s.sqlite")) as project:
        for coder in data.draw(st.lists(st.sampled_from(["Ada", "Ben", "Cem"]), max_size=6)):
            info = data.draw(st.sampled_from(project.transcripts()))
            start = data.draw(st.integers(0, info.chars - 2))
            end = data.draw(st.integers(start + 1, min(start + 220, info.chars)))
            operation = AddCoding(
                info.id,
                start,
                end,
                data.draw(st.sampled_from(CODES)),
                valence=data.draw(st.sampled_from(list(Valence))),
            )
            with contextlib.suppress(EditError):
                apply_edits(project, [operation], coder=coder)
        sources = Sources(project)
        for codes in ((CODES[0],), CODES[:2], CODES):
            found = sources.strength(codes)
            assert (found.shown, found.lacking, found.passages, found.people, found.groups) == counted(project, codes)
            passages = sources.passages(codes)
            assert len(passages) == found.passages
            assert all(one.text == project.text(one.transcript_id)[one.start_char : one.end_char] for one in passages)
