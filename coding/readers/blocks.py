"""Documents that mix paragraphs and tables, as word processors and web pages write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from coding.readers.paragraphs import Paragraph, consume
from coding.readers.source import HEADER, Piece, Reading, Source
from coding.readers.tables import Row, names_words, read_rows
from coding.readers.typed import typed_to_pieces

_LONG_CHARS = 300


@dataclass(slots=True)
class Table:
    """A table of a document: rows of cells, a cell's paragraphs separated by LF, and its number in the source."""

    line: int
    rows: list[list[str]] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """A line while its parts come in: pieces of text, each bold or not."""

    parts: list[tuple[str, bool]] = field(default_factory=list)

    def add(self, text: str, *, bold: bool) -> None:
        """Add a run of characters."""
        if text:
            self.parts.append((text, bold))

    def paragraphs(self, line: int, *, heading: bool = False) -> Iterator[Paragraph]:
        """Yield a paragraph for each line with words; the first starts a new paragraph."""
        first = True
        current: list[tuple[str, bool]] = []
        for text, bold in (*self.parts, ("\n", False)):
            head, *rest = text.split("\n")
            current.append((head, bold))
            for part in rest:
                made = _paragraph(current, line, heading=heading, after_blank=first)
                if made is not None:
                    yield made
                    first = False
                current = [(part, bold)]

    def text(self) -> str:
        """Return the whole text."""
        return "".join(text for text, _ in self.parts)


def _paragraph(parts: Sequence[tuple[str, bool]], line: int, *, heading: bool, after_blank: bool) -> Paragraph | None:
    whole = "".join(text for text, _ in parts)
    text = whole.strip()
    if not text:
        return None
    bold_chars = 0
    for part, bold in parts:
        if not bold and part.strip():
            break
        bold_chars += len(part)
    skipped = len(whole) - len(whole.lstrip())
    bold_chars = (
        min(len(text), max(0, bold_chars - skipped)) if any(bold and part.strip() for part, bold in parts) else 0
    )
    return Paragraph(text, line, after_blank, heading, bold_chars)


def blocks_to_pieces(blocks: list[Paragraph | Table], reading: Reading, source: Source) -> None:
    """Put the turns of a document into ``reading``: of its tables where they hold most of the words, else of its lines.

    The list of blocks is emptied.

    Raises:
        ReadError: A column that the user named is not there.
    """
    tables = [block for block in blocks if isinstance(block, Table) and _is_wide(block)]
    in_tables = _chars(tables)
    in_lines = sum(len(block.text) for block in blocks if isinstance(block, Paragraph))
    if tables and in_tables > in_lines:
        _read_tables(blocks, reading, source)
        return
    paragraphs = list(_flat(consume(blocks)))
    typed_to_pieces(paragraphs, reading, speakers=source.speakers)


def _is_wide(table: Table) -> bool:
    return len(table.rows) > 1 and sum(sum(bool(cell.strip()) for cell in row) > 1 for row in table.rows) >= 0.5 * len(
        table.rows
    )


def _read_tables(blocks: list[Paragraph | Table], reading: Reading, source: Source) -> None:
    first = _first_with_columns([block for block in blocks if isinstance(block, Table)])
    rows: list[Row] = []
    for block in consume(blocks):
        if isinstance(block, Table) and (first is None or block.line >= first.line):
            rows.extend((block.line + at, row) for at, row in enumerate(block.rows))
        elif isinstance(block, Table):
            for at, row in enumerate(block.rows):
                reading.leave_out(" ".join(cell.strip() for cell in row if cell.strip()), HEADER, block.line + at)
        elif len(block.text) > _LONG_CHARS:
            reading.pieces.append(Piece(block.text, line=block.line))
        else:
            reading.leave_out(block.text, HEADER, block.line)
    read_rows(rows, reading, source)


def _first_with_columns(tables: Sequence[Table]) -> Table | None:
    """Return the first table whose first row names its columns, if it and those below hold most of the words.

    The tables above it say when and where the session was.
    """
    for at, table in enumerate(tables):
        if table.rows and names_words(table.rows[0]):
            return table if _chars(tables[at:]) > _chars(tables[:at]) else None
    return None


def _chars(tables: Sequence[Table]) -> int:
    return sum(len(cell) for table in tables for row in table.rows for cell in row)


def _flat(blocks: Iterable[Paragraph | Table]) -> Iterator[Paragraph]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
            continue
        for at, row in enumerate(block.rows):
            filled = [cell for cell in row if cell.strip()]
            if len(filled) > 1 and all("\n" not in cell for cell in filled):
                yield Paragraph("\t".join(cell.strip() for cell in filled), block.line + at, after_blank=True)
                continue
            for cell in filled:
                for number, line in enumerate(cell.split("\n")):
                    if line.strip():
                        yield Paragraph(line.strip(), block.line + at, after_blank=number == 0)
