"""From scores to probabilities, and from probabilities to what is suggested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
DENSITY = 1.0
"""Codes that a segment of talk is expected to have before anybody has coded."""

UNSURE = 0.2
"""From this probability on, a code is worth a look."""

ENOUGH = 5
"""So many units with a code, and as many without it, make its probability rest on decisions."""

# Precision of the Gaussian priors on slope and offset: all codes together around the codebook's curve, then one code
# around all codes together. A code's offset is held close, since few decisions say little about how common it is.
_POOLED = np.array([3.0, 1.0])
_OWN = np.array([10.0, 15.0])
_START = (2.0, 1.0)
_GUESS = np.array([20.0, 20.0])


_SOFT = 0.06
_BINS = 1000
_THIN = 10_000


def link(scores: NDArray[Any]) -> NDArray[Any]:
    """Return scores on the scale of log odds, as for beta calibration (Kull, Silva Filho and Flach 2017).

    A ridge score is itself nearly a probability between 0 and 1, so its log odds go straight into the curve; beyond 0
    and 1, where there are none, they go on in a straight line.
    """
    result: NDArray[Any] = _log_softplus(scores / _SOFT) - _log_softplus((1 - scores) / _SOFT)
    return result


def _log_softplus(x: NDArray[Any]) -> NDArray[Any]:
    """Return ``log(log(1 + exp(x)))``, by its series far below 0, where the sum would be lost in rounding."""
    small = np.exp(-np.abs(x))
    near = np.log(np.maximum(x, 0) + np.log(1 + np.where(x < -5, 1, small)))
    result: NDArray[Any] = np.where(x < -5, x - small / 2 + 5 * small * small / 24, near)
    return result


@dataclass(frozen=True, slots=True)
class Curve:
    """Logistic curves ``sigmoid(slope * link(score) + offset)``, one a code.

    Attributes:
        slope: ``(k,)``.
        offset: ``(k,)``.
        learnt: True for a code whose curve rests on decisions enough, ``(k,)``.
        lapse: How often even the surest is wrong, since coders slip: no probability is above ``1 - lapse``.
    """

    slope: Doubles
    offset: Doubles
    learnt: NDArray[np.bool_]
    lapse: float = 0.03

    def __call__(self, scores: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return probabilities of the shape of ``scores``, ``(n, k)``."""
        linear = link(scores.astype(np.float32)) * self.slope.astype(np.float32) + self.offset.astype(np.float32)
        result: NDArray[np.float32] = np.float32(1.0 - self.lapse) / (1.0 + np.exp(-np.clip(linear, -30, 30)))
        return result


def prior_curve(left: Doubles, targets: Doubles, scores: Doubles) -> tuple[float, float]:
    """Return slope and offset before any decision, from the codebook alone.

    Each sentence of the codebook was scored as if it were not in it. How well those scores tell a sentence's own code
    from the others gives the slope. The offset is such that a segment is expected to have :data:`DENSITY` codes.

    Args:
        left: Left-out scores of the codebook's sentences, ``(n_sentences, k)``.
        targets: 1 for a sentence's own code, ``(n_sentences, k)``.
        scores: Of some units, by the codebook alone, ``(n_units, k)``.
    """
    thin = slice(None, None, 1 + left.size // _THIN)
    slope, offset = _START
    if left.size:
        slope, offset = _newton(link(left.ravel()[thin]), targets.ravel()[thin], np.array(_START), _GUESS)
        slope = max(slope, 0.5)
    if scores.size:
        linear = slope * link(scores)
        low, high = -30.0, 30.0
        while high - low > 1e-6:
            offset = (low + high) / 2
            expected = (1 / (1 + np.exp(-np.clip(linear + offset, -30, 30)))).sum(axis=1).mean()
            low, high = (offset, high) if expected < min(DENSITY, 0.5 * scores.shape[1]) else (low, offset)
    return slope, offset


def fit_curve(scores: Doubles, targets: Doubles, known: NDArray[np.bool_], prior: tuple[float, float]) -> Curve:
    """Return a curve a code, from left-out scores of decided rows, each drawn towards the curve of all codes together.

    Platt scaling (Platt 1999) with a Gaussian prior on both parameters.

    Args:
        scores: Left-out scores, ``(n, k)``.
        targets: From 0 to 1, ``(n, k)``.
        known: Which entries were decided.
        prior: Slope and offset before any decision.
    """
    pooled = np.array(pooled_curve(scores[known], targets[known], prior))
    points = _newton_each(link(scores), targets, known, pooled, _OWN)
    positives, decided = (targets * known).sum(axis=0), known.sum(axis=0)
    learnt = np.minimum(positives, decided - positives) >= ENOUGH
    curve = Curve(np.maximum(points[0], 0.2), points[1], learnt, 0.0)
    p = curve(scores).astype(np.float64)
    sure = known & (p >= 0.9)
    lapse = float(((p - targets)[sure].sum() + 20 * 0.03) / (p[sure].sum() + 20))
    return Curve(curve.slope, curve.offset, learnt, min(max(lapse, 0.0), 0.1))


def pooled_curve(scores: Doubles, targets: Doubles, prior: tuple[float, float]) -> tuple[float, float]:
    """Return slope and offset of all codes together, drawn towards ``prior``; ``(n,)`` scores and targets."""
    if not len(scores):
        return prior
    thin = slice(None, None, 1 + len(scores) // _THIN)
    scores, targets = scores[thin], targets[thin]
    return _newton(link(scores), targets, np.array(prior), _POOLED)


def _newton(x: Doubles, y: Doubles, prior: Doubles, precision: Doubles) -> tuple[float, float]:
    point = _newton_each(x[:, None], y[:, None], np.ones((len(x), 1), bool), prior, precision)
    return float(point[0, 0]), float(point[1, 0])


def _newton_each(
    x: Doubles, y: Doubles, known: NDArray[np.bool_], prior: Doubles, precision: Doubles, steps: int = 30
) -> Doubles:
    """Return slope and offset, ``(2, k)``, that maximise the likelihood of each column with a Gaussian prior."""
    point = np.repeat(prior.astype(np.float64)[:, None], x.shape[1], axis=1)
    start, weight = point.copy(), precision[:, None]

    def loss(at: Doubles) -> Doubles:
        linear = x * at[0] + at[1]
        fit = ((np.maximum(linear, 0) + np.log(1 + np.exp(-np.abs(linear))) - y * linear) * known).sum(axis=0)
        total: Doubles = fit + 0.5 * (weight * (at - start) ** 2).sum(axis=0)
        return total

    now = loss(point)
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.clip(x * point[0] + point[1], -30, 30)))
        gap, curvature = (p - y) * known, p * (1 - p) * known
        gradient = np.stack([(gap * x).sum(axis=0), gap.sum(axis=0)]) + weight * (point - start)
        aa = (curvature * x * x).sum(axis=0) + precision[0]
        ab, bb = (curvature * x).sum(axis=0), curvature.sum(axis=0) + precision[1]
        step = np.stack([bb * gradient[0] - ab * gradient[1], aa * gradient[1] - ab * gradient[0]]) / (aa * bb - ab**2)
        for _ in range(20):
            then = loss(point - step)
            worse = then > now + 1e-9
            if not worse.any():
                break
            step[:, worse] /= 2
        step[:, worse] = 0.0
        point, then = point - step, np.where(worse, now, then)
        if (now - then).max(initial=0.0) < 1e-9:
            break
        now = then
    return point


def thresholds(probabilities: NDArray[np.float32], target_precision: float, *, decided: int) -> tuple[Doubles, Doubles]:
    """Return from which probability on a code is suggested, and from which it is unsure, ``(k,)`` each.

    The precision to be expected of all suggestions above a threshold is their mean probability, so a code's threshold
    is the lowest one at which that mean reaches the target. Two things keep this honest. The mean must reach a little
    more than the target, the more so the fewer units the curves were learnt from; and no threshold lies under
    ``2 * target - 1``, where suggestions spread evenly up to certainty would just reach the target.

    Args:
        probabilities: Of units that nobody has decided, ``(n, k)``.
        target_precision: The share of suggestions that shall be right.
        decided: How many units the curves were learnt from.
    """
    columns = probabilities.shape[1]
    margin = min(0.2 + 1 / np.sqrt(max(decided, 1)), 0.6)
    wanted = target_precision + margin * (1 - target_precision)
    # Counting in narrow bins is many times faster than sorting, and a threshold needs no more than that.
    bins = np.minimum((probabilities * _BINS).astype(np.int64), _BINS - 1) + np.arange(columns) * _BINS
    counts = np.bincount(bins.ravel(), minlength=_BINS * columns).reshape(columns, _BINS)[:, ::-1]
    sums = np.bincount(bins.ravel(), probabilities.ravel(), minlength=_BINS * columns).reshape(columns, _BINS)[:, ::-1]
    totals = np.cumsum(counts, axis=1)
    reached = (np.cumsum(sums, axis=1) >= wanted * totals) & (totals > 0)
    lowest = 1 - (_BINS - np.argmax(reached[:, ::-1], axis=1)) / _BINS
    suggested = np.where(reached.any(axis=1), np.minimum(lowest, wanted), wanted)
    suggested = np.maximum(suggested, max(2 * target_precision - 1, 0.3))
    return suggested, np.minimum(suggested, min(UNSURE, target_precision / 2))
