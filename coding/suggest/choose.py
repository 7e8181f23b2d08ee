"""Choose the kernel's weights from the decisions at hand, by closed-form leave-one-out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from coding.suggest import calibrate, solve
from coding.suggest.kernels import Doubles, Features, Kernel, likenesses, mix

FEWEST = 30
"""With fewer decided units than this, the weights stay as they are."""

MOST = 250
"""At most so many decided units, and as many sentences of the codebook, take part; more would be slower, not better."""

_MOVES: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("transfer", (0.7, 0.4)),
    ("form", (0.0, 0.6, 1.0)),
    ("wording", (0.5, 2.0)),
    ("context", (0.5,)),
    ("noise", (0.12, 0.5)),
    ("sharpness", (1.0, 4.0)),
)


def choose(features: Features, targets: Doubles, known: NDArray[np.bool_], start: Kernel) -> Kernel:
    """Return the kernel whose left-out scores fit the decisions best.

    One weight is moved at a time. A move is kept only where it improves the likelihood of the decisions by more than
    one standard error of the paired differences, so that few decisions, or decisions that say little, leave the
    weights where they are (the one-standard-error rule of Breiman et al. 1984).

    Args:
        features: Of the training rows, the codebook's sentences first.
        targets: ``(n_rows, n_codes)``.
        known: Which targets people decided, ``(n_rows, n_codes)``.
        start: The kernel to start from.
    """
    decided = np.flatnonzero(features.talk & known.any(axis=1))
    if len(decided) < FEWEST:
        return start
    sentences = np.flatnonzero(~features.talk)
    rows = np.concatenate([_thin(sentences), _thin(decided)])
    likeness = likenesses(features.take(rows), features.take(rows))
    talk, some, which = features.talk[rows], targets[rows], known[rows] & features.talk[rows][:, None]

    def losses(kernel: Kernel) -> Doubles:
        noise = np.where(talk, kernel.noise, kernel.codebook_noise)
        kept = solve.inverse(mix(kernel, likeness).astype(np.float64), noise)
        left = solve.left_out(kept, kept @ some, some)
        slope, offset = calibrate.pooled_curve(left[which], some[which], (1.0, 0.0))
        linear = slope * calibrate.link(left) + offset
        loss: Doubles = np.where(
            which, np.maximum(linear, 0) + np.log(1 + np.exp(-np.abs(linear))) - some * linear, 0.0
        )[talk].sum(axis=1)
        return loss

    best, now = start, losses(start)
    for name, values in _MOVES:
        tried = [(_moved(best, name, value), value) for value in values]
        results = [(kernel, losses(kernel)) for kernel, _ in tried]
        for kernel, then in sorted(results, key=lambda result: float(result[1].sum())):
            gain = now - then
            if gain.mean() > gain.std() / np.sqrt(len(gain)):
                best, now = kernel, then
                break
    return best


def _moved(kernel: Kernel, name: str, value: float) -> Kernel:
    if name == "wording":
        return replace(kernel, words=kernel.words * value, letters=kernel.letters * value)
    if name == "noise":
        return replace(kernel, noise=value, codebook_noise=kernel.codebook_noise * value / kernel.noise)
    return replace(kernel, **{name: value})


def _thin(rows: NDArray[np.intp]) -> NDArray[np.intp]:
    if len(rows) <= MOST:
        return rows
    thinned: NDArray[np.intp] = rows[np.linspace(0, len(rows) - 1, MOST).astype(np.intp)]
    return thinned
