"""Studies of other tools into a project: REFI-QDA, Taguette, codebooks as tables, labelled segments.

:func:`import_study` reads one file and places it, wholly or not at all; its report lists everything that came,
everything that differs, and everything that had no place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from coding.errors import ReadError
from coding.export.files import Step
from coding.interchange.answers import read_answers
from coding.interchange.codebook_study import SUFFIXES as CODEBOOKS
from coding.interchange.codebook_study import YAML, read_codebook_study
from coding.interchange.labelled import is_labelled, read_labelled
from coding.interchange.package import MOST_FILE_BYTES
from coding.interchange.place import place_study, preview_study
from coding.interchange.refi_read import read_qdc, read_qdpx
from coding.interchange.report import Difference, Key, Prefer, StudyReport
from coding.interchange.study import Dropped, Study
from coding.interchange.taguette import is_taguette_csv, read_taguette, read_taguette_csv
from coding.segments import Segmentation
from coding.store import Project

__all__ = [
    "READ",
    "SUFFIXES",
    "Difference",
    "Dropped",
    "Key",
    "Prefer",
    "Study",
    "StudyReport",
    "import_study",
    "is_study",
    "place_study",
    "preview_study",
    "read_answers",
    "read_study",
    "texts_of",
]

_READERS: dict[str, Callable[[bytes, str, Step | None], Study]] = {
    ".qdpx": read_qdpx,
    ".qdc": read_qdc,
    ".sqlite3": read_taguette,
    ".sqlite": read_taguette,
    ".db": read_taguette,
}

SUFFIXES = (*_READERS, *YAML)
"""Of files that are whole studies or codebooks of other tools, not transcripts."""

READ = tuple(dict.fromkeys((*SUFFIXES, *CODEBOOKS, ".jsonl")))
"""Of all files that :func:`read_study` reads; what is called ``.csv``, ``.xlsx`` or ``.docx`` is read as a codebook."""

_HEAD_BYTES = 4096


def is_study(name: str | Path, data: bytes | None = None) -> bool:
    """Tell whether a file is a study of another tool, and not a transcript.

    Args:
        name: The file, or the name of an upload; what is called ``.csv`` or ``.jsonl`` is looked into.
        data: The bytes of an upload.
    """
    path = Path(name)
    if path.suffix.lower() in SUFFIXES:
        return True
    looks = _LOOKS.get(path.suffix.lower())
    return looks is not None and looks(_head(path) if data is None else data[:_HEAD_BYTES])


_LOOKS: dict[str, Callable[[bytes], bool]] = {".csv": is_taguette_csv, ".jsonl": is_labelled}


def read_study(
    path: str | Path, data: bytes | None = None, *, texts: Mapping[str, str] | None = None, step: Step | None = None
) -> Study:
    """Read a study of another tool.

    Args:
        path: The file, or the name of an upload.
        data: The bytes of an upload.
        texts: The transcripts of the project by name, in which highlights that come without documents are looked up.
        step: Told of progress.

    Raises:
        CodingError: The file is of no known kind, cannot be read, is damaged, or was made to do harm.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in READ:
        raise ReadError(f"“{path.suffix}” is no study of another tool; those are {', '.join(READ)}", path=path)
    found = _bytes(path) if data is None else data
    if suffix == ".csv" and is_taguette_csv(found[:_HEAD_BYTES]):
        return read_taguette_csv(found, path.name, texts or {})
    if suffix in CODEBOOKS:
        return read_codebook_study(found, path.name)
    if suffix == ".jsonl":
        return read_labelled(found, path.name)
    return _READERS[suffix](found, path.name, step)


def texts_of(project: Project) -> dict[str, str]:
    """Return the words of each transcript by its name."""
    return {info.name: project.text(info.id) for info in project.transcripts()}


def import_study(
    project: Project,
    path: str | Path,
    *,
    by: str,
    data: bytes | None = None,
    prefer: Prefer = "ours",
    decided: Mapping[Key, Prefer] | None = None,
    segmentation: Segmentation | None = None,
    step: Step | None = None,
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
        decided: What stands for single differences, by :attr:`Difference.key`.
        segmentation: How to cut new transcripts.
        step: Told of progress.

    Raises:
        CodingError: The file cannot be read, or the project cannot be written.
    """
    texts = texts_of(project) if Path(path).suffix.lower() == ".csv" else None
    study = read_study(path, data, texts=texts, step=step)
    return place_study(
        project,
        study,
        by=by,
        file=Path(path).name,
        prefer=prefer,
        decided=decided,
        segmentation=segmentation,
        step=step,
    )


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except (OSError, ValueError):
        # Whoever reads the file will say what is wrong with it.
        return b""


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_FILE_BYTES:
            raise ReadError(f"the file has more than {MOST_FILE_BYTES >> 20} MB; it was not opened", path=path)
        return path.read_bytes()
    except IsADirectoryError as err:
        raise ReadError("this is a folder; name the files in it", path=path) from err
    except (OSError, ValueError) as err:
        raise ReadError(f"the file cannot be read ({getattr(err, 'strerror', None) or err})", path=path) from err
