"""Bring rows and edits of one copy of a project into another, and take a copy back to a past state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coding.model import Edit
from coding.store import rows
from coding.store.base import PAST, Base
from coding.store.decisions import KEYS, edit_row

Row = dict[str, Any]

FIRST = ("transcripts", "participants", "speakers", "segments")
"""These tables are written before the others, which refer to them."""

ALONG = ("theme_runs", "themes", "theme_stretches")
"""Results that were stored once and never change: of each table, those that are not here yet come along."""


@dataclass(frozen=True, slots=True)
class MergeRecord:
    """A merge that was made: when, by whom, from which file, how many edits came, and the report as JSON."""

    id: str
    at: str
    by: str
    file: str
    edits: int
    report: str


class Joining(Base):
    """Reads a project whole, and writes what a merge has worked out."""

    def stamped(self) -> list[tuple[str, Edit]]:
        """Return every edit with its clock, in that order."""
        return [(str(row["clock"]), rows.edit(row)) for row in self._query("SELECT * FROM edits ORDER BY clock, id")]

    def table(self, name: str) -> list[Row]:
        """Return all rows of a table that edits may change."""
        return self._query(f'SELECT * FROM "{name}" ORDER BY "{KEYS[name]}"')

    def coder_rows(self) -> list[Row]:
        """Return the coders as they are stored."""
        return self._query("SELECT * FROM coders ORDER BY created_at, name")

    def merges(self) -> list[MergeRecord]:
        """Return the merges that were made into this project or a copy of it, the oldest first."""
        return [MergeRecord(**row) for row in self._query("SELECT * FROM merges ORDER BY at, id")]

    def merged(self) -> int:
        """Return how many merges were made into this project or a copy of it."""
        return int(self._value("SELECT count(*) FROM merges"))

    def add_merge(self, record: MergeRecord) -> None:
        """Note a merge."""
        names = ("id", "at", "by", "file", "edits", "report")
        with self.transaction():
            self._insert("merges", [{name: getattr(record, name) for name in names}], replace=True)

    def put_coders(self, coders: Sequence[Row]) -> int:
        """Add coders that are not here, and keep the earlier time of those that are; return how many are new."""
        known = {str(row["name"]): row for row in self.coder_rows()}
        new = [row for row in coders if row["name"] not in known]
        with self.transaction():
            self._insert("coders", new)
            for row in coders:
                if row["name"] in known and row["created_at"] < known[str(row["name"])]["created_at"]:
                    self.db.conn.execute(
                        "UPDATE coders SET created_at = ? WHERE name = ?", [row["created_at"], row["name"]]
                    )
        return len(new)

    def put_edits(self, edits: Sequence[tuple[str, Edit]]) -> None:
        """Add edits of another copy with their own clocks; what they changed is written by :meth:`put_rows`."""
        self._insert("edits", [edit_row(edit, clock) for clock, edit in edits])

    def put_rows(self, wanted: Mapping[tuple[str, str], Mapping[str, Any] | None]) -> int:
        """Make rows of tables what they are to be, and return how many were not so already.

        Args:
            wanted: By table and key the row, or ``None`` for none.
        """
        order = sorted(wanted, key=lambda key: (FIRST.index(key[0]) if key[0] in FIRST else len(FIRST), key))
        with self.transaction():
            # Rows that refer to one another may come in any order; SQLite looks when the transaction ends.
            self.db.conn.execute("PRAGMA defer_foreign_keys = ON")
            todo = [(key, now) for key in order if (now := self._find(*key)) != wanted[key]]
            for (table, key), now in todo:
                if now is not None and wanted[table, key] is None:
                    self.db.conn.execute(f'DELETE FROM "{table}" WHERE "{KEYS[table]}" = ?', [key])
            for (table, key), now in todo:
                row = wanted[table, key]
                if row is not None:
                    self._put(table, key, now, row)
        return len(todo)

    def _put(self, table: str, key: str, now: Row | None, row: Mapping[str, Any]) -> None:
        if now is None:
            self._insert(table, [row])
            return
        new = {name: value for name, value in row.items() if now[name] != value}
        pairs = ", ".join(f'"{name}" = ?' for name in new)
        self.db.conn.execute(f'UPDATE "{table}" SET {pairs} WHERE "{KEYS[table]}" = ?', [*new.values(), key])

    def _find(self, table: str, key: str) -> Row | None:
        found = self._query(f'SELECT * FROM "{table}" WHERE "{KEYS[table]}" = ?', [key])
        return found[0] if found else None

    def put_aside(self, other: Base, transcripts: Iterable[str]) -> None:
        """Take from another copy what no edit changes: the turns of new transcripts, and results already there."""
        with self.transaction():
            for transcript_id in transcripts:
                self._insert("turns", other._query("SELECT * FROM turns WHERE transcript_id = ?", [transcript_id]))
            names = "SELECT model, text_sha256 FROM embeddings"
            known = {(row["model"], row["text_sha256"]) for row in self._query(names)}
            for row in other._query(names):
                key = (row["model"], row["text_sha256"])
                if key not in known:
                    whole = "SELECT * FROM embeddings WHERE model = ? AND text_sha256 = ?"
                    self._insert("embeddings", other._query(whole, key))

            for table in ALONG:
                self._add_missing(table, other._query(f"SELECT * FROM {table}"))

    def _add_missing(self, table: str, rows: Sequence[Row]) -> None:
        if rows:
            marks = ", ".join("?" for _ in rows[0])
            self.db.conn.executemany(
                f"INSERT OR IGNORE INTO {table} VALUES ({marks})", [tuple(row.values()) for row in rows]
            )

    def put_in_order(self) -> None:
        """Number transcripts, coders and speakers by time, so that every copy lists them alike."""
        with self.transaction():
            for table, order in (
                ("transcripts", "imported_at, id"),
                ("coders", "created_at, name"),
                ("speakers", "(SELECT t.rowid FROM transcripts t WHERE t.id = transcript_id), rowid"),
            ):
                numbers = [row["n"] for row in self._query(f"SELECT rowid AS n FROM {table} ORDER BY {order}")]
                if numbers == sorted(numbers):
                    continue
                # Numbers below zero are free, so no row takes the number of another on the way.
                pairs = [(-at, number) for at, number in enumerate(numbers, start=1)]
                self.db.conn.executemany(f"UPDATE {table} SET rowid = ? WHERE rowid = ?", pairs)
                self.db.conn.execute(f"UPDATE {table} SET rowid = -rowid WHERE rowid < 0")

    def rewind(
        self, clock: str, wanted: Mapping[tuple[str, str], Mapping[str, Any] | None], transcripts: Iterable[str]
    ) -> None:
        """Take a copy of a project back to a past state; never call this on a project that somebody works on.

        Args:
            clock: Edits after it go.
            wanted: The rows as they were then.
            transcripts: Those that were not there yet; they go with everything in them.
        """
        conn = self.db.conn
        with self.transaction():
            rules = self._query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
            for rule in rules:
                conn.execute(f'DROP TRIGGER "{rule["name"]}"')
            conn.execute("PRAGMA defer_foreign_keys = ON")
            conn.execute("DELETE FROM edits WHERE clock > ?", [clock])
            conn.execute("DELETE FROM acts WHERE batch NOT IN (SELECT batch FROM edits)")
            # The machine's results are those of today, and would tell what nobody knew then.
            conn.execute("DELETE FROM suggestions")
            self.put_rows(wanted)
            for transcript_id in transcripts:
                mine = self._query("SELECT participant_id AS id FROM speakers WHERE transcript_id = ?", [transcript_id])
                for table in ("segments", "speakers", "turns"):
                    conn.execute(f"DELETE FROM {table} WHERE transcript_id = ?", [transcript_id])
                conn.execute("DELETE FROM transcripts WHERE id = ?", [transcript_id])
                conn.executemany(
                    "DELETE FROM participants WHERE id = ? AND id NOT IN (SELECT participant_id FROM speakers)",
                    [(row["id"],) for row in mine],
                )
            conn.execute("DELETE FROM theme_runs WHERE found_at > ?", [clock])
            conn.execute("DELETE FROM merges WHERE at > ?", [clock])
            conn.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [PAST, clock])
            for rule in rules:
                conn.execute(str(rule["sql"]))
