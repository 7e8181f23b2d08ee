"""Unitizing alpha: agreement on where coded stretches begin and end (Krippendorff 2019, section 12.6).

All coders of a comparison read the same continuum of ``length`` characters; each marks units in it, and what is not in
a unit is a gap. Observed coincidences are the lengths over which two coders' units intersect, over all ordered pairs of
coders, divided by the number of coders less one. Expected ones take each unit as one act, so the squared lengths of
units (for gaps: their lengths) are taken out.

Three forms: **u** asks for the same code at the same place, **binary** only for coded or not, and **cu** looks at the
codes alone, where two coders both coded something. For cu the units shrink to what others coded as well; with three
coders and more a place counts by the share of the others who coded it, which gives the published value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

from coding.agreement.formulas import Floats, add_up, divide

Spans = NDArray[int64]
"""Shape ``(n, 4)``: coder, code, start, end (half-open), all from 0."""

Runs = NDArray[int64]
"""Shape ``(n, 3)``: start, end, turn; sorted, and none overlaps another."""


@dataclass(frozen=True, slots=True)
class UnitSums:
    """Sums over places, for any number of turns or resamples in front.

    Attributes:
        data: Shape ``(…, codes + 1, 5)``. The last code stands for any. For each: the length of units over all coders;
            the length that two coders share, over unordered pairs; squared lengths of units; the length that counts for
            cu; the squares of those.
        length: Shape ``(…,)``: characters in the continuum.
        coders: How many there are.
    """

    data: Floats
    length: Floats
    coders: int

    @property
    def gaps(self) -> Floats:
        """Return the length of the gaps over all coders."""
        gaps: Floats = self.coders * self.length - self.data[..., -1, 0]
        return gaps

    @property
    def overlap(self) -> Floats:
        """Return how much longer the codes together are than what is coded: above 0 where one coder's codes overlap."""
        overlap: Floats = self.data[..., :-1, 0].sum(axis=-1) - self.data[..., -1, 0]
        return overlap

    def weigh(self, turns: Floats) -> UnitSums:
        """Return the sums of each row of ``turns``, which says how often each turn counts."""
        flat = turns @ self.data.reshape(len(self.data), -1)
        return UnitSums(flat.reshape(len(turns), *self.data.shape[1:]), turns @ self.length, self.coders)


def code_parts(sums: UnitSums) -> tuple[Floats, Floats]:
    """Return observed and expected disagreement of each code by itself against all the rest, the last one any code.

    Both have the shape ``(…, codes + 1)``.
    """
    length, shared, squares = (sums.data[..., column] for column in range(3))
    total = (sums.coders * sums.length)[..., None]
    rest = total - length
    observed = 2 * (length - 2 * shared / (sums.coders - 1))
    return observed / total, 2 * length * rest / _base(total, squares + rest) / total


def u_parts(sums: UnitSums) -> tuple[Floats, Floats]:
    """Return observed and expected disagreement on place and code; each coder's codes must not overlap."""
    length, shared, squares = (sums.data[..., :-1, column] for column in range(3))
    any_length, any_shared = sums.data[..., -1, 0], sums.data[..., -1, 1]
    others = sums.coders - 1
    total = sums.coders * sums.length
    agreed = 2 * shared.sum(axis=-1) / others + total - 2 * any_length + 2 * any_shared / others
    expected = total**2 - (length**2).sum(axis=-1) - sums.gaps**2
    return (total - agreed) / total, expected / _base(total, squares.sum(axis=-1) + sums.gaps) / total


def cu_parts(sums: UnitSums) -> tuple[Floats, Floats]:
    """Return observed and expected disagreement on codes where two coders coded; codes must not overlap."""
    shared, length, squares = (sums.data[..., :-1, column] for column in (1, 3, 4))
    total = length.sum(axis=-1)
    observed = total - 2 * shared.sum(axis=-1) / (sums.coders - 1)
    expected = total**2 - (length**2).sum(axis=-1)
    safe = np.maximum(total, 1)
    return observed / safe, expected / np.maximum(_base(safe, squares.sum(axis=-1)), 1) / safe


def _base(total: Floats, taken_out: Floats) -> Floats:
    """Return what products of lengths are divided by: less than the total, since no unit is paired with itself."""
    return total - taken_out / total


def sum_spans(spans: Spans, runs: Runs, *, coders: int, codes: int, turns: int) -> UnitSums:
    """Add up, by turn, what unitizing alpha is made of.

    Spans of one coder and code that overlap are one unit; those that only touch are two. Units are cut where a run
    ends.

    Args:
        spans: What was coded, anywhere.
        runs: What every one of the coders has finished, none of it over more than one turn.
        coders: How many there are.
        codes: How many there are.
        turns: How many there are.
    """
    far = int(max(runs[:, 1].max(initial=0), spans[:, 3].max(initial=0))) + 1
    own = cut_spans(merge_spans(spans, far), runs)
    whole = spans.copy()
    whole[:, 1] = 0
    collapsed = cut_spans(merge_spans(whole, far), runs)
    data = np.zeros((turns, codes + 1, 5))
    for pieces, first, count in ((own, 0, codes), (collapsed, codes, 1)):
        length = (pieces[:, 3] - pieces[:, 2]).astype(float64)
        counted = np.zeros(len(pieces))
        shared = np.zeros(len(pieces))
        for coder in range(coders):
            mine = pieces[:, 0] == coder
            for other in range(coders):
                if other != coder:
                    counted[mine] += _covered(pieces[mine], collapsed[collapsed[:, 0] == other], far, any_code=True)
                if other > coder:
                    shared[mine] += _covered(pieces[mine], pieces[pieces[:, 0] == other], far)
        counted /= max(coders - 1, 1)
        cell = pieces[:, 4] * count + pieces[:, 1]
        for column, values in enumerate((length, shared, length**2, counted, counted**2)):
            data[:, first : first + count, column] = add_up(cell, values, turns * count).reshape(turns, count)
    lengths = add_up(runs[:, 2], (runs[:, 1] - runs[:, 0]).astype(float64), turns)
    return UnitSums(data, lengths, coders)


def merge_spans(spans: Spans, far: int) -> Spans:
    """Return the spans with those of one coder and code that overlap made one, sorted by coder, code and start."""
    if not len(spans):
        return spans
    order = np.lexsort((spans[:, 3], spans[:, 2], spans[:, 1], spans[:, 0]))
    found = spans[order]
    # Each coder and code gets an axis of its own, one behind the other, so that one running maximum does for all.
    kind = np.cumsum(np.r_[False, (found[1:, :2] != found[:-1, :2]).any(axis=1)]) * far
    reach = np.maximum.accumulate(found[:, 3] + kind)
    begins = np.flatnonzero(np.r_[True, found[1:, 2] + kind[1:] >= reach[:-1]])
    merged: Spans = found[begins].copy()
    merged[:, 3] = np.maximum.reduceat(found[:, 3], begins)
    return merged


def cut_spans(spans: Spans, runs: Runs) -> NDArray[int64]:
    """Return the pieces of spans that lie in runs, of shape ``(n, 5)``: coder, code, start, end, turn."""
    of, run = meet(spans[:, 2], spans[:, 3], runs[:, 0], runs[:, 1])
    start = np.maximum(spans[of, 2], runs[run, 0])
    end = np.minimum(spans[of, 3], runs[run, 1])
    return np.column_stack([spans[of, 0], spans[of, 1], start, end, runs[run, 2]]).astype(int64)


def meet(
    starts: NDArray[int64], ends: NDArray[int64], run_starts: NDArray[int64], run_ends: NDArray[int64]
) -> tuple[NDArray[int64], NDArray[int64]]:
    """Return which stretch meets which run, as two arrays of numbers; runs are sorted and do not overlap."""
    first = np.searchsorted(run_ends, starts, side="right")
    last = np.searchsorted(run_starts, ends, side="left")
    count = np.maximum(last - first, 0)
    of = np.repeat(np.arange(len(starts)), count)
    run = np.repeat(first, count) + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return of, run


def _covered(pieces: NDArray[int64], by: NDArray[int64], far: int, *, any_code: bool = False) -> Floats:
    """Return how much of each piece the pieces ``by`` of one coder cover, with the same code or with any."""
    if not len(by):
        return np.zeros(len(pieces))
    shift = 0 if any_code else pieces[:, 1] * far
    own = 0 if any_code else by[:, 1] * far
    order = np.argsort(by[:, 2] + own, kind="stable")
    starts, ends = (by[:, 2] + own)[order], (by[:, 3] + own)[order]
    before = np.r_[0, np.cumsum(ends - starts)]

    def reach(at: NDArray[int64]) -> Floats:
        last = np.searchsorted(starts, at, side="right")
        inside = np.where(last > 0, np.minimum(at, ends[last - 1]) - starts[last - 1], 0)
        found: Floats = np.where(last > 0, before[last - 1] + inside, 0).astype(float64)
        return found

    return reach(pieces[:, 3] + shift) - reach(pieces[:, 2] + shift)


@dataclass(frozen=True, slots=True)
class UnitizingAlpha:
    """The three forms; ``None`` where one is not defined.

    Attributes:
        u: Place and code.
        binary: Coded or not.
        cu: Code, where two coders coded.
    """

    u: float | None
    binary: float | None
    cu: float | None


def unitizing_alpha(coders: Sequence[Sequence[tuple[int, int, int]]], *, length: int) -> UnitizingAlpha:
    """Return unitizing alpha of coders who marked units in one continuum.

    Args:
        coders: For each coder the units as start, end (half-open, from 0) and the number of the code, from 0.
        length: Characters in the continuum.

    Returns:
        The three forms. Where one coder's codes overlap, u and cu are not defined.

    Raises:
        ValueError: There are fewer than two coders, or a unit is empty or outside the continuum.

    >>> unitizing_alpha([[(0, 4, 0)], [(0, 4, 0)]], length=10)
    UnitizingAlpha(u=1.0, binary=1.0, cu=None)
    """
    rows = [(coder, code, start, end) for coder, units in enumerate(coders) for start, end, code in units]
    if len(coders) < 2:
        raise ValueError("unitizing alpha is for two coders or more")
    if any(not 0 <= start < end <= length or code < 0 for _, code, start, end in rows):
        raise ValueError("a unit is empty or outside the continuum")
    spans = np.array(rows, int64).reshape(-1, 4)
    runs = np.array([[0, length, 0]], int64)
    codes = int(spans[:, 1].max(initial=0)) + 1
    sums = sum_spans(spans, runs, coders=len(coders), codes=codes, turns=1).weigh(np.ones((1, 1)))
    observed, expected = code_parts(sums)
    single = not sums.overlap[0] > 0
    return UnitizingAlpha(
        _number(divide(*u_parts(sums))) if single else None,
        _number(divide(observed[:, -1], expected[:, -1])),
        _number(divide(*cu_parts(sums))) if single else None,
    )


def _number(values: Floats) -> float | None:
    value = float(values[0])
    return None if np.isnan(value) else value
