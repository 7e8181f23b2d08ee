"""What a researcher does with a theme: name it, make it a code, merge it into one, set it aside."""

from __future__ import annotations

from dataclasses import dataclass

from coding.edits.base import Context, Plan, codable_name, short
from coding.edits.codebook import AddCode, ChangeCode
from coding.errors import EditError
from coding.model import Change
from coding.roles import CoderRole
from coding.store import Project

Row = dict[str, object]

MOST_CHARS = 200
"""Of a theme's name and of a reason."""


@dataclass(frozen=True, slots=True)
class RenameTheme:
    """Give a theme another name; an empty one brings the machine's back."""

    theme_id: str
    name: str
    kind = "rename-theme"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the decision's row."""
        was = theme_name(context.project, self.theme_id)
        name = _line(self.name, "name")
        found = context.project.find_theme(self.theme_id)
        new = "" if found is not None and name == found[1].name else name
        changes = _decide(context, self.theme_id, name=new)
        return Plan(
            changes, f"Renamed the theme “{short(was)}” to “{short(name)}”" if name else f"Unnamed “{short(was)}”"
        )


@dataclass(frozen=True, slots=True)
class MakeThemeCode:
    """Make a theme a code of the codebook, with quotations as its examples.

    Attributes:
        theme_id: The theme.
        name: Of the code.
        definition: One or two sentences.
        examples: Quotations.
        parent: Id of the code above, or ``None`` for the top.
    """

    theme_id: str
    name: str
    definition: str = ""
    examples: tuple[str, ...] = ()
    parent: str | None = None
    kind = "make-theme-code"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the new code and the decision; a theme that went into the codebook stays there until that is undone."""
        theme = _free(context.project, self.theme_id)
        made = AddCode(self.name, self.parent, definition=self.definition, examples=self.examples).plan(context)
        decision = _decide(context, self.theme_id, state="code", code_id=made.changes[0].key, reason="")
        return Plan(
            (*made.changes, *decision), f"Made the theme “{short(theme)}” the code {' '.join(self.name.split())}"
        )


@dataclass(frozen=True, slots=True)
class MergeTheme:
    """Add quotations of a theme to a code as examples.

    Attributes:
        theme_id: The theme.
        code_id: The code that it goes into.
        examples: Quotations; those that the code has already are not added again.
    """

    theme_id: str
    code_id: str
    examples: tuple[str, ...] = ()
    kind = "merge-theme"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the code's examples and the decision."""
        theme = _free(context.project, self.theme_id)
        name = codable_name(context.project, self.code_id)
        had = context.project.codebook()[self.code_id].examples
        tidy = (" ".join(text.split()) for text in self.examples)
        examples = tuple(dict.fromkeys((*had, *filter(None, tidy))))
        changed = ChangeCode(self.code_id, examples=examples).plan(context)
        decision = _decide(context, self.theme_id, state="merged", code_id=self.code_id, reason="")
        return Plan((*changed.changes, *decision), f"Merged the theme “{short(theme)}” into the code {name}")


@dataclass(frozen=True, slots=True)
class SetThemeAside:
    """Say that a theme needs no code, and why."""

    theme_id: str
    reason: str
    kind = "set-theme-aside"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the decision's row."""
        theme = _free(context.project, self.theme_id)
        reason = _line(self.reason, "reason")
        if not reason:
            raise EditError("say in a few words why this theme is set aside")
        changes = _decide(context, self.theme_id, state="aside", code_id=None, reason=reason)
        return Plan(changes, f"Set the theme “{short(theme)}” aside: {short(reason)}")


@dataclass(frozen=True, slots=True)
class BringThemeBack:
    """Take a theme up again that was set aside."""

    theme_id: str
    kind = "bring-theme-back"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the decision's row."""
        theme = theme_name(context.project, self.theme_id)
        decision = context.project.theme_decisions().get(self.theme_id)
        if decision is None or decision.state != "aside":
            return Plan((), "")
        return Plan(_decide(context, self.theme_id, state="", reason=""), f"Took the theme “{short(theme)}” up again")


def theme_name(project: Project, theme_id: str) -> str:
    """Return what people call a theme, or the machine's name where nobody gave it one.

    Raises:
        EditError: There is no such theme.
    """
    found = project.find_theme(theme_id)
    if found is None:
        raise EditError("there is no such theme any more; look at the themes that were found last")
    decision = project.theme_decisions().get(theme_id)
    return decision.name if decision and decision.name else found[1].name


def _free(project: Project, theme_id: str) -> str:
    """Return the name of a theme that is in no code yet."""
    name = theme_name(project, theme_id)
    decision = project.theme_decisions().get(theme_id)
    codebook = project.codebook()
    # A code that has retired since holds nobody back.
    if decision and decision.code_id is not None and decision.code_id in codebook:
        code = codebook[decision.code_id].name
        raise EditError(f"“{name}” is in the code {code} already; undo that first, or work on the code")
    return name


def _decide(context: Context, theme_id: str, **values: object) -> tuple[Change, ...]:
    old = context.project.row("theme_decisions", theme_id)
    empty: Row = {"id": theme_id, "name": "", "state": "", "code_id": None, "reason": ""}
    bare: Row = {**empty, **{name: value for name, value in (old or {}).items() if name in empty}, **values}
    if old is not None and all(old[name] == value for name, value in bare.items()):
        return ()
    if bare == empty:
        return () if old is None else (Change("theme_decisions", theme_id, old, None),)
    new = {**bare, "coder": context.coder, "created_at": context.at}
    return (Change("theme_decisions", theme_id, old, new),)


def _line(text: str, what: str) -> str:
    line = " ".join(text.split())
    if len(line) > MOST_CHARS:
        raise EditError(f"the {what} has {len(line)} characters; {MOST_CHARS} are the most")
    if not line.isprintable():
        raise EditError(f"the {what} has characters that cannot be shown; type it again")
    return line
