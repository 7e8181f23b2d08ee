"""Backups of a project: one file that says by hash what it holds, and puts it back without losing what is there.

A backup is a ZIP file with the project as SQLite keeps it, and a manifest with its SHA-256 and what it counts.
The key of pseudonyms is never in it: it is a file apart from the project.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO, Any

from coding.bundled import installed_version
from coding.errors import ProjectError
from coding.model import utc_now
from coding.roles import CoderRole
from coding.store import Project
from coding.store.copies import BESIDE, check_file, drop_copy, place, put_in

KIND = "focus-coding backup"
FORMAT = 1
SUFFIX = ".backup.zip"
PROJECT_PART, MANIFEST_PART, README_PART = "project.sqlite", "manifest.json", "README.txt"
MOST_BYTES = 64 << 30
"""A project may have so many; what claims more was not made here."""

_MOST_MANIFEST_BYTES = 1 << 16
_CHUNK = 1 << 20
_DAMAGED = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError, KeyError)

Step = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        project: The name of the project's file, without its suffix.
        made_at: UTC, ISO 8601.
        made_with: The version of this tool.
        sha256: Of the project in it, in hexadecimal.
        bytes: Its length.
        edits: How many edits it has.
        transcripts: How many.
        codings: How many.
    """

    project: str
    made_at: str
    made_with: str
    sha256: str
    bytes: int
    edits: int
    transcripts: int
    codings: int

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Attributes:
        project: The project file.
        manifest: What the backup says of itself.
        kept: Where that stands which was there before, if anything was.
    """

    project: Path
    manifest: Manifest
    kept: Path | None = None


def back_up(project: str | Path, out: str | Path | None = None, *, step: Step | None = None) -> tuple[Path, Manifest]:
    """Write a backup of a project, as it is at one moment, while people go on working.

    What was written is read back and compared with its hash before the file gets its name.

    Args:
        project: The project file.
        out: The backup, or a folder for it; beside the project with the time in its name unless given.
        step: Told of progress.

    Returns:
        The backup's path, and what it says of itself.

    Raises:
        ProjectError: The project cannot be read, there is such a file already, or it cannot be written.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from coding.store import Project
    >>> with TemporaryDirectory() as folder:
    ...     Project.open(f"{folder}/study.sqlite", create=True).close()
    ...     path, manifest = back_up(f"{folder}/study.sqlite", f"{folder}/monday.backup.zip")
    ...     path.name, manifest.edits, restore(path, f"{folder}/again.sqlite").project.name
    ('monday.backup.zip', 0, 'again.sqlite')
    """
    source = Path(project)
    made_at = utc_now()
    target = _target(source, out, made_at)
    with _beside(target) as copy, _beside(target) as packed:
        with Project.open(source) as opened:
            counts = opened.copy_to(copy, progress=_pages(step, "Copying the project"))
        sha256, length = _hash(copy)
        manifest = Manifest(source.stem, made_at, installed_version() or "0", sha256, length, **counts)
        _pack(packed, copy, manifest, step)
        with _unpacked(packed, target.parent, step):
            pass
        place(packed, target)
    return target, manifest


def check_backup(path: str | Path) -> Manifest:
    """Tell whether a backup is whole, and return what it says of itself.

    Raises:
        ProjectError: It is no backup, damaged, or not what its hash says.
    """
    where = Path(path)
    with tempfile.TemporaryDirectory() as folder, _unpacked(where, Path(folder)) as (_, manifest):
        return manifest


def restore(
    path: str | Path, project: str | Path, *, replace: bool = False, by: str | None = None, step: Step | None = None
) -> Restored:
    """Put a backup back, after a look at its hash and at every page of it.

    Nothing is overwritten silently: where there is a project, ``replace`` has to be given, and what was there is kept
    in a backup of its own beside it; a damaged one is put aside as it is.

    Args:
        path: The backup.
        project: The project file to make.
        replace: Put it in the place of a project that is there.
        by: Who does it; needed where a team shares the project that is there.
        step: Told of progress.

    Raises:
        ProjectError: The backup is damaged, there is a project already, or the file cannot be written.
        RoleError: A team shares the project that is there, and ``by`` does not lead it.
    """
    target = Path(project)
    if target.is_dir():
        raise ProjectError("this is a folder; name a file in it, such as study.sqlite", path=target)
    if not target.parent.is_dir():
        raise ProjectError("the folder for the project does not exist; make it first", path=target)
    if target.exists() and not replace:
        raise ProjectError(
            "there is a project of this name; name another file, or add --replace, which keeps a backup of it",
            path=target,
        )
    _check_leads(target, by)
    with _unpacked(Path(path), target.parent, step) as (copy, manifest):
        if not target.exists():
            kept = _put_aside(target, only_beside=True)
            place(copy, target)
            return Restored(target, manifest, kept)
        try:
            kept, _ = back_up(target, _free(target, ".before-restore", SUFFIX))
        except ProjectError:
            kept = _put_aside(target)
            place(copy, target)
        else:
            put_in(copy, target)
    return Restored(target, manifest, kept)


def _check_leads(target: Path, by: str | None) -> None:
    """Let nobody put something in the place of a team's project who does not lead it."""
    if not target.exists():
        return
    try:
        there = Project.open(target)
    except ProjectError:
        return  # Damaged, or none of ours: it is put aside as it is.
    with there:
        there.check_role(by, CoderRole.LEAD)


# files


def _target(source: Path, out: str | Path | None, made_at: str) -> Path:
    name = f"{source.stem}-{made_at[:19].replace(':', '').replace('T', '-')}{SUFFIX}"
    target = source.with_name(name) if out is None else Path(out)
    if target.is_dir():
        target = target / name
    if target.exists():
        raise ProjectError("there is such a file already; name another one", path=target)
    if not target.parent.is_dir():
        raise ProjectError("the folder for the backup does not exist; make it first", path=target)
    return target


def _free(target: Path, word: str, suffix: str) -> Path:
    """Return a name beside ``target`` that is not taken."""
    stamp = utc_now()[:19].replace(":", "").replace("T", "-")
    number = 1
    while True:
        more = "" if number == 1 else f"-{number}"
        name = target.with_name(f"{target.stem}{word}-{stamp}{more}{suffix}")
        if not name.exists():
            return name
        number += 1


def _put_aside(target: Path, *, only_beside: bool = False) -> Path | None:
    """Give what stands in the way another name; a log of a project that is gone would be taken for the new one's."""
    aside = _free(target, ".before-restore", target.suffix)
    moved = None
    for end in BESIDE if only_beside else ("", *BESIDE):
        old = target.with_name(target.name + end)
        if old.exists():
            moved = aside.with_name(aside.name + end)
            try:
                old.rename(moved)
            except OSError as err:
                raise ProjectError(f"what stands here cannot be put aside ({err.strerror})", path=old) from err
    return aside if moved is not None and not only_beside else moved


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Give the name of a new file in the folder of ``target``; what is left of it in the end is deleted."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=".new", dir=target.parent)
    except OSError as err:
        raise ProjectError(f"no file can be written here ({err.strerror})", path=target.parent) from err
    os.close(handle)
    try:
        yield Path(name)
    finally:
        drop_copy(Path(name))


# the ZIP file


def _pack(packed: Path, copy: Path, manifest: Manifest, step: Step | None) -> None:
    about = json.dumps({"kind": KIND, "format": FORMAT, **manifest.as_dict()}, ensure_ascii=False, indent=1)
    try:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            archive.writestr(MANIFEST_PART, about)
            archive.writestr(README_PART, _readme(manifest))
            with copy.open("rb") as source, archive.open(PROJECT_PART, "w", force_zip64=True) as part:
                for done in _pour(source, part):
                    if step is not None:
                        step("Packing", done, manifest.bytes)
        with packed.open("rb") as file:
            os.fsync(file.fileno())
    except OSError as err:
        raise ProjectError(f"the backup cannot be written ({err.strerror})", path=packed.parent) from err


def _readme(manifest: Manifest) -> str:
    counts = f"{manifest.transcripts} transcripts, {manifest.codings} codings and {manifest.edits} edits"
    return (
        f"A backup of the project {manifest.project}, made {manifest.made_at} by focus-coding {manifest.made_with}.\n"
        f"It has {counts}.\n\nPut it back with:\n\n    coding restore PROJECT.sqlite THIS-FILE\n\n"
        f"{PROJECT_PART} is a SQLite file; its SHA-256 stands in {MANIFEST_PART}.\n"
        "The key of pseudonyms is not in here.\n"
    )


@contextmanager
def _unpacked(path: Path, folder: Path, step: Step | None = None) -> Iterator[tuple[Path, Manifest]]:
    """Give a backup's project as a file in ``folder``, after a check, and what the backup says of itself."""
    if not path.is_file():
        raise ProjectError("there is no such backup", path=path)
    with _beside(folder / path.stem) as copy:
        try:
            with zipfile.ZipFile(path) as archive:
                manifest = _manifest(archive, path)
                found = _unpack(archive, copy, manifest, step)
        except _DAMAGED as err:
            raise ProjectError("this is no backup, or a damaged one; take another", path=path) from err
        if found != manifest.sha256:
            raise ProjectError("the backup is not what its hash says, so it was damaged; take another", path=path)
        check_file(copy)
        yield copy, manifest


def _unpack(archive: zipfile.ZipFile, copy: Path, manifest: Manifest, step: Step | None) -> str:
    digest = hashlib.sha256()
    with archive.open(PROJECT_PART) as part, copy.open("wb") as file:
        for done in _pour(part, file, digest.update):
            if done > manifest.bytes:
                raise ValueError("longer than it says")
            if step is not None:
                step("Checking the backup", done, manifest.bytes)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    with archive.open(MANIFEST_PART) as part:
        content: Any = json.loads(part.read(_MOST_MANIFEST_BYTES))
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise ProjectError("this is a ZIP file of something else, not a backup", path=path)
    if content.get("format") != FORMAT:
        raise ProjectError("this backup was made by a newer version of the tool; install that version", path=path)
    made = Manifest(*(content[field.name] for field in fields(Manifest)))
    texts = (made.project, made.made_at, made.made_with, made.sha256)
    numbers = (made.bytes, made.edits, made.transcripts, made.codings)
    if not all(isinstance(text, str) for text in texts) or not all(type(number) is int for number in numbers):
        raise ValueError("not a manifest")
    if not 0 < made.bytes <= MOST_BYTES:
        raise ValueError("no length that a project has")
    return made


def _pour(source: IO[bytes], target: IO[bytes], also: Callable[[bytes], object] | None = None) -> Iterator[int]:
    done = 0
    while chunk := source.read(_CHUNK):
        done += len(chunk)
        if also is not None:
            also(chunk)
        target.write(chunk)
        yield done


def _hash(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


def _pages(step: Step | None, what: str) -> Callable[[int, int], None] | None:
    if step is None:
        return None
    return lambda done, of: step(what, done, of)
