"""Whole copies of a project file, taken and put back while others work on it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from coding.errors import ProjectError
from coding.store.base import Base
from coding.store.connection import APPLICATION_ID, BUSY_TIMEOUT_S, sentences
from coding.store.schema import check_places, check_schema

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a project file; it belongs to that file alone."""

_PAGES = 2_000
_COUNTED = ("edits", "transcripts", "codings")
_KEPT = ("_sqlite_migrations", "sqlite_sequence")

Row = Mapping[str, Any]


class Copies(Base):
    """Takes a copy of the whole project."""

    @contextmanager
    def copy_in_memory(self) -> Iterator[Self]:
        """Give a copy of the project as it is at this moment, which is gone at the end of the block.

        What is tried on it reaches no disk, and nobody waits for it.

        Raises:
            ProjectError: The project cannot be read.
        """
        with sentences(self.path), closing(sqlite3.connect(":memory:", check_same_thread=False)) as conn:
            self.db.conn.backup(conn)
            conn.execute("PRAGMA foreign_keys = ON")
            yield type(self)(self.path, Database(conn))

    def copy_to(self, target: Path, *, progress: Callable[[int, int], None] | None = None) -> dict[str, int]:
        """Write the project as it is at this moment to a file of its own, whatever others write meanwhile.

        SQLite's online backup reads in one read transaction, so the copy is one state of the project: an act is in it
        wholly or not at all. Nobody has to stop working, and nobody waits.

        Args:
            target: A file that is not there yet.
            progress: Told how many pages are done, and how many there are.

        Returns:
            How many ``edits``, ``transcripts`` and ``codings`` are in the copy.

        Raises:
            ProjectError: The project cannot be read, or the file cannot be written.
        """

        def tell(_: int, left: int, of: int) -> None:
            if progress is not None:
                progress(of - left, of)

        conn = self.db.conn
        with sentences(target), closing(sqlite3.connect(target)) as copy:
            inside = conn.in_transaction
            if not inside:
                conn.execute("BEGIN")
            try:
                # The first read fixes what this connection sees; without it the copy would begin anew at every write.
                conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
                conn.backup(copy, pages=_PAGES, progress=tell)
            finally:
                if not inside:
                    conn.execute("ROLLBACK")
            # One file and nothing beside it, wherever it is carried.
            copy.execute("PRAGMA journal_mode = DELETE")
            return {name: int(copy.execute(f"SELECT count(*) FROM {name}").fetchone()[0]) for name in _COUNTED}


def check_file(path: Path) -> None:
    """Refuse what is not a whole, undamaged project file.

    Raises:
        ProjectError: It is no project, SQLite finds damage in it, or it has triggers, views or tables of somebody else.
    """
    with sentences(path), closing(_readable(path)) as conn:
        if conn.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise ProjectError("this is not a project of this tool", path=path)
        # First of all: what follows must not run anything that somebody put in.
        check_schema(conn, path)
        found = conn.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok" or conn.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise ProjectError("the project in this file is damaged; take another backup", path=path)
        check_places(conn, path)


def put_in(source: Path, target: Path) -> None:
    """Make a project what another file holds, in one transaction: who has it open sees the one or the other.

    Args:
        source: A project file.
        target: A project that is there.

    Raises:
        ProjectError: Somebody writes to the project all the time, or it cannot be written.
    """
    with (
        sentences(target),
        closing(_readable(source)) as old,
        closing(sqlite3.connect(target, timeout=BUSY_TIMEOUT_S)) as conn,
    ):
        conn.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}")
        # All pages in one step: in several, a reader could see the half of it.
        old.backup(conn, pages=-1)


def place(source: Path, target: Path) -> None:
    """Give a file its name, unless there is one of that name.

    Raises:
        ProjectError: There is such a file, or none can be made there.
    """
    try:
        # Unlike a rename, a link never takes the place of a file that somebody made in the meantime.
        os.link(source, target)
        source.unlink()
    except FileExistsError as err:
        raise ProjectError("there is such a file already; name another one", path=target) from err
    except OSError:
        _place_without_links(source, target)


def _place_without_links(source: Path, target: Path) -> None:
    """Do the same where the disk knows no links, such as a memory stick."""
    if target.exists():
        raise ProjectError("there is such a file already; name another one", path=target)
    try:
        source.rename(target)
    except OSError as err:
        raise ProjectError(f"the file cannot be written ({err.strerror})", path=target) from err


def rewrite_rows(
    path: Path, change: Callable[[str, dict[str, Any]], Row | None], *, tables: Collection[str] | None = None
) -> None:
    """Rewrite every row of a copy of a project, whatever the rules that keep a project as it is.

    This is for copies that are handed out, never for a project that somebody works on.

    Args:
        path: The copy.
        change: Takes a table's name and a row, and returns the row as it is to be, or ``None`` for a row to leave out.
        tables: Only these; all where it is ``None``.

    Raises:
        ProjectError: The copy cannot be written.
    """
    with sentences(path), closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA foreign_keys = OFF")
        conn.execute("BEGIN IMMEDIATE")
        rules = conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name").fetchall()
        for name, _ in rules:
            conn.execute(f'DROP TRIGGER "{name}"')
        for table in _tables(conn):
            if tables is None or table in tables:
                _rewrite(conn, table, change)
        for _, sql in rules:
            conn.execute(sql)
        conn.execute("COMMIT")
        # Without this, what was there before could still be read from the free pages of the file.
        conn.execute("VACUUM")


def _rewrite(conn: sqlite3.Connection, table: str, change: Callable[[str, dict[str, Any]], Row | None]) -> None:
    cursor = conn.execute(f'SELECT * FROM "{table}" {_in_order(conn, table)}')
    names = [column[0] for column in cursor.description]
    new = [made for row in cursor.fetchall() if (made := change(table, dict(zip(names, row, strict=True)))) is not None]
    conn.execute(f'DELETE FROM "{table}"')
    marks = ", ".join("?" for _ in names)
    conn.executemany(f'INSERT INTO "{table}" VALUES ({marks})', [tuple(row[name] for name in names) for row in new])


def _in_order(conn: sqlite3.Connection, table: str) -> str:
    """Return how to read rows in the order in which they were made, where the table keeps it."""
    try:
        conn.execute(f'SELECT rowid FROM "{table}" LIMIT 0')
    except sqlite3.OperationalError:
        return ""
    return "ORDER BY rowid"


def _tables(conn: sqlite3.Connection) -> Iterator[str]:
    found = conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    for (name,) in found:
        if name not in _KEPT and not name.startswith("sqlite_"):
            yield name


def _readable(path: Path) -> sqlite3.Connection:
    conn = sqlite3.connect(path)
    # Somebody else made this file: nothing in its schema may call more than plain functions.
    conn.execute("PRAGMA trusted_schema = OFF")
    conn.execute("PRAGMA query_only = ON")
    return conn


def drop_copy(path: Path) -> None:
    """Delete a copy with what SQLite keeps beside it."""
    for name in ("", *BESIDE):
        with suppress(FileNotFoundError):
            path.with_name(path.name + name).unlink()
