"""Codings, rejections, reviews, memos and the edits that made them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coding.errors import EditError, ProjectError
from coding.model import CONSENSUS, MACHINE, Change, Coding, Edit, tick, utc_now
from coding.store import rows
from coding.store.base import Base

KEYS = {
    "codings": "id",
    "rejections": "key",
    "reviews": "key",
    "memos": "key",
    "codes": "id",
    "meta": "key",
    "participants": "id",
    "speakers": "key",
    "segments": "key",
    "transcripts": "id",
    "framework_clusters": "id",
    "framework_behaviours": "id",
    "theme_decisions": "id",
    "team": "coder",
    "assignments": "key",
    "settlements": "key",
    "apart": "key",
    "survey_items": "id",
    "survey_answers": "id",
}
"""The tables that edits may change, with the column that names a row."""

_CHANGED = "this has changed in the meantime; look at it again and repeat the step if it still fits"
_FEW = 8
_FEW_KEYS = 500

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A suggestion that a coder refused."""

    key: str
    transcript_id: str
    start_char: int
    end_char: int
    code_id: str
    coder: str
    score: float | None
    probability: float | None
    created_at: str


@dataclass(frozen=True, slots=True)
class Review:
    """A stretch of talk that a coder has finished: what is not coded there is not there."""

    key: str
    transcript_id: str
    start_char: int
    end_char: int
    coder: str
    blind: int
    created_at: str


@dataclass(frozen=True, slots=True)
class Memo:
    """A note of a coder on a coding, a segment, a code, a transcript or the project."""

    key: str
    target: str
    coder: str
    text: str
    created_at: str


class Decisions(Base):
    """Reads what coders decided; writes only through :func:`coding.edits.apply_edits`."""

    # coders

    def coders(self) -> list[str]:
        """Return the names of all coders, the first one first."""
        return [str(row["name"]) for row in self._query("SELECT name FROM coders ORDER BY rowid")]

    def add_coder(self, name: str, *, role: str = "researcher") -> str:
        """Note a person by name; knowing the name already is fine.

        Raises:
            ProjectError: The name is empty, longer than 80 characters, or the machine's.
        """
        clean = " ".join(name.split())
        if not clean or len(clean) > 80 or not clean.isprintable():
            raise ProjectError("a coder needs a name of 1 to 80 characters", path=self.path)
        if clean.casefold() == MACHINE:
            raise ProjectError(f"{clean!r} is the machine's own name; choose another", path=self.path)
        if clean.casefold() == CONSENSUS:
            raise ProjectError(f"{clean!r} is what coders have settled on; choose another name", path=self.path)
        with self.transaction():
            self.db.conn.execute(
                "INSERT OR IGNORE INTO coders (name, role, created_at) VALUES (?, ?, ?)", [clean, role, utc_now()]
            )
        return clean

    # what was decided

    def codings(
        self, transcript_id: str | None = None, *, coder: str | None = None, code_id: str | None = None
    ) -> list[Coding]:
        """Return codings in reading order, of one transcript, coder or code where these are given."""
        where, params = _where(transcript_id=transcript_id, coder=coder, code_id=code_id)
        found = self._query(
            f"""SELECT c.* FROM codings c JOIN transcripts t ON t.id = c.transcript_id {where}
                ORDER BY t.rowid, c.start_char, c.end_char, c.created_at, c.id""",
            params,
        )
        return [rows.coding(row) for row in found]

    def coding(self, coding_id: str) -> Coding | None:
        """Return one coding, or ``None`` where there is none (any more)."""
        found = self._query("SELECT * FROM codings WHERE id = ?", [coding_id])
        return rows.coding(found[0]) if found else None

    def coding_at(
        self, transcript_id: str, start_char: int, end_char: int, *, code_id: str, coder: str
    ) -> Coding | None:
        """Return somebody's coding with one code at exactly one place, or ``None``."""
        # The plus signs keep SQLite to the index of places; one code may have codings by the thousand.
        found = self._query(
            """SELECT * FROM codings WHERE transcript_id = ? AND start_char = ? AND end_char = ? AND +code_id = ?
               AND +coder = ? ORDER BY created_at, id LIMIT 1""",
            [transcript_id, start_char, end_char, code_id, coder],
        )
        return rows.coding(found[0]) if found else None

    def code_uses(self, code_id: str) -> list[tuple[str, int]]:
        """Return how many codings, rejections, memos, themes and codes refer to a code, each by its singular name."""
        row = self._query(
            """SELECT (SELECT count(*) FROM codings WHERE code_id = :code) AS coding,
                      (SELECT count(*) FROM rejections WHERE code_id = :code) AS rejection,
                      (SELECT count(*) FROM memos WHERE target = 'code:' || :code) AS memo,
                      (SELECT count(*) FROM theme_decisions WHERE code_id = :code) AS theme,
                      (SELECT count(*) FROM codes WHERE json_extract(data, '$.parent') = :code) AS below""",
            {"code": code_id},
        )[0]
        names = {"rejection": "rejected suggestion", "below": "code"}
        return [(names.get(name, name), int(many)) for name, many in row.items()]

    def rejections(self, transcript_id: str | None = None, *, coder: str | None = None) -> list[Rejection]:
        """Return the refused suggestions."""
        where, params = _where(transcript_id=transcript_id, coder=coder)
        found = self._query(f"SELECT c.* FROM rejections c {where} ORDER BY c.rowid", params)
        return [Rejection(**row) for row in found]

    def reviews(self, transcript_id: str | None = None, *, coder: str | None = None) -> list[Review]:
        """Return the stretches that coders have finished."""
        where, params = _where(transcript_id=transcript_id, coder=coder)
        found = self._query(f"SELECT c.* FROM reviews c {where} ORDER BY c.rowid", params)
        return [Review(**row) for row in found]

    def memos(self, target: str | None = None) -> list[Memo]:
        """Return the memos on one target, or all."""
        where, params = _where(target=target)
        found = self._query(f"SELECT c.* FROM memos c {where} ORDER BY c.rowid", params)
        return [Memo(**row) for row in found]

    def apart(self) -> dict[frozenset[str], str]:
        """Return the pairs of participants, by id, that are known to be two people, with the keys of their rows."""
        found = self._query("SELECT key, first, second FROM apart ORDER BY key")
        return {frozenset((row["first"], row["second"])): str(row["key"]) for row in found}

    # edits

    def rev(self) -> int:
        """Return the number of the newest edit; it grows with every act of anybody."""
        return int(self._value("SELECT coalesce(max(seq), 0) FROM edits"))

    def counts(self) -> tuple[int, int]:
        """Return how many transcripts and segments there are."""
        row = self._query("SELECT (SELECT count(*) FROM transcripts) AS t, (SELECT count(*) FROM segments) AS s")[0]
        return int(row["t"]), int(row["s"])

    def edits(
        self,
        *,
        coder: str | None = None,
        transcript_id: str | None = None,
        kind: str | None = None,
        after: int = 0,
        last: int | None = None,
        first: int | None = None,
    ) -> list[Edit]:
        """Return edits, the oldest first; those that came with another copy stand where they belong by time.

        Args:
            coder: Only theirs.
            transcript_id: Only those in it.
            kind: Only of this kind.
            after: Only those with a higher :meth:`rev`.
            last: Only the newest so many.
            first: Only the oldest so many.
        """
        where, params = _where(coder=coder, transcript_id=transcript_id, kind=kind)
        where = f"{where} AND c.seq > ?" if where else "WHERE c.seq > ?"
        if first is not None:
            found = self._query(f"SELECT c.* FROM edits c {where} ORDER BY c.seq LIMIT {int(first)}", [*params, after])
            return [rows.edit(row) for row in found]
        limit = "" if last is None else f"LIMIT {int(last)}"
        found = self._query(
            f"SELECT c.* FROM edits c {where} ORDER BY c.clock DESC, c.seq DESC {limit}", [*params, after]
        )
        return [rows.edit(row) for row in reversed(found)]

    def batch(self, batch: str, *, first: int = -1) -> list[Edit]:
        """Return the edits of one act in order, or only the first so many."""
        found = self._query("SELECT * FROM edits WHERE batch = ? ORDER BY seq LIMIT ?", [batch, first])
        return [rows.edit(row) for row in found]

    def seq(self, edit_id: str) -> int:
        """Return the number of an edit, as in :meth:`rev`; 0 where there is no such edit."""
        return int(self._value("SELECT coalesce(max(seq), 0) FROM edits WHERE id = ?", [edit_id]))

    def row(self, table: str, key: str) -> dict[str, Any] | None:
        """Return one row of a table that edits may change, or ``None``."""
        found = self._query(f'SELECT * FROM "{table}" WHERE "{KEYS[table]}" = ?', [key])
        return found[0] if found else None

    def write_edits(self, edits: Sequence[Edit]) -> None:
        """Apply the changes of ``edits`` and note them for ever; :mod:`coding.edits` is the only caller.

        Raises:
            EditError: A row is no longer as the edit found it.
        """
        changes = [change for edit in edits for change in edit.changes]
        with self.transaction():
            if len(changes) > _FEW:
                self._write_together(changes)
            else:
                for change in changes:
                    self._write_change(change)
            clock = str(self._value("SELECT coalesce(max(clock), '') FROM edits"))
            noted = []
            for edit in edits:
                clock = tick(clock, edit.at)
                noted.append(edit_row(edit, clock))
            self._insert("edits", noted)

    def _write_together(self, changes: Sequence[Change]) -> None:
        """Write many changes with few statements; the outcome is that of writing one after the other."""
        first: dict[tuple[str, str], Row | None] = {}
        last: dict[tuple[str, str], Row | None] = {}
        for change in changes:
            place = (change.table, change.key)
            if last.setdefault(place, change.before) != change.before:
                raise EditError(_CHANGED)
            first.setdefault(place, change.before)
            last[place] = change.after
        for table in {table for table, _ in first}:
            keys = [key for name, key in first if name == table]
            found = self._rows_by_key(table, keys)
            if any(found.get(key) != first[table, key] for key in keys):
                raise EditError(_CHANGED)
        # References are looked at when all is written, since the order here is not that of the changes.
        self.db.conn.execute("PRAGMA defer_foreign_keys = ON")
        for (table, key), after in last.items():
            if after is None and first[table, key] is not None:
                self.db.conn.execute(f'DELETE FROM "{table}" WHERE "{KEYS[table]}" = ?', [key])
        for (table, key), after in last.items():
            before = first[table, key]
            if before is not None and after is not None:
                self._update(table, key, before, after)
        for table in {table for table, _ in last}:
            self._insert(
                table, [row for (name, key), row in last.items() if name == table and row and first[name, key] is None]
            )

    def _rows_by_key(self, table: str, keys: Sequence[str]) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for at in range(0, len(keys), _FEW_KEYS):
            some = keys[at : at + _FEW_KEYS]
            marks = ", ".join("?" for _ in some)
            rows_now = self._query(f'SELECT * FROM "{table}" WHERE "{KEYS[table]}" IN ({marks})', some)
            found |= {str(row[KEYS[table]]): row for row in rows_now}
        return found

    def _write_change(self, change: Change) -> None:
        now = self.row(change.table, change.key)
        if now != change.before:
            raise EditError(_CHANGED)
        column = KEYS[change.table]
        if change.after is None:
            self.db.conn.execute(f'DELETE FROM "{change.table}" WHERE "{column}" = ?', [change.key])
            return
        if change.before is None:
            self._insert(change.table, [change.after])
            return
        self._update(change.table, change.key, change.before, change.after)

    def _update(self, table: str, key: str, before: Row, after: Row) -> None:
        # Only what changes is written: a transcript's text must not even be written anew.
        new = {name: value for name, value in after.items() if before.get(name, ...) != value}
        if new:
            pairs = ", ".join(f'"{name}" = ?' for name in new)
            self.db.conn.execute(f'UPDATE "{table}" SET {pairs} WHERE "{KEYS[table]}" = ?', [*new.values(), key])


def edit_row(edit: Edit, clock: str) -> dict[str, Any]:
    """Return the row of an edit."""
    return {
        "id": edit.id,
        "batch": edit.batch,
        "coder": edit.coder,
        "at": edit.at,
        "kind": edit.kind,
        "transcript_id": edit.transcript_id,
        "summary": edit.summary,
        "changes": rows.changes_to_json(edit.changes),
        "undoes": edit.undoes,
        "clock": clock,
    }


def _where(**conditions: str | None) -> tuple[str, list[object]]:
    given = {name: value for name, value in conditions.items() if value is not None}
    if not given:
        return "", []
    return "WHERE " + " AND ".join(f"c.{name} = ?" for name in given), list(given.values())


def new_id() -> str:
    """Return a new random id."""
    return str(uuid.uuid4())
