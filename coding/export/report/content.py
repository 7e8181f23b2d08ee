"""What a report says, whatever it is written as: headings, text, quotations, tables and figures in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

# What no XML file can hold, and halves of characters, which no text file can.
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

Align = Literal["left", "right"]

SHORT_TABLE = 15
"""A table of no more rows is printed on one page."""


def clean(text: str) -> str:
    r"""Return text that every file can hold; what none can becomes a replacement character.

    >>> clean("a\x00b\ud800")
    'a\ufffdb\ufffd'
    """
    return _ODD.sub("\ufffd", text)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 for a section, and ``key`` is unique in the report."""

    level: int
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph of plain text; a ``note`` stands below a table or is said in passing."""

    text: str
    kind: Literal["body", "note", "statement", "strength"] = "body"


@dataclass(frozen=True, slots=True)
class Points:
    """A list, with a word or two in front of it."""

    items: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a participant, with who said them."""

    text: str
    who: str
    contrary: bool = False


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table.

    Attributes:
        caption: What it shows, without its number.
        columns: The heads.
        rows: Cells as they are read.
        align: One a column.
        widths: Shares of the width, one a column.
        note: What stands below it.
        spans: Numbers of rows that are a heading over those below, with text in their first cell alone.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: tuple[Align, ...]
    widths: tuple[float, ...]
    note: str = ""
    spans: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """A figure.

    Attributes:
        caption: What it shows, without its number.
        svg: The drawing; text in it has the colour ``currentColor``.
        png: The same for print, at 300 dots an inch, on white.
        width_in: Its width.
        height_in: Its height.
        description: What it shows in words, for those who cannot see it.
    """

    caption: str
    svg: str
    png: bytes
    width_in: float
    height_in: float
    description: str


Block = Heading | Text | Points | Quote | TableBlock | FigureBlock


@dataclass(frozen=True, slots=True)
class Report:
    """A report.

    Attributes:
        title: Its title.
        subtitle: What stands below it.
        about: Lines on its origin.
        blocks: In order.
        at: When the study was last worked on: UTC, ISO 8601. The same study gives the same report.
    """

    title: str
    subtitle: str
    about: tuple[str, ...]
    blocks: tuple[Block, ...]
    at: str


def numbered(blocks: Sequence[Block]) -> list[tuple[Block, int]]:
    """Return the blocks, each table and each figure with its number; others with 0.

    >>> [number for _, number in numbered([Text("a"), Text("b")])]
    [0, 0]
    """
    counts = {TableBlock: 0, FigureBlock: 0}
    found: list[tuple[Block, int]] = []
    for block in blocks:
        kind = type(block)
        if kind in counts:
            counts[kind] += 1
            found.append((block, counts[kind]))
        else:
            found.append((block, 0))
    return found
