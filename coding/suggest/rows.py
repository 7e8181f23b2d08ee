"""The training rows: sentences of the codebook and decided units, and what each of them says about each code."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coding.errors import CodingError
from coding.model import Codebook, Evidence
from coding.suggest.types import Decision, Unit

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """One training row: a sentence of the codebook, whose ``unit`` is -1, or a decided unit, whose ``code`` is -1."""

    kind: str
    text: str
    code: int = -1
    unit: int = -1


def codebook_rows(codebook: Codebook) -> list[Row]:
    """Return a row for each sentence that speaks for a code.

    Exclude rules are left out: they tell of what belongs elsewhere, in words that are about the code. Groups have no
    column, so their text is left out too.
    """
    rows: list[Row] = []
    for j, code in enumerate(codebook.codable):
        sentences = [
            ("name", code.name),
            ("definition", code.definition),
            *(("include", text) for text in code.include),
            *(("example", text) for text in code.examples),
            *(("contrary", text) for text in code.contrary_examples),
        ]
        rows += [Row(kind, text.strip(), j) for kind, text in sentences if text.strip()]
    return rows


def targets(
    rows: Sequence[Row],
    decisions: Mapping[int, Sequence[Decision]],
    reviewed: Collection[int],
    column: Mapping[str, int],
) -> tuple[Doubles, NDArray[np.bool_]]:
    """Return what each row says of each code, and which of that people decided, ``(n_rows, n_codes)`` each.

    Where several people decided about one unit and code, the target is their mean. A unit that was reviewed, or in
    which somebody saw nothing, has none of the other codes.
    """
    values = np.zeros((len(rows), len(column)))
    known = np.zeros(values.shape, bool)
    for i, row in enumerate(rows):
        if row.unit < 0:
            values[i, row.code] = 1.0
            continue
        made = decisions.get(row.unit, ())
        if row.unit in reviewed or any(decision.code_id is None for decision in made):
            known[i] = True
        votes: dict[int, list[bool]] = {}
        for decision in made:
            if decision.code_id is not None:
                votes.setdefault(column[decision.code_id], []).append(decision.positive)
        for j, cast in votes.items():
            values[i, j] = sum(cast) / len(cast)
            known[i, j] = True
    return values, known


def thin(units: Collection[int], most: int) -> set[int]:
    """Return the units, or a share of them where they are more than ``most``: a half, a quarter and so on.

    Which ones is decided by nothing but the unit, so that what is learnt does not hang on the order of the decisions.

    >>> len(thin(range(100), 200)), 10 < len(thin(range(100), 40)) <= 40
    (100, True)
    """
    kept = set(units)
    # Fibonacci hashing: the high bits of a product with an odd number near 2^32 / phi look drawn at random.
    halves = 0
    while len(kept) > most:
        halves += 1
        kept = {unit for unit in kept if (unit * 2654435769 & 0xFFFFFFFF) >> (32 - halves) == 0}
    return kept


def check(decisions: Iterable[Decision], reviewed: Iterable[int], units: int, column: Mapping[str, int]) -> None:
    """Raise ``CodingError`` where a decision or a finished unit does not fit the units or the codes."""
    for decision in decisions:
        if not 0 <= decision.unit < units:
            raise CodingError(f"a decision refers to segment {decision.unit}, but there are {units}")
        if decision.code_id is not None and decision.code_id not in column:
            raise CodingError(f"a decision refers to the code {decision.code_id!r}, which cannot be applied")
    for unit in reviewed:
        if not 0 <= unit < units:
            raise CodingError(f"segment {unit} cannot be finished, since there are {units}")


def term(row: Row, share: float, made: Sequence[Decision], key: str, code_id: str) -> Evidence:
    """Return what a row adds to the score of a code; ``made`` and ``key`` belong to a decided unit."""
    if row.unit < 0:
        return Evidence(share, row.kind, row.text, code_id)
    about = [one for one in made if one.code_id == code_id]
    given = [one for one in made if one.code_id is not None]
    for one in about or [one for one in given if one.positive] or given:
        kind = "accepted" if one.positive else "rejected"
        return Evidence(share, kind, row.text, one.code_id, one.coder or None, key)
    coder = made[0].coder or None if made else None
    return Evidence(share, "nothing", row.text, None, coder, key)


def place(unit: Unit) -> tuple[str, int, int]:
    """Return transcript and offsets of a unit, from its key where that has them."""
    transcript, _, span = unit.key.rpartition(":")
    start, _, end = span.partition("-")
    if transcript and start.isdecimal() and end.isdecimal():
        return transcript, int(start), int(end)
    return unit.source, 0, len(unit.text)
