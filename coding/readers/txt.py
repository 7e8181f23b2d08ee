"""Plain text and Markdown."""

from __future__ import annotations

from coding.readers.paragraphs import Paragraph
from coding.readers.source import Reading, Source
from coding.readers.timing import lines_of
from coding.readers.typed import typed_to_pieces


def read_txt(source: Source) -> Reading:
    """Read plain text or Markdown with typed labels, or with none.

    Raises:
        ReadError: The bytes are not text.
    """
    kind = "markdown" if source.suffix in (".md", ".markdown") else "text"
    reading = Reading(kind, encoding=source.decoded.encoding)
    typed_to_pieces(paragraphs_of_text(source.take_text()), reading, speakers=source.speakers)
    return reading


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
