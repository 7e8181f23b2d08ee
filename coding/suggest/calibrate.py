"""From scores to probabilities, and from probabilities to what is suggested."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
DENSITY = 0.7
"""Codes that a segment of talk is expected to have before anybody has coded: seven in ten segments have one."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Logistic curves ``sigmoid(slope * score + offset)``, one a code.

    Attributes:
        slope: ``(k,)``.
        offset: ``(k,)``.
        learnt: True for a code whose curve rests on decisions enough, ``(k,)``.
    """

    slope: Doubles
    offset: Doubles
    learnt: NDArray[np.bool_]

    def __call__(self, scores: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return probabilities of the shape of ``scores``, ``(n, k)``."""
        linear = scores * self.slope.astype(np.float32) + self.offset.astype(np.float32)
        result: NDArray[np.float32] = 1.0 / (1.0 + np.exp(-np.clip(linear, -30, 30)))
        return result


def prior_curve(scores: Doubles, targets: Doubles) -> tuple[float, float]:
    """Return slope and offset before any decision, from the codebook's own sentences.

    Each sentence of the codebook was scored as if it were not in it. How well those scores tell a sentence's own code
    from the others gives the slope; the offset is then moved so that a segment is expected to have ``DENSITY`` codes.
    """
    if not len(scores):
        return 5.0, -3.0
    columns = scores.shape[1]
    start = np.array([5.0, float(np.log(DENSITY / max(columns, 2)))])
    slope, offset = _newton(scores.reshape(-1), targets.reshape(-1), start, np.array([0.05, 0.05]))
    return max(slope, 1.0), offset + float(np.log(DENSITY))


def fit_curve(scores: Doubles, targets: Doubles, known: NDArray[np.bool_], prior: tuple[float, float]) -> Curve:
    """Return a curve a code, from left-out scores of decided rows, each drawn towards the curve of all codes together.

    Platt scaling (Platt 1999) with a Gaussian prior on both parameters.

    Args:
        scores: Left-out scores, ``(n, k)``.
        targets: From 0 to 1, ``(n, k)``.
        known: Which entries were decided.
        prior: Slope and offset before any decision.
    """
    columns = scores.shape[1]
    start = np.array(prior)
    pooled = np.array(_newton(scores[known], targets[known], start, np.array([0.3, 1.0]))) if known.any() else start
    slopes, offsets = np.full(columns, pooled[0]), np.full(columns, pooled[1])
    learnt = np.zeros(columns, bool)
    for j in range(columns):
        rows = known[:, j]
        if rows.any():
            slopes[j], offsets[j] = _newton(scores[rows, j], targets[rows, j], pooled, np.array([1.0, 1.0]))
            positives = targets[rows, j].sum()
            learnt[j] = min(positives, rows.sum() - positives) >= 5
    return Curve(np.maximum(slopes, 0.5), offsets, learnt)


def _newton(x: Doubles, y: Doubles, prior: Doubles, precision: Doubles, steps: int = 25) -> tuple[float, float]:
    """Return the slope and offset that maximise the likelihood with a Gaussian prior."""
    design = np.column_stack([x, np.ones_like(x)])
    point = prior.astype(np.float64).copy()

    def loss(at: Doubles) -> float:
        linear = design @ at
        return float(np.logaddexp(0, linear).sum() - y @ linear + 0.5 * precision @ (at - prior) ** 2)

    now = loss(point)
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.clip(design @ point, -30, 30)))
        gradient = design.T @ (p - y) + precision * (point - prior)
        hessian = (design * (p * (1 - p))[:, None]).T @ design + np.diag(precision)
        step = np.linalg.solve(hessian, gradient)
        for _ in range(20):
            then = loss(point - step)
            if then <= now:
                break
            step = step / 2
        else:
            break
        point, gained, now = point - step, now - then, then
        if gained < 1e-10:
            break
    return float(point[0]), float(point[1])


def thresholds(probabilities: NDArray[np.float32], target_precision: float) -> tuple[Doubles, Doubles]:
    """Return from which probability on a code is suggested, and from which it is unsure, ``(k,)`` each.

    The precision that is expected of all suggestions above a threshold is their mean probability, so the threshold is
    the lowest one at which that mean reaches the target.
    """
    n, columns = probabilities.shape
    suggested = np.full(columns, target_precision, np.float64)
    if n:
        ranked = -np.sort(-probabilities, axis=0).astype(np.float64)
        means = np.cumsum(ranked, axis=0) / np.arange(1, n + 1)[:, None]
        reach = (means >= target_precision).sum(axis=0)
        last = ranked[np.maximum(reach - 1, 0), np.arange(columns)]
        suggested = np.where(reach > 0, np.minimum(last, target_precision), target_precision)
    unsure = np.minimum(suggested, np.minimum(0.2, target_precision / 3))
    return suggested, unsure
