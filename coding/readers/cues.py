"""Timed cues to turns: labels inside the words, and joining of what one speaker says in a row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coding.readers.census import Census, Labels, is_unknown
from coding.readers.labels import find_label
from coding.readers.source import TIMESTAMP, UNKNOWN, Piece, Reading

GAP_S = 2.0
"""Without speakers, a silence longer than this behind a sentence ends a turn."""
MOST_WORDS = 60
"""Without speakers, a turn ends with the first sentence that ends behind so many words."""
_SENTENCE_END = re.compile(r"""[.!?…]["'”’)\]]*$""")
_FEW_REPEATS = 0.05
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
    """

    text: str
    start_s: float | None = None
    end_s: float | None = None
    line: int | None = None
    speaker: str | None = None
    known: bool = False


def cues_to_pieces(cues: list[Cue], reading: Reading, *, speakers: bool = True) -> None:
    """Put the turns that the cues make into ``reading``, with warnings about what had to be decided."""
    if speakers and not any(cue.speaker is not None for cue in cues):
        cues = label_cues(cues, reading)
    named = any(cue.speaker is not None for cue in cues)
    if not named:
        reading.warn("no speakers in the file; cues were joined to turns at sentence ends, by pauses and length")
    elif any(cue.speaker is None for cue in cues):
        count = sum(cue.speaker is None for cue in cues)
        first = next(cue.line for cue in cues if cue.speaker is None)
        reading.warn(f"{count} cues have no speaker", first)
    reading.pieces.extend(merge(cues))


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
    for cue in cues:
        label = find_label(cue.text.split("\n", 1)[0], loose=True)
        census.add(None if label is not None and label.form in _NOT_IN_CUES else label)
    labels = census.choose()
    count = repeats = 0
    last = None
    for cue in cues if labels.names else ():
        label = find_label(cue.text.split("\n", 1)[0], loose=True)
        if label is not None and label in labels:
            count += 1
            repeats += label.name == last
            last = label.name
    return labels, 0 < count < len(cues) and repeats <= _FEW_REPEATS * count


def _labelled(cues: list[Cue], labels: Labels, reading: Reading, *, carry: bool) -> Iterator[Cue]:
    """Yield the cues with the labels taken off their words, a cue with several speakers as several."""
    current: str | None = None
    for cue in cues:
        lines: list[str] = []
        speaker = current if carry else None
        for line in cue.text.split("\n"):
            label = find_label(line, loose=True)
            if label is None or label not in labels or label.form in _NOT_IN_CUES:
                lines.append(line)
                continue
            if lines:
                yield _part(cue, lines, speaker)
            for beside in label.beside:
                reading.leave_out(beside, TIMESTAMP, cue.line)
            speaker, lines = label.name, [label.rest]
            if is_unknown(label.name):
                reading.leave_out(label.name, UNKNOWN, cue.line)
                speaker = None
        current = speaker
        yield _part(cue, lines, speaker)


def _part(cue: Cue, lines: list[str], speaker: str | None) -> Cue:
    return Cue("\n".join(lines), cue.start_s, cue.end_s, cue.line, speaker, known=True)


def merge(cues: Iterable[Cue]) -> Iterator[Piece]:
    """Yield the turns: cues in a row of one speaker; without a speaker, until a sentence ends and a pause or length says so."""
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
    if last.speaker != cue.speaker:
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
