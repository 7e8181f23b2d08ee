"""What one browser session has been told, and what it is to be told next."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from coding.errors import CodingError
from coding.store import Project
from coding.ui.review.board import Board, Detail, Found, Page, stored_page
from coding.ui.review.decide import Reviewer, carry_out
from coding.ui.review.events import Event, Message, Place
from coding.ui.review.past import Past, past_entry
from coding.ui.review.told import Told
from coding.ui.review.wire import Sight, acts_since, changes, detail_entry, whole

if TYPE_CHECKING:
    from coding.ui.review.learner import Learner

DECISION_ROWS = 10
"""How many segments' suggestions come with the answer to a decision at most."""

IDLE_ROWS = 40
"""How many come at once when nobody decides; the rest follows."""

BUSY_S = 2.5
"""So long after a decision only what is asked for is told, and what others decided."""

DECISION_EDITS = 20
"""How many edits, of whomever, come with the answer to a decision at most."""

IDLE_EDITS = 4000
"""How many come at once when nobody decides, such as after many suggestions were accepted as one act."""

DETAIL_BYTES = 1700
"""How much the evidence for the focused segment may take; its words are cut until it fits."""

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
        marks: Events whose edits the browser does not know yet: client, event and the newest edit.
        told: Which suggestions the browser was told.
    """

    path: Path
    sight: Sight
    codes: list[str] = field(default_factory=list)
    static: dict[str, Any] = field(default_factory=dict)
    rev: int = 0
    learner: Learner | None = None
    applied: dict[str, int] = field(default_factory=dict)
    errors: list[tuple[str, int, str]] = field(default_factory=list)
    marks: list[tuple[str, int, int]] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)
    told: Told | None = None
    detailed: tuple[Place | None, Page | None] = (None, None)
    answered: tuple[str, int] = ("", -1)
    basis: tuple[int, int] = (0, 0)
    decided_at: float = float("-inf")
    order: tuple[str, list[int]] | None = None
    known_codes: int = 0
    last: dict[str, Any] = field(default_factory=dict)
    fresh: bool = False
    deciding: bool = False
    remembered: tuple[Place, int] | None = None
    past: Past = field(init=False)

    def __post_init__(self) -> None:
        """Begin without a history; it is read when it is asked for."""
        self.past = Past(self.sight.transcript_id)

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
        self.told = Told(page, self.codes, self._finished(project))
        self.detailed, self.answered = (None, None), ("", -1)

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

        reviewer = Reviewer(project, self.sight.coder, self.sight.blind, find, self.sight.transcript_id)
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
            self.marks.append((message.client, event.seq, project.rev()))
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

        An answer to a decision is kept small: of many edits and suggestions the first few, whose number tells the
        browser that more follows.

        Args:
            project: The project.
            message: What the browser said last; ``None`` where it may have begun anew and knows only the beginning.
        """
        client = message.client if message else ""
        since, board = self._baseline(message)
        deciding, self.deciding = self.deciding, False
        if deciding:
            self.decided_at = monotonic()
        rev = project.rev()
        most = DECISION_EDITS if deciding else IDLE_EDITS
        edits = project.edits(after=since, first=most) if rev != since else []
        told_rev = rev if len(edits) < most else project.seq(edits[-1].id)
        rows = changes(project, self.sight, edits)
        self._note_codes(rows)
        busy = monotonic() - self.decided_at < BUSY_S
        room = IDLE_ROWS if not busy else 0 if self._repeats(message) else DECISION_ROWS
        told: dict[str, Any] = {
            "doc": self.sight.transcript_id,
            "client": client,
            "ack": self.applied.get(client, 0),
            "settled": self._settled(client, told_rev),
            "errors": [[seq, reason] for who, seq, reason in self.errors if who == client],
            "since": since,
            "rev": told_rev,
            "more": int(told_rev < rev),
            "rows": rows,
            "acts": acts_since(project, self.sight.coder, edits),
            "codes": self.codes[self.known_codes :],
            "ready": self.learner is not None and self.learner.board is not None,
            "board": self._suggestions(project, message, board, room),
        }
        remaining = self.learner.board.remaining if self.learner and self.learner.board else None
        if remaining is not None:
            told["remaining"] = [round(remaining.expected), round(remaining.low), round(remaining.high)]
        if message is not None:
            self._on_wish(project, message, told, busy=busy)
        self.answered = (client, message.number if message else -1)
        self.basis = (told_rev, told["board"]["v"])
        return told

    def _repeats(self, message: Message | None) -> bool:
        """Tell whether the browser has said nothing new since the last answer."""
        return message is not None and self.answered == (message.client, message.number)

    def _baseline(self, message: Message | None) -> tuple[int, int]:
        """Return which edit and which version of the suggestions an answer builds on.

        A browser that has said nothing since the last answer is taken to have got it. Where that is wrong, since one
        answer overtook another, it sees that there is a gap and says what it has.
        """
        if message is None:
            return self.rev, 0
        if self._repeats(message):
            return self.basis
        return message.have, message.board

    def _settled(self, client: str, rev: int) -> int:
        """Return the newest event of a client all of whose edits are among those that are told."""
        self.marks = [(who, seq, at) for who, seq, at in self.marks if who != client or at > rev]
        waiting = [seq for who, seq, _ in self.marks if who == client]
        return min(waiting) - 1 if waiting else self.applied.get(client, 0)

    def _note_codes(self, rows: list[list[object]]) -> None:
        for table, key, entry in rows:
            if table == "codes" and entry is not None and str(key) not in self.codes:
                self.codes.append(str(key))

    def _finished(self, project: Project) -> set[tuple[int, int]] | None:
        """Return the segments whose suggestions a blind coder may see; ``None`` for all."""
        if not self.sight.blind:
            return None
        mine = project.reviews(self.sight.transcript_id, coder=self.sight.coder)
        return {(review.start_char, review.end_char) for review in mine}

    def _suggestions(self, project: Project, message: Message | None, since: int, most: int) -> dict[str, Any]:
        """Return at most ``most`` rows of suggestions that are new, and the version that a browser has with them."""
        if self.told is None or not most:
            return {"since": since, "v": since, "rows": []}
        self.told.compare(self.page(project), self.codes, self._finished(project))
        first = message.focus.start_char if message and message.focus else 0
        self.told.release(first, most - self.told.newer(since))
        version, rows = self.told.rows(since, most)
        return {"since": since, "v": version, "rows": rows}

    def _on_wish(self, project: Project, message: Message, told: dict[str, Any], *, busy: bool) -> None:
        focus = message.focus
        if focus is not None and focus.transcript_id == self.sight.transcript_id:
            new = not self._repeats(message)
            self._explain(project, focus, told, new=message.want and new, busy=busy)
            if message.past and not busy:
                self._tell_past(project, focus, told, new=new)
        if message.order in ("useful", "random") and self.learner is not None:
            if self.order is None or self.order[0] != message.order:
                self.order = (message.order, self._order(message.order))
            told["order"] = list(self.order)
        else:
            self.order = None

    def _explain(self, project: Project, focus: Place, told: dict[str, Any], *, new: bool, busy: bool) -> None:
        """Tell the evidence for a segment when it is wanted, and once more when there is other evidence."""
        page = self.page(project)
        if not new and (busy or self.detailed == (focus, page)):
            return
        detail = self._detail(project, focus)
        if detail is not None:
            told["detail"] = detail_entry(detail, self.codes, most_bytes=DETAIL_BYTES)
            self.detailed = (focus, page)

    def _tell_past(self, project: Project, focus: Place, told: dict[str, Any], *, new: bool) -> None:
        """Tell the history of a segment when it is wanted, and again when something was done."""
        if not new and self.remembered == (focus, told["rev"]):
            return
        finished = self._finished(project)
        hidden = finished is not None and (focus.start_char, focus.end_char) not in finished
        lines = self.past.at(project, focus.start_char, focus.end_char, only=self.sight.coder if hidden else None)
        told["past"] = past_entry(lines, focus.start_char, focus.end_char)
        self.remembered = (focus, told["rev"])

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
        if evidence is None:
            return None
        return Detail(focus.start_char, focus.end_char, ranks, evidence)

    def _order(self, kind: str) -> list[int]:
        if self.learner is None:
            return []
        return self.learner.order(kind, self.sight.transcript_id)
