"""What all commands share: options, the name of the person, progress."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from coding.errors import CodingError

if TYPE_CHECKING:
    pass


LAYERS = ("coders", "consensus", "all")
"""What :mod:`coding.consensus` calls them; named here so that ``--help`` answers at once."""

Answer = tuple[object, str]
"""What ``--json`` prints, and what people read."""


def command(
    commands: Any,  # noqa: ANN401 - argparse gives this type no public name
    name: str,
    run: Callable[[argparse.Namespace], Answer],
    text: str,
) -> argparse.ArgumentParser:
    """Add a command with its ``--json`` and what it runs."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(run=run)
    return parser


def by(parser: argparse.ArgumentParser) -> None:
    """Add the option that says who does this."""
    parser.add_argument("--by", metavar="NAME", default=None, help="who does this (default: your account's name)")


def model(parser: argparse.ArgumentParser) -> None:
    """Add the option that names another language model."""
    parser.add_argument(
        "--model", metavar="FOLDER", default=None, help="a sentence-transformers folder (default: all-MiniLM-L6-v2)"
    )


def me(name: str | None) -> str:
    """Return the name that was given, or that of the account.

    Raises:
        CodingError: The account has no name.
    """
    if name is not None:
        return name
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError) as err:
        raise CodingError("your account has no name here; give yours with --by NAME") from err


class Bar:
    """Shows progress on a terminal, one bar a step; says nothing elsewhere."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._what = ""

    def __call__(self, what: str, done: int, of: int) -> None:
        """Show that ``done`` of ``of`` are done."""
        if not sys.stderr.isatty():
            return
        from tqdm import tqdm

        if self._bar is None or self._bar.total != of:
            self.close()
            self._bar = tqdm(total=of, file=sys.stderr, leave=False)
        self._bar.set_description(what)
        self._bar.update(done - self._bar.n)
        if done >= of:
            self.close()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
