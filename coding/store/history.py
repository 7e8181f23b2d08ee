"""What the history of a project says in numbers, without reading every edit whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from coding.model import Edit
from coding.store import rows
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


@dataclass(frozen=True, slots=True)
class Sought:
    """Which edits somebody looks for; what is ``None`` does not matter.

    Attributes:
        coder: Who made them.
        code_id: The code that they are about: codings with it, refusals of it, memos on it, the code itself.
        transcript_id: The transcript that they are in.
        kind: What was done, such as ``add-coding``.
        since: Not before this moment, UTC, ISO 8601.
        until: Not after it.
    """

    coder: str | None = None
    code_id: str | None = None
    transcript_id: str | None = None
    kind: str | None = None
    since: str | None = None
    until: str | None = None


class History(Base):
    """Reads the history as a whole."""

    def kinds(self) -> list[str]:
        """Return the kinds of edits that there are."""
        return [str(row["kind"]) for row in self._query("SELECT DISTINCT kind FROM edits ORDER BY kind")]

    def clock(self, edit_id: str) -> str:
        """Return the clock of an edit; an empty string where there is no such edit."""
        return str(self._value("SELECT clock FROM edits WHERE id = ?", [edit_id]) or "")

    def find_edits(self, sought: Sought, *, last: int | None = None) -> list[Edit]:
        """Return the edits that somebody looks for, the oldest first.

        Args:
            sought: Which.
            last: Only the newest so many.
        """
        where, params = ["1"], list[object]()
        for column in ("coder", "transcript_id", "kind"):
            if (value := getattr(sought, column)) is not None:
                where.append(f"{column} = ?")
                params.append(value)
        if sought.since is not None:
            where.append("at >= ?")
            params.append(sought.since)
        if sought.until is not None:
            where.append("at <= ?")
            params.append(sought.until)
        if sought.code_id is not None:
            # A code stands in the rows of an edit as a value, as what a memo is on, or in a list inside a value.
            forms = [rows.dumps(form) for form in (sought.code_id, f"code:{sought.code_id}")]
            forms.append(rows.dumps(rows.dumps(sought.code_id))[1:-1])
            where.append(f"({' OR '.join('instr(changes, ?) > 0' for _ in forms)})")
            params += forms
        limit = "" if last is None else f"LIMIT {int(last)}"
        found = self._query(
            f"SELECT * FROM edits WHERE {' AND '.join(where)} ORDER BY clock DESC, seq DESC {limit}", params
        )
        return [rows.edit(row) for row in reversed(found)]

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
