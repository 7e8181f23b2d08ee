"""The framework of behaviours as a table: a row a behaviour, in order, with its evidence."""

from __future__ import annotations

from coding.evidence import Evidence, Passage, Strength
from coding.export.csv import Cell, Table
from coding.framework import Framework

FRAMEWORK_COLUMNS = (
    "cluster",
    "cluster_statement",
    "behaviour_id",
    "behaviour",
    "statement",
    "positive_indicators",
    "contrary_indicators",
    "codes",
    "passages",
    "shown",
    "lacking",
    "unclear",
    "participants",
    "of_participants",
    "groups",
    "of_groups",
    "coders",
    "alpha",
    "rating",
    "rating_low",
    "rating_high",
    "respondents",
    "quotations",
    "contrary_quotations",
    "quotations_chosen_by",
)
"""The columns; several items in one cell stand on lines of their own."""


def framework_table(framework: Framework, evidence: Evidence) -> Table:
    """Return a row for each behaviour in the framework's order; those that are left out stand in no row.

    Args:
        framework: As :func:`~coding.framework.read_framework` returns it.
        evidence: As :func:`~coding.evidence.gather_evidence` returns it for this framework.
    """
    rows: list[tuple[Cell, ...]] = []
    for cluster in framework.clusters:
        for behaviour in cluster.behaviours:
            quotations = evidence.quotations(behaviour)
            rows.append(
                (
                    cluster.name,
                    cluster.statement,
                    behaviour.id,
                    behaviour.name,
                    behaviour.statement,
                    "\n".join(behaviour.positive),
                    "\n".join(behaviour.contrary),
                    "\n".join(behaviour.codes),
                    *_strength(evidence.strengths[behaviour.id]),
                    "\n".join(_quoted(passage) for passage, contrary in quotations if not contrary),
                    "\n".join(_quoted(passage) for passage, contrary in quotations if contrary),
                    "the program" if behaviour.quotations is None else "people",
                )
            )
    return Table(FRAMEWORK_COLUMNS, tuple(rows))


def _strength(found: Strength) -> tuple[Cell, ...]:
    rating = found.rating
    return (
        found.passages,
        found.shown,
        found.lacking,
        found.unclear,
        found.people,
        found.of_people,
        found.groups,
        found.of_groups,
        "; ".join(found.coders),
        round(min(found.alphas), 6) if found.alphas else None,
        None if rating is None else rating.mean,
        None if rating is None else rating.low,
        None if rating is None else rating.high,
        None if rating is None else rating.respondents,
    )


def _quoted(passage: Passage) -> str:
    who = ", ".join(person.name for person in passage.people) or "unknown speaker"
    words = " ".join(passage.text.split())
    return f"“{words}” ({who}, {passage.group})"
