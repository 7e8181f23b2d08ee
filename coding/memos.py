"""All memos of a study in one list: on codings, segments, codes, transcripts and the project, and the flags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from coding.store import Project

KINDS = ("coding", "segment", "code", "transcript", "project", "flag")
"""What a memo can be on; a flag marks a segment for discussion and has no words of its own."""


@dataclass(frozen=True, slots=True)
class Note:
    """A memo with the place that it is about.

    Attributes:
        id: Names it among the memos of the project, such as for a link to it.
        kind: One of :data:`KINDS`.
        target: What :class:`coding.edits.WriteMemo` calls the place; the coding's id for a memo on a coding.
        coder: Whose it is.
        text: Its words; empty for a flag.
        at: When it was written first, as an ISO 8601 time in UTC.
        transcript_id: The transcript, where the place is in one.
        start_char: Start of the place in the transcript's text, where it has one.
        end_char: Its end, half-open.
        code_id: The code, where there is one.
        quotation: The words at the place, where it has some.
    """

    id: str
    kind: str
    target: str
    coder: str
    text: str
    at: str
    transcript_id: str | None = None
    start_char: int | None = None
    end_char: int | None = None
    code_id: str | None = None
    quotation: str = ""


def read_target(target: str) -> tuple[str, str | None, int | None, int | None, str | None] | None:
    """Return what a memo's target says: kind, transcript, start and end, code; ``None`` where it is none of these.

    >>> read_target("segment:t1:10-25"), read_target("code:calls-back")
    (('segment', 't1', 10, 25, None), ('code', None, None, None, 'calls-back'))
    """
    flag = target.startswith("flag:")
    kind, _, rest = target.removeprefix("flag:").partition(":")
    if kind == "segment":
        transcript_id, _, span = rest.rpartition(":")
        start, _, end = span.partition("-")
        if transcript_id and start.isdecimal() and end.isdecimal():
            return "flag" if flag else kind, transcript_id, int(start), int(end), None
        return None
    if flag:
        return None
    if kind == "code" and rest:
        return kind, None, None, None, rest
    if kind == "transcript" and rest:
        return kind, rest, None, None, None
    if kind == "coding" and rest:
        return kind, None, None, None, None
    return (kind, None, None, None, None) if target == "project" else None


def all_notes(project: Project) -> list[Note]:
    """Return all memos and flags: those of the project, of codes, then by place in the transcripts, as they are read.

    What is on a transcript that has gone is left out.
    """
    order = {info.id: at for at, info in enumerate(project.transcripts())}
    text = cache(project.text)
    found: list[Note] = []
    for coding in project.codings():
        if coding.memo:
            words = text(coding.transcript_id)[coding.start_char : coding.end_char]
            at = (coding.transcript_id, coding.start_char, coding.end_char, coding.code_id)
            found.append(Note(coding.id, "coding", coding.id, coding.coder, coding.memo, coding.created_at, *at, words))
    for memo in project.memos():
        read = read_target(memo.target)
        if read is None:
            continue
        kind, transcript_id, start, end, code_id = read
        if kind == "coding":
            one = project.coding(memo.target.removeprefix("coding:"))
            if one is None:
                continue
            transcript_id, start, end, code_id = one.transcript_id, one.start_char, one.end_char, one.code_id
        if transcript_id is not None and transcript_id not in order:
            continue
        words = "" if transcript_id is None or start is None else text(transcript_id)[start:end]
        said = "" if kind == "flag" else memo.text
        where = (transcript_id, start, end, code_id)
        found.append(Note(memo.key, kind, memo.target, memo.coder, said, memo.created_at, *where, words))
    return sorted(found, key=lambda note: _place(note, order))


def _place(note: Note, order: dict[str, int]) -> tuple[int, int, int, str]:
    if note.transcript_id is None:
        return (-2 if note.kind == "project" else -1, 0, 0, note.at)
    return (order[note.transcript_id], -1 if note.start_char is None else note.start_char, note.end_char or 0, note.at)


def find_notes(
    notes: Sequence[Note],
    *,
    words: str = "",
    kinds: Sequence[str] = (),
    coder: str | None = None,
    names: dict[str, str] | None = None,
) -> list[Note]:
    """Return the memos that fit.

    Args:
        notes: Where to look.
        words: Every one of these must be in the memo, its quotation, or the name of its code, in any case of letters.
        kinds: Any of these; all where there are none.
        coder: Only theirs.
        names: Names of codes by id.

    >>> find_notes([Note("1", "project", "project", "Ada", "Ask Bob", "")], words="bob ask")[0].text
    'Ask Bob'
    """
    wanted = words.casefold().split()
    known = names or {}

    def fits(note: Note) -> bool:
        said = f"{note.text}\n{note.quotation}\n{known.get(note.code_id or '', '')}".casefold()
        return all(word in said for word in wanted)

    return [
        note
        for note in notes
        if (not kinds or note.kind in kinds) and (coder is None or note.coder == coder) and fits(note)
    ]
