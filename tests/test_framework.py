from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.edits import AddCoding, SetCodebook, apply_edits, redo, undo
from coding.edits.codebook import AddCode, RetireCode
from coding.edits.framework import (
    MOST_INDICATORS,
    AddBehaviour,
    AddCluster,
    ChangeBehaviour,
    ChangeCluster,
    CombineBehaviours,
    LeaveOut,
    MoveBehaviour,
    MoveCluster,
    RemoveCluster,
)
from coding.errors import CodingError, EditError
from coding.framework import OTHERS, Quotation, build_framework, indicators, read_framework
from coding.model import Code, Codebook
from coding.store import Project
from tests.conftest import CODEBOOK


@pytest.fixture
def study(tmp_path, make_study):
    with Project.open(make_study(tmp_path / "s.sqlite")) as project:
        yield project


def do(project, *operations, coder="Ada"):
    return apply_edits(project, operations, coder=coder)


def shape(project):
    """Return the clusters with the ids of what stands in them."""
    return {c.id: [b.id for b in c.behaviours] for c in read_framework(project).clusters}


AS_CODED = {"closeness": ["meets-customers", "calls-back"], "learning": ["learns-from-failure", "open-in-a-crisis"]}


def test_it_starts_as_the_codebook_is(study):
    assert shape(study) == AS_CODED
    behaviour = read_framework(study).behaviour("meets-customers")
    assert behaviour.statement == "Meets the people served as a habit."
    assert behaviour.positive == ("The leader goes to where customers are.",)
    assert behaviour.contrary == ("He had not met a customer for years.",)
    assert behaviour.written == frozenset()
    assert behaviour.quotations is None


def test_it_is_empty_where_there_is_no_codebook(project):
    framework = read_framework(project)
    assert framework.clusters == ()
    assert framework.behaviours == ()


def test_codes_without_groups_make_one_cluster():
    framework = build_framework(Codebook("", codes=(Code("a", "A"), Code("b", "B"))))
    assert [(c.id, c.name) for c in framework.clusters] == [(OTHERS, "Behaviours")]
    assert [b.id for b in framework.behaviours] == ["a", "b"]


def test_a_code_below_a_code_stands_in_the_group_above_both():
    codes = (Code("g", "G", codable=False), Code("a", "A", "g"), Code("b", "B", "a"))
    assert [c.id for c in build_framework(Codebook("", codes=codes)).clusters] == ["g"]


@pytest.mark.parametrize(
    ("rule", "positive", "contrary"),
    [
        ("Apply when the leader rings.", ("The leader rings.",), ()),
        ("Apply to the lack: nobody rings.", (), ("Nobody rings.",)),
        ("Somebody rings.", ("Somebody rings.",), ()),
        ("Apply to its lack, nobody rings.", (), ("Nobody rings.",)),
    ],
)
def test_a_rule_becomes_an_indicator(rule, positive, contrary):
    assert indicators(Code("x", "X", include=(rule,))) == (positive, contrary)


def test_what_is_written_takes_the_place_of_the_codebook_and_the_rest_follows_it(study):
    do(study, ChangeBehaviour("meets-customers", statement="Goes to where customers are, again and again."))
    changed = replace(CODEBOOK.codes[1], name="Meets people", definition="New.")
    codes = tuple(changed if code.id == changed.id else code for code in CODEBOOK.codes)
    do(study, SetCodebook(Codebook("Small codebook", version="2", codes=codes)))
    behaviour = read_framework(study).behaviour("meets-customers")
    assert behaviour.name == "Meets people"
    assert behaviour.statement == "Goes to where customers are, again and again."
    assert behaviour.written == {"statement"}


def test_what_was_written_can_be_taken_from_the_codebook_again(study):
    do(study, ChangeBehaviour("calls-back", name="Rings back", positive=("Rings the same day.",)))
    do(study, ChangeBehaviour("calls-back", from_codebook=("name", "positive")))
    behaviour = read_framework(study).behaviour("calls-back")
    assert (behaviour.name, behaviour.positive, behaviour.written) == ("Calls back in person", (), frozenset())


def test_writing_what_stands_there_already_is_no_edit(study):
    behaviour = read_framework(study).behaviour("meets-customers")
    change = ChangeBehaviour(
        behaviour.id, behaviour.name, behaviour.statement, behaviour.codes, behaviour.positive, behaviour.contrary
    )
    assert do(study, change) == ()
    assert do(study, ChangeCluster("closeness", name="Close to the customer", statement="")) == ()


def test_a_behaviour_is_moved_within_its_cluster_and_to_another(study):
    do(study, MoveBehaviour("calls-back", "closeness", before="meets-customers"))
    assert shape(study)["closeness"] == ["calls-back", "meets-customers"]
    do(study, MoveBehaviour("calls-back", "learning", before="open-in-a-crisis"))
    assert shape(study) == {
        "closeness": ["meets-customers"],
        "learning": ["learns-from-failure", "calls-back", "open-in-a-crisis"],
    }
    assert do(study, MoveBehaviour("calls-back", "learning", before="open-in-a-crisis")) == ()


def test_a_new_code_stands_behind_those_that_were_ordered(study):
    do(study, MoveBehaviour("calls-back", "closeness", before="meets-customers"))
    do(study, AddCode("Walks the floor", "closeness", code_id="walks-the-floor"))
    assert shape(study)["closeness"] == ["calls-back", "meets-customers", "walks-the-floor"]


def test_clusters_are_added_renamed_moved_and_removed_when_empty(study):
    do(study, AddCluster("Courage", "Says what is unwelcome.", cluster_id="courage"))
    do(study, MoveCluster("courage", before="closeness"))
    do(study, ChangeCluster("closeness", name="Near"))
    assert [c.name for c in read_framework(study).clusters] == ["Courage", "Near", "Learning"]
    with pytest.raises(EditError, match="holds behaviours"):
        do(study, RemoveCluster("closeness"))
    do(study, RemoveCluster("courage"))
    assert list(shape(study)) == ["closeness", "learning"]


def test_a_cluster_that_was_emptied_stays_until_it_is_removed(study):
    for behaviour in AS_CODED["learning"]:
        do(study, MoveBehaviour(behaviour, "closeness"))
    assert shape(study)["learning"] == []
    do(study, RemoveCluster("learning"))
    assert "learning" not in shape(study)


def test_a_removed_cluster_comes_back_with_a_new_code_of_its_group(study):
    for behaviour in AS_CODED["learning"]:
        do(study, MoveBehaviour(behaviour, "closeness"))
    do(study, RemoveCluster("learning"), AddCode("Asks why", "learning", code_id="asks-why"))
    assert shape(study)["learning"] == ["asks-why"]


def test_a_behaviour_is_left_out_and_comes_back_with_what_was_written(study):
    do(study, ChangeBehaviour("calls-back", statement="Rings."), LeaveOut("calls-back"))
    framework = read_framework(study)
    assert [b.id for b in framework.left_out] == ["calls-back"]
    assert framework.cluster_of("calls-back") is None
    assert do(study, LeaveOut("calls-back")) == ()
    do(study, MoveBehaviour("calls-back", "learning"))
    assert read_framework(study).cluster_of("calls-back").id == "learning"
    assert read_framework(study).behaviour("calls-back").statement == "Rings."


def test_a_behaviour_of_its_own_can_rest_on_several_codes(study):
    do(study, AddBehaviour("Answers for it", "learning", ("calls-back", "open-in-a-crisis"), behaviour_id="answers"))
    behaviour = read_framework(study).behaviour("answers")
    assert behaviour.codes == ("calls-back", "open-in-a-crisis")
    assert shape(study)["learning"][-1] == "answers"
    with pytest.raises(EditError, match="no code of the codebook"):
        do(study, ChangeBehaviour("answers", from_codebook=("statement",)))


def test_two_behaviours_are_combined(study):
    place = study.segments()[2]
    chosen = Quotation(place.transcript_id, place.start_char, place.end_char)
    do(study, ChangeBehaviour("calls-back", quotations=(chosen,), positive=("Rings.",)))
    do(study, CombineBehaviours("calls-back", "meets-customers"))
    framework = read_framework(study)
    kept = framework.behaviour("meets-customers")
    assert kept.codes == ("meets-customers", "calls-back")
    assert kept.positive == ("The leader goes to where customers are.", "Rings.")
    assert kept.quotations == (chosen,)
    assert [b.id for b in framework.left_out] == ["calls-back"]


def test_what_was_written_about_a_code_stays_when_it_retires(study):
    do(
        study,
        ChangeBehaviour("calls-back", statement="Rings."),
        RetireCode("calls-back"),
        RetireCode("meets-customers"),
    )
    framework = read_framework(study)
    assert framework.behaviour("calls-back").retired
    assert framework.behaviour("calls-back").name == "Calls back in person"
    assert framework.behaviour("meets-customers") is None


def test_quotations_are_slices_of_the_talk(study):
    place = study.segments()[2]
    chosen = Quotation(place.transcript_id, place.start_char, place.end_char, contrary=True)
    do(study, ChangeBehaviour("calls-back", quotations=(chosen, chosen)))
    assert read_framework(study).behaviour("calls-back").quotations == (chosen,)
    outside = Quotation(place.transcript_id, 0, 10**6)
    with pytest.raises(EditError, match="not a stretch"):
        do(study, ChangeBehaviour("calls-back", quotations=(outside,)))


@pytest.mark.parametrize(
    ("operation", "says"),
    [
        (ChangeBehaviour("nobody", name="x"), "no such behaviour"),
        (ChangeBehaviour("calls-back", name=" "), "needs a name"),
        (ChangeBehaviour("calls-back", name="a" * 161), "needs a name"),
        (ChangeBehaviour("calls-back", statement="a" * 8001), "at most 8,000"),
        (ChangeBehaviour("calls-back", positive=("a" * 601,)), "at most 600"),
        (ChangeBehaviour("calls-back", contrary=tuple(str(n) for n in range(MOST_INDICATORS + 1))), "at most 40"),
        (ChangeBehaviour("calls-back", codes=("nothing",)), "no code 'nothing'"),
        (ChangeBehaviour("calls-back", codes=("closeness",)), "a group of codes"),
        (ChangeBehaviour("calls-back", quotations=(Quotation("x", 0, 1),)), "no transcript"),
        (ChangeBehaviour("calls-back", from_codebook=("colour",)), "no field"),
        (MoveBehaviour("calls-back", "nowhere"), "no such cluster"),
        (MoveBehaviour("calls-back", "learning", before="meets-customers"), "nothing at that place"),
        (AddCluster("learning "), "already"),
        (ChangeCluster("closeness", name="LEARNING"), "already"),
        (AddBehaviour("x", "learning", behaviour_id="calls-back"), "already"),
        (CombineBehaviours("calls-back", "calls-back"), "with itself"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_stored(study, operation, says):
    before = study.rev()
    with pytest.raises(CodingError, match=says):
        do(study, operation)
    assert study.rev() == before


STEPS = st.lists(
    st.one_of(
        st.builds(
            MoveBehaviour,
            st.sampled_from(["calls-back", "meets-customers", "open-in-a-crisis"]),
            st.sampled_from(["closeness", "learning", "courage"]),
        ),
        st.builds(ChangeBehaviour, st.just("calls-back"), statement=st.text(max_size=20)),
        st.builds(ChangeBehaviour, st.just("calls-back"), from_codebook=st.just(("statement",))),
        st.builds(MoveCluster, st.sampled_from(["closeness", "learning", "courage"])),
        st.builds(LeaveOut, st.sampled_from(["calls-back", "learns-from-failure"])),
        st.builds(AddCluster, st.just("Courage"), cluster_id=st.just("courage")),
        st.builds(CombineBehaviours, st.just("calls-back"), st.just("open-in-a-crisis")),
    ),
    max_size=8,
)


@settings(max_examples=25)
@given(steps=STEPS)
def test_undo_brings_back_every_state_and_redo_the_last(steps, make_study, tmp_path_factory):
    path = make_study(tmp_path_factory.mktemp("undo") / "s.sqlite")
    with Project.open(path) as project:
        states = [read_framework(project)]
        for step in steps:
            try:
                edits = do(project, step)
            except EditError:
                continue
            if edits:
                states.append(read_framework(project))
        for state in reversed(states[:-1]):
            undo(project, coder="Ada")
            assert read_framework(project) == state
        for state in states[1:]:
            redo(project, coder="Ada")
            assert read_framework(project) == state


@settings(max_examples=25)
@given(steps=STEPS)
def test_no_behaviour_is_ever_lost(steps, make_study, tmp_path_factory):
    path = make_study(tmp_path_factory.mktemp("kept") / "s.sqlite")
    with Project.open(path) as project:
        for step in steps:
            try:
                do(project, step)
            except EditError:
                continue
        framework = read_framework(project)
        ids = [one.id for one in (*framework.behaviours, *framework.left_out)]
        assert sorted(ids) == sorted(code.id for code in CODEBOOK.codable)


def test_codings_do_not_change_when_the_framework_does(study):
    place = study.segments()[2]
    do(study, AddCoding(place.transcript_id, place.start_char, place.end_char, "calls-back"))
    before = study.codings()
    do(study, CombineBehaviours("calls-back", "meets-customers"), LeaveOut("meets-customers"))
    assert study.codings() == before
