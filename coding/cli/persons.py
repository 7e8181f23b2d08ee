"""The commands about people: ``people``, ``pseudonyms``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.cli.base import Answer, by, command, me
from coding.errors import CodingError

if TYPE_CHECKING:
    pass


def add_people(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding people``."""
    parser = command(commands, "people", _people, "list who speaks, and join a table of what is known about them")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--attributes", type=Path, metavar="FILE", help="CSV or XLSX with a column label or name")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the key, where only the table has names")
    parser.add_argument("--merge", nargs=2, metavar=("WHO", "INTO"), help="two participants are one person")
    parser.add_argument("--apart", nargs=2, metavar="WHO", help="two participants are two people: not proposed again")
    by(parser)


def _people(arguments: argparse.Namespace) -> Answer:
    from coding.edits import apply_edits
    from coding.edits.people import KeepApart, MergeParticipants
    from coding.people import describe_people, find_participant, join_attributes
    from coding.pseudonyms import load_key
    from coding.store import Project

    data: dict[str, object] = {}
    lines: list[str] = []
    with Project.open(arguments.project) as project:
        if arguments.attributes is not None:
            key = None if arguments.key is None else load_key(arguments.key)
            operations, report = join_attributes(project, arguments.attributes, key=key)
            apply_edits(project, operations, coder=me(arguments.by))
            data["attributes"] = report.as_dict()
            lines += report.as_lines()
        for pair, decide in ((arguments.merge, MergeParticipants), (arguments.apart, KeepApart)):
            if pair is not None:
                one, other = (find_participant(project, who).id for who in pair)
                edits = apply_edits(project, [decide(one, other)], coder=me(arguments.by))
                lines += [edit.summary for edit in edits]
        people, described = describe_people(project)
    return {**data, **people}, "\n".join(lines + described)


def add_pseudonyms(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding pseudonyms``."""
    parser = commands.add_parser("pseudonyms", help="look for names in files, or check a transcript against its source")
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    find = command(inner, "find", _pseudonyms_find, "list the names in files, with what would take their place")
    find.add_argument("files", nargs="+", metavar="FILE")
    find.add_argument("--key", type=Path, metavar="FILE", help="what was replaced before in this study")
    check = command(inner, "check", _pseudonyms_check, "repeat an import from its source with the key, and compare")
    check.add_argument("project", type=Path, metavar="PROJECT")
    check.add_argument("transcript", metavar="TRANSCRIPT", help="its name or its id")
    check.add_argument("--key", type=Path, required=True, metavar="FILE")
    check.add_argument("--source", type=Path, required=True, metavar="FILE")


def _pseudonyms_find(arguments: argparse.Namespace) -> Answer:
    from coding.pseudonyms import find_identifiers, load_key
    from coding.readers import read_transcript

    key = None if arguments.key is None else load_key(arguments.key)
    found = find_identifiers([read_transcript(file) for file in arguments.files], key=key)
    lines = []
    for one in found:
        doubt = "" if one.sure else f"  (please check: {one.reason})"
        lines.append(f"{one.replacement} for {one.text!r}, {one.count} times{doubt}")
        lines += [f"    {place.transcript}: … {' '.join(place.snippet.split())} …" for place in one.contexts[:3]]
    return [one.as_dict() for one in found], "\n".join(lines)


def _pseudonyms_check(arguments: argparse.Namespace) -> Answer:
    from coding.pseudonyms import check_transcript, load_key
    from coding.store import Project

    with Project.open(arguments.project) as project:
        wanted = arguments.transcript
        ids = [info.id for info in project.transcripts() if wanted in (info.id, info.name)]
        if not ids:
            raise CodingError(f"there is no transcript {wanted!r} in this project", path=arguments.project)
        report = check_transcript(project, ids[0], arguments.source, load_key(arguments.key))
    return report.as_dict(), report.as_text()
