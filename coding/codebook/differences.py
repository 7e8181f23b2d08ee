"""What changed from one version of a codebook to the next."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
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

    >>> from coding.model import Code
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


def diff_words(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """Return a text with what went and what came, word by word: ``("same" | "gone" | "new", words)`` in order.

    >>> diff_words("Calls back in person", "Calls back within a day")
    (('same', 'Calls back '), ('gone', 'in person'), ('new', 'within a day'))
    """
    old, new = re.findall(r"\s+|\S+", before), re.findall(r"\s+|\S+", after)
    found: list[tuple[str, str]] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in _joined(matcher.get_opcodes(), old):
        if tag == "equal":
            found.append(("same", "".join(old[old_start:old_end])))
            continue
        found += [("gone", "".join(old[old_start:old_end])), ("new", "".join(new[new_start:new_end]))]
    return tuple((kind, words) for kind, words in found if words)


def _joined(
    steps: Iterable[tuple[str, int, int, int, int]], old: Sequence[str]
) -> list[tuple[str, int, int, int, int]]:
    """Make one change of two that only white space keeps apart: whole phrases are easier to read."""
    found: list[tuple[str, int, int, int, int]] = []
    waiting: tuple[str, int, int, int, int] | None = None
    for step in steps:
        tag, old_start, old_end, _, new_end = step
        if tag == "equal" and found and waiting is None and not "".join(old[old_start:old_end]).strip():
            waiting = step
            continue
        if waiting is not None and tag != "equal":
            last = found.pop()
            step = ("replace", last[1], old_end, last[3], new_end)
        elif waiting is not None:
            found.append(waiting)
        found.append(step)
        waiting = None
    return [*found, waiting] if waiting is not None else found
