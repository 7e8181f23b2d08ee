"""Times as recorders write them, in seconds."""

from __future__ import annotations

import re
from collections.abc import Sequence

CLOCK = r"\d{1,3}:\d{1,2}(?::\d{1,2}(?:[:;]\d{2})?)?(?:[.,]\d{1,3})?"
"""A time without hours or with them: ``0:04``, ``1:37:47``, ``00:00:05.120``; ``00:00:05:12`` ends with frames."""

_FULL = len("00:00:00.000")
# Frames are left away: nobody says how many there are in a second, and all of them are less than one.
_CLOCK = re.compile(r"(-?\d{1,6}):(-?\d{1,6})(?::(-?\d{1,6})(?:[:;]\d{2})?)?(?:[.,](-?\d{1,9}))?")
_LOOSE = re.compile(r"-?\d+(?:\.\d+)?")


def seconds(text: str, *, milliseconds: bool = False) -> float | None:
    """Return a clock time in seconds, or ``None`` where it is none.

    Args:
        text: ``h:mm:ss``, ``m:ss``, either with a fraction behind a point or comma; brackets are allowed.
        milliseconds: The fraction counts milliseconds without padding, as Teams wrote in 2022: ``10.20`` is 10.020 s.
            A time whose minutes or seconds are not padded says so itself.

    >>> seconds("[00:01:02.5]")
    62.5
    >>> seconds("0:0:10.20")
    10.02
    """
    if len(text) == _FULL and text[2] == text[5] == ":" and text[8] in ".,":
        hours, minutes, rest, thousandths = text[:2], text[3:5], text[6:8], text[9:]
        if (hours + minutes + rest + thousandths).isdecimal():
            return int(hours) * 3600 + int(minutes) * 60 + int(rest + thousandths) / 1000
    match = _CLOCK.fullmatch(text.strip().strip("[]()").strip())
    if match is None:
        return None
    first, second, third, fraction = match.groups()
    whole = [int(part) for part in (first, second, third) if part is not None]
    milliseconds = milliseconds or _is_unpadded(second) or (third is not None and _is_unpadded(third))
    total = 0.0
    for part in whole:
        total = total * 60 + part
    if fraction is None:
        return total
    digits = fraction.lstrip("-")
    value = int(digits) / 1000 if milliseconds else int(digits) / 10 ** len(digits)
    negative = fraction.startswith("-") or (total < 0 or (first.startswith("-")))
    return round(total - value if negative else total + value, 3)


def _is_unpadded(part: str) -> bool:
    return len(part.lstrip("-")) == 1


def number(text: str) -> float | None:
    """Return a plain number of seconds or a clock time in seconds, or ``None``."""
    text = text.strip().strip("[]()").strip()
    if _LOOSE.fullmatch(text) and len(text) < 18:
        return float(text)
    return seconds(text)


_SPELT = re.compile(r"(?:(\d{1,2}) hours? )?(?:(\d{1,2}) minutes? )?(\d{1,2}) seconds?")


def in_words(text: str) -> float | None:
    """Return a time that is spelt out in seconds, as meeting programs do for readers who cannot see, or ``None``.

    >>> in_words("1 minute 2 seconds")
    62.0
    """
    match = _SPELT.match(text.strip())
    if match is None:
        return None
    hours, minutes, rest = (int(part or 0) for part in match.groups())
    return hours * 3600.0 + minutes * 60 + rest


_RANGE = re.compile(rf"[\[(]?\s*({CLOCK})\s*[\])]?\s*(?:--?>|[-–—]|to)\s*[\[(]?\s*({CLOCK})\s*[\])]?:?", re.IGNORECASE)


def time_range(text: str) -> tuple[float | None, float | None]:
    """Return start and end of ``0:05``, ``[00:05]``, ``0:05 - 0:10`` or ``00:00:05 --> 00:00:10``.

    >>> time_range("0:05 - 0:10")
    (5.0, 10.0)
    """
    text = text.strip()
    match = _RANGE.fullmatch(text)
    if match is not None:
        return seconds(match[1]), seconds(match[2])
    found = number(text)
    return in_words(text) if found is None else found, None


_FEWEST_WORDS_A_SECOND = 0.005
_LONGEST_SESSION_S = 24 * 3600


def in_milliseconds(times: Sequence[float], words: int) -> bool:
    """Tell whether whole numbers are milliseconds: read as seconds, nobody would speak so slowly or so long.

    >>> in_milliseconds([0, 2500, 2500, 4100], 12), in_milliseconds([0, 2, 2, 4], 12)
    (True, False)
    """
    if not times or any(time != int(time) for time in times):
        return False
    last = max(times)
    return last > 0 and (words / last < _FEWEST_WORDS_A_SECOND or last > _LONGEST_SESSION_S)
