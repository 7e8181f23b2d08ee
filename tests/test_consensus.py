"""Where coders differ, how that is settled, and what stands afterwards."""

from __future__ import annotations

import csv
import json

import pytest

from coding import frames
from coding.agreement import Sampling, agree
from coding.cli import main
from coding.consensus import Layer, find_differences, layer, open_places, settle
from coding.edits import (
    AddCoding,
    ChangeCoding,
    MarkReviewed,
    SetMember,
    Settle,
    Unsettle,
    apply_edits,
    undo,
)
from coding.errors import CodingError, EditError, ProjectError, RoleError
from coding.export import export
from coding.interchange.place import place_study
from coding.interchange.study import Study
from coding.model import CONSENSUS, Coding, Origin, Valence
from coding.roles import CoderRole
from coding.store import Outcome, Project

TRIES, TELLS = "tries-service", "tells-early"


@pytest.fixture
def both(study: Project) -> Project:
    """Return a study that Ada and Bo have finished: they differ at segments 1 and 4 and agree at 2."""
    places = [(s.transcript_id, s.start_char, s.end_char) for s in study.segments()]
    for who in ("Ada", "Bo"):
        apply_edits(study, [MarkReviewed(*place) for place in places], coder=who)
    apply_edits(study, [AddCoding(*places[1], TRIES, memo="she rang"), AddCoding(*places[2], TRIES)], coder="Ada")
    apply_edits(study, [AddCoding(*places[1], TELLS), AddCoding(*places[2], TRIES)], coder="Bo")
    apply_edits(study, [AddCoding(*places[4], TELLS)], coder="Bo")
    return study


def have(project: Project) -> list[tuple[int, str, str]]:
    """Return the codings as number of the segment, code and origin."""
    starts = [segment.start_char for segment in project.segments()]
    return [(starts.index(c.start_char), c.code_id, c.origin.value) for c in project.codings()]


def put(project: Project, choice: str, at: int = 0, *, by: str = "Ada", **options) -> None:
    where = find_differences(project).places[at]
    apply_edits(project, [settle(where, choice, reason="we talked", **options)], coder=by)


# differences


def test_only_places_where_not_all_have_the_same_are_listed(both: Project):
    found = find_differences(both)
    starts = [segment.start_char for segment in both.segments()]
    assert [starts.index(one.start_char) for one in found.places] == [1, 4]
    assert (found.coders, found.compared, found.open) == (("Ada", "Bo"), 4, 2)
    first = found.places[0]
    assert (set(first.code_ids), first.shared) == ({TRIES, TELLS}, ())
    assert [(side.coder, [c.code_id for c in side.codings]) for side in first.sides] == [
        ("Ada", [TRIES]),
        ("Bo", [TELLS]),
    ]
    assert found.places[1].sides[0].codings == ()


def test_the_codes_with_most_differences_come_first(both: Project):
    found = find_differences(both)
    assert [(one.code_id, one.used, one.differ, one.open) for one in found.codes] == [
        (TELLS, 2, 2, 2),
        (TRIES, 2, 1, 1),
    ]
    assert [one.code_ids[0] for one in found.places] == [TELLS, TELLS]


def test_what_somebody_has_not_finished_is_no_difference(study: Project):
    place = study.segments()[1]
    where = (place.transcript_id, place.start_char, place.end_char)
    apply_edits(study, [AddCoding(*where, TRIES), MarkReviewed(*where)], coder="Ada")
    apply_edits(study, [AddCoding(*where, TELLS)], coder="Bo")
    assert find_differences(study).places == ()


def test_the_same_code_as_shown_and_as_lacking_is_a_difference(both: Project):
    bo = next(c for c in both.codings(coder="Bo") if c.code_id == TRIES)
    apply_edits(both, [ChangeCoding(bo.id, valence=Valence.LACKING)], coder="Bo")
    found = next(one for one in find_differences(both).places if one.code_ids == (TRIES,))
    assert [c.valence for side in found.sides for c in side.codings] == [Valence.SHOWN, Valence.LACKING]


def test_coders_who_begin_a_word_apart_do_not_differ(both: Project):
    bo = next(c for c in both.codings(coder="Bo") if c.code_id == TRIES)
    apply_edits(both, [ChangeCoding(bo.id, start_char=bo.start_char + 4, end_char=bo.end_char - 6)], coder="Bo")
    assert len(find_differences(both).places) == 2
    agreed = next(c for c in layer(both, CONSENSUS).codings() if c.code_id == TRIES)
    # The words that both have it on.
    assert (agreed.start_char, agreed.end_char) == (bo.start_char + 4, bo.end_char - 6)


def test_turns_and_sentences_are_units_too(both: Project):
    assert len(find_differences(both, unit="turn").places) == 2
    assert find_differences(both, unit="sentence").compared > find_differences(both, unit="turn").compared
    with pytest.raises(CodingError, match="choose segment, turn or sentence"):
        find_differences(both, unit="character")


def test_somebody_who_codes_again_does_not_differ_from_themselves(both: Project):
    for segment in both.segments():
        place = (segment.transcript_id, segment.start_char, segment.end_char)
        apply_edits(both, [MarkReviewed(*place)], coder="Ada (again)")
    assert find_differences(both).coders == ("Ada", "Bo")
    assert len(find_differences(both, coders=["Ada", "Ada (again)"]).places) == 2
    with pytest.raises(CodingError, match="no coder 'Eve'"):
        find_differences(both, coders=["Ada", "Eve"])
    with pytest.raises(CodingError, match="takes two"):
        find_differences(both, coders=["Ada"])


def test_what_moderators_say_counts_when_it_is_asked_for(both: Project):
    assert find_differences(both, moderators=True).compared == find_differences(both).compared + 1


def test_a_coding_over_several_segments_is_one_place_to_settle(study: Project):
    places = [(s.transcript_id, s.start_char, s.end_char) for s in study.segments()]
    for who in ("Ada", "Bo"):
        apply_edits(study, [MarkReviewed(*place) for place in places], coder=who)
    whole = (places[1][0], places[1][1] + 4, places[3][2] - 4)
    apply_edits(study, [AddCoding(*whole, TRIES)], coder="Ada")
    found = find_differences(study)
    assert (found.differ, len(found.places), found.codes[0].differ) == (3, 1, 3)
    one = found.places[0]
    assert (one.start_char, one.end_char) == (places[1][1], places[3][2])
    apply_edits(study, [settle(one, "keep", reason="so", coder="Ada")], coder="Ada")
    assert find_differences(study).open == 0
    assert [(c.start_char, c.end_char) for c in layer(study, CONSENSUS).codings()] == [whole[1:]]
    # Settled as one, it is listed as one.
    assert len(find_differences(study).places) == 1


# settling


def test_keeping_one_leaves_the_coders_work_as_it_was(both: Project):
    before = both.codings()
    put(both, "keep", coder="Ada")
    assert both.codings() == before
    assert (1, TRIES, "settled") in have(layer(both, CONSENSUS))
    assert find_differences(both).open == 1
    kept = find_differences(both).places[0].settlement
    assert kept is not None
    assert (kept.choice, kept.kept, kept.reason, kept.set_by) == ("keep", "Ada", "we talked", "Ada")


def test_both_another_and_none(both: Project):
    put(both, "both")
    assert [one[:2] for one in have(layer(both, CONSENSUS)) if one[0] == 1] == [(1, TELLS), (1, TRIES)]
    put(both, "none")
    assert [one for one in have(layer(both, CONSENSUS)) if one[0] == 1] == []
    put(both, "another", at=1, codes=[(TRIES, Valence.LACKING)])
    found = [c for c in layer(both, CONSENSUS).codings() if c.origin is Origin.SETTLED]
    assert [(c.code_id, c.valence, c.memo) for c in found] == [
        (TRIES, Valence.LACKING, "we talked (settled by Ada)"),
    ]


def test_keeping_nothing_of_who_has_nothing(both: Project):
    put(both, "keep", at=1, coder="Ada")
    assert [one for one in have(layer(both, CONSENSUS)) if one[0] == 4] == []
    assert find_differences(both).open == 1


def test_both_as_shown_and_as_lacking_is_unclear(both: Project):
    bo = next(c for c in both.codings(coder="Bo") if c.code_id == TRIES)
    apply_edits(both, [ChangeCoding(bo.id, valence=Valence.LACKING)], coder="Bo")
    at = next(n for n, one in enumerate(find_differences(both).places) if one.code_ids == (TRIES,))
    put(both, "both", at=at)
    stands = [c for c in layer(both, CONSENSUS).codings() if c.code_id == TRIES]
    assert [c.valence for c in stands] == [Valence.UNCLEAR]


def test_settling_is_undone_and_done_again(both: Project):
    put(both, "keep", coder="Bo")
    put(both, "keep", coder="Ada")
    undo(both, coder="Ada")
    assert both.settlements()[0].kept == "Bo"
    undo(both, coder="Ada")
    assert both.settlements() == []
    assert find_differences(both).open == 2


def test_a_place_can_be_left_open_again(both: Project):
    put(both, "keep", coder="Bo")
    one = both.settlements()[0]
    apply_edits(both, [Unsettle(one.transcript_id, one.start_char, one.end_char)], coder="Ada")
    assert find_differences(both).open == 2
    assert apply_edits(both, [Unsettle(one.transcript_id, one.start_char, one.end_char)], coder="Ada") == ()


def test_what_a_coder_does_later_opens_a_place_again_for_that_code_alone(both: Project):
    put(both, "keep", at=1, coder="Bo")
    where = both.segments()[4]
    apply_edits(both, [AddCoding(where.transcript_id, where.start_char, where.end_char, TRIES)], coder="Ada")
    again = next(one for one in find_differences(both).places if one.start_char == where.start_char)
    assert again.open
    apply_edits(both, [settle(again, "none", reason="no")], coder="Ada")
    assert find_differences(both).open == 1


def test_what_was_settled_about_other_codes_stays(both: Project):
    where = both.segments()[4]
    place = (where.transcript_id, where.start_char, where.end_char)
    outcome = (Outcome(TELLS, Valence.SHOWN, *place[1:]),)
    apply_edits(both, [Settle(*place, (TELLS,), outcome, "keep", "first", "Bo")], coder="Ada")
    apply_edits(both, [Settle(*place, (TRIES,), (), "none", "second")], coder="Ada")
    stored = both.settlements()[0]
    assert stored.code_ids == (TELLS, TRIES)
    assert stored.outcome == outcome


def test_only_who_leads_settles(both: Project):
    members = [SetMember("Ada", (CoderRole.LEAD,)), SetMember("Bo", (CoderRole.RESEARCHER,))]
    apply_edits(both, members, coder="Ada")
    with pytest.raises(RoleError, match="needs a lead"):
        put(both, "keep", coder="Bo", by="Bo")
    put(both, "keep", coder="Bo")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"reason": "  "}, "say why"),
        ({"reason": "x" * 4001}, "4,000 characters"),
        ({"choice": "vote"}, "no way 'vote'"),
        ({"code_ids": ()}, "nobody differs"),
        ({"choice": "another", "outcome": ()}, "say which code"),
        ({"choice": "none"}, "cannot have one"),
        ({"outcome": (Outcome("people", Valence.SHOWN, 70, 80),)}, "group of codes"),
        ({"outcome": (Outcome(TRIES, Valence.SHOWN, 0, 5),)}, "inside it"),
        ({"outcome": (Outcome(TRIES, Valence.SHOWN, 70, 80),) * 2}, "can stand once"),
        ({"start_char": 99_999, "end_char": 100_000}, "not a stretch"),
    ],
)
def test_what_cannot_be_settled_so_is_said(both: Project, change, says):
    where = both.segments()[1]
    given = {
        "transcript_id": where.transcript_id,
        "start_char": where.start_char,
        "end_char": where.end_char,
        "code_ids": (TRIES,),
        "outcome": (Outcome(TRIES, Valence.SHOWN, where.start_char, where.end_char),),
        "choice": "keep",
        "reason": "so",
    }
    with pytest.raises(EditError, match=says):
        apply_edits(both, [Settle(**{**given, **change})], coder="Ada")
    assert both.settlements() == []


def test_nobody_keeps_what_a_stranger_has(both: Project):
    with pytest.raises(CodingError, match="Eve has not finished"):
        settle(find_differences(both).places[0], "keep", reason="so", coder="Eve")


# the layer


def test_the_consensus_has_what_all_agree_on_and_nothing_that_is_open(both: Project):
    assert have(layer(both, CONSENSUS)) == [(2, TRIES, "agreed")]
    assert open_places(both) == 2


def test_where_only_one_has_finished_the_consensus_has_theirs(study: Project):
    place = study.segments()[1]
    where = (place.transcript_id, place.start_char, place.end_char)
    apply_edits(study, [AddCoding(*where, TRIES, origin=Origin.ACCEPTED), MarkReviewed(*where)], coder="Ada")
    assert have(layer(study, CONSENSUS)) == [(1, TRIES, "accepted")]
    assert [r.start_char for r in layer(study, CONSENSUS).reviews()] == [place.start_char]


def test_a_coding_over_several_segments_stays_one(study: Project):
    first, last = study.segments()[1], study.segments()[2]
    whole = (first.transcript_id, first.start_char + 3, last.end_char - 2)
    apply_edits(study, [AddCoding(*whole, TRIES)], coder="Ada")
    stands = layer(study, CONSENSUS).codings()
    assert [(c.start_char, c.end_char) for c in stands] == [whole[1:]]


def test_half_of_a_coding_can_be_settled_away(study: Project):
    places = [(s.transcript_id, s.start_char, s.end_char) for s in study.segments()]
    for who in ("Ada", "Bo"):
        apply_edits(study, [MarkReviewed(*place) for place in places], coder=who)
    whole = (places[1][0], places[1][1], places[2][2])
    apply_edits(study, [AddCoding(*whole, TRIES)], coder="Ada")
    apply_edits(study, [AddCoding(*places[1], TRIES)], coder="Bo")
    put(study, "none")
    assert [(c.start_char, c.end_char) for c in layer(study, CONSENSUS).codings()] == [places[1][1:]]


def test_the_layer_has_the_same_ids_whenever_it_is_read(both: Project):
    put(both, "both")
    first = layer(both, CONSENSUS)
    assert first.codings() == layer(both, CONSENSUS).codings()
    one = first.codings()[0]
    assert first.coding(one.id) == one
    assert isinstance(one, Coding)
    assert first.codes_in_use() == {TRIES: 2, TELLS: 1}


def test_all_has_the_coders_and_the_consensus_beside_each_other(both: Project):
    found = layer(both, "all")
    assert found.coders() == ["Ada", "Bo", CONSENSUS]
    assert len(found.codings()) == len(both.codings()) + 1
    assert [c.coder for c in found.codings(coder="Bo")] == ["Bo"] * 3
    assert [c.coder for c in found.codings(coder=CONSENSUS)] == [CONSENSUS]
    assert layer(both, "coders") is both
    with pytest.raises(CodingError, match="no layer 'some'"):
        layer(both, "some")


def test_nobody_can_be_called_consensus(study: Project):
    with pytest.raises(ProjectError, match="settled on"):
        apply_edits(study, [MarkReviewed(study.segments()[1].transcript_id, 0, 5)], coder=" Consensus ")


# who reads it


def test_exports_and_frames_choose_the_layer(both: Project, tmp_path):
    put(both, "keep", coder="Ada")
    assert export(both, tmp_path / "a.csv", layer=CONSENSUS) == 2
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["coder"], row["origin"]) for row in rows] == [(CONSENSUS, "settled"), (CONSENSUS, "agreed")]
    assert rows[0]["memo"] == "we talked (settled by Ada)"
    assert export(both, tmp_path / "all.csv", layer="all") == 7
    assert export(both, tmp_path / "one.csv", layer="all", coders=[CONSENSUS]) == 2
    assert export(both, tmp_path / "a.xlsx", layer=CONSENSUS) == 2
    assert list(frames.codings(both, layer=CONSENSUS)["coder"]) == [CONSENSUS] * 2
    assert int(frames.segments(both, layer=CONSENSUS)[TRIES].sum()) == 2
    with pytest.raises(CodingError, match="archive holds everything"):
        export(both, tmp_path / "a.zip", layer=CONSENSUS)


def test_other_tools_get_the_consensus_as_a_coder(both: Project, tmp_path):
    from coding.interchange import read_study

    put(both, "keep", coder="Ada")
    export(both, tmp_path / "a.qdpx", layer=CONSENSUS)
    sent = read_study(tmp_path / "a.qdpx")
    assert isinstance(sent, Study)
    with Project.open(tmp_path / "other.sqlite", create=True) as other:
        place_study(other, sent, by="Ada", file="a.qdpx")
        assert {c.coder for c in other.codings()} == {"consensus (settled elsewhere)"}


def test_a_coder_is_compared_with_the_consensus_and_told_that_it_is_not_independent(both: Project):
    put(both, "keep", coder="Ada")
    found = agree(layer(both, "all"), coders=["Ada", CONSENSUS], sampling=Sampling(0))
    pair = found.comparisons[0]
    assert pair.coders == ("Ada", CONSENSUS)
    assert any("made of the coders' own work" in note for note in pair.notes)
    assert {e.reading for e in pair.estimates.values() if e.value is not None} <= {"not independent"}


def test_the_machine_learns_from_the_consensus_alone(both: Project, encoder):
    from coding.assistant import Assistant

    put(both, "keep", coder="Ada")
    assistant = Assistant(encoder)
    assistant.refresh(layer(both, CONSENSUS))
    where = both.transcripts()[0].id
    told = {e.coder for s in assistant.all_suggestions(where) for e in s.evidence if e.coder}
    assert told == {CONSENSUS}


def test_the_layer_is_made_once_for_each_reading(both: Project):
    found = layer(both, CONSENSUS)
    assert isinstance(found, Layer)
    assert found.open_places == 2
    put(both, "none")
    assert found.open_places == 2
    assert open_places(both) == 1


# the command


def test_listing_and_settling_by_command(both: Project, capsys, tmp_path):
    def run(*arguments: str) -> dict:
        main(["consensus", str(both.path), *arguments, "--by", "Ada", "--json"])
        return json.loads(capsys.readouterr().out)

    found = run()
    assert (found["compared"], found["differ"], found["open"]) == (4, 2, 2)
    place = found["places"][0]
    assert place["sides"]["Ada"][0]["memo"] == "she rang"
    found = run("--settle", place["place"], "--keep", "Ada", "--reason", "we heard it again", "--open")
    assert (found["open"], len(found["places"])) == (1, 1)
    assert run("--code", TRIES)["places"][0]["settled"]["reason"] == "we heard it again"
    main(["consensus", str(both.path)])
    said = capsys.readouterr().out
    assert "Ada, Bo finished 4 segments together and differ at 2: 2 places to settle, 1 of them open" in said
    assert "settled by Ada as Tries the service: we heard it again" in said
    main(["export", str(both.path), str(tmp_path / "a.csv"), "--layer", "consensus", "--json"])
    assert json.loads(capsys.readouterr().out) == {
        "file": str(tmp_path / "a.csv"),
        "rows": 2,
        "layer": "consensus",
        "open": 1,
    }


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--settle", "nowhere:1-2", "--none", "--reason", "x"], "do not differ at a place"),
        (["--settle", "PLACE", "--reason", "x"], "say how it is settled"),
        (["--settle", "PLACE", "--none"], "say why"),
        (["--settle", "PLACE", "--another", "no-such", "--reason", "x"], "no code 'no-such'"),
    ],
)
def test_what_cannot_be_settled_by_command_is_said(both: Project, capsys, arguments, says):
    first = find_differences(both).places[0]
    place = f"{first.transcript_id}:{first.start_char}-{first.end_char}"
    with pytest.raises(SystemExit):
        main(["consensus", str(both.path), *[place if one == "PLACE" else one for one in arguments], "--by", "Ada"])
    assert says in capsys.readouterr().err
