"""Codings, finished places, refused suggestions and suggestions of a study into a project."""

from __future__ import annotations

import uuid
from dataclasses import replace

from coding.edits.base import short
from coding.edits.imported import ImportCodings
from coding.interchange.marks import marks_to_add
from coding.interchange.matching import place_of
from coding.interchange.place.state import Placing, Thing
from coding.interchange.prepare import stored_date
from coding.interchange.study import Source, StudyCoding
from coding.model import Coding, Suggestion

_CODINGS_AN_EDIT = 5_000
_KEPT = ("code_id", "start_char", "end_char")
"""What every tool keeps of a coding."""


def add_codings(at: Placing, source: Source) -> None:
    """Add the codings of one source that are new, compare those that are there, and add what coders finished."""
    transcript_id = at.transcripts[source.key]
    there = {} if source.key in at.fresh else {c.id: c for c in at.project.codings(transcript_id)}
    by_guid = {at.guids.get("coding", coding.id): coding for coding in there.values()}
    by_place = {place_of(coding): coding for coding in there.values()}
    text = at.project.text(transcript_id)
    new: list[Coding] = []
    seen: set[str] = set()
    for theirs in source.codings:
        coding = _coding(at, theirs, transcript_id)
        ours = by_guid.get(theirs.key) or by_place.get(place_of(coding))
        if ours is not None:
            seen.add(ours.id)
            at.coding_ids[theirs.key] = ours.id
            at.counts["codings_there"] += 1
            new += _compared(at, text, ours, coding, same=theirs.key in by_guid)
        elif _stays_removed(at, text, coding):
            at.counts["stay_removed"] += 1
        else:
            by_place.setdefault(place_of(coding), coding)
            at.coding_ids[theirs.key] = coding.id
            new.append(coding)
            at.counts["codings"] += 1
    at.counts["in_file"] += len(source.codings)
    at.counts["only_here"] += len(set(there) - seen)
    for first in range(0, len(new), _CODINGS_AN_EDIT):
        at.operations.append(ImportCodings(transcript_id, tuple(new[first : first + _CODINGS_AN_EDIT])))
    _add_marks(at, source, transcript_id)


def _add_marks(at: Placing, source: Source, transcript_id: str) -> None:
    reviews, rejections = at.project.reviews(transcript_id), at.project.rejections(transcript_id)
    there = {*(mark.key for mark in reviews), *(mark.key for mark in rejections)}
    marks = marks_to_add(source, transcript_id, coders=at.coders, codes=at.codes, earlier=at.earlier, there=there)
    if marks is not None:
        at.counts["finished"] += len(marks.reviews)
        at.counts["refused"] += len(marks.rejections)
        at.operations.append(marks)


def _coding(at: Placing, theirs: StudyCoding, transcript_id: str) -> Coding:
    coding_id = theirs.key
    if at.places.get(coding_id, transcript_id) != transcript_id:
        # The same study twice in one project, such as under a changed text: both keep their codings.
        coding_id = str(uuid.uuid5(uuid.UUID(theirs.key), transcript_id))
    return Coding(
        id=coding_id,
        transcript_id=transcript_id,
        start_char=theirs.start_char,
        end_char=theirs.end_char,
        code_id=at.codes[theirs.code],
        coder=at.coders[theirs.coder],
        valence=theirs.valence,
        origin=theirs.origin,
        score=theirs.score,
        probability=theirs.probability,
        memo=theirs.memo,
        codebook_version=theirs.codebook_version or at.project.setting("codebook.version", "0"),
        created_at=stored_date(theirs.at),
    )


def _thing(at: Placing, text: str, coding: Coding, *, same: bool) -> Thing:
    """Return a coding in words that a person knows it by."""
    words = short(text[coding.start_char : coding.end_char])
    name = f"{at.code_names.get(coding.code_id, coding.code_id)} by {coding.coder} on “{words}”"
    return Thing("coding", coding.id, name, "codings" if same else "", coding.id)


def _stays_removed(at: Placing, text: str, theirs: Coding) -> bool:
    """Tell whether a coding was taken away here and is to stay away: unasked, where nobody changed it there."""
    if not at.earlier.was_removed("codings", theirs.id):
        return False
    last = at.earlier.last("codings", theirs.id) or {}
    told = (*_KEPT, "valence", "memo") if at.study.own else _KEPT
    if all(last.get(name) == getattr(theirs, name) for name in told):
        return True
    return not at.differ(_thing(at, text, theirs, same=False), "state", "removed", "changed")


def _compared(at: Placing, text: str, ours: Coding, theirs: Coding, *, same: bool) -> list[Coding]:
    """Return the coding as it is to be, where that is not as it is; ``same`` where both have one GUID."""
    if ours == theirs:
        return []
    thing = _thing(at, text, ours, same=same)
    new = ours

    def code(value: object) -> str:
        return at.code_names.get(str(value), str(value))

    def quote(value: object) -> str:
        start, end = value if isinstance(value, tuple) else (0, 0)
        return f"“{text[start:end]}” ({start:,} to {end:,})"

    if ours.code_id != theirs.code_id and at.differ(
        thing, "code", ours.code_id, theirs.code_id, columns=("code_id",), shown=code
    ):
        new = replace(new, code_id=theirs.code_id)
    mine, other = (ours.start_char, ours.end_char), (theirs.start_char, theirs.end_char)
    if mine != other and at.differ(thing, "place", mine, other, columns=("start_char", "end_char"), shown=quote):
        new = replace(new, start_char=other[0], end_char=other[1])
    if at.study.own:
        # Other tools know neither valence nor memo of a coding; that they lack them says nothing.
        if ours.valence is not theirs.valence and at.differ(thing, "valence", ours.valence, theirs.valence):
            new = replace(new, valence=theirs.valence)
        if ours.memo != theirs.memo and at.differ(thing, "memo", ours.memo, theirs.memo):
            new = replace(new, memo=theirs.memo)
    return [new] if new != ours else []


def add_suggestions(at: Placing) -> None:
    """Store the suggestions of the machine for transcripts that are new, where one of our own files comes back."""
    for source in at.study.sources:
        if source.key not in at.fresh or not source.suggestions:
            continue
        if at.previewing:
            at.counts["suggestions"] += len(source.suggestions)
            continue
        transcript_id = at.transcripts[source.key]
        keys = {(s.start_char, s.end_char) for s in at.project.segments(transcript_id)}
        placed = [
            Suggestion(
                transcript_id,
                theirs.start_char,
                theirs.end_char,
                at.codes[theirs.code],
                theirs.score,
                theirs.probability,
                valence=theirs.valence,
                evidence=theirs.evidence,
            )
            for theirs in source.suggestions
            if (theirs.start_char, theirs.end_char) in keys
        ]
        at.project.set_suggestions(transcript_id, placed)
        at.counts["suggestions"] += len(placed)
