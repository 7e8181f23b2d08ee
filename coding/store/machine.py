"""What the machine worked out and can work out again: embeddings and suggestions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from coding.model import Suggestion
from coding.store import rows
from coding.store.base import Base

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray


def text_hash(text: str) -> bytes:
    """Return the SHA-256 of a text in UTF-8, 32 bytes."""
    return hashlib.sha256(text.encode()).digest()


class Machine(Base):
    """Reads and writes what can be computed again."""

    def embeddings(self, model: str, texts: Iterable[str]) -> dict[str, NDArray[float32]]:
        """Return the stored embeddings of those of ``texts`` that have one, each of shape ``(d,)``."""
        import numpy as np

        by_hash = {text_hash(text): text for text in texts}
        found: dict[str, NDArray[float32]] = {}
        for part in _parts(list(by_hash), 500):
            marks = ", ".join("?" for _ in part)
            for row in self._query(
                f"SELECT text_sha256, vector FROM embeddings WHERE model = ? AND text_sha256 IN ({marks})",
                [model, *part],
            ):
                found[by_hash[row["text_sha256"]]] = np.frombuffer(row["vector"], dtype="<f4")
        return found

    def add_embeddings(self, model: str, vectors: Mapping[str, NDArray[float32]]) -> None:
        """Store the embedding of each text, once."""
        self._insert(
            "embeddings",
            [
                {"model": model, "text_sha256": text_hash(text), "vector": vector.astype("<f4").tobytes()}
                for text, vector in vectors.items()
            ],
            replace=True,
        )

    def suggestions(self, transcript_id: str | None = None) -> list[Suggestion]:
        """Return the stored suggestions in reading order, the best of a segment first."""
        where = "" if transcript_id is None else "WHERE g.transcript_id = ?"
        found = self._query(
            f"""SELECT s.start_char, s.end_char, g.* FROM suggestions g JOIN segments s ON s.key = g.segment_key
                JOIN transcripts t ON t.id = g.transcript_id {where}
                ORDER BY t.rowid, s.start_char, g.rank""",
            [] if transcript_id is None else [transcript_id],
        )
        return [rows.suggestion(row) for row in found]

    def set_suggestions(self, transcript_id: str, suggestions: Sequence[Suggestion]) -> None:
        """Replace all suggestions of one transcript; those of one segment come best first."""
        new = []
        for key, group in groupby(suggestions, key=lambda s: f"{s.transcript_id}:{s.start_char}-{s.end_char}"):
            for rank, item in enumerate(group):
                new.append(
                    {
                        "segment_key": key,
                        "code_id": item.code_id,
                        "transcript_id": transcript_id,
                        "score": item.score,
                        "probability": item.probability,
                        "state": item.state.value,
                        "valence": item.valence.value,
                        "evidence": rows.evidence_to_json(item.evidence),
                        "rank": rank,
                    }
                )
        with self.transaction():
            self.db.conn.execute("DELETE FROM suggestions WHERE transcript_id = ?", [transcript_id])
            self._insert("suggestions", new)


def _parts(items: Sequence[bytes], size: int) -> list[Sequence[bytes]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
