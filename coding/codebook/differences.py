"""What changed from one version of a codebook to the next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coding.codebook.read import CODE_FIELDS, HEAD_FIELDS
from coding.codebook.words import quoted
from coding.model import Codebook


@dataclass(frozen=True, slots=True)
class CodebookChange:
    """One difference between two versions of a codebook.

    Attributes:
        kind: ``added``, ``removed``, ``renamed`` (name), ``moved`` (parent), ``redefined`` (definition, include or
            exclude), ``reordered`` (the codes stand in another order) or ``changed`` (any other field).
        code_id: The code, or ``None`` for a change of the codebook itself.
        field: The field that differs, or ``None`` where a whole code came or went.
        before: The old value; the code's name where it was removed.
        after: The new value; the code's name where it was added.

    >>> print(CodebookChange("renamed", "coaches", "name", "Coaches", "Coaches people"))
    coaches: renamed from 'Coaches' to 'Coaches people'
    """

    kind: str
    code_id: str | None
    field: str | None
    before: str | bool | tuple[str, ...] | None
    after: str | bool | tuple[str, ...] | None

    def __str__(self) -> str:
        """Return the change on one line."""
        where = f"{self.code_id or 'codebook'}: {self.kind}"
        if self.field is None:
            return f"{where} ({self.after or self.before})"
        if self.kind not in ("renamed", "moved"):
            where += f" {self.field}"
        if isinstance(self.before, tuple) and isinstance(self.after, tuple):
            gone, come = len(set(self.before) - set(self.after)), len(set(self.after) - set(self.before))
            return f"{where} ({come} added, {gone} removed)" if gone or come else where
        return f"{where} from {quoted(self.before)} to {quoted(self.after)}"


def diff_codebooks(old: Codebook, new: Codebook) -> tuple[CodebookChange, ...]:
    """Return what changed from one version of a codebook to the next; nothing if they are equal.

    Changes of the codebook itself come first, then the codes in the order of ``old``, then the codes that were added.

    >>> diff_codebooks(Codebook("Leading"), Codebook("Leading", codes=(Code("coaches", "Coaches"),)))
    (CodebookChange(kind='added', code_id='coaches', field=None, before=None, after='Coaches'),)
    """
    changes = _diff_fields(None, old, new, HEAD_FIELDS)
    old_order = tuple(code.id for code in old.codes if code.id in new)
    new_order = tuple(code.id for code in new.codes if code.id in old)
    if old_order != new_order:
        changes.append(CodebookChange("reordered", None, "codes", old_order, new_order))
    for code in old.codes:
        if code.id in new:
            changes += _diff_fields(code.id, code, new[code.id], CODE_FIELDS)
        else:
            changes.append(CodebookChange("removed", code.id, None, code.name, None))
    changes += [CodebookChange("added", code.id, None, None, code.name) for code in new.codes if code.id not in old]
    return tuple(changes)


def _diff_fields(code_id: str | None, old: object, new: object, names: Iterable[str]) -> list[CodebookChange]:
    kinds = {"name": "renamed", "parent": "moved"} | dict.fromkeys(("definition", "include", "exclude"), "redefined")
    return [
        CodebookChange(kinds.get(name, "changed"), code_id, name, getattr(old, name), getattr(new, name))
        for name in names
        if getattr(old, name) != getattr(new, name)
    ]
