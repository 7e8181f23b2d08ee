"""Chats beside a meeting: Zoom's two forms, and messengers' exports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coding.readers.source import MARKUP, NOTICE, TIMESTAMP, Piece, Reading, Source
from coding.readers.times import seconds
from coding.readers.timing import lines_of

_TABBED = re.compile(r"(?P<time>\d{1,2}:\d{2}:\d{2})\t(?P<name>[^\t\n]{1,80}?):?\t(?P<text>.*)")
_FROM = re.compile(
    r"(?P<time>\d{1,2}:\d{2}:\d{2})\s+From\s+(?P<name>[^\n]{1,80}?)(?P<to>\s+to\s+[^\n:]{1,80}?(?:\([^\n]{1,40}\))?)?\s*:(?:\s(?P<text>.*))?"
)
_MESSENGER = re.compile(
    r"\u200e?\[?(?P<day>\d{1,4}[./-]\d{1,2}[./-]\d{1,4}),?\s+(?P<time>\d{1,2}:\d{2}(?::\d{2})?)"
    r"(?:\s?(?P<half>[ap])\.?\s?m\.?)?\]?(?:\s-)?\s(?:(?P<name>[^\n:]{1,60}):\s)?(?P<text>.*)",
    re.IGNORECASE,
)
_FORMS = (("chat (Zoom)", _TABBED), ("chat (Zoom)", _FROM), ("chat", _MESSENGER))
_LATEST_START_S = 5 * 3600
_LINES_LOOKED_AT = 200


def sniff_chat(text: str) -> bool:
    """Tell whether the first line with words is a message, and at least a third of the first lines are."""
    return _form(text) is not None


def _form(text: str) -> tuple[str, re.Pattern[str]] | None:
    lines = []
    for _, line in lines_of(text):
        if line.strip():
            lines.append(line[:400])
        if len(lines) == _LINES_LOOKED_AT:
            break
    for name, pattern in _FORMS:
        if lines and pattern.match(lines[0]):
            found = [match for match in map(pattern.match, lines) if match is not None and match["name"]]
            if found and 3 * len(found) >= len(lines):
                return name, pattern
    return None


def read_chat(source: Source) -> Reading:
    """Read a chat: a turn a message. Times of day are counted from the first message.

    Raises:
        ReadError: It is not text.
    """
    form = _form(source.text)
    if form is None:
        raise source.error("this is not a chat as Zoom or a messenger saves it; import it as text")
    reading = Reading(form[0], encoding=source.decoded.encoding)
    reading.pieces.extend(_pieces(source.text, form[1], reading))
    reading.cues_in = reading.cues_out = len(reading.pieces)
    first = min((piece.start_s for piece in reading.pieces if piece.start_s is not None), default=0.0)
    days = set(_days(source.text, form[1]))
    if len(days) > 1:
        reading.warn(f"the chat goes over {len(days)} days; its times say nothing about a session and were left out")
        for piece in reading.pieces:
            piece.start_s = None
    elif first > _LATEST_START_S or form[1] is _MESSENGER:
        reading.warn("the times are times of day; they were counted from the first message")
        for piece in reading.pieces:
            piece.start_s = None if piece.start_s is None else max(0.0, piece.start_s - first)
    return reading


def _days(text: str, pattern: re.Pattern[str]) -> Iterator[str]:
    if pattern is _MESSENGER:
        for _, line in lines_of(text):
            found = pattern.match(line[:400])
            if found is not None:
                yield found["day"]


def _pieces(text: str, pattern: re.Pattern[str], reading: Reading) -> Iterator[Piece]:
    piece: Piece | None = None
    lines: list[str] = []
    for number, line in lines_of(text):
        found = pattern.match(line[:400])
        if found is None:
            lines.append(line.strip())
            continue
        if piece is not None:
            yield _finished(piece, lines)
        groups = found.groupdict()
        if not groups["name"] or (groups["text"] or "").startswith("\u200e"):
            # What the messenger itself says: who joined, what is encrypted, which picture was left out.
            reading.leave_out(line, NOTICE, number)
            piece, lines = None, []
            continue
        reading.leave_out(" ".join(filter(None, (groups.get("day"), groups["time"]))), TIMESTAMP, number)
        reading.leave_out(
            line[found.start() : found.start("name")][len(groups["time"]) :] if pattern is _FROM else "", MARKUP, number
        )
        reading.leave_out(groups.get("to") or "", MARKUP, number)
        piece = Piece("", " ".join(groups["name"].split()), _clock(groups["time"], groups.get("half")), line=number)
        lines = [] if found["text"] is None else [line[found.start("text") :].strip()]
    if piece is not None:
        yield _finished(piece, lines)


def _clock(time: str, half: str | None) -> float | None:
    """Return a time of day in seconds; messengers leave the seconds away, and some count to twelve."""
    second = seconds(time if time.count(":") == 2 else f"{time}:00")
    if second is None or not half:
        return second
    return second % (12 * 3600) + (12 * 3600 if half.lower() == "p" else 0)


def _finished(piece: Piece, lines: list[str]) -> Piece:
    piece.text = "\n".join(line for line in lines if line)
    return piece
