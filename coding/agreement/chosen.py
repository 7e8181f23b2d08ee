"""The units and stretches of talk that count in one comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy import bool_, int64
from numpy.typing import NDArray

from coding.agreement.formulas import Floats
from coding.agreement.material import Material
from coding.agreement.unitizing import Runs, Spans

Condition = Literal["all", "blind", "assisted"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What counts in one comparison.

    Attributes:
        coders: Their numbers in the material.
        finished: Shape ``(coders, units)``, for the units that two or more finished.
        coded: Shape ``(coders, codes, units)``; false where a coder did not finish the unit.
        weights: Shape ``(units,)``.
        turn_numbers: The turns that the units are in.
        groups: Shape ``(units,)``: the turn of each, from 0.
        runs: The stretches that all of the coders finished: start, end, turn from 0.
        run_turns: How many turns those are in.
        by_character: Whether the units are runs of characters.
    """

    coders: list[int]
    finished: NDArray[bool_]
    coded: NDArray[bool_]
    weights: Floats
    turn_numbers: NDArray[int64]
    groups: NDArray[int64]
    runs: Runs
    run_turns: int
    by_character: bool

    @classmethod
    def of(cls, material: Material, coders: list[int], condition: Condition) -> Chosen:
        """Choose what two of the coders or more finished, as far as it meets the condition."""
        finished = material.finished[coders]
        kept = (finished.sum(axis=0) >= 2) & _meets(finished, material.blind[coders], condition)
        turn_numbers, groups = np.unique(material.units[kept, 2], return_inverse=True)
        covered = material.covered[coders]
        together = covered.all(axis=0) & _meets(covered, material.covered_blind[coders], condition)
        runs = _runs(np.where(together, material.turn_at, 0))
        run_turns, runs[:, 2] = np.unique(runs[:, 2], return_inverse=True)
        return cls(
            coders,
            finished[:, kept],
            material.coded[coders][:, :, kept] & finished[:, None, kept],
            material.weights[kept],
            turn_numbers,
            groups,
            runs,
            len(run_turns),
            material.by_character,
        )

    @property
    def turns(self) -> int:
        """Return how many turns the units are in."""
        return len(self.turn_numbers)

    def count_each(self, code: int) -> Floats:
        """Return in how many units each coder has a code."""
        counts: Floats = self.coded[:, code] @ self.weights
        return counts

    def count_any(self) -> Floats:
        """Return for each code in how many units somebody has it."""
        counts: Floats = self.anybody() @ self.weights
        return counts

    def count_all(self) -> Floats:
        """Return for each code in how many units all have it who finished the unit."""
        counts: Floats = (self.coded | ~self.finished[:, None, :]).all(axis=0) @ self.weights
        return counts

    def count_independent(self) -> NDArray[int64]:
        """Return how many units have a code, or turns where the unit is the character."""
        found = self.anybody()
        if self.by_character:
            return np.array([len(np.unique(self.groups[row])) for row in found], int64)
        return np.array(found.sum(axis=1), int64)

    def anybody(self) -> NDArray[bool_]:
        """Return which codes somebody has on which units, of shape ``(codes, units)``."""
        return np.asarray(self.coded.any(axis=0), bool_)

    def select_spans(self, material: Material) -> Spans:
        """Return the spans of these coders, numbered from 0."""
        number = np.full(len(material.coders), -1)
        number[self.coders] = np.arange(len(self.coders))
        spans: Spans = material.spans[number[material.spans[:, 0]] >= 0].copy()
        spans[:, 0] = number[spans[:, 0]]
        return spans


def _meets(finished: NDArray[bool_], blind: NDArray[bool_], condition: Condition) -> NDArray[bool_]:
    """Tell which columns all who finished them, but one at most, finished blind; or which not."""
    if condition == "all":
        return np.ones(finished.shape[1], bool_)
    independent: NDArray[bool_] = (finished & ~blind).sum(axis=0) <= 1
    return independent if condition == "blind" else ~independent


def _runs(turns: NDArray[int64]) -> Runs:
    """Return the runs of characters with the same turn, without those of turn 0."""
    edges = np.flatnonzero(np.r_[True, turns[1:] != turns[:-1], True])
    found = np.column_stack([edges[:-1], edges[1:], turns[edges[:-1]]])
    return found[found[:, 2] > 0].astype(int64)
