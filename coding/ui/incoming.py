"""A file of another tool on its way in: read once, and compared with the project as it is now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from coding.store import Project
from coding.ui.jobs import Lane, Status, Step

if TYPE_CHECKING:
    from coding.interchange import Difference, Key, Prefer, Study, StudyReport

Mark = tuple[int, int, int]


class Incoming:
    """One file that was dropped.

    Args:
        upload: The id of the upload.
        file: The file's name.
        data: Its bytes.
        path: The project that it is to go into.
        by: Who would import it.
    """

    def __init__(self, upload: str, file: str, data: bytes, path: Path, by: str) -> None:
        self.upload = upload
        self.file = file
        self.path = path
        self.by = by
        self.study: Study | None = None
        self.report: StudyReport | None = None
        self.answers: dict[Key, Prefer] = {}
        self.mark: Mark | None = None
        self._data = data
        self._lane = Lane(f"looking at {file}")

    @property
    def status(self) -> Status:
        """Return how far reading has got."""
        return self._lane.status

    def wait(self, timeout_s: float) -> bool:
        """Wait until it is read, and return whether that came about in time."""
        return self._lane.wait(timeout_s)

    def look(self, mark: Mark) -> None:
        """Read the file, unless that was done, and see what it would do to the project as ``mark`` names it."""
        if mark != self.mark:
            self.mark = mark
            self._lane.add(self._look)

    @property
    def open(self) -> list[Difference]:
        """Return the differences that nobody has decided yet."""
        questions = () if self.report is None else self.report.questions
        return [one for one in questions if one.key not in self.answers]

    def answer_all(self, taken: Prefer) -> None:
        """Let one side stand everywhere."""
        if self.report is not None:
            self.answers = {one.key: taken for one in self.report.questions}

    def _look(self, step: Step) -> None:
        from coding.interchange import preview_study, read_study, texts_of

        with Project.open(self.path) as project:
            if self.study is None:
                texts = texts_of(project) if self.file.lower().endswith(".csv") else None
                self.study = read_study(self.file, self._data, texts=texts, step=step)
            step("Comparing it with the project", 0, 0)
            self.report = preview_study(project, self.study, by=self.by, file=self.file, step=step)


def mark_of(project: Project) -> Mark:
    """Return what tells whether a project has changed."""
    return project.rev(), *project.counts()
