"""Keeps an assistant up to date beside the page, so that an acknowledgement never waits for the model."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from coding.errors import CodingError
from coding.model import Evidence, Suggestion
from coding.store import Project
from coding.ui.review.board import Board, board_of

if TYPE_CHECKING:
    from coding.assistant import Assistant

PAUSE_S = 0.5
"""How long to let a decision be acknowledged, and others follow, before learning from it begins."""

MOST_PAUSE_S = 3.0
"""Learning begins after this at the latest, however fast decisions follow each other."""

VALENCES_S = 15.0
"""How old the valences of suggestions may get while decisions follow each other."""

QUIET_S = 6.0
"""How long nobody decided anything before suggestions are written into the project."""


class Learner:
    """Refreshes one assistant in a thread of its own and publishes its suggestions as a :class:`Board`.

    Args:
        path: The project file.
        assistant: Its assistant.
        keep: Also write the suggestions into the project when it is quiet.
    """

    def __init__(self, path: Path, assistant: Assistant, *, keep: bool = True) -> None:
        self.path = path
        self.assistant = assistant
        self.keep = keep
        self._board: Board | None = None
        self._changed = threading.Condition()
        self._lock = threading.Lock()
        self._wanted = 0
        self._done = 0
        self._alive = False
        self._valences_until = 0.0
        self.kick()

    @property
    def board(self) -> Board | None:
        """Return the newest suggestions, or ``None`` before there are any."""
        with self._changed:
            return self._board

    def kick(self) -> None:
        """Say that somebody decided something."""
        with self._changed:
            self._wanted += 1
            self._changed.notify_all()
            if self._alive:
                return
            self._alive = True
        threading.Thread(target=self._run, name=f"learner {self.path.name}", daemon=True).start()

    def wait(self, timeout_s: float) -> Board | None:
        """Return the suggestions once they know everything decided so far, or those at hand when time is up."""
        with self._changed:
            wanted = self._wanted
            self._changed.wait_for(lambda: self._done >= wanted or not self._alive, timeout_s)
            return self._board

    def evidence(self, key: str, *, timeout_s: float = 0.02) -> tuple[tuple[str, tuple[Evidence, ...]], ...] | None:
        """Return the terms of the scores of a segment's best codes; ``None`` where the model is busy learning."""
        if not self._lock.acquire(timeout=timeout_s):
            return None
        try:
            return self.assistant.evidence(key, most=4)
        finally:
            self._lock.release()

    def order(self, kind: str, transcript_id: str) -> list[int]:
        """Return the starts of a transcript's segments in an order of review."""
        with self._lock:
            model, segments = self.assistant.model, self.assistant.segments
            if model is None or kind not in ("useful", "random", "certain", "reading"):
                return []
            found = model.order(kind)  # type: ignore[arg-type]
        return [segments[at].start_char for at in found if segments[at].transcript_id == transcript_id]

    def _run(self) -> None:
        try:
            while self._once():
                pass
        except CodingError as err:
            logging.getLogger(__name__).warning("suggestions of %s stopped: %s", self.path.name, err)
        except Exception:
            # A thread has nobody to tell; the page goes on with the suggestions it has.
            logging.getLogger(__name__).exception("suggestions of %s stopped", self.path.name)
        finally:
            with self._changed:
                self._alive = False
                self._changed.notify_all()

    def _once(self) -> bool:
        """Refresh, publish, and wait for more; return whether to go on."""
        wanted = self._settle()
        with Project.open(self.path) as project, self._lock:
            new = self.assistant.refresh(project)
            board = self._look() if new or self._board is None else None
        if board is not None:
            with self._changed:
                self._board = board
        with self._changed:
            self._done = wanted
            self._changed.notify_all()
            if self._changed.wait_for(lambda: self._wanted > wanted, QUIET_S):
                return True
        if self.keep and new:
            self._keep(lambda: self._wanted > wanted)
        with self._changed:
            if self._wanted > wanted:
                return True
            self._alive = False
            return False

    def _look(self) -> Board:
        """Return the present suggestions, with valences that are not too old."""
        old, now = self._board, time.monotonic()
        if old is not None and old.valences is not None and now < self._valences_until:
            return board_of(self.assistant, valences=old.valences)
        self._valences_until = now + VALENCES_S
        return board_of(self.assistant)

    def _settle(self) -> int:
        """Wait for a pause in the deciding and return how many decisions are to be learnt from."""
        end = time.monotonic() + MOST_PAUSE_S
        with self._changed:
            wanted = self._wanted
            while self._board is not None and time.monotonic() < end:
                if not self._changed.wait_for(lambda known=wanted: self._wanted > known, PAUSE_S):  # type: ignore[misc]
                    break
                wanted = self._wanted
            return self._wanted

    def _keep(self, stop: Callable[[], bool]) -> None:
        """Write the suggestions into the project, a transcript at a time; give way as soon as somebody decides."""
        board = self._board
        for transcript_id, page in () if board is None else board.pages.items():
            found: list[Suggestion] = []
            for start, end in zip(page.starts, page.ends, strict=True):
                if stop():
                    return
                found += self.assistant.suggestions(f"{transcript_id}:{start}-{end}", most=3)
                time.sleep(0)
            with Project.open(self.path) as project:
                project.set_suggestions(transcript_id, found)


_learners: WeakKeyDictionary[Assistant, Learner] = WeakKeyDictionary()
_lock = threading.Lock()


def learner_for(path: Path, assistant: Assistant, *, keep: bool = True) -> Learner:
    """Return the learner of an assistant, the same for all browser sessions."""
    with _lock:
        if assistant not in _learners:
            _learners[assistant] = Learner(path, assistant, keep=keep)
        return _learners[assistant]
