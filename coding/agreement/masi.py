"""Several codes on one unit: alpha with a distance between sets of codes (MASI, Passonneau 2006)."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy import bool_, float32, float64, int64
from numpy.typing import NDArray

from coding.agreement.formulas import Floats, add_up, divide

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MOST_SETS = 4000
"""With more different sets of codes than this the table of their distances would not fit in memory."""


@dataclass(frozen=True, slots=True)
class SetSums:
    """Sums over the units of each turn.

    Attributes:
        distances: Shape ``(v, v)``: between all different sets.
        observed: Shape ``(turns,)``: the distances between what pairs of coders put on the same unit.
        used: Shape ``(turns, v)``: how often each set was used, among pairable values.
    """

    distances: Floats
    observed: Floats
    used: csr_matrix

    def alpha(self, turns: Floats) -> Floats:
        """Return alpha for each row of ``turns``, which says how often each turn counts; NaN where undefined."""
        observed = turns @ self.observed
        used = np.asarray((self.used.T @ turns.T).T, float64)
        total = used.sum(axis=1)
        # Resamples bear the seven digits of float32, which halve the longest step; the value itself does not.
        products = used @ self.distances if len(turns) == 1 else used.astype(float32) @ self.distances.astype(float32)
        expected = (products * used).sum(axis=1)
        rest = np.maximum(total - 1, 1)
        return divide(observed / np.maximum(total, 1), expected / (np.maximum(total, 1) * rest))


def sum_sets(
    coded: NDArray[bool_],
    finished: NDArray[bool_],
    *,
    weights: Floats,
    groups: NDArray[int64],
    groups_count: int,
) -> SetSums | None:
    """Add up, by turn, how far the sets of codes differ that coders put on the same unit.

    Args:
        coded: Shape ``(coders, codes, units)``.
        finished: Shape ``(coders, units)``: whether a coder rated the unit.
        weights: Shape ``(units,)``.
        groups: Shape ``(units,)``: the turn of each unit.
        groups_count: How many turns there are.

    Returns:
        The sums; ``None`` where there are more than :data:`MOST_SETS` different sets.
    """
    from scipy.sparse import csr_matrix

    coders, codes, units = coded.shape
    rows = np.packbits(coded.transpose(0, 2, 1).reshape(coders * units, codes), axis=1)
    keys = np.ascontiguousarray(rows).view(f"V{rows.shape[1]}").ravel()
    _, firsts, number = np.unique(keys, return_index=True, return_inverse=True)
    if len(firsts) > MOST_SETS:
        return None
    members = np.unpackbits(rows[firsts], axis=1, count=codes).astype(float64)
    distances = measure_sets(members)
    sets = number.reshape(coders, units)
    raters = finished.sum(axis=0)
    paired = raters >= 2
    observed = np.zeros(units)
    for first in range(coders):
        for second in range(first + 1, coders):
            observed += 2 * finished[first] * finished[second] * distances[sets[first], sets[second]]
    observed *= weights / np.maximum(raters - 1, 1)
    used = sum(
        csr_matrix((weights * paired * finished[coder], (groups, sets[coder])), shape=(groups_count, len(firsts)))
        for coder in range(coders)
    )
    return SetSums(distances, add_up(groups, observed, groups_count), used)


def measure_sets(members: Floats) -> Floats:
    """Return the MASI distance between all sets.

    It is one minus the share of members in common (Jaccard), times 1 for equal sets, 2/3 where one holds the other, 1/3
    where they overlap, and 0 where they have nothing in common. Two empty sets are equal.

    Args:
        members: Shape ``(v, codes)``, 0 or 1.

    Returns:
        Shape ``(v, v)``.
    """
    shared = members @ members.T
    sizes = members.sum(axis=1)
    either = sizes[:, None] + sizes[None, :] - shared
    inside = shared == np.minimum(sizes[:, None], sizes[None, :])
    likeness: Floats = np.divide(shared, either, out=np.ones_like(shared), where=either > 0)
    likeness[~inside] /= 3
    likeness[inside & (shared != either)] *= 2 / 3
    return 1 - likeness


def masi_alpha(units: Sequence[Sequence[Collection[Hashable] | None]]) -> float | None:
    """Return alpha over sets of codes with the MASI distance.

    Args:
        units: A row a unit with a set of codes a coder; ``None`` where a coder did not rate it.

    Returns:
        At most 1; ``None`` where there is no variation, or no unit was rated twice.

    >>> masi_alpha([({"a"}, {"a"}), ({"b", "c"}, {"b", "c"}), (set(), set())])
    1.0
    """
    codes = list(dict.fromkeys(code for row in units for found in row for code in found or ()))
    if not codes:
        return None
    finished = np.array([[found is not None for found in row] for row in units]).T
    coded = np.array([[[code in (found or ()) for found in row] for code in codes] for row in units])
    sums = sum_sets(
        coded.transpose(2, 1, 0),
        finished,
        weights=np.ones(len(units)),
        groups=np.zeros(len(units), int64),
        groups_count=1,
    )
    if sums is None:
        return None
    value = float(sums.alpha(np.ones((1, 1)))[0])
    return None if np.isnan(value) else value
