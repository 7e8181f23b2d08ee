"""The suggestions of one moment in a form that is quick to compare and small to send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coding.model import Evidence, State, Suggestion, Valence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from coding.assistant import Assistant
    from coding.suggest.review import Remaining

MOST = 5
"""How many suggestions a segment shows at most."""

VALENCES = (Valence.SHOWN, Valence.LACKING, Valence.UNCLEAR)
STATES = (State.NOTHING, State.UNSURE, State.SUGGESTED)


@dataclass(frozen=True, slots=True)
class Found:
    """What the machine says about one code at one place."""

    score: float
    probability: float
    valence: Valence


@dataclass(frozen=True, eq=False)
class Page:
    """The suggestions for the segments of one transcript.

    Attributes:
        starts: Start of each segment.
        ends: End of each segment.
        codes: Ids of the codes that the columns of ``top`` refer to.
        top: Indices of the best codes of each segment, the best first and -1 for none, ``(n, MOST)``.
        percents: Their probabilities in whole percents, ``(n, MOST)``.
        flags: Their state + 3 × their valence, as positions in :data:`STATES` and :data:`VALENCES`, ``(n, MOST)``.
        scores: All scores, ``(n, n_codes)``, where they are known.
        probabilities: All probabilities, ``(n, n_codes)``, where they are known.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    codes: tuple[str, ...]
    top: NDArray[np.int16]
    percents: NDArray[np.int16]
    flags: NDArray[np.int16]
    scores: NDArray[np.float32] | None = None
    probabilities: NDArray[np.float32] | None = None
    index: dict[tuple[int, int], int] = field(default_factory=dict)
    stored: dict[tuple[int, int, str], Found] = field(default_factory=dict)

    def find(self, start_char: int, end_char: int, code_id: str) -> Found | None:
        """Return what the machine says about a code at a place, if the place is a segment."""
        if (start_char, end_char, code_id) in self.stored:
            return self.stored[start_char, end_char, code_id]
        at = self.index.get((start_char, end_char))
        if at is None or self.scores is None or self.probabilities is None or code_id not in self.codes:
            return None
        column = self.codes.index(code_id)
        flags = {int(code): int(flag) for code, flag in zip(self.top[at], self.flags[at], strict=True)}
        valence = VALENCES[flags.get(column, 0) // 3]
        return Found(float(self.scores[at, column]), float(self.probabilities[at, column]), valence)

    def packed(self, codes: Sequence[str]) -> NDArray[np.int16]:
        """Return code, percent and flag of each suggestion, ``(n, 3, MOST)``; -1, 0 and 0 for none.

        Args:
            codes: Ids of the codes that the numbers of codes refer to.
        """
        import numpy as np

        place = {code: at for at, code in enumerate(codes)}
        column = np.array([*(place.get(code, -1) for code in self.codes), -1], np.int16)
        code = column[self.top]
        found: NDArray[np.int16] = np.zeros((len(self.starts), 3, MOST), np.int16)
        found[:, 0] = -1
        many = code.shape[1]
        # What is not known to the browser must leave no gap, so that equal rows are equal in all places.
        order = np.argsort(code < 0, axis=1, kind="stable")
        code = np.take_along_axis(code, order, axis=1)
        for at, values in enumerate((code, self.percents, self.flags)):
            moved = values if at == 0 else np.take_along_axis(values, order, axis=1)
            found[:, at, :many] = moved if at == 0 else np.where(code < 0, 0, moved)
        return found


def rows_of(places: Sequence[tuple[int, int]], packed: NDArray[np.int16]) -> list[list[int]]:
    """Return suggestions for the browser: start and end of a segment, then code, percent and flag of each."""
    return [
        [*place, *(number for each in zip(*row, strict=True) if each[0] >= 0 for number in each)]
        for place, row in zip(places, packed.tolist(), strict=True)
    ]


@dataclass(frozen=True, eq=False)
class Board:
    """The suggestions for a whole project, by transcript.

    Attributes:
        pages: The suggestions, by transcript.
        valences: The valence of each segment as a position in :data:`VALENCES`.
        remaining: How many right codes are still to be found, where that is known.
    """

    pages: dict[str, Page]
    valences: NDArray[np.int16] | None = None
    remaining: Remaining | None = None


def board_of(assistant: Assistant, *, valences: NDArray[np.int16] | None = None) -> Board:
    """Return the present suggestions of an assistant that nobody else uses at this moment.

    Args:
        assistant: The assistant.
        valences: Those of an earlier board, to be kept where the segments are the same: working them out takes longer
            than all the rest, and they change little from one decision to the next.
    """
    import numpy as np

    model = assistant.model
    if model is None:
        return Board({})
    probabilities, states = model.probabilities, model.states
    many = min(MOST, probabilities.shape[1])
    top = np.argsort(-probabilities, axis=1, kind="stable")[:, :many]
    best = np.take_along_axis(probabilities, top, axis=1)
    state = np.take_along_axis(states, top, axis=1).astype(np.int16)
    if valences is None or len(valences) != len(assistant.segments):
        valences = model.leanings.astype(np.int16)
    flags = state + 3 * valences[:, None]
    codes: NDArray[np.int16] = np.where(state > 0, top, -1).astype(np.int16)
    percents = np.where(state > 0, np.rint(best * 100), 0).astype(np.int16)
    flags = np.where(state > 0, flags, 0).astype(np.int16)
    pages: dict[str, Page] = {}
    segments = assistant.segments
    start = 0
    while start < len(segments):
        transcript_id = segments[start].transcript_id
        end = start
        while end < len(segments) and segments[end].transcript_id == transcript_id:
            end += 1
        part = slice(start, end)
        pages[transcript_id] = _page(
            [(s.start_char, s.end_char) for s in segments[part]],
            tuple(model.codes),
            (codes[part], percents[part], flags[part]),
            (model.scores[part], probabilities[part]),
        )
        start = end
    return Board(pages, valences, model.remaining() if model.codes else None)


def _page(
    places: Sequence[tuple[int, int]],
    codes: tuple[str, ...],
    columns: tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.int16]],
    full: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> Page:
    return Page(
        starts=tuple(start for start, _ in places),
        ends=tuple(end for _, end in places),
        codes=codes,
        top=columns[0],
        percents=columns[1],
        flags=columns[2],
        scores=full[0],
        probabilities=full[1],
        index={place: at for at, place in enumerate(places)},
    )


def stored_page(places: Sequence[tuple[int, int]], suggestions: Sequence[Suggestion]) -> Page:
    """Return the suggestions that were stored in the project, for the time until the assistant is ready."""
    import numpy as np

    codes = tuple(dict.fromkeys(s.code_id for s in suggestions))
    column = {code: at for at, code in enumerate(codes)}
    index = {place: at for at, place in enumerate(places)}
    shape = (len(places), MOST)
    top, percents, flags = np.full(shape, -1, np.int16), np.zeros(shape, np.int16), np.zeros(shape, np.int16)
    used: dict[int, int] = {}
    stored: dict[tuple[int, int, str], Found] = {}
    for item in suggestions:
        at = index.get((item.start_char, item.end_char))
        if at is None or used.get(at, 0) >= MOST:
            continue
        rank = used.get(at, 0)
        used[at] = rank + 1
        top[at, rank] = column[item.code_id]
        percents[at, rank] = round(100 * item.probability)
        flags[at, rank] = STATES.index(item.state) + 3 * VALENCES.index(item.valence)
        stored[item.start_char, item.end_char, item.code_id] = Found(item.score, item.probability, item.valence)
    starts, ends = tuple(start for start, _ in places), tuple(end for _, end in places)
    return Page(starts, ends, codes, top, percents, flags, index=index, stored=stored)


@dataclass(frozen=True, slots=True)
class Detail:
    """What is only wanted for the segment that is looked at.

    Attributes:
        start_char: Start of the segment.
        end_char: End of the segment.
        ranks: Codes, the most probable first.
        evidence: By code id, the terms of its score.
    """

    start_char: int
    end_char: int
    ranks: tuple[str, ...]
    evidence: tuple[tuple[str, tuple[Evidence, ...]], ...]
