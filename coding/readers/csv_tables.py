"""CSV and TSV."""

from __future__ import annotations

import csv
import io
from typing import Literal

from coding.readers.source import Reading, Source
from coding.readers.tables import Row, names_words, read_rows
from coding.readers.timing import lines_of

_DELIMITERS = ",;\t|"
_SAMPLE_CHARS = 20_000
_SAMPLE_ROWS = 50
_LONGEST_CELL = 1 << 30


def sniff_table(text: str) -> bool:
    """Tell whether a text is a table whose first row names a column of words."""
    first = text[:_SAMPLE_CHARS].lstrip().split("\n", 1)[0]
    return has_columns(text) and any(
        names_words(row) for delimiter in _DELIMITERS for row in csv.reader([first], delimiter=delimiter)
    )


def has_columns(text: str) -> bool:
    """Tell whether most rows of a text have the same number of cells, two or more."""
    return _delimiter(text)[1] >= 0.8


def read_csv(source: Source) -> Reading:
    """Read CSV or TSV, with whatever separates its cells.

    Raises:
        ReadError: It is not text, not a table, or a column that the user named is not there.
    """
    delimiter = _delimiter_of(source)
    reading = Reading("tsv" if delimiter == "\t" else "csv", encoding=source.decoded.encoding)
    read_rows(_rows(source, delimiter), reading, source)
    return reading


def csv_rows(source: Source) -> list[Row]:
    """Return the rows of CSV or TSV as they stand.

    Raises:
        ReadError: It is not text, or not a table.
    """
    return _rows(source, _delimiter_of(source))


def _delimiter_of(source: Source) -> str:
    return "\t" if source.suffix == ".tsv" else _delimiter(source.text)[0]


def _rows(source: Source, delimiter: str) -> list[Row]:
    # Whisper writes TSV without quoting: a lone quotation mark there is a word's.
    quoting: Literal[0, 3] = (
        csv.QUOTE_NONE if delimiter == "\t" and _has_lone_quotes(source.text) else csv.QUOTE_MINIMAL
    )
    csv.field_size_limit(_LONGEST_CELL)
    # Line by line: a StringIO would hold the text once more, with four bytes a character.
    lines = (f"{line}\n" for _, line in lines_of(source.take_text()))
    reader = csv.reader(lines, delimiter=delimiter, quoting=quoting)
    rows: list[Row] = []
    line = 1
    try:
        for row in reader:
            # A tuple of strings costs the garbage collector nothing, a list does.
            rows.append((line, tuple(row)))
            line = reader.line_num + 1
    except csv.Error as err:
        raise source.error(f"the table cannot be read ({err}); save it again as CSV", line) from err
    return rows


def _has_lone_quotes(text: str) -> bool:
    return any(line.count('"') % 2 for line in text[: 1 << 20].split("\n"))


def _delimiter(text: str) -> tuple[str, float]:
    """Return what separates the cells, and the share of rows that have as many cells as most have."""
    best, share, most = ",", 0.0, 0.0
    for delimiter in _DELIMITERS:
        widths = []
        try:
            for row in csv.reader(io.StringIO(text[:_SAMPLE_CHARS], newline=""), delimiter=delimiter):
                widths.append(len(row))
                if len(widths) == _SAMPLE_ROWS:
                    break
        except csv.Error:
            continue
        # The sample may end inside a row.
        widths = [width for width in widths[: max(1, len(widths) - 1)] if width]
        common = max(set(widths), key=widths.count, default=0)
        of = widths.count(common) / len(widths) if common > 1 else 0.0
        if of * min(common, 4) > most:
            best, share, most = delimiter, of, of * min(common, 4)
    return best, share
