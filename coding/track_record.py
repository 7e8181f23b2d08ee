"""How the suggestions fared in this project: what people accepted, rejected, changed and found by themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from coding.model import Origin
from coding.store import Project


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval.

    Attributes:
        hits: How many.
        of: Out of how many.
        low: Lower end of the Wilson score interval.
        high: Upper end.
    """

    hits: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """Return the share, 0 to 1."""
        return self.hits / self.of


def share(hits: int, of: int) -> Share | None:
    """Return a share with its Wilson score interval of 95 %, or ``None`` where there is nothing to share.

    The interval is that of E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), with z = 1.96.

    >>> found = share(8, 10)
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
    (0.8, 0.49, 0.94)
    >>> share(0, 0) is None
    True
    """
    if of == 0:
        return None
    z = 1.96
    rate = hits / of
    centre = (rate + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(rate * (1 - rate) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return Share(hits, of, max(0.0, centre - half), min(1.0, centre + half))


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of suggestions, and what people coded without them.

    Attributes:
        accepted: Codings accepted as suggested.
        changed: Codings made in place of a suggested code.
        rejected: Suggestions refused.
        own: Codings made where this code was not suggested, or not taken from a suggestion.
        blind: Codings made while suggestions were hidden; they say nothing about suggestions.
    """

    accepted: int = 0
    changed: int = 0
    rejected: int = 0
    own: int = 0
    blind: int = 0

    @property
    def precision(self) -> Share | None:
        """Return the share of accepted ones among the suggestions that were decided."""
        return share(self.accepted, self.accepted + self.rejected)

    @property
    def help(self) -> Share | None:
        """Return the share of codings, blind ones aside, that came as a suggestion."""
        return share(self.accepted, self.accepted + self.changed + self.own)

    @property
    def decisions(self) -> int:
        """Return how many decisions were counted."""
        return self.accepted + self.changed + self.rejected + self.own + self.blind


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """How suggestions fared, in all and apart.

    Attributes:
        whole: All decisions.
        by_code: By id of the code, the most decided first.
        by_coder: By coder.
        over_time: Successive spans of decisions in the order in which they were made, the oldest first.
    """

    whole: Tally
    by_code: tuple[tuple[str, Tally], ...]
    by_coder: tuple[tuple[str, Tally], ...]
    over_time: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class _Event:
    at: str
    code_id: str
    coder: str
    what: str


def read_track_record(project: Project, *, coder: str | None = None, span: int = 25) -> TrackRecord:
    """Count what became of suggestions in a project; decisions that were undone do not count.

    Args:
        project: The project.
        coder: Only what this person decided.
        span: How many decisions make a point in time.

    Returns:
        The counts; a last span of fewer than half as many decisions is joined to the one before.
    """
    events = sorted(_events(project, coder), key=lambda event: (event.at, event.code_id))
    codes = Counter(event.code_id for event in events)
    coders = Counter(event.coder for event in events)
    return TrackRecord(
        whole=_tally(events),
        by_code=tuple((code, _tally(e for e in events if e.code_id == code)) for code, _ in codes.most_common()),
        by_coder=tuple((name, _tally(e for e in events if e.coder == name)) for name, _ in coders.most_common()),
        over_time=tuple(_tally(part) for part in _spans(events, span)),
    )


def _events(project: Project, coder: str | None) -> Iterable[_Event]:
    names = {
        Origin.ACCEPTED: "accepted",
        Origin.CHANGED: "changed",
        Origin.OWN: "own",
        Origin.BLIND: "blind",
    }
    for coding in project.codings(coder=coder):
        yield _Event(coding.created_at, coding.code_id, coding.coder, names[coding.origin])
    for rejection in project.rejections(coder=coder):
        yield _Event(rejection.created_at, rejection.code_id, rejection.coder, "rejected")


def _tally(events: Iterable[_Event]) -> Tally:
    return Tally(**Counter(event.what for event in events))


def _spans(events: Sequence[_Event], size: int) -> list[Sequence[_Event]]:
    parts = [events[start : start + size] for start in range(0, len(events), size)]
    if len(parts) > 1 and 2 * len(parts[-1]) < size:
        parts[-2:] = [events[size * (len(parts) - 2) :]]
    return parts
