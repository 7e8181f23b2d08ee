"""The wording of texts as sparse vectors: words with their neighbours, and runs of letters that survive misspelling."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

LENGTH_POWER = 0.75
"""How far long texts are scaled down: at 1 every text has length 1, at 0 length counts in full."""

_BITS = 20
_GAP = 0
_SPOKEN = re.compile(r"\w+(?:['’]\w+)?")
_WORDS = re.compile(r"\w+|[?!]")


def word_vectors(texts: Sequence[str], *, longest: int = 3) -> Any:  # noqa: ANN401
    """Return TF-IDF of runs of one to ``longest`` words, question and exclamation marks, sparse ``(n, v)``."""
    numbers: dict[str, int] = {}
    tokens = [[numbers.setdefault(word, len(numbers) + 1) for word in _WORDS.findall(text.lower())] for text in texts]
    flat = np.array([word for line in tokens for word in (*line, _GAP)], np.uint64)
    owners = np.repeat(np.arange(len(tokens)), [len(line) + 1 for line in tokens])
    return _runs(flat, owners, range(1, longest + 1), len(texts))


def plain_words(texts: Sequence[str]) -> Any:  # noqa: ANN401
    """Return which words are in each text, rows of length 1, sparse ``(n, v)``; "didn't" is one word."""
    from scipy import sparse

    numbers: dict[str, int] = {}
    sets = [{numbers.setdefault(w, len(numbers)) for w in _SPOKEN.findall(text.lower())} for text in texts]
    sizes = np.array([len(words) for words in sets], np.int64)
    columns = np.array([word for words in sets for word in sorted(words)], np.int64)
    values = np.repeat(1 / np.sqrt(np.maximum(sizes, 1)), sizes).astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    return sparse.csr_matrix((values, columns, starts), shape=(len(texts), max(len(numbers), 1)))


def letter_vectors(texts: Sequence[str], *, shortest: int = 3, longest: int = 5) -> Any:  # noqa: ANN401
    """Return TF-IDF of runs of ``shortest`` to ``longest`` letters, hashed, sparse ``(n, v)``.

    A run may reach over one space. The hash is a polynomial of the code points, so it is the same on every machine.
    """
    padded = [" " + " ".join(text.lower().split()) + " " for text in texts]
    lengths = np.array([len(text) for text in padded], np.int64)
    points = np.frombuffer("\0".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    owners = np.repeat(np.arange(len(padded)), lengths + 1)[:-1] if len(padded) else np.zeros(0, np.int64)
    # Runs in very few texts say nothing, those in very many say little and cost the most.
    commonest = 0.1 if len(texts) >= 100 else 1.0
    return _runs(points, owners, range(shortest, longest + 1), len(texts), rarest=2, commonest=commonest)


def _runs(
    items: NDArray[np.uint64],
    owners: NDArray[np.int64],
    lengths: range,
    n: int,
    *,
    rarest: int = 1,
    commonest: float = 1.0,
) -> Any:  # noqa: ANN401
    """Return TF-IDF of the runs of items that do not reach over a gap, hashed into columns."""
    from scipy import sparse

    rows, columns = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for length in lengths:
        count = max(len(items) - length + 1, 0)
        code = np.full(count, length, np.uint64)
        whole = np.ones(count, bool)
        for offset in range(length):
            part = items[offset : offset + count]
            code = code * np.uint64(1099511628211) + part
            whole &= part != _GAP
        # The high bits of a product are mixed best, so the column is taken from there.
        mixed = (code ^ (code >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15)
        rows.append(owners[:count][whole])
        columns.append((mixed[whole] >> np.uint64(64 - _BITS)).astype(np.int64))
    row, column = np.concatenate(rows), np.concatenate(columns)
    used = np.zeros(1 << _BITS, bool)
    used[column] = True
    column = (np.cumsum(used) - 1)[column]
    ones = np.ones(len(row), np.float32)
    counts = sparse.csr_matrix((ones, (row, column)), shape=(n, max(int(used.sum()), 1)))
    counts.sum_duplicates()
    return _weighted(counts, rarest=rarest, commonest=commonest)


def _weighted(counts: Any, *, rarest: int, commonest: float) -> Any:  # noqa: ANN401
    """Return ``(1 + log tf) * idf`` with smoothed idf, scaled by length.

    Terms in fewer than ``rarest`` rows, or in more than the share ``commonest`` of them, fall out.
    """
    from scipy import sparse

    n = counts.shape[0]
    held = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = (np.log((1 + n) / (1 + held)) + 1).astype(np.float32) * ((held >= rarest) & (held <= commonest * n))
    weighted = counts.copy()
    weighted.data = (1 + np.log(weighted.data)) * idf[weighted.indices]
    weighted.eliminate_zeros()
    norms: NDArray[np.float64] = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1), dtype=np.float64)).ravel()
    typical = float(np.median(norms[norms > 0])) if (norms > 0).any() else 1.0
    scale = np.where(norms > 0, (np.maximum(norms, 1e-9) / typical) ** -LENGTH_POWER / typical, 0.0)
    return sparse.csr_matrix(sparse.diags(scale.astype(np.float32)) @ weighted, dtype=np.float32)
