"""The command: ``coding …``.

Every command takes the project first, shows progress on a terminal, and with ``--json`` prints one JSON document on
standard output. What a user can mend is one line on standard error and exit status 2.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence

from coding.cli.audit import add_history, add_merge, add_methods, add_past
from coding.cli.base import Answer
from coding.cli.bring_in import add_demo, add_import
from coding.cli.consensus import add_consensus
from coding.cli.copies import add_backup, add_restore
from coding.cli.out import add_evaluate, add_export, add_review
from coding.cli.persons import add_people, add_pseudonyms
from coding.cli.survey import add_survey
from coding.cli.team import add_assign, add_team
from coding.cli.themes import add_themes
from coding.cli.work import add_agree, add_codebook, add_suggest
from coding.errors import CodingError

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 when it did what it was told, 2 with one line when it could not."""
    arguments = _parser().parse_args(argv)
    try:
        answer: Answer = arguments.run(arguments)
    except CodingError as err:
        sys.stderr.write(f"coding: {err}\n")
        raise SystemExit(2) from err
    except KeyboardInterrupt:
        sys.stderr.write("coding: stopped; what was stored so far is kept\n")
        raise SystemExit(130) from None
    data, text = answer
    _print(json.dumps(data, ensure_ascii=False, indent=2) if arguments.json else text)


def _print(text: str) -> None:
    if not text:
        return
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe has gone; nothing more can reach it.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="coding", description="Code focus-group transcripts with suggestions that learn from every correction."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    study = (add_demo, add_import, add_people, add_pseudonyms, add_team, add_assign, add_codebook)
    safe = (add_backup, add_restore, add_merge, add_history, add_past)
    for add in (
        *study,
        add_suggest,
        add_themes,
        add_survey,
        add_agree,
        add_consensus,
        add_methods,
        add_export,
        *safe,
        add_evaluate,
        add_review,
    ):
        add(commands)
    return parser
