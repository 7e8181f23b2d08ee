"""What comes from another tool, as edits: codes, people, codings of others with their dates, memos.

The importer is the one who acts; the codings keep the coders and the dates that they had. Whatever refers to something
that is not there is refused here, so nothing in the project can hang loose.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from coding.edits.base import Context, Plan
from coding.errors import EditError
from coding.model import Change, Code, Coding, Participant
from coding.roles import CoderRole
from coding.store import Memo, Project, Rejection, Review
from coding.store.rows import code_to_json, dumps

_COLUMNS = tuple(field.name for field in fields(Coding))


@dataclass(frozen=True, slots=True)
class ImportCodes:
    """Put codes into the codebook, behind those that are there, or replace what one says.

    Attributes:
        codes: In order, those above before those below; the position of one that is there stays.
        retired: Ids of codes that are no longer in force.
        head: Settings of the codebook by name: ``name``, ``version``, ``language``, ``description``.
    """

    codes: tuple[Code, ...]
    retired: frozenset[str] = frozenset()
    head: tuple[tuple[str, str], ...] = ()
    kind = "import-codes"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the rows of the codes and of the codebook's head."""
        project = context.project
        known = {code.id for code in project.codebook().codes} | set(project.retired_codes())
        rows = {code_id: project.row("codes", code_id) for code_id in sorted(known)}
        position = max((int(row["position"]) for row in rows.values() if row), default=-1)
        changes = []
        for code in self.codes:
            if code.parent is not None and code.parent not in known:
                raise EditError(f"the code above {code.name!r} is not there")
            known.add(code.id)
            old = rows.get(code.id)
            if old is None:
                position += 1
            new = {
                "id": code.id,
                "position": position if old is None else old["position"],
                "data": code_to_json(code),
                "retired": int(code.id in self.retired) if old is None else old["retired"],
            }
            if new != old:
                changes.append(Change("codes", code.id, old, new))
        count = len(changes)
        changes += _settings(context, {f"codebook.{name}": value for name, value in self.head})
        return Plan(tuple(changes), f"Imported {count} codes")


@dataclass(frozen=True, slots=True)
class ImportPeople:
    """Say who the participants of imported transcripts are.

    Attributes:
        people: New, or with the attributes that they are to have.
        labels: Triples of a transcript's id, a speaker label in it, and the id of the participant.
    """

    people: tuple[Participant, ...]
    labels: tuple[tuple[str, str, str], ...] = ()
    kind = "import-people"
    needs = CoderRole.FACILITATOR

    def plan(self, context: Context) -> Plan:
        """Plan the rows of participants and labels."""
        project = context.project
        changes = []
        for person in self.people:
            old = project.row("participants", person.id)
            attributes = dumps(dict(person.attributes))
            new = {"id": person.id, "name": person.name, "role": person.role.value, "attributes": attributes}
            if new != old:
                changes.append(Change("participants", person.id, old, new))
        for transcript_id, label, person_id in self.labels:
            key = f"{transcript_id}:{label}"
            row = project.row("speakers", key)
            if row is None:
                raise EditError(f"nobody is called {label!r} in this transcript")
            if row["participant_id"] != person_id:
                changes.append(Change("speakers", key, row, {**row, "participant_id": person_id}))
        return Plan(tuple(changes), f"Imported {len(self.people)} participants")


@dataclass(frozen=True, slots=True)
class ImportCodings:
    """Put codings into one transcript as they are, with their coders and dates, or replace those of the same id.

    Attributes:
        transcript_id: The transcript.
        codings: With ids of their own.
    """

    transcript_id: str
    codings: tuple[Coding, ...]
    kind = "import-codings"
    needs = CoderRole.LEAD

    def plan(self, context: Context) -> Plan:
        """Plan the rows, after a look at every place, code and coder."""
        project = context.project
        text = project.text(self.transcript_id)
        codes, coders = _known(project)
        changes = []
        for coding in self.codings:
            if not 0 <= coding.start_char < coding.end_char <= len(text):
                raise EditError(f"{coding.start_char} to {coding.end_char} is not a stretch of this transcript")
            if not text[coding.start_char : coding.end_char].strip():
                raise EditError("there are no words to code at this place")
            if coding.code_id not in codes or coding.coder not in coders:
                raise EditError(f"there is no code {coding.code_id!r} to apply, or no coder {coding.coder!r}")
            old, new = project.row("codings", coding.id), _coding_row(coding)
            if old != new:
                changes.append(Change("codings", coding.id, old, new))
        return Plan(tuple(changes), f"Imported {len(changes)} codings", self.transcript_id)


@dataclass(frozen=True, slots=True)
class ImportMemos:
    """Put memos of anybody into the project, or replace those of the same coder on the same target."""

    memos: tuple[Memo, ...]
    kind = "import-memos"
    needs = CoderRole.LEAD

    def plan(self, context: Context) -> Plan:
        """Plan the rows."""
        changes = []
        for memo in self.memos:
            old, new = context.project.row("memos", memo.key), asdict(memo)
            if old != new:
                changes.append(Change("memos", memo.key, old, new))
        return Plan(tuple(changes), f"Imported {len(changes)} memos")


@dataclass(frozen=True, slots=True)
class ImportMarks:
    """Put into one transcript what coders have finished and which suggestions they refused, as they are.

    Attributes:
        transcript_id: The transcript.
        reviews: Stretches that are finished.
        rejections: Suggestions that were refused.
    """

    transcript_id: str
    reviews: tuple[Review, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    kind = "import-marks"
    needs = CoderRole.LEAD

    def plan(self, context: Context) -> Plan:
        """Plan the rows that are not there yet, after a look at every place, code and coder."""
        project = context.project
        text = project.text(self.transcript_id)
        codes, coders = _known(project)
        changes = []
        for table, marks in (("reviews", self.reviews), ("rejections", self.rejections)):
            for mark in marks:
                if not 0 <= mark.start_char < mark.end_char <= len(text) or mark.coder not in coders:
                    raise EditError(f"{mark.start_char} to {mark.end_char} is not a stretch of this transcript")
                if isinstance(mark, Rejection) and mark.code_id not in codes:
                    raise EditError(f"there is no code {mark.code_id!r} to refuse")
                if project.row(table, mark.key) is None:
                    changes.append(Change(table, mark.key, None, asdict(mark)))
        return Plan(tuple(changes), f"Imported {len(changes)} marks of finished and refused places", self.transcript_id)


@dataclass(frozen=True, slots=True)
class KeepSettings:
    """Keep what the project has to remember of an import, such as the GUIDs that things had elsewhere."""

    settings: tuple[tuple[str, str], ...]
    kind = "keep-settings"
    needs = CoderRole.LEAD

    def plan(self, context: Context) -> Plan:
        """Plan the rows."""
        return Plan(tuple(_settings(context, dict(self.settings))), "Kept where the import came from")


def _known(project: Project) -> tuple[set[str], set[str]]:
    """Return the ids of codes that can stand on a place, and the names of coders."""
    return {code.id for code in project.codebook().codable} | set(project.retired_codes()), set(project.coders())


def _coding_row(coding: Coding) -> dict[str, object]:
    """Return the row of a coding; for a hundred thousand of them, ``asdict`` would take longer than all else."""
    row: dict[str, object] = {name: getattr(coding, name) for name in _COLUMNS}
    row["valence"], row["origin"] = coding.valence.value, coding.origin.value
    return row


def _settings(context: Context, wanted: dict[str, str]) -> list[Change]:
    changes = []
    for key, value in wanted.items():
        old, new = context.project.row("meta", key), {"key": key, "value": value}
        if old != new:
            changes.append(Change("meta", key, old, new))
    return changes
