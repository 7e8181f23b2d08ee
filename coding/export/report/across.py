"""What a report says across behaviours: by group, together, over sessions, and how far coders agree."""

from __future__ import annotations

from collections.abc import Iterator

from coding.agreement import Estimate, show_value
from coding.evidence import Strength
from coding.export.report.content import Block, FigureBlock, Heading, TableBlock, Text
from coding.export.report.figures import Drawing, Row, draw_agreement, draw_chart, draw_groups
from coding.export.report.gather import Found
from coding.findings.charts import chart_saturation
from coding.framework import Behaviour, Cluster
from coding.methods.words import number_of
from coding.model import Role, tree_order

RELIABLE, TENTATIVE = 0.8, 0.667
MOST_ROWS = 38
"""Lines of one figure; more go into a second one."""
MOST_PAIRS, LEAST_TOGETHER = 10, 2


def strength_of(found: Found, behaviour: Behaviour) -> Strength:
    """Return how strong the evidence for a behaviour is."""
    return found.evidence.strengths[behaviour.id]


def figure_of(drawing: Drawing, caption: str, description: str) -> FigureBlock:
    """Return a drawing as a figure of the report."""
    return FigureBlock(caption, drawing.svg, drawing.png, drawing.width_in, drawing.height_in, description)


def parts_of(found: Found) -> Iterator[list[Cluster]]:
    """Yield clusters with evidence, as many at a time as one figure holds."""
    part: list[Cluster] = []
    lines = 0
    for cluster in found.framework.clusters:
        if not any(strength_of(found, one).passages for one in cluster.behaviours):
            continue
        if part and lines + 1 + len(cluster.behaviours) > MOST_ROWS:
            yield part
            part, lines = [], 0
        part.append(cluster)
        lines += 1 + len(cluster.behaviours)
    if part:
        yield part


def write_across(found: Found) -> Iterator[Block]:
    """Yield what is found across behaviours: by group, together, over sessions, and how far coders agree."""
    if not found.codings or not found.framework.behaviours:
        return
    yield Heading(1, "Findings across behaviours", "across")
    yield from _group_figures(found)
    yield from _pairs(found)
    yield from _saturation(found)
    yield from _agreement(found)


def _group_figures(found: Found) -> Iterator[Block]:
    if len(found.members) < 2:
        yield Text("There is one focus group, so groups cannot be compared.")
        return
    yield Heading(2, "Behaviours in the groups", "across-groups")
    yield Text(
        "How many participants of each group tell of a behaviour, or of its lack. Groups differ in what was asked and "
        "who was there, so a small number is no sign that a behaviour matters less."
    )
    parts = list(parts_of(found))
    for number, part in enumerate(parts, start=1):
        rows: list[Row] = []
        for cluster in part:
            rows.append(Row(cluster.name, heading=True))
            rows += [Row(one.name, _by_group(found, one)) for one in cluster.behaviours]
        more = f" ({number} of {len(parts)})" if len(parts) > 1 else ""
        yield figure_of(
            draw_groups(rows, list(found.members.items())),
            f"Participants who tell of each behaviour, by group{more}",
            "A row for each behaviour and a column for each group, with the number of participants in each field; "
            "behind the name of a group stands how many participants it has.",
        )


def _by_group(found: Found, behaviour: Behaviour) -> tuple[float, ...]:
    told: dict[str, set[str]] = {group: set() for group in found.members}
    for passage in found.evidence.passages[behaviour.id]:
        people = {person.id for person in passage.people if person.role is Role.PARTICIPANT}
        told.setdefault(passage.group, set()).update(people)
    return tuple(float(len(told[group])) for group in found.members)


def _saturation(found: Found) -> Iterator[Block]:
    if found.saturation is None or len(found.saturation.curve) < 2:
        return
    rule = found.saturation.rule
    yield Heading(2, "Saturation", "across-saturation")
    if found.saturation.reached is not None:
        said = (
            f"By the rule of Guest, Namey and Chen (2020) the codes are saturated at {found.saturation.notation}: the "
            f"next {number_of(rule.run, 'session')} brought no more than {100 * rule.threshold:g} % of the codes of "
            f"the first {rule.base}."
        )
    else:
        said = "By the rule of Guest, Namey and Chen (2020) nothing can be said of saturation yet. "
        said += found.saturation.reason
    yield Text(said)
    chart = chart_saturation(found.saturation, dict(found.sessions))
    new, total = chart.series[0].values, chart.series[1].values
    yield figure_of(
        draw_chart(chart),
        "New codes in each session, codes so far, and codes expected in any order of the sessions",
        "; ".join(f"{name}: {a:.0f} new, {b:.0f} so far" for name, a, b in zip(chart.labels, new, total, strict=True)),
    )


def _pairs(found: Found) -> Iterator[Block]:
    together = [pair for pair in found.pairs if pair.both >= LEAST_TOGETHER][:MOST_PAIRS]
    if not together:
        return
    yield Heading(2, "Codes that go together", "across-pairs")
    yield TableBlock(
        "Pairs of codes that are told in the same turns",
        ("Code", "with", "Turns with both", "c"),
        tuple((pair.a, pair.b, f"{pair.both}", f"{pair.c:.2f}".removeprefix("0")) for pair in together),
        ("left", "left", "right", "right"),
        (0.39, 0.39, 0.14, 0.08),
        f"The {number_of(len(together), 'pair')} with the highest c. Of the turns that have either code, c is the "
        f"share that has both; pairs with fewer than {LEAST_TOGETHER} such turns are left out.",
    )


def _agreement(found: Found) -> Iterator[Block]:
    compared = found.compared
    if compared is None:
        return
    rows: list[Row] = []
    for code, _ in tree_order(found.codebook):
        one = next((item for item in compared.codes if item.code_id == code.id), None)
        if one is not None and (alpha := one.estimates["alpha"]).value is not None:
            rows.append(Row(code.name, (alpha.value,), low=alpha.low, high=alpha.high))
    if not rows:
        return
    yield Heading(2, "Agreement on each code", "across-agreement")
    alpha = compared.estimates["alpha"]
    good = sum(row.values[0] >= RELIABLE for row in rows)
    fair = sum(RELIABLE > row.values[0] >= TENTATIVE for row in rows)
    yield Text(
        f"Of {number_of(len(rows), 'code')} with a value, {good} reach .80 and {fair} more reach .667. Over all codes "
        f"alpha is {show_value('alpha', alpha)}. Codes that were used too seldom have no value."
    )
    yield figure_of(
        draw_agreement(rows),
        "Krippendorff's alpha of each code with its 95 % interval",
        "; ".join(f"{row.label}: {show_value('alpha', Estimate(row.values[0], row.low, row.high))}" for row in rows),
    )
