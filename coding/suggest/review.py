"""In which order to review, and how much is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]

_SPREAD = 200
_CERTAIN = 1.96


@dataclass(frozen=True, slots=True)
class Remaining:
    """How many right codes are still to be found in units that nobody has finished.

    Attributes:
        expected: The estimate.
        low: Lower end of the 95 % interval.
        high: Upper end of the 95 % interval.
        found: Right codes that people have given so far.
        method: ``sample`` where the estimate rests on a random sample, else ``probabilities``.
    """

    expected: float
    low: float
    high: float
    found: int
    method: str


def most_useful(vectors: Floats, probabilities: Doubles) -> NDArray[np.intp]:
    """Return positions in the order in which most is learnt.

    What is in doubt teaches most, so the gain of a unit is the summed variance of its codes. Each pick then lowers the
    gain of what is like it, so that the first few hundred are spread over the talk; the rest follow by gain.

    Args:
        vectors: Unit-norm embeddings, ``(n, d)``.
        probabilities: ``(n, k)``.
    """
    gain = (probabilities * (1 - probabilities)).sum(axis=1)
    left = gain.copy()
    picked: list[int] = []
    for _ in range(min(_SPREAD, len(gain))):
        best = int(np.argmax(left))
        picked.append(best)
        left *= 1 - np.clip(vectors @ vectors[best], 0, 1) ** 2
        left[picked] = -1.0
    rest = np.setdiff1d(np.arange(len(gain)), picked)
    return np.concatenate([np.array(picked, np.intp), rest[np.argsort(-gain[rest], kind="stable")]])


def from_probabilities(probabilities: Doubles, error: float, found: int) -> Remaining:
    """Estimate what is left as the sum of the probabilities of the open units.

    The interval has two parts: each code may or may not be there, and all probabilities may be off together by the
    relative ``error`` of the calibration, which does not grow smaller with more units.
    """
    expected = float(probabilities.sum())
    spread = float(np.sqrt((probabilities * (1 - probabilities)).sum() + (error * expected) ** 2))
    return Remaining(
        expected, max(0.0, expected - _CERTAIN * spread), expected + _CERTAIN * spread, found, "probabilities"
    )


def from_sample(counts: Doubles, predicted: Doubles, open_predicted: Doubles, found: int) -> Remaining:
    """Estimate what is left from units that were drawn at random and reviewed.

    The difference estimator of survey sampling (Särndal, Swensson and Wretman 1992, section 6.3): the sum of what was
    predicted for the open units, corrected by the mean error on the sample, whose spread gives the interval. It is
    right whatever the predictions are worth, and the narrower the better they are.

    Args:
        counts: Right codes in each unit of the sample, ``(m,)``.
        predicted: What was expected of each of them, had it not been decided, ``(m,)``.
        open_predicted: What is expected of each open unit, ``(n,)``.
        found: Right codes that people have given so far.
    """
    errors = counts - predicted
    n = len(open_predicted)
    expected = max(0.0, float(open_predicted.sum() + n * errors.mean()))
    spread = n * float(errors.std(ddof=1)) / np.sqrt(len(errors))
    low, high = max(0.0, expected - _CERTAIN * spread), expected + _CERTAIN * spread
    return Remaining(expected, low, high, found, "sample")
