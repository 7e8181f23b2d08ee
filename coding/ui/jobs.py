"""Long work beside the pages: importing files and keeping the assistant up to date.

A :class:`Desk` belongs to one project. It works in threads of its own, each with its own connection to the project, so
that a page paints at once and can be left while the work goes on.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from coding.errors import CodingError
from coding.store import Project

if TYPE_CHECKING:
    from coding.assistant import Assistant
    from coding.interchange import Key, Prefer, Study, StudyReport
    from coding.model import Transcript
    from coding.pipeline import Imported, Place, Source

Step = Callable[[str, int, int], None]
Work = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Status:
    """How far some work has got.

    Attributes:
        busy: Something is being done, or waits to be done.
        doing: What, for people.
        done: How much of it is done.
        of: How much of it there is.
        error: The sentence of what failed last.
    """

    busy: bool = False
    doing: str = ""
    done: int = 0
    of: int = 0
    error: str | None = None


class Lane:
    """Does one piece of work after another in a thread that lives as long as there is work.

    Args:
        name: For the thread and the log.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._status = Status()
        self._waiting = 0
        self._lock = threading.Lock()
        self._idle = threading.Event()
        self._idle.set()
        self._work: queue.SimpleQueue[Work] = queue.SimpleQueue()

    @property
    def status(self) -> Status:
        """Return how far the work has got."""
        with self._lock:
            return self._status

    def add(self, work: Work) -> None:
        """Let ``work`` be done when what was added before is done."""
        with self._lock:
            self._waiting += 1
            self._idle.clear()
            alone = self._waiting == 1
            error = None if alone else self._status.error
            self._status = replace(self._status, busy=True, error=error, doing=self._status.doing or "Starting")
            self._work.put(work)
        if alone:
            threading.Thread(target=self._run, name=self.name, daemon=True).start()

    def wait(self, timeout_s: float) -> bool:
        """Wait until nothing is left to do, and return whether that came about in time."""
        return self._idle.wait(timeout_s)

    def _run(self) -> None:
        while True:
            work = self._work.get()
            error: str | None = None
            try:
                work(self._step)
            except CodingError as err:
                error = str(err)
            except Exception:
                # A thread has nobody to tell; without this the page would wait for ever.
                logging.getLogger(__name__).exception("%s failed", self.name)
                error = "something went wrong that the app did not expect; its log has the details"
            if self._finish(error):
                return

    def _finish(self, error: str | None) -> bool:
        with self._lock:
            self._waiting -= 1
            last = self._waiting == 0
            self._status = Status(busy=not last, error=error or self._status.error)
            if last:
                self._idle.set()
            return last

    def _step(self, doing: str, done: int, of: int) -> None:
        with self._lock:
            self._status = replace(self._status, doing=doing, done=done, of=of)


class Desk:
    """Does the long work for one project: files are read in one lane, suggestions are made in another.

    Args:
        path: The project file.
        leave_out: Coders whose decisions the assistant does not learn from.
    """

    def __init__(self, path: Path, leave_out: frozenset[str] = frozenset()) -> None:
        self.path = path
        self.leave_out = leave_out
        self.imported: tuple[Imported, ...] = ()
        self.taken: StudyReport | None = None
        self.reading = Lane(f"reading into {path.name}")
        self.thinking = Lane(f"suggesting for {path.name}")
        self._assistant: Assistant | None = None
        self._seen: tuple[int, int, int] | None = None
        self._refresh_waits = False
        self._lock = threading.Lock()

    @property
    def status(self) -> Status:
        """Return how far the work has got: the files first, then the suggestions."""
        reading, thinking = self.reading.status, self.thinking.status
        if reading.busy or (reading.error and not thinking.busy):
            return reading
        return thinking

    @property
    def importing(self) -> bool:
        """Tell whether files are being imported, or wait for it."""
        return self.reading.status.busy

    @property
    def assistant(self) -> Assistant | None:
        """Return the assistant once it has suggestions, or ``None`` before that and while it starts afresh."""
        return None if self.thinking.status.busy else self._assistant

    def prepare(self, *, again: bool = False) -> None:
        """See to it that the assistant is there and knows the project as it is now.

        Args:
            again: Also look again where this was done before, such as after a new codebook.

        Raises:
            ProjectError: The project cannot be read.
        """
        done = self._seen is not None and (self._assistant is not None or self.status.busy)
        if again or not (done or self._seen == self._mark()):
            self._add_refresh()

    def bring_in(
        self,
        sources: Sequence[Source],
        *,
        by: str,
        groups: Sequence[str | None] = (),
        pseudonymise: Callable[[Transcript], Transcript] | None = None,
        same: Sequence[tuple[Place, Place]] = (),
    ) -> None:
        """Import files and then bring the suggestions up to date.

        Args:
            sources: The files.
            by: Who imports them.
            groups: The focus group of each file; ``None`` for the one that the source names, or a group of its own.
            pseudonymise: Takes names out of each transcript before it is stored.
            same: Places of speakers who are one person, as a person said before the import.
        """
        files = tuple(zip_longest(sources, groups[: len(sources)]))

        def work(step: Step) -> None:
            from coding.pipeline import import_files, join_speakers

            found: list[Imported] = []
            try:
                with Project.open(self.path) as project:
                    for number, (source, group) in enumerate(files):
                        step(f"Reading {Path(source.name).name}", number, len(files))
                        found += import_files(project, [source], by=by, group=group, pseudonymise=pseudonymise)
                    join_speakers(project, same, found, by=by)
            finally:
                self.imported = tuple(found)
                self._add_refresh()

        self.imported = ()
        self.reading.add(work)

    def take_in(self, study: Study, *, by: str, file: str, decided: Mapping[Key, Prefer]) -> None:
        """Put a study of another tool into the project and then bring the suggestions up to date.

        Args:
            study: As it was read.
            by: Who imports it.
            file: The file's name.
            decided: Which side stands where both changed something.
        """

        def work(step: Step) -> None:
            from coding.interchange import place_study
            from coding.pipeline import stored_segmentation

            with Project.open(self.path) as project:
                how = stored_segmentation(project)
                report = place_study(project, study, by=by, file=file, decided=decided, segmentation=how, step=step)
            self.taken = report
            self._add_refresh()

        self.taken = None
        self.reading.add(work)

    def make_example(self) -> None:
        """Make the example study in the folder of this project, unless it is there already."""

        def work(step: Step) -> None:
            from coding.demo import make_demo
            from coding.encoders import load_encoder

            step("Making the example study", 0, 0)
            make_demo(self.path.parent, load_encoder(), step=step)

        self.reading.add(work)

    def wait(self, timeout_s: float = 120.0) -> bool:
        """Wait until nothing is left to do, and return whether that came about in time."""
        end = time.monotonic() + timeout_s
        return self.reading.wait(timeout_s) and self.thinking.wait(max(0.0, end - time.monotonic()))

    def _mark(self) -> tuple[int, int, int]:
        """Return what tells whether the project has changed."""
        with Project.open(self.path) as project:
            return project.rev(), *project.counts()

    def _add_refresh(self) -> None:
        """Bring the suggestions up to date later; once is enough for all who asked before it begins."""
        with self._lock:
            if self._refresh_waits:
                return
            self._refresh_waits = True
        self.thinking.add(self._refresh)

    def _refresh(self, step: Step) -> None:
        with self._lock:
            self._refresh_waits = False
        self._seen = self._mark()
        with Project.open(self.path) as project:
            if not project.counts()[1] or not project.codebook().codable:
                return
            step("Loading the language model", 0, 0)
            assistant = self._assistant or self._new_assistant()
            step("Understanding the talk", 0, 0)
            assistant.refresh(project, progress=lambda done, of: step("Understanding the talk", done, of))
            step("Storing suggestions", 0, 0)
            if not self.leave_out:
                assistant.store(project)
        self._assistant = assistant

    def _new_assistant(self) -> Assistant:
        from coding.assistant import Assistant
        from coding.encoders import load_encoder

        _calm()
        return Assistant(load_encoder(), leave_out=self.leave_out)


def _calm() -> None:
    """Let linear algebra use one processor: its threads wait for each other by spinning, and the pages wait for them.

    On two processors that are busy, one thread was measured to be as fast as two at best, and ten times as fast at
    worst.
    """
    import numpy  # noqa: F401 - what is limited must have been loaded
    import scipy.linalg  # noqa: F401
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1, user_api="blas")
