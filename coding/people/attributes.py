"""Join a table of what is known about participants to the people of a study."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coding.edits import Operation, SetAttributes, SetRole
from coding.errors import ReadError
from coding.model import Participant, Role
from coding.people.tables import Table, read_table
from coding.pseudonyms import Key
from coding.pseudonyms.fold import fold
from coding.pseudonyms.match import Matcher
from coding.pseudonyms.names import parse_name
from coding.readers.moderators import is_moderator_label
from coding.store import Project
from coding.store.study import TranscriptInfo

_COLUMNS = {
    "label": "label speaker speaker_label code speaker_id participant_id participant id pseudonym p",
    "name": "name full_name participant_name person participant speaker",
    "transcript": "transcript file filename file_name session recording transcript_name source",
    "group": "group focus_group group_name",
    "role": "role speaker_role",
}
_FIRST_NAMES = ("first_name", "firstname", "forename", "given_name")
_LAST_NAMES = ("surname", "last_name", "lastname", "family_name")
_ROLES = frozenset({"participant", "respondent", "interviewee", "member"})
_MOST_NAME_CHARS = 80


@dataclass(frozen=True, slots=True)
class LeftRow:
    """A row of the table that changed nobody.

    Attributes:
        line: Where it stands in the file, from 1.
        text: What it calls the person.
        reason: Why nobody was found.
    """

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class JoinReport:
    """What joining a table found.

    Attributes:
        rows: How many rows the table has.
        joined: The row's line and the participant's id, for each that found somebody.
        left: The rows that found nobody.
        without: Participants who got no row.
        attributes: The columns that became attributes.
        warnings: What to look at.
    """

    rows: int
    joined: tuple[tuple[int, str], ...]
    left: tuple[LeftRow, ...]
    without: tuple[Participant, ...]
    attributes: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values for JSON."""
        return {
            "rows": self.rows,
            "joined": len(self.joined),
            "left": [{"line": one.line, "text": one.text, "reason": one.reason} for one in self.left],
            "without": [one.name for one in self.without],
            "attributes": list(self.attributes),
            "warnings": list(self.warnings),
        }

    def as_lines(self) -> list[str]:
        """Return it as lines for people."""
        return [
            f"{len(self.joined)} of {self.rows} rows found somebody",
            *self.warnings,
            *(f"  line {row.line}: {row.text or '(no name)'}: {row.reason}" for row in self.left),
            *(f"  no row for {person.name}" for person in self.without),
        ]


@dataclass(slots=True)
class _Columns:
    """Which column holds what; the others are attributes."""

    at: dict[str, int] = field(default_factory=dict)
    first: int | None = None
    last: int | None = None
    attributes: dict[int, str] = field(default_factory=dict)

    def cell(self, cells: Sequence[str], role: str) -> str:
        return cells[self.at[role]] if role in self.at else ""

    def names(self, cells: Sequence[str]) -> list[str]:
        """Return what a row calls the person, the label first."""
        both = " ".join(cells[at] for at in (self.first, self.last) if at is not None).strip()
        return [name for name in (self.cell(cells, "label"), self.cell(cells, "name"), both) if name]


def join_attributes(
    project: Project, file: str | Path | bytes, *, name: str | None = None, key: Key | None = None
) -> tuple[tuple[Operation, ...], JoinReport]:
    """Find the participant of each row of a table, and plan the attributes they get.

    A row finds somebody by speaker label or by name, whatever the capitals, accents and order ("Surname, First").
    Columns called ``transcript`` (or ``file``) and ``group`` say where to look; without them a label that stands in
    several transcripts for several people finds nobody. A column called ``role`` sets the role. Attributes that are
    there stay where the table has nothing to say. Nothing is written: hand the operations to
    :func:`coding.edits.apply_edits`.

    Args:
        project: The study.
        file: CSV, TSV or XLSX with a header, as a path or as bytes.
        name: What the bytes were called.
        key: The key of a study with pseudonyms: the table may then have names, and none of them gets into the project.

    Returns:
        The operations, and what was found.

    Raises:
        ReadError: It is no table, too large, or no column says who a row is about.
    """
    table = read_table(file, name=name)
    columns = _find_columns(table, name or (str(file) if not isinstance(file, bytes) else "table"))
    people = _People(project, key)
    gathered: dict[str, dict[str, str]] = {}
    roles: dict[str, Role] = {}
    joined: list[tuple[int, str]] = []
    left: list[LeftRow] = []
    warnings: list[str] = []
    for line, cells in table.rows:
        person, reason = people.find(cells, columns)
        if person is None:
            left.append(LeftRow(line, ", ".join(columns.names(cells)), reason))
            continue
        joined.append((line, person.id))
        mine = gathered.setdefault(person.id, {})
        for at, title in columns.attributes.items():
            value = people.rewrite(cells[at])
            if value and mine.setdefault(title, value) != value:
                warnings.append(f"line {line}: {person.name} has another {title} in a row above, which was kept")
        role = _role(columns.cell(cells, "role"))
        if role is not None:
            roles.setdefault(person.id, role)
        elif columns.cell(cells, "role"):
            warnings.append(f"line {line}: a role is moderator or participant; this one was left as it is")
    report = JoinReport(
        rows=len(table.rows),
        joined=tuple(joined),
        left=tuple(left),
        without=tuple(one for one in project.participants() if one.id not in gathered),
        attributes=tuple(columns.attributes.values()),
        warnings=tuple(warnings),
    )
    return tuple(_operations(project, gathered, roles)), report


def _operations(project: Project, gathered: dict[str, dict[str, str]], roles: dict[str, Role]) -> Iterator[Operation]:
    for person in project.participants():
        if person.id in gathered:
            whole = {**dict(person.attributes), **gathered[person.id]}
            if whole != dict(person.attributes):
                yield SetAttributes(person.id, tuple(whole.items()))
        if person.id in roles and roles[person.id] is not person.role:
            yield SetRole(person.id, roles[person.id])


def _normal(title: str) -> str:
    return re.sub(r"[\s_-]+", "_", fold(title).text.strip(" :.?"))


def _find_columns(table: Table, path: str) -> _Columns:
    titles = [_normal(title) for title in table.header]
    columns = _Columns()
    for role, known in _COLUMNS.items():
        free = (
            titles.index(title)
            for title in known.split()
            if title in titles and titles.index(title) not in columns.at.values()
        )
        at = next(free, None)
        if at is not None:
            columns.at[role] = at
    columns.first = next((titles.index(title) for title in _FIRST_NAMES if title in titles), None)
    columns.last = next((titles.index(title) for title in _LAST_NAMES if title in titles), None)
    if "label" not in columns.at and "name" not in columns.at and columns.first is None:
        given = ", ".join(title for title in table.header if title)[:200]
        raise ReadError(
            f"no column is called label or name, so nobody knows who the rows are about; there are: {given}", path=path
        )
    taken = {*columns.at.values(), columns.first, columns.last}
    for at, title in enumerate(table.header):
        if at in taken or not title:
            continue
        if len(title) > _MOST_NAME_CHARS or title in columns.attributes.values():
            raise ReadError(
                f"each column needs a name of its own of at most {_MOST_NAME_CHARS} characters", path=path, line=1
            )
        columns.attributes[at] = title
    return columns


def _role(text: str) -> Role | None:
    if not text:
        return None
    if is_moderator_label(text):
        return Role.MODERATOR
    return Role.PARTICIPANT if fold(text).text.strip() in _ROLES else None


class _People:
    """The participants of a study by everything they may be called."""

    def __init__(self, project: Project, key: Key | None) -> None:
        self._infos = project.transcripts()
        self._by_name: dict[tuple[str, str], dict[str, Participant]] = defaultdict(dict)
        self._codes = {} if key is None else {_called(label): code for label, code in key.participants.items()}
        rules = () if key is None else tuple(key.names.values())
        self._matcher = Matcher(rules)
        for info in self._infos:
            for label, person in project.speakers(info.id).items():
                for name in (label, person.name):
                    self._by_name[info.id, _called(name)][person.id] = person

    def rewrite(self, value: str) -> str:
        """Return a cell without the names that the key knows."""
        return self._matcher.substitute(value)[0]

    def find(self, cells: Sequence[str], columns: _Columns) -> tuple[Participant | None, str]:
        """Return who a row is about, or why nobody."""
        names = columns.names(cells)
        if not names:
            return None, "the row has no name"
        where = self._transcripts(columns.cell(cells, "transcript"), columns.cell(cells, "group"))
        if not where:
            return None, "there is no such transcript or group"
        for name in names:
            wanted = {_called(name), _called(self._codes.get(_called(name), name))}
            found = {
                id_: one
                for info in where
                for called in wanted
                for id_, one in self._by_name.get((info.id, called), {}).items()
            }
            if len(found) == 1:
                return next(iter(found.values())), ""
            if found:
                return None, "several people are called so; say which with a column transcript or group"
        return None, "nobody is called so"

    def _transcripts(self, transcript: str, group: str) -> list[TranscriptInfo]:
        wanted, of = fold(transcript).text, fold(group).text
        return [
            info
            for info in self._infos
            if (not of or fold(info.group).text == of)
            and (not wanted or wanted in {fold(one).text for one in _file_names(info)})
        ]


def _file_names(info: TranscriptInfo) -> tuple[str, ...]:
    return info.id, info.name, info.source_name, info.source_name.rpartition(".")[0]


def _called(name: str) -> str:
    """Return a name as it is compared: "Lee, Ann" is "ann lee", "Participant 1" is "p1"."""
    person = parse_name(name)
    if person is not None and person.is_full():
        return " ".join(person.key)
    plain = "".join(re.findall(r"[^\W_]+", fold(name).text))
    return re.sub(r"^(?:participant|part|respondent|resp)(?=\d)", "p", plain)
