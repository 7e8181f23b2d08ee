"""SubRip: numbered cues, with or without names."""

from __future__ import annotations

from coding.readers.cues import cues_to_pieces
from coding.readers.source import Reading, Source
from coding.readers.timing import blocks_of, is_pair, is_timing, lines_of
from coding.readers.vtt import voices_of

_LINES_LOOKED_AT = 40
_CHARS_LOOKED_AT = 2000


def sniff_srt(text: str) -> bool:
    """Tell whether one of the first lines is a timing line, with a number or nothing above it."""
    before = ""
    for count, (_, line) in enumerate(lines_of(text)):
        if is_timing(line):
            return not before.strip() or before.strip().isdigit()
        if count > _LINES_LOOKED_AT:
            break
        before = line
    return False


def read_srt(source: Source) -> Reading:
    """Read SubRip and SubViewer (``.sbv``); WebVTT without its first line reads the same way.

    Raises:
        ReadError: The bytes are not text.
    """
    start = source.text[:_CHARS_LOOKED_AT].split("\n")
    reading = Reading("sbv" if any(is_pair(line) for line in start) else "srt", encoding=source.decoded.encoding)
    cues = [cue for block in blocks_of(source.text, reading) for cue in voices_of(block, reading)]
    cues_to_pieces(cues, reading, speakers=source.speakers)
    return reading
