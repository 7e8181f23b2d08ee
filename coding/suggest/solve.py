"""The closed-form solve: kernel ridge regression with its inverse kept, so that one more row is a small step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


_BLOCK = 192


def inverse(gram: Doubles, noise: Doubles) -> Doubles:
    """Return ``(gram + diag(noise))^-1`` of a symmetric positive matrix ``(n, n)``.

    By Cholesky's factor, from routines that let other threads of Python run meanwhile: SciPy's own inverse of a
    positive matrix keeps them all waiting until it is done.

    Raises:
        LinAlgError: The matrix is not positive definite.
    """
    regularised = np.array(gram, dtype=np.float64)
    regularised[np.diag_indices_from(regularised)] += noise
    if not len(regularised):
        return regularised
    factor: Doubles = np.linalg.cholesky(regularised).astype(np.float64, copy=False)
    lower = _inverse_of_lower(factor)
    result: Doubles = lower.T @ lower
    return result


def _inverse_of_lower(factor: Doubles) -> Doubles:
    """Return the inverse of a lower triangular matrix, by halves."""
    from scipy.linalg import lapack

    n = len(factor)
    if n <= _BLOCK:
        small: Doubles = lapack.dtrtri(factor, lower=1)[0]
        return small
    half = n // 2
    found = np.zeros_like(factor)
    found[:half, :half] = _inverse_of_lower(factor[:half, :half])
    found[half:, half:] = _inverse_of_lower(factor[half:, half:])
    found[half:, :half] = -found[half:, half:] @ (factor[half:, :half] @ found[:half, :half])
    return found


def grow(kept: Doubles, cross: Doubles, corner: Doubles) -> Doubles:
    """Return the inverse with rows added, by the block inverse.

    Args:
        kept: The inverse so far, ``(n, n)``.
        cross: Kernel between the old rows and the new ones, ``(n, m)``.
        corner: Kernel among the new rows with their noise on the diagonal, ``(m, m)``.
    """
    n, m = cross.shape
    projected = kept @ cross
    schur = np.linalg.inv(corner - cross.T @ projected)
    schur = (schur + schur.T) / 2
    grown = np.empty((n + m, n + m))
    side = projected @ schur
    grown[:n, :n] = kept + side @ projected.T
    grown[:n, n:] = -side
    grown[n:, :n] = -side.T
    grown[n:, n:] = schur
    return grown


def shrink(kept: Doubles, gone: NDArray[np.intp]) -> Doubles:
    """Return the inverse with the rows ``gone`` taken out, by the block inverse."""
    stay = np.setdiff1d(np.arange(len(kept)), gone)
    cross = kept[np.ix_(stay, gone)]
    corner = kept[np.ix_(gone, gone)]
    result: Doubles = kept[np.ix_(stay, stay)] - cross @ np.linalg.solve(corner, cross.T)
    return result


def fill(kept: Doubles, targets: Doubles, known: NDArray[np.bool_]) -> Doubles:
    """Return the targets with those that nobody decided filled in, ``(n, k)``.

    A lone "yes, A" says nothing certain of B. A target that is the row's own left-out prediction has no weight in the
    solution, as if the row were not there for that code. So unknown targets are taken as 0 first, since most codes are
    in few segments, and then as their left-out predictions, within 0 and 1.

    Args:
        kept: The inverse, ``(n, n)``.
        targets: ``(n, k)``.
        known: Which of them count as they are, ``(n, k)``.
    """
    if known.all():
        return targets
    predicted = left_out(kept, kept @ targets, targets)
    filled: Doubles = np.where(known, targets, np.clip(predicted, 0.0, 1.0))
    return filled


def left_out(kept: Doubles, weights: Doubles, targets: Doubles) -> Doubles:
    """Return what each row's score would be had the row not been there, ``(n, k)``.

    The closed form of leave-one-out for ridge regression: ``y - alpha / diag(inverse)`` (Rasmussen and Williams 2006,
    Gaussian Processes for Machine Learning, eq. 5.12).
    """
    result: Doubles = targets - weights / np.diag(kept)[:, None]
    return result
