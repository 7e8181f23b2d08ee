"""Typed transcripts: paragraphs with labels at their start, as people and most services write them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from coding.readers.census import Census, Labels, is_role, is_unknown, tells_of_file
from coding.readers.labels import Label, find_label, is_title
from coding.readers.moderators import is_moderator_label
from coding.readers.paragraphs import (
    HASH_TIME,
    NOTICE_LINE,
    TIME_LINE,
    Paragraph,
    consume,
    is_heading,
    joined,
    looks_wrapped,
    mark_headings,
    without_times,
)
from coding.readers.plain import plain_pieces
from coding.readers.source import HEADER, NOTICE, NUMBER, REPEATED, SILENT, SUMMARY, TIMESTAMP, UNKNOWN, Piece, Reading
from coding.readers.times import time_range

_LONG_HEADER_CHARS = 300
_LONG_HEAD_WORDS = 100
_SHORT_LINE_CHARS = 50
_MOST_HEAD_LINES = 15
_LONG_HEAD_LINE = 120
_TRANSCRIPT_HEADING = re.compile(
    r"(?:.{1,100}\s[-–—:]\s*)?\W*(?:full |verbatim |meeting )?(?:transcript|transcription)\W*", re.IGNORECASE
)
_NEARLY_ALL = 0.8
_LEAD_TIME = re.compile(rf"\[\d[\d:.,]*\]|{HASH_TIME}")
# Who types presses the key for a time where a turn ends.
_TRAIL_TIME = re.compile(rf"({HASH_TIME})\s*$")


@dataclass(slots=True)
class _Turn:
    """A turn while its lines are gathered; ``name`` is ``None`` for words without a label."""

    name: str | None
    line: int
    start_s: float | None = None
    end_s: float | None = None
    lines: list[str] = field(default_factory=list)
    heading: bool = False


def typed_to_pieces(
    paragraphs: list[Paragraph], reading: Reading, *, speakers: bool = True, wrapped: bool | None = None
) -> None:
    """Put the turns of typed paragraphs into ``reading``.

    What stands before the first label goes to the report as the file's head, unless it is long enough to be talk.

    Args:
        paragraphs: The lines of the source; the list is emptied.
        reading: Where the turns and the report go.
        speakers: False to look for no labels.
        wrapped: Whether lines end because a width was reached; ``None`` finds out.
    """
    if not speakers:
        plain_pieces(paragraphs, reading, wrapped=wrapped)
        return
    found, labels = _find_labels(paragraphs)
    if not labels.names:
        reading.warn("no speakers in the file; each paragraph is a turn")
        plain_pieces(paragraphs, reading, wrapped=wrapped)
        return
    start = _first_turn(paragraphs, found, labels)
    mark_headings([one for one, label in zip(paragraphs, found, strict=True) if label not in labels])
    behind = _behind_transcript_heading(paragraphs, found, labels)
    start = start if behind is None else behind
    # Before the first time of a recorder nobody talks: long words there are its summary.
    recorded = behind is not None or _has_time(paragraphs, found, start)
    head_words = sum(len(one.text.split()) for one in paragraphs[:start])
    time_s = _head(paragraphs[:start], reading, summary=recorded and head_words > _LONG_HEAD_WORDS)
    if wrapped is None:
        wrapped = looks_wrapped(paragraphs[start:])
    del paragraphs[:start], found[:start]
    first = len(reading.pieces)
    for turn in _turns(paragraphs, found, labels, reading, time_s):
        _add(turn, reading, wrapped=wrapped)
    for before, piece in pairwise(reading.pieces[first:]):
        if piece.start_s is None and piece.end_s is not None:
            piece.start_s = before.end_s
    for name, count in labels.refused[:5]:
        reading.warn(f"“{name}:” stands {count} times at the start of a line and was not taken for a speaker")


def _first_turn(paragraphs: Sequence[Paragraph], found: Sequence[Label | None], labels: Labels) -> int:
    """Return where the first turn starts: behind the head's lines, even if one is ``Interviewer: Jane Smith``."""
    head = 0
    for at, one in enumerate(paragraphs[:_MOST_HEAD_LINES]):
        label = found[at]
        if len(one.text) > _LONG_HEAD_LINE:
            break
        if label is not None and tells_of_file([label.name]):
            head = at + 1
    while (
        0 < head < len(paragraphs)
        and not paragraphs[head].after_blank
        and _is_of_head(_whole(paragraphs[head], found[head]), labels)
    ):
        head += 1
    turns = [at for at, label in enumerate(found) if label in labels]
    return next((at for at in turns if at >= head), turns[0])


def _behind_transcript_heading(
    paragraphs: Sequence[Paragraph], found: Sequence[Label | None], labels: Labels
) -> int | None:
    """Return the first turn behind the heading ``Transcript``, if nearly all turns stand behind it."""
    turns = [at for at, label in enumerate(found) if label in labels]
    for at in range(len(paragraphs) - 1, -1, -1):
        if _TRANSCRIPT_HEADING.fullmatch(paragraphs[at].text):
            behind = [turn for turn in turns if turn > at]
            if len(behind) >= _NEARLY_ALL * len(turns):
                return behind[0]
    return None


def _has_time(paragraphs: Sequence[Paragraph], found: Sequence[Label | None], at: int) -> bool:
    label = found[at]
    if label is not None and label.time_s is not None:
        return True
    return at > 0 and TIME_LINE.fullmatch(paragraphs[at - 1].text) is not None


def _is_of_head(label: Label | None, labels: Labels) -> bool:
    """Tell whether a line below ``Date: …`` goes on with the head: no turn, or only the name of who has a role."""
    if label is None or label not in labels:
        return True
    return is_moderator_label(label.name) and is_title(label.rest.strip())


def _find_labels(paragraphs: Sequence[Paragraph]) -> tuple[list[Label | None], Labels]:
    known: dict[tuple[str, str, bool], Label] = {}
    found = []
    for one in paragraphs:
        label = _label_of(one)
        if label is not None and not label.beside and one.text.endswith(label.rest):
            one.rest_chars = len(label.rest)
        found.append(_slim(label, known))
    labels = _choose(found)
    alone = _alone_above_words(paragraphs, found, labels)
    if sum(label in labels for label in found) < sum(label is not None for label in alone):
        both = [one or two for one, two in zip(alone, found, strict=True)]
        return both, _choose(both)
    return found, labels


def _slim(label: Label | None, known: dict[tuple[str, str, bool], Label]) -> Label | None:
    """Return the label without what differs from line to line: one object a speaker, not one a line.

    Whether a time stands beside it counts for the choice; which, :func:`_whole` finds again.
    """
    if label is None:
        return None
    key = label.name, label.form, label.time_s is None
    if key not in known:
        known[key] = Label(sys.intern(label.name), "", label.form, None if label.time_s is None else 0.0)
    return known[key]


def _whole(one: Paragraph, label: Label | None) -> Label | None:
    """Return a label with the words and times beside it; what stands alone above the words has none."""
    if label is None or label.form in ("title", "line"):
        return label
    if one.rest_chars is None:
        return _label_of(one)
    return Label(label.name, one.text[len(one.text) - one.rest_chars :], label.form)


def _label_of(one: Paragraph) -> Label | None:
    """Return what may be the label of a paragraph; a heading has one only with a time beside it."""
    if not is_heading(one):
        return find_label(one.text, bold_chars=one.bold_chars)
    label = find_label(one.text.lstrip("# "))
    return label if label is not None and label.form == "clock" else None


def _choose(found: Sequence[Label | None]) -> Labels:
    census = Census()
    for label in found:
        census.add(label)
    return census.choose(apart=_only_in_head(found))


def _only_in_head(found: Sequence[Label | None]) -> frozenset[str]:
    """Return labels that stand once, before any that recurs, in a head that has lines such as ``Date:``."""
    counts: dict[str, int] = {}
    for label in found:
        if label is not None:
            counts[label.name] = counts.get(label.name, 0) + 1
    head: list[str] = []
    for label in found:
        if label is not None and counts[label.name] > 1:
            break
        if label is not None:
            head.append(label.name)
    # In a short file nobody may speak twice: then only what tells of the file is its head.
    if len(head) == len(counts):
        head = head[: max((at + 1 for at, name in enumerate(head) if tells_of_file([name])), default=0)]
    return frozenset(head) if tells_of_file(head) else frozenset()


def _alone_above_words(
    paragraphs: Sequence[Paragraph], found: Sequence[Label | None], labels: Labels
) -> list[Label | None]:
    """Return names that stand alone on a line above the words: bold, below a time, or behind a blank line."""
    out: list[Label | None] = [None] * len(paragraphs)
    for at in range(len(paragraphs) - 1):
        one, below = paragraphs[at], paragraphs[at + 1]
        name = one.text.strip().lstrip("#").strip("*_ ")
        marked = one.bold_chars >= len(one.text) or one.text.startswith("**") or one.heading
        after_time = at > 0 and TIME_LINE.fullmatch(paragraphs[at - 1].text) is not None
        if not (marked or after_time or (one.after_blank and not below.after_blank) or at == 0) or found[at] in labels:
            continue
        if (is_title(name) or is_role(name)) and not below.heading:
            out[at] = Label(name, "", "title" if marked or after_time else "line")
    counts: dict[str, int] = {}
    for label in out:
        if label is not None:
            counts[label.name] = counts.get(label.name, 0) + 1
    return [label if label is not None and counts[label.name] > 1 else None for label in out]


def _head(paragraphs: Sequence[Paragraph], reading: Reading, *, summary: bool) -> float | None:
    """Leave out what stands before the first turn, unless it is long enough to be talk; return a time at its end."""
    time_s: float | None = None
    for run in _runs(paragraphs):
        text = run[0].text if len(run) == 1 else " ".join(one.text for one in run)
        if TIME_LINE.fullmatch(text):
            time_s = time_range(text)[0]
            reading.leave_out(text, TIMESTAMP, run[0].line)
        elif len(text) > _LONG_HEADER_CHARS and not summary:
            reading.pieces.append(Piece(without_times(text, reading, run[0].line), line=run[0].line))
        else:
            for one in run:
                reason = NOTICE if NOTICE_LINE.fullmatch(one.text) else SUMMARY if summary else HEADER
                reading.leave_out(one.text, reason, one.line)
    return time_s


def _runs(paragraphs: Sequence[Paragraph]) -> Iterator[list[Paragraph]]:
    """Yield the lines between blank lines; a line that is a time or a notice stands alone."""
    run: list[Paragraph] = []
    for one in paragraphs:
        alone = TIME_LINE.fullmatch(one.text) is not None or NOTICE_LINE.fullmatch(one.text) is not None
        if run and (one.after_blank or alone or len(run[-1].text) < _SHORT_LINE_CHARS):
            yield run
            run = []
        run.append(one)
        if alone:
            yield run
            run = []
    if run:
        yield run


def _turns(
    paragraphs: list[Paragraph],
    found: Sequence[Label | None],
    labels: Labels,
    reading: Reading,
    time_s: float | None,
) -> Iterator[_Turn]:
    turn: _Turn | None = None
    pending: tuple[float | None, float | None] = (time_s, None)
    for one, slim in zip(consume(paragraphs), found, strict=True):
        text = one.text.strip()
        label = _whole(one, slim) if slim in labels else None
        if label is not None:
            if turn is not None:
                _leave_out_repeated_name(turn, label, pending, reading)
                yield turn
            turn = _start(label, one, reading, pending)
            pending = (None, None)
        elif TIME_LINE.fullmatch(text):
            reading.leave_out(text, TIMESTAMP, one.line)
            pending = time_range(text)
            _time_below_label(turn, pending)
        elif NOTICE_LINE.fullmatch(text):
            reading.leave_out(text, NOTICE, one.line)
        elif is_heading(one):
            if turn is not None:
                yield turn
            yield _Turn(None, one.line, lines=[text.lstrip("# ").strip("*")], heading=True)
            turn = None
        else:
            turn = turn or _Turn(None, one.line, *pending)
            turn.lines.append(f"\n{text}" if one.after_blank and turn.lines else text)
    if turn is not None:
        yield turn


def _leave_out_repeated_name(
    turn: _Turn, label: Label, pending: tuple[float | None, float | None], reading: Reading
) -> None:
    """Take a name off the end of a turn that only announces the next: Teams shows each name and time twice."""
    if pending[0] is not None and len(turn.lines) > 1 and turn.lines[-1].strip() == label.name:
        reading.leave_out(turn.lines.pop(), REPEATED, turn.line)


def _time_below_label(turn: _Turn | None, time: tuple[float | None, float | None]) -> None:
    """Give a time that stands between a label and its words to that turn."""
    if turn is not None and not turn.lines and turn.start_s is None:
        turn.start_s, turn.end_s = time


def _start(label: Label, one: Paragraph, reading: Reading, pending: tuple[float | None, float | None]) -> _Turn:
    for beside in label.beside:
        reading.leave_out(beside, TIMESTAMP if ":" in beside or "second" in beside else NUMBER, one.line)
    name: str | None = label.name
    if is_unknown(label.name):
        reading.leave_out(label.name, UNKNOWN, one.line)
        name = None
    start_s, end_s = (label.time_s, label.end_s) if label.time_s is not None else pending
    rest = label.rest.strip()
    turn = _Turn(name, one.line, start_s, end_s, [rest] if rest else [])
    if TIME_LINE.fullmatch(rest):
        reading.leave_out(rest, TIMESTAMP, one.line)
        turn.start_s, turn.end_s, turn.lines = *time_range(rest), []
    return turn


def _stamp(text: str) -> float | None:
    """Return ``[1:02]`` or ``#00:01:02-3#`` in seconds."""
    return time_range(text.strip("[]#").replace("-", "."))[0]


def _add(turn: _Turn, reading: Reading, *, wrapped: bool) -> None:
    joined_lines = joined(turn.lines, wrapped=wrapped)
    lead = _LEAD_TIME.match(joined_lines)
    if lead is not None and turn.start_s is None:
        turn.start_s = _stamp(lead[0])
    trail = _TRAIL_TIME.search(joined_lines)
    if trail is not None and turn.end_s is None:
        turn.end_s = _stamp(trail[1])
    text = without_times(joined_lines, reading, turn.line)
    if text.strip():
        reading.pieces.append(Piece(text, turn.name, turn.start_s, turn.end_s, turn.line, turn.heading))
    elif turn.name is not None:
        reading.leave_out(turn.name, SILENT, turn.line)
