"""The commands that keep a project safe: ``backup``, ``restore``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.cli.base import Answer, Bar, by, command
from coding.errors import ProjectError

if TYPE_CHECKING:
    from coding.backup import Manifest


def add_backup(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding backup``."""
    parser = command(commands, "backup", _backup, "write a backup, while people go on working")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument(
        "out", type=Path, nargs="?", metavar="OUT", help="a file or folder (default: beside PROJECT, with the time)"
    )


def _backup(arguments: argparse.Namespace) -> Answer:
    from coding.backup import back_up

    path, manifest = back_up(arguments.project, arguments.out, step=Bar())
    return {"file": str(path), **manifest.as_dict()}, f"{path}: {_describe(manifest)}"


def add_restore(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding restore``."""
    parser = command(commands, "restore", _restore, "put a backup back; nothing is overwritten unasked")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("backup", type=Path, metavar="BACKUP")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--replace", action="store_true", help="in the place of a project that is there; that one is kept in a backup"
    )
    choice.add_argument("--check", action="store_true", help="only say whether the backup is whole")
    by(parser)


def _restore(arguments: argparse.Namespace) -> Answer:
    from coding.backup import check_backup, restore

    if arguments.backup.resolve() == arguments.project.resolve():
        raise ProjectError("this names the same file twice; the project comes first, then the backup")
    if arguments.check:
        manifest = check_backup(arguments.backup)
        return {
            "file": str(arguments.backup),
            **manifest.as_dict(),
        }, f"{arguments.backup}: whole, {_describe(manifest)}"
    done = restore(arguments.backup, arguments.project, replace=arguments.replace, by=arguments.by, step=Bar())
    kept = "" if done.kept is None else f"\nWhat was there before is kept as {done.kept}"
    data = {"project": str(done.project), "kept": None if done.kept is None else str(done.kept)}
    return {**data, **done.manifest.as_dict()}, f"{done.project}: {_describe(done.manifest)}{kept}"


def _describe(manifest: Manifest) -> str:
    return (
        f"{manifest.transcripts} transcripts, {manifest.codings} codings, {manifest.edits} edits, "
        f"as of {manifest.made_at[:16].replace('T', ' ')} UTC"
    )
