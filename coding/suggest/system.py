"""The system of equations: likeness of all units to all training rows, and the inverse among the rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coding.suggest import solve
from coding.suggest.kernels import Doubles, Features, Floats, Kernel, gram

_ROOM = 64


class System:
    """What is kept of the kernel, so that one more row is a small step.

    The rows are the codebook's sentences and then the decided units, in the order in which they came. Only the likeness
    of units to rows is kept, never that of all units to each other.

    Args:
        kernel: How rows are compared.
        features: Of the units and, after them, of the sentences.
        n_units: How many units there are.
        decided: The decided units.

    Attributes:
        inverse: ``(K + N)^-1`` among the rows, ``(n_rows, n_rows)``.
        decided: The unit of each row after the sentences.
    """

    def __init__(self, kernel: Kernel, features: Features, n_units: int, decided: Sequence[int]) -> None:
        self.kernel = kernel
        self.decided = list(decided)
        self._units = features.take(np.arange(n_units))
        sentences = features.take(np.arange(n_units, len(features)))
        self._sentences = m = len(sentences)
        rows = features.take([*range(n_units, len(features)), *decided])
        self._buffer: Floats = gram(kernel, self._units, rows)
        self._width = len(rows)
        among = np.empty((len(rows), len(rows)))
        among[m:] = self.across[self.decided]
        among[:m, :m] = gram(kernel, sentences, sentences)
        among[:m, m:] = among[m:, :m].T
        self.among_sentences: Doubles = among[:m, :m].copy()
        self.inverse = solve.inverse(among, self.noise(len(rows)))

    @property
    def across(self) -> Floats:
        """Likeness of all units to all rows, ``(n_units, n_rows)``: the used part of a buffer with room to grow."""
        return self._buffer[:, : self._width]

    def noise(self, n_rows: int) -> Doubles:
        """Return what is added to the diagonal of the first so many rows."""
        return np.where(np.arange(n_rows) < self._sentences, self.kernel.codebook_noise, self.kernel.noise)

    def add(self, new: Sequence[int]) -> None:
        """Add rows for units, by a block update."""
        columns = gram(self.kernel, self._units, self._units.take(list(new)))
        old = self._width
        cross = np.empty((old, len(new)))
        cross[: self._sentences] = self.across[new, : self._sentences].T
        cross[self._sentences :] = columns[self.decided]
        corner = columns[new].astype(np.float64)
        corner[np.diag_indices(len(new))] += self.kernel.noise
        self.inverse = solve.grow(self.inverse, cross, corner)
        self._width = old + len(new)
        if self._width > self._buffer.shape[1]:
            wider = np.empty((len(self._buffer), self._width + _ROOM), np.float32)
            wider[:, :old] = self._buffer[:, :old]
            self._buffer = wider
        self._buffer[:, old : self._width] = columns
        self.decided += new

    def drop(self, gone: Sequence[int]) -> None:
        """Take the rows of units out, by a block update."""
        leaving = set(gone)
        where = np.array([self._sentences + i for i, unit in enumerate(self.decided) if unit in leaving], np.intp)
        self.inverse = solve.shrink(self.inverse, where)
        self._buffer = np.delete(self.across, where, axis=1)
        self._width = self._buffer.shape[1]
        self.decided = [unit for unit in self.decided if unit not in leaving]

    def vectors(self, units: NDArray[np.intp]) -> Floats:
        """Return the embeddings of some units."""
        return self._units.semantic[units]
