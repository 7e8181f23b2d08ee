"""The survey of a project: items, and what respondents answered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from coding.store.base import Base

SURVEY_NAME = "survey.name"
"""The setting that holds what the survey is called."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item.

    Attributes:
        id: The name of its column.
        code_id: The code that it asks about, or ``None``.
        reversed: Whether agreeing tells of the lack.
        confirmed: Whether a person has looked at both.
        wording: The question.
        low: The lowest answer.
        high: The highest.
        labels: What answers are called, the lowest first.
    """

    id: str
    code_id: str | None
    reversed: bool
    confirmed: bool
    wording: str
    low: int
    high: int
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswersRow:
    """What one respondent answered, by the id of the item, and their attributes."""

    id: str
    answers: tuple[tuple[str, float], ...]
    attributes: tuple[tuple[str, str], ...]


class SurveyStore(Base):
    """Reads the survey; writes only through :func:`coding.edits.apply_edits`."""

    def survey_items(self) -> list[ItemRow]:
        """Return the items in the order of the file."""
        found = self._query("SELECT * FROM survey_items ORDER BY position, id")
        return [_item(row["id"], row["code_id"], row["reversed"], row["confirmed"], row["data"]) for row in found]

    def survey_answers(self) -> list[AnswersRow]:
        """Return the respondents in the order of the file."""
        found = self._query("SELECT id, data FROM survey_answers ORDER BY position, id")
        rows = [(str(row["id"]), json.loads(row["data"])) for row in found]
        return [AnswersRow(name, _pairs(data["answers"]), _pairs(data["attributes"])) for name, data in rows]

    def survey_keys(self) -> tuple[list[str], list[str]]:
        """Return the ids of all items and of all respondents."""
        items = self._query("SELECT id FROM survey_items ORDER BY position, id")
        answers = self._query("SELECT id FROM survey_answers ORDER BY position, id")
        return [str(row["id"]) for row in items], [str(row["id"]) for row in answers]


def _item(item_id: str, code_id: str | None, turned: int, confirmed: int, text: str) -> ItemRow:
    data = json.loads(text)
    return ItemRow(
        item_id,
        code_id,
        bool(turned),
        bool(confirmed),
        data["wording"],
        data["low"],
        data["high"],
        tuple(data["labels"]),
    )


def _pairs(data: list[list[Any]]) -> tuple[tuple[str, Any], ...]:
    return tuple((str(name), value) for name, value in data)
