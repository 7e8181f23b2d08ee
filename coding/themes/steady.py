"""How far themes come back when some of the talk is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from coding.theme_model import ThemeSettings
from coding.themes.topics import parts

Labels = NDArray[np.int64]


def leave_out_parts(n: int, count: int, seed: int) -> list[Labels]:
    """Return ``count`` parts of ``n`` places, each a tenth of them; with ten, each place is in one of them."""
    lots = np.random.default_rng(seed)
    found: list[Labels] = []
    while len(found) < count:
        found += [np.sort(part) for part in np.array_split(lots.permutation(n), 10)]
    return found[:count]


def resample(
    texts: Sequence[str],
    embeddings: NDArray[np.float32],
    settings: ThemeSettings,
    *,
    method: str,
    count: int,
    step: Callable[[int, int], None] | None = None,
) -> list[Labels]:
    """Seek themes again ``count`` times, each time without another tenth of the texts.

    Args:
        texts: The texts.
        embeddings: Theirs, ``(n, d)``, as they were clustered.
        settings: As for the themes themselves; how many there are is sought again too, where it was sought.
        method: ``graph`` or ``umap``.
        count: How many times.
        step: Told how many are done.

    Returns:
        For each time the theme of each text, ``(n,)``; -1 where it was left out or fits none.
    """
    found = []
    for done, part in enumerate(leave_out_parts(len(texts), count, settings.seed)):
        if step:
            step(done, count)
        kept = np.setdiff1d(np.arange(len(texts)), part)
        reduction, clusters = parts([texts[place] for place in kept], settings, method)
        labels = np.full(len(texts), -1, np.int64)
        labels[kept] = clusters.fit(reduction.fit_transform(embeddings[kept])).labels_
        found.append(labels)
    if step:
        step(count, count)
    return found


def steadiness(labels: Labels, again: Sequence[Labels], parts_left_out: Sequence[Labels]) -> list[float]:
    """Return how far each theme came back: the mean over resamples of its Jaccard index with the theme most like it.

    Source: Hennig (2007), Cluster-wise assessment of cluster stability, doi:10.1016/j.csda.2006.11.025, with subsets
    in place of the bootstrap, since doubled texts would be each other's nearest neighbours.

    Args:
        labels: The theme of each text, from 0; -1 for an outlier.
        again: The same for each resample.
        parts_left_out: What each resample left out.

    >>> first = np.array([0, 0, 1, 1])
    >>> steadiness(first, [np.array([5, 5, 6, -1]), np.array([-1, 0, 0, 1])], [np.array([3]), np.array([0])])
    [0.75, 0.75]
    """
    count = int(labels.max(initial=-1)) + 1
    total = np.zeros(count)
    times = np.zeros(count)
    for other, part in zip(again, parts_left_out, strict=True):
        kept = np.ones(len(labels), bool)
        kept[part] = False
        for theme in range(count):
            mine = kept & (labels == theme)
            if not mine.any():
                continue
            times[theme] += 1
            names, shared = np.unique(other[mine & (other >= 0)], return_counts=True)
            sizes = [int((kept & (other == name)).sum()) for name in names]
            total[theme] += max((s / (mine.sum() + n - s) for s, n in zip(shared, sizes, strict=True)), default=0.0)
    return [float(value) for value in total / np.maximum(times, 1)]
