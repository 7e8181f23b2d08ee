"""What a team does with the study: roles of participants, the codebook in force."""

from __future__ import annotations

from dataclasses import dataclass

from coding.edits.base import Context, Plan, short
from coding.errors import EditError
from coding.model import Change, Codebook, Role
from coding.roles import CoderRole
from coding.store.rows import code_to_json, dumps

MOST_GROUP_CHARS = 120


@dataclass(frozen=True, slots=True)
class SetRole:
    """Say whether a participant is a moderator."""

    participant_id: str
    role: Role
    kind = "set-role"
    needs = CoderRole.FACILITATOR

    def plan(self, context: Context) -> Plan:
        """Plan the participant's row."""
        old = context.project.row("participants", self.participant_id)
        if old is None:
            raise EditError(f"there is no participant {self.participant_id!r}")
        if old["role"] == self.role.value:
            return Plan((), "")
        new = {**old, "role": self.role.value}
        return Plan((Change("participants", self.participant_id, old, new),), f"{old['name']} is a {self.role.value}")


@dataclass(frozen=True, slots=True)
class SetAttributes:
    """Replace the attributes of a participant: sector, role and the like, by name."""

    participant_id: str
    attributes: tuple[tuple[str, str], ...]
    kind = "set-attributes"
    needs = CoderRole.FACILITATOR

    def plan(self, context: Context) -> Plan:
        """Plan the participant's row."""
        old = context.project.row("participants", self.participant_id)
        if old is None:
            raise EditError(f"there is no participant {self.participant_id!r}")
        new = {**old, "attributes": dumps(dict(self.attributes))}
        if new == old:
            return Plan((), "")
        text = ", ".join(f"{name} {value}" for name, value in self.attributes)
        return Plan((Change("participants", self.participant_id, old, new),), f"{old['name']}: {short(text)}")


@dataclass(frozen=True, slots=True)
class SetGroup:
    """Say which focus group a transcript is of."""

    transcript_id: str
    group: str
    kind = "set-group"
    needs = CoderRole.FACILITATOR

    def plan(self, context: Context) -> Plan:
        """Plan the transcript's row."""
        old = context.project.row("transcripts", self.transcript_id)
        if old is None:
            raise EditError("there is no such transcript")
        group = " ".join(self.group.split())
        if not group or len(group) > MOST_GROUP_CHARS or not group.isprintable():
            raise EditError(f"a group needs a name of 1 to {MOST_GROUP_CHARS} characters")
        if old["group"] == group:
            return Plan((), "")
        new = {**old, "group": group}
        return Plan((Change("transcripts", self.transcript_id, old, new),), f"{old['name']} is of the group {group}")


@dataclass(frozen=True, slots=True)
class SetCodebook:
    """Put a codebook in force.

    Codes that are no longer in it are retired, not deleted: codings keep them. A code that comes back is in force
    again.
    """

    codebook: Codebook
    kind = "set-codebook"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the rows of codes that are new, changed or retired."""
        project = context.project
        codebook = self.codebook
        wanted = {
            code.id: {"id": code.id, "position": position, "data": code_to_json(code), "retired": 0}
            for position, code in enumerate(codebook.codes)
        }
        present = {code.id for code in project.codebook().codes} | set(project.retired_codes())
        changes = []
        for code_id in sorted(present | set(wanted)):
            old = project.row("codes", code_id)
            new = wanted.get(code_id) or ({**old, "retired": 1} if old else None)
            if old != new:
                changes.append(Change("codes", code_id, old, new))
        head = {
            "codebook.name": codebook.name,
            "codebook.version": codebook.version,
            "codebook.language": codebook.language,
            "codebook.description": codebook.description,
        }
        for key, value in head.items():
            old, new = project.row("meta", key), {"key": key, "value": value}
            if old != new:
                changes.append(Change("meta", key, old, new))
        return Plan(
            tuple(changes),
            f"Codebook “{short(codebook.name)}”, version {codebook.version}, {len(codebook.codable)} codes",
        )
