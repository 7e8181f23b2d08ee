"""The joint display: what the questionnaire says of each behaviour beside what was told in the groups.

For each behaviour it sets the rating beside the prominence in the groups, which is the share of participants who tell
of it, and beside how it is told, as shown or as lacking. Behaviours are ordered by rating and by prominence, and both
orders are cut into thirds: where they agree the strands converge, where one is in the upper and the other in the lower
third they diverge. Where one strand says nothing, that is silence, which is no verdict on the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, sqrt, tanh
from typing import TYPE_CHECKING

from coding.findings.charts import BLUE, Chart, Series
from coding.findings.counts import codes_overall, shown_against_lacking
from coding.findings.material import Material
from coding.questionnaires.statistics import summarise_behaviours
from coding.survey import Survey

if TYPE_CHECKING:
    from pandas import DataFrame
    from pandas import Series as Column

FEWEST = 10
"""With fewer behaviours in both strands, neither thirds nor a correlation say anything."""

CONVERGENCE, DIVERGENCE, BETWEEN, SILENCE = "convergence", "divergence", "between", "silence"


@dataclass(frozen=True, slots=True)
class Joint:
    """Both strands side by side.

    Attributes:
        table: A row for each behaviour that is rated or told of: ``code_id``, ``code``, ``parent``, ``rating``,
            ``low``, ``high``, ``respondents``, ``items``, ``people``, ``of_people``, ``prominence``, ``groups``,
            ``of_groups``, ``shown``, ``lacking``, ``balance``, ``verdict`` (empty where there is none), ``why``.
        bottom: The lowest rating that is possible.
        top: The highest.
        behaviours: How many are in both strands.
        correlation: Spearman's correlation of rating and prominence, or ``None``.
        low: Lower end of its 95 % interval.
        high: Upper end.
        reason: Why there is no correlation.
        unconfirmed: Items left out, since nobody has confirmed what they ask about.
    """

    table: DataFrame
    bottom: float
    top: float
    behaviours: int
    correlation: float | None
    low: float | None
    high: float | None
    reason: str
    unconfirmed: int


def joint_display(material: Material, survey: Survey) -> Joint:
    """Set a survey beside what was told in the groups.

    Only items count whose behaviour a person has confirmed.

    Args:
        material: What was coded, by codes.
        survey: The survey.
    """
    import pandas as pd

    told = codes_overall(material)
    told["balance"] = shown_against_lacking(material)["balance"]
    rated = summarise_behaviours(survey, confirmed=True)
    rated = rated[rated["code_id"].isin(material.codes["code_id"])]
    bottom, top = (float(rated[name].iloc[0]) if len(rated) else 0.0 for name in ("bottom", "top"))
    table = told.merge(rated.drop(columns=["bottom", "top"]), on="code_id", how="left")
    table = table[table["rating"].notna() | (table["people"] > 0)].reset_index(drop=True)
    table["prominence"] = (table["people"] / table["of_people"].where(table["of_people"] > 0)).astype(float)
    table["items"] = table["items"].fillna(0).astype(int)
    table["respondents"] = table["respondents"].fillna(0).astype(int)
    both = table["rating"].notna() & table["prominence"].notna()
    table["verdict"], table["why"] = _verdicts(table, both)
    correlation, low, high, reason = _correlation(table.loc[both, "rating"], table.loc[both, "prominence"])
    columns = [
        *("code_id", "code", "parent", "rating", "low", "high", "respondents", "items", "people", "of_people"),
        *("prominence", "groups", "of_groups", "shown", "lacking", "balance", "verdict", "why"),
    ]
    shown = pd.DataFrame(table, columns=columns)
    shown = shown.sort_values(["rating", "prominence"], ascending=False, kind="stable").reset_index(drop=True)
    unconfirmed = sum(item.code_id is not None and not item.confirmed for item in survey.items)
    return Joint(shown, bottom, top, int(both.sum()), correlation, low, high, reason, unconfirmed)


def rank_interval(correlation: float, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of Spearman's correlation by Bonett and Wright (2000).

    On Fisher's scale its standard error is ``sqrt((1 + r^2 / 2) / (n - 3))``.

    >>> [round(end, 2) for end in rank_interval(0.5, 28)]
    [0.14, 0.74]
    """
    from scipy.stats import norm

    if abs(correlation) >= 1:
        return correlation, correlation
    half = float(norm.ppf((1 + level) / 2)) * sqrt((1 + correlation**2 / 2) / (n - 3))
    return tanh(atanh(correlation) - half), tanh(atanh(correlation) + half)


def chart_joint(joint: Joint) -> Chart:
    """Return ratings against prominence, a dot a behaviour that both strands speak of."""
    both = joint.table[joint.table["rating"].notna() & joint.table["prominence"].notna()]
    return Chart(
        "dots",
        "Ratings and what was told",
        tuple(both["code"]),
        (
            Series(f"Rating, {joint.bottom:g} to {joint.top:g}", tuple(map(float, both["rating"]))),
            Series("People who tell of it, %", tuple(100 * both["prominence"].astype(float)), BLUE),
        ),
    )


def _verdicts(table: DataFrame, both: Column) -> tuple[list[str], list[str]]:
    rating, prominence = (_thirds(table.loc[both, name]) for name in ("rating", "prominence"))
    enough = int(both.sum()) >= FEWEST
    verdicts, reasons = [], []
    for at, row in enumerate(table.to_dict("records")):
        if not both.iloc[at]:
            verdicts.append(SILENCE)
            reasons.append("no item asks about it" if row["prominence"] == row["prominence"] else "nobody was asked")
            continue
        if row["people"] == 0:
            verdicts.append(SILENCE)
            reasons.append("nobody tells of it in the groups")
            continue
        one, other = rating[table.index[at]], prominence[table.index[at]]
        words = f"rated in the {_NAMES[one]} third, told in the {_NAMES[other]} third"
        if not enough:
            verdicts.append("")
            reasons.append(f"fewer than {FEWEST} behaviours are in both strands")
        elif one == other:
            verdicts.append(CONVERGENCE)
            reasons.append(words)
        else:
            verdicts.append(DIVERGENCE if abs(one - other) == 2 else BETWEEN)
            reasons.append(words)
    return verdicts, reasons


_NAMES = ("lower", "middle", "upper")


def _thirds(values: Column) -> dict[object, int]:
    """Return the third of each value, 0 the lowest; what is alike stands in the same one."""
    place = (values.rank(method="average") - 0.5) / max(1, len(values))
    return {index: min(2, int(3 * share)) for index, share in place.items()}


def _correlation(one: Column, other: Column) -> tuple[float | None, float | None, float | None, str]:
    from scipy.stats import spearmanr

    n = len(one)
    if n < FEWEST:
        return None, None, None, f"{n} behaviours are in both strands; a correlation needs {FEWEST}"
    if one.nunique() < 2 or other.nunique() < 2:
        return None, None, None, "one of the strands says the same of all behaviours"
    found = float(spearmanr(one.to_numpy(dtype=float), other.to_numpy(dtype=float)).statistic)
    return found, *rank_interval(found, n), ""
