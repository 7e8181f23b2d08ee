"""Studies of other tools by command: what both sides changed is asked on a terminal, and listed elsewhere."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from coding.cli.base import Bar, me
from coding.errors import CodingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coding.interchange import Difference, Key, Prefer, Study, StudyReport
    from coding.store import Project

_CHOICES = "[o]urs, [t]heirs, [O]urs for all that follow, [T]heirs for all that follow, [q]uit: "


def import_studies(arguments: argparse.Namespace, files: list[str]) -> tuple[list[dict[str, object]], list[str]]:
    """Import studies one after the other, or say what would come in, and return the reports as data and as lines.

    Raises:
        CodingError: A file or the project cannot be read or written, or somebody chose to stop.
    """
    from coding.interchange import read_answers, read_study
    from coding.store import Project

    answers = read_answers(arguments.decisions) if arguments.decisions else {}
    if not arguments.project.exists():
        if arguments.preview:
            raise CodingError("there is no such project yet, so everything would be new", path=arguments.project)
        # All are read before a new project is made, and no codebook of ours is put in: a study brings its own.
        for file in files:
            read_study(file)
    reports = []
    with Project.open(arguments.project, create=True) as project:
        for file in files:
            reports.append(_import_one(arguments, project, file, answers))
    return [report.as_dict() for report in reports], [report.as_text() for report in reports]


def _import_one(arguments: argparse.Namespace, project: Project, file: str, answers: dict[Key, Prefer]) -> StudyReport:
    from pathlib import Path

    from coding.interchange import place_study, preview_study, read_study, texts_of
    from coding.pipeline import stored_segmentation

    step, by, name = Bar(), me(arguments.by), Path(file).name
    prefer: Prefer = "theirs" if arguments.take_theirs else "ours"
    study = read_study(file, texts=texts_of(project) if name.lower().endswith(".csv") else None, step=step)
    if arguments.preview:
        return preview_study(project, study, by=by, file=name, prefer=prefer, decided=answers, step=step)
    decided = answers if _said(arguments) else _asked(project, study, by=by, file=name, step=step)
    how = stored_segmentation(project)
    return place_study(project, study, by=by, file=name, prefer=prefer, decided=decided, segmentation=how, step=step)


def _said(arguments: argparse.Namespace) -> bool:
    """Tell whether the options say what stands, or nobody is there to be asked."""
    chosen = arguments.keep_ours or arguments.take_theirs or arguments.decisions or arguments.json
    return bool(chosen) or not (sys.stdin.isatty() and sys.stderr.isatty())


def _asked(project: Project, study: Study, *, by: str, file: str, step: Bar) -> dict[Key, Prefer]:
    """Ask which side stands wherever both changed something."""
    from coding.interchange import preview_study

    if not project.transcripts() and not project.codebook().codes:
        return {}
    questions = preview_study(project, study, by=by, file=file, step=step).questions
    step.close()
    return ask(questions, file=file)


def ask(questions: Sequence[Difference], *, file: str) -> dict[Key, Prefer]:
    """Ask on the terminal, place by place, which side stands.

    Raises:
        CodingError: Somebody chose to stop; nothing was stored.
    """
    decided: dict[Key, Prefer] = {}
    rest: Prefer | None = None
    if questions:
        sys.stderr.write(f"{file}: both sides changed {len(questions)} things. Which one stands?\n")
    for number, one in enumerate(questions, start=1):
        if rest is None:
            sys.stderr.write(f"\n{number} of {len(questions)}: {one.what} {one.name}, {one.field}\n")
            sys.stderr.write(f"  ours:   {_indented(one.ours)}\n  theirs: {_indented(one.theirs)}\n")
            taken, for_all = _answer(file)
            rest = taken if for_all else None
        else:
            taken = rest
        decided[one.key] = taken
    return decided


def _answer(file: str) -> tuple[Prefer, bool]:
    while True:
        sys.stderr.write(_CHOICES)
        sys.stderr.flush()
        line = sys.stdin.readline()
        typed = line.strip()
        if not line or typed.lower() in ("q", "quit"):
            raise CodingError("stopped; nothing of it was imported", path=file)
        if typed in ("O", "T"):
            return ("ours" if typed == "O" else "theirs"), True
        if typed.lower() in ("o", "ours", "t", "theirs"):
            return ("ours" if typed[0].lower() == "o" else "theirs"), False


def _indented(text: str) -> str:
    """Return a text with its lines below each other, without what a terminal would take for a command."""
    lines = text.split("\n") if text else ["(nothing)"]
    shown = ("".join(char if char.isprintable() else "\ufffd" for char in line) for line in lines)
    return "\n          ".join(shown)
