"""The acts of coders: which stand, which were taken back, and which is next to undo or redo.

Edits are for ever; to find what can be undone by reading them takes longer with each. So the table ``acts`` has a row
for each act, kept by a trigger of the database for whoever writes edits, and each question here reads a few rows.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from coding.store.base import Base


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a coder: edits that were made together, and are taken back together.

    Attributes:
        batch: The id that its edits share.
        coder: Who acted.
        edits: How many edits it has.
        standing: It is done at present, and not taken back.
    """

    batch: str
    coder: str
    edits: int
    standing: bool


class Acts(Base):
    """Reads what can be taken back and done again."""

    def act(self, batch: str) -> Act | None:
        """Return an act by its id, or by that of its undo or redo; ``None`` where there is none that changed anything.

        Args:
            batch: Id of the act, or of edits that took it back or did it again.
        """
        for _ in range(3):
            found = self._query(f"{_SELECT} WHERE batch = ?", [batch])
            if found:
                return _act(found[0])
            target = self._value("SELECT undoes FROM edits WHERE batch = ? AND undoes IS NOT NULL LIMIT 1", [batch])
            if target is None:
                return None
            batch = str(target)
        return None

    def acts(self, coder: str, *, last: int) -> list[Act]:
        """Return the newest acts of a coder in the order in which they were first done."""
        found = self._query(f"{_SELECT} WHERE coder = ? ORDER BY first_seq DESC LIMIT ?", [coder, last])
        return [_act(row) for row in reversed(found)]

    def last_open_batch(self, coder: str, *, undone: bool = False, kinds: Collection[str] | None = None) -> str | None:
        """Return the newest act of ``coder`` that can be taken back, or with ``undone`` the newest undo that can.

        An act is open while no act that stands has taken it back. A new act closes the way to redo what was undone.

        Args:
            coder: Whose act.
            undone: The undo that would be taken back by a redo, in place of an act.
            kinds: Only acts that hold an edit of one of these kinds; of any kind without it.
        """
        if undone:
            found = self._value(
                """SELECT undone_by FROM acts WHERE coder = :coder AND undone_by IS NOT NULL AND undone_seq >
                   coalesce((SELECT max(first_seq) FROM acts WHERE coder = :coder), 0)
                   ORDER BY undone_seq DESC LIMIT 1""",
                {"coder": coder},
            )
        elif kinds is None:
            found = self._value(
                "SELECT batch FROM acts WHERE coder = ? AND undone_by IS NULL ORDER BY done_seq DESC LIMIT 1", [coder]
            )
        else:
            marks = ", ".join("?" for _ in kinds)
            found = self._value(
                f"""SELECT batch FROM acts WHERE coder = ? AND undone_by IS NULL AND EXISTS
                    (SELECT 1 FROM edits WHERE edits.batch = acts.batch AND edits.kind IN ({marks}))
                    ORDER BY done_seq DESC LIMIT 1""",
                [coder, *kinds],
            )
        return None if found is None else str(found)


_SELECT = "SELECT batch, coder, edits, undone_by IS NULL AS standing FROM acts"


def _act(row: dict[str, object]) -> Act:
    return Act(str(row["batch"]), str(row["coder"]), int(str(row["edits"])), bool(row["standing"]))
