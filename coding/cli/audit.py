"""The commands for a reviewer's questions: ``methods``."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from coding.cli.base import Answer, command


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
