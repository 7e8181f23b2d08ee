"""What a team does with participants: rename, merge, take apart."""

from __future__ import annotations

import json
from dataclasses import dataclass

from coding.edits.base import Context, Plan
from coding.errors import EditError
from coding.model import Change
from coding.roles import CoderRole
from coding.store import Project
from coding.store.decisions import new_id
from coding.store.rows import dumps

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class RenameParticipant:
    """Call a participant something else; the labels in the transcripts stay as they are."""

    participant_id: str
    name: str
    kind = "rename-participant"
    needs = CoderRole.FACILITATOR

    def plan(self, context: Context) -> Plan:
        """Plan the participant's row."""
        old = _row(context.project, self.participant_id)
        name = " ".join(self.name.split())
        if not name or len(name) > 120 or not name.isprintable():
            raise EditError("a participant needs a name of 1 to 120 characters")
        if name == old["name"]:
            return Plan((), "")
        change = Change("participants", self.participant_id, old, {**old, "name": name})
        return Plan((change,), f"Renamed {old['name']} to {name}")


@dataclass(frozen=True, slots=True)
class MergeParticipants:
    """Say that two participants are one person: the labels of the first point to the second from now on.

    Attributes:
        participant_id: Who goes.
        into: Who stays; attributes that are missing there are taken over.
    """

    participant_id: str
    into: str
    kind = "merge-participants"
    needs = CoderRole.FACILITATOR

    def plan(self, context: Context) -> Plan:
        """Plan the rows of the labels and of the person who stays."""
        project = context.project
        if self.participant_id == self.into:
            raise EditError("a participant cannot be merged with themselves; choose another")
        gone, kept = _row(project, self.participant_id), _row(project, self.into)
        changes = []
        for key, row in _labels(project, self.participant_id):
            changes.append(Change("speakers", key, row, {**row, "participant_id": self.into}))
        if not changes:
            raise EditError(f"{gone['name']} speaks in no transcript any more; choose another")
        changes += _apart_from(project, self.participant_id, self.into, context)
        attributes = {**_attributes(gone), **_attributes(kept)}
        if attributes != _attributes(kept):
            changes.append(Change("participants", self.into, kept, {**kept, "attributes": dumps(attributes)}))
        return Plan(tuple(changes), f"Merged {gone['name']} into {kept['name']}")


@dataclass(frozen=True, slots=True)
class SplitSpeaker:
    """Say that the speaker of one label in one transcript is a person of their own."""

    transcript_id: str
    label: str
    kind = "split-speaker"
    needs = CoderRole.FACILITATOR

    def plan(self, context: Context) -> Plan:
        """Plan the new person and the row of the label."""
        project = context.project
        key = f"{self.transcript_id}:{self.label}"
        row = project.row("speakers", key)
        if row is None:
            raise EditError(f"nobody is called {self.label!r} in this transcript")
        old = _row(project, str(row["participant_id"]))
        if len(_labels(project, str(row["participant_id"]))) < 2:
            raise EditError(f"{old['name']} has no other label, so there is nothing to take apart")
        person: Row = {"id": new_id(), "name": self.label, "role": old["role"], "attributes": "{}"}
        changes = (
            Change("participants", str(person["id"]), None, person),
            Change("speakers", key, row, {**row, "participant_id": person["id"]}),
        )
        return Plan(changes, f"{self.label} is a participant apart from {old['name']}", self.transcript_id)


@dataclass(frozen=True, slots=True)
class AssignSpeaker:
    """Say that the speaker of one label in one transcript is another participant, who is there already.

    Attributes:
        transcript_id: The transcript.
        label: The label in it.
        participant_id: Who speaks there from now on.
    """

    transcript_id: str
    label: str
    participant_id: str
    kind = "assign-speaker"
    needs = CoderRole.FACILITATOR

    def plan(self, context: Context) -> Plan:
        """Plan the row of the label."""
        project = context.project
        key, row = _label(project, self.transcript_id, self.label)
        person = _row(project, self.participant_id)
        if row["participant_id"] == self.participant_id:
            return Plan((), "")
        if not _labels(project, self.participant_id):
            raise EditError(f"{person['name']} speaks in no transcript any more; choose another")
        change = Change("speakers", key, row, {**row, "participant_id": self.participant_id})
        return Plan((change,), f"{self.label} is {person['name']}", self.transcript_id)


@dataclass(frozen=True, slots=True)
class SplitParticipant:
    """Say that some labels of a participant are another person: they become one of their own.

    Attributes:
        participant_id: Who keeps the other labels.
        labels: Transcript's id and label, for each that goes to the new person.
        name: What the new person is called; the first label unless given. Role and attributes are copied.
    """

    participant_id: str
    labels: tuple[tuple[str, str], ...]
    name: str = ""
    kind = "split-participant"
    needs = CoderRole.FACILITATOR

    def plan(self, context: Context) -> Plan:
        """Plan the new person and the rows of the labels."""
        project = context.project
        old = _row(project, self.participant_id)
        going = dict(_label(project, transcript_id, label) for transcript_id, label in self.labels)
        if not going:
            raise EditError(f"name the labels of {old['name']} that are another person")
        if any(row["participant_id"] != self.participant_id for row in going.values()):
            raise EditError(f"one of these labels is not {old['name']}'s; look at them again")
        if len(going) == len(_labels(project, self.participant_id)):
            raise EditError(f"{old['name']} would have no label left; rename them instead")
        name = " ".join((self.name or self.labels[0][1]).split())
        if not name or len(name) > 120 or not name.isprintable():
            raise EditError("a participant needs a name of 1 to 120 characters")
        person: Row = {**old, "id": new_id(), "name": name}
        changes = [Change("participants", str(person["id"]), None, person)]
        changes += [Change("speakers", key, row, {**row, "participant_id": person["id"]}) for key, row in going.items()]
        return Plan(tuple(changes), f"{name} is a participant apart from {old['name']}")


@dataclass(frozen=True, slots=True)
class KeepApart:
    """Say that two participants who look like one person are two: they are not proposed for merging again."""

    first: str
    second: str
    kind = "keep-apart"
    needs = CoderRole.FACILITATOR

    def plan(self, context: Context) -> Plan:
        """Plan the row of the pair."""
        project = context.project
        if self.first == self.second:
            raise EditError("a participant cannot be kept apart from themselves; choose another")
        names = [_row(project, one)["name"] for one in (self.first, self.second)]
        if frozenset((self.first, self.second)) in project.apart():
            return Plan((), "")
        return Plan((_pair(self.first, self.second, context),), f"{names[0]} and {names[1]} are two people")


def _pair(one: str, other: str, context: Context) -> Change:
    first, second = sorted((one, other))
    key = f"{first} {second}"
    row: Row = {"key": key, "first": first, "second": second, "coder": context.coder, "created_at": context.at}
    return Change("apart", key, None, row)


def _apart_from(project: Project, gone: str, kept: str, context: Context) -> list[Change]:
    """Return the changes that make whoever was another person than ``gone`` another person than ``kept``."""
    pairs = project.apart()
    changes = []
    for pair, key in pairs.items():
        if gone in pair:
            changes.append(Change("apart", key, project.row("apart", key), None))
            (other,) = pair - {gone}
            if other != kept and frozenset((other, kept)) not in pairs:
                changes.append(_pair(other, kept, context))
    return changes


def _label(project: Project, transcript_id: str, label: str) -> tuple[str, Row]:
    key = f"{transcript_id}:{label}"
    row = project.row("speakers", key)
    if row is None:
        raise EditError(f"nobody is called {label!r} in this transcript")
    return key, row


def _row(project: Project, participant_id: str) -> Row:
    row = project.row("participants", participant_id)
    if row is None:
        raise EditError(f"there is no participant {participant_id!r}")
    return row


def _labels(project: Project, participant_id: str) -> list[tuple[str, Row]]:
    found = []
    for info in project.transcripts():
        for label, person in project.speakers(info.id).items():
            key = f"{info.id}:{label}"
            row = project.row("speakers", key)
            if person.id == participant_id and row is not None:
                found.append((key, row))
    return found


def _attributes(row: Row) -> dict[str, str]:
    data: dict[str, str] = json.loads(str(row["attributes"]))
    return data
