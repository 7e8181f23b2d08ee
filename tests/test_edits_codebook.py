from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coding.codebook import dump_codebook, parse_codebook
from coding.edits import AddCoding, ChangeCoding, SetCodebook, WriteMemo, apply_edits, redo, undo
from coding.edits.codebook import (
    AddCode,
    ChangeCode,
    ChangeCodebook,
    MergeCodes,
    MoveCode,
    RecodeCodings,
    RestoreCode,
    RetireCode,
    in_tree_order,
)
from coding.errors import EditError
from coding.model import Code, Codebook, tree_order
from coding.store import Project
from tests.conftest import CODEBOOK, sentences, transcript


@pytest.fixture
def study(tmp_path, make_study):
    with Project.open(make_study(tmp_path / "study.sqlite")) as made:
        yield made


def place(project, number):
    segment = project.segments()[number]
    return segment.transcript_id, segment.start_char, segment.end_char


def do(project, *operations, coder="Ada"):
    return apply_edits(project, operations, coder=coder)


def test_a_new_code_gets_an_id_from_its_name_and_the_colour_above_it(study):
    do(study, AddCode("  Says sorry!  ", "closeness", definition="Says it."))
    code = study.codebook()["says-sorry"]
    assert (code.name, code.parent, code.colour, code.definition) == ("Says sorry!", "closeness", "#0b6264", "Says it.")
    assert study.codebook().codes[-1] == code


def test_the_id_of_a_retired_code_is_never_given_again(study):
    do(study, RetireCode("calls-back"))
    do(study, AddCode("Calls back"))
    assert "calls-back-2" in study.codebook()
    with pytest.raises(EditError, match="is taken"):
        do(study, AddCode("Other", code_id="calls-back"))


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (AddCode(" "), "needs a name"),
        (AddCode("x", "nobody"), "no code 'nobody'"),
        (AddCode("x", colour="red"), "not a colour"),
        (AddCode("x", code_id="Not An Id"), "lower-case"),
        (AddCode("x\x00y"), "control character"),
        (ChangeCode("nobody", name="x"), "no code 'nobody'"),
        (ChangeCode("calls-back", name=""), "needs a name"),
        (ChangeCode("calls-back", colour="#12"), "not a colour"),
        (MoveCode("closeness", "calls-back"), "below itself"),
        (MoveCode("closeness", "closeness"), "below itself"),
        (MoveCode("calls-back", "nobody"), "no code 'nobody'"),
        (MoveCode("calls-back", "learning", "meets-customers"), "at that place"),
        (MergeCodes("calls-back", "calls-back"), "with itself"),
        (MergeCodes("calls-back", "closeness"), "group of codes"),
        (MergeCodes("calls-back", "nobody"), "no code 'nobody'"),
        (RetireCode("closeness"), "codes below it"),
        (RetireCode("nobody"), "no code 'nobody'"),
        (RestoreCode("calls-back"), "no retired code"),
        (RecodeCodings(("none",), "calls-back"), "no longer there"),
        (RecodeCodings((), "closeness"), "group of codes"),
        (ChangeCodebook(name=" "), "needs a name"),
        (ChangeCodebook(version=""), "needs a version"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(study, operation, words):
    before = study.codebook()
    with pytest.raises(EditError, match=words):
        do(study, operation)
    assert study.codebook() == before


def test_a_changed_code_keeps_its_id_and_what_was_not_named(study):
    edit = do(study, ChangeCode("calls-back", name="Rings back", examples=("He rang.", "  ", "He rang.\ntwice")))[0]
    code = study.codebook()["calls-back"]
    assert (code.name, code.definition) == ("Rings back", "Takes a complaint up in person.")
    assert code.examples == ("He rang.", "He rang. twice")
    assert edit.summary == "Changed the code Rings back: name, examples"
    assert do(study, ChangeCode("calls-back", name="Rings back")) == ()


def test_a_renamed_code_says_so(study):
    assert (
        do(study, ChangeCode("calls-back", name="Rings"))[0].summary == "Renamed the code Calls back in person to Rings"
    )


def test_a_recoloured_code_has_its_colour(study):
    do(study, ChangeCode("calls-back", colour="#112233"))
    assert study.codebook()["calls-back"].colour == "#112233"


def test_a_code_moves_with_its_branch_and_stands_where_it_was_put(study):
    do(study, MoveCode("learning", "closeness", "calls-back"))
    assert [(code.id, depth) for code, depth in tree_order(study.codebook())] == [
        ("closeness", 0),
        ("meets-customers", 1),
        ("learning", 1),
        ("learns-from-failure", 2),
        ("open-in-a-crisis", 2),
        ("calls-back", 1),
    ]
    undo(study, coder="Ada")
    assert study.codebook() == CODEBOOK


def test_a_code_can_change_places_with_its_neighbour(study):
    do(study, MoveCode("calls-back", "closeness", "meets-customers"))
    assert [code.id for code in study.codebook().children("closeness")] == ["calls-back", "meets-customers"]
    do(study, MoveCode("calls-back", None))
    assert [code.id for code in study.codebook().children(None)] == ["closeness", "learning", "calls-back"]


def test_merging_recodes_everybodys_codings_as_one_act(study):
    do(study, AddCoding(*place(study, 1), "calls-back"))
    do(study, AddCoding(*place(study, 2), "calls-back"), coder="Ben")
    before = (study.codings(), study.codebook())
    edits = do(study, MergeCodes("calls-back", "meets-customers"), coder="Cleo")
    assert len(edits) == 1
    assert edits[0].summary == "Merged the code Calls back in person into Meets customers (2 codings)"
    assert {coding.code_id for coding in study.codings()} == {"meets-customers"}
    assert {coding.coder for coding in study.codings()} == {"Ada", "Ben"}
    assert "calls-back" not in study.codebook()
    assert "calls-back" in study.retired_codes()
    after = (study.codings(), study.codebook())
    undo(study, coder="Cleo")
    assert (study.codings(), study.codebook()) == before
    redo(study, coder="Cleo")
    assert (study.codings(), study.codebook()) == after


def test_merging_makes_no_coding_twice_and_loses_no_memo(study):
    where = place(study, 1)
    do(study, AddCoding(*where, "calls-back", memo="rang her"), AddCoding(*where, "meets-customers", memo="met her"))
    do(study, AddCoding(*where, "calls-back"), coder="Ben")
    do(study, MergeCodes("calls-back", "meets-customers"))
    assert [(c.coder, c.memo) for c in study.codings()] == [("Ada", "met her\nrang her"), ("Ben", "")]
    undo(study, coder="Ada")
    assert len(study.codings()) == 3


def test_merging_hands_over_words_unless_they_are_to_go(study):
    do(study, ChangeCode("calls-back", examples=("He rang her himself.",), contrary_examples=("She got a letter.",)))
    do(study, MergeCodes("calls-back", "meets-customers"))
    kept = study.codebook()["meets-customers"]
    assert kept.examples[-1] == "He rang her himself."
    assert kept.contrary_examples[-1] == "She got a letter."
    undo(study, coder="Ada")
    do(study, MergeCodes("calls-back", "meets-customers", with_words=False))
    assert study.codebook()["meets-customers"] == CODEBOOK["meets-customers"]


def test_merging_a_code_into_one_below_it_leaves_a_tree(study):
    do(study, AddCode("Deep", "learns-from-failure", code_id="deep"), AddCode("Side", "learning", code_id="side"))
    do(study, MergeCodes("learning", "deep"))
    codebook = study.codebook()
    assert codebook["learns-from-failure"].parent is None
    assert codebook["deep"].parent == "learns-from-failure"
    assert codebook["side"].parent == "deep"
    assert parse_codebook(dump_codebook(codebook)) == codebook


def test_merging_a_code_into_its_own_child_lifts_the_child(study):
    do(study, MergeCodes("learning", "learns-from-failure"))
    assert study.codebook()["learns-from-failure"].parent is None
    assert study.codebook()["open-in-a-crisis"].parent == "learns-from-failure"


def test_a_merge_that_was_built_upon_cannot_be_undone_alone(study):
    do(study, AddCoding(*place(study, 1), "calls-back"), coder="Ben")
    do(study, MergeCodes("calls-back", "meets-customers"))
    do(study, ChangeCoding(study.codings()[0].id, code_id="learns-from-failure"), coder="Ben")
    with pytest.raises(EditError, match="in the meantime"):
        undo(study, coder="Ada")
    assert study.codings()[0].code_id == "learns-from-failure"


def test_chosen_codings_can_be_given_another_code(study):
    do(study, AddCoding(*place(study, 1), "calls-back"), AddCoding(*place(study, 2), "calls-back"))
    first = study.codings()[0]
    edit = do(study, RecodeCodings((first.id, first.id), "open-in-a-crisis"))[0]
    assert edit.summary == "Recoded 1 coding as Open in a crisis"
    assert [c.code_id for c in study.codings()] == ["open-in-a-crisis", "calls-back"]
    assert do(study, RecodeCodings((first.id,), "open-in-a-crisis")) == ()


def test_a_retired_code_keeps_its_codings_and_comes_back(study):
    do(study, AddCoding(*place(study, 1), "calls-back"))
    do(study, RetireCode("calls-back"))
    assert study.codings()[0].code_id == "calls-back"
    assert "calls-back" not in study.codebook()
    do(study, RestoreCode("calls-back"))
    assert study.codebook() == CODEBOOK


def test_a_code_whose_group_has_gone_comes_back_at_the_top(study):
    do(
        study,
        RetireCode("calls-back"),
        RetireCode("meets-customers"),
        RetireCode("closeness"),
        RestoreCode("calls-back"),
    )
    assert study.codebook()["calls-back"].parent is None


def test_the_head_of_the_codebook_is_an_edit(study):
    do(study, ChangeCodebook(name="Leaders", version="2", description=""))
    assert (study.codebook().name, study.codebook().version) == ("Leaders", "2")
    undo(study, coder="Ada")
    assert study.codebook() == CODEBOOK


def test_an_empty_project_can_begin_with_one_code(tmp_path):
    with Project.open(tmp_path / "s.sqlite", create=True) as project:
        apply_edits(project, [AddCode("First"), ChangeCodebook(name="Mine")], coder="Ada")
        assert [code.id for code in project.codebook().codes] == ["first"]


def test_tree_order_is_what_a_file_keeps():
    shuffled = replace(CODEBOOK, codes=tuple(reversed(CODEBOOK.codes)))
    ordered = in_tree_order(shuffled)
    assert [code.id for code in ordered.codes][:2] == ["learning", "open-in-a-crisis"]
    assert parse_codebook(dump_codebook(ordered)) == ordered


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["add", "change", "move", "merge", "retire", "restore", "recode", "code", "memo", "head", "undo", "redo"]
        ),
        st.integers(0, 30),
        st.integers(0, 30),
        st.sampled_from(["Ada", "Ben"]),
    ),
    max_size=20,
)


def one_act(project, kind, first, second, coder):
    ids = [code.id for code in project.codebook().codes] or ["none"]
    codings = [coding.id for coding in project.codings()] or ["none"]
    retired = list(project.retired_codes()) or ["none"]
    here, there = ids[first % len(ids)], ids[second % len(ids)]
    operations = {
        "add": lambda: AddCode(f"Code {first}", here if second % 2 else None),
        "change": lambda: ChangeCode(here, name=f"Name {second}", examples=(f"word {second}",)),
        "move": lambda: MoveCode(here, there if second % 3 else None),
        "merge": lambda: MergeCodes(here, there),
        "retire": lambda: RetireCode(here),
        "restore": lambda: RestoreCode(retired[first % len(retired)]),
        "recode": lambda: RecodeCodings((codings[first % len(codings)],), there),
        "code": lambda: AddCoding(*place(project, first % len(project.segments())), there),
        "memo": lambda: WriteMemo(f"code:{here}", str(second)),
        "head": lambda: ChangeCodebook(version=str(second)),
    }
    try:
        if kind == "undo":
            undo(project, coder=coder)
        elif kind == "redo":
            redo(project, coder=coder)
        else:
            apply_edits(project, [operations[kind]()], coder=coder)
    except EditError:
        pass


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_the_codebook_stays_a_tree_and_undoing_everything_brings_it_back(acts, tmp_path_factory):
    path = tmp_path_factory.mktemp("p") / "s.sqlite"
    with Project.open(path, create=True) as project:
        apply_edits(project, [SetCodebook(CODEBOOK)], coder="Setup")
        source = transcript("One", "A: First words. Second words.\nB: Third words.\n")
        project.add_transcript(source, sentences(source), by="Setup")
        for kind, first, second, _ in acts:
            one_act(project, kind, first, second, "Ada")
            codebook = project.codebook()
            assert len(tree_order(codebook)) == len(codebook.codes)
            assert parse_codebook(dump_codebook(codebook)) == codebook
        while undo(project, coder="Ada"):
            pass
        assert project.codebook() == CODEBOOK
        assert project.codings() == []
        assert project.retired_codes() == {}


def test_the_tree_of_an_empty_codebook_is_empty():
    assert tree_order(Codebook("x", codes=())) == ()
    assert [depth for _, depth in tree_order(Codebook("x", codes=(Code("a", "A"), Code("b", "B", "a"))))] == [0, 1]
