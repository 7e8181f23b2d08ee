"""The commands about the team: ``team``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.cli.base import Answer, by, command, me
from coding.errors import CodingError

if TYPE_CHECKING:
    from coding.edits import Operation
    from coding.roles import Team


def add_team(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding team``."""
    parser = command(commands, "team", _team, "list who is in the team of a project, and say who may do what")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument(
        "--add", metavar="NAME", help="take a person in, or give them other roles; the first has to lead"
    )
    parser.add_argument(
        "--role",
        nargs="+",
        choices=("facilitator", "researcher", "lead"),
        help="with --add: facilitator (transcripts, participants), researcher (codes), lead (everything)",
    )
    parser.add_argument("--account", metavar="ADDRESS", help="with --add: the e-mail address that they sign in with")
    parser.add_argument("--remove", metavar="NAME", help="take a person out; what they did stays")
    by(parser)


def _team(arguments: argparse.Namespace) -> Answer:
    from coding.edits import apply_edits
    from coding.store import Project

    lines: list[str] = []
    with Project.open(arguments.project) as project:
        operations = _operations(arguments, project.team())
        if operations:
            # Whoever makes the team is, unless said, the person who will lead it.
            who = arguments.by or (None if project.team().members else arguments.add)
            edits = apply_edits(project, operations, coder=me(who))
            lines += [edit.summary for edit in edits] or ["nothing had to change"]
        team = project.team()
    members = [
        {"coder": member.coder, "roles": list(member.roles), "account": member.account} for member in team.members
    ]
    return {"members": members}, "\n".join([*lines, *_describe(team)])


def _operations(arguments: argparse.Namespace, team: Team) -> list[Operation]:
    from coding.edits import RemoveMember, SetMember
    from coding.roles import CoderRole

    if arguments.add is None and (arguments.role or arguments.account is not None):
        raise CodingError("--role and --account go with --add NAME")
    operations: list[Operation] = []
    if arguments.add is not None:
        there = team.find(" ".join(arguments.add.split()))
        roles = [CoderRole(role) for role in arguments.role or (there.roles if there else ())]
        operations.append(SetMember(arguments.add, tuple(roles), arguments.account))
    if arguments.remove is not None:
        operations.append(RemoveMember(arguments.remove))
    return operations


def _describe(team: Team) -> list[str]:
    from coding.roles import DOES

    if not team.members:
        return ["no team: everybody who can open the project may do everything in it"]
    width = max(len(member.coder) for member in team.members)
    lines = [
        f"{member.coder:<{width}}  {', '.join(member.roles)}{f'  ({member.account})' if member.account else ''}"
        for member in team.members
    ]
    return [*lines, *(f"  {role}: {does}" for role, does in DOES.items())]
