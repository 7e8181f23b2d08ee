"""BERTopic with parts of our own: what goes in are texts and embeddings, what comes out are topics with terms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coding.theme_model import Join, ThemeSettings
from coding.themes.graph import DiffusionMap, GraphClusters
from coding.themes.quietly import quietly
from coding.themes.words import terms_of

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]
Encode = Callable[[Sequence[str]], Floats]

SMALL = 60
"""Below so many texts UMAP has too little to go by, and the graph is taken whatever was asked for."""


@dataclass(frozen=True, slots=True)
class Topics:
    """Topics of texts.

    Attributes:
        labels: The topic of each text, ``(n,)``, the largest 0, -1 for an outlier.
        terms: Of each topic, the most telling first.
        centres: The mean embedding of each topic, ``(k, d)``, rows of length 1.
        joins: The tree of topics.
        embeddings: What was clustered, ``(n, d)``: those given, drawn towards the codebook where that was wished.
        method: The way that was taken, ``graph`` or ``umap``.
    """

    labels: Labels
    terms: tuple[tuple[str, ...], ...]
    centres: Floats
    joins: tuple[Join, ...]
    embeddings: Floats
    method: str


def find_topics(
    texts: Sequence[str],
    embeddings: Floats,
    settings: ThemeSettings,
    *,
    guides: Sequence[Sequence[str]] = (),
    encode: Encode | None = None,
) -> Topics:
    """Find the topics of texts.

    Args:
        texts: At least six.
        embeddings: ``(n, d)``, rows of length 1.
        settings: How.
        guides: For each topic that is known beforehand, the words that tell what it is (BERTopic's guided mode).
        encode: Turns guides into embeddings.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    from coding.themes.describe import TalkTerms, TermsInTalk

    with quietly():
        from bertopic.vectorizers import ClassTfidfTransformer

    embeddings = np.array(embeddings, np.float32)  # a copy, since guiding changes it in place
    method = settings.method if len(texts) >= SMALL else "graph"
    reduction, clusters = parts(texts, settings, method)
    kept = _Keeping(reduction)
    in_talk = TermsInTalk(texts, embeddings, encode)
    model = _model_class()(
        language="multilingual",  # keeps commas and full stops, at which a term ends
        embedding_model=in_talk,
        umap_model=kept,
        hdbscan_model=clusters,
        vectorizer_model=CountVectorizer(analyzer=terms_of),
        ctfidf_model=ClassTfidfTransformer(reduce_frequent_words=True),
        representation_model=TalkTerms(texts, in_talk),
        seed_topic_list=[list(guide) for guide in guides] or None,
        top_n_words=60,  # so many are looked through for ten that tell most
    )
    found, _ = model.fit_transform(list(texts), embeddings)
    labels = np.asarray(found, np.int64)
    if (labels < 0).any() and not settings.keep_outliers and (labels >= 0).any():
        moved = model.reduce_outliers(list(texts), found, strategy="embeddings", embeddings=embeddings, threshold=-1)
        labels = np.asarray(moved, np.int64)
    if labels.max(initial=-1) < 1 and method == "umap":
        # HDBSCAN saw nothing but one lump, or nothing but noise; a graph always has an answer.
        return find_topics(texts, embeddings, replace(settings, method="graph"), guides=guides, encode=encode)
    count = int(labels.max()) + 1
    centres = np.stack([_unit(embeddings[labels == topic].mean(axis=0)) for topic in range(count)])
    terms = tuple(tuple(term for term, _ in model.get_topic(topic) if term) for topic in range(count))
    return Topics(labels, terms, centres, _tree(model, texts, labels, terms), kept.embeddings, method)


def parts(texts: Sequence[str], settings: ThemeSettings, method: str) -> tuple[Any, Any]:
    """Return what stands in BERTopic's places for UMAP and HDBSCAN."""
    if method == "graph":
        reduction = DiffusionMap(texts, seed=settings.seed)
        clusters = GraphClusters(
            reduction, clusters=settings.themes, keep_outliers=settings.keep_outliers, seed=settings.seed
        )
        return reduction, clusters
    from sklearn.cluster import KMeans

    with quietly():
        from hdbscan import HDBSCAN
        from umap import UMAP

    reduction = UMAP(
        n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=settings.seed, n_jobs=1
    )
    if settings.themes:
        return reduction, KMeans(settings.themes, n_init=10, random_state=settings.seed)
    return reduction, HDBSCAN(min_cluster_size=10, metric="euclidean", core_dist_n_jobs=1)


def _model_class() -> type[Any]:
    from bertopic import BERTopic

    class Model(BERTopic):  # type: ignore[misc]
        """BERTopic without its search for typical texts, which takes as long as all the rest and is not needed here."""

        def _save_representative_docs(self, documents: object) -> None:
            self.representative_docs_: dict[int, list[str]] = {}

    return Model


class _Keeping:
    """Passes on to a reduction, and keeps what went in."""

    def __init__(self, inner: Any) -> None:  # noqa: ANN401
        self.inner = inner
        self.embeddings: Floats = np.zeros((0, 0), np.float32)

    def fit_transform(self, embeddings: Floats, y: Any = None) -> Any:  # noqa: ANN401
        self.embeddings = np.asarray(embeddings, np.float32)
        return self.inner.fit_transform(embeddings, y=y)

    def transform(self, embeddings: Floats) -> Any:  # noqa: ANN401
        return self.inner.transform(embeddings)


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)


def _tree(model: Any, texts: Sequence[str], labels: Labels, terms: Sequence[Sequence[str]]) -> tuple[Join, ...]:  # noqa: ANN401
    """Join topics pair by pair as BERTopic's ``hierarchical_topics`` does: by c-TF-IDF, cosine and Ward's method."""
    if len(terms) < 2:
        return ()
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    table = model.c_tf_idf_[model._outliers :]
    likeness = np.asarray((table @ table.T).todense())
    norms = np.sqrt(np.maximum(np.diag(likeness), 1e-12))
    distance = np.clip(1 - likeness / np.outer(norms, norms), 0, 2)
    np.fill_diagonal(distance, 0)
    column = model.vectorizer_model.vocabulary_
    steps = linkage(squareform((distance + distance.T) / 2, checks=False), "ward")
    joins: list[Join] = []
    inside: list[list[int]] = [[topic] for topic in range(len(terms))]
    for left, right, height, _ in steps:
        both = inside[int(left)] + inside[int(right)]
        inside.append(both)
        known = {term for topic in both for term in terms[topic]}
        weights = np.asarray(table[both].sum(axis=0)).ravel()
        ranked = sorted(known & set(column), key=lambda term: (-weights[column[term]], term))
        joins.append(Join(int(left), int(right), float(height), tuple(ranked[:5])))
    return tuple(joins)
