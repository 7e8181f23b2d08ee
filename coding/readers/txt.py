"""Plain text and Markdown."""

from __future__ import annotations

import re

from coding.readers.paragraphs import Paragraph
from coding.readers.source import NUMBER, Reading, Source
from coding.readers.timing import lines_of
from coding.readers.typed import typed_to_pieces

_NUMBER = re.compile(r"(\d{1,6})[.):]?(?:\s+|$)")
_FEWEST_NUMBERED = 4


def read_txt(source: Source) -> Reading:
    """Read plain text or Markdown with typed labels, or with none.

    Raises:
        ReadError: The bytes are not text.
    """
    kind = "markdown" if source.suffix in (".md", ".markdown") else "text"
    reading = Reading(kind, encoding=source.decoded.encoding)
    paragraphs = paragraphs_of_text(source.take_text())
    _leave_out_numbers(paragraphs, reading)
    typed_to_pieces(paragraphs, reading, speakers=source.speakers)
    return reading


def _leave_out_numbers(paragraphs: list[Paragraph], reading: Reading) -> None:
    """Take line numbers off where every line has one and they count up, as analysts of conversation number them."""
    if len(paragraphs) < _FEWEST_NUMBERED or not paragraphs[0].text[:1].isdigit():
        return
    numbers = [_NUMBER.match(one.text) for one in paragraphs]
    first = int(numbers[0][1]) if numbers[0] else 0
    for at, found in enumerate(numbers):
        if found is None or int(found[1]) != first + at:
            return
    for one, found in zip(paragraphs, numbers, strict=True):
        if found is not None:
            reading.leave_out(found[0].strip(), NUMBER, one.line)
            one.text = one.text[found.end() :]
    paragraphs[:] = [one for one in paragraphs if one.text]


def paragraphs_of_text(text: str) -> list[Paragraph]:
    """Return the lines with words as paragraphs."""
    found = []
    blank = False
    for number, line in lines_of(text):
        if not line or line.isspace():
            blank = True
            continue
        found.append(
            Paragraph(
                line.strip(), number, after_blank=blank, heading=line.startswith("#") and line.lstrip("#")[:1] == " "
            )
        )
        blank = False
    return found
