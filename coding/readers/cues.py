"""Timed cues to turns: labels inside the words, and joining of what one speaker says in a row."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from coding.readers.census import Census, Labels, is_unknown
from coding.readers.labels import Label, find_label, is_title
from coding.readers.paragraphs import consume
from coding.readers.source import REPEATED, TIMESTAMP, UNKNOWN, Piece, Reading

GAP_S = 2.0
"""Without speakers, a silence longer than this behind a sentence ends a turn."""
MOST_WORDS = 60
"""Without speakers, a turn ends with the first sentence that ends behind so many words."""
_SENTENCE_END = re.compile(r"""[.!?…]["'”’)\]]*$""")
_DASHED = re.compile(r"^[-–—]\s*(?=\S)", re.MULTILINE)
_FEW_REPEATS = 0.05
_FEWEST_ROLLING = 6
_SHARE_ROLLING = 0.4
_NOT_IN_CUES = frozenset({"clock", "tab", "dash", "bold"})


@dataclass(slots=True)
class Cue:
    """One cue, or the part of a cue that one voice speaks.

    Attributes:
        text: The words; lines are still apart, by LF.
        start_s: Start in seconds.
        end_s: End in seconds.
        line: Line of the cue in the source, from 1.
        speaker: The voice, where the format itself names it.
        known: True where the format itself says who speaks, so that no label is looked for in the words.
        alone: True where a dash says that somebody else speaks than in the cue before.
    """

    text: str
    start_s: float | None = None
    end_s: float | None = None
    line: int | None = None
    speaker: str | None = None
    known: bool = False
    alone: bool = False


def cues_to_pieces(cues: list[Cue], reading: Reading, *, speakers: bool = True) -> None:
    """Put the turns that the cues make into ``reading``, with warnings about what had to be decided.

    The list of cues is emptied.
    """
    _drop_repeated_lines(cues, reading)
    cues = list(_apart_by_dashes(cues))
    if speakers and not any(cue.speaker is not None for cue in cues):
        cues = label_cues(cues, reading)
    named = any(cue.speaker is not None for cue in cues)
    if not named:
        reading.warn("no speakers in the file; cues were joined to turns at sentence ends, by pauses and length")
    elif any(cue.speaker is None for cue in cues):
        count = sum(cue.speaker is None for cue in cues)
        first = next(cue.line for cue in cues if cue.speaker is None)
        reading.warn(f"{count} cues have no speaker", first)
    reading.pieces.extend(merge(consume(cues)))


def _drop_repeated_lines(cues: list[Cue], reading: Reading) -> None:
    """Drop the first line of cues that repeats the last line of the cue before, where most do, as rolling captions."""
    repeating = sum(_repeats(one, two) for one, two in pairwise(cues))
    if len(cues) < _FEWEST_ROLLING or repeating < _SHARE_ROLLING * len(cues):
        return
    reading.warn("the captions roll: lines that repeat the line before were left out")
    last = ""
    for cue in cues:
        lines = cue.text.split("\n")
        if last and lines[0].strip() == last:
            reading.leave_out(lines.pop(0), REPEATED, cue.line)
        last = lines[-1].strip() if lines else last
        cue.text = "\n".join(lines)


def _apart_by_dashes(cues: list[Cue]) -> Iterator[Cue]:
    """Yield the cues, those with several lines that begin with a dash in parts: each line is another's."""
    for cue in cues:
        if cue.text.count("\n") == 0 or len(_DASHED.findall(cue.text)) < 2 or cue.speaker is not None:
            yield cue
            continue
        first, *rest = _DASHED.split(cue.text)
        if first.strip():
            yield Cue(first.strip(), cue.start_s, cue.end_s, cue.line)
        for words in rest:
            if words.strip():
                yield Cue(words.strip(), cue.start_s, cue.end_s, cue.line, alone=True)


def _repeats(one: Cue, two: Cue) -> bool:
    last = one.text.rpartition("\n")[2].strip()
    return bool(last) and two.text.startswith(last) and two.text.partition("\n")[0].strip() == last


def label_cues(cues: list[Cue], reading: Reading) -> list[Cue]:
    """Return the cues with the labels that stand in their words as speakers; the same cues where there are none."""
    labels, carry = _labels_of(cues)
    if not labels.names:
        return cues
    if carry:
        reading.warn("a speaker is named only when the speaker changes; cues without a name go to the one before")
    return list(_labelled(cues, labels, reading, carry=carry))


def _labels_of(cues: list[Cue]) -> tuple[Labels, bool]:
    """Return the labels in the cues' words, and whether they stand there only when the speaker changes."""
    census = Census()
    names: list[str | None] = []
    for cue in cues:
        label = _label_of(cue.text)
        census.add(label)
        # One string a name, not one a cue.
        names.append(None if label is None else sys.intern(label.name))
    labels = census.choose()
    known = [name for name in names if name in labels.names]
    repeats = sum(one == two for one, two in pairwise(known))
    return labels, 0 < len(known) < len(cues) and repeats <= _FEW_REPEATS * len(known)


def _label_of(text: str) -> Label | None:
    """Return what may be the label of a cue: at its start, or alone on the first of its lines."""
    first, lf, _ = text.partition("\n")
    label = find_label(first, loose=True)
    if label is not None and label.form not in _NOT_IN_CUES:
        return label
    name = first.strip()
    return Label(name, "", "line") if lf and is_title(name) else None


def _labelled(cues: list[Cue], labels: Labels, reading: Reading, *, carry: bool) -> Iterator[Cue]:
    """Yield the cues with the labels taken off their words, a cue with several speakers as several."""
    current: str | None = None
    for cue in cues:
        lines: list[str] = []
        speaker = current if carry and not cue.alone else None
        for at, line in enumerate(cue.text.split("\n")):
            label = _label_of(line if at else cue.text)
            if label is None or label not in labels:
                lines.append(line)
                continue
            if lines:
                yield _part(cue, lines, speaker)
            for beside in label.beside:
                reading.leave_out(beside, TIMESTAMP, cue.line)
            speaker, lines = sys.intern(label.name), [label.rest]
            if is_unknown(label.name):
                reading.leave_out(label.name, UNKNOWN, cue.line)
                speaker = None
        current = speaker
        # The cue itself becomes its last part: a hundred thousand copies would cost time and memory.
        cue.text, cue.speaker, cue.known = "\n".join(lines), speaker, True
        yield cue


def _part(cue: Cue, lines: list[str], speaker: str | None) -> Cue:
    return Cue("\n".join(lines), cue.start_s, cue.end_s, cue.line, speaker, known=True)


def merge(cues: Iterable[Cue]) -> Iterator[Piece]:
    """Yield the turns: cues in a row of one speaker, or without one, until a sentence's end and a pause."""
    run: list[Cue] = []
    words = 0
    for cue in cues:
        if run and _ends_turn(run[-1], cue, words):
            yield _piece(run)
            run, words = [], 0
        run.append(cue)
        words += cue.text.count(" ") + 1
    if run:
        yield _piece(run)


def _ends_turn(last: Cue, cue: Cue, words: int) -> bool:
    if last.speaker != cue.speaker or cue.alone:
        return True
    if cue.speaker is not None:
        return False
    if not _SENTENCE_END.search(last.text.rstrip()[-8:]):
        # Whisper in small letters has no sentence ends: then only length can end a turn.
        return words >= 3 * MOST_WORDS
    gap = 0.0 if last.end_s is None or cue.start_s is None else cue.start_s - last.end_s
    return gap > GAP_S or words >= MOST_WORDS


def _piece(run: list[Cue]) -> Piece:
    text = " ".join(part for cue in run for part in cue.text.split("\n") if part.strip())
    starts = [cue.start_s for cue in run if cue.start_s is not None]
    ends = [cue.end_s for cue in run if cue.end_s is not None]
    return Piece(
        text=re.sub(r"[ \t]{2,}", " ", text),
        speaker=run[0].speaker,
        start_s=starts[0] if starts else None,
        end_s=max(ends) if ends else None,
        line=run[0].line,
    )
