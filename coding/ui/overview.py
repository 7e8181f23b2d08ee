"""The tables of the page Project: what was read, and how far each coder has got."""

from __future__ import annotations

import bisect
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coding.model import Role, Segment
from coding.store import Project, Review, TranscriptInfo

if TYPE_CHECKING:
    from coding.pipeline import Imported


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one transcript has been coded.

    Attributes:
        info: The transcript.
        segments: How many segments participants speak; what moderators say is not counted.
        finished: How many of them each coder has finished.
        codings: How many codings there are.
    """

    info: TranscriptInfo
    segments: int
    finished: tuple[tuple[str, int], ...]
    codings: int


def progress_of(project: Project) -> list[Progress]:
    """Return how far each transcript has been coded, in the order of import."""
    found = []
    for info in project.transcripts():
        speakers = project.speakers(info.id)
        moderated = {
            turn.index
            for turn in project.turns(info.id)
            if turn.speaker in speakers and speakers[turn.speaker].role is Role.MODERATOR
        }
        segments = [s for s in project.segments(info.id) if s.turn not in moderated]
        by_coder: dict[str, list[Review]] = defaultdict(list)
        for review in project.reviews(info.id):
            by_coder[review.coder].append(review)
        finished = tuple((name, _finished(segments, reviews)) for name, reviews in sorted(by_coder.items()))
        found.append(Progress(info, len(segments), finished, len(project.codings(info.id))))
    return found


def _finished(segments: list[Segment], reviews: list[Review]) -> int:
    """Count the segments that lie inside a stretch that is finished."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted((review.start_char, review.end_char) for review in reviews):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    starts = [start for start, _ in spans]
    count = 0
    for segment in segments:
        at = bisect.bisect_right(starts, segment.start_char) - 1
        count += at >= 0 and segment.end_char <= spans[at][1]
    return count


def import_rows(found: tuple[Imported, ...]) -> list[dict[str, object]]:
    """Return a row a file of what the readers did."""
    return [
        {
            "File": item.file,
            "Result": item.status,
            "Format": item.format,
            "Turns": item.turns,
            "Words": item.words,
            "Segments": item.segments,
            "Cues in": item.cues_in,
            "Cues out": item.cues_out,
            "Speakers": numbers(item.speakers),
            "Encoding": item.encoding or "",
            "Words left out": numbers(item.left_out),
            "Warnings": len(item.warnings),
            "What went wrong": item.error or "",
        }
        for item in found
    ]


def numbers(pairs: tuple[tuple[str, int], ...]) -> str:
    """Return names with their numbers.

    >>> numbers((("Ann", 3), ("Bob", 1)))
    'Ann (3); Bob (1)'
    """
    return "; ".join(f"{name} ({number:,})" for name, number in pairs)
