"""Clusters of texts by a graph of nearest neighbours: steady, quick, and for small material too.

Each text is a node that is tied to its nearest neighbours. A diffusion map (Coifman and Lafon 2006,
doi:10.1016/j.acha.2006.04.006) turns the graph into a few coordinates in which talk that hangs together is close;
k-means cuts these. How many clusters there are is what the graph says: the most that keep its modularity (Newman
2006, doi:10.1073/pnas.0601602103) near the best. All starts are fixed, so the same input gives the same clusters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Labels = NDArray[np.int64]

NEIGHBOURS = 15
DIMENSIONS = 30
STEPS = 6
"""How long the diffusion runs: the power of the eigenvalues. Longer smooths away what few texts share."""

WORDING = 0.5
"""How much the wording counts beside the meaning."""

SMALLEST = 3
"""Fewer texts than this are no cluster, unless a number of clusters was asked for."""

NEAR_BEST = 0.95
MOST = 60
_EXACT = 12_000
"""Up to so many texts, neighbours are sought by comparing all with all."""


def features(embeddings: Floats, texts: Sequence[str]) -> Floats:
    """Join meaning and wording.

    Args:
        embeddings: ``(n, d)``, rows of length 1.
        texts: The texts in the same order.

    Returns:
        ``(n, d + w)``, rows of length 1: embeddings beside half as much latent semantic analysis of the wording.
    """
    wording = latent_wording(texts)
    joined = np.hstack([embeddings, WORDING * wording]) if wording.shape[1] else embeddings
    return _unit(joined).astype(np.float32)


def latent_wording(texts: Sequence[str], *, dimensions: int = 100) -> Floats:
    """Return latent semantic analysis of sublinear TF-IDF of words and pairs, ``(n, at most dimensions)``."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        sublinear_tf=True, min_df=2, max_df=0.3, ngram_range=(1, 2), stop_words="english", dtype=np.float32
    )
    try:
        table = vectorizer.fit_transform(texts)
    except ValueError:
        # No word stands in two texts.
        return np.zeros((len(texts), 0), np.float32)
    size = min(dimensions, table.shape[1] - 1, len(texts) - 1)
    if size < 2:
        return np.zeros((len(texts), 0), np.float32)
    return _unit(TruncatedSVD(size, random_state=0).fit_transform(table)).astype(np.float32)


def _unit(rows: NDArray[Any]) -> NDArray[Any]:
    result: NDArray[Any] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return result


def neighbours_for(n: int) -> int:
    """Return how many neighbours each of ``n`` texts has; fewer in small material, where 15 would tie all with all."""
    return int(np.clip(round(np.sqrt(n)), 3, min(NEIGHBOURS, n - 1)))


def neighbour_graph(rows: Floats, *, neighbours: int, seed: int = 0) -> Any:  # noqa: ANN401 - SciPy gives no types
    """Return the symmetric graph of nearest neighbours by cosine, sparse ``(n, n)``, weights 0 to 1."""
    from scipy import sparse

    n = len(rows)
    near, weights = _exact(rows, neighbours) if n <= _EXACT else _descent(rows, neighbours, seed)
    owners = np.repeat(np.arange(n), near.shape[1])
    # A weight of nothing at all would cut a text off from the rest.
    values = np.maximum(weights, 1e-3).ravel()
    graph = sparse.csr_matrix((values, (owners, near.ravel())), shape=(n, n))
    return graph.maximum(graph.T)


def _exact(rows: Floats, neighbours: int, block: int = 1024) -> tuple[Labels, Floats]:
    near = np.empty((len(rows), neighbours), np.int64)
    weights = np.empty((len(rows), neighbours), np.float32)
    for start in range(0, len(rows), block):
        likeness = rows[start : start + block] @ rows.T
        own = np.arange(len(likeness))
        likeness[own, start + own] = -2
        found = np.argpartition(-likeness, neighbours - 1, axis=1)[:, :neighbours]
        near[start : start + block] = found
        weights[start : start + block] = np.take_along_axis(likeness, found, axis=1)
    return near, weights


def _descent(rows: Floats, neighbours: int, seed: int) -> tuple[Labels, Floats]:
    from pynndescent import NNDescent

    index = NNDescent(rows, metric="cosine", n_neighbors=neighbours + 1, random_state=seed, compressed=True)
    near, distances = index.neighbor_graph
    # The nearest of all is mostly the text itself; where it is an equal text, that one is as good as any.
    itself = near == np.arange(len(rows))[:, None]
    itself[~itself.any(axis=1), -1] = True
    kept = ~itself
    shape = (len(rows), neighbours)
    return near[kept].reshape(shape).astype(np.int64), (1 - distances[kept].reshape(shape)).astype(np.float32)


def diffuse(graph: Any, *, dimensions: int = DIMENSIONS, steps: int = STEPS) -> Doubles:  # noqa: ANN401
    """Return the diffusion map of a graph, ``(n, at most dimensions)``, rows of length 1."""
    from scipy import sparse

    degrees = np.asarray(graph.sum(axis=1), dtype=np.float64).ravel()
    scale = sparse.diags(degrees**-0.5)
    normal = scale @ graph.astype(np.float64) @ scale
    values, vectors = _largest(normal, np.sqrt(degrees / degrees.sum()), min(dimensions, graph.shape[0] - 2))
    return np.asarray(_unit(vectors * values**steps * degrees[:, None] ** -0.5), np.float64)


def _largest(matrix: Any, first: Doubles, count: int) -> tuple[Doubles, Doubles]:  # noqa: ANN401
    """Return the largest eigenvalues but the first, not below 0, and their vectors, the largest first.

    The first vector is the same for all texts. It is taken out of the matrix rather than out of the answer: in a graph
    of several parts each part has an eigenvalue of 1, and which vector comes first is anybody's guess.
    """
    n = matrix.shape[0]
    if n <= 300:
        values, vectors = np.linalg.eigh(matrix.toarray() - np.outer(first, first))
    else:
        from scipy.sparse.linalg import LinearOperator, eigsh

        without = LinearOperator((n, n), matvec=lambda v: matrix @ v - first * (first @ v), dtype=np.float64)
        values, vectors = eigsh(without, k=count, v0=np.random.default_rng(0).normal(size=n), which="LA", tol=1e-4)
    order = np.argsort(-values)[:count]
    return np.maximum(values[order], 0.0), vectors[:, order]


def modularity(graph: Any, labels: Labels) -> float:  # noqa: ANN401
    """Return how much more weight is within clusters than a graph with the same degrees would have by chance."""
    from scipy import sparse

    degrees = np.asarray(graph.sum(axis=1), dtype=np.float64).ravel()
    total = degrees.sum()
    ends = graph.tocoo()
    inside = float(ends.data[labels[ends.row] == labels[ends.col]].sum()) / total
    clusters = sparse.csr_matrix(
        (degrees, (labels, np.arange(len(labels)))), shape=(int(labels.max()) + 1, len(labels))
    )
    shares = np.asarray(clusters.sum(axis=1)).ravel() / total
    return float(inside - (shares**2).sum())


def sizes_to_try(n: int) -> list[int]:
    """Return the numbers of clusters to try for ``n`` texts, each about 1.4 times the one before.

    With numbers nearer to each other a few texts more or less would change how many themes there are.

    >>> sizes_to_try(30), sizes_to_try(2000)
    ([2, 3, 4, 6], [2, 3, 4, 6, 8, 11, 16, 23, 32, 45])
    """
    most = max(2, min(MOST, n // 5))
    return sorted({size for i in range(20) if (size := round(2 * 2 ** (i / 2))) <= most})


class DiffusionMap:
    """Stands in for UMAP in BERTopic: embeddings in, coordinates of the diffusion map out.

    Args:
        texts: The texts that the embeddings are of; their wording counts too.
        seed: For finding neighbours among many texts.
    """

    def __init__(self, texts: Sequence[str], *, seed: int = 0) -> None:
        self.texts = texts
        self.seed = seed
        self.graph: Any = None

    def fit_transform(self, embeddings: Floats, y: object = None) -> Doubles:
        """Return the coordinates, ``(n, at most 30)``; ``y`` is not used."""
        n = len(embeddings)
        rows = features(np.asarray(embeddings, np.float32), self.texts)
        self.graph = neighbour_graph(rows, neighbours=neighbours_for(n), seed=self.seed)
        return diffuse(self.graph, dimensions=min(DIMENSIONS, max(2, n // 3)))

    def transform(self, embeddings: Floats) -> Doubles:
        """Return the coordinates of the same embeddings again."""
        return self.fit_transform(embeddings)


class GraphClusters:
    """Stands in for HDBSCAN in BERTopic: coordinates in, ``labels_`` out.

    Args:
        reduction: The map that made the coordinates; its graph says how many clusters there are.
        clusters: How many; as the graph says where it is ``None``.
        keep_outliers: Give texts the label -1 whose neighbours are mostly in other clusters.
        seed: For k-means.
    """

    def __init__(
        self, reduction: DiffusionMap, *, clusters: int | None = None, keep_outliers: bool = False, seed: int = 0
    ) -> None:
        self.reduction = reduction
        self.clusters = clusters
        self.keep_outliers = keep_outliers
        self.seed = seed
        self.labels_: Labels = np.zeros(0, np.int64)

    def fit(self, rows: Doubles, y: object = None) -> GraphClusters:
        """Find the clusters of ``(n, d)`` rows."""
        from sklearn.cluster import KMeans

        graph = self.reduction.graph
        count = min(self.clusters, len(rows)) if self.clusters else choose_count(rows, graph, seed=self.seed)
        labels = KMeans(count, n_init=10, random_state=self.seed).fit_predict(rows).astype(np.int64)
        if not self.clusters:
            labels = _without_crumbs(rows, labels)
        if self.keep_outliers:
            labels = _without_outliers(graph, labels)
        self.labels_ = labels
        return self


def choose_count(rows: Doubles, graph: Any, *, seed: int = 0, sample: int = 3000) -> int:  # noqa: ANN401
    """Return the largest number of clusters whose modularity is at least 95 % of the best that was found."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from sklearn.cluster import KMeans

    n = len(rows)
    some = np.arange(n) if n <= sample else np.sort(np.random.default_rng(seed).choice(n, sample, replace=False))
    tree = linkage(rows[some], "ward")
    found: dict[int, float] = {}
    for size in sizes_to_try(n):
        cut = fcluster(tree, size, "maxclust")
        # Equal rows cannot be cut apart, so there may be fewer.
        centres = np.stack([rows[some][cut == cluster].mean(axis=0) for cluster in np.unique(cut)])
        labels = KMeans(len(centres), init=centres, n_init=1).fit_predict(rows).astype(np.int64)
        found[len(centres)] = modularity(graph, labels)
    best = max(found.values())
    return max(size for size, value in found.items() if value >= NEAR_BEST * best)


def _without_crumbs(rows: Doubles, labels: Labels) -> Labels:
    """Let clusters of one or two rows go into those nearest to them, the smallest first, as long as two are left."""
    labels = labels.copy()
    while True:
        names, sizes = np.unique(labels, return_counts=True)
        if len(names) <= 2 or sizes.min() >= SMALLEST:
            return np.searchsorted(names, labels).astype(np.int64)
        crumb = labels == names[sizes.argmin()]
        others = np.delete(names, sizes.argmin())
        centres = np.stack([rows[labels == name].mean(axis=0) for name in others])
        distances = ((rows[crumb][:, None] - centres[None]) ** 2).sum(axis=2)
        labels[crumb] = others[distances.argmin(axis=1)]


def _without_outliers(graph: Any, labels: Labels) -> Labels:  # noqa: ANN401
    ends = graph.tocoo()
    own = np.bincount(ends.row, weights=ends.data * (labels[ends.row] == labels[ends.col]), minlength=len(labels))
    all_ = np.bincount(ends.row, weights=ends.data, minlength=len(labels))
    return np.where(own >= 0.5 * all_, labels, -1)
