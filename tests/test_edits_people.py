import pytest

from coding.edits import SetAttributes, apply_edits, redo, undo
from coding.edits.people import KeepApart, MergeParticipants, RenameParticipant, SplitSpeaker
from coding.errors import EditError
from coding.people import aliases_of
from coding.store import Project


@pytest.fixture
def study(tmp_path, make_study):
    with Project.open(make_study(tmp_path / "study.sqlite")) as made:
        yield made


def named(project, name):
    return [person for person in project.participants() if person.name == name]


def do(project, *operations):
    return apply_edits(project, operations, coder="Ada")


def test_a_participant_can_be_renamed_and_the_labels_stay(study):
    person = named(study, "Carol B.")[0]
    do(study, RenameParticipant(person.id, "  Carol   Baines "))
    assert named(study, "Carol Baines")[0].id == person.id
    assert study.speakers(study.transcripts()[0].id)["Carol B."].name == "Carol Baines"
    assert do(study, RenameParticipant(person.id, "Carol Baines")) == ()
    undo(study, coder="Ada")
    assert named(study, "Carol B.")


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "a\x00b"])
def test_a_name_must_be_one(study, name):
    with pytest.raises(EditError, match="1 to 120"):
        do(study, RenameParticipant(study.participants()[0].id, name))


def test_two_participants_become_one_with_the_attributes_of_both(study):
    first, second = named(study, "Femi")
    do(study, SetAttributes(first.id, (("job", "director"), ("sector", "retail"))))
    do(study, SetAttributes(second.id, (("sector", "bank"),)))
    before = study.participants()
    do(study, MergeParticipants(first.id, second.id))
    assert [person.id for person in named(study, "Femi")] == [second.id]
    assert dict(named(study, "Femi")[0].attributes) == {"job": "director", "sector": "bank"}
    assert all(study.speakers(info.id)["Femi"].id == second.id for info in study.transcripts())
    undo(study, coder="Ada")
    assert study.participants() == before
    redo(study, coder="Ada")
    assert len(named(study, "Femi")) == 1


def test_a_label_can_be_taken_apart_again(study):
    first, second = named(study, "Femi")
    do(study, MergeParticipants(first.id, second.id))
    there = study.transcripts()[0].id
    do(study, SplitSpeaker(there, "Femi"))
    assert len(named(study, "Femi")) == 2
    undo(study, coder="Ada")
    assert len(named(study, "Femi")) == 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda s, a, b: MergeParticipants(a, a), "themselves"),
        (lambda s, a, b: MergeParticipants("none", b), "no participant"),
        (lambda s, a, b: MergeParticipants(a, "none"), "no participant"),
        (lambda s, a, b: SplitSpeaker(s.transcripts()[0].id, "Nobody"), "nobody is called"),
        (lambda s, a, b: SplitSpeaker(s.transcripts()[0].id, "Femi"), "nothing to take apart"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(study, make, words):
    first, second = named(study, "Femi")
    with pytest.raises(EditError, match=words):
        do(study, make(study, first.id, second.id))


def test_who_was_merged_cannot_be_merged_again(study):
    first, second = named(study, "Femi")
    do(study, MergeParticipants(first.id, second.id))
    with pytest.raises(EditError, match="speaks in no transcript"):
        do(study, MergeParticipants(first.id, second.id))


def pairs(study):
    return [{one.participant_id for one in (found.first, found.second)} for found in aliases_of(study)]


def test_two_people_who_look_like_one_are_not_proposed_again(study):
    first, second = named(study, "Femi")
    assert {first.id, second.id} in pairs(study)
    do(study, KeepApart(first.id, second.id))
    assert {first.id, second.id} not in pairs(study)
    assert study.edits(kind="keep-apart")[0].summary == "Femi and Femi are two people"
    assert do(study, KeepApart(second.id, first.id)) == ()
    undo(study, coder="Ada")
    assert {first.id, second.id} in pairs(study)
    redo(study, coder="Ada")
    assert {first.id, second.id} not in pairs(study)


def test_who_was_another_person_stays_another_after_a_merge(study):
    first, second = named(study, "Femi")
    third = named(study, "Carol B.")[0]
    do(study, KeepApart(first.id, second.id), KeepApart(third.id, first.id))
    do(study, MergeParticipants(first.id, third.id))
    assert set(study.apart()) == {frozenset((second.id, third.id))}
    undo(study, coder="Ada")
    assert set(study.apart()) == {frozenset((first.id, second.id)), frozenset((first.id, third.id))}


def test_nobody_is_kept_apart_from_themselves_or_from_nobody(study):
    person = study.participants()[0].id
    with pytest.raises(EditError, match="themselves"):
        do(study, KeepApart(person, person))
    with pytest.raises(EditError, match="no participant"):
        do(study, KeepApart(person, "none"))
