"""What the project was before: who changed what since a file left it.

A file that comes back holds one state that this project once had, with what was changed elsewhere since. No base needs
to be kept for that: the history knows every row that ever was. What the file has of a thing that was so here before has
not been changed there; what never changed here since it was made has not been changed here.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from coding.store import Project

Who = Literal["here", "there", "both"]
_TABLES = ("codings", "codes", "memos", "participants", "reviews", "rejections")


@dataclass(frozen=True, slots=True)
class Earlier:
    """The rows that things had, the oldest first, by table and key; ``None`` where there was no such row."""

    rows: Mapping[tuple[str, str], list[Mapping[str, object] | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project) -> Earlier:
        """Return what the history of a project holds."""
        rows: dict[tuple[str, str], list[Mapping[str, object] | None]] = defaultdict(list)
        for edit in project.edits():
            for change in edit.changes:
                if change.table in _TABLES:
                    known = rows[change.table, change.key]
                    known += [change.before] * (not known) + [change.after]
        return cls(dict(rows))

    def was_removed(self, table: str, key: str) -> bool:
        """Tell whether there was such a row, and is none any more."""
        states = self.rows.get((table, key), [])
        return bool(states) and states[-1] is None

    def last(self, table: str, key: str) -> Mapping[str, object] | None:
        """Return the last row that there was, if there was any."""
        return next((row for row in reversed(self.rows.get((table, key), [])) if row is not None), None)

    def who_changed(self, table: str, key: str, names: Sequence[str], ours: object, theirs: object) -> Who:
        """Return on which side a field was changed, where ``ours`` and ``theirs`` differ and were one thing once.

        Args:
            table: The table.
            key: Of the row.
            names: The field: a column, or what the JSON of a code or of a participant's attributes calls it; several
                where a value is a tuple of columns.
            ours: As it is here.
            theirs: As it is in the file.
        """
        rows = [row for row in self.rows.get((table, key), []) if row is not None]
        one = len(names) == 1
        before = [_value(row, names[0]) if one else [_value(row, name) for name in names] for row in rows]
        if any(value == _plain(theirs) for value in before):
            return "here"
        return "there" if all(value == _plain(ours) for value in before) else "both"


def _value(row: Mapping[str, object], name: str) -> object:
    if name in row:
        return row[name]
    packed = row.get("data") or row.get("attributes")
    inside = json.loads(packed) if isinstance(packed, str) else {}
    return inside.get(name)


def _plain(value: object) -> object:
    """Return a value as JSON has it."""
    return list(value) if isinstance(value, tuple) else value
