"""Tables of any origin: which column holds what, and the rows to turns."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from coding.readers.census import is_unknown
from coding.readers.cues import Cue, label_cues, merge
from coding.readers.paragraphs import consume
from coding.readers.source import HEADER, SILENT, TIMESTAMP, UNKNOWN, Piece, Reading, Source
from coding.readers.times import CLOCK, in_milliseconds, number, time_range

Row = tuple[int, Sequence[str]]
"""The row's number in the source, from 1, and its cells."""

ROLES = ("text", "speaker", "start", "end")
NAMES = {
    "text": "text words content transcript utterance utterances transcription speech message said quote sentence body "
    "caption "
    "dialogue verbatim what statement contribution response answer passage talk segment line comment comments",
    "speaker": "speaker speakers speaker_name speaker_label speaker_id name who participant person label role voice "
    "user "
    "author from participant_id spoken_by identifier code id",
    "start": "start start_time starttime start_s start_ms begin begin_time time timestamp timespan timecode time_code "
    "in when "
    "offset date_time from_time",
    "end": "end end_time endtime end_s end_ms finish stop until out to_time",
}
"""What columns are called, the surest names first; spaces and hyphens are underscores."""
_TIME_IN = re.compile(rf"[\[(]?({CLOCK})[\])]?")
_LONGEST_NAME = 60
_ROWS_LOOKED_AT = 500
_LATEST_HEADER = 12


@dataclass(slots=True)
class Columns:
    """Which column holds what, by index from 0; a role without a column is not in ``at``."""

    at: dict[str, int]
    names: Sequence[str] = ()
    has_header: bool = False
    notes: list[str] = field(default_factory=list)

    def cell(self, row: Sequence[str], role: str) -> str:
        """Return the cell of a row in that role, stripped, or an empty string."""
        at = self.at.get(role)
        return row[at].strip() if at is not None and at < len(row) else ""

    def name(self, at: int) -> str:
        """Return what a column is called, or its number from 1."""
        return self.names[at].strip() or str(at + 1) if at < len(self.names) else str(at + 1)


def normal(name: str) -> str:
    """Return a column's name in small letters with underscores, without what stands in brackets."""
    name = re.sub(r"[(\[][^()\[\]]*[)\]]", "", name[:200]).strip().lower()
    return re.sub(r"[\s_-]+", "_", name)


def names_words(cells: Sequence[str]) -> bool:
    """Tell whether a row can be a table's header that names a column of words."""
    names = {normal(cell) for cell in cells}
    return len(cells) > 1 and not names.isdisjoint(NAMES["text"].split()) and max(map(len, cells)) < _LONGEST_NAME


def _names_columns(cells: Sequence[str]) -> bool:
    """Tell whether a row names a column of speakers or times, even if nothing tells which column holds the words."""
    known = {name for role in ("speaker", "start") for name in NAMES[role].split()}
    filled = [cell for cell in cells if cell.strip()]
    return (
        len(filled) > 1
        and max(map(len, filled)) < _LONGEST_NAME
        and not any(ch.isdigit() for cell in filled for ch in cell)
        and any(normal(cell) in known for cell in filled)
    )


def read_rows(rows: list[Row], reading: Reading, source: Source) -> None:
    """Put the turns of a table's rows into ``reading``; the list is emptied.

    Raises:
        ReadError: The table is empty, or a column that the user named is not there.
    """
    rows[:] = [(line, row) for line, row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise source.error("the table is empty; export the transcript again and import that file")
    _leave_out_title(rows, reading)
    columns = find_columns(rows, source)
    for note in columns.notes:
        reading.warn(note)
    if columns.has_header:
        heads = list(rows[0][1])
        # Documents repeat the columns' names at the top of each page or part.
        for line, row in rows:
            if list(row) == heads:
                reading.leave_out(" ".join(cell.strip() for cell in heads), HEADER, line)
        rows[:] = [(line, row) for line, row in rows if list(row) != heads]
        if not rows:
            raise source.error("the table is empty; export the transcript again and import that file")
    count = len(rows)
    clocks = any(":" in columns.cell(row, "start") for _, row in rows[:_ROWS_LOOKED_AT])
    cues = list(_cues(rows, columns, reading))
    reading.cues_in = (reading.cues_in or 0) + count
    reading.cues_out = (reading.cues_out or 0) + len(cues)
    if len(cues) < count:
        reading.warn(f"{count - len(cues)} rows have no words")
    if not clocks:
        rescale(cues)
    if source.speakers and "speaker" not in columns.at:
        cues = label_cues(cues, reading)
    reading.pieces.extend(_to_pieces(cues, reading))


def look_at_columns(rows: Sequence[Row], source: Source) -> Columns:
    """Return what :func:`read_rows` takes the columns for, and the cells of the first row as their names.

    Raises:
        ReadError: The table is empty, or a column that the user named is not there.
    """
    rows = [(line, row) for line, row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise source.error("the table is empty; export the transcript again and import that file")
    _leave_out_title(rows, Reading(""))
    columns = find_columns(rows, source)
    # Workbooks give rows as wide as their widest sheet can be, most of it empty.
    width = max(at + 1 for _, row in rows for at, cell in enumerate(row) if cell.strip())
    columns.names = [cell.strip() for cell in (*rows[0][1], *[""] * width)[:width]]
    return columns


def _leave_out_title(rows: list[Row], reading: Reading) -> None:
    """Leave out the rows above a header that stands a few rows down, if they have fewer cells than it."""
    for at, (_, row) in enumerate(rows[:_LATEST_HEADER]):
        if not names_words(row):
            continue
        width = sum(bool(cell.strip()) for cell in row)
        if all(sum(bool(cell.strip()) for cell in above) < max(2, width) for _, above in rows[:at]):
            for line, above in rows[:at]:
                reading.leave_out(" ".join(cell.strip() for cell in above if cell.strip()), HEADER, line)
            del rows[:at]
        break


def _to_pieces(cues: list[Cue], reading: Reading) -> Iterator[Piece]:
    """Yield a turn for each row, or for each run of rows where they are cues: with times, and none or few speakers."""
    if not any(cue.speaker is not None for cue in cues):
        reading.warn("no speakers in the table")
    timed = sum(cue.start_s is not None and cue.end_s is not None for cue in cues)
    if cues and timed >= 0.9 * len(cues):
        yield from merge(consume(cues))
        return
    for cue in consume(cues):
        yield Piece(cue.text, cue.speaker, cue.start_s, cue.end_s, cue.line)


def rescale(cues: Sequence[Cue]) -> None:
    """Turn times into seconds where they can only be milliseconds."""
    words = sum(cue.text.count(" ") + 1 for cue in cues)
    if in_milliseconds([time for cue in cues for time in (cue.start_s, cue.end_s) if time is not None], words):
        for cue in cues:
            cue.start_s = None if cue.start_s is None else cue.start_s / 1000
            cue.end_s = None if cue.end_s is None else cue.end_s / 1000


def find_columns(rows: Sequence[Row], source: Source) -> Columns:
    """Return which column holds what: as the user says, else by the header's names, else by content.

    Raises:
        ReadError: A column that the user named is not there.
    """
    header = [normal(cell) for cell in rows[0][1]]
    wanted = source.columns or {}
    has_header = (
        names_words(rows[0][1])
        or _names_columns(rows[0][1])
        or any(isinstance(column, str) for column in wanted.values())
    )
    found: dict[str, int] = {}
    for role, known in NAMES.items() if has_header else ():
        columns_of_role = (header.index(name) for name in known.split() if name in header)
        at = next((at for at in columns_of_role if role != "text" or _holds_words(rows, at)), None)
        if at is not None and at not in found.values():
            found[role] = at
    named = {role: _chosen(column, header, rows, source) for role, column in wanted.items()}
    found = {role: at for role, at in found.items() if at not in named.values()} | named
    columns = Columns(found, rows[0][1] if has_header else (), has_header)
    if "text" not in found:
        by_content = _by_content(rows[int(has_header) :] or rows, taken=set(found.values()))
        columns.at = {**by_content, **found}
        said = ", ".join(f"{role} is column {columns.name(at)}" for role, at in columns.at.items())
        columns.notes.append(f"the columns were found by what they hold, please check: {said}")
    return columns


def _holds_words(rows: Sequence[Row], at: int) -> bool:
    """Tell whether a column has letters below its name: one called "Line" may hold words or numbers."""
    cells = [row[at] for _, row in rows[1:_ROWS_LOOKED_AT] if at < len(row) and row[at].strip()]
    return not cells or any(ch.isalpha() for cell in cells for ch in cell)


def _chosen(column: str | int, header: Sequence[str], rows: Sequence[Row], source: Source) -> int:
    width = max(len(row) for _, row in rows)
    if isinstance(column, int) and 0 <= column < width:
        return column
    if isinstance(column, str) and normal(column) in header:
        return header.index(normal(column))
    raise source.error(f"there is no column {column!r} in this table; its columns are {', '.join(rows[0][1])[:300]}")


def _by_content(rows: Sequence[Row], *, taken: set[int]) -> dict[str, int]:
    """Find the words as the longest column, times by their look, and the speaker as the column that repeats itself."""
    sample = [row for _, row in rows[:_ROWS_LOOKED_AT]]
    width = max(len(row) for row in sample)
    cells = {
        at: [row[at].strip() for row in sample if at < len(row) and row[at].strip()]
        for at in range(width)
        if at not in taken
    }
    if not cells:
        return {"text": 0}
    found = {"text": max(cells, key=lambda at: sum(ch.isalpha() for cell in cells[at] for ch in cell))}
    del cells[found["text"]]
    times = [
        at for at, filled in cells.items() if filled and all(_is_time(cell) for cell in filled) and not _counts(filled)
    ]
    found.update(zip(("start", "end"), times, strict=False))
    names = [at for at, filled in cells.items() if at not in times and filled and _repeats(filled)]
    if names:
        found["speaker"] = names[0]
    return found


def _is_time(cell: str) -> bool:
    return time_range(cell)[0] is not None


def _counts(cells: Sequence[str]) -> bool:
    """Tell whether a column numbers the rows."""
    if not all(cell.isdigit() and len(cell) < 9 for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    return len(cells) > 1 and numbers[0] in (0, 1) and all(b == a + 1 for a, b in pairwise(numbers))


def _repeats(cells: Sequence[str]) -> bool:
    if max(map(len, cells)) > _LONGEST_NAME or all(cell.isdigit() for cell in cells):
        return False
    return len(set(cells)) <= max(2, len(cells) // 2)


def _cues(rows: list[Row], columns: Columns, reading: Reading) -> Iterator[Cue]:
    used = set(columns.at.values())
    for line, row in consume(rows):
        start_s, end_s = _times(row, columns, line, reading)
        for at, cell in enumerate(row):
            if at not in used:
                reading.leave_out(cell, f"column {columns.name(at)}", line)
        text = html.unescape(columns.cell(row, "text"))
        name = columns.cell(row, "speaker").rstrip(":").strip()
        known = bool(name) and not is_unknown(name)
        if text and name and not known:
            reading.leave_out(name, UNKNOWN, line)
        if text:
            yield Cue(text, start_s, end_s, line, sys.intern(name) if known else None, known="speaker" in columns.at)
        else:
            reading.leave_out(name, SILENT, line)


def _times(row: Sequence[str], columns: Columns, line: int, reading: Reading) -> tuple[float | None, float | None]:
    start, end = columns.cell(row, "start"), columns.cell(row, "end")
    reading.leave_out(start, TIMESTAMP, line)
    reading.leave_out(end, TIMESTAMP, line)
    start_s, end_s = time_range(start)
    if start and start_s is None:
        inside = _TIME_IN.search(start)
        start_s = None if inside is None else number(inside[1])
        if inside is None:
            reading.warn(f"the time {start[:40]} cannot be read; the words were kept", line)
    return start_s, number(end) if end else end_s
