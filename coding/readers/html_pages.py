"""Web pages, and transcripts that services export as such."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from coding.readers.blocks import Line, Table, blocks_to_pieces
from coding.readers.paragraphs import Paragraph
from coding.readers.source import COMMENT, HEADER, Reading, Source

_BLOCKS = frozenset(
    "p div section article main li ul ol dl dt dd h1 h2 h3 h4 h5 h6 blockquote pre table tr td th body html header "
    "footer nav aside figure figcaption form fieldset address hr details summary tbody thead tfoot caption center "
    "option select".split()
)
_ASIDES = {
    "script": "script",
    "style": "script",
    "title": HEADER,
    "template": "script",
    "nav": "navigation",
    "noscript": "script",
}
# A no-break space is a word character to its author and stays.
_SPACE = re.compile(r"[ \t\n\r\f]+")
_BOLD = frozenset({"b", "strong", "dt"})
_LABEL_CLASS = re.compile(r"speaker|name|author|time|stamp", re.IGNORECASE)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def sniff_html(text: str) -> bool:
    """Tell whether a text begins as a web page does."""
    start = text[:2000].lstrip().lower()
    return start.startswith(("<!doctype html", "<html", "<head", "<body")) or (
        "<html" in start and start.startswith("<")
    )


def read_html(source: Source) -> Reading:
    """Read a web page: its paragraphs and tables in order, without scripts and styles.

    Raises:
        ReadError: It is not text, or a column that the user named is not there.
    """
    reading = Reading("html", encoding=source.decoded.encoding)
    page = _Page(reading)
    page.feed(source.text)
    page.close()
    page.end_paragraph()
    blocks_to_pieces(page.blocks, reading, source)
    return reading


class _Page(HTMLParser):
    """Gathers the blocks of a page; keeps counters instead of a tree, so that no nesting is too deep."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Paragraph | Table] = []
        self._reading = reading
        self._line = Line()
        self._started = 1
        self._bold = 0
        self._pre = 0
        self._heading = False
        self._aside: str | None = None
        self._table: Table | None = None
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start a paragraph, row or cell, or make what follows bold."""
        if tag in _BLOCKS:
            self.end_paragraph()
            self._heading = tag in _HEADINGS
        if tag == "br":
            self._line.add("\n", bold=False)
        elif tag == "span" and any(name == "class" and _LABEL_CLASS.search(value or "") for name, value in attrs):
            # A style sheet sets these apart; without it names and times would stick to the words.
            self._line.add(" ", bold=self._bold > 0)
        elif tag in _BOLD:
            self._bold += 1
        elif tag == "pre":
            self._pre += 1
        elif tag in _ASIDES:
            self._aside = self._aside or tag
        self._start_table(tag)

    def _start_table(self, tag: str) -> None:
        if tag == "table" and self._table is None:
            self._table = Table(self.getpos()[0])
        elif tag == "tr" and self._table is not None:
            self._table.rows.append([])
        elif tag in ("td", "th") and self._table is not None:
            self._end_cell()
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        """End a paragraph, row, cell or table."""
        if tag in _BLOCKS:
            self.end_paragraph()
            self._heading = False
        if tag in _BOLD:
            self._bold = max(0, self._bold - 1)
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)
        elif tag == self._aside:
            self._aside = None
        elif tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "table" and self._table is not None:
            self._end_cell()
            self.blocks.append(self._table)
            self._table = None

    def handle_data(self, data: str) -> None:
        """Take words: into the paragraph, or to the report where they are none."""
        if self._aside is not None:
            self._reading.leave_out(data, _ASIDES[self._aside], self.getpos()[0])
            return
        if not self._line.parts:
            self._started = self.getpos()[0]
        if not self._pre:
            data = _SPACE.sub(" ", data)
        self._line.add(data, bold=self._bold > 0)

    def handle_comment(self, data: str) -> None:
        """Report a comment, which no browser shows."""
        self._reading.leave_out(data, COMMENT, self.getpos()[0])

    def end_paragraph(self) -> None:
        """Close the paragraph that is open, if it has words."""
        line, self._line = self._line, Line()
        if not line.text().strip():
            return
        if self._cell is not None:
            self._cell.append(line.text().strip())
        else:
            self.blocks.extend(line.paragraphs(self._started, heading=self._heading))

    def _end_cell(self) -> None:
        if self._cell is None or self._table is None:
            return
        self.end_paragraph()
        if not self._table.rows:
            self._table.rows.append([])
        self._table.rows[-1].append("\n".join(self._cell))
        self._cell = None
