"""The units of one transcript, with who has finished each and what each coder has coded there."""

from __future__ import annotations

import bisect
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from coding.agreement import is_same_person
from coding.errors import CodingError
from coding.model import Coding, Role, Valence, about_the_same
from coding.segments import PIPELINE, Segmentation, segment_transcript
from coding.store import Project, Review, Settlement

UNITS = ("segment", "turn", "sentence")
"""What can be settled as one place."""

_NEVER_CUT = 10**9


@dataclass
class Place:
    """One unit.

    Attributes:
        start_char: Where it begins in the transcript's text.
        end_char: Where it ends.
        finished: Those who have finished it, in the order of coders.
        codings: What each coder has coded here, with the part of it that belongs to this unit.
        settlements: How it was settled.
    """

    start_char: int
    end_char: int
    finished: tuple[str, ...] = ()
    codings: list[Part] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)

    @cached_property
    def settled(self) -> set[str]:
        """Return the ids of the codes that are settled here."""
        return {code_id for one in self.settlements for code_id in one.code_ids}

    @cached_property
    def given(self) -> dict[str, dict[str, set[Valence]]]:
        """Return for each code who of those that finished the place has it, and as what."""
        found: dict[str, dict[str, set[Valence]]] = {}
        for part in self.codings:
            coding = part.coding
            if coding.coder in self.finished:
                found.setdefault(coding.code_id, {}).setdefault(coding.coder, set()).add(coding.valence)
        return found

    @cached_property
    def apart(self) -> set[str]:
        """Return the ids of the codes that not all who finished the place have alike; none where only one did."""
        if len(self.finished) < 2:
            return set()
        return {
            code_id
            for code_id, by_coder in self.given.items()
            if any(by_coder.get(name) != by_coder.get(self.finished[0]) for name in self.finished)
        }


@dataclass(frozen=True, slots=True)
class Part:
    """A coding, and the part of it that belongs to one unit."""

    coding: Coding
    start_char: int
    end_char: int


def people_of(project: Project) -> tuple[str, ...]:
    """Return the coders whose work is compared: whoever codes a second time as ``(again)`` counts once."""
    names = project.coders()
    return tuple(
        name
        for number, name in enumerate(names)
        if not any(is_same_person(name, earlier) for earlier in names[:number])
    )


def places(
    project: Project, transcript_id: str, people: Sequence[str], *, unit: str = "segment", moderators: bool = True
) -> list[Place]:
    """Return the units of a transcript in order, with all that was done there.

    A coding belongs to a unit when one of the two lies in the other by at least half. A unit is finished when every
    word of it is.

    Raises:
        CodingError: There is no such unit.
        ModelError: The language model that finds sentences cannot be loaded.
    """
    text = project.text(transcript_id)
    found = [Place(start, end) for start, end in _spans(project, transcript_id, unit, moderators)]
    ends = [place.end_char for place in found]
    chosen = set(people)
    finished = _finished(text, project.reviews(transcript_id))
    for place in found:
        place.finished = tuple(name for name in people if _inside(place, finished.get(name, ())))
    for coding in project.codings(transcript_id):
        if coding.coder in chosen:
            here = list(_covered(found, ends, coding.start_char, coding.end_char))
            for number, place in enumerate(here):
                # What hangs over at the ends belongs to the unit that is nearest.
                start = coding.start_char if number == 0 else place.start_char
                end = coding.end_char if number == len(here) - 1 else place.end_char
                place.codings.append(Part(coding, start, end))
    for settlement in project.settlements(transcript_id):
        for place in _covered(found, ends, settlement.start_char, settlement.end_char):
            place.settlements.append(settlement)
    return found


def _spans(project: Project, transcript_id: str, unit: str, moderators: bool) -> list[tuple[int, int]]:
    speakers = project.speakers(transcript_id)
    turns = project.turns(transcript_id)
    silent = {
        turn.index
        for turn in turns
        if turn.heading
        or (not moderators and turn.speaker in speakers and speakers[turn.speaker].role is Role.MODERATOR)
    }
    if unit == "turn":
        return [(t.start_char, t.end_char) for t in turns if t.index not in silent and t.start_char < t.end_char]
    if unit == "segment":
        segments = project.segments(transcript_id)
    elif unit == "sentence":
        stored = json.loads(project.setting("segmentation") or "{}")
        how = Segmentation(min_words=1, max_words=_NEVER_CUT, pipeline=str(stored.get("pipeline", PIPELINE)))
        segments = list(segment_transcript(project.transcript(transcript_id), how))
    else:
        raise CodingError(f"places cannot be settled by {unit!r}; choose {', '.join(UNITS[:-1])} or {UNITS[-1]}")
    return [(s.start_char, s.end_char) for s in segments if s.turn not in silent]


def _finished(text: str, reviews: Sequence[Review]) -> dict[str, list[tuple[int, int]]]:
    """Return the stretches that each coder has finished; white space between two of them counts as finished."""
    found: dict[str, list[tuple[int, int]]] = {}
    for one in sorted(reviews, key=lambda review: review.start_char):
        spans = found.setdefault(one.coder, [])
        if spans and (one.start_char <= spans[-1][1] or not text[spans[-1][1] : one.start_char].strip()):
            spans[-1] = (spans[-1][0], max(spans[-1][1], one.end_char))
        else:
            spans.append((one.start_char, one.end_char))
    return found


def _inside(place: Place, spans: Sequence[tuple[int, int]]) -> bool:
    at = bisect.bisect_right(spans, place.start_char, key=lambda span: span[0]) - 1
    return at >= 0 and place.end_char <= spans[at][1]


def _covered(found: Sequence[Place], ends: Sequence[int], start_char: int, end_char: int) -> Iterator[Place]:
    for at in range(bisect.bisect_right(ends, start_char), len(found)):
        place = found[at]
        if place.start_char >= end_char:
            return
        if about_the_same(start_char, end_char, place.start_char, place.end_char):
            yield place
