"""All that was coded, as columns of numbers, and asked for the passages of any codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coding.evidence.passages import Passage, Strength
from coding.framework import Behaviour
from coding.model import Participant, Role, Valence
from coding.store import Project
from coding.store.columns import VALENCES

if TYPE_CHECKING:
    from numpy import bool_, int64
    from numpy.typing import NDArray

_UNKNOWN = -1
_SHOWN, _LACKING, _UNCLEAR = (VALENCES.index(one.value) for one in (Valence.SHOWN, Valence.LACKING, Valence.UNCLEAR))
_MOST_KEPT = 64
"""So many sets of codes keep their passages, for those who ask again."""


class Sources:
    """All that was coded, by code, with who said it: read once, and asked for the passages of any codes.

    A transcript in which nobody has coded or finished anything has not been looked at: what is not there cannot be
    told, so its people and its group are no part of "of how many".

    Args:
        project: The project; it is not held on to.
        coders: Only what these coders coded; everybody where it is ``None``.
    """

    def __init__(self, project: Project, *, coders: Iterable[str] | None = None) -> None:
        import numpy as np

        columns = project.columns()
        self._columns = columns
        wanted = set(columns.coders if coders is None else coders)
        chosen = np.array([name in wanted for name in columns.coders], dtype=bool)
        codings = columns.codings[chosen[columns.codings[:, 4]]] if len(columns.codings) else columns.codings
        self._people = [
            Participant(person_id, name, Role(role), tuple((key, str(value)) for key, value in attributes.items()))
            for person_id, name, role, attributes in columns.people
        ]
        self._participant = np.array([one.role is Role.PARTICIPANT for one in self._people] + [False], dtype=bool)
        turns = columns.turns[columns.turns[:, 4] == 0]
        self._times = columns.times[columns.turns[:, 4] == 0]
        self._turns = turns
        # Places of all transcripts on one line, so that one search finds the turns of all passages.
        lengths = np.array([len(row[3]) + 1 for row in columns.transcripts], dtype=np.int64)
        self._offset = np.concatenate([[0], np.cumsum(lengths)])[: len(lengths)]
        self._starts = self._offset[turns[:, 0]] + turns[:, 2]
        self._ends = self._offset[turns[:, 0]] + turns[:, 3]
        order = np.lexsort((codings[:, 2], codings[:, 1], codings[:, 0], codings[:, 3]))
        self._rows = codings[order]
        self._bounds = np.searchsorted(self._rows[:, 3], np.arange(len(columns.codes) + 1))
        self.codings = len(codings)
        """How many codings there are."""
        looked_at = set(np.unique(codings[:, 0]).tolist()) | {at for at, who in columns.finished if chosen[who]}
        self._number_groups(looked_at)
        self._known: dict[tuple[str, ...], tuple[Passage, ...]] = {}

    def _number_groups(self, looked_at: set[int]) -> None:
        members: dict[str, set[int]] = {}
        for at, (_, _, group, _) in enumerate(self._columns.transcripts):
            if at in looked_at:
                speakers = self._turns[self._turns[:, 0] == at, 1]
                members.setdefault(group, set()).update(speakers[self._participant[speakers]].tolist())
        self.groups: dict[str, int] = {group: len(people) for group, people in members.items()}
        """How many participants each group has that was looked at, in the order of import."""
        self._of_people = len({person for people in members.values() for person in people})
        self._group_of = [row[2] for row in self._columns.transcripts]

    def passages(self, codes: tuple[str, ...]) -> tuple[Passage, ...]:
        """Return the passages of some codes together in reading order; what only moderators say is left out."""
        if codes not in self._known:
            while len(self._known) >= _MOST_KEPT:
                del self._known[next(iter(self._known))]
            self._known[codes] = tuple(self._made(self._found(codes)))
        return self._known[codes]

    def strength(self, codes: tuple[str, ...]) -> Strength:
        """Return how much evidence some codes have together, without agreement and rating."""
        import numpy as np

        found = self._found(codes)
        spoken, _ = self._spoken(found)
        told = np.unique(spoken[self._participant[spoken]])
        shown, lacking = found.count(_SHOWN), found.count(_LACKING)
        return Strength(
            passages=len(found.places),
            shown=int((shown > lacking).sum()),
            lacking=int((lacking > shown).sum()),
            people=len(told),
            of_people=self._of_people,
            groups=len({self._group_of[at] for at in np.unique(found.places[:, 0])}),
            of_groups=len(self.groups),
            coders=tuple(sorted(self._columns.coders[at] for at in np.unique(found.coder))),
        )

    def chosen(self, behaviour: Behaviour) -> tuple[tuple[Passage, bool], ...]:
        """Return the quotations that people chose for a behaviour, each with whether it tells of the lack."""
        if not behaviour.quotations:
            return ()
        known = {one.place: one for one in self.passages(behaviour.codes)}
        numbers = {row[0]: at for at, row in enumerate(self._columns.transcripts)}
        found = []
        for one in behaviour.quotations:
            place = (one.transcript_id, one.start_char, one.end_char)
            if one.transcript_id in numbers:
                passage = known.get(place) or self._bare(numbers[one.transcript_id], *place[1:])
                found.append((passage, one.contrary))
        return tuple(found)

    # places

    def _found(self, codes: Sequence[str]) -> _Found:
        """Return the places of some codes, each with one voice of each coder, without what only moderators say."""
        import numpy as np

        numbers = [self._columns.codes.index(code_id) for code_id in codes if code_id in self._columns.codes]
        parts = [self._rows[self._bounds[at] : self._bounds[at + 1]] for at in numbers]
        rows = np.concatenate(parts) if parts else self._rows[:0]
        places, number = np.unique(rows[:, :3], axis=0, return_inverse=True)
        number = number.reshape(-1)
        # Two codes of one behaviour at one place by one coder are one voice; a clear word stands before an unclear one.
        order = np.lexsort((rows[:, 5] == _UNCLEAR, rows[:, 4], number))
        pair = np.column_stack([number, rows[:, 4]])[order]
        first = np.ones(len(pair), dtype=bool)
        first[1:] = (pair[1:] != pair[:-1]).any(axis=1)
        found = _Found(places, pair[first, 0], pair[first, 1], rows[order, 5][first])
        return found.keep(~self._moderated(found))

    def _spans(self, found: _Found) -> tuple[NDArray[int64], NDArray[int64]]:
        """Return the first turn of each place, and the one behind its last."""
        import numpy as np

        offset = self._offset[found.places[:, 0]]
        first = np.searchsorted(self._ends, offset + found.places[:, 1], side="right")
        behind = np.searchsorted(self._starts, offset + found.places[:, 2], side="left")
        return first, np.maximum(first, behind)

    def _spoken(self, found: _Found) -> tuple[NDArray[int64], NDArray[int64]]:
        """Return who speaks in the turns of all places, and in which place."""
        import numpy as np

        first, behind = self._spans(found)
        counts = behind - first
        place = np.repeat(np.arange(len(first)), counts)
        steps = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
        return self._turns[np.repeat(first, counts) + steps, 1], place

    def _moderated(self, found: _Found) -> NDArray[bool_]:
        """Tell at which places only moderators speak."""
        import numpy as np

        spoken, place = self._spoken(found)
        known = spoken != _UNKNOWN
        some = np.bincount(place[known], minlength=len(found.places)) > 0
        others = np.bincount(place[known & self._participant[spoken]], minlength=len(found.places)) > 0
        return np.asarray(some & ~others, dtype=bool)

    # passages

    def _made(self, found: _Found) -> Iterable[Passage]:
        first, behind = self._spans(found)
        voices: list[list[tuple[str, Valence]]] = [[] for _ in range(len(found.places))]
        for place, coder, valence in zip(found.place, found.coder, found.valence, strict=True):
            voices[place].append((self._columns.coders[coder], Valence(VALENCES[valence])))
        for at, (transcript, start, end) in enumerate(found.places.tolist()):
            coders, valences = zip(*voices[at], strict=True)
            yield self._passage(transcript, start, end, int(first[at]), int(behind[at]), coders, valences)

    def _bare(self, transcript: int, start: int, end: int) -> Passage:
        """Return a passage that nobody has coded."""
        import numpy as np

        empty = np.empty(0, dtype=np.int64)
        first, behind = self._spans(_Found(np.array([[transcript, start, end]]), empty, empty, empty))
        return self._passage(transcript, start, end, int(first[0]), int(behind[0]), (), ())

    def _passage(
        self,
        transcript: int,
        start: int,
        end: int,
        first: int,
        behind: int,
        coders: tuple[str, ...],
        valences: tuple[Valence, ...],
    ) -> Passage:
        transcript_id, name, group, text = self._columns.transcripts[transcript]
        speakers = dict.fromkeys(at for at in self._turns[first:behind, 1].tolist() if at != _UNKNOWN)
        people = tuple(self._people[at] for at in speakers)
        at_s = float(self._times[first, 0]) if first < behind else float("nan")
        when = None if at_s != at_s else at_s
        return Passage(transcript_id, start, end, text[start:end], name, group, people, coders, valences, when)


@dataclass(frozen=True, slots=True)
class _Found:
    """Places that were coded, and the voice of each coder there.

    Attributes:
        places: Shape ``(n, 3)``: transcript, start and end character, in reading order.
        place: Of each voice, its place; in their order.
        coder: Of each voice, its coder.
        valence: Of each voice, its valence.
    """

    places: NDArray[int64]
    place: NDArray[int64]
    coder: NDArray[int64]
    valence: NDArray[int64]

    def count(self, valence: int) -> NDArray[int64]:
        """Return how many coders say so at each place."""
        import numpy as np

        return np.bincount(self.place[self.valence == valence], minlength=len(self.places))

    def keep(self, kept: NDArray[bool_]) -> _Found:
        """Return some of the places."""
        import numpy as np

        renumbered = np.cumsum(kept) - 1
        voices = kept[self.place]
        return _Found(self.places[kept], renumbered[self.place[voices]], self.coder[voices], self.valence[voices])
