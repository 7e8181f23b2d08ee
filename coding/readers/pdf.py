"""PDF: lines by their place on the page, without running heads, page numbers and line numbers."""

from __future__ import annotations

import gc
import io
import re
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from coding.readers.paragraphs import Paragraph
from coding.readers.source import FOOTER, HEADER, NUMBER, OUTSIDE, Reading, Source
from coding.readers.typed import typed_to_pieces

MOST_PAGES = 2000
_PAGES_BETWEEN_COLLECTIONS = 50
MOST_UNPACKED_BYTES = 200 * 1024 * 1024
LONGEST_S = 120.0
_SAME_LINE = 0.4
_PARAGRAPH_GAP = 1.45
_EDGE = 0.12
_BOLD = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–—]?\s*\d{1,4}\s*(?:(?:of|/|von|de)\s*\d{1,4})?\s*[-–—]?", re.IGNORECASE)
_STREAM = re.compile(rb"stream\r?\n")
_TWICE = re.compile(rb"/Filter\s*\[\s*/(?:FlateDecode|Fl|LZWDecode)\s*/(?:FlateDecode|Fl|LZWDecode)")


@dataclass(slots=True)
class _Line:
    """A line of words with its place: ``top`` and ``left`` in points from the page's upper left corner."""

    words: list[str]
    page: int
    top: float
    left: float
    size: float
    bold_chars: int
    share: float

    @property
    def text(self) -> str:
        return " ".join(self.words)


def read_pdf(source: Source) -> Reading:
    """Read a PDF that has text; its lines are joined to paragraphs, and labels are looked for at their start.

    Raises:
        ReadError: It has a password, no text, is damaged, or takes more than two minutes.
    """
    _check_bounds(source)
    reading = Reading("pdf")
    pages = _pages(source, reading)
    lines = [line for page in pages for line in page]
    if not lines:
        raise source.error("the PDF has no text, only pictures of pages; run text recognition (OCR) on it first")
    running = _running_lines(lines, len(pages)) | _repeated_lines(pages)
    kept = []
    for line in lines:
        reason = running.get((line.page, line.top))
        if reason is None:
            kept.append(line)
        else:
            reading.leave_out(line.text, reason, line.page)
    typed_to_pieces(list(_paragraphs(kept)), reading, speakers=source.speakers, wrapped=True)
    return reading


def _check_bounds(source: Source) -> None:
    """Refuse what unpacks to more than memory should hold, before the PDF library unpacks it all at once."""
    data = source.data
    if _TWICE.search(data):
        raise source.error("the PDF packs its streams twice, as files made to do harm do; it was not opened")
    left = MOST_UNPACKED_BYTES
    for start in _STREAM.finditer(data):
        unpacker = zlib.decompressobj()
        try:
            left -= len(unpacker.decompress(data[start.end() : start.end() + left], left + 1))
        except zlib.error:
            continue
        if left < 0:
            raise source.error("the PDF unpacks to more than 200 MB, which no transcript does; it was not opened")


def _pages(source: Source, reading: Reading) -> list[list[_Line]]:
    import pdfplumber

    deadline = time.monotonic() + LONGEST_S
    pages: list[list[_Line]] = []
    try:
        with pdfplumber.open(io.BytesIO(source.data)) as pdf:
            for page in pdf.pages[:MOST_PAGES]:
                words = page.extract_words(extra_attrs=["fontname", "size"], keep_blank_chars=False)
                height, width = float(page.height), float(page.width)
                pages.append(list(_lines(words, len(pages) + 1, height, width, reading)))
                page.close()
                if len(pages) % _PAGES_BETWEEN_COLLECTIONS == 0:
                    gc.collect()
                if time.monotonic() > deadline:
                    break
            total = len(pdf.pages)
    except Exception as err:  # pdfminer lets many kinds through on damaged files
        raise source.error(_why(err)) from err
    if len(pages) < total:
        raise source.error(f"the PDF has {total} pages and takes too long to read; save the transcript as text or DOCX")
    return pages


def _why(err: Exception) -> str:
    if "Password" in repr(err) or "Encryption" in repr(err):
        return "the PDF is protected by a password; save it without one and import that file"
    return "the PDF is damaged; open it where it was made and save it again"


def _lines(
    words: Sequence[dict[str, object]], page: int, height: float, width: float, reading: Reading
) -> Iterator[_Line]:
    """Yield the lines of a page from top to bottom; words outside the page and numbers in the margin are reported."""
    rows: list[list[dict[str, object]]] = []
    for word in sorted(words, key=lambda word: (_f(word, "top"), _f(word, "x0"))):
        if not (_f(word, "bottom") > 0 and _f(word, "top") < height and _f(word, "x1") > 0 and _f(word, "x0") < width):
            reading.leave_out(str(word["text"]), NUMBER if str(word["text"]).isdigit() else OUTSIDE, page)
        elif rows and abs(_f(word, "bottom") - _f(rows[-1][0], "bottom")) < _SAME_LINE * _f(word, "size"):
            rows[-1].append(word)
        else:
            rows.append([word])
    margin = _margin(rows)
    for row in rows:
        row.sort(key=lambda word: _f(word, "x0"))
        while row and str(row[0]["text"]).isdigit() and _f(row[0], "x1") < margin:
            reading.leave_out(str(row.pop(0)["text"]), NUMBER, page)
        if row:
            bold = 0
            for word in row:
                if not _BOLD.search(str(word["fontname"])):
                    break
                bold += len(str(word["text"])) + 1
            texts = [str(word["text"]) for word in row]
            at = min(_f(word, "top") for word in row)
            yield _Line(
                texts, page, at, _f(row[0], "x0"), _f(row[0], "size"), min(bold, len(" ".join(texts))), at / height
            )


def _f(word: dict[str, object], key: str) -> float:
    value = word[key]
    return float(value) if isinstance(value, int | float) else 0.0


def _margin(rows: Sequence[Sequence[dict[str, object]]]) -> float:
    """Return where most lines begin, numbers aside."""
    starts: Counter[int] = Counter()
    for row in rows:
        words = [word for word in row if not str(word["text"]).isdigit()]
        if words:
            starts[round(min(_f(word, "x0") for word in words))] += 1
    return starts.most_common(1)[0][0] if starts else 0.0


def _running_lines(lines: Sequence[_Line], pages: int) -> dict[tuple[int, float], str]:
    """Find heads and feet: lines at a page's edge that stand on half of the pages but for their numbers."""
    found: dict[tuple[int, float], str] = {}
    shapes: Counter[tuple[str, bool]] = Counter()
    edges = [line for line in lines if line.share < _EDGE or line.share > 1 - _EDGE]
    for line in edges:
        shapes[_shape(line)] += 1
    for line in edges:
        number = _PAGE_NUMBER.fullmatch(line.text) is not None
        if (pages > 1 and shapes[_shape(line)] >= max(2, pages / 2)) or number:
            found[(line.page, line.top)] = HEADER if line.share < _EDGE else FOOTER
    return found


def _repeated_lines(pages: Sequence[Sequence[_Line]]) -> dict[tuple[int, float], str]:
    """Find lines cut by a page's upper edge that stand whole at the foot of the page before, as browsers print."""
    found: dict[tuple[int, float], str] = {}
    for before, page in pairwise(pages):
        if page and page[0].top < 0 and any(line.text == page[0].text for line in before[-4:]):
            found[(page[0].page, page[0].top)] = "line repeated at a page break"
    return found


def _shape(line: _Line) -> tuple[str, bool]:
    return re.sub(r"\d+", "0", line.text), line.share < _EDGE


def _paragraphs(lines: Sequence[_Line]) -> Iterator[Paragraph]:
    gaps = sorted(b.top - a.top for a, b in pairwise(lines) if a.page == b.page and b.top > a.top)
    usual = gaps[len(gaps) // 4] if gaps else 12.0
    body = Counter(round(line.size, 1) for line in lines).most_common(1)[0][0]
    last: _Line | None = None
    for number, line in enumerate(lines, start=1):
        gap = last is None or (line.page == last.page and line.top - last.top > _PARAGRAPH_GAP * usual)
        heading = line.size > 1.25 * body
        yield Paragraph(line.text, number, after_blank=gap, heading=heading, bold_chars=line.bold_chars)
        last = line
