"""One study in one SQLite file: the only package that speaks SQL."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from coding.store.acts import Act, Acts
from coding.store.columns import Columns, Counted
from coding.store.connection import connect
from coding.store.copies import Copies
from coding.store.decisions import Decisions, Memo, Rejection, Review
from coding.store.history import History, Sought, Tally, VersionSet
from coding.store.joining import Joining, MergeRecord
from coding.store.machine import Machine
from coding.store.outline import BehaviourRow, ClusterRow, Outline
from coding.store.study import Study, TranscriptInfo
from coding.store.survey import SurveyStore
from coding.store.themes import FoundThemes
from coding.store.together import Assignment, Outcome, Settlement, Together

__all__ = [
    "Act",
    "Assignment",
    "BehaviourRow",
    "ClusterRow",
    "Columns",
    "Memo",
    "MergeRecord",
    "Outcome",
    "Project",
    "Rejection",
    "Review",
    "Settlement",
    "Sought",
    "Tally",
    "TranscriptInfo",
    "VersionSet",
]


class Project(
    Study, Decisions, Acts, Outline, Together, History, Joining, Machine, FoundThemes, Counted, SurveyStore, Copies
):
    """One study.

    Reading methods return frozen types of :mod:`coding.model`. What coders decide is written by
    :func:`coding.edits.apply_edits` alone.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Project.open(f"{folder}/study.sqlite", create=True) as project:
    ...     project.transcripts()
    []
    """

    @classmethod
    def open(cls, path: str | Path, *, create: bool = False) -> Self:
        """Open the project at ``path``.

        Args:
            path: The project file.
            create: Make a new project where there is none.

        Raises:
            ProjectError: It is a folder, missing, not a project, read-only, damaged, busy, or made by a newer version.
        """
        where = Path(path)
        return cls(where, connect(where, create=create))

    def close(self) -> None:
        """Close the connection; a transaction that is open is taken back."""
        self.db.conn.close()

    def __enter__(self) -> Self:
        """Return the project."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the project."""
        self.close()
