"""Coders and participants of a study into a project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from coding.edits.imported import ImportPeople
from coding.interchange.place.state import Placing, Thing
from coding.model import Participant, Role
from coding.store.study import participant_id


def add_coders(at: Placing) -> None:
    """Add the coders that are not known by GUID or name."""
    by_guid = {at.guids.get("user", name): name for name in at.project.coders()}
    by_name = {name.casefold(): name for name in at.project.coders()}
    for key, name in at.study.coders.items():
        known = by_guid.get(key) or by_name.get(name.casefold())
        at.coders[key] = known or at.project.add_coder(name)
        if known is None:
            at.guids = at.guids.with_guid("user", at.coders[key], key)


def add_people(at: Placing) -> None:
    """Name and describe the participants who speak in the project's transcripts."""
    known = {person.id: person for person in at.project.participants()}
    by_guid = {at.guids.get("case", person.id): person.id for person in known.values()}
    fresh = {at.transcripts[key] for key in at.fresh}
    people: list[Participant] = []
    labels: dict[tuple[str, str], str] = {}
    for theirs in at.study.people:
        places = _labels_of(at, theirs.labels)
        found = by_guid.get(theirs.key)
        if found is None and not places:
            at.warnings.append(f"{theirs.name} speaks in no transcript, so there is no such participant here")
            continue
        person_id = found or _person_id(at, theirs.key, places)
        there = Participant(person_id, theirs.name, theirs.role or Role.PARTICIPANT, theirs.attributes)
        people += _compared(at, known.get(person_id), there, same=found is not None)
        at.guids = at.guids.with_guid("case", person_id, theirs.key)
        for transcript_id, label in places:
            if transcript_id in fresh:
                labels.setdefault((transcript_id, label), person_id)
    at.counts["people"] = len(people)
    if people or labels:
        at.operations.append(ImportPeople(tuple(people), tuple((*place, who) for place, who in labels.items())))


def _person_id(at: Placing, key: str, places: Sequence[tuple[str, str]]) -> str:
    if at.study.own:
        return key
    found = [participant_id(transcript_id, label) for transcript_id, label in places]
    return found[0] if len(set(found)) == 1 else key


def _labels_of(at: Placing, labels: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return transcript and label of those labels that somebody has in the project."""
    found = []
    for key, label in labels:
        transcript_id = at.transcripts.get(key)
        if transcript_id is None:
            continue
        speakers = {name.casefold(): name for name in at.project.speakers(transcript_id)}
        if label in speakers.values():
            found.append((transcript_id, label))
        elif label.casefold() in speakers:
            found.append((transcript_id, speakers[label.casefold()]))
    return found


def _compared(at: Placing, ours: Participant | None, theirs: Participant, *, same: bool) -> list[Participant]:
    """Return the participant as they are to be; an attribute that only one side has is kept."""
    if ours is None:
        return [theirs]
    if ours.name == theirs.name and not ours.attributes:
        found = theirs if at.study.own else replace(theirs, role=ours.role)
        return [found] if found != ours else []
    thing = Thing("participant", ours.id, ours.name, "participants" if same else "", ours.id)
    attributes = dict(ours.attributes)
    for name, value in theirs.attributes:
        if name not in attributes or (attributes[name] != value and at.differ(thing, name, attributes[name], value)):
            attributes[name] = value
    new = replace(ours, attributes=tuple(attributes.items()))
    return [new] if new != ours else []
