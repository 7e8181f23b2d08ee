"""What the history of a project says in numbers, without reading every edit whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from coding.store.base import Base


@dataclass(frozen=True, slots=True)
class Tally:
    """How many edits of one kind one coder made.

    Attributes:
        coder: Who.
        kind: The kind of the edits.
        count: How many; those that were taken back count too.
        first_at: When the first was made.
        last_at: When the last was made.
    """

    coder: str
    kind: str
    count: int
    first_at: str
    last_at: str


@dataclass(frozen=True, slots=True)
class VersionSet:
    """A version of the codebook that somebody put in force, or went back to."""

    version: str
    at: str
    coder: str


class History(Base):
    """Reads the history as a whole."""

    def tally(self) -> list[Tally]:
        """Return how many edits of each kind each coder made, by the coder's name and the kind's."""
        found = self._query(
            """SELECT coder, kind, count(*) AS count, min(at) AS first_at, max(at) AS last_at
               FROM edits GROUP BY coder, kind ORDER BY coder, kind"""
        )
        return [Tally(**row) for row in found]

    def codebook_versions(self) -> list[VersionSet]:
        """Return the versions of the codebook in the order in which they were put in force."""
        found = self._query(
            "SELECT at, coder, changes FROM edits WHERE instr(changes, '\"codebook.version\"') ORDER BY clock"
        )
        versions = []
        for row in found:
            for table, key, _, after in json.loads(row["changes"]):
                if (table, key) == ("meta", "codebook.version") and isinstance(after, Mapping):
                    versions.append(VersionSet(str(after["value"]), row["at"], row["coder"]))
        return versions

    def segmentations(self) -> dict[str, int]:
        """Return the settings that segments were made with, as JSON, each with its number of transcripts."""
        found = self._query("SELECT segmentation, count(*) AS n FROM transcripts GROUP BY segmentation ORDER BY n DESC")
        return {str(row["segmentation"]): int(row["n"]) for row in found}

    def embedding_models(self) -> list[str]:
        """Return the ids of the language models that read this project's talk."""
        return [str(row["model"]) for row in self._query("SELECT DISTINCT model FROM embeddings ORDER BY model")]

    def suggested_segments(self) -> int:
        """Return how many segments have a stored suggestion."""
        return int(self._value("SELECT count(DISTINCT segment_key) FROM suggestions"))
