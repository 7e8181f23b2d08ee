"""What descriptions and notes of our own files say, as values."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from coding.export.refi_text import parse_facts
from coding.interchange.positions import decode_text
from coding.interchange.refi_records import XmlSelection
from coding.interchange.study import StudyCoding
from coding.model import Origin, Turn, Valence

_Kind = TypeVar("_Kind", bound=StrEnum)


def with_facts(made: StudyCoding, facts: dict[str, str]) -> StudyCoding:
    """Return a coding with what its note says of it."""
    origin = one_of(Origin, facts.get("origin"), Origin.OWN)
    return replace(
        made,
        valence=one_of(Valence, facts.get("valence"), Valence.SHOWN),
        # What was agreed or settled elsewhere is nobody's own here, but the coding of whoever it stands under.
        origin=Origin.OWN if origin in (Origin.AGREED, Origin.SETTLED) else origin,
        score=number(facts.get("score")),
        probability=number(facts.get("probability")),
        codebook_version=facts.get("codebook version"),
    )


def turn_of(selection: XmlSelection, index: int, chars: int) -> Turn | None:
    """Return the turn that a selection is, or ``None`` where its place is not in the text."""
    if selection.start is None or selection.end is None or not 0 <= selection.start <= selection.end <= chars:
        return None
    facts = parse_facts(selection.description)
    return Turn(
        index,
        facts.get("speaker"),
        selection.start,
        selection.end,
        number(facts.get("start")),
        number(facts.get("end")),
        facts.get("heading") == "yes",
    )


def one_of(kind: type[_Kind], value: str | None, default: _Kind) -> _Kind:
    """Return the member of that value, or ``default``."""
    try:
        return default if value is None else kind(value)
    except ValueError:
        return default


def number(text: str | None) -> float | None:
    """Return a number that can be stored, or ``None``."""
    try:
        value = float(text) if text is not None else None
    except ValueError:
        return None
    # Infinities and NaN cannot be stored as numbers that anybody can use.
    return value if value is not None and abs(value) < 1e300 else None


def same(at: int) -> int:
    """Return a position as it is."""
    return at


def decoded_or_none(data: bytes) -> str | None:
    """Return the text of bytes, or ``None`` where they are none."""
    try:
        return decode_text(data).text
    except ValueError:
        return None
