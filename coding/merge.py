"""Bring two copies of a project together again, after people worked apart.

Both histories become one: every edit of either copy is there, none twice, each with its coder and time. What the study
holds follows from these edits alone (:mod:`coding.replay`), so it does not matter which copy is brought into which, or
whether it is done twice. Where both copies changed the same thing, the later change stands, the earlier one stays in
the history, and the report names both.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from coding.errors import EditError
from coding.model import Change, Edit, utc_now
from coding.replay import Key, Outcome, Stamped, first_segments, replay
from coding.roles import CoderRole
from coding.store import MergeRecord, Project
from coding.store.copies import check_file
from coding.store.decisions import KEYS, new_id

Step = Callable[[str, int, int], None]
Row = Mapping[str, Any]

_WHEN = frozenset({"created_at", "codebook_version", "score", "probability"})
"""Two copies that decided the same do not differ by when they did, or by what the machine thought of it."""
_AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that both copies changed, each in its own way.

    Attributes:
        what: The kind of thing: ``codes``, ``codings``, ``participants`` …; ``segments`` where a cut did not fit.
        stands: What now stands: coder, time and summary of the edit.
        gives_way: What does not, in the same way; it stays in the history.
        reason: Why, in words.
    """

    what: str
    stands: str
    gives_way: str
    reason: str


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did.

    Attributes:
        file: The other copy.
        edits: How many edits came.
        own: How many edits only this copy had.
        transcripts: Names of the transcripts that came.
        coders: How many coders came.
        conflicts: What both copies changed.
        notes: What else one should know.
    """

    file: str
    edits: int
    own: int
    transcripts: tuple[str, ...]
    coders: int
    conflicts: tuple[Conflict, ...]
    notes: tuple[str, ...]

    @property
    def anything(self) -> bool:
        """Tell whether the other copy held anything that was not here."""
        return bool(self.edits or self.transcripts or self.coders)

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Return the report for people."""
        if not self.anything:
            return f"Nothing in {self.file} that is not here already."
        came = f"{self.edits:,} edit{'' if self.edits == 1 else 's'} came from {self.file}"
        lines = [f"{came}; {self.own:,} only this copy had."]
        if self.transcripts:
            lines.append(f"New transcripts: {', '.join(self.transcripts)}.")
        if not self.conflicts:
            lines.append("The two copies did not contradict one another.")
        for conflict in self.conflicts:
            lines += [f"Both changed ({conflict.reason}):", f"  stands: {conflict.stands}"]
            lines.append(f"  gives way, and stays in the history: {conflict.gives_way}")
        return "\n".join((*lines, *self.notes))


def merge_project(project: Project, other: str | Path, *, by: str, step: Step | None = None) -> Merged:
    """Bring another copy of a project into this one, all of it or nothing.

    The other file is only read. Suggestions are worked out again when they are next asked for.

    Args:
        project: The project that takes everything up.
        other: The other copy.
        by: Who does it; where a team shares the project, somebody who leads it.
        step: Told what goes on.

    Returns:
        What came, and where the copies contradict one another.

    Raises:
        ProjectError: The other file is damaged, no project, made by a newer version, or this one cannot be written.
        EditError: The two are different studies, or hold one transcript with different words.
        RoleError: A team shares the project, and ``by`` does not lead it.

    >>> import tempfile
    >>> from coding.edits import WriteMemo, apply_edits
    >>> from coding.store import Project
    >>> with tempfile.TemporaryDirectory() as folder, Project.open(f"{folder}/a.sqlite", create=True) as ours:
    ...     _ = apply_edits(ours, [WriteMemo("project", "Start with group 2.")], coder="Ada")
    ...     _ = ours.copy_to(Path(folder) / "b.sqlite")
    ...     with Project.open(f"{folder}/b.sqlite") as theirs:
    ...         _ = apply_edits(theirs, [WriteMemo("project", "Read group 4, too.")], coder="Bob")
    ...     merged = merge_project(ours, f"{folder}/b.sqlite", by="Ada")
    ...     merged.edits, len(ours.memos()), merge_project(ours, f"{folder}/b.sqlite", by="Ada").edits
    (1, 2, 0)
    """
    path = Path(other)
    check_file(path)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "other.sqlite"
        with Project.open(path) as original:
            # Copied first: the other copy may be of an older version, and is not to be changed by being read.
            original.copy_to(copy)
        with Project.open(copy) as theirs, project.transaction():
            project.check_role(by, CoderRole.LEAD)
            _check_same_study(project, theirs, path)
            found = _Merge(project, theirs, path.name, step).run()
            if found.anything:
                report = json.dumps(found.as_dict(), ensure_ascii=False)
                project.add_merge(MergeRecord(new_id(), utc_now(), by, path.name, found.edits, report))
            return found


def _check_same_study(project: Project, theirs: Project, path: Path) -> None:
    ours = {info.id: info.name for info in project.transcripts()}
    shared = [info.id for info in theirs.transcripts() if info.id in ours]
    for transcript_id in shared:
        if project.text(transcript_id) != theirs.text(transcript_id):
            raise EditError(
                f"the two copies hold “{ours[transcript_id]}” with different words, such as once with names and once "
                "without; import it in the same way in both, then merge"
            )
    if shared or not ours or not theirs.transcripts():
        return
    if {edit.id for _, edit in project.stamped()} & {edit.id for _, edit in theirs.stamped()}:
        return
    raise EditError(
        f"{path.name} is another study: it has no transcript and no edit in common with this one; "
        "to bring its codings in, export it to .qdpx and import that"
    )


class _Merge:
    """One merge at work."""

    def __init__(self, project: Project, theirs: Project, file: str, step: Step | None) -> None:
        self.project, self.theirs, self.file = project, theirs, file
        self.step: Step = step or (lambda _what, _done, _of: None)

    def run(self) -> Merged:
        """Bring everything over and return the report."""
        self.step("Reading both", 0, 4)
        ours = [Stamped(*item) for item in self.project.stamped()]
        others = [Stamped(*item) for item in self.theirs.stamped()]
        known, named = {item.edit.id for item in ours}, {item.edit.id for item in others}
        mine = [item for item in ours if item.edit.id not in named]
        new = [item for item in others if item.edit.id not in known]
        notes = [*self._clock(new), *self._pseudonyms()]
        self.step("Putting edits in order", 1, 4)
        infos = {info.id for info in self.project.transcripts()}
        came = [info for info in self.theirs.transcripts() if info.id not in infos]
        base, differ = self._first_segments(ours, others)
        outcome = replay([*ours, *new], base)
        wanted = self._untouched(outcome)
        wanted.update(self._rows(outcome, [*mine, *new]))
        cut = {c.transcript_id for c in map(_as_place, _changes([*mine, *new], "segments"))} | differ
        wanted.update(self._segments(outcome, cut | {info.id for info in came}))
        notes += self._free_accounts(wanted)
        self.step("Writing", 2, 4)
        coders = self.project.put_coders(self.theirs.coder_rows())
        self.project.put_rows({key: row for key, row in wanted.items() if key[0] == "transcripts"})
        self.project.put_aside(self.theirs, [info.id for info in came])
        self.project.put_rows(wanted)
        self.project.put_edits([(item.clock, item.edit) for item in new])
        for record in self.theirs.merges():
            self.project.add_merge(record)
        self.project.put_in_order()
        self.step("Looking for contradictions", 3, 4)
        conflicts = [*_conflicts(mine, new), *_skipped(outcome, [*mine, *new])]
        notes += self._retired([*mine, *new])
        return Merged(
            self.file, len(new), len(mine), tuple(info.name for info in came), coders, tuple(conflicts), tuple(notes)
        )

    def _first_segments(
        self, ours: Sequence[Stamped], others: Sequence[Stamped]
    ) -> tuple[dict[str, dict[str, Row]], set[str]]:
        """Return how transcripts were cut before any edit, and those that the two copies had cut in different ways.

        Where one transcript was imported into both and cut differently, the cut of the earlier import stands.
        """
        here = first_segments(ours, self.project.table("segments"))
        there = first_segments(others, self.theirs.table("segments"))
        at = [{row["id"]: row["imported_at"] for row in p.table("transcripts")} for p in (self.project, self.theirs)]
        differ = {key for key in here.keys() & there.keys() if here[key] != there[key]}
        base = {**there, **here}
        for key in differ:
            base[key] = min((here[key], at[0][key]), (there[key], at[1][key]), key=lambda pair: str(pair[1]))[0]
        return base, differ

    def _untouched(self, outcome: Outcome) -> dict[Key, Row | None]:
        """Return the rows of the other copy that no edit made and that are not here, or are here in another form."""
        wanted: dict[Key, Row | None] = {}
        for table, column in KEYS.items():
            if table == "segments":
                continue
            here = {str(row[column]): row for row in self.project.table(table)}
            for row in self.theirs.table(table):
                key = (table, str(row[column]))
                mine = here.get(key[1])
                if key not in outcome.rows and mine != row:
                    wanted[key] = row if mine is None else _either(table, mine, row)
        return wanted

    def _rows(self, outcome: Outcome, edits: Sequence[Stamped]) -> dict[Key, Row | None]:
        """Return the rows that the edits touched which only one copy has, and their twins."""
        touched = {(change.table, change.key) for change in _changes(edits) if change.table != "segments"}
        codings = {key for key, row in outcome.rows.items() if key[0] == "codings" and row is None}
        return {key: outcome.rows[key] for key in touched | codings if key in outcome.rows}

    def _segments(self, outcome: Outcome, transcripts: Collection[str]) -> dict[Key, Row | None]:
        now = [row for row in self.project.table("segments") if row["transcript_id"] in transcripts]
        wanted: dict[Key, Row | None] = {("segments", str(row["key"])): None for row in now}
        for transcript_id in transcripts:
            for key, row in outcome.segments.get(transcript_id, {}).items():
                wanted["segments", key] = row
        return wanted

    def _clock(self, new: Sequence[Stamped]) -> Iterator[str]:
        limit = datetime.now(UTC) + _AHEAD
        latest = max((item for item in new), key=lambda item: item.clock, default=None)
        if latest is not None and datetime.fromisoformat(latest.clock) > limit:
            when = latest.edit.at[:16].replace("T", " ")
            yield (
                f"The newest edit of {self.file} is of {when} UTC, which has yet to come: "
                f"the clock of {latest.edit.coder}'s machine was ahead."
            )

    def _pseudonyms(self) -> Iterator[str]:
        keys = {p.setting("pseudonyms.key") for p in (self.project, self.theirs)} - {""}
        if len(keys) > 1:
            yield "Names were taken out with two different keys: one pseudonym may stand for two people."

    def _free_accounts(self, wanted: dict[Key, Row | None]) -> Iterator[str]:
        """Let nobody have an account that somebody else signs in with: the first by name keeps it."""
        team: dict[str, Row] = {str(row["coder"]): row for row in self.project.table("team")}
        team.update({key[1]: row for key, row in wanted.items() if key[0] == "team" and row is not None})
        for key, row in wanted.items():
            if key[0] == "team" and row is None:
                team.pop(key[1], None)
        taken: dict[str, str] = {}
        for name, row in sorted(team.items()):
            account = str(row["account"]).casefold()
            if account and taken.setdefault(account, name) != name:
                wanted["team", name] = {**row, "account": ""}
                yield f"{name} and {taken[account]} both sign in as {row['account']}; it stays with {taken[account]}."

    def _retired(self, edits: Sequence[Stamped]) -> Iterator[str]:
        """Name codes that one copy took out of the codebook while the other used them."""
        touched = {change.key for change in _changes(edits, "codings")}
        codable = {code.id for code in self.project.codebook().codable}
        known = self.project.known_codes()
        lost: dict[str, int] = {}
        for coding in self.project.codings():
            if coding.id in touched and coding.code_id not in codable:
                lost[coding.code_id] = lost.get(coding.code_id, 0) + 1
        for code_id, count in sorted(lost.items()):
            name = known[code_id].name if code_id in known else code_id
            have = "1 coding has" if count == 1 else f"{count} codings have"
            yield f"{have} the code “{name}”, which is no longer in the codebook; recode or restore it."


def _changes(edits: Sequence[Stamped], table: str | None = None) -> Iterator[Change]:
    for item in edits:
        for change in item.edit.changes:
            if table is None or change.table == table:
                yield change


@dataclass(frozen=True, slots=True)
class _Place:
    transcript_id: str


def _as_place(change: Change) -> _Place:
    row = change.after or change.before or {}
    return _Place(str(row["transcript_id"]))


def _either(table: str, one: Row, other: Row) -> Row:
    """Return which of two rows stands that no edit made, the same whichever copy asks: the earlier import, else one."""
    if table == "transcripts":
        return min(one, other, key=lambda row: (row["imported_at"], json.dumps(row, sort_keys=True)))
    if table == "meta":
        return max(one, other, key=lambda row: str(row["value"]))
    return min(one, other, key=lambda row: json.dumps(row, sort_keys=True))


def _conflicts(mine: Sequence[Stamped], new: Sequence[Stamped]) -> Iterator[Conflict]:
    ends: list[dict[Key, tuple[Stamped, Change]]] = [{}, {}]
    for side, edits in enumerate((mine, new)):
        for item in sorted(edits, key=lambda item: item.order):
            for change in item.edit.changes:
                if change.table != "segments":
                    ends[side][change.table, change.key] = (item, change)
    seen = set()
    for key in sorted(ends[0].keys() & ends[1].keys()):
        (one, first), (other, second) = ends[0][key], ends[1][key]
        if _bare(first.after) == _bare(second.after):
            continue
        gives, stands = sorted((one, other), key=lambda item: item.order)
        pair = (stands.edit.id, gives.edit.id)
        if pair not in seen:
            seen.add(pair)
            yield Conflict(key[0], _told(stands.edit), _told(gives.edit), _WHAT.get(key[0], key[0]))


_WHAT = {
    "codes": "the same code",
    "codings": "the same coding",
    "reviews": "the same stretch of talk",
    "rejections": "the same refusal",
    "memos": "the same memo",
    "meta": "the codebook",
    "participants": "the same participant",
    "speakers": "the same speaker",
    "transcripts": "the same transcript",
    "framework_clusters": "the same cluster of the framework",
    "framework_behaviours": "the same behaviour of the framework",
    "team": "the same member of the team",
}


def _bare(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if row is None else {name: value for name, value in row.items() if name not in _WHEN}


def _skipped(outcome: Outcome, edits: Sequence[Stamped]) -> Iterator[Conflict]:
    new = {item.edit.id for item in edits}
    for item in outcome.skipped:
        if item.edit.id in new:
            yield Conflict(
                "segments" if "segments" in item.reason else "codes", "what was there", _told(item.edit), item.reason
            )


def _told(edit: Edit) -> str:
    return f"{edit.coder}, {edit.at[:16].replace('T', ' ')}: {edit.summary}"
