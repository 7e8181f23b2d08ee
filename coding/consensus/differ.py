"""The places where coders differ, the codes they differ on most first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from coding.consensus.places import Part, Place, people_of, places
from coding.edits.together import Settle
from coding.errors import CodingError
from coding.model import Coding, Valence
from coding.store import Outcome, Project, Settlement

Step = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Side:
    """What one coder has at a place where others have something else.

    Attributes:
        coder: Who.
        parts: Those of their codings that not everybody has, each with the part of it that belongs to the place.
    """

    coder: str
    parts: tuple[Part, ...]

    @property
    def codings(self) -> tuple[Coding, ...]:
        """Return the codings themselves."""
        return tuple(part.coding for part in self.parts)


@dataclass(frozen=True, slots=True)
class Difference:
    """A place that two coders or more have finished, and have not coded alike.

    Attributes:
        transcript_id: The transcript.
        start_char: Where the place begins in its text.
        end_char: Where it ends.
        code_ids: The codes that they differ on: not all have them, or not all as shown, lacking or unclear.
        shared: The codes that all have alike.
        sides: What each has, in the order of coders.
        settlement: How it was settled, where it was.
        open: Whether a code of it is not settled.
    """

    transcript_id: str
    start_char: int
    end_char: int
    code_ids: tuple[str, ...]
    shared: tuple[str, ...]
    sides: tuple[Side, ...]
    settlement: Settlement | None
    open: bool


@dataclass(frozen=True, slots=True)
class Disputed:
    """How often coders differ on one code.

    Attributes:
        code_id: The code.
        used: At how many places somebody has it who finished the place, as others did.
        differ: At how many of these not all have it alike.
        open: How many of those are not settled.
    """

    code_id: str
    used: int
    differ: int
    open: int


@dataclass(frozen=True, slots=True)
class Differences:
    """Where the coders of a project differ.

    Attributes:
        unit: Segment, turn or sentence.
        coders: Those who have finished something together with others.
        compared: How many units two or more have finished.
        differ: At how many of these they differ.
        places: These units; those in a row that the same codings stand on are one place. The codes with most
            differences come first, and for each code they stand in reading order.
        codes: How often they differ on each code; most first, and among as many those that are differed on most.
    """

    unit: str
    coders: tuple[str, ...]
    compared: int
    differ: int
    places: tuple[Difference, ...] = field(repr=False)
    codes: tuple[Disputed, ...] = field(repr=False)

    @property
    def open(self) -> int:
        """Return how many places are not settled."""
        return sum(one.open for one in self.places)


def find_differences(
    project: Project,
    *,
    coders: Sequence[str] | None = None,
    unit: str = "segment",
    transcripts: Sequence[str] | None = None,
    moderators: bool = False,
    step: Step | None = None,
) -> Differences:
    """Find the places where coders differ.

    Only places count that two of the coders or more have finished: who has not finished a place may still code it. A
    coding belongs to a place when one of the two lies in the other by at least half, so that coders who begin a word
    apart do not differ.

    Args:
        project: The project.
        coders: Whose work is compared; everybody's where it is ``None``, but for those who code a second time as
            ``(again)``.
        unit: Segment, turn or sentence.
        transcripts: The ids of transcripts; all where it is ``None``.
        moderators: Also what moderators say.
        step: Told of progress.

    Raises:
        CodingError: A coder or the unit is unknown.
        ModelError: The language model that finds sentences cannot be loaded.
    """
    people = _people(project, coders)
    used: Counter[str] = Counter()
    differ: Counter[str] = Counter()
    left: Counter[str] = Counter()
    found: list[Difference] = []
    at_work: set[str] = set()
    compared = 0
    infos = [info for info in project.transcripts() if transcripts is None or info.id in transcripts]
    apart_in_all = 0
    for number, info in enumerate(infos):
        if step:
            step("looking for differences", number, len(infos))
        before: Difference | None = None
        for place in places(project, info.id, people, unit=unit, moderators=moderators):
            last, before = before, None
            if len(place.finished) < 2:
                continue
            compared += 1
            at_work.update(place.finished)
            there, apart = set(place.given), place.apart
            used.update(there)
            differ.update(apart)
            left.update(apart - place.settled)
            if apart:
                apart_in_all += 1
                before = _difference(info.id, place, apart, there)
                if last is not None and _same(last, before):
                    before = _joined(last, before)
                    found.pop()
                found.append(before)
    codes = sorted(
        (Disputed(code_id, used[code_id], count, left[code_id]) for code_id, count in differ.items()),
        key=lambda one: (-one.differ, -one.differ / one.used, one.code_id),
    )
    rank = {one.code_id: number for number, one in enumerate(codes)}
    order = {info.id: number for number, info in enumerate(infos)}
    ranked = [replace(one, code_ids=tuple(sorted(one.code_ids, key=rank.__getitem__))) for one in found]
    ranked.sort(key=lambda one: (rank[one.code_ids[0]], order[one.transcript_id], one.start_char))
    together = tuple(name for name in people if name in at_work)
    return Differences(unit, together, compared, apart_in_all, tuple(ranked), tuple(codes))


def _people(project: Project, coders: Sequence[str] | None) -> tuple[str, ...]:
    if coders is None:
        return people_of(project)
    everybody = project.coders()
    for name in coders:
        if name not in everybody:
            raise CodingError(f"there is no coder {name!r} in this project; there are {', '.join(everybody) or 'none'}")
    if len(set(coders)) < 2:
        raise CodingError("it takes two coders to differ; name another")
    return tuple(dict.fromkeys(coders))


def _difference(transcript_id: str, place: Place, apart: set[str], there: set[str]) -> Difference:
    sides = tuple(
        Side(name, tuple(p for p in place.codings if p.coding.coder == name and p.coding.code_id in apart))
        for name in place.finished
    )
    # The one that says most about it, where a place of another size was settled too.
    about = [one for one in place.settlements if apart & set(one.code_ids)]
    settlement = max(about, key=lambda one: (len(apart & set(one.code_ids)), one.set_at), default=None)
    return Difference(
        transcript_id,
        place.start_char,
        place.end_char,
        tuple(sorted(apart)),
        tuple(sorted(there - apart)),
        sides,
        settlement,
        bool(apart - place.settled),
    )


def _same(one: Difference, other: Difference) -> bool:
    """Tell whether two units in a row are about the same codings, so that they are settled as one."""
    return (
        (one.code_ids, one.open, one.settlement) == (other.code_ids, other.open, other.settlement)
        and [side.codings for side in one.sides] == [side.codings for side in other.sides]
        and [side.coder for side in one.sides] == [side.coder for side in other.sides]
    )


def _joined(one: Difference, other: Difference) -> Difference:
    sides = tuple(
        Side(
            mine.coder,
            tuple(
                Part(first.coding, first.start_char, last.end_char)
                for first, last in zip(mine.parts, theirs.parts, strict=True)
            ),
        )
        for mine, theirs in zip(one.sides, other.sides, strict=True)
    )
    shared = tuple(code_id for code_id in one.shared if code_id in other.shared)
    return replace(one, end_char=other.end_char, sides=sides, shared=shared)


def settle(
    where: Difference,
    choice: str,
    *,
    reason: str,
    coder: str = "",
    codes: Sequence[tuple[str, Valence]] = (),
) -> Settle:
    """Return the operation that settles a place.

    Args:
        where: The place.
        choice: ``keep`` what one coder has, ``both`` (what anybody has), ``another`` code, or ``none``.
        reason: Why.
        coder: Whose codings are kept, with ``keep``.
        codes: The codes that stand in their stead, with ``another``; they stand on the whole place.

    Raises:
        CodingError: The coder has not finished the place.
    """
    outcome: list[Outcome] = []
    if choice == "keep":
        side = next((side for side in where.sides if side.coder == coder), None)
        if side is None:
            raise CodingError(f"{coder or 'nobody'} has not finished this place, so there is nothing of theirs to keep")
        outcome = _outcome(side.parts, where)
    elif choice == "both":
        outcome = _outcome([part for side in where.sides for part in side.parts], where)
    elif choice == "another":
        outcome = [Outcome(code_id, valence, where.start_char, where.end_char) for code_id, valence in codes]
    return Settle(
        where.transcript_id,
        where.start_char,
        where.end_char,
        where.code_ids,
        tuple(outcome),
        choice,
        reason,
        coder if choice == "keep" else "",
    )


def _outcome(parts: Sequence[Part], where: Difference) -> list[Outcome]:
    """Return each code once: on all words that any of the codings has, and unclear where they differ in that."""
    found: dict[str, Outcome] = {}
    for part in parts:
        coding = part.coding
        start, end = max(part.start_char, where.start_char), min(part.end_char, where.end_char)
        old = found.get(coding.code_id)
        if old is None:
            found[coding.code_id] = Outcome(coding.code_id, coding.valence, start, end)
        else:
            valence = old.valence if old.valence is coding.valence else Valence.UNCLEAR
            start, end = min(old.start_char, start), max(old.end_char, end)
            found[coding.code_id] = Outcome(coding.code_id, valence, start, end)
    return list(found.values())
