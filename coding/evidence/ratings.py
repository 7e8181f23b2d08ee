"""What the questionnaire of a project says about each code."""

from __future__ import annotations

from coding.evidence.passages import Rating
from coding.questionnaires.statistics import summarise_behaviours
from coding.store import Project
from coding.survey import stored_survey


def read_ratings(project: Project) -> dict[str, Rating]:
    """Return the rating of each code that the questionnaire asks about, where a person has confirmed that it does.

    Raises:
        ProjectError: The project cannot be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Project.open(f"{folder}/s.sqlite", create=True) as project:
    ...     read_ratings(project)
    {}
    """
    survey = stored_survey(project)
    if survey is None:
        return {}
    table = summarise_behaviours(survey, confirmed=True)
    return {
        str(row["code_id"]): Rating(
            float(row["rating"]),
            _known(row["low"]),
            _known(row["high"]),
            int(row["respondents"]),
            float(row["bottom"]),
            float(row["top"]),
        )
        for row in table.to_dict("records")
        if _known(row["rating"]) is not None
    }


def _known(value: object) -> float | None:
    return float(value) if isinstance(value, float | int) and value == value else None
