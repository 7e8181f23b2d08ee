"""The timing lines of VTT and SRT, however malformed, and the blocks between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from coding.readers.source import CUE_ID, TIMESTAMP, Reading
from coding.readers.times import seconds

Line = tuple[int, str]
"""A line with its number in the source, from 1."""

_TIMING = re.compile(r"\s*(?P<start>[-\d:.,]+)\s*--?>\s*(?P<end>[-\d:.,]+)(?:\s.*)?")
_PAIR = re.compile(r"\s*(?P<start>\d{1,3}:\d{2}:\d{2}\.\d{3}),(?P<end>\d{1,3}:\d{2}:\d{2}\.\d{3})\s*")
_NOT_PADDED = re.compile(r"(?:^|\s)\d+:\d:\d|:\d[.,]")
_ID = re.compile(r"\d+|[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{10,40}(?:/\d+-\d+)?|GUID-\d+|[A-Za-z]{0,12}[-_]\d+")
_TIMINGS_LOOKED_AT = 200


@dataclass(slots=True)
class Block:
    """A timing line and the words below it.

    Attributes:
        line: Line number of the timing line, from 1.
        start_s: Start in seconds, where it could be read.
        end_s: End in seconds.
        lines: The lines of words.
        timed: False for words that stand before the first timing line.
        id: What stands above the timing line, if it is more than a number.
    """

    line: int
    start_s: float | None = None
    end_s: float | None = None
    lines: list[str] = field(default_factory=list)
    timed: bool = True
    id: str | None = None


def lines_of(text: str) -> Iterator[Line]:
    """Yield the lines with their numbers, without holding all of them."""
    at, number, end = 0, 1, len(text)
    while at < end:
        stop = text.find("\n", at)
        stop = end if stop < 0 else stop
        yield number, text[at:stop]
        at, number = stop + 1, number + 1


def paragraphs_of(text: str) -> Iterator[list[Line]]:
    """Yield the runs of lines between blank lines."""
    run: list[Line] = []
    for number, line in lines_of(text):
        if line and not line.isspace():
            run.append((number, line))
        elif run:
            yield run
            run = []
    if run:
        yield run


def is_timing(line: str) -> bool:
    """Tell whether a line is a timing line, be it malformed."""
    return (":" in line and "->" in line and _TIMING.fullmatch(line) is not None) or is_pair(line)


def is_pair(line: str) -> bool:
    """Tell whether a line is a timing line of SubViewer, as YouTube and Meet write it: two times and a comma."""
    return 20 < len(line) < 40 and "," in line and _PAIR.fullmatch(line) is not None


def in_milliseconds(text: str) -> bool:
    """Tell whether the fractions of a file count milliseconds without padding, as those of Teams in 2022 do.

    Such files do not pad minutes and seconds either: ``0:0:10.20``.
    """
    count = 0
    for _, line in lines_of(text):
        if is_timing(line):
            count += 1
            if _NOT_PADDED.search(line):
                return True
            if count > _TIMINGS_LOOKED_AT:
                break
    return False


def blocks_of(
    text: str, reading: Reading, *, aside: Callable[[list[Line]], str | None] = lambda _: None
) -> Iterator[Block]:
    """Yield the cues of a file; ids, times and asides go to the report.

    Args:
        text: The file.
        reading: Where the report is gathered; ``cues_in`` and ``cues_out`` are set at the end.
        aside: Returns the reason why a paragraph is not said by anybody, or ``None``.
    """
    milliseconds = in_milliseconds(text)
    current: Block | None = None
    total = empty = 0
    for paragraph in paragraphs_of(text):
        reason = aside(paragraph)
        if reason is not None:
            paragraph = _leave_out_aside(paragraph, reason, reading)
        if not paragraph:
            continue
        stray = current is not None and not is_timing(paragraph[0][1]) and not _has_timing(paragraph[:2])
        if stray and current is not None and current.lines:
            reading.warn("words behind a blank line were kept with the cue before", paragraph[0][0])
        for block in _split(paragraph, current, reading, milliseconds=milliseconds):
            if current is not None and current is not block:
                empty += current.timed and not current.lines
                yield current
            total += block is not current and block.timed
            current = block
    if current is not None:
        empty += current.timed and not current.lines
        yield current
    reading.cues_in, reading.cues_out = total, total - empty
    if empty:
        reading.warn(f"{empty} cues have no words")


def _has_timing(lines: list[Line]) -> bool:
    return any(is_timing(line) for _, line in lines)


def _leave_out_aside(paragraph: list[Line], reason: str, reading: Reading) -> list[Line]:
    """Report a comment or header; return the cue that follows it without a blank line, if one does."""
    first = next((at for at, (_, line) in enumerate(paragraph) if is_timing(line)), len(paragraph))
    if 0 < first < len(paragraph) and _ID.fullmatch(paragraph[first - 1][1].strip()):
        first -= 1
    reading.leave_out("\n".join(line for _, line in paragraph[:first]), reason, paragraph[0][0])
    return paragraph[first:]


def _split(paragraph: list[Line], current: Block | None, reading: Reading, *, milliseconds: bool) -> Iterator[Block]:
    """Yield the blocks of one paragraph: the one that goes on, if words belong to it, and each that starts in it."""
    name: str | None = None
    for at, (number, line) in enumerate(paragraph):
        if is_timing(line):
            current = _read_timing(line, number, reading, milliseconds=milliseconds)
            current.id, name = name, None
            yield current
        elif at + 1 < len(paragraph) and is_timing(paragraph[at + 1][1]) and (at == 0 or _ID.fullmatch(line.strip())):
            reading.leave_out(line, CUE_ID, number)
            name = None if _ID.fullmatch(line.strip()) else line.strip()
        else:
            if current is None:
                current = Block(number, timed=False)
                yield current
            current.lines.append(line)


def _read_timing(line: str, number: int, reading: Reading, *, milliseconds: bool) -> Block:
    block = Block(number)
    match = _TIMING.fullmatch(line) or _PAIR.fullmatch(line)
    reading.leave_out(line, TIMESTAMP, number)
    if match is None:
        return block
    block.start_s = _checked(match["start"], number, reading, milliseconds=milliseconds)
    block.end_s = _checked(match["end"], number, reading, milliseconds=milliseconds)
    if block.start_s is not None and block.end_s is not None and block.end_s < block.start_s:
        reading.warn(f"the cue ends before it starts: {line.strip()}", number)
        block.end_s = None
    return block


def _checked(text: str, number: int, reading: Reading, *, milliseconds: bool) -> float | None:
    value = seconds(text, milliseconds=milliseconds)
    if value is None:
        reading.warn(f"the time {text} cannot be read; the words were kept", number)
    elif value < 0:
        reading.warn(f"the time {text} lies before the start and was set to 0", number)
        return 0.0
    return value
