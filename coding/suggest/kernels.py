"""How alike two stretches of text are: meaning, wording, the talk before, and form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coding.suggest.types import Unit

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kernel:
    """The weights with which the likenesses are mixed; chosen from the data by :meth:`Suggester.fit`.

    Attributes:
        semantic: Weight of the likeness of meaning, ``exp(sharpness * (cosine - 1))`` of the embeddings.
        lexical: Weight of the likeness of wording, the cosine of TF-IDF of words and word pairs.
        context: Weight of the likeness of the talk right before.
        form: Weight of the likeness of form: length, question, role, change of speaker.
        bias: Weight of what all rows have in common.
        sharpness: How fast the likeness of meaning falls off.
        noise: How little one decision is trusted (the ridge).
        codebook_noise: How little one sentence of the codebook is trusted.
    """

    semantic: float = 0.5
    lexical: float = 0.5
    context: float = 0.0
    form: float = 0.0
    bias: float = 0.0
    sharpness: float = 2.0
    noise: float = 0.3
    codebook_noise: float = 0.3


@dataclass(frozen=True, slots=True)
class Features:
    """What is known about some texts, a row a text.

    Attributes:
        semantic: Unit-norm embeddings, ``(n, d)``.
        lexical: Unit-norm TF-IDF, sparse ``(n, v)``.
        context: Embeddings of the talk before, ``(n, d)``; zero where there is none.
        form: Unit-norm features of form, ``(n, f)``; zero for the codebook.
    """

    semantic: Floats
    lexical: Any
    context: Floats
    form: Floats

    def __getitem__(self, rows: Any) -> Features:  # noqa: ANN401
        """Return the features of some rows."""
        return Features(self.semantic[rows], self.lexical[rows], self.context[rows], self.form[rows])


def stack(first: Features, second: Features) -> Features:
    """Put the rows of two sets of features under each other."""
    from scipy import sparse

    return Features(
        np.vstack([first.semantic, second.semantic]),
        sparse.vstack([first.lexical, second.lexical]).tocsr(),
        np.vstack([first.context, second.context]),
        np.vstack([first.form, second.form]),
    )


def featurise(
    units: Sequence[Unit], embeddings: Floats, sentences: Sequence[str], sentence_embeddings: Floats
) -> tuple[Features, Features]:
    """Return the features of the units and of the codebook's sentences."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [unit.text for unit in units] + list(sentences)
    vectoriser = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32, token_pattern=r"(?u)\b\w+\b|[?!]")
    try:
        lexical = vectoriser.fit_transform(texts).tocsr()
    except ValueError:  # no words in any of the texts
        from scipy import sparse

        lexical = sparse.csr_matrix((len(texts), 1), dtype=np.float32)
    n = len(units)
    ours = Features(embeddings.astype(np.float32), lexical[:n], _context(units, embeddings), _form(units))
    theirs = Features(
        sentence_embeddings.astype(np.float32).reshape(len(sentences), embeddings.shape[1]),
        lexical[n:],
        np.zeros((len(sentences), embeddings.shape[1]), np.float32),
        np.zeros((len(sentences), ours.form.shape[1]), np.float32),
    )
    return ours, theirs


def _context(units: Sequence[Unit], embeddings: Floats) -> Floats:
    """Return the embedding of the unit before each unit, in the same source."""
    context = np.zeros(embeddings.shape, np.float32)
    for i in range(1, len(units)):
        if units[i].source and units[i].turn is not None and units[i].source == units[i - 1].source:
            context[i] = embeddings[i - 1]
    return context


def _form(units: Sequence[Unit]) -> Floats:
    """Return features of form: length, question, role, first in its turn, same speaker as before."""
    form = np.zeros((len(units), 7), np.float32)
    for i, unit in enumerate(units):
        words = len(unit.text.split())
        before = units[i - 1] if i and unit.source and units[i - 1].source == unit.source else None
        form[i] = (
            1.0,
            np.log1p(words) / 3.0,
            words <= 3,
            "?" in unit.text,
            unit.role == "moderator",
            before is not None and before.speaker == unit.speaker,
            before is not None and "?" in before.text,
        )
    norms: Floats = np.linalg.norm(form, axis=1, keepdims=True)
    return form / np.maximum(norms, np.float32(1e-6))


def gram(kernel: Kernel, left: Features, right: Features) -> Floats:
    """Return how alike each row of ``left`` is to each of ``right``, ``(n_left, n_right)``."""
    total = np.exp(np.float32(kernel.sharpness) * (left.semantic @ right.semantic.T - np.float32(1.0)))
    total *= np.float32(kernel.semantic)
    if kernel.lexical:
        total += np.float32(kernel.lexical) * (left.lexical @ right.lexical.T).toarray()
    if kernel.context:
        total += np.float32(kernel.context) * (left.context @ right.context.T)
    if kernel.form:
        total += np.float32(kernel.form) * (left.form @ right.form.T)
    if kernel.bias:
        total += np.float32(kernel.bias)
    result: Floats = total.astype(np.float32, copy=False)
    return result
