"""The survey of a project: items that are answered on a scale, and who answered what."""

from __future__ import annotations

from dataclasses import dataclass

from coding.model import Code, Codebook
from coding.store import Project
from coding.store.survey import SURVEY_NAME


@dataclass(frozen=True, slots=True)
class Item:
    """One question.

    Attributes:
        id: The name of its column.
        wording: The question as it was put.
        code_id: The behaviour that it asks about, or ``None``.
        reversed: Whether agreeing tells of the lack.
        low: The lowest answer of the scale.
        high: The highest.
        labels: What the answers are called, the lowest first; empty where they are numbers.
        confirmed: Whether a person has looked at behaviour and direction.
    """

    id: str
    wording: str
    code_id: str | None = None
    reversed: bool = False
    low: int = 1
    high: int = 5
    labels: tuple[str, ...] = ()
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Respondent:
    """One person's answers.

    Attributes:
        id: Names the person in the survey.
        answers: The number of each answer as it was given, by the id of the item; what is missing is not there.
        attributes: Sector, role and the like, by name.
    """

    id: str
    answers: tuple[tuple[str, float], ...]
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """All of it."""

    name: str
    items: tuple[Item, ...] = ()
    respondents: tuple[Respondent, ...] = ()

    def __getitem__(self, item_id: str) -> Item:
        """Return the item with that id; raises ``KeyError``."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)


def cluster_of(codebook: Codebook, code_id: str | None) -> Code | None:
    """Return the topmost code above a code, itself where there is none, ``None`` for an unknown code."""
    return codebook.path(code_id)[0] if code_id is not None and code_id in codebook else None


def stored_survey(project: Project) -> Survey | None:
    """Return the survey of a project, or ``None`` where it has none.

    Raises:
        ProjectError: The project cannot be read.
    """
    items = tuple(
        Item(row.id, row.wording, row.code_id, row.reversed, row.low, row.high, row.labels, row.confirmed)
        for row in project.survey_items()
    )
    people = tuple(Respondent(row.id, row.answers, row.attributes) for row in project.survey_answers())
    return Survey(project.setting(SURVEY_NAME, "Survey"), items, people) if items else None
