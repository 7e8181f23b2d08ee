"""The commands for several copies and for a reviewer's questions: ``merge``, ``past``, ``methods``."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from coding.cli.base import Answer, Bar, by, command, me
from coding.errors import CodingError


def add_methods(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding methods``."""
    parser = command(commands, "methods", _methods, "write the methods section of a paper from what was really done")
    parser.add_argument("project", type=Path, metavar="PROJECT")


def _methods(arguments: argparse.Namespace) -> Answer:
    from coding.methods import describe_methods
    from coding.store import Project

    with Project.open(arguments.project) as project:
        methods = describe_methods(project)
    return [asdict(paragraph) for paragraph in methods.paragraphs], str(methods)


def add_merge(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding merge``."""
    parser = command(commands, "merge", _merge, "bring another copy of a project into this one")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("other", type=Path, metavar="COPY", help="the other copy; it is only read")
    by(parser)


def _merge(arguments: argparse.Namespace) -> Answer:
    from coding.merge import merge_project
    from coding.store import Project

    with Project.open(arguments.project) as project:
        merged = merge_project(project, arguments.other, by=me(arguments.by), step=Bar())
    return merged.as_dict(), str(merged)


def add_past(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding past``."""
    parser = command(commands, "past", _past, "write the study as it was at a moment, to be looked at")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("at", metavar="MOMENT", help="such as 2026-03-02 (its end) or '2026-03-02 10:15', in UTC")
    parser.add_argument("out", type=Path, metavar="FILE", help="a new project file; it can be read, not changed")


def _past(arguments: argparse.Namespace) -> Answer:
    from coding.past import read_moment, write_past
    from coding.store import Project

    at = read_moment(arguments.at)
    if arguments.out.exists():
        raise CodingError(f"{arguments.out}: there is such a file already; name another one")
    with Project.open(arguments.project) as project:
        edits = write_past(project, at, arguments.out)
    text = (
        f"{arguments.out}: the study as of {at[:19].replace('T', ' ')} UTC, {edits:,} edit{'' if edits == 1 else 's'}"
    )
    return {"file": str(arguments.out), "at": at, "edits": edits}, text
