"""What a person who reviews blind is not to see on other pages than Review."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from coding.store import Project
from coding.ui import session

Hidden = Callable[[str, str | None, int, int], bool]
"""Tells of something that somebody did at a place whether it is hidden: coder, transcript, start, end."""


def hidden_from(project: Project, coder: str | None) -> Hidden | None:
    """Return what is hidden from a coder until they have finished the segment; ``None`` where nothing is."""
    if coder is None or not session.is_blind(project, coder):
        return None
    finished: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for review in project.reviews(coder=coder):
        finished[review.transcript_id].append((review.start_char, review.end_char))

    def hidden(who: str, transcript_id: str | None, start_char: int, end_char: int) -> bool:
        done = finished.get(transcript_id or "", ())
        return who != coder and not any(start < end_char and start_char < end for start, end in done)

    return hidden
