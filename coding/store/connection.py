"""Open a project file, and turn SQLite's errors into sentences."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from coding.errors import ProjectError
from coding.migrations import migrations

APPLICATION_ID = 0x464F4343
"""Marks a SQLite file as a project of this tool (``FOCC``)."""

BUSY_TIMEOUT_S = 10.0


@contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Raise :class:`ProjectError` with a sentence in place of an error of SQLite.

    Raises:
        ProjectError: The file is busy, full, damaged, read-only or no database at all.
    """
    try:
        yield
    except sqlite3.Error as err:
        raise ProjectError(_sentence(err), path=path) from err


def _sentence(err: sqlite3.Error) -> str:
    text = str(err)
    for part, sentence in _SENTENCES:
        if part in text:
            return sentence
    return f"the project could not be read or written ({text}); nothing that was stored before is lost"


_SENTENCES = (
    ("database is locked", "another process is writing to this project and did not finish in time; try again"),
    ("database or disk is full", "the disk is full, so nothing was stored; free some space and try again"),
    ("disk I/O error", "the disk did not take what was written, so nothing was stored; check it and try again"),
    ("readonly database", "the project cannot be written; check the rights of the file and of its folder"),
    ("unable to open database", "the project cannot be opened; check that its folder exists and can be written"),
    ("file is not a database", "this is not a project file; name a project, or a new file to make one"),
    ("malformed", "the project file is damaged; restore the last backup"),
    ("edits are append-only", "an edit cannot be changed or deleted; undo it instead"),
    ("text of a transcript never changes", "the text of a transcript never changes; import the new text beside it"),
)


def connect(path: Path, *, create: bool) -> Database:
    """Open the SQLite file at ``path`` with write-ahead log, foreign keys and the newest schema.

    Args:
        path: The project file.
        create: Make a new project where there is none.

    Raises:
        ProjectError: It is a folder, missing, not a project, read-only, damaged, busy, or made by a newer version.
    """
    _check_path(path, create=create)
    with sentences(path):
        conn = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, check_same_thread=False)
        try:
            db = Database(conn)
            _check_kind(db, path)
            conn.execute("PRAGMA foreign_keys = ON")
            conn.execute("PRAGMA synchronous = FULL")
            if conn.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                conn.execute("PRAGMA journal_mode = WAL")
            _migrate(db)
        except BaseException:
            conn.close()
            raise
    return db


def _check_path(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise ProjectError("this is a folder; name a file in it, such as study.sqlite", path=path)
    if path.exists():
        if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
            raise ProjectError(
                "the project cannot be written; check the rights of the file and of its folder", path=path
            )
        return
    if not create:
        raise ProjectError("there is no such project; make one with `coding import` or `coding demo`", path=path)
    if not path.parent.is_dir():
        raise ProjectError("the folder for the new project does not exist; make it first", path=path)
    if not os.access(path.parent, os.W_OK):
        raise ProjectError("the folder for the new project cannot be written", path=path)


def _check_kind(db: Database, path: Path) -> None:
    application_id = db.execute("PRAGMA application_id").fetchone()[0]
    if application_id == APPLICATION_ID:
        known = {step.name for step in migrations.pending(db)} | {step.name for step in migrations.applied(db)}
        newer = {step.name for step in migrations.applied(db)} - {step.name for step in migrations._migrations}
        if newer or not known:
            raise ProjectError(
                "this project was made by a newer version of the tool; install that version to open it", path=path
            )
        return
    if application_id != 0 or db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise ProjectError("this is a SQLite file of something else, not a project; name another file", path=path)


def _migrate(db: Database) -> None:
    if not migrations.pending(db):
        return
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        migrations.apply(db)
        db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.conn.execute("COMMIT")
    except BaseException:
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")
        raise
