"""How strong the evidence for each behaviour of the framework is, and the passages that it rests on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from coding.agreement import Agreement, Estimate
from coding.evidence.passages import Passage, Rating, Strength
from coding.evidence.ratings import read_ratings
from coding.evidence.sources import Sources
from coding.framework import Behaviour, Framework, Quotation
from coding.model import Valence

__all__ = [
    "MOST_LACKING",
    "MOST_SHOWN",
    "Evidence",
    "Passage",
    "Rating",
    "Sources",
    "Strength",
    "as_quotation",
    "gather_evidence",
    "propose",
    "read_ratings",
]

MOST_SHOWN, MOST_LACKING = 3, 2
"""How many passages are proposed as quotations for a behaviour and for its lack."""

_GOOD_LENGTH = (60, 420)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The strength and the passages of every behaviour, by its id; passages are made when they are asked for."""

    strengths: Mapping[str, Strength]
    passages: Mapping[str, Sequence[Passage]]
    chosen: Mapping[str, tuple[tuple[Passage, bool], ...]]

    def quotations(self, behaviour: Behaviour) -> tuple[tuple[Passage, bool], ...]:
        """Return the quotations of a behaviour, each with whether it tells of the lack.

        They are those that people chose; where nobody chose yet, those that :func:`propose` picks.
        """
        if behaviour.quotations is not None:
            return self.chosen[behaviour.id]
        return propose(self.passages[behaviour.id])


@dataclass(frozen=True, slots=True)
class _Passages(Mapping[str, Sequence[Passage]]):
    """The passages of each behaviour by its id."""

    sources: Sources
    codes: Mapping[str, tuple[str, ...]]

    def __getitem__(self, behaviour_id: str) -> Sequence[Passage]:
        return self.sources.passages(self.codes[behaviour_id])

    def __iter__(self) -> Iterator[str]:
        return iter(self.codes)

    def __len__(self) -> int:
        return len(self.codes)


def gather_evidence(
    sources: Sources,
    framework: Framework,
    *,
    agreement: Agreement | None = None,
    ratings: Mapping[str, Rating] | None = None,
) -> Evidence:
    """Return the evidence for every behaviour, those that are left out too.

    Args:
        sources: What was coded.
        framework: As :func:`~coding.framework.read_framework` returns it.
        agreement: As :func:`~coding.agreement.agree` returns it; no agreement is shown without it.
        ratings: What a questionnaire says about each code.
    """
    alphas = _alphas(agreement)
    strengths, chosen = {}, {}
    every = (*framework.behaviours, *framework.left_out)
    for behaviour in every:
        strengths[behaviour.id] = replace(
            sources.strength(behaviour.codes),
            agreement=tuple((code_id, alphas[code_id]) for code_id in behaviour.codes if code_id in alphas),
            rating=_rating(behaviour, ratings or {}),
        )
        chosen[behaviour.id] = sources.chosen(behaviour)
    passages = _Passages(sources, {behaviour.id: behaviour.codes for behaviour in every})
    return Evidence(strengths, passages, chosen)


def propose(passages: Sequence[Passage]) -> tuple[tuple[Passage, bool], ...]:
    """Return the passages that would serve best as quotations, each with whether it tells of the lack.

    Each comes from another person, and from another focus group, as far as there are enough. Among those, the ones that
    more coders agree on come first, then those of a length that reads well. No two overlap.
    """
    shown = [one for one in passages if not one.contrary and Valence.SHOWN in one.valences]
    lacking = [one for one in passages if one.contrary]
    return (
        *((one, False) for one in _best(shown, MOST_SHOWN)),
        *((one, True) for one in _best(lacking, MOST_LACKING)),
    )


def _best(passages: Sequence[Passage], most: int) -> list[Passage]:
    """Return the best of them in reading order, one after the other, as far from the others as may be."""
    found: list[int] = []
    while len(found) < most:
        chosen = [passages[at] for at in found]
        people = {person.id for one in chosen for person in one.people}
        groups = {one.group for one in chosen}
        left = [at for at, one in enumerate(passages) if not any(_overlap(one, other) for other in chosen)]
        if not left:
            break
        found.append(min(left, key=lambda at: (*_nearness(passages[at], people, groups), *_merit(passages[at]), at)))
    return [passages[at] for at in sorted(found)]


def _nearness(passage: Passage, people: Collection[str], groups: Collection[str]) -> tuple[bool, bool]:
    """Tell whether somebody speaks who was quoted already, and whether their group was."""
    return any(person.id in people for person in passage.people), passage.group in groups


def _merit(passage: Passage) -> tuple[int, int]:
    short, long = _GOOD_LENGTH
    length = len(passage.text)
    return -len(passage.coders), max(0, short - length, length - long)


def _overlap(one: Passage, other: Passage) -> bool:
    same = one.transcript_id == other.transcript_id
    return same and one.start_char < other.end_char and other.start_char < one.end_char


def as_quotation(passage: Passage, *, contrary: bool | None = None) -> Quotation:
    """Return the place of a passage as a framework keeps it."""
    return Quotation(*passage.place, passage.contrary if contrary is None else contrary)


def _alphas(agreement: Agreement | None) -> dict[str, Estimate]:
    """Return Krippendorff's alpha by code, among all people that were compared."""
    people = (one for one in (agreement.comparisons if agreement else ()) if one.kind == "people")
    first = next((one for one in people if one.condition == "all"), None)
    return {} if first is None else {code.code_id: code.estimates["alpha"] for code in first.codes}


def _rating(behaviour: Behaviour, ratings: Mapping[str, Rating]) -> Rating | None:
    """Return the rating of a behaviour that stands on one rated code; means of several cannot be put together."""
    found = [ratings[code_id] for code_id in behaviour.codes if code_id in ratings]
    return found[0] if len(found) == 1 else None
