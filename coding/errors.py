"""What can go wrong, in words that say what failed, where, and what to do.

Every error that a user can cause is a :class:`CodingError`. The command and the pages catch that class and nothing
else, so any other exception is a bug and shows its traceback.
"""

from __future__ import annotations

from pathlib import Path


class CodingError(Exception):
    """Say in one sentence what failed, where, and what to do about it.

    Args:
        message: One sentence for the person at the screen.
        path: The file that is at fault, where there is one.
        line: The line in that file, counted from 1.

    >>> str(CodingError("the file is empty", path="notes.txt"))
    'notes.txt: the file is empty'
    >>> str(CodingError("tabs may not indent", path="codebook.yaml", line=7))
    'codebook.yaml:7: tabs may not indent'
    """

    def __init__(self, message: str, *, path: str | Path | None = None, line: int | None = None) -> None:
        self.message = " ".join(message.split())
        self.path = None if path is None else str(path)
        self.line = line
        super().__init__(str(self))

    def __str__(self) -> str:
        """Return ``file:line: message`` on one line, with the parts that are known."""
        where = " ".join((self.path or "").split())
        if where and self.line is not None:
            where = f"{where}:{self.line}"
        return f"{where}: {self.message}" if where else self.message


class ReadError(CodingError):
    """A transcript cannot be read: empty, damaged, of another kind than its name says, or too large."""


class CodebookError(CodingError):
    """A codebook is not valid; names the file and the line."""


class ProjectError(CodingError):
    """A project file cannot be opened, written or migrated."""


class EditError(CodingError):
    """An edit cannot be applied, because what it refers to is not there or has changed since."""


class RoleError(CodingError):
    """A person may not do this in a project that a team shares."""


class ModelError(CodingError):
    """A language model is missing, is not the one that was expected, or cannot be loaded."""


class ExportError(CodingError):
    """An export cannot be written."""
