"""What one browser session has been told, and what it is to be told next."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.errors import CodingError
from coding.store import Project
from coding.ui.review.board import Board, Detail, Found, Page, stored_page
from coding.ui.review.decide import Reviewer, carry_out
from coding.ui.review.events import Event, Message, Place
from coding.ui.review.wire import Sight, acts_since, changes, detail_entry, suggestion_rows, whole

if TYPE_CHECKING:
    from coding.ui.review.learner import Learner

DECISION_ROWS = 30
"""How many segments' suggestions come with the answer to a decision at most."""

IDLE_ROWS = 150
"""How many come at once when nobody decides; the rest follows."""

_MOST_CLIENTS = 8
_STALE_EDITS = 400


@dataclass
class Feed:
    """The state of one browser session on one transcript.

    Attributes:
        path: The project file.
        sight: Who looks at which transcript.
        codes: Ids of codes; suggestions refer to them by position, so it only grows.
        static: What the browser was told to begin with.
        rev: The newest edit that ``static`` knows.
        applied: The newest event of each client that was carried out.
        errors: What could not be carried out: client, event and sentence.
    """

    path: Path
    sight: Sight
    codes: list[str] = field(default_factory=list)
    static: dict[str, Any] = field(default_factory=dict)
    rev: int = 0
    learner: Learner | None = None
    applied: dict[str, int] = field(default_factory=dict)
    errors: list[tuple[str, int, str]] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)
    sent: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    versions: dict[tuple[int, int], int] = field(default_factory=dict)
    version: int = 0
    compared: tuple[Page, int] | None = None
    queue: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    order: tuple[str, list[int]] | None = None
    known_codes: int = 0
    last: dict[str, Any] = field(default_factory=dict)
    fresh: bool = False
    deciding: bool = False

    def begin(self, project: Project) -> None:
        """Read the whole transcript, unless what was read before still serves."""
        if self.static and project.rev() - self.rev < _STALE_EDITS:
            return
        transcript = project.transcript(self.sight.transcript_id)
        self.codes = [code.id for code in project.codebook().codable]
        self.known_codes = len(self.codes)
        page = self.page(project)
        self.static = whole(project, transcript, self.sight, page, self.codes)
        self.rev = int(self.static["rev"])
        self.sent = {(row[0], row[1]): tuple(row) for row in self.static["suggestions"]}
        self.versions, self.version, self.compared, self.queue = {}, 0, None, {}

    def page(self, project: Project, transcript_id: str | None = None) -> Page:
        """Return the newest suggestions for a transcript: the assistant's, else those that were stored."""
        tid = transcript_id or self.sight.transcript_id
        board: Board | None = self.learner.board if self.learner else None
        if board is not None and tid in board.pages:
            return board.pages[tid]
        if tid not in self.pages:
            places = [(s.start_char, s.end_char) for s in project.segments(tid)]
            self.pages[tid] = stored_page(places, project.suggestions(tid))
        return self.pages[tid]

    def take_in(self, project: Project, message: Message) -> bool:
        """Carry out the events that are new and return whether there were any."""

        def find(place: Place, code_id: str) -> Found | None:
            return self.page(project, place.transcript_id).find(place.start_char, place.end_char, code_id)

        reviewer = Reviewer(project, self.sight.coder, self.sight.blind, find)
        done = self.applied.get(message.client, 0)
        new = [event for event in message.events if event.seq > done]
        for event in new:
            if isinstance(event, Event):
                try:
                    carry_out(reviewer, event)
                except CodingError as err:
                    self._refuse(message.client, event.seq, err.message)
            else:
                self._refuse(message.client, event.seq, event.reason)
            self.applied[message.client] = event.seq
        while len(self.applied) > _MOST_CLIENTS:
            del self.applied[next(iter(self.applied))]
        self.deciding = bool(new)
        if new and self.learner:
            self.learner.kick()
        return bool(new)

    def _refuse(self, client: str, seq: int, reason: str) -> None:
        self.errors = [*self.errors[-9:], (client, seq, reason)]

    def answer(self, project: Project, message: Message | None) -> dict[str, Any]:
        """Return what the browser's layer is told now.

        Args:
            project: The project.
            message: What the browser said last; ``None`` where it may have begun anew and knows only the beginning.
        """
        client = message.client if message else ""
        since = message.have if message else self.rev
        rev = project.rev()
        rows = changes(project, self.sight, since) if rev != since else []
        self._note_codes(rows)
        told: dict[str, Any] = {
            "doc": self.sight.transcript_id,
            "client": client,
            "ack": self.applied.get(client, 0),
            "errors": [[seq, reason] for who, seq, reason in self.errors if who == client],
            "since": since,
            "rev": rev,
            "rows": rows,
            "acts": acts_since(project, self.sight.coder, since) if rev != since else [],
            "codes": self.codes[self.known_codes :],
            "ready": self.learner is not None and self.learner.board is not None,
            "board": self._suggestions(project, message),
        }
        if message is not None:
            self._on_wish(project, message, told)
        return told

    def _note_codes(self, rows: list[list[object]]) -> None:
        for table, key, entry in rows:
            if table == "codes" and entry is not None and str(key) not in self.codes:
                self.codes.append(str(key))

    def _suggestions(self, project: Project, message: Message | None) -> dict[str, Any]:
        """Return rows of suggestions that the browser has not said it has, and the version it has with them.

        An answer to a decision is kept small; what else is new follows when nobody decides.
        """
        deciding, self.deciding = self.deciding, False
        since = message.board if message else 0
        if not deciding or self.sight.blind:
            self._compare(project)
            first = message.focus.start_char if message and message.focus else 0
            most = DECISION_ROWS if deciding else IDLE_ROWS
            self._release(first, most - sum(version > since for version in self.versions.values()))
        batches: dict[int, list[list[int]]] = {}
        for place, version in self.versions.items():
            if version > since:
                batches.setdefault(version, []).append(list(self.sent[place]))
        rows: list[list[int]] = []
        told = since
        for version in sorted(batches):
            if deciding and len(rows) + len(batches[version]) > DECISION_ROWS:
                break
            rows += batches[version]
            told = version
        return {"since": since, "v": told if batches else self.version, "rows": rows}

    def _compare(self, project: Project) -> None:
        """Note for which segments the suggestions are no longer as the browser was told."""
        page = self.page(project)
        finished: set[tuple[int, int]] | None = None
        if self.sight.blind:
            mine = project.reviews(self.sight.transcript_id, coder=self.sight.coder)
            finished = {(r.start_char, r.end_char) for r in mine}
        state = (page, -1 if finished is None else len(finished))
        if self.compared == state:
            return
        self.compared = state
        rows = {(row[0], row[1]): tuple(row) for row in suggestion_rows(page, self.codes, finished)}
        self.queue = {
            place: rows.get(place, place)
            for place in zip(page.starts, page.ends, strict=True)
            if (finished is None or place in finished) and _differ(self.sent.get(place), rows.get(place))
        }

    def _release(self, first: int, room: int) -> None:
        """Let at most ``room`` rows go out, what is near and behind ``first`` before what is far."""
        if not self.queue or room <= 0:
            return
        self.version += 1
        for place in sorted(self.queue, key=lambda place: (place[0] < first - 200, abs(place[0] - first)))[:room]:
            self.sent[place] = self.queue.pop(place)
            self.versions[place] = self.version

    def _on_wish(self, project: Project, message: Message, told: dict[str, Any]) -> None:
        focus = message.focus
        if focus is not None and focus.transcript_id == self.sight.transcript_id:
            detail = self._detail(project, focus)
            if detail is not None:
                told["detail"] = detail_entry(detail, self.codes)
        if message.order in ("useful", "random") and self.learner is not None:
            if self.order is None or self.order[0] != message.order:
                self.order = (message.order, self._order(message.order))
            told["order"] = list(self.order)
        else:
            self.order = None

    def _detail(self, project: Project, focus: Place) -> Detail | None:
        if self.sight.blind:
            mine = project.reviews(focus.transcript_id, coder=self.sight.coder)
            if not any((r.start_char, r.end_char) == (focus.start_char, focus.end_char) for r in mine):
                return None
        if self.learner is None or self.learner.board is None:
            return None
        page = self.page(project)
        at = page.index.get((focus.start_char, focus.end_char))
        if at is None or page.probabilities is None:
            return None
        ranks = tuple(page.codes[j] for j in (-page.probabilities[at]).argsort(kind="stable"))
        evidence = self.learner.evidence(f"{focus.transcript_id}:{focus.start_char}-{focus.end_char}")
        return Detail(focus.start_char, focus.end_char, ranks, evidence)

    def _order(self, kind: str) -> list[int]:
        if self.learner is None:
            return []
        return self.learner.order(kind, self.sight.transcript_id)


def _differ(old: tuple[int, ...] | None, new: tuple[int, ...] | None) -> bool:
    """Tell whether a segment's suggestions changed so much that a person would see it."""
    before, after = (old or ())[2:], (new or ())[2:]
    if len(before) != len(after) or before[::3] != after[::3] or before[2::3] != after[2::3]:
        return True
    return any(abs(a - b) >= 3 for a, b in zip(before[1::3], after[1::3], strict=True))
