"""Pieces to a transcript: the text, the offsets, the moderators and the report."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from coding.model import ImportReport, Note, Transcript, Turn
from coding.readers.decoding import clean
from coding.readers.moderators import find_moderators
from coding.readers.source import SILENT, Piece, Reading, Source


def assemble(reading: Reading, source: Source, *, name: str, group: str | None = None) -> Transcript:
    """Return the transcript of what a reader found.

    Raises:
        ReadError: There are no words in it.
    """
    notes: dict[str, Note] = {}
    pieces = []
    for piece in reading.pieces:
        _clean(piece, notes)
        if piece.text:
            pieces.append(piece)
        else:
            reading.leave_out(piece.speaker or "", SILENT, piece.line)
    if not pieces:
        raise source.error(
            "there are no words in this file; check that it is the finished transcript and export it again"
        )
    text, turns = _lay_out(pieces)
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
        moderators=find_moderators(pieces),
    )


def _lay_out(pieces: Iterable[Piece]) -> tuple[str, tuple[Turn, ...]]:
    parts: list[str] = []
    turns: list[Turn] = []
    at = 0
    for index, piece in enumerate(pieces):
        label = "" if piece.speaker is None else f"{piece.speaker}: "
        start = at + len(label)
        end = start + len(piece.text)
        parts.append(label + piece.text)
        turns.append(Turn(index, piece.speaker, start, end, piece.start_s, piece.end_s, piece.heading))
        at = end + 1
    return "\n".join(parts), tuple(turns)


def _clean(piece: Piece, notes: dict[str, Note]) -> None:
    text, found = clean(piece.text)
    piece.text = text.strip()
    for note in found:
        notes.setdefault(note.message.lstrip("0123456789 "), Note(note.message, piece.line))
    if piece.speaker is not None:
        piece.speaker = " ".join(clean(piece.speaker)[0].split()) or None
