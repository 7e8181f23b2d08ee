"""Which places were finished, and which suggestions refused, that come with a study."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from coding.edits.imported import ImportMarks
from coding.interchange.earlier import Earlier
from coding.interchange.prepare import stored_date
from coding.interchange.study import Source
from coding.store import Rejection, Review


def marks_to_add(
    source: Source,
    transcript_id: str,
    *,
    coders: Mapping[str, str],
    codes: Mapping[str, str],
    earlier: Earlier,
    there: Collection[str],
) -> ImportMarks | None:
    """Return what puts the marks of a source into its transcript, or ``None`` where it has none.

    What somebody reopened here, or took a refusal back, stays so.

    Args:
        source: As it was read.
        transcript_id: Its transcript.
        coders: Names by the study's keys.
        codes: Ids by the study's keys.
        earlier: What the project was before.
        there: The keys of the marks that are in the transcript already.
    """
    reviews: dict[str, Review] = {}
    rejections: dict[str, Rejection] = {}
    for mark in source.marks:
        coder, at = coders[mark.coder], stored_date(mark.at)
        place = (transcript_id, mark.start_char, mark.end_char)
        key = f"{coder}|{transcript_id}:{mark.start_char}-{mark.end_char}"
        if mark.code is None:
            if key not in there and not earlier.was_removed("reviews", key):
                reviews.setdefault(key, Review(key, *place, coder, int(mark.blind), at))
            continue
        code_id = codes[mark.code]
        key = f"{key}|{code_id}"
        if key not in there and not earlier.was_removed("rejections", key):
            rejections.setdefault(key, Rejection(key, *place, code_id, coder, mark.score, mark.probability, at))
    if not reviews and not rejections:
        return None
    return ImportMarks(transcript_id, tuple(reviews.values()), tuple(rejections.values()))
