"""The commands that bring something in: ``demo``, ``import``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.cli.base import Answer, Bar, by, command, me, model
from coding.cli.studies import import_studies
from coding.errors import CodingError

if TYPE_CHECKING:
    from coding.pipeline import Imported, Step
    from coding.pseudonyms import Pseudonymiser
    from coding.store import Project


def add_demo(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding demo``."""
    parser = command(commands, "demo", _demo, "make the example study, ready to open")
    parser.add_argument("folder", type=Path, metavar="DIR")
    model(parser)


def _demo(arguments: argparse.Namespace) -> Answer:
    from coding.demo import make_demo
    from coding.encoders import load_encoder

    path = make_demo(arguments.folder, load_encoder(arguments.model), step=Bar())
    return {"project": str(path)}, f"The example study is {path}\nOpen it with: coding review {path}"


def add_import(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding import``."""
    parser = command(commands, "import", _import, "read transcripts, or other tools' studies, into a project")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("files", nargs="+", metavar="FILE")
    conflicts = parser.add_mutually_exclusive_group()
    conflicts.add_argument(
        "--keep-ours",
        action="store_true",
        help="where a study (.qdpx …) and the project both changed, keep ours",
    )
    conflicts.add_argument("--take-theirs", action="store_true", help="… take theirs")
    conflicts.add_argument("--decisions", type=Path, metavar="FILE", help="… as in FILE: what --preview --json printed")
    parser.add_argument("--preview", action="store_true", help="say what would come in from a study, and store nothing")
    parser.add_argument("--group", metavar="NAME", help="the focus group that all the files are from")
    parser.add_argument("--min-words", type=int, metavar="N", help="join sentences shorter than this (default: 8)")
    parser.add_argument("--max-words", type=int, metavar="N", help="no segment longer than this (default: 60)")
    parser.add_argument("--pseudonymise", action="store_true", help="replace names before anything is stored")
    parser.add_argument("--key", type=Path, metavar="FILE", help="who is who (default: PROJECT with .key.json)")
    parser.add_argument("--with-names", action="store_true", help="no pseudonyms, though the project has some")
    by(parser)


def _import(arguments: argparse.Namespace) -> Answer:
    from coding.interchange import is_study

    studies = [file for file in arguments.files if is_study(file)]
    others = [file for file in arguments.files if not is_study(file)]
    if studies and arguments.pseudonymise:
        raise CodingError("pseudonyms are for transcripts; a study is imported as it is", path=studies[0])
    if others and arguments.preview:
        raise CodingError("transcripts are previewed in the app; here only studies of other tools", path=others[0])
    data, lines = import_studies(arguments, studies) if studies else ([], [])
    if others:
        more, text = _import_transcripts(arguments, others)
        data, lines = data + more, [*lines, text]
    return data, "\n".join(lines)


def _import_transcripts(arguments: argparse.Namespace, files: list[str]) -> tuple[list[dict[str, object]], str]:
    import dataclasses

    from coding.pipeline import import_files, paths, start_project, stored_segmentation
    from coding.roles import CoderRole

    with start_project(arguments.project, by=me(arguments.by)) as project:
        project.check_role(me(arguments.by), CoderRole.FACILITATOR)
        how = stored_segmentation(project)
        given = {"min_words": arguments.min_words, "max_words": arguments.max_words}
        how = dataclasses.replace(how, **{name: value for name, value in given.items() if value is not None})
        if how != stored_segmentation(project):
            project.set_setting("segmentation", json.dumps(how.as_dict(), sort_keys=True))
        pseudonymise = _pseudonymiser(arguments, project)
        step: Step = Bar()
        results = import_files(
            project,
            paths(files),
            by=me(arguments.by),
            group=arguments.group,
            segmentation=how,
            step=step,
            pseudonymise=pseudonymise,
        )
    failed = [result for result in results if result.error]
    if len(failed) == len(results):
        raise CodingError("; ".join(result.error or "" for result in failed))
    for result in failed:
        sys.stderr.write(f"coding: {result.error}\n")
    lines = [_describe(result) for result in results]
    if pseudonymise is not None:
        lines += _replaced(pseudonymise)
    return [result.as_dict() for result in results], "\n".join(lines)


def _pseudonymiser(arguments: argparse.Namespace, project: Project) -> Pseudonymiser | None:
    if not arguments.pseudonymise:
        if arguments.key is not None:
            raise CodingError("a key is for pseudonyms; add --pseudonymise")
        if project.setting("pseudonyms.key") and not arguments.with_names:
            raise CodingError(
                "this project has pseudonyms; add --pseudonymise, or --with-names to have names in it all the same"
            )
        return None
    from coding.pseudonyms import SETTING, Pseudonymiser, save_key

    path = arguments.key or arguments.project.with_suffix(".key.json")
    made = Pseudonymiser.from_file(path, project=arguments.project, key_id=project.setting(SETTING))
    made.key = save_key(made.key, path, project=arguments.project)
    if not project.setting(SETTING):
        project.set_setting(SETTING, made.key.id)
    return made


def _replaced(pseudonymise: Pseudonymiser) -> list[str]:
    lines = []
    for found in pseudonymise.found.values():
        for one in found:
            doubt = "" if one.sure else f"  (please check: {one.reason})"
            lines.append(f"  {one.replacement} for {one.text!r}, {one.count} times{doubt}")
    return [
        f"The key is {pseudonymise.path}: whoever has it can tell who said what. Keep it apart from the project.",
        *(["What was replaced, and stands in the key; nothing of it is in the project:", *lines] if lines else []),
    ]


def _describe(result: Imported) -> str:
    if result.error:
        return f"{result.file}: failed"
    cues = "" if result.cues_in is None else f", {result.cues_out} of {result.cues_in} cues"
    speakers = ", ".join(f"{label} {count}" for label, count in result.speakers)
    lines = [
        f"{result.file}: {result.status} as {result.name!r} ({result.format})",
        f"  {result.turns} turns, {result.segments} segments, {result.words} words{cues}",
        f"  turns by speaker: {speakers}",
    ]
    if result.left_out:
        lines.append("  words left out: " + ", ".join(f"{reason} {words}" for reason, words in result.left_out))
    return "\n".join(lines + [f"  warning: {warning}" for warning in result.warnings])
