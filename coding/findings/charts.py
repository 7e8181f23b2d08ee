"""What a plot shows, apart from how it is drawn: one description for the page, the report and the numbers beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from coding.findings.saturation import Saturation

if TYPE_CHECKING:
    from pandas import DataFrame

Kind = Literal["bars", "opposed", "grid", "steps", "dots"]

BLUE, RED, GREY, GREEN, AMBER = "#0072b2", "#d55e00", "#8a8f94", "#009e73", "#e69f00"
"""Colours that people with any kind of colour blindness tell apart (Okabe and Ito 2008)."""


@dataclass(frozen=True, slots=True)
class Series:
    """One set of marks.

    Attributes:
        name: What the legend calls it.
        values: A number for each label; not a number where there is none.
        colour: ``#rrggbb``.
    """

    name: str
    values: tuple[float, ...]
    colour: str = BLUE


@dataclass(frozen=True, slots=True)
class Chart:
    """One plot.

    Attributes:
        kind: ``bars`` lie side by side; ``opposed`` has the first series to the right of nothing and the second to the
            left; ``grid`` shades a table, a series a column; ``steps`` has the first series as columns and the others
            as lines; ``dots`` sets the second series against the first.
        title: What it shows, in a few words.
        labels: What the numbers belong to, from the top or from the left.
        series: The numbers.
        across: What the axis of numbers, or of the first series, is.
        up: What the other axis is, where it needs a name.
    """

    kind: Kind
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    across: str = ""
    up: str = ""

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to draw."""
        return not self.labels or not self.series


def chart_codes(table: DataFrame, *, values: str = "people", most: int = 40) -> Chart:
    """Return bars of how often each code was given, the most frequent first.

    Args:
        table: What :func:`~coding.findings.counts.codes_overall` returned.
        values: ``people``, ``codings``, ``words`` or ``groups``.
        most: No more than so many codes.
    """
    found = table[table[values] > 0].sort_values(values, ascending=False, kind="stable").head(most)
    of = f" of {int(found[f'of_{values}'].iloc[0])}" if f"of_{values}" in found and len(found) else ""
    series = (Series(values.capitalize(), tuple(map(float, found[values]))),)
    return Chart("bars", f"Codes by {values}", tuple(found["code"]), series, f"{values.capitalize()}{of}")


def chart_valence(table: DataFrame, *, most: int = 40) -> Chart:
    """Return how often each code is shown, to the right, and lacking, to the left.

    Args:
        table: What :func:`~coding.findings.counts.shown_against_lacking` returned.
        most: No more than so many codes.
    """
    total = table["shown"] + table["lacking"]
    found = table[total > 0].assign(total=total).sort_values("total", ascending=False, kind="stable").head(most)
    return Chart(
        "opposed",
        "Shown against lacking",
        tuple(found["code"]),
        (
            Series("Shown", tuple(map(float, found["shown"])), BLUE),
            Series("Lacking", tuple(map(float, found["lacking"])), RED),
        ),
        "Codings",
    )


def chart_grid(wide: DataFrame, title: str, *, across: str = "", up: str = "") -> Chart:
    """Return a table of numbers as a shaded grid.

    Args:
        wide: Numbers with a name for each row and each column, as :func:`~coding.findings.counts.matrix` or
            :func:`~coding.findings.pairs.square` returns them.
        title: What it shows.
        across: What the columns are.
        up: What the rows are.
    """
    series = tuple(Series(str(name), tuple(map(float, wide[name]))) for name in wide.columns)
    return Chart("grid", title, tuple(map(str, wide.index)), series, across, up)


def chart_talk(table: DataFrame) -> Chart:
    """Return bars of the share of words of each person.

    Args:
        table: What :func:`~coding.findings.speaking.talk_share` returned, of one group.
    """
    found = table.sort_values("share", ascending=False, kind="stable")
    series = (Series("Share of words", tuple(100 * found["share"])),)
    return Chart("bars", "Who speaks how much", tuple(found["participant"]), series, "Share of words, %")


def chart_saturation(found: Saturation, names: dict[str, str] | None = None) -> Chart:
    """Return new codes by session as columns, with what was found so far as a line.

    Args:
        found: What :func:`~coding.findings.saturation.code_saturation` returned.
        names: What to call each session.
    """
    curve = found.curve
    labels = tuple((names or {}).get(str(one), str(one)) for one in curve["session"])
    return Chart(
        "steps",
        f"New {found.what} by session",
        labels,
        (
            Series("New", tuple(map(float, curve["new"])), AMBER),
            Series("Found so far", tuple(map(float, curve["total"])), BLUE),
            Series("Expected in any order", tuple(map(float, curve["expected"])), GREY),
        ),
        f"Different {found.what}",
    )


def numbers(chart: Chart) -> DataFrame:
    """Return the numbers that a plot shows, a row a label."""
    import pandas as pd

    return pd.DataFrame({"": chart.labels, **{one.name: one.values for one in chart.series}})
