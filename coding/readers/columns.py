"""Which column of a table holds what, for people to confirm before it is read."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from coding.readers.csv_tables import csv_rows
from coding.readers.source import Source
from coding.readers.tables import look_at_columns
from coding.readers.xlsx import xlsx_rows


@dataclass(frozen=True, slots=True)
class TableColumns:
    """The columns of a table, and what they were taken for.

    Attributes:
        titles: What stands in each column's first row, or its number from 1.
        has_header: True where the first row was taken for the columns' names.
        at: The index from 0 of the column for ``text``, ``speaker``, ``start`` and ``end``, where there is one.
        sure: False where they were found by what they hold, so that a person should look.
    """

    titles: tuple[str, ...]
    has_header: bool
    at: MappingProxyType[str, int]
    sure: bool


def find_table(data: bytes, source_name: str, *, workbook: bool = False) -> TableColumns:
    """Return what the columns of a table are taken for.

    Args:
        data: The bytes of a file that was read as a table.
        source_name: The file's name.
        workbook: True for an Excel workbook.

    Raises:
        ReadError: It is no table.
    """
    source = Source(data, source_name)
    columns = look_at_columns((xlsx_rows if workbook else csv_rows)(source), source)
    titles = tuple(columns.name(at) for at in range(len(columns.names)))
    return TableColumns(titles, columns.has_header, MappingProxyType(dict(columns.at)), not columns.notes)
