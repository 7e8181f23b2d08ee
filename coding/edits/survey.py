"""What people do with a survey: bring it in, say what an item asks about, take it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coding.edits.base import Context, Plan, codable_name, short
from coding.errors import EditError
from coding.model import Change
from coding.roles import CoderRole
from coding.store import Project
from coding.store.rows import dumps
from coding.store.survey import SURVEY_NAME
from coding.survey import Item, Survey

Row = dict[str, object]

_ITEMS, _ANSWERS = "survey_items", "survey_answers"


@dataclass(frozen=True, slots=True)
class ImportSurvey:
    """Bring a survey in, in place of the one that is there where ``replace`` says so."""

    survey: Survey
    replace: bool = False
    kind = "import-survey"
    needs = CoderRole.FACILITATOR

    def plan(self, context: Context) -> Plan:
        """Plan the rows of the old survey and of the new one."""
        survey = self.survey
        if not survey.items or not survey.respondents:
            raise EditError("a survey needs items and respondents")
        there = context.project.survey_keys()
        if any(there) and not self.replace:
            raise EditError("this project has a survey already; say that the new one takes its place")
        wanted: dict[tuple[str, str], Row] = {
            (_ITEMS, item.id): _item_row(at, item) for at, item in enumerate(survey.items)
        }
        for at, one in enumerate(survey.respondents):
            data = dumps({"answers": list(one.answers), "attributes": list(one.attributes)})
            wanted[_ANSWERS, one.id] = {"id": one.id, "position": at, "data": data}
        old = _rows(context.project)
        changes = [Change(table, key, old.get((table, key)), row) for (table, key), row in wanted.items()]
        changes += [Change(table, key, row, None) for (table, key), row in old.items() if (table, key) not in wanted]
        changes.append(_name_change(context.project, survey.name))
        changes = [one for one in changes if one.before != one.after]
        items, people = len(survey.items), len(survey.respondents)
        return Plan(tuple(changes), f"Survey “{short(survey.name)}”: {people:,} respondents, {items} items")


@dataclass(frozen=True, slots=True)
class SetItem:
    """Say which behaviour an item asks about, and whether agreeing tells of the lack.

    That also confirms it, unless ``confirm`` is false: then it is a proposal that waits for a person's look.
    """

    item_id: str
    code_id: str | None
    reversed: bool = False
    confirm: bool = True
    kind = "set-item"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the item's row."""
        old = context.project.row(_ITEMS, self.item_id)
        if old is None:
            raise EditError(f"the survey has no item {self.item_id!r}")
        name = "no behaviour" if self.code_id is None else codable_name(context.project, self.code_id)
        new = {**old, "code_id": self.code_id, "reversed": int(self.reversed), "confirmed": int(self.confirm)}
        if new == old:
            return Plan((), "")
        turned = ", reversed" if self.reversed else ""
        return Plan((Change(_ITEMS, self.item_id, old, new),), f"Item {short(self.item_id)}: {short(name)}{turned}")


@dataclass(frozen=True, slots=True)
class RemoveSurvey:
    """Take the survey out of the project."""

    kind = "remove-survey"
    needs = CoderRole.FACILITATOR

    def plan(self, context: Context) -> Plan:
        """Plan the rows of the survey."""
        old = _rows(context.project)
        if not old:
            return Plan((), "")
        changes = [Change(table, key, row, None) for (table, key), row in old.items()]
        return Plan(tuple(changes), f"Removed the survey “{short(context.project.setting(SURVEY_NAME))}”")


def confirm_items(items: Sequence[Item]) -> list[SetItem]:
    """Return the operations that confirm items as they stand."""
    return [SetItem(item.id, item.code_id, item.reversed) for item in items if not item.confirmed]


def _item_row(at: int, item: Item) -> Row:
    data = {"wording": item.wording, "low": item.low, "high": item.high, "labels": list(item.labels)}
    return {
        "id": item.id,
        "position": at,
        "code_id": item.code_id,
        "reversed": int(item.reversed),
        "confirmed": int(item.confirmed),
        "data": dumps(data),
    }


def _rows(project: Project) -> dict[tuple[str, str], Row]:
    items, people = project.survey_keys()
    keys = [*((_ITEMS, key) for key in items), *((_ANSWERS, key) for key in people)]
    return {key: row for key in keys if (row := project.row(*key)) is not None}


def _name_change(project: Project, name: str) -> Change:
    return Change("meta", SURVEY_NAME, project.row("meta", SURVEY_NAME), {"key": SURVEY_NAME, "value": name})
