"""What a team does with single codes: add, change, move, merge, split, retire, restore.

A code's id never changes. A code that was in the codebook once is retired, not deleted, so that what refers to it can
still be read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from coding.codebook import make_code_id, parse_codebook, valid_colour
from coding.edits.base import Context, Plan, codable_name, short
from coding.errors import CodebookError, EditError
from coding.model import Change, Code, Codebook, Coding, tree_order
from coding.roles import CoderRole
from coding.store import Project
from coding.store.rows import code_from_json, code_to_json, coding_to_row

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class AddCode:
    """Put a new code into the codebook.

    Attributes:
        name: What people read.
        parent: Id of the code above, or ``None`` for the top.
        definition: One or two sentences.
        include: When to apply it.
        exclude: When not to.
        examples: Words in which people show it.
        contrary_examples: Words in which people tell of its lack.
        colour: ``#rrggbb``; that of the code above where it is ``None``.
        codable: False for a group.
        code_id: The id; made from the name where it is ``None``.
    """

    name: str
    parent: str | None = None
    definition: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    contrary_examples: tuple[str, ...] = ()
    colour: str | None = None
    codable: bool = True
    code_id: str | None = None
    kind = "add-code"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the new row, behind all others."""
        project = context.project
        codebook = project.codebook()
        taken = {code.id for code in codebook.codes} | set(project.retired_codes())
        if self.code_id is not None and self.code_id in taken:
            raise EditError(f"the id {self.code_id!r} is taken, or was once; choose another")
        _check_parent(codebook, self.parent)
        colour = self.colour
        if colour is None and self.parent is not None:
            colour = codebook[self.parent].colour
        code = Code(
            id=self.code_id or make_code_id(self.name, taken),
            name=self.name,
            parent=self.parent,
            definition=self.definition,
            include=self.include,
            exclude=self.exclude,
            examples=self.examples,
            contrary_examples=self.contrary_examples,
            colour=colour,
            source=f"added by {context.coder}",
            codable=self.codable,
        )
        code = _checked(code)
        row: Row = {"id": code.id, "position": _next_position(project), "data": code_to_json(code), "retired": 0}
        return Plan((Change("codes", code.id, None, row),), f"Added the code {code.name}")


@dataclass(frozen=True, slots=True)
class ChangeCode:
    """Change what a code says; ``None`` leaves a field as it is. Its id stays."""

    code_id: str
    name: str | None = None
    definition: str | None = None
    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    examples: tuple[str, ...] | None = None
    contrary_examples: tuple[str, ...] | None = None
    colour: str | None = None
    source: str | None = None
    kind = "change-code"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the row as it is to be."""
        row, old = _row(context.project, self.code_id)
        fields = ("name", "definition", "include", "exclude", "examples", "contrary_examples", "colour", "source")
        given = {field: getattr(self, field) for field in fields if getattr(self, field) is not None}
        new = _checked(replace(old, **given))
        changed = [field for field in fields if getattr(old, field) != getattr(new, field)]
        if not changed:
            return Plan((), "")
        if changed == ["name"]:
            summary = f"Renamed the code {old.name} to {new.name}"
        else:
            what = ", ".join(field.replace("_", " ") for field in changed)
            summary = f"Changed the code {new.name}: {what}"
        return Plan((Change("codes", old.id, row, {**row, "data": code_to_json(new)}),), summary)


@dataclass(frozen=True, slots=True)
class MoveCode:
    """Put a code, with all below it, somewhere else in the tree.

    Attributes:
        code_id: The code.
        parent: Id of the code to stand under, or ``None`` for the top.
        before: Id of the code there to stand in front of; behind all others where it is ``None``.
    """

    code_id: str
    parent: str | None
    before: str | None = None
    kind = "move-code"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the code's row, and those of the codes that it changes places with."""
        project = context.project
        codebook = project.codebook()
        _row(project, self.code_id)
        _check_parent(codebook, self.parent)
        if self.parent is not None and self.code_id in {code.id for code in codebook.path(self.parent)}:
            raise EditError("a code cannot stand below itself; choose another place")
        order = [code.id for code in codebook.children(self.parent) if code.id != self.code_id]
        if self.before is not None and self.before not in order:
            raise EditError(f"there is no code {self.before!r} at that place")
        order.insert(len(order) if self.before is None else order.index(self.before), self.code_id)
        changes = _in_order(project, order, {self.code_id: self.parent})
        above = "the top" if self.parent is None else codebook[self.parent].name
        return Plan(changes, f"Moved the code {codebook[self.code_id].name} to {above}")


@dataclass(frozen=True, slots=True)
class MergeCodes:
    """Make two codes one: everybody's codings of ``code_id`` become codings of ``into``, and ``code_id`` retires.

    Where a coder has both at the same place, one coding stays, with both memos. Codes below ``code_id`` move under
    ``into``. What was rejected stays as it was: who refused one code did not refuse the other.

    Attributes:
        code_id: The code that goes.
        into: The code that stays.
        with_words: Also give its examples and contrary examples to the code that stays.
    """

    code_id: str
    into: str
    with_words: bool = True
    kind = "merge-codes"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the codings and the codes."""
        project = context.project
        if self.code_id == self.into:
            raise EditError("a code cannot be merged with itself; choose another")
        row, gone = _row(project, self.code_id)
        _, kept = _row(project, self.into)
        codable_name(project, self.into)
        codings = _recode(project, project.codings(code_id=self.code_id), self.into)
        codes = self._codes(project, gone, kept)
        codes.append(Change("codes", gone.id, row, {**row, "retired": 1}))
        count = len(project.codings(code_id=self.code_id))
        return Plan((*codings, *codes), f"Merged the code {gone.name} into {kept.name} ({_codings(count)})")

    def _codes(self, project: Project, gone: Code, kept: Code) -> list[Change]:
        codebook = project.codebook()
        new = kept
        if gone.id in {code.id for code in codebook.path(kept.id)[:-1]}:
            # The one that stays stands below the one that goes: it takes the place on its branch.
            branch = codebook.path(kept.id)[[code.id for code in codebook.path(kept.id)].index(gone.id) + 1]
            below = {code.id: gone.parent if code.id == branch.id else kept.id for code in codebook.children(gone.id)}
        else:
            below = {code.id: kept.id for code in codebook.children(gone.id)}
        if kept.id in below:
            new = replace(new, parent=below.pop(kept.id))
        if self.with_words:
            new = replace(
                new,
                examples=_union(kept.examples, gone.examples),
                contrary_examples=_union(kept.contrary_examples, gone.contrary_examples),
            )
        changed = [replace(codebook[code_id], parent=parent) for code_id, parent in below.items()]
        changes = []
        for code in (*changed, *([new] if new != kept else [])):
            row, _ = _row(project, code.id)
            changes.append(Change("codes", code.id, row, {**row, "data": code_to_json(code)}))
        return changes


@dataclass(frozen=True, slots=True)
class RecodeCodings:
    """Give another code to chosen codings, whoever made them, such as when one code is split into two."""

    coding_ids: tuple[str, ...]
    into: str
    kind = "recode-codings"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the rows of the codings."""
        project = context.project
        name = codable_name(project, self.into)
        codings = []
        for coding_id in dict.fromkeys(self.coding_ids):
            coding = project.coding(coding_id)
            if coding is None:
                raise EditError("one of these codings is no longer there; look again and repeat the step")
            codings.append(coding)
        changes = _recode(project, [coding for coding in codings if coding.code_id != self.into], self.into)
        return Plan(tuple(changes), f"Recoded {_codings(len(changes))} as {name}")


@dataclass(frozen=True, slots=True)
class RetireCode:
    """Take a code out of the codebook; its codings stay and can be read."""

    code_id: str
    kind = "retire-code"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the code's row."""
        row, code = _row(context.project, self.code_id)
        below = context.project.codebook().children(self.code_id)
        if below:
            raise EditError(f"“{code.name}” has codes below it ({len(below)}); move, merge or retire those first")
        return Plan((Change("codes", code.id, row, {**row, "retired": 1}),), f"Retired the code {code.name}")


@dataclass(frozen=True, slots=True)
class RestoreCode:
    """Put a retired code back into the codebook, at the top where the code above it is retired."""

    code_id: str
    kind = "restore-code"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the code's row."""
        project = context.project
        row = project.row("codes", self.code_id)
        if row is None or not row["retired"]:
            raise EditError(f"there is no retired code {self.code_id!r}")
        code = code_from_json(str(row["data"]))
        if code.parent is not None and code.parent not in project.codebook():
            code = replace(code, parent=None)
        new = {**row, "retired": 0, "data": code_to_json(code)}
        return Plan((Change("codes", code.id, row, new),), f"Restored the code {code.name}")


@dataclass(frozen=True, slots=True)
class ChangeCodebook:
    """Change the name, version or description of the codebook; ``None`` leaves one as it is."""

    name: str | None = None
    version: str | None = None
    description: str | None = None
    kind = "change-codebook"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the rows of the codebook's head."""
        changes = []
        for field in ("name", "version", "description"):
            value = getattr(self, field)
            if value is None:
                continue
            value = " ".join(value.split())
            if not value and field != "description":
                raise EditError(f"the codebook needs a {field}")
            key = f"codebook.{field}"
            old, new = context.project.row("meta", key), {"key": key, "value": value}
            if old != new and (old or value):
                changes.append(Change("meta", key, old, new))
        head = context.project.codebook()
        summary = f"Codebook “{short(self.name or head.name)}”, version {self.version or head.version}"
        return Plan(tuple(changes), summary)


def in_tree_order(codebook: Codebook) -> Codebook:
    """Return the codebook with its codes as people read them."""
    return replace(codebook, codes=tuple(code for code, _ in tree_order(codebook)))


def _row(project: Project, code_id: str) -> tuple[Row, Code]:
    row = project.row("codes", code_id)
    if row is None or row["retired"]:
        raise EditError(f"there is no code {code_id!r} in the codebook")
    return row, code_from_json(str(row["data"]))


def _check_parent(codebook: Codebook, parent: str | None) -> None:
    if parent is not None and parent not in codebook:
        raise EditError(f"there is no code {parent!r} in the codebook to stand under")


def _checked(code: Code) -> Code:
    """Return the code as it would be read from a file, which tidies white space and finds what is not allowed."""
    from coding.codebook import dump_codebook

    tidy = replace(
        code,
        name=" ".join(code.name.split()),
        include=_filled(code.include),
        exclude=_filled(code.exclude),
        examples=_filled(code.examples),
        contrary_examples=_filled(code.contrary_examples),
    )
    if not tidy.name:
        raise EditError("a code needs a name")
    if tidy.colour is not None and not valid_colour(tidy.colour):
        raise EditError(f"{tidy.colour!r} is not a colour like #4477aa")
    try:
        read = parse_codebook(dump_codebook(Codebook("x", codes=(replace(tidy, parent=None),))))
    except CodebookError as err:
        raise EditError(err.message) from err
    return replace(read.codes[0], parent=tidy.parent)


def _filled(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(tidy for text in texts if (tidy := " ".join(text.split())))


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _next_position(project: Project) -> int:
    ids = [code.id for code in project.codebook().codes] + list(project.retired_codes())
    rows = [project.row("codes", code_id) for code_id in ids]
    return max((int(row["position"]) for row in rows if row), default=-1) + 1


def _in_order(project: Project, order: list[str], parents: dict[str, str | None]) -> tuple[Change, ...]:
    """Give the codes of ``order`` their own positions anew, so that they stand in that order."""
    rows = {code_id: _row(project, code_id) for code_id in order}
    positions = sorted(int(str(row["position"])) for row, _ in rows.values())
    changes = []
    for code_id, position in zip(order, positions, strict=True):
        row, code = rows[code_id]
        code = replace(code, parent=parents.get(code_id, code.parent))
        new = {**row, "position": position, "data": code_to_json(code)}
        if new != row:
            changes.append(Change("codes", code_id, row, new))
    return tuple(changes)


def _recode(project: Project, codings: list[Coding], into: str) -> list[Change]:
    """Plan the rows of ``codings`` under another code, without making one coding twice."""
    there = {_place(coding): coding for coding in project.codings(code_id=into)}
    after = dict(there)
    changes = []
    for coding in codings:
        twin = after.get(_place(coding))
        if twin is None:
            after[_place(coding)] = replace(coding, code_id=into)
            continue
        if coding.memo and coding.memo not in twin.memo:
            after[_place(coding)] = replace(twin, memo=f"{twin.memo}\n{coding.memo}".strip())
    kept = {coding.id: coding for coding in after.values()}
    for old in (*there.values(), *codings):
        new = kept.get(old.id)
        if new != old:
            changes.append(Change("codings", old.id, coding_to_row(old), None if new is None else coding_to_row(new)))
    return changes


def _place(coding: Coding) -> tuple[str, str, int, int]:
    return coding.coder, coding.transcript_id, coding.start_char, coding.end_char


def _codings(count: int) -> str:
    return "1 coding" if count == 1 else f"{count} codings"
