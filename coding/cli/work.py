"""The commands about codes: ``codebook``, ``suggest``, ``agree``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.cli.base import LAYERS, Answer, Bar, by, command, me, model

if TYPE_CHECKING:
    from coding.model import Codebook


def add_codebook(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding codebook``."""
    parser = commands.add_parser("codebook", help="check a codebook, or put one in force")
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = command(inner, "check", _codebook_check, "say whether a codebook is valid")
    check.add_argument("file", type=Path, metavar="FILE")
    put = command(inner, "set", _codebook_set, "put a codebook in force in a project")
    put.add_argument("project", type=Path, metavar="PROJECT")
    put.add_argument("file", type=Path, metavar="FILE")
    by(put)


def _load_codebook(path: Path) -> Codebook:
    from coding.codebook import load_codebook
    from coding.interchange.codebook_tables import SUFFIXES, read_codebook_table

    return read_codebook_table(path) if path.suffix.lower() in SUFFIXES else load_codebook(path)


def _codebook_check(arguments: argparse.Namespace) -> Answer:
    codebook = _load_codebook(arguments.file)
    groups = len(codebook.codes) - len(codebook.codable)
    data = {"name": codebook.name, "version": codebook.version, "codes": len(codebook.codable), "groups": groups}
    return data, f"{codebook.name}, version {codebook.version}: {len(codebook.codable)} codes in {groups} groups; valid"


def _codebook_set(arguments: argparse.Namespace) -> Answer:
    from coding.codebook import diff_codebooks
    from coding.edits import SetCodebook, apply_edits
    from coding.store import Project

    new = _load_codebook(arguments.file)
    with Project.open(arguments.project, create=True) as project:
        changes = [str(change) for change in diff_codebooks(project.codebook(), new)]
        apply_edits(project, [SetCodebook(new)], coder=me(arguments.by))
    lines = [f"{new.name}, version {new.version}, is in force: {len(new.codable)} codes", *changes]
    return {"name": new.name, "version": new.version, "codes": len(new.codable), "changes": changes}, "\n".join(lines)


def add_suggest(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding suggest``."""
    parser = command(commands, "suggest", _suggest, "suggest codes for all segments")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--moderators", action="store_true", help="also for what moderators say")
    parser.add_argument("--layer", choices=LAYERS[:2], default="coders", help="learn from all coders, or the consensus")
    model(parser)


def _suggest(arguments: argparse.Namespace) -> Answer:
    from coding.consensus import layer
    from coding.encoders import load_encoder
    from coding.pipeline import suggest
    from coding.store import Project

    with Project.open(arguments.project) as project:
        learnt_from = layer(project, arguments.layer)
        assistant, count = suggest(
            learnt_from, load_encoder(arguments.model), moderators=arguments.moderators, step=Bar()
        )
        data = {
            "project": str(arguments.project),
            "segments": len(assistant.segments),
            "codes": len(project.codebook().codable),
            "suggestions": count,
            "codings": len(learnt_from.codings()),
        }
    return data, f"{count} suggestions for {data['segments']} segments, learnt from {data['codings']} codings"


def add_agree(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding agree``."""
    parser = command(commands, "agree", _agree, "say how far coders agree, by code and overall, with intervals")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--coders", nargs="+", metavar="NAME", help="compare these (default: everybody who coded)")
    parser.add_argument("--layer", choices=LAYERS, default="coders", help="also (all) or only what coders settled on")
    parser.add_argument(
        "--unit",
        choices=("segment", "sentence", "turn", "character"),
        default="segment",
        help="what is compared (default: segment)",
    )
    parser.add_argument("--code", nargs="+", metavar="ID", help="only these codes, and those below them")
    parser.add_argument("--resamples", type=int, default=1000, metavar="N", help="for the intervals (default: 1000)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="for the intervals (default: 0)")
    parser.add_argument("--moderators", action="store_true", help="also what moderators say")
    parser.add_argument(
        "--held-out",
        action="store_true",
        help="compare with suggestions made for each transcript from the others alone, not with the stored ones",
    )
    model(parser)


def _agree(arguments: argparse.Namespace) -> Answer:
    from coding.agreement import Sampling, agree
    from coding.consensus import layer
    from coding.store import Project

    bar = Bar()
    with Project.open(arguments.project) as project:
        suggestions = None
        if arguments.held_out:
            from coding.agreement.machine import suggest_held_out
            from coding.encoders import load_encoder

            suggestions = suggest_held_out(project, load_encoder(arguments.model), step=bar)
        result = agree(
            layer(project, arguments.layer),
            coders=arguments.coders,
            unit=arguments.unit,
            codes=arguments.code,
            moderators=arguments.moderators,
            suggestions=suggestions,
            sampling=Sampling(arguments.resamples, arguments.seed),
            step=bar,
        )
    return result.as_dict(), result.as_table()
