"""What every part of the store stands on: one connection, reads, and one transaction at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from coding.errors import ProjectError
from coding.store.connection import sentences

PAST = "past.as_of"
"""The setting that marks a file as a project of the past: its moment, UTC."""

Params = Sequence[object] | dict[str, object]


class Base:
    """Holds the connection to one project file."""

    def __init__(self, path: Path, db: Database) -> None:
        self.path = path
        self.db = db
        self._past: str | None = None
        self._texts: dict[str, str] = {}

    def _query(self, sql: str, params: Params = ()) -> list[dict[str, Any]]:
        with sentences(self.path):
            cursor = self.db.conn.execute(sql, params)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def _value(self, sql: str, params: Params = ()) -> Any:  # noqa: ANN401 - whatever the column holds
        with sentences(self.path):
            row = self.db.conn.execute(sql, params).fetchone()
        return None if row is None else row[0]

    @property
    def past(self) -> str:
        """Return the moment that this project shows where it is one of the past, UTC; else an empty string."""
        if self._past is None:
            self._past = str(self._value("SELECT value FROM meta WHERE key = ?", [PAST]) or "")
        return self._past

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes inside the block one: stored together, or not at all.

        A transaction inside another is part of it. Writers of other processes wait up to ten seconds.

        Raises:
            ProjectError: The project is busy or one of the past, the disk is full, or the file cannot be written.
        """
        conn = self.db.conn
        with sentences(self.path):
            if conn.in_transaction:
                yield
                return
            if self.past:
                when = self.past[:16].replace("T", " ")
                raise ProjectError(f"this is the study as it was on {when} UTC; it can be looked at, not changed")
            conn.execute("BEGIN IMMEDIATE")
            try:
                yield
                conn.execute("COMMIT")
            except BaseException:
                if conn.in_transaction:
                    conn.execute("ROLLBACK")
                self._texts.clear()
                raise

    def _insert(self, table: str, rows: Sequence[Mapping[str, Any]], *, replace: bool = False) -> None:
        if not rows:
            return
        names = list(rows[0])
        columns = ", ".join(f'"{name}"' for name in names)
        marks = ", ".join("?" for _ in names)
        verb = "INSERT OR REPLACE" if replace else "INSERT"
        with self.transaction():
            self.db.conn.executemany(
                f'{verb} INTO "{table}" ({columns}) VALUES ({marks})',
                [tuple(row[name] for name in names) for row in rows],
            )
