"""Excel workbooks: a turn a row."""

from __future__ import annotations

import datetime
import io

from coding.readers.archives import Archive, open_archive
from coding.readers.source import Reading, Source
from coding.readers.tables import Row, read_rows

_MOST_COLUMNS = 200


def is_xlsx(archive: Archive) -> bool:
    """Tell whether a ZIP file is an Excel workbook."""
    return "xl/workbook.xml" in archive


def read_xlsx(source: Source) -> Reading:
    """Read an Excel workbook; each sheet that has several columns is a table, the largest decides.

    Raises:
        ReadError: It is damaged, too large, has no table, or a column that the user named is not there.
    """
    archive = open_archive(source)
    reading = Reading("xlsx")
    sheets = _sorted_sheets(source, archive)
    name, rows = sheets[0]
    read_rows(rows, reading, source)
    for other, left in sheets[1:]:
        reading.warn(f"only the sheet “{name}” was read as the transcript, not “{other}”")
        for line, row in left:
            reading.leave_out(" ".join(cell for cell in row if cell), f"sheet {other}", line)
    if any(part.endswith("vbaProject.bin") for part in archive.names):
        reading.warn("the workbook has macros; they were not read and nothing of them was run")
    return reading


def xlsx_rows(source: Source) -> list[Row]:
    """Return the rows of the sheet that is read as the transcript.

    Raises:
        ReadError: It is damaged, too large, or has no table.
    """
    return _sorted_sheets(source, open_archive(source))[0][1]


def _sorted_sheets(source: Source, archive: Archive) -> list[tuple[str, list[Row]]]:
    """Return the sheets that have words, the largest first."""
    for name in archive.names:
        if name.endswith(".xml") and b"<!DOCTYPE" in archive.read(name)[:4096]:
            raise source.error(f"the part {name} defines entities, as files made to do harm do; it was not read")
    sheets = _sheets(source)
    if not sheets:
        raise source.error("the workbook has no words; check that the transcript is in it and save it again")
    return sorted(sheets, key=lambda sheet: -sum(len(cell) for _, row in sheet[1] for cell in row))


def _sheets(source: Source) -> list[tuple[str, list[Row]]]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(source.data), read_only=True, data_only=True, keep_links=False)
        sheets = []
        for sheet in book.worksheets:
            rows: list[Row] = []
            for at, row in enumerate(sheet.iter_rows(values_only=True, max_col=_MOST_COLUMNS), start=1):
                cells = [_words(value) for value in row]
                if any(cells):
                    rows.append((at, cells))
            if rows:
                sheets.append((str(sheet.title), rows))
    except Exception as err:  # openpyxl lets many kinds through on damaged files, and all mean the same to the user
        raise source.error("the workbook is damaged; open it in Excel and save it again") from err
    return sheets


def _words(value: object) -> str:
    """Return a cell as people see it: whole numbers without a point, times as clock times."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.timedelta):
        whole = value.total_seconds()
        return f"{int(whole // 3600)}:{int(whole % 3600 // 60):02}:{int(whole % 60):02}.{round(whole % 1 * 1000):03}"
    if isinstance(value, datetime.time):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, datetime.datetime) and value.year < 1901:
        return value.time().isoformat(timespec="milliseconds")
    return str(value).strip()
