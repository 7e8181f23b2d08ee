"""A code that is taken back must leave nothing behind that refers to it."""

from __future__ import annotations

from collections.abc import Sequence

from coding.errors import EditError
from coding.model import Change
from coding.store import Project
from coding.store.rows import code_from_json


def check_unused(project: Project, changes: Sequence[Change]) -> None:
    """Check that what was just taken back left no coding, rejection, memo or code without the code it is about.

    Args:
        project: The project, with ``changes`` made in the transaction that is open.
        changes: What the undo or redo changed.

    Raises:
        EditError: A code would go that is in use, or a coding would come back whose code is gone.
    """
    gone = {change.key: change for change in changes if change.table == "codes" and change.after is None}
    for code_id, change in gone.items():
        uses = [f"{many:,} {what}{'' if many == 1 else 's'}" for what, many in project.code_uses(code_id) if many]
        if uses and project.row("codes", code_id) is None:
            listed = uses[0] if len(uses) == 1 else f"{', '.join(uses[:-1])} and {uses[-1]}"
            raise EditError(
                f"the code “{_name(change)}” cannot be taken back: {listed} use it by now. "
                "Undo or change those first, or retire the code on the page Codebook"
            )
    wanted = {
        str(change.after["code_id"])
        for change in changes
        if change.table in ("codings", "rejections") and change.after is not None
    }
    for code_id in sorted(wanted):
        if project.row("codes", code_id) is None:
            raise EditError(f"the code {code_id!r} of this step was taken back meanwhile; make it again first")


def _name(change: Change) -> str:
    return code_from_json(str((change.before or {})["data"])).name
