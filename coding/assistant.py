"""The machine at work on one project: what coders decided goes in, suggestions come out.

An :class:`Assistant` keeps the model in memory between corrections. After each one :meth:`Assistant.refresh` reads the
edits that are new, by whomever, and updates the solution; only a new transcript, new segments or another codebook
makes it start afresh.
"""

from __future__ import annotations

import bisect
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coding.encoders import Encoder, Progress, embed
from coding.model import Change, Edit, Evidence, Role, Segment, Suggestion, Valence, about_the_same
from coding.store import Project
from coding.suggest.types import Decision, Unit

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

    from coding.suggest import Suggester

_ENOUGH = 20
"""With fewer decisions than this, choosing the kernel again is not worth the time."""

_STARTS_AFRESH = frozenset({"codes", "segments", "participants", "speakers"})


@dataclass(frozen=True, slots=True)
class _Place:
    """The segments of one transcript in order, for finding those that a span touches."""

    starts: list[int]
    ends: list[int]
    first: int

    def touched(self, start_char: int, end_char: int) -> list[int]:
        """Return the units that a span covers.

        A unit counts when at least half of it is inside the span, or at least half of the span is inside it.
        """
        found = []
        at = bisect.bisect_right(self.ends, start_char)
        while at < len(self.starts) and self.starts[at] < end_char:
            if about_the_same(start_char, end_char, self.starts[at], self.ends[at]):
                found.append(self.first + at)
            at += 1
        return found


class Assistant:
    """Suggests codes for the segments of one project.

    Args:
        encoder: The language model.
        moderators: Also suggest for what moderators say.
        target_precision: The share of right ones among the suggestions that are marked as suggested.
        leave_out: Coders whose decisions are not learnt from, so that a coder who codes blind does not see them.
        seed: For the order "random".
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        moderators: bool = False,
        target_precision: float = 0.8,
        leave_out: Iterable[str] = (),
        seed: int = 0,
    ) -> None:
        self.encoder = encoder
        self.moderators = moderators
        self.target_precision = target_precision
        self.leave_out = frozenset(leave_out)
        self.seed = seed
        self.segments: list[Segment] = []
        self.units: list[Unit] = []
        self.model: Suggester | None = None
        self._index: dict[str, int] = {}
        self._places: dict[str, _Place] = {}
        self._codes: frozenset[str] = frozenset()
        self._reviews: Counter[int] = Counter()
        self._learnt = 0
        self._chosen_at = 0
        self._seen: int | None = None
        self._shape: tuple[int, ...] = ()
        self._lock = threading.RLock()

    def refresh(self, project: Project, *, progress: Progress | None = None) -> bool:
        """Bring the model up to date with the project.

        Args:
            project: The project; always the same one.
            progress: Called while embeddings are computed.

        Returns:
            Whether anything was new.

        Raises:
            ModelError: The language model cannot be loaded.
            ProjectError: The project cannot be read.
        """
        with self._lock:
            rev = project.rev()
            # What a merge brought may contradict what was learnt, so it starts the model afresh.
            shape = (*project.counts(), project.merged())
            if self.model is not None and rev == self._seen and shape == self._shape:
                return False
            new = project.edits(after=self._seen) if self._seen is not None else []
            if self.model is None or shape != self._shape or _starts_afresh(new):
                self._fit(project, progress)
            else:
                self._update(new)
            self._seen, self._shape = rev, shape
            return True

    def suggestions(self, key: str, *, most: int = 5) -> tuple[Suggestion, ...]:
        """Return the suggestions for one segment, the best first; empty for a segment that gets none."""
        with self._lock:
            at = self._index.get(key)
            if self.model is None or at is None:
                return ()
            return self.model.suggestions(at, most=most)

    def evidence(self, key: str, *, most: int = 5) -> tuple[tuple[str, tuple[Evidence, ...]], ...]:
        """Return the terms of the scores of a segment's suggestions by code, the best first."""
        with self._lock:
            at = self._index.get(key)
            if self.model is None or at is None:
                return ()
            return self.model.terms(at, most=most)

    def all_suggestions(self, transcript_id: str, *, most: int = 3) -> list[Suggestion]:
        """Return the suggestions for one transcript in reading order, the best of a segment first."""
        with self._lock:
            place = self._places.get(transcript_id)
            if self.model is None or place is None:
                return []
            units = range(place.first, place.first + len(place.starts))
            return [item for unit in units for item in self.model.suggestions(unit, most=most)]

    def store(self, project: Project, transcript_ids: Iterable[str] | None = None) -> int:
        """Write the present suggestions into the project and return how many there are."""
        with self._lock:
            chosen = list(self._places) if transcript_ids is None else list(transcript_ids)
            found = {transcript_id: self.all_suggestions(transcript_id) for transcript_id in chosen}
        # Worked out before the transaction begins, so that nobody's edit has to wait for it.
        with project.transaction():
            for transcript_id, suggestions in found.items():
                project.set_suggestions(transcript_id, suggestions)
        return sum(len(suggestions) for suggestions in found.values())

    def rank_codes(self, key: str) -> list[str]:
        """Return all codes for one segment, the most probable first; in codebook order where nothing is known."""
        with self._lock:
            at = self._index.get(key)
            if self.model is None:
                return []
            if at is None:
                return list(self.model.codes)
            scores = self.model.probabilities[at]
            return [self.model.codes[j] for j in sorted(range(len(scores)), key=lambda j: (-float(scores[j]), j))]

    def _fit(self, project: Project, progress: Progress | None) -> None:
        from coding.suggest import Suggester

        self._read_units(project)
        codebook = project.codebook()
        # A code that was retired keeps its codings, but there is nothing left to suggest it for.
        self._codes = frozenset(code.id for code in codebook.codable)
        texts = [unit.text for unit in self.units]

        def encode(sentences: Iterable[str]) -> NDArray[float32]:
            return embed(list(sentences), encoder=self.encoder, cache=project, progress=progress)

        embeddings = embed(texts, encoder=self.encoder, cache=project, progress=progress)
        decisions = [
            *(d for coding in project.codings() for d in self._of_coding(_as_row(coding))),
            *(d for rejection in project.rejections() for d in self._of_rejection(_as_row(rejection))),
        ]
        self._reviews = Counter(unit for review in project.reviews() for unit in self._of_review(_as_row(review)))
        self.model = Suggester.fit(
            codebook,
            self.units,
            embeddings,
            encode=encode,
            decisions=decisions,
            reviewed=set(self._reviews),
            target_precision=self.target_precision,
            seed=self.seed,
        )
        self._learnt = len(decisions) + len(self._reviews)
        self._chosen_at = self._learnt

    def _read_units(self, project: Project) -> None:
        self.segments = project.segments()
        self.units, self._index, self._places = [], {}, {}
        text, roles, labels = "", {}, {}
        current = None
        for at, segment in enumerate(self.segments):
            if segment.transcript_id != current:
                current = segment.transcript_id
                text = project.text(current)
                roles = {label: person.role for label, person in project.speakers(current).items()}
                labels = {turn.index: turn.speaker for turn in project.turns(current)}
                self._places[current] = _Place([], [], at)
            label = labels.get(segment.turn)
            role = roles.get(label, Role.PARTICIPANT) if label is not None else Role.PARTICIPANT
            place = self._places[segment.transcript_id]
            place.starts.append(segment.start_char)
            place.ends.append(segment.end_char)
            self._index[segment.key] = at
            self.units.append(
                Unit(
                    key=segment.key,
                    text=text[segment.start_char : segment.end_char],
                    source=segment.transcript_id,
                    turn=segment.turn,
                    speaker=label,
                    role=role.value,
                    coded=self.moderators or role is not Role.MODERATOR,
                )
            )

    def _update(self, edits: Iterable[Edit]) -> None:
        if self.model is None:
            return
        added: list[Decision] = []
        removed: list[Decision] = []
        reviewed = Counter(self._reviews)
        for change in (change for edit in edits for change in edit.changes):
            removed += self._decisions(change.table, change.before)
            added += self._decisions(change.table, change.after)
            if change.table == "reviews":
                reviewed.subtract(self._of_review(change.before))
                reviewed.update(self._of_review(change.after))
        reviewed = +reviewed
        self.model.update(
            added,
            removed=removed,
            reviewed=sorted(set(reviewed) - set(self._reviews)),
            unreviewed=sorted(set(self._reviews) - set(reviewed)),
        )
        self._reviews = reviewed
        self._learnt += len(added) - len(removed)
        if self._learnt >= 2 * max(self._chosen_at, _ENOUGH):
            # An update keeps the kernel that was chosen; twice the decisions may well choose another.
            self.model.refit()
            self._chosen_at = self._learnt

    def _decisions(self, table: str, row: Mapping[str, object] | None) -> list[Decision]:
        if table == "codings":
            return self._of_coding(row)
        if table == "rejections":
            return self._of_rejection(row)
        return []

    def _touched(self, row: Mapping[str, object] | None) -> list[int]:
        if row is None or str(row["coder"]) in self.leave_out:
            return []
        place = self._places.get(str(row["transcript_id"]))
        return place.touched(_int(row["start_char"]), _int(row["end_char"])) if place else []

    def _of_coding(self, row: Mapping[str, object] | None) -> list[Decision]:
        if row is None or row["code_id"] not in self._codes:
            return []
        code, valence, coder = str(row["code_id"]), Valence(str(row["valence"])), str(row["coder"])
        return [Decision(unit, code, valence=valence, coder=coder) for unit in self._touched(row)]

    def _of_rejection(self, row: Mapping[str, object] | None) -> list[Decision]:
        if row is None or row["code_id"] not in self._codes:
            return []
        code, coder = str(row["code_id"]), str(row["coder"])
        return [Decision(unit, code, positive=False, coder=coder) for unit in self._touched(row)]

    def _of_review(self, row: Mapping[str, object] | None) -> list[int]:
        return self._touched(row)


def _int(value: object) -> int:
    return value if isinstance(value, int) else int(str(value))


def _as_row(item: object) -> dict[str, object]:
    return {name: getattr(item, name) for name in ("transcript_id", "start_char", "end_char", "coder")} | {
        name: getattr(item, name) for name in ("code_id", "valence") if hasattr(item, name)
    }


def _starts_afresh(edits: Iterable[Edit]) -> bool:
    changes: Iterable[Change] = (change for edit in edits for change in edit.changes)
    return any(change.table in _STARTS_AFRESH for change in changes)
