"""Values of all coefficients for some coders, by code and overall, and what they are when turns are drawn anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy import bool_, float64, int64
from numpy.typing import NDArray

from coding.agreement.chosen import Chosen
from coding.agreement.formulas import MISSING, PARTS, Floats, Sums, divide, sum_units
from coding.agreement.masi import MOST_SETS, SetSums, sum_sets
from coding.agreement.material import Material
from coding.agreement.reading import BY_CODE, COEFFICIENTS, Estimate, estimate
from coding.agreement.unitizing import UnitSums, code_parts, cu_parts, sum_spans, u_parts

LEAST_CODED = 5
"""With fewer coded units than this no coefficient is given."""

_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Sampling:
    """How values are made sure of.

    Attributes:
        resamples: How often turns are drawn anew, with replacement; 0 for no intervals.
        seed: For the draws.
        least: With fewer coded units than this no value is given.
    """

    resamples: int = 1000
    seed: int = 0
    least: int = LEAST_CODED


@dataclass(frozen=True, slots=True)
class Tables:
    """Values and their resamples by coefficient, of shape ``(codes + 1,)`` and ``(resamples, codes + 1)``."""

    values: dict[str, Floats]
    draws: dict[str, Floats]
    turns: dict[str, int]
    reasons: dict[str, str]
    units: float
    least: int
    coders: int
    coded_what: str

    @classmethod
    def of(cls, chosen: Chosen, material: Material, how: Sampling) -> Tables:
        """Work out every coefficient, once as things are and once for each resample."""
        used = np.asarray(chosen.coded.any(axis=(0, 2)), bool_)
        over_units = _OverUnits.of(chosen, used)
        over_spans = _OverSpans.of(chosen, material, used)
        values: dict[str, Floats] = {}
        draws: dict[str, list[Floats]] = defaultdict(list)
        for turns in {over_units.turns, over_spans.turns} - {0}:
            sources = [source for source in (over_units, over_spans) if source.turns == turns]
            for source in sources:
                values |= {name: row[0] for name, row in source.evaluate(np.ones((1, turns))).items()}
            for drawn in draw_turns(turns, how):
                for source in sources:
                    for name, rows in source.evaluate(drawn).items():
                        draws[name].append(rows)
        counts = {name: source.turns for source in (over_units, over_spans) for name in source.names}
        reasons = {**over_units.reasons(), **over_spans.reasons()}
        what = "turns" if chosen.by_character else "units"
        together = {name: np.concatenate(rows) for name, rows in draws.items()}
        weight = float(chosen.weights.sum())
        return cls(values, together, counts, reasons, weight, how.least, len(chosen.coders), what)

    def by_code(self, at: int, any_coded: float, independent: int) -> dict[str, Estimate]:
        """Return the estimates of one code, which stands on ``any_coded`` of the weight."""
        # What stands in the way of an overall value, such as codes that overlap, does not for a single code.
        return {name: self._estimate(name, at, any_coded, independent, "") for name in BY_CODE}

    def overall(self, any_coded: float, independent: int) -> dict[str, Estimate]:
        """Return the estimates of all codes together, which stand on ``any_coded`` of the weight on average."""
        return {
            name: self._estimate(name, -1, any_coded, independent, self.reasons.get(name, "")) for name in COEFFICIENTS
        }

    def _estimate(self, name: str, at: int, any_coded: float, independent: int, reason: str) -> Estimate:
        reason = self._obstacle(name, independent) or reason
        if reason:
            return Estimate(None, reason=reason)
        return estimate(
            name,
            float(self.values[name][at]),
            self.draws[name][:, at] if name in self.draws else np.zeros(0),
            turns=self.turns[name],
            coded_share=any_coded / max(self.units, 1),
        )

    def _obstacle(self, name: str, independent: int) -> str:
        """Return what stands in the way of any value, or nothing."""
        if name == "kappa" and self.coders > 2:
            return "it is for two coders; see the pairs"
        if not self.turns[name]:
            who = "both of them" if self.coders == 2 else "two of them" if name in _OverUnits.names else "all of them"
            return f"there are no units that {who} finished"
        if not independent:
            return "never coded here"
        if independent < self.least:
            return f"rests on too little: fewer than {self.least} coded {self.coded_what} ({independent})"
        return ""


_NARROW = (1, 3, 5, 7, 9, 11)
"""The columns of two-category sums that differ between codes; the others follow from these and from the totals."""


@dataclass(frozen=True, slots=True)
class _OverUnits:
    """Coefficients over units, for any weights of turns.

    Attributes:
        narrow: Shape ``(turns, codes, 6)``.
        totals: Shape ``(turns, 4)``: paired and rated units, pairable values, units of two coders.
    """

    narrow: Floats
    totals: Floats
    sets: SetSums | None
    used: NDArray[bool_]
    turns: int
    names = (*PARTS, "masi_alpha")

    @classmethod
    def of(cls, chosen: Chosen, used: NDArray[bool_]) -> _OverUnits:
        tables = [
            sum_units(
                np.where(chosen.finished, row, MISSING).T.astype(int64),
                categories=2,
                weights=chosen.weights,
                groups=chosen.groups,
                groups_count=chosen.turns,
            )
            for row in chosen.coded.transpose(1, 0, 2)
        ]
        one = tables[0]
        totals = np.column_stack([one[:, 0], one[:, 2], one[:, 6] + one[:, 7], one[:, 8] + one[:, 9]])
        sets = None
        if chosen.turns:
            sets = sum_sets(
                chosen.coded,
                chosen.finished,
                weights=chosen.weights,
                groups=chosen.groups,
                groups_count=chosen.turns,
            )
        return cls(np.stack(tables, axis=1)[:, :, _NARROW], totals, sets, used, chosen.turns)

    def evaluate(self, turns: Floats) -> dict[str, Floats]:
        sums = self._weigh(turns)
        found = {name: _pool(*parts(sums), self.used) for name, parts in PARTS.items()}
        masi = np.full(len(turns), np.nan) if self.sets is None else self.sets.alpha(turns)
        return {**found, "masi_alpha": masi[:, None]}

    def _weigh(self, turns: Floats) -> Sums:
        narrow = (turns @ self.narrow.reshape(self.turns, -1)).reshape(len(turns), *self.narrow.shape[1:])
        paired, rated, values, two = (turns @ self.totals).T[:, :, None]
        data = np.empty((*narrow.shape[:2], 12))
        data[:, :, _NARROW] = narrow
        data[:, :, 0], data[:, :, 2] = paired, rated
        for column, total in ((4, rated), (6, values), (8, two), (10, two)):
            data[:, :, column] = total - data[:, :, column + 1]
        return Sums(data)

    def reasons(self) -> dict[str, str]:
        return {} if self.sets else {"masi_alpha": f"there are more than {MOST_SETS:,} different sets of codes"}


@dataclass(frozen=True, slots=True)
class _OverSpans:
    """Unitizing coefficients, for any weights of turns."""

    sums: UnitSums
    used: NDArray[bool_]
    turns: int
    names = ("code_u_alpha", "u_alpha", "u_alpha_binary", "cu_alpha")

    @classmethod
    def of(cls, chosen: Chosen, material: Material, used: NDArray[bool_]) -> _OverSpans:
        sums = sum_spans(
            chosen.select_spans(material),
            chosen.runs,
            coders=len(chosen.coders),
            codes=len(material.codes),
            turns=chosen.run_turns,
        )
        return cls(sums, used, chosen.run_turns)

    def evaluate(self, turns: Floats) -> dict[str, Floats]:
        sums = self.sums.weigh(turns)
        observed, expected = code_parts(sums)
        return {
            "code_u_alpha": _pool(observed[:, :-1], expected[:, :-1], self.used),
            "u_alpha": divide(*u_parts(sums))[:, None],
            "u_alpha_binary": divide(observed[:, -1], expected[:, -1])[:, None],
            "cu_alpha": divide(*cu_parts(sums))[:, None],
        }

    def reasons(self) -> dict[str, str]:
        overlap = float(self.sums.overlap.sum())
        if not overlap > 0:
            return {}
        why = f"see code by code: one coder's codes overlap ({round(overlap):,} characters)"
        return {"u_alpha": why, "cu_alpha": why}


def _pool(observed: Floats, expected: Floats, used: NDArray[bool_]) -> Floats:
    """Return the coefficient of each code, and in a last column that of the used codes together."""
    together = divide(observed[:, used].sum(axis=1), expected[:, used].sum(axis=1))
    return np.column_stack([divide(observed, expected), together])


def draw_turns(turns: int, how: Sampling) -> Iterator[Floats]:
    """Draw turns with replacement and yield how often each came, some resamples at a time.

    Args:
        turns: How many there are.
        how: How many resamples, and the seed.

    Yields:
        Arrays of shape ``(n, turns)``, ``how.resamples`` rows in all.
    """
    rng = np.random.default_rng(how.seed)
    left = how.resamples if turns else 0
    while left:
        count = max(1, min(left, _CELLS_AT_ONCE // turns))
        drawn = rng.integers(0, turns, size=(count, turns)) + (np.arange(count) * turns)[:, None]
        yield np.bincount(drawn.ravel(), minlength=count * turns).reshape(count, turns).astype(float64)
        left -= count
