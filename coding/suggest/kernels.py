"""How alike two stretches of text are: meaning, wording, form and the talk before."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coding.suggest.types import Unit
from coding.suggest.wording import letter_vectors, plain_words, word_vectors

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Encode = Callable[[Sequence[str]], NDArray[np.float32]]

_BLOCK = 1024
_FEW = 16
_LANDMARKS = 200
_MOST_PIECES = 8
_FORM_SCALE = 0.02
_PIECE_SHARPNESS = 4.0


@dataclass(frozen=True, slots=True)
class Kernel:
    """The weights with which the likenesses are mixed; chosen from the data by ``Suggester.fit``.

    The likeness of two rows is ``semantic * exp(sharpness * (cosine - 1))`` of their embeddings, plus ``pieces`` times
    the likeness of their clauses, ``words`` and ``letters`` times the products of their TF-IDF vectors, all of it
    multiplied by ``1 - form + form * likeness of form`` and ``1 - context + context * likeness of the talk before``,
    and by ``transfer`` where one row is of the codebook and the other is talk.

    Attributes:
        semantic: Weight of meaning, the whole text.
        pieces: Weight of meaning, clause by clause.
        words: Weight of words, pairs and triples of words.
        letters: Weight of runs of letters, which survive misspelling.
        form: From 0 to 1, how far form counts: length, question, speaker's role and change, place in the talk.
        context: From 0 to 1, how far the talk right before counts.
        transfer: From 0 to 1, how far the codebook's sentences speak for talk.
        sharpness: How fast the likeness of meaning falls off.
        noise: How little one decision is trusted: the ridge.
        codebook_noise: How little one sentence of the codebook is trusted.
    """

    semantic: float = 0.3
    pieces: float = 0.5
    words: float = 0.4
    letters: float = 0.3
    form: float = 0.3
    context: float = 0.0
    transfer: float = 1.0
    sharpness: float = 2.0
    noise: float = 0.25
    codebook_noise: float = 0.25


@dataclass(frozen=True, slots=True)
class Pieces:
    """The clauses of some texts: embeddings ``(m, d)``, the first of each text, and each text's likeness to itself."""

    vectors: Floats
    starts: NDArray[np.intp]
    norms: Floats

    def take(self, rows: NDArray[np.intp]) -> Pieces:
        """Return the clauses of some of the texts."""
        counts = np.diff(np.append(self.starts, len(self.vectors)))[rows]
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp) if len(rows) else np.zeros(0, np.intp)
        inside = np.arange(int(counts.sum())) - np.repeat(starts, counts)
        return Pieces(self.vectors[np.repeat(self.starts[rows], counts) + inside], starts, self.norms[rows])


@dataclass(frozen=True, slots=True)
class Side:
    """A circumstance of some texts that is not known of all, such as their form.

    The likeness is ``exp(-|x - y|^2)``. A text of which it is not known stands for the average text: its likeness to
    another is that one's mean likeness to all.

    Attributes:
        vectors: ``(n, f)``.
        known: ``(n,)``.
        mean: Mean likeness of each row to the texts of which it is known, ``(n,)``.
        overall: The mean of those means.
    """

    vectors: Floats
    known: NDArray[np.bool_]
    mean: Floats
    overall: float

    def take(self, rows: NDArray[np.intp]) -> Side:
        """Return the circumstance of some of the texts."""
        return Side(self.vectors[rows], self.known[rows], self.mean[rows], self.overall)

    def like(self, other: Side) -> Floats:
        """Return the likeness of each row to each of ``other``, ``(n, m)``."""
        likeness = _bell(self.vectors, other.vectors)
        likeness[~self.known] = other.mean
        likeness[:, ~other.known] = self.mean[:, None]
        likeness[np.ix_(~self.known, ~other.known)] = self.overall
        return likeness


@dataclass(frozen=True, slots=True)
class Features:
    """What is known about some texts, a row a text."""

    semantic: Floats
    pieces: Pieces
    words: Any
    letters: Any
    plain: Any
    form: Side
    context: Side
    talk: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return how many texts there are."""
        return len(self.semantic)

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> Features:
        """Return the features of some of the texts."""
        where = np.asarray(rows, np.intp)
        return Features(
            self.semantic[where],
            self.pieces.take(where),
            self.words[where],
            self.letters[where],
            self.plain[where],
            self.form.take(where),
            self.context.take(where),
            self.talk[where],
        )


def split(text: str) -> list[str]:
    """Return the clauses of a text; fragments of under four words stay with their neighbour.

    >>> split("The staff were kind and patient, but we had to wait for two hours.")
    ['The staff were kind and patient,', 'but we had to wait for two hours.']
    """
    pieces: list[str] = []
    for part in re.split(r"(?<=[.!?;])\s+|\n+|(?<=,)\s+|\s+(?=but\b)", text):
        small = len(part.split()) < 4 or (pieces and len(pieces[-1].split()) < 4) or len(pieces) == _MOST_PIECES
        if pieces and small:
            pieces[-1] += " " + part
        elif part.strip():
            pieces.append(part.strip())
    return pieces or [text]


def featurise(
    units: Sequence[Unit], embeddings: Floats, sentences: Sequence[str], encode: Encode, *, clauses: bool
) -> Features:
    """Return the features of the units and, after them, of the codebook's sentences.

    Args:
        units: The units in order.
        embeddings: Their embeddings, ``(n, d)``.
        sentences: Sentences of the codebook.
        encode: Returns embeddings of other texts.
        clauses: Also embed the clauses of texts that have several.
    """
    n, d = embeddings.shape
    theirs = np.asarray(encode(sentences), np.float32) if sentences else np.zeros((0, d), np.float32)
    semantic = np.vstack([embeddings, theirs.reshape(len(sentences), d)])
    texts = [unit.text for unit in units] + list(sentences)
    talk = np.arange(len(texts)) < n
    before = np.array([-1, *(i - 1 if _follows(units[i - 1], units[i]) else -1 for i in range(1, n))][:n], np.intp)
    context = np.zeros_like(semantic)
    context[:n][before >= 0] = embeddings[before[before >= 0]]
    spoken = np.zeros(len(texts), bool)
    spoken[:n] = before >= 0
    form = np.zeros((len(texts), 8), np.float32)
    form[:n] = _form(units, before)
    return Features(
        semantic,
        _pieces(texts, semantic, encode, clauses=clauses),
        word_vectors(texts),
        letter_vectors(texts),
        plain_words(texts),
        _side(form, talk),
        _side(context, spoken),
        talk,
    )


def gram(kernel: Kernel, left: Features, right: Features) -> Floats:
    """Return how alike each row of ``left`` is to each of ``right``, ``(n_left, n_right)``."""
    if len(right) <= _FEW:
        return mix(kernel, likenesses(left, right, kernel=kernel))
    result = np.empty((len(left), len(right)), np.float32)
    words, letters = right.words.T.tocsr(), right.letters.T.tocsr()
    for start in range(0, len(left), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(left)))
        result[rows] = mix(kernel, likenesses(left.take(rows), right, kernel=kernel, words=words, letters=letters))
    return result


def likenesses(
    left: Features,
    right: Features,
    *,
    kernel: Kernel | None = None,
    words: Any = None,  # noqa: ANN401
    letters: Any = None,  # noqa: ANN401
) -> dict[str, Floats]:
    """Return each likeness by itself; with ``kernel`` only those that have a weight in it."""
    found = {
        "semantic": left.semantic @ right.semantic.T,
        "words": _products(left.words, right.words, words),
        "letters": _products(left.letters, right.letters, letters),
        "pieces": _pieces_like(left.pieces, right.pieces),
        "apart": left.talk[:, None] != right.talk,
    }
    if kernel is None or kernel.form:
        found["form"] = left.form.like(right.form)
    if kernel is None or kernel.context:
        found["context"] = left.context.like(right.context)
    return found


def mix(kernel: Kernel, likeness: dict[str, Floats]) -> Floats:
    """Return the weighted likeness of all."""
    one = np.float32(1.0)
    total = np.exp(np.float32(kernel.sharpness) * (likeness["semantic"] - one))
    total *= np.float32(kernel.semantic)
    for name in ("pieces", "words", "letters"):
        total += np.float32(getattr(kernel, name)) * likeness[name]
    for name in ("form", "context"):
        share = np.float32(getattr(kernel, name))
        if share:
            total *= (one - share) + share * likeness[name]
    if kernel.transfer != 1.0:
        total *= np.where(likeness["apart"], np.float32(kernel.transfer), one)
    result: Floats = total.astype(np.float32, copy=False)
    return result


def _products(left: Any, right: Any, turned: Any) -> Floats:  # noqa: ANN401
    """Return the products of sparse rows; a few dense columns are much faster than a few sparse ones."""
    if right.shape[0] <= _FEW:
        few: Floats = left @ right.toarray().T
        return few
    many: Floats = (left @ (right.T.tocsr() if turned is None else turned)).toarray()
    return many


def _bell(x: Floats, y: Floats) -> Floats:
    squares = (x * x).sum(axis=1)[:, None] + (y * y).sum(axis=1)[None, :] - np.float32(2.0) * (x @ y.T)
    result: Floats = np.exp(-np.maximum(squares, np.float32(0.0)))
    return result


def _side(vectors: Floats, known: NDArray[np.bool_]) -> Side:
    where = np.flatnonzero(known)
    if not len(where):
        return Side(vectors, known, np.ones(len(vectors), np.float32), 1.0)
    landmarks = where[np.unique(np.linspace(0, len(where) - 1, _LANDMARKS).astype(np.intp))]
    mean: Floats = _bell(vectors, vectors[landmarks]).mean(axis=1)
    overall = float(mean[landmarks].mean())
    return Side(vectors, known, np.where(known, mean, np.float32(overall)).astype(np.float32), overall)


def _follows(before: Unit, unit: Unit) -> bool:
    return bool(unit.source) and unit.turn is not None and before.source == unit.source


def _form(units: Sequence[Unit], before: NDArray[np.intp]) -> Floats:
    """Return features of form, each centred and of unit variance, ``(n, 8)``, times the root of the scale."""
    rows = np.zeros((len(units), 8))
    place = 0
    for i, unit in enumerate(units):
        words = len(unit.text.split())
        rows[i, :4] = np.log1p(words), words <= 3, "?" in unit.text, unit.role == "moderator"
        place = place + 1 if before[i] >= 0 else 0
        if before[i] >= 0:
            last = units[before[i]]
            rows[i, 4:] = (
                last.speaker == unit.speaker,
                "?" in last.text,
                np.log1p(len(last.text.split())),
                np.log1p(place),
            )
    if len(rows):
        spread = rows.std(axis=0)
        rows = (rows - rows.mean(axis=0)) / np.where(spread > 1e-6, spread, 1.0)
    result: Floats = (rows * np.sqrt(_FORM_SCALE)).astype(np.float32)
    return result


def _pieces(texts: Sequence[str], whole: Floats, encode: Encode, *, clauses: bool) -> Pieces:
    n = len(texts)
    if not clauses:
        return Pieces(whole, np.arange(n), np.ones(n, np.float32))
    parts = [split(text) for text in texts]
    new = list(dict.fromkeys(part for some in parts if len(some) > 1 for part in some))
    index = {part: n + at for at, part in enumerate(new)}
    vectors = np.vstack([whole, np.asarray(encode(new), np.float32)]) if new else whole
    rows = [at if len(some) == 1 else index[part] for at, some in enumerate(parts) for part in some]
    counts = np.array([len(some) for some in parts], np.intp)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp)
    taken = vectors[rows]
    norms = np.ones(n, np.float32)
    for at in np.flatnonzero(counts > 1):
        own = taken[starts[at] : starts[at] + counts[at]]
        norms[at] = np.sqrt(np.exp(_PIECE_SHARPNESS * (own @ own.T - 1)).sum())
    return Pieces(taken, starts, norms)


def _pieces_like(left: Pieces, right: Pieces) -> Floats:
    likeness = np.exp(np.float32(_PIECE_SHARPNESS) * (left.vectors @ right.vectors.T - np.float32(1.0)))
    if len(right.starts) != len(right.vectors):
        likeness = np.add.reduceat(likeness, right.starts, axis=1)
    if len(left.starts) != len(left.vectors):
        likeness = np.add.reduceat(likeness, left.starts, axis=0)
    result: Floats = likeness / (left.norms[:, None] * right.norms)
    return result
