"""Tables that people type, CSV, TSV or XLSX, read within bounds."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coding.errors import ReadError
from coding.readers.archives import open_archive
from coding.readers.source import Source

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 10_000
MOST_COLUMNS = 100
MOST_CHARS = 500
_DELIMITERS = ",;\t|"
_SAMPLE_CHARS = 20_000
_FORMULA = re.compile(rb"<f[ >/]")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a table may be, and what it is one of.

    Attributes:
        columns: At most so many columns.
        rows: At most so many rows.
        chars: At most so many characters in a cell.
        row_of: What each row is for.
    """

    columns: int = MOST_COLUMNS
    rows: int = MOST_ROWS
    chars: int = MOST_CHARS
    row_of: str = "participant"


@dataclass(frozen=True, slots=True)
class Table:
    """A header and rows of as many cells, all on one line each and stripped.

    Attributes:
        header: What the columns are called; empty where nobody said.
        rows: Line or row in the file, from 1, and the cells.
        formulas: Whether cells of a workbook hold formulas, whose last values were read.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    formulas: bool = False


def read_table(file: str | Path | bytes, *, name: str | None = None, bounds: Bounds | None = None) -> Table:
    """Read a table with a header.

    Args:
        file: Its path, or its bytes.
        name: What the bytes were called.
        bounds: How large it may be; those of a table of participants where it is ``None``.

    Raises:
        ReadError: It is missing, no table, damaged, empty, or too large.
    """
    source = Source(_bytes(file), name or (Path(file).name if isinstance(file, str | Path) else "table"))
    most = bounds or Bounds()
    formulas = False
    if source.data.startswith(b"PK\x03\x04"):
        raw, formulas = _xlsx_rows(source, most)
    else:
        raw = _csv_rows(source)
    rows: list[tuple[int, tuple[str, ...]]] = []
    for line, cells in raw:
        if len(cells) > most.columns:
            raise source.error(f"the table has more than {most.columns:,} columns; leave out what is not needed", line)
        clean = tuple(_cell(cell, line, source, most.chars) for cell in cells)
        if any(clean):
            rows.append((line, clean))
        if len(rows) > most.rows:
            raise source.error(f"the table has more than {most.rows:,} rows; it should have one for each {most.row_of}")
    if len(rows) < 2:
        raise source.error(f"the table needs a first row that names the columns, and a row for each {most.row_of}")
    width = max(len(cells) for _, cells in rows)
    filled = [(line, (*cells, *[""] * (width - len(cells)))) for line, cells in rows]
    return Table(filled[0][1], tuple(filled[1:]), formulas)


def _bytes(file: str | Path | bytes) -> bytes:
    if isinstance(file, bytes):
        data, path = file, None
    else:
        path = Path(file)
        try:
            data = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b"\0" * (MOST_BYTES + 1)
        except FileNotFoundError as err:
            raise ReadError("there is no such file", path=path) from err
        except OSError as err:
            raise ReadError(f"the file cannot be read ({err.strerror})", path=path) from err
    if len(data) > MOST_BYTES:
        raise ReadError(f"a table has at most {MOST_BYTES // 1024**2} MB; leave out what is not needed", path=path)
    return data


def _cell(text: str, line: int, source: Source, most: int) -> str:
    clean = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    if len(clean) > most:
        raise source.error(f"a cell has more than {most} characters; leave out long texts", line)
    return clean


def _csv_rows(source: Source) -> Iterator[tuple[int, Sequence[str]]]:
    text = source.text
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as err:
            raise source.error(f"the table cannot be read ({err}); save it again as CSV", line) from err
        yield line, row


def _delimiter(text: str) -> str:
    first = text[:_SAMPLE_CHARS].split("\n", 1)[0]
    return max(_DELIMITERS, key=first.count)


def _xlsx_rows(source: Source, most: Bounds) -> tuple[Iterable[tuple[int, Sequence[str]]], bool]:
    from openpyxl import load_workbook

    archive = open_archive(source)
    if "xl/workbook.xml" not in archive:
        raise source.error("this is a ZIP file, but not an Excel workbook; save the table as XLSX or CSV")
    formulas = False
    for part in archive.names:
        if part.endswith(".xml") and b"<!DOCTYPE" in archive.read(part)[:4096]:
            raise source.error(f"the part {part} defines entities, as files made to do harm do; it was not read")
        formulas |= part.startswith("xl/worksheets/") and bool(_FORMULA.search(archive.read(part)))
    try:
        book = load_workbook(io.BytesIO(source.data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        cells = sheet.iter_rows(values_only=True, max_row=most.rows + 2, max_col=most.columns + 1)
        rows = [(at, [_words(value) for value in row]) for at, row in enumerate(cells, start=1)]
        book.close()
    except Exception as err:  # openpyxl lets many kinds through on damaged files, and all mean the same to the user
        raise source.error("the workbook is damaged; open it in Excel and save it again") from err
    return [(at, _trimmed(row)) for at, row in rows], formulas


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1].strip():
        row = row[:-1]
    return row


def _words(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
