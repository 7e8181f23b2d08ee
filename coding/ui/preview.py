"""Files as they would be read, before anything of them is stored."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from coding.errors import ReadError
from coding.model import Transcript
from coding.readers import TableColumns, find_table, read_bytes
from coding.ui.overview import numbers
from coding.ui.widgets import count

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

TURNS_SHOWN = 30
_MOST_CHARS = 1200
_TABLES = ("csv", "tsv", "xlsx")
_STEP = 137.5
"""Degrees between the hues of two speakers, so that neighbours never look alike."""

Cells = tuple[tuple[str, str | int], ...]
"""Which column holds what, where a person chose another than was found."""


@dataclass(slots=True)
class Draft:
    """One file that was dropped, and what was chosen for it.

    Attributes:
        id: Of the upload.
        file: The file's name.
        data: Its bytes.
        sha256: Of its bytes.
        name: What the transcript is to be called; empty for the stem of the file's name.
        group: The focus group; empty for one of its own.
        columns: The columns that were chosen.
        moderators: Who moderates; ``None`` until somebody changed the guess.
    """

    id: str
    file: str
    data: bytes
    sha256: str
    name: str = ""
    group: str = ""
    columns: Cells = ()
    moderators: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What reading a file gave.

    Attributes:
        transcript: As it was read; ``None`` where it cannot be.
        table: Its columns, where it is a table.
        error: The sentence of what failed.
    """

    transcript: Transcript | None
    table: TableColumns | None = None
    error: str = ""


@dataclass(slots=True)
class Drafts:
    """The files that were dropped in one browser session, each read once for each choice of columns."""

    files: dict[str, Draft] = field(default_factory=dict)
    read: MutableMapping[tuple[str, str, Cells], Preview] = field(default_factory=dict)

    def keep(self, uploads: Sequence[UploadedFile]) -> list[Draft]:
        """Return the drafts of what is in the uploader now, and forget all others."""
        self.files = {upload.file_id: self.files.get(upload.file_id) or _draft(upload) for upload in uploads}
        there = {draft.sha256 for draft in self.files.values()}
        self.read = {at: found for at, found in self.read.items() if at[0] in there}
        return list(self.files.values())

    def look(self, draft: Draft) -> Preview:
        """Return what reading a file gives."""
        at = (draft.sha256, draft.file, draft.columns)
        if at not in self.read:
            self.read[at] = look(draft.data, draft.file, dict(draft.columns))
        return self.read[at]


def _draft(upload: UploadedFile) -> Draft:
    data = upload.getvalue()
    return Draft(upload.file_id, upload.name, data, hashlib.sha256(data).hexdigest())


def look(data: bytes, file: str, columns: Mapping[str, str | int]) -> Preview:
    """Read a file in memory."""
    try:
        transcript = read_bytes(data, file, columns=columns or None)
        form = transcript.report.format.split()[0]
        # What was found without anybody's choice stays beside it, so that the choice can be taken back.
        table = find_table(data, file, workbook=form == "xlsx") if form in _TABLES else None
    except ReadError as err:
        return Preview(None, error=str(err))
    return Preview(transcript, table)


def describe(transcript: Transcript) -> str:
    """Return a line about what was read."""
    report = transcript.report
    words = sum(len(transcript.words_of(turn).split()) for turn in transcript.turns)
    parts = [
        report.format + (f", {report.encoding}" if report.encoding else ""),
        count(len(transcript.turns), "turn"),
        count(words, "word"),
    ]
    if report.cues_in is not None:
        parts.append(f"{report.cues_in:,} cues in, {report.cues_out or 0:,} out")
    return " · ".join(parts)


def describe_speakers(transcript: Transcript) -> str:
    """Return who speaks, and how many turns each."""
    counts = Counter("(heading)" if turn.heading else turn.speaker or "(unknown)" for turn in transcript.turns)
    return f"Turns by speaker: {numbers(tuple(counts.items()))}"


def warnings_of(transcript: Transcript) -> list[str]:
    """Return what to look at, with lines where they are known."""
    return [
        note.message if note.line is None else f"line {note.line}: {note.message}"
        for note in transcript.report.warnings
    ]


def first_turns(transcript: Transcript) -> list[dict[str, object]]:
    """Return the first turns as :func:`coding.ui.parts.turn_list` shows them."""
    hues = {label: round(200 + number * _STEP) % 360 for number, label in enumerate(transcript.speakers)}
    found: list[dict[str, object]] = []
    for turn in transcript.turns[:TURNS_SHOWN]:
        text = transcript.words_of(turn)
        found.append(
            {
                "who": "Heading" if turn.heading else turn.speaker or "Unknown speaker",
                "hue": hues.get(turn.speaker or ""),
                "time": "" if turn.start_s is None else _clock(turn.start_s),
                "text": text[:_MOST_CHARS],
                "more": f"and {len(text) - _MOST_CHARS:,} more characters" if len(text) > _MOST_CHARS else "",
                "heading": turn.heading,
            }
        )
    return found


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"


def stem(file: str) -> str:
    """Return what a transcript is called unless somebody says otherwise.

    >>> stem("group 1.vtt")
    'group 1'
    """
    return Path(file.replace("\\", "/")).stem or "transcript"
