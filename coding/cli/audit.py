"""The commands for several copies and for a reviewer's questions: ``merge``, ``history``, ``past``, ``methods``."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.cli.base import Answer, Bar, by, command, me
from coding.errors import CodingError

if TYPE_CHECKING:
    from coding.store import Project


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


def add_history(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding history``."""
    parser = command(commands, "history", _history, "list who decided what and when")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--coder", metavar="NAME", help="only theirs")
    parser.add_argument("--code", metavar="ID", help="only edits about this code")
    parser.add_argument("--transcript", metavar="NAME", help="only edits in this transcript (its name or id)")
    parser.add_argument("--kind", metavar="KIND", help="only edits of this kind, such as add-coding")
    parser.add_argument("--since", metavar="MOMENT", help="not before, such as 2026-03-02 or '2026-03-02 10:15' (UTC)")
    parser.add_argument("--until", metavar="MOMENT", help="not after")
    parser.add_argument("--last", type=int, metavar="N", help="only the newest N")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write them as CSV instead of printing them")


def _history(arguments: argparse.Namespace) -> Answer:
    from coding.export import to_csv
    from coding.export.files import write_whole
    from coding.export.tables import edits_table
    from coding.past import read_moment
    from coding.store import Project, Sought

    since, until = arguments.since, arguments.until
    with Project.open(arguments.project) as project:
        sought = Sought(
            arguments.coder,
            arguments.code,
            _transcript(project, arguments.transcript),
            arguments.kind,
            since if since is None else read_moment(since, end=False),
            until if until is None else read_moment(until),
        )
        edits = project.find_edits(sought, last=arguments.last)
        table = edits_table(project, edits)
    data: object = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    if arguments.out is None:
        return data, "\n".join(f"{edit.at[:19].replace('T', ' ')}  {edit.coder}: {edit.summary}" for edit in edits)
    write_whole(arguments.out, to_csv(table))
    return {"file": str(arguments.out), "rows": len(edits)}, f"{arguments.out}: {len(edits):,} edits"


def _transcript(project: Project, wanted: str | None) -> str | None:
    if wanted is None:
        return None
    for info in project.transcripts():
        if wanted in (info.id, info.name):
            return info.id
    raise CodingError(f"there is no transcript {wanted!r} in this project")
