"""Sources of a study as transcripts of a project."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace

from coding.edits.study import SetGroup
from coding.interchange.place.state import Placing, Thing
from coding.interchange.prepare import cut_source, texts_by_hash
from coding.interchange.study import Source
from coding.model import Segment, Transcript
from coding.pseudonyms import SETTING as PSEUDONYMS
from coding.segments import Segmentation
from coding.store import TranscriptInfo


@dataclass(frozen=True, slots=True)
class Cut:
    """The sources of a study as transcripts, by key, with the segments of those that seem to be new."""

    made: dict[str, Transcript]
    segments: dict[str, tuple[Segment, ...]] = field(default_factory=dict)
    how: Segmentation | None = None


def add_sources(at: Placing, cut: Cut) -> dict[str, list[str]]:
    """Add the transcripts that are new, and return the names of those that are ``new`` and that are ``there``."""
    infos = {info.id: info for info in at.project.transcripts()}
    by_guid = {at.guids.get("source", info_id): info_id for info_id in infos}
    texts = texts_by_hash(at.project)
    names: dict[str, list[str]] = {"new": [], "there": []}
    for source in at.study.sources:
        found = _same_source(at, source, by_guid, texts)
        if found is not None:
            at.transcripts[source.key] = found
            names["there"].append(infos[found].name)
            _compare_group(at, source, infos[found])
            continue
        segments = cut.segments.get(source.key)
        if segments is None:
            segments = cut_source(cut.made[source.key], at.study, source.key, cut.how)
        made, segments = _unused(at, cut.made[source.key], segments, source)
        how = json.dumps((cut.how or Segmentation()).as_dict(), sort_keys=True)
        by = at.coders[source.coder] if source.coder is not None else at.by
        at.project.add_transcript(made, segments, by=by, segmentation=how, acting=at.by)
        at.transcripts[source.key] = made.id
        at.fresh.add(source.key)
        at.guids = at.guids.with_guid("source", made.id, source.key)
        names["new"].append(made.name)
    if names["new"] and at.project.setting(PSEUDONYMS):
        at.warnings.append("this project has pseudonyms, and whatever names the new transcripts hold stay in them")
    return names


def _same_source(at: Placing, source: Source, by_guid: dict[str, str], texts: dict[bytes, str]) -> str | None:
    """Return the transcript that the source is, by GUID or by its words."""
    taken = set(at.transcripts.values())
    found = by_guid.get(source.key)
    if found is not None and found not in taken:
        if at.project.text(found) == source.text:
            return found
        at.warnings.append(f"the text of {source.name} is not the one that is here; it was imported beside it")
    found = texts.get(hashlib.sha256(source.text.encode()).digest())
    return found if found not in taken else None


def _compare_group(at: Placing, source: Source, ours: TranscriptInfo) -> None:
    if not source.group or source.group == ours.group:
        return
    thing = Thing("transcript", ours.id, ours.name)
    if at.differ(thing, "group", ours.group, source.group):
        at.operations.append(SetGroup(ours.id, source.group))


def _unused(
    at: Placing, made: Transcript, segments: tuple[Segment, ...], source: Source
) -> tuple[Transcript, tuple[Segment, ...]]:
    """Return the transcript under an id that is free: two sources may have the same bytes."""
    if not at.project.find_source(made.source_sha256):
        return made, segments
    salted = f"{source.key}\n{len(at.project.transcripts())}\n{source.text}"
    made = replace(made, source_sha256=hashlib.sha256(salted.encode()).hexdigest())
    return made, tuple(replace(segment, transcript_id=made.id) for segment in segments)
