"""Advanced SubStation (``.ass``, ``.ssa``), as subtitle editors write it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coding.readers.cues import Cue, cues_to_pieces
from coding.readers.source import HEADER, MARKUP, SILENT, TIMESTAMP, Reading, Source
from coding.readers.times import seconds
from coding.readers.timing import lines_of

_OVERRIDE = re.compile(r"\{[^{}]*\}")
_COLUMNS = "layer start end style name marginl marginr marginv effect text".split()


def sniff_ass(text: str) -> bool:
    """Tell whether a text begins as a subtitle script does."""
    return text[:2000].lstrip().lower().startswith("[script info]")


def read_ass(source: Source) -> Reading:
    """Read a subtitle script: a cue a line of dialogue, who speaks by its column of names.

    Raises:
        ReadError: The bytes are not text.
    """
    reading = Reading("ass", encoding=source.decoded.encoding)
    cues = list(_cues(source.text, reading))
    reading.cues_in = reading.cues_out = len(cues)
    if not any(cue.speaker for cue in cues):
        for cue in cues:
            cue.known = False
    cues_to_pieces(cues, reading, speakers=source.speakers)
    return reading


def _cues(text: str, reading: Reading) -> Iterator[Cue]:
    columns, events = _COLUMNS, False
    for at, line in lines_of(text):
        kind, colon, rest = line.partition(":")
        kind = kind.strip().lower()
        if line.strip().startswith("["):
            events = line.strip().lower() == "[events]"
        if events and kind == "format" and colon:
            columns = [name.strip().lower() for name in rest.split(",")]
        if not (events and kind == "dialogue" and colon and "text" in columns):
            reading.leave_out(line, HEADER, at)
            continue
        cells = dict(zip(columns, (cell.strip() for cell in rest.split(",", len(columns) - 1)), strict=False))
        reading.leave_out(f"{cells.pop('start', '')} {cells.pop('end', '')}", TIMESTAMP, at)
        words, name = cells.pop("text", ""), cells.pop("name", cells.pop("actor", ""))
        reading.leave_out(" ".join(cells.values()), MARKUP, at)
        for override in _OVERRIDE.findall(words):
            reading.leave_out(override, MARKUP, at)
        words = _OVERRIDE.sub("", words).replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ").strip()
        start, end = (_clock(part) for part in _times(rest, columns))
        if words:
            yield Cue(words, start, end, at, name or None, known=True)
        else:
            reading.leave_out(name, SILENT, at)


def _times(rest: str, columns: list[str]) -> tuple[str, str]:
    cells = rest.split(",", len(columns) - 1)
    found = [cells[columns.index(name)] if name in columns[: len(cells)] else "" for name in ("start", "end")]
    return found[0], found[1]


def _clock(text: str) -> float | None:
    return seconds(text.strip())
