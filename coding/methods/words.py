"""Numbers, lists and dates in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from coding.store import Tally


def kinds(tally: Sequence[Tally]) -> Counter[str]:
    """Return how many edits of each kind all coders made."""
    sums: Counter[str] = Counter()
    for row in tally:
        sums[row.kind] += row.count
    return sums


def number_of(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    >>> number_of(1, "pair of codes"), number_of(2, "pair of codes"), number_of(2_000, "stretch", "stretches")
    ('1 pair of codes', '2 pairs of codes', '2,000 stretches')
    """
    return f"{number:,} {one if number == 1 else many or _plural(one)}"


def _plural(noun: str) -> str:
    head, of, rest = noun.partition(" of ")
    return f"{head}s{of}{rest}"


def was_or_were(number: int) -> str:
    """Return the verb that goes with a number."""
    return "was" if number == 1 else "were"


def so_often(number: int) -> str:
    """Return "once" or "12 times"."""
    return "once" if number == 1 else f"{number:,} times"


def listed(items: Sequence[str]) -> str:
    """Join with commas and a last "and".

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def day(at: str) -> str:
    """Return a stored time as a day.

    >>> day("2026-03-02T10:00:00.000000Z")
    '2 March 2026'
    """
    found = _moment(at)
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"


def between(first: str, last: str) -> str:
    """Return a range of days.

    >>> between("2026-03-02T10:00:00Z", "2026-03-09T10:00:00Z")
    'between 2 March 2026 and 9 March 2026'
    """
    start, end = day(first), day(last)
    return f"on {start}" if start == end else f"between {start} and {end}"


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at.replace("Z", "+00:00"))


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
"""Written out here, since the names that Python gives depend on the machine's language."""
