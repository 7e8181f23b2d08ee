"""What is counted, column by column: half a million codings as numbers rather than as objects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from coding.model import Coding, Origin, Valence
from coding.store.base import Base
from coding.store.connection import sentences

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray

VALENCES = tuple(valence.value for valence in Valence)
ORIGINS = tuple(origin.value for origin in Origin)

_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Columns:
    """The study as columns, in which the place of a name in its list stands for the name.

    Attributes:
        transcripts: Id, name, group and text of each transcript, in the order of import.
        people: Id, name, role and attributes of everybody who speaks, in the order of their first appearance.
        coders: The names of coders, the first one first.
        codes: The ids of the codes that are in use.
        turns: Shape ``(n, 5)``: transcript, person (-1 where unknown), start and end character, 1 for a heading; in
            reading order.
        times: Shape ``(n, 2)``: when each turn starts and ends, in seconds; not a number where that is unknown.
        codings: Shape ``(n, 7)``: transcript, start and end character, code, coder, valence (its place in
            :data:`VALENCES`), origin (its place in :data:`ORIGINS`); in the order in which they were stored.
        coding_ids: The id of each coding.
        finished: Pairs of a transcript and a coder who has finished some of it.
    """

    transcripts: tuple[tuple[str, str, str, str], ...]
    people: tuple[tuple[str, str, str, dict[str, str]], ...]
    coders: tuple[str, ...]
    codes: tuple[str, ...]
    turns: NDArray[int64]
    times: NDArray[float64]
    codings: NDArray[int64]
    coding_ids: list[str]
    finished: tuple[tuple[int, int], ...] = ()


def with_codings(
    columns: Columns, codings: Sequence[Coding], coders: Sequence[str], finished: Iterable[tuple[str, str]]
) -> Columns:
    """Return the same study with other codings.

    Args:
        columns: The study.
        codings: The codings.
        coders: The names of those who made them.
        finished: Pairs of the id of a transcript and a coder who has finished some of it.
    """
    import numpy as np

    place = _order([row[0] for row in columns.transcripts])
    codes = sorted({coding.code_id for coding in codings})
    code, coder, valence, origin = _order(codes), _order(coders), _order(VALENCES), _order(ORIGINS)
    rows = [
        (
            *(place[one.transcript_id], one.start_char, one.end_char, code[one.code_id], coder[one.coder]),
            *(valence[one.valence.value], origin[one.origin.value]),
        )
        for one in codings
    ]
    return replace(
        columns,
        coders=tuple(coders),
        codes=tuple(codes),
        codings=np.array(rows, dtype=np.int64).reshape(-1, 7),
        coding_ids=[one.id for one in codings],
        finished=tuple(sorted({(place[where], coder[who]) for where, who in finished})),
    )


class Counted(Base):
    """Reads what findings are computed from."""

    def columns(self) -> Columns:
        """Return transcripts, people, turns and codings as they were at one moment."""
        import numpy as np

        with self._moment():
            transcripts = self._query('SELECT rowid AS n, id, name, "group", text FROM transcripts ORDER BY rowid')
            people = self._query(
                """SELECT p.rowid AS n, p.id, p.name, p.role, p.attributes
                   FROM participants p JOIN speakers s ON s.participant_id = p.id GROUP BY p.id ORDER BY min(s.rowid)"""
            )
            coders = self._query("SELECT rowid AS n, name FROM coders ORDER BY rowid")
            codes = self._query("SELECT DISTINCT code_id AS n FROM codings ORDER BY code_id")
            place = _places(transcripts)
            turns = self._numbers(
                """SELECT t.rowid, p.rowid, u.start_char, u.end_char, u.heading, u.start_s, u.end_s
                   FROM turns u JOIN transcripts t ON t.id = u.transcript_id
                   LEFT JOIN speakers s ON s.transcript_id = u.transcript_id AND s.label = u.speaker
                   LEFT JOIN participants p ON p.id = s.participant_id ORDER BY t.rowid, u."index\"""",
                (place, {**_places(people), None: -1}, None, None, None, None, None),
                float,
            )
            finished = self._numbers(
                """SELECT DISTINCT t.rowid, o.rowid FROM reviews c
                   JOIN transcripts t ON t.id = c.transcript_id JOIN coders o ON o.name = c.coder ORDER BY 1, 2""",
                (place, _places(coders)),
                np.int64,
            )
            ids: list[str] = []
            codings = self._numbers(
                """SELECT t.rowid, c.start_char, c.end_char, c.code_id, o.rowid, c.valence, c.origin, c.id
                   FROM codings c JOIN transcripts t ON t.id = c.transcript_id JOIN coders o ON o.name = c.coder
                   ORDER BY c.rowid""",
                (place, None, None, _places(codes), _places(coders), _order(VALENCES), _order(ORIGINS)),
                np.int64,
                ids.extend,
            )
        return Columns(
            transcripts=tuple((row["id"], row["name"], row["group"], row["text"]) for row in transcripts),
            people=tuple((row["id"], row["name"], row["role"], json.loads(row["attributes"])) for row in people),
            coders=tuple(str(row["name"]) for row in coders),
            codes=tuple(str(row["n"]) for row in codes),
            turns=turns[:, :5].astype(np.int64),
            times=turns[:, 5:],
            codings=codings,
            coding_ids=ids,
            finished=tuple((int(at), int(who)) for at, who in finished),
        )

    def _numbers(
        self,
        sql: str,
        columns: Sequence[dict[Any, int] | None],
        dtype: type,
        rest: Callable[[Sequence[str]], None] | None = None,
    ) -> NDArray[Any]:
        """Return what a query finds as numbers, names as their places; a column more goes to ``rest``.

        A batch of rows is turned into numbers before the next is read, so that never all of them are there as objects.
        """
        import numpy as np

        parts: list[NDArray[Any]] = [np.empty((0, len(columns)), dtype=dtype)]
        cursor = self.db.conn.execute(sql)
        while rows := cursor.fetchmany(_AT_ONCE):
            found = list(zip(*rows, strict=True))
            values = [
                np.array(column, dtype=dtype) if places is None else _placed(column, places, dtype)
                for column, places in zip(found, columns, strict=False)
            ]
            parts.append(np.column_stack(values))
            if rest is not None:
                rest(found[len(columns)])
        return np.concatenate(parts)

    @contextmanager
    def _moment(self) -> Iterator[None]:
        """Let all reads inside the block see the project as it is at one moment."""
        conn = self.db.conn
        with sentences(self.path):
            if conn.in_transaction:
                yield
                return
            conn.execute("BEGIN")
            try:
                yield
            finally:
                conn.execute("ROLLBACK")


def _places(rows: Sequence[dict[str, Any]]) -> dict[Any, int]:
    return {row["n"]: at for at, row in enumerate(rows)}


def _order(names: Sequence[str]) -> dict[Any, int]:
    return {name: at for at, name in enumerate(names)}


def _placed(column: Sequence[object], places: dict[Any, int], dtype: type) -> NDArray[Any]:
    import numpy as np

    return np.fromiter(map(places.__getitem__, column), dtype=dtype, count=len(column))
