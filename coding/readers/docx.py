"""Word documents: Teams of both kinds, Google Meet, typed labels and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from coding.readers.archives import Archive, open_archive
from coding.readers.blocks import Line, Table, blocks_to_pieces
from coding.readers.paragraphs import Paragraph
from coding.readers.source import COMMENT, FOOTER, HEADER, Reading, Source

if TYPE_CHECKING:
    from lxml.etree import _Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Word's "strict" documents have the same elements in a namespace of another name.
_STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
}
_MAIN = re.compile(r"word/document\d*\.xml")
_ASIDES = (
    (re.compile(r"word/header\d*\.xml"), HEADER),
    (re.compile(r"word/footer\d*\.xml"), FOOTER),
    (re.compile(r"word/(?:footnotes|endnotes)\d*\.xml"), "footnote"),
    (re.compile(r"word/comments\d*\.xml"), COMMENT),
)
_BREAKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-", f"{_W}ptab": "\t"}
_LEFT_OUT = {
    f"{_W}del": "deleted in the source",
    f"{_W}moveFrom": "moved in the source",
    f"{_W}txbxContent": "text box",
    f"{_W}instrText": "field code",
}
# Drawings stand twice, for new programs and for old ones; the old form repeats the words of the new one.
_SKIPPED = frozenset({"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback", f"{_W}rPr", f"{_W}pPr"})
_OUTERMOST = frozenset({f"{_W}p", f"{_W}tr", *_LEFT_OUT, *_SKIPPED})
"""What is read at a time, wherever it stands: in content controls, in tracked insertions."""


def is_docx(archive: Archive) -> bool:
    """Tell whether a ZIP file is a Word document."""
    return any(_MAIN.fullmatch(name) for name in archive.names)


def read_docx(source: Source) -> Reading:
    """Read a Word document: its paragraphs and tables in order; what stands around them goes to the report.

    Raises:
        ReadError: It is damaged, protected by a password or too large.
    """
    archive = open_archive(source)
    main = next((name for name in sorted(archive.names) if _MAIN.fullmatch(name)), "word/document.xml")
    reading = Reading("docx")
    walker = _Walker(reading, _headings(archive))
    for element in archive.elements(main, _OUTERMOST, namespaces=_STRICT):
        walker.add(element)
    blocks_to_pieces(walker.blocks, reading, source)
    for pattern, reason in _ASIDES:
        for name in sorted(filter(pattern.fullmatch, archive.names)):
            paragraphs = archive.elements(name, (f"{_W}p",), namespaces=_STRICT)
            for number, paragraph in enumerate(paragraphs, start=1):
                reading.leave_out(_all_text(paragraph), reason, number)
    if any(name.endswith("vbaProject.bin") for name in archive.names):
        reading.warn("the document has macros; they were not read and nothing of them was run")
    return reading


def _headings(archive: Archive) -> frozenset[str]:
    """Return the ids of the styles that are headings, whatever the language of the ids."""
    if "word/styles.xml" not in archive:
        return frozenset()
    found = set()
    for style in archive.elements("word/styles.xml", (f"{_W}style",), namespaces=_STRICT):
        name = style.find(f"{_W}name")
        if name is not None and re.match(r"(?:heading|title|subtitle)\b", (name.get(f"{_W}val") or "").lower()):
            found.add(style.get(f"{_W}styleId") or "")
    return frozenset(found)


class _Walker:
    """Gathers the blocks of a body; recursion is bounded, since the parser refuses trees deeper than 256."""

    def __init__(self, reading: Reading, headings: frozenset[str]) -> None:
        self.blocks: list[Paragraph | Table] = []
        self._reading = reading
        self._headings = headings
        self._number = 0
        self._above: _Element | None = None
        self._table = Table(0)

    def add(self, element: _Element) -> None:
        """Gather a paragraph or a row of a table; what is left out goes to the report."""
        if element.tag == f"{_W}p":
            self._number += 1
            line = self._line(element)
            self.blocks.extend(line.paragraphs(self._number, heading=self._is_heading(element)))
        elif element.tag == f"{_W}tr":
            self._row(element)
        elif element.tag in _LEFT_OUT:
            self._reading.leave_out(_all_text(element), _LEFT_OUT[element.tag], self._number)

    def _line(self, paragraph: _Element) -> Line:
        line = Line()
        self._runs(paragraph, line, bold=False)
        return line

    def _runs(self, parent: _Element, line: Line, *, bold: bool) -> None:
        for child in parent:
            tag = child.tag
            if tag == f"{_W}r":
                self._runs(child, line, bold=_is_bold(child))
            elif tag in (f"{_W}t", "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"):
                # A line end inside the XML is only how it was written; Word shows a space.
                line.add((child.text or "").replace("\n", " "), bold=bold)
            elif tag in _BREAKS:
                line.add(_BREAKS[tag], bold=bold)
            elif tag in _LEFT_OUT:
                self._reading.leave_out(_all_text(child), _LEFT_OUT[tag], self._number)
            elif isinstance(tag, str) and tag not in _SKIPPED:
                self._runs(child, line, bold=bold)

    def _is_heading(self, paragraph: _Element) -> bool:
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        return style is not None and style.get(f"{_W}val") in self._headings

    def _row(self, row: _Element) -> None:
        self._number += 1
        # As long as a table is held here, each of its rows finds the same object above itself.
        above = next(row.iterancestors(f"{_W}tbl"), None)
        if above is None or above is not self._above:
            self._above = above
            self._table = Table(self._number)
            self.blocks.append(self._table)
        self._table.rows.append([self._cell(cell) for cell in _children(row, f"{_W}tc")])

    def _cell(self, cell: _Element) -> str:
        lines = [self._line(paragraph).text() for paragraph in cell.iter(f"{_W}p") if _is_own(paragraph)]
        return "\n".join(line for line in lines if line.strip())


def _children(parent: _Element, tag: str) -> Iterator[_Element]:
    """Yield the children of that tag, also those inside content controls."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            yield from _children(child, tag)


def _is_own(paragraph: _Element) -> bool:
    """Tell whether a paragraph is not inside a text box, which is reported apart."""
    return next(paragraph.iterancestors(f"{_W}txbxContent"), None) is None


def _is_bold(run: _Element) -> bool:
    mark = run.find(f"{_W}rPr/{_W}b")
    return mark is not None and (mark.get(f"{_W}val") or "1") not in ("0", "false", "off")


def _all_text(element: _Element) -> str:
    """Return all words below an element, each paragraph and break a space."""
    parts = []
    for node in element.iter():
        if node.tag in (f"{_W}t", f"{_W}delText", f"{_W}instrText"):
            parts.append(node.text or "")
        elif node.tag in _BREAKS or node.tag == f"{_W}p":
            parts.append(" ")
    return " ".join("".join(parts).split())
