"""All else that a project holds as tables: transcripts, turns, memos, finished segments, suggestions, history.

Codings and segments are in :mod:`coding.export.csv`, the codebook and the participants in :mod:`coding.export.xlsx`.
"""

from __future__ import annotations

from collections.abc import Sequence

from coding.export.csv import Cell, Table
from coding.model import Code, Edit
from coding.store import Project

TRANSCRIPT_COLUMNS = (
    "transcript_id",
    "transcript",
    "group",
    "source",
    "format",
    "turns",
    "segments",
    "words",
    "chars",
    "cues_in",
    "cues_out",
    "words_left_out",
    "imported_by",
    "imported_at",
)
TURN_COLUMNS = (
    "transcript",
    "group",
    "turn",
    "speaker",
    "participant_id",
    "participant",
    "role",
    "heading",
    "start_time_s",
    "end_time_s",
    "start_char",
    "end_char",
    "words",
    "text",
)
MEMO_COLUMNS = ("target", "about", "coder", "memo", "created_at")
REJECTION_COLUMNS = (
    "transcript",
    "start_char",
    "end_char",
    "quotation",
    "code_id",
    "code",
    "coder",
    "score",
    "probability",
    "created_at",
)
FINISHED_COLUMNS = ("transcript", "start_char", "end_char", "coder", "blind", "created_at")
SUGGESTION_COLUMNS = (
    "transcript",
    "start_char",
    "end_char",
    "quotation",
    "code_id",
    "code",
    "score",
    "probability",
    "state",
    "valence",
)
HISTORY_COLUMNS = ("number", "at", "coder", "kind", "transcript", "summary", "act", "takes_back")

MEANINGS = {
    "transcript_id": "Names the transcript: the first 16 digits of the SHA-256 of what it was made from.",
    "source": "The file that it was read from.",
    "format": "How that file was read.",
    "turns": "How many turns.",
    "segments": "How many segments.",
    "words": "How many words.",
    "chars": "How many Unicode characters.",
    "cues_in": "Timed cues, rows or paragraphs in the file, where its format has them.",
    "cues_out": "How many of them stand in the transcript.",
    "words_left_out": "Words of the file that do not stand in the transcript, such as page headers.",
    "imported_by": "Who brought it in.",
    "imported_at": "When, in UTC.",
    "turn": "The turn's place in the transcript, the first is 0.",
    "speaker": "The label in the transcript.",
    "participant_id": "Names the participant; stays the same in all tables.",
    "heading": "yes for a line that nobody spoke.",
    "end_time_s": "When the words ended, in seconds from the start of the recording.",
    "text": "The words themselves.",
    "target": "What the memo is on.",
    "about": "The same in words.",
    "blind": "yes where the coder did not see suggestions.",
    "state": "suggested, unsure or nothing.",
    "number": "The edit's place in the history, which only grows.",
    "at": "When, in UTC.",
    "kind": "What was done.",
    "summary": "The same on one line.",
    "act": "Edits of one act share it.",
    "takes_back": "The act that an undo takes back.",
}
"""What the columns hold, beside those that :data:`coding.export.xlsx.EXPLAINED` explains."""


def transcripts_table(project: Project) -> Table:
    """Return a row a transcript: what was read from what, how much of it, and what was left out."""
    rows: list[tuple[Cell, ...]] = []
    for info in project.transcripts():
        report = project.report(info.id)
        text = project.text(info.id)
        words = sum(len(text[turn.start_char : turn.end_char].split()) for turn in project.turns(info.id))
        left_out = sum(len(item.text.split()) for item in report.left_out)
        rows.append(
            (
                *(info.id, info.name, info.group, info.source_name, report.format),
                *(info.turns, info.segments, words, info.chars, report.cues_in, report.cues_out, left_out),
                *(info.imported_by, info.imported_at),
            )
        )
    return Table(TRANSCRIPT_COLUMNS, tuple(rows))


def turns_table(project: Project) -> Table:
    """Return a row a turn, in reading order."""
    rows: list[tuple[Cell, ...]] = []
    for info in project.transcripts():
        text = project.text(info.id)
        speakers = project.speakers(info.id)
        for turn in project.turns(info.id):
            person = speakers.get(turn.speaker or "")
            words = text[turn.start_char : turn.end_char]
            rows.append(
                (
                    *(info.name, info.group, turn.index, turn.speaker),
                    *((None, None, None) if person is None else (person.id, person.name, person.role.value)),
                    *("yes" if turn.heading else "no", turn.start_s, turn.end_s, turn.start_char, turn.end_char),
                    *(len(words.split()), words),
                )
            )
    return Table(TURN_COLUMNS, tuple(rows))


def memos_table(project: Project) -> Table:
    """Return a row a memo."""
    about = _About(project)
    rows = [(memo.target, about(memo.target), memo.coder, memo.text, memo.created_at) for memo in project.memos()]
    return Table(MEMO_COLUMNS, tuple(rows))


def rejections_table(project: Project) -> Table:
    """Return a row a suggestion that a coder refused."""
    rows: list[tuple[Cell, ...]] = []
    names = {info.id: info.name for info in project.transcripts()}
    texts = {transcript_id: project.text(transcript_id) for transcript_id in names}
    codes = project.known_codes()
    for one in project.rejections():
        words = texts[one.transcript_id][one.start_char : one.end_char]
        place = (names[one.transcript_id], one.start_char, one.end_char, words)
        what = (one.code_id, _name(codes, one.code_id), one.coder, one.score, one.probability, one.created_at)
        rows.append((*place, *what))
    return Table(REJECTION_COLUMNS, tuple(rows))


def finished_table(project: Project) -> Table:
    """Return a row a stretch that a coder has finished: what is not coded there is not there."""
    names = {info.id: info.name for info in project.transcripts()}
    rows = [
        (names[r.transcript_id], r.start_char, r.end_char, r.coder, "yes" if r.blind else "no", r.created_at)
        for r in project.reviews()
    ]
    return Table(FINISHED_COLUMNS, tuple(rows))


def suggestions_table(project: Project) -> Table:
    """Return a row a suggestion of the machine as it stands, the best of a segment first."""
    rows: list[tuple[Cell, ...]] = []
    codes = project.known_codes()
    for info in project.transcripts():
        text = project.text(info.id)
        for one in project.suggestions(info.id):
            place = (info.name, one.start_char, one.end_char, text[one.start_char : one.end_char])
            what = (one.code_id, _name(codes, one.code_id), one.score, one.probability)
            rows.append((*place, *what, one.state.value, one.valence.value))
    return Table(SUGGESTION_COLUMNS, tuple(rows))


def history_table(project: Project, edits: Sequence[Edit] | None = None) -> Table:
    """Return a row an edit, the oldest first.

    Args:
        project: The project.
        edits: All its edits, where they are at hand.
    """
    names = {info.id: info.name for info in project.transcripts()}
    rows: list[tuple[Cell, ...]] = []
    for number, edit in enumerate(project.edits() if edits is None else edits, start=1):
        where = names.get(edit.transcript_id or "")
        rows.append((number, edit.at, edit.coder, edit.kind, where, edit.summary, edit.batch, edit.undoes))
    return Table(HISTORY_COLUMNS, tuple(rows))


EDIT_COLUMNS = ("time", "coder", "kind", "transcript", "edit", "edit_id", "batch", "undoes")
"""Columns of :func:`edits_table`."""


def edits_table(project: Project, edits: Sequence[Edit]) -> Table:
    """Return a row for each of some edits, with the ids that name them in every copy of the project."""
    names = {info.id: info.name for info in project.transcripts()}
    rows = tuple(
        (
            edit.at,
            edit.coder,
            edit.kind,
            names.get(edit.transcript_id or "", ""),
            edit.summary,
            edit.id,
            edit.batch,
            edit.undoes,
        )
        for edit in edits
    )
    return Table(EDIT_COLUMNS, rows)


class _About:
    """Says what a memo is on, in words."""

    def __init__(self, project: Project) -> None:
        self._transcripts = {info.id: info.name for info in project.transcripts()}
        self._codes = project.known_codes()
        self._codings = {coding.id: coding for coding in project.codings()}
        self._texts = {transcript_id: project.text(transcript_id) for transcript_id in self._transcripts}

    def __call__(self, target: str) -> str:
        kind, _, rest = target.partition(":")
        if kind == "code":
            return f"code {_name(self._codes, rest)}"
        if kind == "transcript":
            return f"transcript {self._transcripts.get(rest, rest)}"
        if kind == "coding" and rest in self._codings:
            coding = self._codings[rest]
            words = self._texts[coding.transcript_id][coding.start_char : coding.end_char]
            return f"{_name(self._codes, coding.code_id)} for “{words}” by {coding.coder}"
        if kind == "segment":
            transcript_id, _, place = rest.partition(":")
            start, _, end = place.partition("-")
            if transcript_id in self._texts and start.isdecimal() and end.isdecimal():
                return f"“{self._texts[transcript_id][int(start) : int(end)]}”"
        return target


def _name(codes: dict[str, Code], code_id: str) -> str:
    return codes[code_id].name if code_id in codes else code_id
