"""Coded themes as CSV: a row a coding, or a row a segment.

UTF-8 with a byte-order mark, so that Excel knows the encoding. A cell that a spreadsheet would run as a formula gets an
apostrophe in front; :func:`from_cell` takes it away again, exactly.
"""

from __future__ import annotations

import bisect
import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from coding.errors import ExportError
from coding.export.files import Step, told
from coding.model import Code, Coding, Participant, Segment, Turn, about_the_same
from coding.store import Project
from coding.store.study import TranscriptInfo

Cell = str | int | float | None

CODING_COLUMNS = (
    "coding_id",
    "transcript",
    "group",
    "participant",
    "role",
    "start_time_s",
    "start_char",
    "end_char",
    "quotation",
    "code_id",
    "code",
    "parent",
    "valence",
    "coder",
    "origin",
    "score",
    "probability",
    "memo",
    "codebook_version",
    "created_at",
)
"""The columns of a row a coding; one for each attribute of participants follows."""

SEGMENT_COLUMNS = (
    "segment_id",
    "transcript",
    "group",
    "participant",
    "role",
    "start_time_s",
    "start_char",
    "end_char",
    "quotation",
    "coders",
    "finished_by",
)
"""The first columns of a row a segment; one for each code, then one for each attribute follow."""

# What starts a formula in some spreadsheet, with the wide forms that input methods write.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_RISKY = frozenset("'=+-@\t\r\n＝＋－＠")
"""What a cell begins with that may be one."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it will stand in the file, before cells are made safe."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def codings_table(
    project: Project,
    *,
    coders: Collection[str] | None = None,
    code_ids: Collection[str] | None = None,
    without_codes: bool = False,
    step: Step | None = None,
) -> Table:
    """Return a row for each coding, in reading order.

    Args:
        project: The project.
        coders: Only theirs; everybody's where it is ``None``.
        code_ids: Only these codes, and those below them; all where it is ``None``.
        without_codes: Also a row for each segment that has none of these codings, with the columns of a coding empty.
        step: Told of progress.

    Raises:
        ExportError: A coder or a code is unknown.
    """
    chosen = _Choice.of(project, coders, code_ids)
    rows: list[tuple[Cell, ...]] = []
    names = _attribute_names(project)
    for info in told(project.transcripts(), step, "Gathering codings"):
        place = _Place.of(project, info)
        codings = chosen.codings(project, info.id)
        found: list[tuple[int, int, Coding | None]] = [(c.start_char, c.end_char, c) for c in codings]
        if without_codes:
            coded = place.by_segment(codings)
            found += [(s.start_char, s.end_char, None) for s in place.segments if not coded[s.key]]
            found.sort(key=lambda item: item[:2])
        for start, end, coding in found:
            rows.append((*_coding_cells(place, chosen, start, end, coding), *place.attributes(start, end, names)))
    return Table((*CODING_COLUMNS, *_apart(names, CODING_COLUMNS)), tuple(rows))


def segments_table(
    project: Project,
    *,
    coders: Collection[str] | None = None,
    code_ids: Collection[str] | None = None,
    without_codes: bool = True,
    step: Step | None = None,
) -> Table:
    """Return a row for each segment with 1 for each code that it has, and 0 for each that it has not.

    A segment has a code when a coding covers at least half of it, or lies in it by at least half. The column
    ``finished_by`` tells a 0 that somebody looked at from one that nobody did.

    Args:
        project: The project.
        coders: Only what they coded; everybody where it is ``None``.
        code_ids: Only these codes, and those below them.
        without_codes: Also the segments that have none of these codes.
        step: Told of progress.

    Raises:
        ExportError: A coder or a code is unknown.
    """
    chosen = _Choice.of(project, coders, code_ids)
    names = _attribute_names(project)
    codes = chosen.columns(project)
    rows: list[tuple[Cell, ...]] = []
    for info in told(project.transcripts(), step, "Gathering segments"):
        place = _Place.of(project, info)
        coded = place.by_segment(chosen.codings(project, info.id))
        reviews = [r for r in project.reviews(info.id) if chosen.coders is None or r.coder in chosen.coders]
        for segment in place.segments:
            mine = coded[segment.key]
            if not mine and not without_codes:
                continue
            start, end = segment.start_char, segment.end_char
            has = {coding.code_id for coding in mine}
            finished = sorted({r.coder for r in reviews if r.start_char <= start and end <= r.end_char})
            rows.append(
                (
                    segment.key,
                    *place.cells(start, end),
                    "; ".join(sorted({coding.coder for coding in mine})),
                    "; ".join(finished),
                    *(int(code_id in has) for code_id in codes),
                    *place.attributes(start, end, names),
                )
            )
    fixed = (*SEGMENT_COLUMNS, *_apart(codes, SEGMENT_COLUMNS, "code_"))
    return Table((*fixed, *_apart(names, fixed)), tuple(rows))


def to_csv(table: Table) -> bytes:
    r"""Return the table as CSV in UTF-8 with a byte-order mark.

    >>> to_csv(Table(("a", "b"), (("=1+1", -2),))).decode("utf-8-sig")
    "a,b\r\n'=1+1,-2\r\n"
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([to_cell(name) for name in table.columns])
    # Most cells begin with a letter; only the others are looked at closely.
    writer.writerows(
        [to_cell(cell) if cell.__class__ is not str or cell[:1] in _RISKY else cell for cell in row]
        for row in table.rows
    )
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def to_cell(value: Cell) -> str | int | float:
    """Return a cell that no spreadsheet runs as a formula; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value


def from_cell(text: str) -> str:
    """Return the text that :func:`to_cell` was given.

    >>> from_cell("'- well, yes"), from_cell("'tis true")
    ('- well, yes', "'tis true")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def covers(coding: Coding, segment: Segment) -> bool:
    """Tell whether a coding counts for a segment: one of the two lies in the other by at least half."""
    return about_the_same(coding.start_char, coding.end_char, segment.start_char, segment.end_char)


@dataclass(frozen=True, slots=True)
class _Choice:
    """Whose codings with which codes."""

    coders: frozenset[str] | None
    codes: frozenset[str] | None
    known: dict[str, Code]
    order: tuple[str, ...]

    @classmethod
    def of(cls, project: Project, coders: Collection[str] | None, code_ids: Collection[str] | None) -> _Choice:
        codebook = project.codebook()
        known = project.known_codes()
        for name in sorted(set(coders or ()) - set(project.coders())):
            raise ExportError(f"there is no coder {name!r}; there are {', '.join(project.coders()) or 'none yet'}")
        for code_id in sorted(set(code_ids or ()) - set(known)):
            raise ExportError(f"there is no code {code_id!r} in this project")
        below = None
        if code_ids is not None:
            below = frozenset(code_id for code_id in known if _ids_above(known, code_id) & set(code_ids))
        order = tuple(code.id for code in codebook.codes if code.codable)
        return cls(None if coders is None else frozenset(coders), below, known, order)

    def codings(self, project: Project, transcript_id: str) -> list[Coding]:
        return [
            coding
            for coding in project.codings(transcript_id)
            if (self.coders is None or coding.coder in self.coders)
            and (self.codes is None or coding.code_id in self.codes)
        ]

    def columns(self, project: Project) -> tuple[str, ...]:
        """Return the codes of a wide table: those in force, then others that are in use."""
        ids = (*self.order, *sorted(set(project.codes_in_use()) - set(self.order)))
        return tuple(code_id for code_id in ids if self.codes is None or code_id in self.codes)


@dataclass(frozen=True, slots=True)
class _Place:
    """One transcript, to look up who spoke where and when."""

    info: TranscriptInfo
    text: str
    turns: Sequence[Turn]
    speakers: dict[str, Participant]
    segments: Sequence[Segment]
    ends: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, project: Project, info: TranscriptInfo) -> _Place:
        turns = project.turns(info.id)
        segments = project.segments(info.id)
        speakers = project.speakers(info.id)
        return cls(info, project.text(info.id), turns, speakers, segments, [turn.end_char for turn in turns])

    def turns_in(self, start: int, end: int) -> Sequence[Turn]:
        first = bisect.bisect_right(self.ends, start)
        last = first
        while last < len(self.turns) and self.turns[last].start_char < end:
            last += 1
        return self.turns[first:last]

    def people(self, start: int, end: int) -> list[Participant]:
        turns = self.turns_in(start, end)
        if len(turns) == 1:
            alone = self.speakers.get(turns[0].speaker or "")
            return [] if alone is None else [alone]
        labels = (turn.speaker for turn in turns if turn.speaker is not None)
        found = (self.speakers[label] for label in labels if label in self.speakers)
        return list({person.id: person for person in found}.values())

    def by_segment(self, codings: Iterable[Coding]) -> dict[str, list[Coding]]:
        """Return the codings that count for each segment."""
        found: dict[str, list[Coding]] = {segment.key: [] for segment in self.segments}
        ends = [segment.end_char for segment in self.segments]
        for coding in codings:
            for segment in self.segments[bisect.bisect_right(ends, coding.start_char) :]:
                if segment.start_char >= coding.end_char:
                    break
                if covers(coding, segment):
                    found[segment.key].append(coding)
        return found

    def cells(self, start: int, end: int) -> tuple[Cell, ...]:
        people = self.people(start, end)
        return (
            self.info.name,
            self.info.group,
            _joined(person.name for person in people),
            _joined(person.role.value for person in people),
            self.time(start, end),
            start,
            end,
            self.text[start:end],
        )

    def time(self, start: int, end: int) -> float | None:
        """Return when the words were said, in seconds, in proportion to where they stand in their turn."""
        turns = self.turns_in(start, end)
        if not turns or turns[0].start_s is None:
            return None
        turn = turns[0]
        at = turns[0].start_s
        if turn.end_s is not None and turn.end_char > turn.start_char:
            share = max(0, start - turn.start_char) / (turn.end_char - turn.start_char)
            at += share * max(0.0, turn.end_s - at)
        return round(at, 2)

    def attributes(self, start: int, end: int, names: Sequence[str]) -> list[Cell]:
        if not names:
            return []
        values = [dict(person.attributes) for person in self.people(start, end)]
        return [_joined(value[name] for value in values if value.get(name)) for name in names]


def _coding_cells(place: _Place, chosen: _Choice, start: int, end: int, coding: Coding | None) -> tuple[Cell, ...]:
    where = place.cells(start, end)
    if coding is None:
        return ("", *where, *("" for _ in CODING_COLUMNS[9:]))
    code = chosen.known.get(coding.code_id)
    parent = chosen.known.get(code.parent) if code is not None and code.parent is not None else None
    return (
        coding.id,
        *where,
        coding.code_id,
        coding.code_id if code is None else code.name,
        "" if parent is None else parent.name,
        coding.valence.value,
        coding.coder,
        coding.origin.value,
        _rounded(coding.score),
        _rounded(coding.probability),
        coding.memo,
        coding.codebook_version,
        coding.created_at,
    )


def _ids_above(known: dict[str, Code], code_id: str) -> set[str]:
    found: set[str] = set()
    current: str | None = code_id
    while current is not None and current in known and current not in found:
        found.add(current)
        current = known[current].parent
    return found


def _attribute_names(project: Project) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for person in project.participants() for name, _ in person.attributes))


def _apart(names: Iterable[str], taken: Collection[str], prefix: str = "attribute_") -> list[str]:
    """Return the names as columns, with a prefix where a column is called that already."""
    return [f"{prefix}{name}" if name in taken else name for name in names]


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(texts))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
