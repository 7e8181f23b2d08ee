"""Whether a stretch of talk tells of behaviour or of its lack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coding.model import Valence
from coding.suggest import solve
from coding.suggest.rows import Row
from coding.suggest.types import Decision

Doubles = NDArray[np.float64]

_MOST = 200
_NOISE = 1.0


def told(
    rows: Sequence[Row], decisions: Mapping[int, Sequence[Decision]], column: Mapping[str, int]
) -> tuple[NDArray[np.intp], NDArray[np.intp], Doubles]:
    """Return which rows tell of behaviour or its lack, of which code, and how far of its lack, from 0 to 1."""
    where: list[tuple[int, int, float]] = []
    for i, row in enumerate(rows):
        if row.kind in ("example", "contrary"):
            where.append((i, row.code, float(row.kind == "contrary")))
        votes: dict[int, list[float]] = {}
        for one in decisions.get(row.unit, ()) if row.unit >= 0 else ():
            if one.code_id is not None and one.positive:
                votes.setdefault(column[one.code_id], []).append(_share(one.valence))
        where += [(i, j, sum(cast) / len(cast)) for j, cast in votes.items()]
    lacking = [one for one in where if one[2] >= 0.5]
    shown = [one for one in where if one[2] < 0.5]
    kept = sorted(_thin(lacking) + _thin(shown))
    return (
        np.array([i for i, _, _ in kept], np.intp),
        np.array([j for _, j, _ in kept], np.intp),
        np.array([share for _, _, share in kept], np.float64),
    )


def lacking(
    meaning: NDArray[np.float32],
    words: Any,  # noqa: ANN401
    rows: NDArray[np.intp],
    codes: NDArray[np.intp],
    shares: Doubles,
) -> NDArray[np.float32]:
    """Return how far each text tells of a lack, from 0 to 1, ``(n,)``.

    Ridge regression on embeddings and on plain words, in which "never" and "nobody" count as much as any. Likeness of
    topic must not decide, since a contrary example is about the same as an example. So what the rows of one code have
    in common is taken out first, and only contrasts within codes are learnt. The left-out predictions tell how much
    of the contrast holds for new text, and the answer is moved away from the average by no more than that.

    Args:
        meaning: Embeddings of all texts, ``(n, d)``.
        words: Word vectors of all texts, sparse ``(n, v)``.
        rows: The texts that were told of, ``(m,)``.
        codes: Of which code, ``(m,)``.
        shares: How far of its lack, from 0 to 1, ``(m,)``.
    """
    if not (shares >= 0.5).any():
        return np.zeros(len(meaning), np.float32)
    if not (shares < 0.5).any():
        return np.ones(len(meaning), np.float32)
    used, of = np.unique(codes, return_inverse=True)
    inside = (of[:, None] == np.arange(len(used))).astype(np.float64)
    centre = np.eye(len(rows)) - inside @ (inside / inside.sum(axis=0)).T
    alike = (meaning[rows] @ meaning[rows].T).astype(np.float64) + (words[rows] @ words[rows].T).toarray()
    target = (centre @ shares)[:, None]
    kept = solve.inverse(centre @ alike @ centre.T, np.full(len(rows), _NOISE))
    weights = kept @ target
    left = solve.left_out(kept, weights, target)[:, 0]
    holds = float(np.clip(left @ target[:, 0] / max(float(left @ left), 1e-12), 0.0, 2.0))
    pull = (centre.T @ weights)[:, 0].astype(np.float32)
    scores = meaning @ (meaning[rows].T @ pull) + words @ (words[rows].T @ pull)
    average = float(shares.mean())
    result: NDArray[np.float32] = np.clip(average + holds * (scores - scores[rows].mean()), 0, 1).astype(np.float32)
    return result


def decided(made: Sequence[Decision], code_id: str) -> Valence | None:
    """Return the valence that people gave a code in a unit; unclear where they disagree, ``None`` without any."""
    cast = [_share(one.valence) for one in made if one.code_id == code_id and one.positive]
    if not cast:
        return None
    mean = sum(cast) / len(cast)
    return Valence.LACKING if mean > 0.5 else Valence.SHOWN if mean < 0.5 else Valence.UNCLEAR


def _share(valence: Valence) -> float:
    return {Valence.SHOWN: 0.0, Valence.UNCLEAR: 0.5, Valence.LACKING: 1.0}[valence]


def _thin(some: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    return [some[i] for i in np.unique(np.linspace(0, len(some) - 1, _MOST).astype(int))] if len(some) > _MOST else some
