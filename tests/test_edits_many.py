"""A code at thousands of places is one act: quick to do, taken back as a whole, and all or nothing."""

import hashlib
import re

import pytest

from coding.edits import (
    Accepted,
    AddCoding,
    AddCodings,
    ChangeCoding,
    RejectSuggestion,
    SetCodebook,
    apply_edits,
    redo,
    undo,
)
from coding.errors import EditError, ProjectError
from coding.model import ImportReport, Origin, Segment, Transcript, Turn, Valence
from coding.store import Project
from tests.small import CODEBOOK

MANY = 40


@pytest.fixture
def study(tmp_path):
    text = "\n".join(f"Sentence number {number} of the talk." for number in range(MANY))
    sha = hashlib.sha256(text.encode()).hexdigest()
    spans = [(match.start(), match.end()) for match in re.finditer(r"[^\n]+", text)]
    turns = tuple(Turn(at, "Ann", *span) for at, span in enumerate(spans))
    transcript = Transcript("Long", text, turns, "long.txt", sha, ImportReport("text", "UTF-8"))
    with Project.open(tmp_path / "s.sqlite", create=True) as project:
        apply_edits(project, [SetCodebook(CODEBOOK)], coder="Ada")
        project.add_transcript(
            transcript, [Segment(transcript.id, at, *span) for at, span in enumerate(spans)], by="Ada"
        )
        yield project


def places(study, **more):
    return tuple(Accepted(s.start_char, s.end_char, **more) for s in study.segments())


def accept(study, *wanted, coder="Ada"):
    tid = study.transcripts()[0].id
    return apply_edits(study, [AddCodings(tid, "tells-early", wanted or places(study))], coder=coder)


def test_every_place_gets_a_coding_and_an_edit_of_its_own(study):
    edits = accept(study, *places(study, valence=Valence.LACKING, score=0.5, probability=0.75))
    assert len({edit.batch for edit in edits}) == 1
    assert {edit.kind for edit in edits} == {"add-coding"}
    found = study.codings()
    assert len(found) == len(edits) == MANY
    assert {(c.valence, c.origin, c.score, c.probability) for c in found} == {
        (Valence.LACKING, Origin.ACCEPTED, 0.5, 0.75)
    }
    assert edits[3].summary == "Coded “Sentence number 3 of the talk.” as Tells customers early"


def test_it_comes_to_the_same_as_one_after_the_other(study):
    tid = study.transcripts()[0].id
    one_by_one = [AddCoding(tid, p.start_char, p.end_char, "tells-early", origin=p.origin) for p in places(study)]
    apply_edits(study, one_by_one, coder="Ben")
    accept(study)
    rows = [
        [(c.start_char, c.end_char, c.code_id, c.origin, c.valence) for c in study.codings(coder=who)]
        for who in ("Ada", "Ben")
    ]
    assert rows[0] == rows[1]


def test_one_undo_takes_all_of_it_back_and_one_redo_does_it_again(study):
    accept(study)
    done = study.codings()
    assert len(undo(study, coder="Ada")) == MANY
    assert study.codings() == []
    redo(study, coder="Ada")
    assert study.codings() == done


def test_what_is_coded_so_already_stays_and_what_was_rejected_no_longer_is(study):
    tid = study.transcripts()[0].id
    first, second, *_ = places(study)
    apply_edits(study, [AddCoding(tid, first.start_char, first.end_char, "tells-early")], coder="Ada")
    apply_edits(study, [RejectSuggestion(tid, second.start_char, second.end_char, "tells-early")], coder="Ada")
    apply_edits(study, [RejectSuggestion(tid, second.start_char, second.end_char, "tells-early")], coder="Ben")
    assert len(accept(study)) == MANY - 1
    assert [c.origin for c in study.codings()][:2] == [Origin.OWN, Origin.ACCEPTED]
    assert [r.coder for r in study.rejections()] == ["Ben"]
    undo(study, coder="Ada")
    assert [r.coder for r in study.rejections()] == ["Ben", "Ada"]


def test_the_same_place_twice_is_one_coding(study):
    one = places(study)[0]
    assert len(accept(study, one, one)) == 1


@pytest.mark.parametrize("bad", [(0, 10**6), (30, 31)], ids=["outside", "no words"])
def test_one_bad_place_and_nothing_is_stored(study, bad):
    text = study.text(study.transcripts()[0].id)
    bad = (text.index("\n"), text.index("\n") + 1) if bad == (30, 31) else bad
    rev = study.rev()
    with pytest.raises(EditError):
        accept(study, *places(study), Accepted(*bad))
    assert (study.rev(), study.codings()) == (rev, [])


def test_a_code_or_transcript_that_is_not_there(study):
    with pytest.raises(EditError, match="no code"):
        apply_edits(study, [AddCodings(study.transcripts()[0].id, "nothing-such", places(study))], coder="Ada")
    with pytest.raises(ProjectError, match="no transcript"):
        apply_edits(study, [AddCodings("nothing", "tells-early", places(study))], coder="Ada")


def test_an_undo_of_many_is_refused_as_a_whole_when_one_was_changed_since(study):
    accept(study)
    apply_edits(study, [ChangeCoding(study.codings()[7].id, valence=Valence.UNCLEAR)], coder="Ada", batch="change")
    before, batch = study.codings(), study.acts("Ada", last=9)[-2].batch
    with pytest.raises(EditError, match="changed in the meantime"):
        undo(study, coder="Ada", batch=batch)
    assert study.codings() == before
    undo(study, coder="Ada", batch="change")
    undo(study, coder="Ada", batch=batch)
    assert study.codings() == []


def test_two_coders_accept_the_same_places_beside_each_other(study):
    accept(study)
    accept(study, coder="Ben")
    undo(study, coder="Ada")
    assert {c.coder for c in study.codings()} == {"Ben"}
