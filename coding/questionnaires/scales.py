"""Which answers count as which numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

SCALES: tuple[tuple[str, ...], ...] = (
    ("strongly disagree", "disagree", "neither agree nor disagree", "agree", "strongly agree"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    ("strongly disagree", "disagree", "agree", "strongly agree"),
    (
        "strongly disagree",
        "disagree",
        "somewhat disagree",
        "neither agree nor disagree",
        "somewhat agree",
        "agree",
        "strongly agree",
    ),
    ("never", "rarely", "sometimes", "often", "always"),
    ("never", "seldom", "sometimes", "often", "always"),
    ("not at all", "slightly", "moderately", "very", "extremely"),
    ("not important", "slightly important", "moderately important", "important", "very important"),
    ("very dissatisfied", "dissatisfied", "neither satisfied nor dissatisfied", "satisfied", "very satisfied"),
    ("very poor", "poor", "fair", "good", "very good"),
    ("no", "yes"),
)
"""Scales that surveys use by words, the lowest answer first."""

_LED_BY_NUMBER = re.compile(r"\s*([+-]?\d+)\s*(?:[-–—.:)=]\s*)?(\D*)$")
MISSING = frozenset({"", "na", "n/a", "n. a.", "-", "--", ".", "none", "null", "nan", "no answer", "prefer not to say"})
"""What stands in a cell where somebody gave no answer."""


def is_missing(text: str) -> bool:
    """Tell whether a cell holds no answer."""
    return text.strip().casefold() in MISSING


def to_number(text: str, labels: Sequence[str] = (), low: int = 1) -> float | None:
    """Return the number of an answer, or ``None`` where it is none.

    Args:
        text: The cell: a number, a label, or a number with its label.
        labels: What the answers are called, the lowest first.
        low: The number of the lowest.

    >>> to_number("4"), to_number("5 - Strongly agree"), to_number("agree", ("disagree", "agree")), to_number("x")
    (4.0, 5.0, 2.0, None)
    """
    clean = " ".join(text.split())
    named = [label.casefold() for label in labels]
    if clean.casefold() in named:
        return float(low + named.index(clean.casefold()))
    try:
        number = float(clean.replace(",", ".", 1)) if not clean.isalpha() else math.nan
    except ValueError:
        found = _LED_BY_NUMBER.fullmatch(clean)
        return float(found[1]) if found and (not named or found[2].strip().casefold() in (*named, "")) else None
    return number if math.isfinite(number) else None


def find_labels(answers: Iterable[str]) -> tuple[str, ...]:
    """Return the scale whose words the answers are, or nothing.

    >>> find_labels(["Agree", "Strongly agree", "Disagree", "neutral"])[2]
    'neutral'
    """
    there = {" ".join(answer.split()).casefold() for answer in answers if not is_missing(answer)}
    if not there:
        return ()
    return next((scale for scale in SCALES if there <= set(scale)), ())


def find_range(numbers: Sequence[float]) -> tuple[int, int] | None:
    """Return the scale that whole numbers seem to be on, or ``None`` where they are none.

    >>> find_range([2, 5, 4]), find_range([0, 10, 7]), find_range([1986, 2001])
    ((1, 5), (0, 10), None)
    """
    if not numbers or any(number != int(number) for number in numbers):
        return None
    least, most = int(min(numbers)), int(max(numbers))
    for low, high in ((1, 5), (1, 7), (0, 10)):
        if low <= least and most <= high:
            return low, high
    return None
