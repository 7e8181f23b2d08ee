"""Texts of other tools, and what their positions count.

A position should be a code point of the file. Some tools count a byte-order mark, some count a line end as two, some
count UTF-16 units. Which one it is shows in the selections themselves: nearly all of them begin and end between words.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coding.readers.decoding import decode

Place = tuple[int, int]
Shift = Callable[[int], int]

_FEWEST = 3
_BETTER = 0.1


@dataclass(frozen=True, slots=True)
class Text:
    """A text with LF line ends and no byte-order mark, and what it was made from.

    Attributes:
        text: The words.
        raw: The same with the line ends of the file.
        bom: True where the file began with a byte-order mark.
        encoding: As it was found.
    """

    text: str
    raw: str
    bom: bool
    encoding: str


def decode_text(data: bytes) -> Text:
    """Return the text of a file: UTF-8 as it should be, or what it is instead.

    Raises:
        ValueError: The bytes are not text.
    """
    try:
        raw, encoding = data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        decoded = decode(data)
        raw, encoding = decoded.text, decoded.encoding
    return make_text(raw, encoding)


def make_text(raw: str, encoding: str = "UTF-8") -> Text:
    """Return a text without its byte-order mark; a NUL, at which SQLite would stop counting, is made a mark."""
    bom = raw.startswith("\ufeff")
    raw = raw.removeprefix("\ufeff").replace("\0", "\ufffd")
    return Text(raw.replace("\r\n", "\n").replace("\r", "\n"), raw, bom, encoding)


def choose_shift(text: Text, places: Sequence[Place]) -> tuple[Shift, str]:
    """Return how to turn positions of the file into offsets of ``text.text``, and a word on what they counted."""
    ways = _ways(text)
    usual, name = ways[0]
    if len(places) < _FEWEST:
        return usual, name
    best, most = ways[0], _fit(text.text, places, usual) + _BETTER
    for way in ways[1:]:
        fit = _fit(text.text, places, way[0])
        if fit > most:
            best, most = way, fit
    return best


def _ways(text: Text) -> list[tuple[Shift, str]]:
    crlf = [found.start() for found in re.finditer("\r\n", text.raw)]
    ways: list[tuple[Shift, str]] = []
    if crlf:
        ways.append((lambda at: at - bisect.bisect_left(crlf, at), ""))
        ways.append((lambda at: at, "positions counted CR LF as one character"))
    else:
        ways.append((lambda at: at, ""))
        breaks = [found.start() + number for number, found in enumerate(re.finditer("\n", text.text))]
        if breaks:
            ways.append(
                (lambda at: at - bisect.bisect_left(breaks, at), "positions counted line ends as two characters")
            )
    if text.bom:
        first = ways[0][0]
        ways.append((lambda at: max(0, first(at - 1)), "positions counted the byte-order mark"))
    wide = [found.start() + number for number, found in enumerate(re.finditer("[\U00010000-\U0010ffff]", text.text))]
    if wide:
        ways.append((lambda at: at - bisect.bisect_left(wide, at), "positions counted UTF-16 units"))
    return ways


def _fit(text: str, places: Sequence[Place], shift: Shift) -> float:
    """Return the share of edges that do not cut a word."""
    good = 0
    for start, end in places:
        good += _between_words(text, shift(start)) + _between_words(text, shift(end))
    return good / (2 * len(places))


def _between_words(text: str, at: int) -> bool:
    if not 0 <= at <= len(text):
        return False
    return at in (0, len(text)) or not (text[at - 1].isalnum() and text[at].isalnum())
