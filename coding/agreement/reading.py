"""A value with its interval and a plain word on how to read it, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from coding.agreement.formulas import Floats

COEFFICIENTS = {
    "percent": "percent agreement",
    "kappa": "Cohen's kappa",
    "alpha": "Krippendorff's alpha",
    "ac1": "Gwet's AC1",
    "brennan_prediger": "Brennan-Prediger kappa",
    "masi_alpha": "alpha over sets of codes (MASI)",
    "code_u_alpha": "unitizing alpha, code by code",
    "u_alpha": "unitizing alpha (u)",
    "u_alpha_binary": "unitizing alpha, coded or not",
    "cu_alpha": "unitizing alpha, codes alone (cu)",
}
"""Every coefficient by the name that it has in the answer, with the name that stands beside its value."""

BY_CODE = ("percent", "kappa", "alpha", "ac1", "brennan_prediger", "code_u_alpha")
"""The coefficients that each code has; the others are for all codes together."""

RELIABLE = 0.8
TENTATIVE = 0.667
LEAST_TURNS = 10
"""With fewer turns than this, resampling them tells nothing."""

_LEAST_DEFINED = 0.95
_RARE = 0.1
_FLATTERED = frozenset({"ac1", "brennan_prediger"})


class EstimateDict(TypedDict):
    """An :class:`Estimate` as JSON has it."""

    value: float | None
    low: float | None
    high: float | None
    reading: str
    reason: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """One coefficient.

    Attributes:
        value: The value; ``None`` where it is not defined or rests on too little.
        low: Lower end of the 95 % interval, or ``None``.
        high: Upper end.
        reading: A plain word on how to read it; empty without a value.
        reason: Why there is no value, or no interval.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    reading: str = ""
    reason: str = ""

    def as_dict(self) -> EstimateDict:
        """Return the estimate with six decimals."""
        return {
            "value": _rounded(self.value),
            "low": _rounded(self.low),
            "high": _rounded(self.high),
            "reading": self.reading,
            "reason": self.reason,
        }


def estimate(name: str, value: float, draws: Floats, *, turns: int, coded_share: float, reason: str = "") -> Estimate:
    """Return a value with its interval, read in plain words.

    Args:
        name: Of the coefficient.
        value: NaN where it is not defined.
        draws: Its values in all resamples, NaN where it is not defined in one.
        turns: How many turns were resampled.
        coded_share: The share of coded units, to tell where a coefficient is high for rare codes.
        reason: Why no value can be given, known beforehand.
    """
    if reason:
        return Estimate(None, reason=reason)
    if np.isnan(value):
        return Estimate(None, reason="not defined: there is no variation")
    ends, why_not = _interval(value, draws, turns)
    low, high = ends or (None, None)
    return Estimate(value, low, high, read_value(name, value, low, coded_share=coded_share), why_not)


def _interval(value: float, draws: Floats, turns: int) -> tuple[tuple[float, float] | None, str]:
    if not len(draws):
        return None, "no interval: nothing was resampled"
    if turns < LEAST_TURNS:
        return None, f"no interval: {turns} turns are too few to resample"
    defined = draws[~np.isnan(draws)]
    if len(defined) < _LEAST_DEFINED * len(draws):
        return None, "no interval: it is not defined in many resamples, since the code is in few turns"
    if value >= 1 - 1e-12:
        return None, "no interval: without any disagreement, resampling cannot tell how sure this is"
    low, high = np.percentile(defined, [2.5, 97.5])
    return (float(low), float(high)), ""


def read_value(name: str, value: float, low: float | None, *, coded_share: float = 0.5) -> str:
    """Return a plain word: .80 and more is reliable, .667 and more tentative (Krippendorff 2019).

    Args:
        name: Of the coefficient.
        value: Its value.
        low: Lower end of its interval, or ``None``.
        coded_share: The share of coded units.

    >>> read_value("alpha", 0.85, 0.81), read_value("alpha", 0.85, 0.6), read_value("kappa", 0.1, -0.2)
    ('reliable', 'reliable, but uncertain', 'could be chance alone')
    """
    if name == "percent":
        return "not corrected for chance"
    if name in _FLATTERED and coded_share < _RARE:
        return "high for any rare code; read alpha beside it"
    if value <= 0:
        return "no better than chance"
    if low is not None and low <= 0:
        return "could be chance alone"
    if value < TENTATIVE:
        return "not reliable"
    word, least = ("reliable", RELIABLE) if value >= RELIABLE else ("tentative", TENTATIVE)
    if low is None:
        return f"{word}, but without an interval"
    return word if low >= least else f"{word}, but uncertain"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
