"""A project as the consensus has it: a layer of its own, made of the coders' work and of what was settled.

What stands in it: at places that two coders or more have finished, what all of them have alike and what was settled;
elsewhere, what anybody has. What coders differ on and nobody has settled is not in it.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from coding.consensus.places import Part, Place, people_of, places
from coding.errors import CodingError
from coding.model import CONSENSUS, Coding, Origin
from coding.store import Columns, Project, Rejection, Review, Settlement
from coding.store.columns import with_codings
from coding.store.study import NAMESPACE

LAYERS = ("coders", CONSENSUS, "all")
"""Whose codings are read: those of the coders, what they settled on, or both beside each other."""


def layer(project: Project, name: str) -> Project:
    """Return a project as one layer has it; only for reading.

    Args:
        project: The project.
        name: ``coders`` for the project as it is, ``consensus`` for what was settled on in place of what each coder
            has, or ``all`` for both, the consensus as a coder of its own.

    Raises:
        CodingError: There is no such layer.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Project.open(f"{folder}/s.sqlite", create=True) as project:
    ...     layer(project, "consensus").coders()
    ['consensus']
    """
    if name not in LAYERS:
        raise CodingError(f"there is no layer {name!r}; choose {', '.join(LAYERS[:-1])} or {LAYERS[-1]}")
    return project if name == "coders" else Layer(project, alone=name == CONSENSUS)


def open_places(project: Project) -> int:
    """Return at how many segments coders differ on something that nobody has settled."""
    return (project if isinstance(project, Layer) else Layer(project)).open_places


class Layer(Project):
    """A project with the consensus as a coder; it is worked out when it is first read.

    Args:
        project: The project; it has to stay open.
        alone: Without the coders' own codings.
    """

    def __init__(self, project: Project, *, alone: bool = True) -> None:
        super().__init__(project.path, project.db)
        self._project = project
        self._alone = alone

    @cached_property
    def _made(self) -> _Made:
        found = _Made([], [], 0)
        people = people_of(self._project)
        for info in self._project.transcripts():
            work = places(self._project, info.id, people)
            found.codings.extend(_codings(info.id, work))
            found.reviews.extend(_reviews(info.id, work))
            found.open += sum(bool(place.apart - place.settled) for place in work)
        return found

    @cached_property
    def _by_transcript(self) -> dict[str, list[Coding]]:
        found: dict[str, list[Coding]] = {}
        for coding in self._made.codings:
            found.setdefault(coding.transcript_id, []).append(coding)
        return found

    @property
    def open_places(self) -> int:
        """Return at how many segments coders differ on something that nobody has settled."""
        return self._made.open

    def coders(self) -> list[str]:
        """Return the consensus, behind the coders where they are in this layer."""
        return [*([] if self._alone else self._project.coders()), CONSENSUS]

    def codings(
        self, transcript_id: str | None = None, *, coder: str | None = None, code_id: str | None = None
    ) -> list[Coding]:
        """Return the codings of this layer in reading order."""
        some = self._made.codings if transcript_id is None else self._by_transcript.get(transcript_id, [])
        mine = [coding for coding in some if coder in (None, CONSENSUS) and code_id in (None, coding.code_id)]
        if self._alone:
            return mine
        order = {info.id: number for number, info in enumerate(self._project.transcripts())}
        both = [*self._project.codings(transcript_id, coder=coder, code_id=code_id), *mine]
        return sorted(both, key=lambda one: (order[one.transcript_id], one.start_char, one.end_char))

    def coding(self, coding_id: str) -> Coding | None:
        """Return one coding of this layer, or ``None``."""
        return next((coding for coding in self.codings() if coding.id == coding_id), None)

    def codes_in_use(self) -> dict[str, int]:
        """Return how many codings of this layer each code has."""
        return dict(Counter(coding.code_id for coding in self.codings()))

    def reviews(self, transcript_id: str | None = None, *, coder: str | None = None) -> list[Review]:
        """Return what is finished; for the consensus, where somebody finished and nothing is left to settle."""
        mine = [one for one in self._made.reviews if transcript_id in (None, one.transcript_id)]
        mine = mine if coder in (None, CONSENSUS) else []
        return mine if self._alone else [*self._project.reviews(transcript_id, coder=coder), *mine]

    def columns(self) -> Columns:
        """Return the study as columns, with the codings of this layer."""
        finished = ((one.transcript_id, one.coder) for one in self.reviews())
        return with_codings(super().columns(), self.codings(), self.coders(), finished)

    def rejections(self, transcript_id: str | None = None, *, coder: str | None = None) -> list[Rejection]:
        """Return the refused suggestions; alone, those that the consensus has not taken up after all."""
        if not self._alone:
            return self._project.rejections(transcript_id, coder=coder)
        if coder not in (None, CONSENSUS):
            return []
        taken = {(c.transcript_id, c.start_char, c.end_char, c.code_id) for c in self._made.codings}
        return [
            replace(one, coder=CONSENSUS)
            for one in self._project.rejections(transcript_id)
            if (one.transcript_id, one.start_char, one.end_char, one.code_id) not in taken
        ]


@dataclass(slots=True)
class _Made:
    codings: list[Coding]
    reviews: list[Review]
    open: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stands at one place, before pieces of the same coding are joined again.

    Attributes:
        source: What the piece is of.
        coding: As it will stand.
    """

    source: str
    coding: Coding


def _codings(transcript_id: str, work: Sequence[Place]) -> list[Coding]:
    last: dict[tuple[str, str], int] = {}
    joined: list[Coding] = []
    previous: dict[tuple[str, str], int] = {}
    for number, place in enumerate(work):
        for piece in _pieces(transcript_id, place):
            key = (piece.source, piece.coding.code_id)
            if previous.get(key) == number - 1:
                old = joined[last[key]]
                joined[last[key]] = replace(old, end_char=max(old.end_char, piece.coding.end_char))
            else:
                last[key] = len(joined)
                joined.append(piece.coding)
            previous[key] = number
    found = {(one.start_char, one.end_char, one.code_id): one for one in reversed(joined)}
    named = (replace(one, id=_id(one)) for one in found.values())
    return sorted(named, key=lambda one: (one.start_char, one.end_char, one.code_id))


def _pieces(transcript_id: str, place: Place) -> Iterator[_Piece]:
    done = set(place.settled)
    for settlement in place.settlements:
        for one in _settled(transcript_id, place, settlement):
            done.add(one.coding.code_id)
            yield one
    several, apart = len(place.finished) > 1, place.apart
    parts: dict[str, list[Part]] = {}
    for part in place.codings:
        if part.coding.code_id not in done and (not several or part.coding.coder in place.finished):
            parts.setdefault(part.coding.code_id, []).append(part)
    for code_id, chosen in parts.items():
        if not several:
            yield _single(chosen[0])
        elif code_id not in apart:
            yield _agreed(place, chosen)


def _settled(transcript_id: str, place: Place, settlement: Settlement) -> Iterator[_Piece]:
    about = [part.coding for part in place.codings if part.coding.code_id in settlement.code_ids]
    version = max((coding.codebook_version for coding in about), default="0")
    for one in settlement.outcome:
        start, end = max(one.start_char, place.start_char), min(one.end_char, place.end_char)
        if start < end:
            memo = f"{settlement.reason} (settled by {settlement.set_by})"
            yield _Piece(
                settlement.key,
                Coding(
                    "",
                    transcript_id,
                    start,
                    end,
                    one.code_id,
                    CONSENSUS,
                    one.valence,
                    Origin.SETTLED,
                    memo=memo,
                    codebook_version=version,
                    created_at=settlement.set_at,
                ),
            )


def _single(part: Part) -> _Piece:
    coding = part.coding
    return _Piece(coding.id, replace(coding, coder=CONSENSUS, start_char=part.start_char, end_char=part.end_char))


def _agreed(place: Place, parts: Sequence[Part]) -> _Piece:
    """Return what all have alike, on the words that all have it on, or on the place where they have none in common."""
    start, end = max(part.start_char for part in parts), min(part.end_char for part in parts)
    if start >= end:
        start, end = place.start_char, place.end_char
    memos = [f"{part.coding.coder}: {part.coding.memo}" for part in parts if part.coding.memo]
    newest = max((part.coding for part in parts), key=lambda coding: coding.created_at)
    coding = replace(
        newest,
        start_char=start,
        end_char=end,
        coder=CONSENSUS,
        origin=Origin.AGREED,
        score=None,
        probability=None,
        memo="; ".join(memos),
    )
    return _Piece(parts[0].coding.id, coding)


def _reviews(transcript_id: str, work: Sequence[Place]) -> list[Review]:
    found = []
    for place in work:
        if (place.finished or place.settlements) and not place.apart - place.settled:
            key = f"{CONSENSUS}|{transcript_id}:{place.start_char}-{place.end_char}"
            at = max((one.set_at for one in place.settlements), default="")
            found.append(Review(key, transcript_id, place.start_char, place.end_char, CONSENSUS, 0, at))
    return found


def _id(coding: Coding) -> str:
    """Return the same id for the same coding of the consensus, whenever it is worked out."""
    place = f"{coding.transcript_id}:{coding.start_char}-{coding.end_char}"
    return str(uuid.uuid5(NAMESPACE, f"{CONSENSUS}\n{place}\n{coding.code_id}"))
