"""The coefficients, each as one minus observed over expected disagreement.

Every coefficient here is ``1 - observed / expected``, where both are made of sums over units. So the same few sums give
the value, the values of all resamples, and one value for several codes together: observed and expected disagreement are
averaged over the codes before they are divided (as De Vries et al. 2008 pool kappa), so that a rare code cannot swing
the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy import bool_, float64, int64
from numpy.typing import NDArray

Floats = NDArray[float64]
Ratings = NDArray[int64]
"""Shape ``(units, coders)``: the number of a category, or -1 where a coder did not rate the unit."""

MISSING = -1
_SMALL = 1e-12


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over units, for any number of resamples and codes in front.

    Attributes:
        data: Shape ``(…, 4 + 4 q)`` for ``q`` categories.
    """

    data: Floats

    @property
    def pairs(self) -> Floats:
        """Return the weight of the units that two coders or more rated."""
        part: Floats = self.data[..., 0]
        return part

    @property
    def agreed(self) -> Floats:
        """Return the same weight, times each unit's share of pairs of coders that agree."""
        part: Floats = self.data[..., 1]
        return part

    @property
    def rated(self) -> Floats:
        """Return the weight of the units that at least one coder rated."""
        part: Floats = self.data[..., 2]
        return part

    @property
    def disagreed(self) -> Floats:
        """Return the observed coincidences of two different categories."""
        part: Floats = self.data[..., 3]
        return part

    @property
    def shares(self) -> Floats:
        """Return, by category, each unit's share of coders who chose it, summed over rated units."""
        return self._part(0)

    @property
    def values(self) -> Floats:
        """Return, by category, how many pairable values there are."""
        return self._part(1)

    @property
    def firsts(self) -> Floats:
        """Return, by category, how many paired units the first of two coders put in it."""
        return self._part(2)

    @property
    def seconds(self) -> Floats:
        """Return, by category, how many paired units the second of two coders put in it."""
        return self._part(3)

    @property
    def categories(self) -> int:
        """Return how many categories there are."""
        columns: int = self.data.shape[-1]
        return (columns - 4) // 4

    def _part(self, number: int) -> Floats:
        start = 4 + number * self.categories
        part: Floats = self.data[..., start : start + self.categories]
        return part


def sum_units(
    ratings: Ratings, *, categories: int, weights: Floats, groups: NDArray[int64], groups_count: int
) -> Floats:
    """Add up what the coefficients are made of, by group of units.

    Args:
        ratings: Shape ``(units, coders)``.
        categories: How many categories there are, ``q``.
        weights: Shape ``(units,)``: how much each unit counts, such as its length in characters.
        groups: Shape ``(units,)``: the turn of each unit, from 0.
        groups_count: How many turns there are.

    Returns:
        The data of :class:`Sums`, of shape ``(groups_count, 4 + 4 q)``.
    """
    counts = np.stack([(ratings == value).sum(axis=1) for value in range(categories)], axis=1).astype(float64)
    coders = counts.sum(axis=1)
    squares = (counts**2).sum(axis=1)
    paired = coders >= 2
    others = np.maximum(coders - 1, 1)
    columns = [
        paired,
        paired * (squares - coders) / np.maximum(coders * others, 1),
        coders >= 1,
        paired * (coders**2 - squares) / others,
        *(counts / np.maximum(coders, 1)[:, None]).T,
        *(counts * paired[:, None]).T,
    ]
    two = ratings.shape[1] == 2
    for coder in range(2):
        columns += [paired & (ratings[:, coder] == value) & two for value in range(categories)]
    weighted = [np.asarray(column, float64) * weights for column in columns]
    return np.stack([add_up(groups, column, groups_count) for column in weighted], axis=1)


def add_up(groups: NDArray[int64], values: Floats, groups_count: int) -> Floats:
    """Return the sum of the values of each group, numbered from 0."""
    sums: Floats = np.asarray(np.bincount(groups, weights=values, minlength=groups_count), float64)
    return sums


# observed and expected disagreement


def percent_parts(sums: Sums) -> tuple[Floats, Floats]:
    """Return the share of pairs of coders that differ, and 1: percent agreement corrects for nothing."""
    return 1 - sums.agreed / sums.pairs, np.ones_like(sums.pairs)


def kappa_parts(sums: Sums) -> tuple[Floats, Floats]:
    """Return both for Cohen's kappa (1960): chance is each coder's own habit."""
    chance = (sums.firsts * sums.seconds).sum(axis=-1) / sums.pairs**2
    return 1 - sums.agreed / sums.pairs, 1 - chance


def alpha_parts(sums: Sums) -> tuple[Floats, Floats]:
    """Return both for Krippendorff's nominal alpha (2019): chance is what all coders did together."""
    total = sums.values.sum(axis=-1)
    expected = total**2 - (sums.values**2).sum(axis=-1)
    return sums.disagreed / total, expected / (total * (total - 1))


def ac1_parts(sums: Sums) -> tuple[Floats, Floats]:
    """Return both for Gwet's AC1 (2008): chance is small where a category is rare."""
    if sums.categories < 2:
        return 1 - sums.agreed / sums.pairs, np.zeros_like(sums.pairs)
    share = sums.shares / sums.rated[..., None]
    chance = (share * (1 - share)).sum(axis=-1) / (sums.categories - 1)
    return 1 - sums.agreed / sums.pairs, 1 - chance


def brennan_prediger_parts(sums: Sums) -> tuple[Floats, Floats]:
    """Return both for Brennan and Prediger's kappa (1981): chance is one over the number of categories."""
    return 1 - sums.agreed / sums.pairs, np.full_like(sums.pairs, 1 - 1 / sums.categories)


Parts = Callable[[Sums], tuple[Floats, Floats]]

PARTS: dict[str, Parts] = {
    "percent": percent_parts,
    "kappa": kappa_parts,
    "alpha": alpha_parts,
    "ac1": ac1_parts,
    "brennan_prediger": brennan_prediger_parts,
}
"""The coefficients over units, by the name that stands beside their values in the answer."""


def divide(observed: Floats, expected: Floats) -> Floats:
    """Return ``1 - observed / expected``, and NaN where nothing can be expected to differ."""
    defined: NDArray[bool_] = expected > _SMALL
    return np.where(defined, 1 - observed / np.where(defined, expected, 1), np.nan)


# plain functions


def percent_agreement(ratings: Sequence[Sequence[Hashable]], *, weights: Sequence[float] | None = None) -> float | None:
    """Return the share of agreeing pairs of coders, averaged over the units that two or more coders rated.

    Args:
        ratings: A row a unit with a category a coder; ``None`` where a coder did not rate it.
        weights: How much each unit counts; 1 without it.

    Returns:
        The share, from 0 to 1; ``None`` where no unit was rated twice.

    >>> percent_agreement([("yes", "yes"), ("yes", "no"), ("no", None)])
    0.5
    """
    return _coefficient("percent", ratings, weights, None)


def cohen_kappa(ratings: Sequence[Sequence[Hashable]], *, weights: Sequence[float] | None = None) -> float | None:
    """Return Cohen's kappa of two coders over the units that both rated.

    Args:
        ratings: A row a unit with the categories of the two coders; ``None`` where one did not rate it.
        weights: How much each unit counts; 1 without it.

    Returns:
        At most 1; ``None`` where both put every unit in one category, or no unit was rated by both.

    Raises:
        ValueError: There are not two coders.

    >>> table = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    >>> round(cohen_kappa(list(table), weights=list(table.values())), 3)
    0.4
    """
    if any(len(row) != 2 for row in ratings):
        raise ValueError("Cohen's kappa is for two coders")
    return _coefficient("kappa", ratings, weights, None)


def krippendorff_alpha(
    ratings: Sequence[Sequence[Hashable]], *, weights: Sequence[float] | None = None
) -> float | None:
    """Return Krippendorff's nominal alpha of any number of coders.

    Args:
        ratings: A row a unit with a category a coder; ``None`` where a coder did not rate it.
        weights: How much each unit counts; 1 without it.

    Returns:
        At most 1; ``None`` where there is no variation, or no unit was rated twice.

    >>> round(krippendorff_alpha([(0, 0), (0, 0), (1, 1), (1, 0)]), 3)
    0.533
    """
    return _coefficient("alpha", ratings, weights, None)


def gwet_ac1(
    ratings: Sequence[Sequence[Hashable]],
    *,
    weights: Sequence[float] | None = None,
    categories: Sequence[Hashable] | None = None,
) -> float | None:
    """Return Gwet's AC1 of any number of coders.

    Args:
        ratings: A row a unit with a category a coder; ``None`` where a coder did not rate it.
        weights: How much each unit counts; 1 without it.
        categories: All categories there are, where some were not used.

    Returns:
        At most 1; ``None`` where no unit was rated twice, or there is but one category.

    >>> table = {("yes", "yes"): 118, ("yes", "no"): 5, ("no", "yes"): 2}
    >>> round(gwet_ac1(list(table), weights=list(table.values())), 3)
    0.941
    """
    return _coefficient("ac1", ratings, weights, categories)


def brennan_prediger(
    ratings: Sequence[Sequence[Hashable]],
    *,
    weights: Sequence[float] | None = None,
    categories: Sequence[Hashable] | None = None,
) -> float | None:
    """Return Brennan and Prediger's kappa of any number of coders.

    Args:
        ratings: A row a unit with a category a coder; ``None`` where a coder did not rate it.
        weights: How much each unit counts; 1 without it.
        categories: All categories there are, where some were not used.

    Returns:
        At most 1; ``None`` where no unit was rated twice, or there is but one category.

    >>> brennan_prediger([(0, 0), (1, 1), (0, 1), (1, 1)])
    0.5
    """
    return _coefficient("brennan_prediger", ratings, weights, categories)


def _coefficient(
    name: str,
    ratings: Sequence[Sequence[Hashable]],
    weights: Sequence[float] | None,
    categories: Sequence[Hashable] | None,
) -> float | None:
    used = dict.fromkeys(value for row in ratings for value in row if value is not None)
    numbers = {value: number for number, value in enumerate(dict.fromkeys([*(categories or ()), *used]))}
    if not numbers:
        return None
    rows = [[MISSING if value is None else numbers[value] for value in row] for row in ratings]
    data = sum_units(
        np.array(rows, int64),
        categories=len(numbers),
        weights=np.ones(len(rows)) if weights is None else np.asarray(weights, float64),
        groups=np.zeros(len(rows), int64),
        groups_count=1,
    )
    sums = Sums(data[0])
    if not sums.pairs > 0:
        return None
    value = float(divide(*PARTS[name](sums)))
    return None if np.isnan(value) else value
