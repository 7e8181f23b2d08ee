"""Pieces to a transcript: the text, the offsets, the moderators and the report."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable

from coding.model import ImportReport, Note, Transcript, Turn
from coding.readers.decoding import clean
from coding.readers.moderators import find_moderators
from coding.readers.paragraphs import consume
from coding.readers.source import SILENT, Piece, Reading, Source

_MOST_PARTS = 1024


def assemble(reading: Reading, source: Source, *, name: str, group: str | None = None) -> Transcript:
    """Return the transcript of what a reader found.

    Raises:
        ReadError: There are no words in it.
    """
    notes: dict[str, Note] = {}
    for piece in reading.pieces:
        _clean(piece, notes)
        if not piece.text:
            reading.leave_out(piece.speaker or "", SILENT, piece.line)
    reading.pieces[:] = [piece for piece in reading.pieces if piece.text]
    if not reading.pieces:
        raise source.error(
            "there are no words in this file; check that it is the finished transcript and export it again"
        )
    moderators = find_moderators(reading.pieces)
    text, turns = _lay_out(consume(reading.pieces))
    decoded = source.decoded.warnings if reading.encoding is not None else ()
    return Transcript(
        name=name,
        text=text,
        turns=turns,
        source_name=source.name,
        source_sha256=hashlib.sha256(source.data).hexdigest(),
        report=ImportReport(
            format=reading.format,
            encoding=reading.encoding,
            cues_in=reading.cues_in,
            cues_out=reading.cues_out,
            left_out=reading.all_left_out(),
            warnings=(*decoded, *reading.all_warnings(), *notes.values()),
        ),
        group=group,
        moderators=moderators,
    )


def _lay_out(pieces: Iterable[Piece]) -> tuple[str, tuple[Turn, ...]]:
    blocks: list[str] = []
    parts: list[str] = []
    turns: list[Turn] = []
    at = 0
    for index, piece in enumerate(pieces):
        label = "" if piece.speaker is None else f"{piece.speaker}: "
        start = at + len(label)
        end = start + len(piece.text)
        parts += (label, piece.text, "\n")
        if len(parts) > _MOST_PARTS:
            # A few long strings take less memory than many short ones.
            blocks.append("".join(parts))
            parts = []
        turns.append(Turn(index, piece.speaker, start, end, piece.start_s, piece.end_s, piece.heading))
        at = end + 1
    return "".join((*blocks, *parts[:-1])) if parts else "".join(blocks)[:-1], tuple(turns)


def _clean(piece: Piece, notes: dict[str, Note]) -> None:
    text, found = clean(piece.text)
    piece.text = text.strip()
    for note in found:
        notes.setdefault(note.message.lstrip("0123456789 "), Note(note.message, piece.line))
    if piece.speaker is not None:
        piece.speaker = sys.intern(" ".join(clean(piece.speaker)[0].split())) or None
