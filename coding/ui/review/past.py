"""What was done at a place, by whom and when: the history of the segment that is looked at."""

from __future__ import annotations

from dataclasses import dataclass, field

from coding.edits.base import short
from coding.memos import read_target
from coding.model import Change, Edit
from coding.store import Project

MOST = 12
"""How many lines the screen shows at most."""

MOST_CHARS = 90
"""How long a line is at most."""

_PLACED = frozenset({"codings", "rejections", "reviews", "segments"})


@dataclass(frozen=True, slots=True)
class Line:
    """One edit at a place."""

    start_char: int
    end_char: int
    at: str
    coder: str
    summary: str


@dataclass
class Past:
    """The edits of one transcript by place, read once and then only what is new.

    Attributes:
        transcript_id: The transcript.
        rev: The newest edit that was read.
        lines: In order.
    """

    transcript_id: str
    rev: int = 0
    lines: list[Line] = field(default_factory=list)

    def at(self, project: Project, start_char: int, end_char: int, *, only: str | None = None) -> list[Line]:
        """Return what was done where a place is touched, the newest first.

        Args:
            project: The project.
            start_char: Start of the place.
            end_char: Its end.
            only: A coder, to leave out what others did.
        """
        self._read(project)
        return [
            line
            for line in reversed(self.lines)
            if line.start_char < end_char and start_char < line.end_char and (only is None or line.coder == only)
        ]

    def _read(self, project: Project) -> None:
        rev = project.rev()
        if rev == self.rev:
            return
        after, self.rev = self.rev, rev
        found = project.edits(transcript_id=self.transcript_id, after=after)
        # A memo is not filed under a transcript, since it may be on a code or on the project.
        notes = [edit for edit in project.edits(kind="write-memo", after=after) if edit.transcript_id is None]
        for edit in sorted((*found, *notes), key=lambda edit: edit.at):
            place = _place(edit, self.transcript_id)
            if place is not None:
                self.lines.append(Line(*place, edit.at, edit.coder, short(edit.summary, MOST_CHARS)))


def past_entry(lines: list[Line], start_char: int, end_char: int) -> dict[str, object]:
    """Return the history of a place for the browser."""
    shown = [[line.at[:16].replace("T", " "), line.coder, line.summary] for line in lines[:MOST]]
    return {"s": start_char, "e": end_char, "lines": shown, "more": max(0, len(lines) - MOST)}


def _place(edit: Edit, transcript_id: str) -> tuple[int, int] | None:
    """Return the stretch of the transcript that an edit is about: all that its changes touch."""
    spans = [span for change in edit.changes if (span := _span(change, transcript_id)) is not None]
    return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else None


def _span(change: Change, transcript_id: str) -> tuple[int, int] | None:
    row = change.after or change.before or {}
    if change.table == "memos":
        read = read_target(str(row.get("target", "")))
        if read is None or read[1] != transcript_id or read[2] is None or read[3] is None:
            return None
        return read[2], read[3]
    if change.table in _PLACED and row.get("transcript_id") == transcript_id:
        return int(str(row["start_char"])), int(str(row["end_char"]))
    return None
