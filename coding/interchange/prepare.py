"""Sources of a study as transcripts and segments, before anything is written."""

from __future__ import annotations

import bisect
import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from coding.interchange.study import Source, Study
from coding.interchange.turns import derive_turns
from coding.model import ImportReport, LeftOut, Note, Segment, Transcript, utc_now
from coding.readers.moderators import is_moderator_label
from coding.segments import Segmentation, segment_transcript
from coding.store import Project

_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")


def texts_by_hash(project: Project) -> dict[bytes, str]:
    """Return the transcripts by a hash of their words."""
    return {hashlib.sha256(project.text(info.id).encode()).digest(): info.id for info in project.transcripts()}


def make_transcript(source: Source, study: Study, file: str) -> Transcript:
    """Return the transcript of a source, with turns derived from its words where the file knows of none."""
    turns = source.turns or derive_turns(source.text)
    dropped = [one for one in study.dropped if source.name in one.name]
    report = ImportReport(
        format=study.format,
        left_out=tuple(LeftOut(one.name, f"{one.what}: {one.why}") for one in dropped if not one.mended),
        warnings=tuple(Note(str(one)) for one in dropped if one.mended),
    )
    labels = {turn.speaker for turn in turns if turn.speaker is not None}
    moderators = frozenset(label for label in labels if is_moderator_label(label))
    return Transcript(
        name=source.name,
        text=source.text,
        turns=turns,
        source_name=source.source_name or file,
        source_sha256=source.sha256,
        report=report,
        group=source.group,
        moderators=moderators if len(moderators) < len(labels) else frozenset(),
    )


def cut_source(made: Transcript, study: Study, key: str, how: Segmentation | None) -> tuple[Segment, ...]:
    """Cut a transcript; where one of our own files has suggestions, their places are segments again."""
    cut = segment_transcript(made, how)
    source = next(source for source in study.sources if source.key == key)
    places = sorted({(s.start_char, s.end_char) for s in source.suggestions})
    if not places:
        return cut
    starts = [turn.start_char for turn in made.turns]
    around = ((place, made.turns[max(0, bisect.bisect_right(starts, place[0]) - 1)]) for place in places)
    turns = {place: turn.index for place, turn in around if turn.start_char <= place[0] and place[1] <= turn.end_char}
    kept = [place for at, place in enumerate(places) if place in turns and (at == 0 or places[at - 1][1] <= place[0])]
    found = [Segment(made.id, turns[place], *place) for place in kept]
    for segment in cut:
        found += _outside(made, segment, kept)
    return tuple(sorted(found, key=lambda segment: segment.start_char))


def _outside(made: Transcript, segment: Segment, places: Sequence[tuple[int, int]]) -> list[Segment]:
    """Return what of a segment lies outside all places."""
    found = []
    at = segment.start_char
    for start, end in [*places, (segment.end_char, segment.end_char)]:
        if end <= at or start > segment.end_char:
            continue
        words = made.text[at : max(at, start)]
        if words.strip():
            left = at + len(words) - len(words.lstrip())
            found.append(replace(segment, start_char=left, end_char=left + len(words.strip())))
        at = max(at, end)
    return found


def stored_date(at: str) -> str:
    """Return a time as the project keeps it; the present where the file has none that can be read."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return utc_now()
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def clean_text(text: str) -> str:
    """Return a text without what a codebook cannot hold."""
    return _ODD.sub("", text).strip()
