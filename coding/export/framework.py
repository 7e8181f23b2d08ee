"""The framework of behaviours as a table: a row a behaviour, in order, with its evidence."""

from __future__ import annotations

from coding.agreement import Agreement, agree
from coding.errors import CodingError
from coding.evidence import Evidence, Passage, Sources, Strength, gather_evidence
from coding.export.csv import Cell, Table
from coding.framework import Framework, read_framework
from coding.store import Project

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


MEANINGS = {
    "cluster": "The cluster of behaviours, in the order of the framework.",
    "cluster_statement": "What holds the cluster together.",
    "behaviour_id": "The id of the code that it started from, or one of its own.",
    "behaviour": "The behaviour, in the order of the framework.",
    "statement": "What the behaviour is.",
    "positive_indicators": "What tells that it is there; one on each line.",
    "contrary_indicators": "What tells that it is not; one on each line.",
    "codes": "Ids of the codes whose codings are its evidence; one on each line.",
    "passages": "Stretches of talk that somebody coded for it, each once; what only moderators say is left out.",
    "shown": "How many of them are mostly taken for the behaviour.",
    "lacking": "How many are mostly taken for its lack.",
    "unclear": "How many are neither.",
    "participants": "How many participants tell of it.",
    "of_participants": "How many participants there are in transcripts that somebody has coded or finished some of.",
    "groups": "In how many focus groups it is told.",
    "of_groups": "How many focus groups somebody has coded or finished some of.",
    "coders": "Who coded it.",
    "alpha": "Krippendorff's alpha between the coders; the lowest where there are several codes.",
    "rating": "Its mean rating in the questionnaire.",
    "rating_low": "The lower end of the 95 % interval of the rating.",
    "rating_high": "The upper end.",
    "respondents": "How many people rated it.",
    "quotations": "Quotations that stand for it; one on each line.",
    "contrary_quotations": "Quotations that stand for its lack; one on each line.",
    "quotations_chosen_by": "people, or the program where nobody has chosen yet.",
}
"""What the columns hold."""


def read_framework_table(project: Project, agreement: Agreement | None = None) -> Table:
    """Return the table of a project's framework, with the agreement of its coders.

    Args:
        project: The project.
        agreement: That of its coders, where it is at hand.
    """
    framework = read_framework(project)
    found = agreement or agreement_of(project)
    return framework_table(framework, gather_evidence(Sources(project), framework, agreement=found))


def agreement_of(project: Project) -> Agreement | None:
    """Return how far people agree, or ``None`` where nothing can be compared."""
    if len({coding.coder for coding in project.codings()}) < 2:
        return None
    try:
        return agree(project, suggestions=())
    except CodingError:
        return None


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
