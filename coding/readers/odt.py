"""OpenDocument texts, as LibreOffice writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coding.readers.archives import Archive, open_archive
from coding.readers.blocks import Line, Table, blocks_to_pieces
from coding.readers.paragraphs import Paragraph
from coding.readers.source import COMMENT, FOOTER, HEADER, Reading, Source

if TYPE_CHECKING:
    from lxml.etree import _Element

_NS = "{urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _TABLE, _OFFICE, _STYLE = f"{_NS}text:1.0}}", f"{_NS}table:1.0}}", f"{_NS}office:1.0}}", f"{_NS}style:1.0}}"
_DRAW, _FO = f"{_NS}drawing:1.0}}", f"{_NS}xsl-fo-compatible:1.0}}"
_PARAGRAPHS = (f"{_TEXT}p", f"{_TEXT}h")
_LEFT_OUT = {
    f"{_TEXT}tracked-changes": "deleted in the source",
    f"{_TEXT}note": "footnote",
    f"{_OFFICE}annotation": COMMENT,
    f"{_DRAW}text-box": "text box",
    f"{_TEXT}sequence-decls": "field code",
}
_OUTERMOST = frozenset({f"{_STYLE}style", *_PARAGRAPHS, f"{_TABLE}table-row", *_LEFT_OUT})
_RUNNING = {f"{_STYLE}header": HEADER, f"{_STYLE}footer": FOOTER}
_MOST_SPACES = 1000


def is_odt(archive: Archive) -> bool:
    """Tell whether a ZIP file is an OpenDocument text."""
    return "content.xml" in archive and b"opendocument.text" in (
        archive.read("mimetype") if "mimetype" in archive else b""
    )


def read_odt(source: Source) -> Reading:
    """Read an OpenDocument text: its paragraphs and tables in order.

    Raises:
        ReadError: It is damaged, protected by a password or too large.
    """
    archive = open_archive(source)
    reading = Reading("odt")
    walker = _Walker(reading)
    for element in archive.elements("content.xml", _OUTERMOST):
        walker.add(element)
    blocks_to_pieces(walker.blocks, reading, source)
    if "styles.xml" in archive:
        for element in archive.elements("styles.xml", _RUNNING):
            reading.leave_out(_all_text(element), _RUNNING[element.tag])
    return reading


class _Walker:
    """Gathers the blocks of a body; recursion is bounded, since the parser refuses trees deeper than 256."""

    def __init__(self, reading: Reading) -> None:
        self.blocks: list[Paragraph | Table] = []
        self._reading = reading
        self._bold: set[str] = set()
        self._number = 0
        self._above: _Element | None = None
        self._table = Table(0)

    def add(self, element: _Element) -> None:
        """Gather a paragraph, a row of a table or a style; what is left out goes to the report."""
        if element.tag == f"{_STYLE}style":
            properties = element.find(f"{_STYLE}text-properties")
            if properties is not None and properties.get(f"{_FO}font-weight") in ("bold", "700", "800", "900"):
                self._bold.add(element.get(f"{_STYLE}name") or "")
        elif element.tag in _PARAGRAPHS:
            self._number += 1
            heading = element.tag == f"{_TEXT}h"
            self.blocks.extend(self._line(element).paragraphs(self._number, heading=heading))
        elif element.tag == f"{_TABLE}table-row":
            self._row(element)
        else:
            self._reading.leave_out(_all_text(element), _LEFT_OUT[element.tag], self._number)

    def _line(self, paragraph: _Element) -> Line:
        line = Line()
        self._add(paragraph, line, bold=paragraph.get(f"{_TEXT}style-name") in self._bold)
        return line

    def _add(self, element: _Element, line: Line, *, bold: bool) -> None:
        line.add(" ".join(element.text.split("\n")) if element.text else "", bold=bold)
        for child in element:
            if child.tag == f"{_TEXT}s":
                count = child.get(f"{_TEXT}c") or "1"
                line.add(" " * min(int(count) if count.isdecimal() else 1, _MOST_SPACES), bold=bold)
            elif child.tag == f"{_TEXT}tab":
                line.add("\t", bold=bold)
            elif child.tag == f"{_TEXT}line-break":
                line.add("\n", bold=bold)
            elif child.tag in _LEFT_OUT:
                self._reading.leave_out(_all_text(child), _LEFT_OUT[child.tag], self._number)
            elif isinstance(child.tag, str):
                self._add(child, line, bold=bold or child.get(f"{_TEXT}style-name") in self._bold)
            line.add(" ".join(child.tail.split("\n")) if child.tail else "", bold=bold)

    def _row(self, row: _Element) -> None:
        self._number += 1
        # As long as a table is held here, each of its rows finds the same object above itself.
        above = next(row.iterancestors(f"{_TABLE}table"), None)
        if above is None or above is not self._above:
            self._above = above
            self._table = Table(self._number)
            self.blocks.append(self._table)
        cells = []
        for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            lines = [self._line(paragraph).text() for tag in _PARAGRAPHS for paragraph in cell.iter(tag)]
            cells.append("\n".join(line for line in lines if line.strip()))
        self._table.rows.append(cells)


def _all_text(element: _Element) -> str:
    return " ".join(" ".join(element.itertext()).split())
