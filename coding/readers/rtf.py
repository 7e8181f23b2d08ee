"""Rich Text Format."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coding.readers.decoding import clean
from coding.readers.source import COMMENT, HEADER, Reading, Source
from coding.readers.tables import Row, read_rows
from coding.readers.timing import lines_of
from coding.readers.txt import paragraphs_of_text
from coding.readers.typed import typed_to_pieces

_ASIDE = re.compile(r"\{(?:\\\*)?\\(header|footer|footnote|annotation)[lrf]?(?![a-z])")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_CODE_PAGE = re.compile(r"\\ansicpg\d{3,5}")


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
    content = source.data.decode("latin-1")
    try:
        text: str = rtf_to_text(content, errors="replace")  # type: ignore[no-untyped-call]
        for reason, group in _asides(content):
            reading.leave_out(rtf_to_text(group, errors="replace"), reason)  # type: ignore[no-untyped-call]
    except Exception as err:  # striprtf lets several kinds through on damaged files
        raise source.error("the RTF file is damaged; open it where it was made and save it again") from err
    text, notes = clean(text)
    reading.warnings.extend(notes)
    rows: list[Row] = [(at, line.rstrip("|").split("|")) for at, line in lines_of(text) if line.rstrip().endswith("|")]
    # Tables come out as rows of cells with a bar behind each.
    if len(rows) > 1 and 2 * sum(len(cell) for _, row in rows for cell in row) > len(text):
        for at, line in lines_of(text):
            if not line.rstrip().endswith("|"):
                reading.leave_out(line, HEADER, at)
        read_rows(rows, reading, source)
        return reading
    typed_to_pieces(paragraphs_of_text(text), reading, speakers=source.speakers)
    return reading


def _asides(content: str) -> Iterator[tuple[str, str]]:
    """Yield headers, footers, footnotes and comments as small RTF files: striprtf passes over them in silence."""
    page = _CODE_PAGE.search(content)
    at = 0
    while (start := _ASIDE.search(content, at)) is not None:
        depth, at = 0, start.end()
        for brace in _BRACE.finditer(content, start.start()):
            depth += {"{": 1, "}": -1}.get(brace[0], 0)
            at = brace.end()
            if depth == 0:
                break
        reason = COMMENT if start[1] == "annotation" else start[1]
        yield reason, "{\\rtf1\\ansi" + (page[0] if page else "") + " " + content[start.end() : at]
