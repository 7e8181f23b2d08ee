"""Text in which nobody is named: a turn a paragraph, or by sentences and times where every line has a time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coding.readers.cues import Cue, merge
from coding.readers.paragraphs import (
    NOTICE_LINE,
    TIME_LINE,
    Paragraph,
    consume,
    is_heading,
    joined,
    looks_wrapped,
    without_times,
)
from coding.readers.source import NOTICE, TIMESTAMP, Piece, Reading
from coding.readers.times import CLOCK, time_range

_LEAD_TIME = re.compile(
    rf"(?P<time>[\[(]\s*{CLOCK}(?:\s*(?:--?>|[-–—])\s*{CLOCK})?\s*[\])]|{CLOCK}(?=\s{{2}}|\t))[\s:–-]*(?P<rest>.*)",
    re.DOTALL,
)

_DASH = re.compile(r"[-–—]\s*(?=\S)")
_FEWEST_DASHES = 4
_SHARE_OF_DASHES = 0.6


def plain_pieces(paragraphs: list[Paragraph], reading: Reading, *, wrapped: bool | None = None) -> None:
    """Put paragraphs into ``reading`` as turns without a speaker; times at their start become the turns' times.

    The list of paragraphs is emptied.
    """
    _part_at_dashes(paragraphs)
    if wrapped is None:
        wrapped = looks_wrapped(paragraphs)
    pieces = list(_pieces(paragraphs, reading, wrapped=wrapped))
    timed = sum(piece.start_s is not None for piece in pieces)
    if len(pieces) >= 4 and timed >= 0.8 * len(pieces):
        reading.cues_in = reading.cues_out = len(pieces)
        pieces = list(merge(Cue(piece.text, piece.start_s, piece.end_s, piece.line) for piece in pieces))
    reading.pieces.extend(pieces)


def _part_at_dashes(paragraphs: list[Paragraph]) -> None:
    """Let each line be a turn, without its dash, where most lines begin with one, as dialogue is set."""
    dashed = [one for one in paragraphs if _DASH.match(one.text)]
    if len(dashed) < _FEWEST_DASHES or len(dashed) < _SHARE_OF_DASHES * len(paragraphs):
        return
    for one in dashed:
        one.text, one.after_blank = _DASH.sub("", one.text), True


def _pieces(paragraphs: list[Paragraph], reading: Reading, *, wrapped: bool) -> Iterator[Piece]:
    time: tuple[float | None, float | None] = (None, None)
    run: list[str] = []
    piece = Piece("")
    for one in consume(paragraphs):
        text = one.text.strip()
        is_time, is_notice, is_title = TIME_LINE.fullmatch(text), NOTICE_LINE.fullmatch(text), is_heading(one)
        lead = None if is_time else _LEAD_TIME.match(text)
        if run and (one.after_blank or is_time or is_notice or is_title or lead):
            piece.text = without_times(joined(run, wrapped=wrapped), reading, piece.line)
            yield piece
            run = []
        if is_time:
            reading.leave_out(text, TIMESTAMP, one.line)
            time = time_range(text)
        elif is_notice:
            reading.leave_out(text, NOTICE, one.line)
        elif is_title:
            yield Piece(text.lstrip("# "), line=one.line, heading=True)
        else:
            if lead:
                reading.leave_out(lead["time"], TIMESTAMP, one.line)
                time, text = time_range(_inside(lead["time"])), lead["rest"]
            if not run:
                piece = Piece("", start_s=time[0], end_s=time[1], line=one.line)
                time = (None, None)
            run.append(text)
    if run:
        piece.text = without_times(joined(run, wrapped=wrapped), reading, piece.line)
        yield piece


def _inside(time: str) -> str:
    return time.strip("[]() ")
