"""What the browser is told: the whole transcript once, and after that only what changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coding.edits.base import short
from coding.model import Change, Code, Codebook, Coding, Edit, Role, Transcript
from coding.store import Act, Project
from coding.ui.review.board import Detail, Page, rows_of

MOST_ACTS = 30

REVIEW_KINDS = frozenset(
    {
        "add-coding",
        "change-coding",
        "remove-coding",
        "reject-suggestion",
        "withdraw-rejection",
        "mark-reviewed",
        "reopen",
        "write-memo",
        "split-segment",
        "merge-segments",
    }
)
"""What is done on this screen. Imports and changes of the codebook alone are undone on their own pages."""

_INVERSE_CHANGES = 6


@dataclass(frozen=True, slots=True)
class Sight:
    """Who looks at which transcript, and whether blind."""

    transcript_id: str
    coder: str
    blind: bool


def code_entry(code: Code, path: Sequence[str], *, retired: bool = False) -> dict[str, Any]:
    """Return a code for the browser; what is empty is left out."""
    entry: dict[str, Any] = {
        "id": code.id,
        "name": code.name,
        "path": list(path),
        "colour": code.colour,
        "definition": code.definition,
        "include": list(code.include),
        "exclude": list(code.exclude),
        "examples": list(code.examples),
        "contrary": list(code.contrary_examples),
        "group": not code.codable,
        "retired": retired,
    }
    return {name: value for name, value in entry.items() if value}


def code_entries(codebook: Codebook, retired: Mapping[str, Code]) -> list[dict[str, Any]]:
    """Return all codes for the browser, in the order of the codebook, then the retired ones."""
    colours = {code.id: code.colour for code in codebook.codes}
    found = []
    for code in codebook.codes:
        path = codebook.path(code.id)
        entry = code_entry(code, [c.name for c in path[:-1]])
        entry.setdefault("colour", next((colours[c.id] for c in reversed(path) if colours[c.id]), None))
        found.append(entry)
    return [*found, *(code_entry(code, [], retired=True) for code in retired.values())]


def coding_entry(coding: Coding) -> list[object]:
    """Return a coding for the browser."""
    return [
        coding.start_char,
        coding.end_char,
        coding.code_id,
        coding.coder,
        coding.valence.value,
        coding.origin.value,
        coding.memo,
    ]


def row_entry(table: str, row: Mapping[str, Any] | None) -> list[object] | None:
    """Return a row of the store for the browser, or ``None`` where there is none."""
    if row is None:
        return None
    names = {
        "codings": ("start_char", "end_char", "code_id", "coder", "valence", "origin", "memo"),
        "rejections": ("start_char", "end_char", "code_id", "coder"),
        "reviews": ("start_char", "end_char", "coder"),
        "memos": ("target", "coder", "text"),
        "segments": ("turn", "start_char", "end_char"),
    }
    return [row[name] for name in names[table]]


def whole(project: Project, transcript: Transcript, sight: Sight, page: Page, codes: Sequence[str]) -> dict[str, Any]:
    """Return all that the browser needs of one transcript to begin with.

    Args:
        project: The project.
        transcript: The transcript.
        sight: Who looks.
        page: The suggestions.
        codes: Ids of the codes that the rows of suggestions refer to by position.
    """
    tid, me = sight.transcript_id, sight.coder
    rev = project.rev()
    reviews = project.reviews(tid, coder=me)
    finished = {(r.start_char, r.end_char) for r in reviews}
    codings = [c for c in project.codings(tid) if not sight.blind or c.coder == me or seen(c, finished)]
    people = project.speakers(tid)
    labels = list(transcript.speakers)
    text = transcript.text
    segments = project.segments(tid)
    rows = suggestion_rows(page, codes, finished if sight.blind else None)
    return {
        "doc": tid,
        "name": transcript.name,
        "me": me,
        "rev": rev,
        "blind": sight.blind,
        "codes": code_entries(project.codebook(), project.retired_codes()),
        "index": list(codes),
        "speakers": [[label, people[label].role is Role.MODERATOR if label in people else False] for label in labels],
        "turns": [
            [
                -1 if turn.speaker is None else labels.index(turn.speaker),
                turn.start_char,
                text[turn.start_char : turn.end_char],
                turn.start_s,
                int(turn.heading),
            ]
            for turn in transcript.turns
        ],
        "segments": [number for s in segments for number in (s.turn, s.start_char, s.end_char)],
        "codings": {c.id: coding_entry(c) for c in codings},
        "rejections": {
            r.key: [r.start_char, r.end_char, r.code_id, r.coder] for r in project.rejections(tid, coder=me)
        },
        "reviews": {r.key: [r.start_char, r.end_char, r.coder] for r in reviews},
        "memos": {
            m.key: [m.target, m.coder, m.text]
            for m in project.memos()
            if _memo_here(m.target, tid) and (m.coder == me or not sight.blind)
        },
        "suggestions": rows,
        "acts": last_acts(project, me),
    }


def seen(coding: Coding, finished: Iterable[tuple[int, int]]) -> bool:
    """Tell whether a blind coder may see another's coding: they finished a segment that it touches."""
    return any(start < coding.end_char and coding.start_char < end for start, end in finished)


def suggestion_rows(page: Page, codes: Sequence[str], only: set[tuple[int, int]] | None) -> list[list[int]]:
    """Return the suggestions of all segments that have some, or of those in ``only``."""
    places = list(zip(page.starts, page.ends, strict=True))
    rows = rows_of(places, page.packed(codes))
    return [row for place, row in zip(places, rows, strict=True) if len(row) > 2 and (only is None or place in only)]


def changes(project: Project, sight: Sight, edits: Sequence[Edit]) -> list[list[object]]:
    """Return what ``edits`` changed as rows: table, key, entry or ``None``.

    A row that changed twice is told once, as it is at the end of them.
    """
    told: dict[tuple[str, str], list[object]] = {}
    reviews = project.reviews(sight.transcript_id, coder=sight.coder) if sight.blind and edits else []
    finished = [(r.start_char, r.end_char) for r in reviews]
    for edit in edits:
        for change in edit.changes:
            if not _concerns(change, sight):
                continue
            if sight.blind and _of_another(change, sight) and not _within(change, finished):
                continue
            entry = None if change.table == "codes" else row_entry(change.table, change.after)
            told.pop((change.table, change.key), None)
            told[change.table, change.key] = [change.table, change.key, entry]
            if sight.blind and change.table == "reviews" and change.after:
                _reveal(project, sight, change, told)
    _fill_codes(project, told)
    return list(told.values())


def _concerns(change: Change, sight: Sight) -> bool:
    row = change.after or change.before or {}
    if change.table == "codes":
        return True
    if change.table == "memos":
        mine = row.get("coder") == sight.coder
        return _memo_here(str(row.get("target", "")), sight.transcript_id) and (mine or not sight.blind)
    if change.table in ("rejections", "reviews") and row.get("coder") != sight.coder:
        return False
    here = row.get("transcript_id") == sight.transcript_id
    return here and change.table in ("codings", "rejections", "reviews", "segments")


def _of_another(change: Change, sight: Sight) -> bool:
    row = change.after or change.before or {}
    return change.table == "codings" and row.get("coder") != sight.coder


def _within(change: Change, places: Iterable[tuple[int, int]]) -> bool:
    start, end = _place(change)
    return any(s < end and start < e for s, e in places)


def _place(change: Change) -> tuple[int, int]:
    row = change.after or change.before or {}
    return int(str(row["start_char"])), int(str(row["end_char"]))


def _reveal(project: Project, sight: Sight, change: Change, told: dict[tuple[str, str], list[object]]) -> None:
    """Tell a blind coder what others coded where they themselves have finished now."""
    place = [_place(change)]
    for coding in project.codings(sight.transcript_id):
        if coding.coder != sight.coder and seen(coding, place):
            told["codings", coding.id] = ["codings", coding.id, coding_entry(coding)]


def _fill_codes(project: Project, told: dict[tuple[str, str], list[object]]) -> None:
    wanted = [key for table, key in told if table == "codes"]
    if not wanted:
        return
    entries = {entry["id"]: entry for entry in code_entries(project.codebook(), project.retired_codes())}
    for key in wanted:
        told["codes", key][2] = entries.get(key)


def _memo_here(target: str, transcript_id: str) -> bool:
    kind, _, rest = target.removeprefix("flag:").partition(":")
    if kind == "segment":
        return rest.startswith(f"{transcript_id}:")
    return kind in ("project", "code") or target == f"transcript:{transcript_id}"


@dataclass(frozen=True, slots=True)
class ActSummary:
    """One act of a coder as the history shows it."""

    batch: str
    summary: str
    place: tuple[str, int, int] | None
    standing: bool
    inverse: tuple[tuple[str, str, object], ...] | None


def summarise(project: Project, act: Act) -> ActSummary | None:
    """Return an act as the history shows it; ``None`` where it is none of this screen."""
    edits = project.batch(act.batch, first=_INVERSE_CHANGES + 1)
    if not any(edit.kind in REVIEW_KINDS for edit in edits):
        return None
    main = next((e for e in edits if e.kind in ("add-coding", "change-coding")), edits[0])
    more = act.edits - 1 if act.edits > 3 else 0
    all_changes = [change for edit in edits for change in edit.changes]
    place = None
    for change in (c for e in (main, *edits) for c in e.changes):
        row = change.after or change.before or {}
        if "start_char" in row and "transcript_id" in row:
            place = (str(row["transcript_id"]), int(str(row["start_char"])), int(str(row["end_char"])))
            break
    known = ("codings", "rejections", "reviews", "memos")
    inverse = None
    if len(all_changes) <= _INVERSE_CHANGES and all(c.table in known for c in all_changes):
        inverse = tuple((c.table, c.key, row_entry(c.table, c.before)) for c in reversed(all_changes))
    summary = short(main.summary, 90) + (f", and {more:,} more" if more else "")
    return ActSummary(act.batch, summary, place, act.standing, inverse)


def last_acts(project: Project, coder: str) -> list[list[object]]:
    """Return the last acts of a coder on this screen, the oldest first."""
    found = (summarise(project, act) for act in project.acts(coder, last=4 * MOST_ACTS))
    return [act_entry(told) for told in found if told is not None][-MOST_ACTS:]


def act_entry(act: ActSummary) -> list[object]:
    """Return an act for the browser."""
    inverse = None if act.inverse is None else [list(item) for item in act.inverse]
    return [act.batch, act.summary, None if act.place is None else list(act.place), int(act.standing), inverse]


def acts_since(project: Project, coder: str, edits: Sequence[Edit]) -> list[list[object]]:
    """Return the acts of a coder that ``edits`` are of, or that they take back or do again."""
    mine = dict.fromkeys(edit.undoes or edit.batch for edit in edits if edit.coder == coder)
    batches = {act.batch: act for act in map(project.act, mine) if act is not None}
    return [act_entry(told) for act in batches.values() if (told := summarise(project, act)) is not None]


def detail_entry(detail: Detail, codes: Sequence[str], *, most_bytes: int) -> dict[str, Any]:
    """Return ranks and evidence for the browser: the largest terms, their words cut until all is small enough."""
    told = _detail_entry(detail, codes, most=4, chars=120)
    for most, chars in ((4, 80), (3, 60), (2, 40), (1, 20), (0, 0)):
        if len(json.dumps(told)) <= most_bytes:
            break
        told = _detail_entry(detail, codes, most=most, chars=chars)
    return told


def _detail_entry(detail: Detail, codes: Sequence[str], *, most: int, chars: int) -> dict[str, Any]:
    place = {code: at for at, code in enumerate(codes)}
    return {
        "s": detail.start_char,
        "e": detail.end_char,
        "ranks": [place[code] for code in detail.ranks if code in place],
        "evidence": {
            code: [
                [round(e.share, 3), e.kind, short(e.text, max(1, chars)), e.code_id, e.coder, e.segment_key]
                for e in (*[e for e in terms if e.kind != "other"][:most], *[e for e in terms if e.kind == "other"])
            ]
            for code, terms in detail.evidence
        },
    }
