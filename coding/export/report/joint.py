"""The joint display of a report: ratings of the questionnaire beside what was told in the groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coding.export.report.across import MOST_ROWS, figure_of
from coding.export.report.content import Block, Heading, Points, TableBlock, Text
from coding.export.report.figures import Row, draw_joint
from coding.export.report.gather import Found
from coding.findings.joint import CONVERGENCE, DIVERGENCE, SILENCE, Joint
from coding.methods.words import listed, number_of

_SAID = {
    CONVERGENCE: "Convergence",
    DIVERGENCE: "Divergence",
    SILENCE: "Silence of one strand",
}
MOST_NAMED = 12


def write_joint(found: Found) -> Iterator[Block]:
    """Yield the joint display, where the study has a questionnaire whose items somebody has confirmed."""
    joint = found.joint
    if joint is None or not joint.table["rating"].notna().any():
        return
    yield Heading(1, "Ratings and what was told", "joint")
    yield Text(_summary(joint, found.survey))
    items = tuple(_named(joint, verdict) for verdict in _SAID if (joint.table["verdict"] == verdict).any())
    if items:
        yield Points(items)
    yield _table(joint)
    if joint.behaviours:
        yield figure_of(
            draw_joint(_rows(joint)[:MOST_ROWS], (joint.bottom, joint.top)),
            "Ratings, and the share of participants who tell of a behaviour, the highest rating first",
            "A dot with its interval and a bar for each behaviour that is rated. The joint display has the numbers.",
        )


def _summary(joint: Joint, survey: str) -> str:
    rated = joint.table[joint.table["rating"].notna()]
    text = (
        f"In the questionnaire “{survey}”, {number_of(int(rated['respondents'].max()), 'respondent')} rated "
        f"{number_of(len(rated), 'behaviour')} on a scale from {joint.bottom:g} to {joint.top:g}. "
    )
    if joint.correlation is None:
        text += f"No correlation of ratings and prominence is given: {joint.reason}"
    else:
        ends = "" if joint.low is None or joint.high is None else f" [{_two(joint.low)}, {_two(joint.high)}]"
        text += (
            f"Over the {number_of(joint.behaviours, 'behaviour')} in both strands, Spearman's correlation of the "
            f"rating and the share of participants who tell of a behaviour is {_two(joint.correlation)}{ends}."
        )
    if joint.unconfirmed:
        text += (
            f" {number_of(joint.unconfirmed, 'item')} of the questionnaire {'is' if joint.unconfirmed == 1 else 'are'} "
            "left out, since nobody has confirmed which behaviour it asks about."
        )
    return text


def _named(joint: Joint, verdict: str) -> str:
    names: Sequence[str] = [str(name) for name in joint.table.loc[joint.table["verdict"] == verdict, "code"]]
    more = len(names) - MOST_NAMED
    shown = [*names[:MOST_NAMED], f"{more} more"] if more > 0 else names
    return f"{_SAID[verdict]}: {listed(shown)}."


def _table(joint: Joint) -> TableBlock:
    names = ("code", "rating", "low", "high", "people", "of_people", "shown", "lacking", "verdict")
    rows = tuple(
        (
            str(code),
            _rating(rating, low, high),
            f"{people} of {of}",
            f"{shown}",
            f"{lacking}",
            verdict or "–",
        )
        for code, rating, low, high, people, of, shown, lacking, verdict in zip(
            *(joint.table[name].tolist() for name in names), strict=True
        )
    )
    return TableBlock(
        "Joint display: ratings beside what was told in the groups",
        ("Behaviour", "Rating [95 %]", "People", "Shown", "Lacking", "Verdict"),
        rows,
        ("left", "right", "right", "right", "right", "left"),
        (0.36, 0.19, 0.11, 0.09, 0.1, 0.15),
        "Behaviours are ordered by rating and by the share of participants who tell of them, and both orders are cut "
        "into thirds. Convergence: the same third of both. Divergence: the upper third of one and the lower third of "
        "the other. Silence: one strand says nothing. Shown and lacking count codings.",
    )


def _rows(joint: Joint) -> list[Row]:
    names = ("code", "rating", "low", "high", "prominence")
    return [
        Row(str(code), (rating, 100 * share), low=_known(low), high=_known(high))
        for code, rating, low, high, share in zip(*(joint.table[name].tolist() for name in names), strict=True)
        if rating == rating and share == share
    ]


def _known(value: float) -> float | None:
    return value if value == value else None


def _rating(rating: float, low: float, high: float) -> str:
    if rating != rating:
        return "–"
    ends = "" if low != low or high != high else f" [{low:.2f}, {high:.2f}]"
    return f"{rating:.2f}{ends}"


def _two(value: float) -> str:
    return f"{value:.2f}".replace("0.", ".", 1)
