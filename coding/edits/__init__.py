"""Everything that people decide, as edits: the only writer of codings.

An operation such as :class:`AddCoding` says what a coder wants. :func:`apply_edits` turns operations into edits (each
holds the rows before and after, so its inverse is at hand), and stores rows and edits in one transaction. Edits are
never changed or deleted; :func:`undo` appends the inverse of an act, :func:`redo` the inverse of that.
"""

from __future__ import annotations

from collections.abc import Sequence

from coding.edits.base import Context, Many, Operation, Plan, quote
from coding.edits.codings import (
    AddCoding,
    ChangeCoding,
    MarkReviewed,
    RejectSuggestion,
    RemoveCoding,
    Reopen,
    WriteMemo,
)
from coding.edits.many import Accepted, AddCodings
from coding.edits.needs import needs_of
from coding.edits.people import AssignSpeaker, SplitParticipant
from coding.edits.study import SetAttributes, SetCodebook, SetRole
from coding.edits.team import RemoveMember, SetMember, check_led
from coding.edits.together import Assign, Settle, Unassign, Unsettle
from coding.edits.unused import check_unused
from coding.errors import EditError
from coding.model import Edit, utc_now
from coding.roles import CoderRole
from coding.store import Project
from coding.store.decisions import new_id

__all__ = [
    "Accepted",
    "AddCoding",
    "AddCodings",
    "Assign",
    "AssignSpeaker",
    "ChangeCoding",
    "Context",
    "Many",
    "MarkReviewed",
    "Operation",
    "Plan",
    "RejectSuggestion",
    "RemoveCoding",
    "RemoveMember",
    "Reopen",
    "SetAttributes",
    "SetCodebook",
    "SetMember",
    "SetRole",
    "Settle",
    "SplitParticipant",
    "Unassign",
    "Unsettle",
    "WriteMemo",
    "apply_edits",
    "quote",
    "redo",
    "undo",
]


def apply_edits(
    project: Project,
    operations: Sequence[Operation | Many],
    *,
    coder: str,
    batch: str | None = None,
    continues: bool = False,
) -> tuple[Edit, ...]:
    """Do what ``coder`` wants as one act: all operations, or none of them.

    Args:
        project: The project.
        operations: In the order in which they are to happen; each sees what those before it did.
        coder: The person; noted as a coder of the project where the name is new.
        batch: An id for the act. The same id twice is the same act: the second call changes nothing, so a caller that
            does not know whether its first call arrived may repeat it.
        continues: Add to the act ``batch``, which the caller began in the transaction that is still open.

    Returns:
        The edits that were stored; none where nothing had to change.

    Raises:
        EditError: An operation refers to something that is not there, belongs to somebody else, or has changed.
        RoleError: A team shares the project, and an operation needs a role that ``coder`` has not.
        ProjectError: The project cannot be written.

    >>> import tempfile
    >>> from coding.store import Project
    >>> with tempfile.TemporaryDirectory() as folder, Project.open(f"{folder}/s.sqlite", create=True) as project:
    ...     _ = apply_edits(project, [WriteMemo("project", "Start with group 2.")], coder="Ada")
    ...     before = [memo.text for memo in project.memos()]
    ...     _ = undo(project, coder="Ada")
    ...     before, project.memos()
    (['Start with group 2.'], [])
    """
    act = batch or new_id()
    stored: list[Edit] = []
    with project.transaction():
        if batch is not None and not continues and project.batch(batch, first=1):
            return ()
        name = project.add_coder(coder)
        for operation in operations:
            project.check_role(name, operation.needs)
            context = Context(project, name, utc_now())
            many = getattr(operation, "plans", None)
            plans: list[Plan] = many(context) if many else [operation.plan(context)]  # type: ignore[union-attr]
            edits = [
                Edit(
                    id=new_id(),
                    batch=act,
                    coder=name,
                    at=context.at,
                    kind=operation.kind,
                    transcript_id=plan.transcript_id,
                    summary=plan.summary,
                    changes=plan.changes,
                )
                for plan in plans
                if plan.changes
            ]
            project.write_edits(edits)
            stored += edits
    return tuple(stored)


def undo(project: Project, *, coder: str, batch: str | None = None) -> tuple[Edit, ...]:
    """Take back the last act of ``coder`` that still stands, or the act ``batch``.

    Returns:
        The edits that take it back; none where there is nothing to take back.

    Raises:
        EditError: What the act made has been changed since, or it made a code that is in use, so it cannot be taken
            back by itself.
        RoleError: A team shares the project, and ``coder`` no longer has the role that the act needed.
    """
    with project.transaction():
        target = batch or project.last_open_batch(coder)
        return () if target is None else _take_back(project, target, coder=coder)


def redo(project: Project, *, coder: str) -> tuple[Edit, ...]:
    """Do again what ``coder`` undid last, as long as nothing new was done since.

    Raises:
        EditError: What the act made has been changed since.
        RoleError: A team shares the project, and ``coder`` no longer has the role that the act needed.
    """
    with project.transaction():
        target = project.last_open_batch(coder, undone=True)
        return () if target is None else _take_back(project, target, coder=coder)


def _take_back(project: Project, batch: str, *, coder: str) -> tuple[Edit, ...]:
    edits = project.batch(batch)
    if not edits or edits[0].coder != coder:
        raise EditError("there is no such act of yours to take back")
    if edits[0].kind == "redo":
        # What was done again is the act itself.
        act_again = project.act(batch)
        edits = [] if act_again is None else project.batch(act_again.batch)
        batch = batch if act_again is None else act_again.batch
    for need in _needs(project, edits):
        project.check_role(coder, need)
    act = new_id()
    verb = "redo" if edits[0].undoes else "undo"
    inverses = tuple(
        Edit(
            id=new_id(),
            batch=act,
            coder=coder,
            at=utc_now(),
            kind=verb,
            transcript_id=edit.transcript_id,
            summary=_taken_back(edit.summary, verb),
            changes=tuple(change.inverse for change in reversed(edit.changes)),
            undoes=batch,
        )
        for edit in reversed(edits)
    )
    project.write_edits(inverses)
    check_unused(project, [change for edit in inverses for change in edit.changes])
    if any(change.table == "team" for edit in edits for change in edit.changes):
        check_led(project)
    return inverses


def _needs(project: Project, edits: Sequence[Edit]) -> set[CoderRole | None]:
    """Return the roles that an act needed, or the act that it took back."""
    while edits and edits[0].undoes is not None:
        edits = project.batch(edits[0].undoes)
    return {needs_of(edit.kind) for edit in edits}


def _taken_back(summary: str, verb: str) -> str:
    bare = summary.removeprefix("Undo: ").removeprefix("Redo: ")
    return f"{verb.capitalize()}: {bare}"
