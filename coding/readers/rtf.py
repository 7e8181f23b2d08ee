"""Rich Text Format."""

from __future__ import annotations

from coding.readers.decoding import clean
from coding.readers.source import HEADER, Reading, Source
from coding.readers.tables import read_rows
from coding.readers.timing import lines_of
from coding.readers.txt import paragraphs_of_text
from coding.readers.typed import typed_to_pieces


def sniff_rtf(data: bytes) -> bool:
    """Tell whether bytes begin as RTF does."""
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf")


def read_rtf(source: Source) -> Reading:
    """Read Rich Text Format.

    Raises:
        ReadError: It is damaged.
    """
    from striprtf.striprtf import rtf_to_text

    reading = Reading("rtf")
    try:
        text: str = rtf_to_text(source.data.decode("latin-1"), errors="replace")  # type: ignore[no-untyped-call]
    except Exception as err:  # striprtf lets several kinds through on damaged files
        raise source.error("the RTF file is damaged; open it where it was made and save it again") from err
    text, notes = clean(text)
    reading.warnings.extend(notes)
    rows = [(at, line.rstrip("|").split("|")) for at, line in lines_of(text) if line.rstrip().endswith("|")]
    # Tables come out as rows of cells with a bar behind each.
    if len(rows) > 1 and 2 * sum(len(cell) for _, row in rows for cell in row) > len(text):
        for at, line in lines_of(text):
            if not line.rstrip().endswith("|"):
                reading.leave_out(line, HEADER, at)
        read_rows(rows, reading, source)
        return reading
    typed_to_pieces(paragraphs_of_text(text), reading, speakers=source.speakers)
    return reading
