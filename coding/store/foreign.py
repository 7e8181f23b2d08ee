"""Read tables of other tools' SQLite files, which are hostile until read: in memory, and nothing in them is run."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from coding.errors import ReadError

MOST_ROWS = 1_000_000
MOST_STEPS = 2_000
_STEP = 100_000


def is_sqlite(data: bytes) -> bool:
    """Tell whether bytes are a SQLite file."""
    return data.startswith(b"SQLite format 3\0")


def read_tables(data: bytes, wanted: Mapping[str, Sequence[str]], *, name: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of some tables.

    Args:
        data: The bytes of a SQLite file.
        wanted: The columns to read of each table; those that the file has not are left out of its rows.
        name: The file's name, for messages.

    Returns:
        The rows of each table that is there, in the order of their ids. Views are not read: they could run anything.

    Raises:
        ReadError: It is no SQLite file, damaged, or larger than any study.
    """
    if not is_sqlite(data):
        raise ReadError("the file is no SQLite file, or damaged; export it again", path=name)
    conn = sqlite3.connect(":memory:")
    try:
        conn.deserialize(_rollback_mode(data))
        conn.execute("PRAGMA trusted_schema = OFF")
        conn.execute("PRAGMA query_only = ON")
        steps = iter(range(MOST_STEPS))
        conn.set_progress_handler(lambda: int(next(steps, None) is None), _STEP)
        return {table: rows for table, columns in wanted.items() if (rows := _rows(conn, table, columns)) is not None}
    except (sqlite3.Error, OverflowError) as err:
        raise ReadError("the file is no SQLite file, or damaged; export it again", path=name) from err
    finally:
        conn.close()


def _rows(conn: sqlite3.Connection, table: str, columns: Sequence[str]) -> list[dict[str, Any]] | None:
    found = conn.execute("SELECT type FROM sqlite_master WHERE name = ?", [table]).fetchone()
    if found is None or found[0] != "table":
        return None
    there = {row[1] for row in conn.execute(f'PRAGMA table_info("{table}")')}
    chosen = [column for column in columns if column in there]
    if not chosen:
        return None
    names = ", ".join(f'"{column}"' for column in chosen)
    cursor = conn.execute(f'SELECT {names} FROM "{table}" ORDER BY 1 LIMIT {MOST_ROWS}')
    return [dict(zip(chosen, row, strict=True)) for row in cursor]


def _rollback_mode(data: bytes) -> bytes:
    """Return the bytes as a file without write-ahead log, which a database in memory cannot have."""
    if data[18:20] == b"\2\2":
        return data[:18] + b"\1\1" + data[20:]
    return data
