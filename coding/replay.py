"""What a set of edits adds up to, whichever copy of a project they were made in.

Edits are put in the order of their clocks. Of each row the last change stands, which is a last-writer-wins register
for every row (Shapiro et al. 2011): the same edits give the same rows, in whatever order and however often copies are
brought together. Three things hold across rows and are looked after besides: segments never overlap, a code never
stands below itself, and a coder has a code only once at one place.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from coding.model import Change, Edit

Row = Mapping[str, Any]
Key = tuple[str, str]
"""A table and the key of a row in it."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """An edit with its clock."""

    clock: str
    edit: Edit

    @property
    def order(self) -> tuple[str, str]:
        """Return what edits are ordered by: the clock, and the id where two clocks are the same."""
        return self.clock, self.edit.id


@dataclass(frozen=True, slots=True)
class Skipped:
    """An edit, or part of one, that is in the history but could not take effect beside the others, and why."""

    edit: Edit
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What edits add up to.

    Attributes:
        rows: Every row that an edit touched, as it is in the end; ``None`` where there is none. Without segments.
        segments: Of each transcript whose segments an edit touched, all rows by key.
        skipped: What could not take effect.
    """

    rows: dict[Key, Row | None] = field(default_factory=dict)
    segments: dict[str, dict[str, Row]] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)


def replay(edits: Iterable[Stamped], segments: Mapping[str, Mapping[str, Row]] | None = None) -> Outcome:
    """Work out what edits add up to.

    Args:
        edits: All edits, in any order.
        segments: The segments that each transcript had before any edit, by transcript and key, as
            :func:`first_segments` returns them.

    Returns:
        The rows at the end.
    """
    found = Outcome(segments={transcript: dict(rows) for transcript, rows in (segments or {}).items()})
    parents: dict[str, str | None] = {}
    for stamped in sorted(edits, key=lambda item: item.order):
        changes = stamped.edit.changes
        cut = [change for change in changes if change.table == "segments"]
        codes = [change for change in changes if change.table == "codes"]
        found.rows.update({(c.table, c.key): c.after for c in changes if c.table not in ("segments", "codes")})
        if _stand(parents, codes):
            found.rows.update({(c.table, c.key): c.after for c in codes})
        else:
            found.skipped.append(Skipped(stamped.edit, "a code would stand below itself"))
        if not _cut(found.segments, cut):
            found.skipped.append(Skipped(stamped.edit, "the segments had been cut in another way"))
    _drop_twins(found.rows)
    return found


def first_segments(edits: Sequence[Stamped], now: Iterable[Row]) -> dict[str, dict[str, Row]]:
    """Return the segments that transcripts had before any edit, by transcript and key.

    Args:
        edits: All edits of a project.
        now: The rows of all its segments as they are.
    """
    first: dict[str, Row | None] = {}
    for stamped in sorted(edits, key=lambda item: item.order):
        for change in stamped.edit.changes:
            if change.table == "segments":
                first.setdefault(change.key, change.before)
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    untouched = ((str(row["key"]), row) for row in now if row["key"] not in first)
    for key, row in (*untouched, *first.items()):
        if row is not None:
            found[str(row["transcript_id"])][key] = row
    return found


def _cut(segments: dict[str, dict[str, Row]], changes: Sequence[Change]) -> bool:
    """Apply the changes of one edit to the segments of transcripts, unless they fit no more."""
    gone: list[Row] = [change.before for change in changes if change.before is not None]
    come: list[Row] = [change.after for change in changes if change.after is not None]
    for row in gone:
        if segments.get(str(row["transcript_id"]), {}).get(str(row["key"])) != row:
            return False
    out = {row["key"] for row in gone}
    for row in come:
        there = segments.get(str(row["transcript_id"]), {})
        for key, other in there.items():
            if key not in out and other["start_char"] < row["end_char"] and other["end_char"] > row["start_char"]:
                return False
    for row in gone:
        del segments[str(row["transcript_id"])][str(row["key"])]
    for row in come:
        segments.setdefault(str(row["transcript_id"]), {})[str(row["key"])] = row
    return True


def _stand(parents: dict[str, str | None], changes: Sequence[Change]) -> bool:
    """Note where the codes of one edit stand from now on, unless one would stand below itself."""
    new = dict(parents)
    for change in changes:
        new[change.key] = None if change.after is None else json.loads(str(change.after["data"])).get("parent")
    for change in changes:
        above, seen = new.get(change.key), {change.key}
        while above is not None:
            if above in seen:
                return False
            seen.add(above)
            above = new.get(above)
    parents.update(new)
    return True


def _drop_twins(rows: dict[Key, Row | None]) -> None:
    """Keep the older one of codings of one coder with the same code at the same place."""
    kept: dict[tuple[Any, ...], Key] = {}
    for key, row in rows.items():
        if key[0] != "codings" or row is None:
            continue
        place = tuple(row[name] for name in ("coder", "transcript_id", "start_char", "end_char", "code_id"))
        other = kept.setdefault(place, key)
        if other == key:
            continue
        known = rows[other]
        assert known is not None
        older, younger = sorted((key, other), key=lambda item: _age(rows[item], item))
        kept[place] = older
        rows[younger] = None


def _age(row: Row | None, key: Key) -> tuple[str, str]:
    return ("" if row is None else str(row["created_at"]), key[1])
