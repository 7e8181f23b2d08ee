"""Whether a file has the structure of a project, and nothing beside it that could act by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from coding.errors import ProjectError
from coding.migrations import migrations

_OWN = "_sqlite_migrations"
"""What sqlite-utils keeps the names of the steps in; its columns are its own matter."""

Parts = dict[tuple[str, str], str]


def check_schema(conn: sqlite3.Connection, path: Path) -> None:
    """Refuse a project with triggers, views, tables or columns that this tool did not make.

    Triggers and views run when a project is read or written, so a file from outside could change what people decide.

    Args:
        conn: Open on the file, whose schema is not trusted.
        path: For the message.

    Raises:
        ProjectError: Something is there that no version made, or is missing; or a newer version made the file.
    """
    found = _parts(conn)
    if ("table", _OWN) not in found or found["table", _OWN].upper().startswith("CREATE VIRTUAL"):
        raise ProjectError("this is not a project of this tool", path=path)
    steps = {str(row[0]) for row in conn.execute(f'SELECT name FROM "{_OWN}"')}
    known = {step.name for step in migrations._migrations}
    if steps - known:
        raise ProjectError("this project was made by a newer version of the tool; install that version", path=path)
    wanted = _made(steps)
    for kind, name in sorted({*found, *wanted} - {("table", _OWN)}):
        if found.get((kind, name)) != wanted.get((kind, name)):
            state = "has been tampered with" if (kind, name) in wanted else "is not from this tool"
            raise ProjectError(f"the {kind} {name[:60]!r} in this file {state}, so it was not opened", path=path)


def check_places(conn: sqlite3.Connection, path: Path) -> None:
    """Refuse a project whose codings stand outside their transcripts.

    Raises:
        ProjectError: There is such a coding.
    """
    outside = conn.execute(
        """SELECT count(*) FROM codings c JOIN transcripts t ON t.id = c.transcript_id
           WHERE NOT (c.start_char >= 0 AND c.start_char < c.end_char AND c.end_char <= length(t.text))"""
    ).fetchone()[0]
    if outside:
        raise ProjectError(f"{outside} codings in this file stand outside their transcripts; take another", path=path)


def _parts(conn: sqlite3.Connection) -> Parts:
    """Return the SQL of all parts by kind and name, with single spaces."""
    rows = conn.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master").fetchall()
    return {
        (kind, name): " ".join(sql.split())
        for kind, name, table, sql in rows
        if not name.startswith("sqlite_stat") and (kind, table) != ("index", _OWN)
    }


def _made(steps: set[str]) -> Parts:
    """Return what these steps make."""
    with closing(sqlite3.connect(":memory:")) as conn:
        db = Database(conn)
        for step in migrations._migrations:
            if step.name in steps:
                step.fn(db)
        return _parts(conn)
