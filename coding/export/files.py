"""Write a file whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from coding.errors import ExportError

Step = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


_Thing = TypeVar("_Thing")


def told(things: Sequence[_Thing], step: Step | None, what: str) -> Iterator[_Thing]:
    """Yield one thing after the other and tell how many are done.

    >>> list(told("ab", lambda what, done, of: print(what, done, "of", of), "Writing"))
    Writing 0 of 2
    Writing 1 of 2
    Writing 2 of 2
    ['a', 'b']
    """
    for done, thing in enumerate(things):
        if step is not None:
            step(what, done, len(things))
        yield thing
    if step is not None:
        step(what, len(things), len(things))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever sees the half of it.

    Raises:
        ExportError: It cannot be written.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as err:
        new.unlink(missing_ok=True)
        raise ExportError(f"the file cannot be written ({err.strerror})", path=path) from err
