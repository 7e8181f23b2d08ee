"""Studies of other tools into a project: REFI-QDA, Taguette, codebooks as tables, labelled segments.

:func:`import_study` reads one file and places it, wholly or not at all; its report lists everything that came,
everything that differs, and everything that had no place.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from coding.errors import ReadError
from coding.interchange.package import MOST_FILE_BYTES
from coding.interchange.place import Prefer, place_study
from coding.interchange.refi_read import read_qdc, read_qdpx
from coding.interchange.report import Difference, StudyReport
from coding.interchange.study import Dropped, Study
from coding.segments import Segmentation
from coding.store import Project

__all__ = [
    "SUFFIXES",
    "Difference",
    "Dropped",
    "Study",
    "StudyReport",
    "import_study",
    "is_study",
    "place_study",
    "read_study",
]

_READERS: dict[str, Callable[[bytes, str], Study]] = {
    ".qdpx": read_qdpx,
    ".qdc": read_qdc,
}

SUFFIXES = tuple(_READERS)
"""Of files that are whole studies or codebooks of other tools, not transcripts."""


def is_study(name: str | Path) -> bool:
    """Tell by its name whether a file is a study of another tool, and not a transcript."""
    return Path(name).suffix.lower() in SUFFIXES


def read_study(path: str | Path, data: bytes | None = None) -> Study:
    """Read a study of another tool.

    Args:
        path: The file, or the name of an upload.
        data: The bytes of an upload.

    Raises:
        ReadError: The file is of no known kind, cannot be read, is damaged, or was made to do harm.
    """
    path = Path(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise ReadError(f"“{path.suffix}” is no study of another tool; those are {', '.join(SUFFIXES)}", path=path)
    return reader(_bytes(path) if data is None else data, path.name)


def import_study(
    project: Project,
    path: str | Path,
    *,
    by: str,
    data: bytes | None = None,
    prefer: Prefer = "ours",
    segmentation: Segmentation | None = None,
) -> StudyReport:
    """Read a study of another tool and put it into ``project``, wholly or not at all.

    What is in the project already is recognised by its GUID, else by its words or names. Where both sides differ, the
    report says so, and ``prefer`` decides; nothing of the project is removed.

    Args:
        project: Where to.
        path: The file, or the name of an upload.
        by: Who imports; codings keep the coders that the file names.
        data: The bytes of an upload.
        prefer: ``ours`` or ``theirs``.
        segmentation: How to cut new transcripts.

    Raises:
        CodingError: The file cannot be read, or the project cannot be written.
    """
    study = read_study(path, data)
    return place_study(project, study, by=by, file=Path(path).name, prefer=prefer, segmentation=segmentation)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_FILE_BYTES:
            raise ReadError(f"the file has more than {MOST_FILE_BYTES >> 20} MB; it was not opened", path=path)
        return path.read_bytes()
    except IsADirectoryError as err:
        raise ReadError("this is a folder; name the files in it", path=path) from err
    except (OSError, ValueError) as err:
        raise ReadError(f"the file cannot be read ({getattr(err, 'strerror', None) or err})", path=path) from err
