"""What an operation is, and what all operations need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from coding.errors import EditError
from coding.model import Change, Coding
from coding.roles import CoderRole
from coding.store import Project


@dataclass(frozen=True, slots=True)
class Context:
    """Who acts, when, on which project."""

    project: Project
    coder: str
    at: str


class Operation(Protocol):
    """Something a coder wants done."""

    @property
    def kind(self) -> str:
        """Return the name that the edit is filed under."""

    @property
    def needs(self) -> CoderRole | None:
        """Return the role that it takes in a team, or :data:`~coding.roles.ANYBODY`."""

    def plan(self, context: Context) -> Plan:
        """Work out the rows to change.

        Raises:
            EditError: It cannot be done on the project as it is now.
        """


class Many(Protocol):
    """Something a coder wants done at many places: one edit for each plan."""

    @property
    def kind(self) -> str:
        """Return the name that the edits are filed under."""

    @property
    def needs(self) -> CoderRole | None:
        """Return the role that it takes."""

    def plans(self, context: Context) -> list[Plan]:
        """Work out the rows to change; what one plan changes no other may.

        Raises:
            EditError: It cannot be done on the project as it is now.
        """


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes of one operation, with a line for people."""

    changes: tuple[Change, ...]
    summary: str
    transcript_id: str | None = None


def quote(project: Project, transcript_id: str, start_char: int, end_char: int) -> str:
    """Return the words at a place.

    Raises:
        EditError: The place is empty, white space only, or outside the transcript.
        ProjectError: There is no such transcript.
    """
    text = project.text(transcript_id)
    if not 0 <= start_char < end_char <= len(text):
        raise EditError(f"{start_char} to {end_char} is not a stretch of this transcript of {len(text)} characters")
    quotation = text[start_char:end_char]
    if not quotation.strip():
        raise EditError("there are no words to code at this place")
    return quotation


def codable_name(project: Project, code_id: str) -> str:
    """Return the name of a code that can be applied.

    Raises:
        EditError: There is no such code, or it is a group.
    """
    code = project.code(code_id)
    if code is None:
        raise EditError(f"there is no code {code_id!r} in the codebook")
    if not code.codable:
        raise EditError(f"“{code.name}” is a group of codes; choose one of the codes in it")
    return code.name


def code_name(project: Project, code_id: str) -> str:
    """Return the name of a code, or its id where it is no longer in the codebook."""
    code = project.code(code_id)
    return code_id if code is None else code.name


def own_coding(context: Context, coding_id: str) -> Coding:
    """Return a coding of the person who acts.

    Raises:
        EditError: It is gone, or somebody else's.
    """
    coding = context.project.coding(coding_id)
    if coding is None:
        raise EditError("this coding is no longer there")
    if coding.coder != context.coder:
        raise EditError(f"this coding is {coding.coder}'s; add your own beside it")
    return coding


def short(text: str, most: int = 48) -> str:
    """Return a text on one line and no longer than ``most`` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1].rstrip()}…"
