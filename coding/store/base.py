"""What every part of the store stands on: one connection, reads, and one transaction at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from coding.store.connection import sentences

Params = Sequence[object] | dict[str, object]


class Base:
    """Holds the connection to one project file."""

    def __init__(self, path: Path, db: Database) -> None:
        self.path = path
        self.db = db

    def _query(self, sql: str, params: Params = ()) -> list[dict[str, Any]]:
        with sentences(self.path):
            cursor = self.db.conn.execute(sql, params)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def _value(self, sql: str, params: Params = ()) -> Any:  # noqa: ANN401 - whatever the column holds
        with sentences(self.path):
            row = self.db.conn.execute(sql, params).fetchone()
        return None if row is None else row[0]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes inside the block one: stored together, or not at all.

        A transaction inside another is part of it. Writers of other processes wait up to ten seconds.

        Raises:
            ProjectError: The project is busy, the disk is full, or the file cannot be written.
        """
        conn = self.db.conn
        with sentences(self.path):
            if conn.in_transaction:
                yield
                return
            conn.execute("BEGIN IMMEDIATE")
            try:
                yield
                conn.execute("COMMIT")
            except BaseException:
                if conn.in_transaction:
                    conn.execute("ROLLBACK")
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
