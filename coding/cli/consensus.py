"""The command about places where coders differ: ``consensus``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.cli.base import Answer, Bar, by, command, me
from coding.errors import CodingError

if TYPE_CHECKING:
    from coding.consensus import Difference, Differences
    from coding.store import Project

_SHOWN = 40


def add_consensus(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding consensus``."""
    parser = command(commands, "consensus", _consensus, "list the places where coders differ, and settle them")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--coders", nargs="+", metavar="NAME", help="compare these (default: everybody)")
    parser.add_argument("--unit", choices=("segment", "turn", "sentence"), default="segment", help="default: segment")
    parser.add_argument("--code", metavar="ID", help="only where they differ on this code")
    parser.add_argument("--open", action="store_true", help="only what is not settled")
    parser.add_argument("--settle", metavar="PLACE", help="settle the place of this name, as the list has it")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--keep", metavar="NAME", help="with --settle: what this coder has")
    how.add_argument("--both", action="store_true", help="with --settle: what anybody has")
    how.add_argument("--another", metavar="ID", help="with --settle: another code")
    how.add_argument("--none", action="store_true", help="with --settle: no code")
    parser.add_argument("--valence", choices=("shown", "lacking", "unclear"), default="shown", help="of --another")
    parser.add_argument("--reason", metavar="TEXT", help="with --settle: why")
    by(parser)


def _consensus(arguments: argparse.Namespace) -> Answer:
    from coding.consensus import find_differences
    from coding.store import Project

    with Project.open(arguments.project) as project:

        def look() -> Differences:
            return find_differences(project, coders=arguments.coders, unit=arguments.unit, step=Bar())

        found = look()
        lines: list[str] = []
        if arguments.settle is not None:
            lines.append(_settle(project, arguments, found))
            found = look()
        chosen = [
            one
            for one in found.places
            if (one.open or not arguments.open) and (arguments.code is None or arguments.code in one.code_ids)
        ]
        names = {code_id: code.name for code_id, code in project.known_codes().items()}
        transcripts = {info.id: info.name for info in project.transcripts()}
        data = {
            "unit": found.unit,
            "coders": list(found.coders),
            "compared": found.compared,
            "differ": found.differ,
            "to_settle": len(found.places),
            "open": found.open,
            "codes": [
                {"code_id": one.code_id, "used": one.used, "differ": one.differ, "open": one.open}
                for one in found.codes
            ],
            "places": [_place(project, one, transcripts) for one in chosen],
        }
        lines.append(
            f"{', '.join(found.coders)} finished {found.compared:,} {found.unit}s together and differ at "
            f"{found.differ:,}: {len(found.places):,} places to settle, {found.open:,} of them open"
        )
        lines += [
            f"  {names.get(one.code_id, one.code_id)}: differ at {one.differ} of {one.used} {found.unit}s, "
            f"{one.open} not settled"
            for one in found.codes
        ]
        for one in chosen[:_SHOWN]:
            lines += ["", *_lines(project, one, transcripts, names)]
        if len(chosen) > _SHOWN:
            lines += ["", f"… and {len(chosen) - _SHOWN} more; --json has all of them"]
    return data, "\n".join(lines)


def _settle(project: Project, arguments: argparse.Namespace, found: Differences) -> str:
    from coding.consensus import settle
    from coding.edits import apply_edits
    from coding.model import Valence

    where = next((one for one in found.places if _name(one) == arguments.settle), None)
    if where is None:
        raise CodingError(f"coders do not differ at a place {arguments.settle!r}; the list has the names of the places")
    choice = next((name for name in ("keep", "both", "another", "none") if getattr(arguments, name)), None)
    if choice is None:
        raise CodingError("say how it is settled: --keep NAME, --both, --another ID or --none")
    operation = settle(
        where,
        choice,
        reason=arguments.reason or "",
        coder=arguments.keep or "",
        codes=[(arguments.another, Valence(arguments.valence))] if arguments.another else (),
    )
    edits = apply_edits(project, [operation], coder=me(arguments.by))
    return edits[0].summary


def _name(one: Difference) -> str:
    return f"{one.transcript_id}:{one.start_char}-{one.end_char}"


def _place(project: Project, one: Difference, transcripts: dict[str, str]) -> dict[str, object]:
    text = project.text(one.transcript_id)
    return {
        "place": _name(one),
        "transcript": transcripts[one.transcript_id],
        "start_char": one.start_char,
        "end_char": one.end_char,
        "quotation": text[one.start_char : one.end_char],
        "code_ids": list(one.code_ids),
        "shared": list(one.shared),
        "open": one.open,
        "sides": {
            side.coder: [
                {
                    "code_id": coding.code_id,
                    "valence": coding.valence.value,
                    "quotation": text[coding.start_char : coding.end_char],
                    "memo": coding.memo,
                    "origin": coding.origin.value,
                }
                for coding in side.codings
            ]
            for side in one.sides
        },
        "settled": None
        if one.settlement is None
        else {
            "choice": one.settlement.choice,
            "kept": one.settlement.kept,
            "code_ids": [outcome.code_id for outcome in one.settlement.outcome],
            "reason": one.settlement.reason,
            "by": one.settlement.set_by,
            "at": one.settlement.set_at,
        },
    }


def _lines(project: Project, one: Difference, transcripts: dict[str, str], names: dict[str, str]) -> list[str]:
    words = " ".join(project.text(one.transcript_id)[one.start_char : one.end_char].split())
    lines = [f"{_name(one)}  {transcripts[one.transcript_id]}", f"  “{words}”"]
    for side in one.sides:
        given = [f"{names.get(c.code_id, c.code_id)} ({c.valence.value})" for c in side.codings]
        lines.append(f"  {side.coder}: {', '.join(given) or 'nothing'}")
    if one.settlement is not None:
        stands = ", ".join(names.get(o.code_id, o.code_id) for o in one.settlement.outcome) or "no code"
        lines.append(f"  settled by {one.settlement.set_by} as {stands}: {one.settlement.reason}")
    return lines
