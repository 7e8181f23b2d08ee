"""Who codes what: drawn with a seed, balanced, stored as edits, and blind where it has to be."""

from __future__ import annotations

import json
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.assigning import Task, assignments_for, draw, tasks, words_of
from coding.cli import main
from coding.edits import AddCoding, Assign, MarkReviewed, SetMember, Unassign, apply_edits, undo
from coding.errors import CodingError, EditError, RoleError
from coding.model import Origin, Segment
from coding.roles import CoderRole
from coding.store import Project
from tests.small import make_transcript

LENGTHS = st.dictionaries(st.text("abcdef", min_size=1, max_size=4), st.integers(0, 5_000), min_size=1, max_size=25)
CODERS = st.lists(st.sampled_from("ABCDE"), min_size=2, max_size=5, unique=True)


@pytest.fixture
def three(study: Project) -> Project:
    """Return a study of three transcripts, a segment a turn."""
    for name in ("second", "third"):
        more = make_transcript(name=name)
        study.add_transcript(more, [Segment(more.id, t.index, t.start_char, t.end_char) for t in more.turns], by="Ada")
    return study


@given(LENGTHS, CODERS, st.floats(0, 1), st.integers(0, 1_000))
def test_every_transcript_has_one_coder_or_two(lengths, coders, share, seed):
    found = draw(lengths, coders, share=share, seed=seed)
    assert set(found.coders) == set(lengths)
    for transcript_id, chosen in found.coders.items():
        assert len(set(chosen)) == len(chosen) == (2 if transcript_id in found.twice else 1)
        assert set(chosen) <= set(coders)
    load = {name: sum(lengths[one] for one, chosen in found.coders.items() if name in chosen) for name in coders}
    assert load == found.load
    assert bool(found.twice) is (share > 0)
    assert found == draw(dict(reversed(lengths.items())), coders, share=share, seed=seed)


@given(LENGTHS, CODERS, st.integers(0, 1_000))
def test_nobody_has_more_than_a_transcript_more_than_another(lengths, coders, seed):
    load = draw(lengths, coders, share=0.2, seed=seed).load
    assert max(load.values()) - min(load.values()) <= 2 * max(lengths.values())


def test_the_share_coded_twice_is_near_what_was_asked_for():
    lengths = {f"t{number}": 900 + 10 * number for number in range(20)}
    shares = [draw(lengths, ["A", "B", "C"], share=0.2, seed=seed).share for seed in range(30)]
    assert all(0.15 < share < 0.25 for share in shares)
    assert len({draw(lengths, ["A", "B", "C"], share=0.2, seed=seed).twice for seed in range(30)}) > 20


def test_every_pair_of_coders_shares_something_where_there_is_enough():
    lengths = {f"t{number}": 1_000 for number in range(30)}
    found = draw(lengths, ["A", "B", "C"], share=0.4, seed=3)
    pairs = [frozenset(chosen) for chosen in found.coders.values() if len(chosen) == 2]
    counts = [pairs.count(frozenset(pair)) for pair in combinations("ABC", 2)]
    assert min(counts) >= 3


@pytest.mark.parametrize(
    ("lengths", "coders", "share", "says"),
    [
        ({}, ["A"], 0, "no transcripts"),
        ({"a": 1}, [], 0, "name the people"),
        ({"a": 1}, ["A", "A"], 0.2, "takes two people"),
        ({"a": 1}, ["A", "B"], 1.2, "0 to 1"),
        ({"a": 1}, ["A", "B"], float("nan"), "0 to 1"),
    ],
)
def test_what_cannot_be_drawn_is_said(lengths, coders, share, says):
    with pytest.raises(CodingError, match=says):
        draw(lengths, coders, share=share)


def test_a_draw_is_one_act_and_is_undone_whole(three: Project):
    found = draw(words_of(three), ["Ada", "Bo"], share=0.3, seed=5)
    apply_edits(three, assignments_for(three, found, share=0.3, seed=5), coder="Ada")
    stored = three.assignments()
    assert {(one.transcript_id, one.coder) for one in stored} == {
        (transcript_id, coder) for transcript_id, coders in found.coders.items() for coder in coders
    }
    assert {one.blind for one in stored if one.transcript_id in found.twice} == {True}
    assert {(one.share, one.seed) for one in stored} == {(0.3, 5)}
    undo(three, coder="Ada")
    assert three.assignments() == []


def test_a_new_draw_takes_the_place_of_the_old_one(three: Project):
    for seed in (1, 2):
        found = draw(words_of(three), ["Ada", "Bo", "Cy"], share=0.3, seed=seed)
        apply_edits(three, assignments_for(three, found, share=0.3, seed=seed), coder="Ada")
    assert {(one.transcript_id, one.coder) for one in three.assignments()} == {
        (transcript_id, coder) for transcript_id, coders in found.coders.items() for coder in coders
    }


def test_progress_counts_what_participants_say(study: Project):
    info = study.transcripts()[0]
    apply_edits(study, [Assign(info.id, "Bo"), Assign(info.id, "Cy")], coder="Ada")
    segment = study.segments()[1]
    apply_edits(study, [MarkReviewed(info.id, segment.start_char, segment.end_char)], coder="Bo")
    assert tasks(study, coder="Bo") == [Task(info.id, "Bo", False, True, 1, 4)]
    assert [one.finished for one in tasks(study)] == [1, 0]


def test_only_who_leads_assigns_and_only_to_who_may_code(study: Project):
    info = study.transcripts()[0]
    members = [
        SetMember("Ada", (CoderRole.LEAD,)),
        SetMember("Bo", (CoderRole.RESEARCHER,)),
        SetMember("Cy", (CoderRole.FACILITATOR,)),
    ]
    apply_edits(study, members, coder="Ada")
    with pytest.raises(RoleError, match="needs a lead"):
        apply_edits(study, [Assign(info.id, "Bo")], coder="Bo")
    with pytest.raises(EditError, match="make them a researcher first"):
        apply_edits(study, [Assign(info.id, "Cy")], coder="Ada")
    apply_edits(study, [Assign(info.id, "Bo", blind=True)], coder="Ada")
    assert study.is_assigned_blind(info.id, "Bo")


def test_a_blind_transcript_takes_nothing_that_was_not_coded_blind(study: Project):
    where = study.segments()[1]
    place = (where.transcript_id, where.start_char, where.end_char)
    apply_edits(study, [Assign(where.transcript_id, "Bo", blind=True)], coder="Ada")
    for origin in (Origin.OWN, Origin.ACCEPTED, Origin.CHANGED):
        with pytest.raises(EditError, match="blind"):
            apply_edits(study, [AddCoding(*place, "tries-service", origin=origin)], coder="Bo")
    with pytest.raises(EditError, match="blind"):
        apply_edits(study, [MarkReviewed(*place)], coder="Bo")
    apply_edits(study, [AddCoding(*place, "tries-service", origin=Origin.BLIND)], coder="Bo")
    apply_edits(study, [MarkReviewed(*place, blind=True)], coder="Bo")
    # Once it is finished, suggestions are shown there, and may be taken.
    apply_edits(study, [AddCoding(*place, "tells-early", origin=Origin.ACCEPTED)], coder="Bo")
    # Others are not bound by it.
    apply_edits(study, [AddCoding(*place, "tells-early")], coder="Ada")
    assert [(c.coder, c.origin) for c in study.codings()] == [
        ("Bo", Origin.BLIND),
        ("Bo", Origin.ACCEPTED),
        ("Ada", Origin.OWN),
    ]


def test_taking_an_assignment_back_leaves_what_was_coded(study: Project):
    where = study.segments()[1]
    apply_edits(study, [Assign(where.transcript_id, "Bo")], coder="Ada")
    apply_edits(study, [AddCoding(where.transcript_id, where.start_char, where.end_char, "tells-early")], coder="Bo")
    apply_edits(study, [Unassign(where.transcript_id, "Bo")], coder="Ada")
    assert study.assignments() == []
    assert len(study.codings(coder="Bo")) == 1
    assert apply_edits(study, [Unassign(where.transcript_id, "Bo")], coder="Ada") == ()
    with pytest.raises(EditError, match="no transcript"):
        apply_edits(study, [Assign("nowhere", "Bo")], coder="Ada")


def test_assigning_by_command(three: Project, capsys):
    def run(*arguments: str) -> list[dict]:
        main(["assign", str(three.path), *arguments, "--by", "Ada", "--json"])
        return json.loads(capsys.readouterr().out)["assignments"]

    assert run() == []
    run("--to", "Bo", "--transcripts", "second", "--blind")
    assert [(one["transcript"], one["coder"], one["blind"]) for one in run()] == [("second", "Bo", True)]
    assert run("--take", "Bo", "--transcripts", "second") == []
    drawn = run("--draw", "Bo", "Cy", "--share", "0.4", "--seed", "7")
    assert sum(one["twice"] for one in drawn) == 2
    assert {one["transcript"] for one in drawn} == {"group", "second", "third"}
    main(["assign", str(three.path)])
    assert "of 4 segments finished)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--to", "Bo"], "--transcripts goes with"),
        (["--transcripts", "group"], "--transcripts goes with"),
        (["--to", "Bo", "--draw", "A", "B", "--transcripts", "group"], "stand alone"),
        (["--to", "Bo", "--transcripts", "nowhere"], "no transcript 'nowhere'"),
        (["--draw", "Bo"], "takes two people"),
    ],
)
def test_what_the_command_cannot_do_is_said(study: Project, capsys, arguments, says):
    with pytest.raises(SystemExit):
        main(["assign", str(study.path), *arguments, "--by", "Ada"])
    assert says in capsys.readouterr().err
    assert study.assignments() == []
