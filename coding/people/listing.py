"""The participants of a study at a glance."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from coding.errors import CodingError
from coding.model import Participant, Transcript
from coding.people.aliases import aliases_of
from coding.readers.moderators import find_moderators
from coding.readers.source import Piece
from coding.store import Project


@dataclass(frozen=True, slots=True)
class PersonInfo:
    """A participant and where they speak.

    Attributes:
        participant: The person.
        labels: Transcript's name and the label there.
        turns: How many turns are theirs.
        words: How many words.
    """

    participant: Participant
    labels: tuple[tuple[str, str], ...]
    turns: int
    words: int

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values for JSON."""
        return {
            "id": self.participant.id,
            "name": self.participant.name,
            "role": self.participant.role.value,
            "attributes": dict(self.participant.attributes),
            "labels": [{"transcript": name, "label": label} for name, label in self.labels],
            "turns": self.turns,
            "words": self.words,
        }


def list_people(project: Project) -> list[PersonInfo]:
    """Return everyone who speaks, with their labels and how much they say, in the order of first appearance."""
    labels: dict[str, list[tuple[str, str]]] = defaultdict(list)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for info in project.transcripts():
        people = project.speakers(info.id)
        transcript = project.transcript(info.id)
        for label, person in people.items():
            labels[person.id].append((info.name, label))
        for turn in transcript.turns:
            if turn.speaker in people:
                count = counts[people[turn.speaker].id]
                count[0] += 1
                count[1] += len(transcript.words_of(turn).split())
    return [
        PersonInfo(person, tuple(labels[person.id]), counts[person.id][0], counts[person.id][1])
        for person in project.participants()
    ]


def find_participant(project: Project, who: str) -> Participant:
    """Return the participant of an id, or else of a name.

    Raises:
        CodingError: Nobody is called so, or several are.
    """
    people = project.participants()
    found = [one for one in people if one.id == who] or [one for one in people if one.name == who]
    if not found:
        raise CodingError(f"there is no participant {who!r} in this project")
    if len(found) > 1:
        ids = ", ".join(one.id for one in found)
        raise CodingError(f"{len(found)} participants are called {who!r}; say which by the id: {ids}")
    return found[0]


def guess_moderators(transcript: Transcript) -> frozenset[str]:
    """Return the labels that are clearly moderators, by their label or by how they talk; for people to confirm."""
    pieces = [Piece(transcript.words_of(turn), turn.speaker, heading=turn.heading) for turn in transcript.turns]
    return find_moderators(pieces)


def describe_people(project: Project) -> tuple[dict[str, object], list[str]]:
    """Return the people of a study and the likely aliases among them, as plain values and as lines for people."""
    people = list_people(project)
    names = {info.id: info.name for info in project.transcripts()}
    lines = []
    for one in people:
        where = ", ".join(f"{label} in {transcript}" for transcript, label in one.labels)
        known = "".join(f"; {name}: {value}" for name, value in one.participant.attributes if value)
        much = f"{one.turns} turns, {one.words} words"
        lines.append(f"{one.participant.name} ({one.participant.role.value}), {much}: {where}{known}")
    aliases: list[dict[str, object]] = []
    for found in aliases_of(project):
        pair = [(names[speaker.transcript_id], speaker.label) for speaker in (found.first, found.second)]
        first, second = ({"transcript": transcript, "label": label} for transcript, label in pair)
        aliases.append({"first": first, "second": second, "strength": found.strength.value, "reason": found.reason})
        both = " and ".join(f"{label} in {transcript}" for transcript, label in pair)
        lines.append(f"Perhaps one person ({found.strength.value}, {found.reason}): {both}")
    return {"people": [one.as_dict() for one in people], "aliases": aliases}, lines
