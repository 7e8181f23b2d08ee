"""How themes are spread over groups, people and the course of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coding.model import Participant
from coding.store import Project
from coding.theme_model import Stretch, Themes

if TYPE_CHECKING:
    from pandas import DataFrame

PARTS = 10
"""A session is looked at in so many parts of equal length."""

UNKNOWN = "not known"


def theme_places(project: Project, themes: Themes) -> DataFrame:
    """Return a row for each stretch of talk that is in a theme, in reading order.

    The columns are ``theme`` (its number), ``place`` (in :attr:`~coding.theme_model.Themes.stretches`),
    ``transcript_id``, ``transcript``, ``group``, ``speaker`` (the participant's name, or the label where nobody is
    known), ``part`` (1 to 10: which tenth of the session it begins in), and one for each attribute of participants,
    named ``attribute:NAME``.
    """
    import pandas as pd

    infos = {info.id: info for info in project.transcripts()}
    labels = {info.id: {turn.index: turn.speaker for turn in project.turns(info.id)} for info in infos.values()}
    people = {info.id: project.speakers(info.id) for info in infos.values()}
    names = attribute_names(project)
    rows: list[dict[str, object]] = []
    for place, (number, stretch) in enumerate(zip(themes.labels, themes.stretches, strict=True)):
        info = infos.get(stretch.transcript_id)
        if number < 0 or info is None:
            continue
        label = labels[info.id].get(stretch.turn)
        person = people[info.id].get(label) if label is not None else None
        rows.append(
            {
                "theme": number,
                "place": place,
                "transcript_id": info.id,
                "transcript": info.name,
                "group": info.group,
                "speaker": person.name if person else label or UNKNOWN,
                "part": _part(stretch, info.chars),
                **_attributes(person, names),
            }
        )
    columns = ["theme", "place", "transcript_id", "transcript", "group", "speaker", "part"]
    return pd.DataFrame(rows, columns=[*columns, *(f"attribute:{name}" for name in names)])


def attribute_names(project: Project) -> list[str]:
    """Return the names of all attributes of participants, in the order of their first appearance."""
    return list(dict.fromkeys(name for person in project.participants() for name, _ in person.attributes))


def _attributes(person: Participant | None, names: list[str]) -> dict[str, object]:
    known = dict(person.attributes) if person else {}
    return {f"attribute:{name}": known.get(name) or UNKNOWN for name in names}


def _part(stretch: Stretch, chars: int) -> int:
    return min(PARTS, 1 + PARTS * stretch.start_char // max(chars, 1))


def spread(places: DataFrame, by: str, *, themes: int) -> DataFrame:
    """Return how much of the talk in each group, or of each person, is in each theme.

    Args:
        places: As :func:`theme_places` gives them.
        by: One of its columns: ``group``, ``speaker``, ``part``, ``transcript`` or ``attribute:NAME``.
        themes: How many themes there are.

    Returns:
        A row for each theme and value, with ``theme``, ``by``, ``count`` and ``share`` (of the value's talk, 0 to 1),
        in the order of the themes, and of the first appearance of the values.
    """
    import pandas as pd

    values = list(range(1, PARTS + 1)) if by == "part" else list(dict.fromkeys(places[by]))
    counts = places.groupby(["theme", by]).size()
    totals = places[by].value_counts()
    rows = []
    for number in range(themes):
        for value in values:
            count = int(counts.get((number, value), 0))
            of = int(totals.get(value, 0))
            rows.append({"theme": number, "by": value, "count": count, "share": count / of if of else 0.0})
    return pd.DataFrame(rows, columns=["theme", "by", "count", "share"])
