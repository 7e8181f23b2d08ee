"""The commands about the team: ``team``, ``assign``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.cli.base import Answer, by, command, me
from coding.errors import CodingError

if TYPE_CHECKING:
    from coding.edits import Operation
    from coding.roles import Team
    from coding.store import Project


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


def add_assign(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding assign``."""
    parser = command(commands, "assign", _assign, "say who codes which transcripts, by name or drawn at random")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--draw", nargs="+", metavar="NAME", help="draw anew who of these coders codes what")
    parser.add_argument("--share", type=float, default=0.2, help="of the talk that is coded twice and blind (0.2)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="for the draw (default: 0)")
    parser.add_argument("--to", metavar="NAME", help="give this coder the --transcripts")
    parser.add_argument("--take", metavar="NAME", help="take the --transcripts from this coder")
    parser.add_argument("--transcripts", nargs="+", metavar="NAME", help="their names or ids")
    parser.add_argument("--blind", action="store_true", help="with --to: without suggestions and the work of others")
    by(parser)


def _assign(arguments: argparse.Namespace) -> Answer:
    from coding.assigning import tasks
    from coding.edits import apply_edits
    from coding.store import Project

    with Project.open(arguments.project) as project:
        operations = _assignments(project, arguments)
        edits = apply_edits(project, operations, coder=me(arguments.by)) if operations else ()
        names = {info.id: info.name for info in project.transcripts()}
        found = [
            {
                "transcript": names[one.transcript_id],
                "transcript_id": one.transcript_id,
                "coder": one.coder,
                "blind": one.blind,
                "twice": one.twice,
                "finished": one.finished,
                "segments": one.segments,
            }
            for one in tasks(project)
        ]
    lines = [edit.summary for edit in edits]
    lines += [
        f"{one['coder']}: {one['transcript']}{', blind' if one['blind'] else ''}"
        f" ({one['finished']} of {one['segments']} segments finished)"
        for one in found
    ]
    return {"assignments": found}, "\n".join(lines or ["nothing is assigned: everybody codes what they choose"])


def _assignments(project: Project, arguments: argparse.Namespace) -> list[Operation]:
    from coding.assigning import assignments_for, draw, words_of
    from coding.edits import Assign, Unassign

    if sum(bool(one) for one in (arguments.draw, arguments.to, arguments.take)) > 1:
        raise CodingError("--draw, --to and --take each stand alone; call the command once for each")
    if bool(arguments.transcripts) is not bool(arguments.to or arguments.take):
        raise CodingError("--transcripts goes with --to NAME or --take NAME")
    if arguments.draw:
        found = draw(words_of(project), arguments.draw, share=arguments.share, seed=arguments.seed)
        return assignments_for(project, found, share=arguments.share, seed=arguments.seed)
    wanted = _transcripts(project, arguments.transcripts or ())
    if arguments.to:
        return [Assign(one, arguments.to, arguments.blind) for one in wanted]
    return [Unassign(one, arguments.take) for one in wanted]


def _transcripts(project: Project, names: Sequence[str]) -> list[str]:
    known = {key: info.id for info in project.transcripts() for key in (info.id, info.name)}
    for name in names:
        if name not in known:
            raise CodingError(f"there is no transcript {name!r} in this project", path=project.path)
    return [known[name] for name in names]
