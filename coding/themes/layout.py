"""Where each stretch of talk is on the map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coding.themes.graph import Floats, features
from coding.themes.quietly import quietly

MOST = 5_000
"""So many stretches are laid out; more are put beside those that are like them."""

_SMALL = 40


def lay_out(texts: Sequence[str], embeddings: Floats, *, seed: int = 0) -> NDArray[np.float64]:
    """Return a place on a map for each text, ``(n, 2)``; what is alike is near.

    By UMAP with a fixed seed; small material by principal components.
    """
    rows = features(embeddings, texts)
    n = len(rows)
    if n <= MOST:
        return _lay_out(rows, seed)
    some = np.sort(np.random.default_rng(seed).choice(n, MOST, replace=False))
    placed = _lay_out(rows[some], seed)
    points = np.empty((n, 2))
    for start in range(0, n, 1024):
        likeness = rows[start : start + 1024] @ rows[some].T
        near = np.argpartition(-likeness, 3, axis=1)[:, :3]
        points[start : start + 1024] = placed[near].mean(axis=1)
    points[some] = placed
    return points


def _lay_out(rows: Floats, seed: int) -> NDArray[np.float64]:
    if len(rows) < _SMALL:
        from sklearn.decomposition import PCA

        return np.asarray(PCA(2, random_state=seed).fit_transform(rows), np.float64)
    with quietly():
        from umap import UMAP

    reduction = UMAP(n_neighbors=15, min_dist=0.2, metric="cosine", random_state=seed, n_jobs=1)
    with quietly():
        return np.asarray(reduction.fit_transform(rows), np.float64)
