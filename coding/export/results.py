"""What a team settled and shared out, as tables.

Each is empty where a study has nothing of the kind, and is then left out of workbooks and archives.
"""

from __future__ import annotations

from collections.abc import Callable

from coding.consensus import layer
from coding.export.csv import CODING_COLUMNS, Cell, Table, codings_table
from coding.model import CONSENSUS
from coding.store import Project

SETTLED_COLUMNS = (
    "transcript",
    "start_char",
    "end_char",
    "quotation",
    "differed_on",
    "choice",
    "kept",
    "stands",
    "reason",
    "settled_by",
    "settled_at",
)
ASSIGNMENT_COLUMNS = ("transcript", "coder", "blind", "share", "seed", "assigned_by", "assigned_at")

ITEM_COLUMNS = ("item", "wording", "code_id", "reversed", "low", "high", "labels")
ANSWER_COLUMNS = ("respondent", "item", "answer")
RESPONDENT_COLUMNS = ("respondent", "attribute", "value")

MEANINGS = {
    "item": "Names the question.",
    "wording": "The question as it was put.",
    "reversed": "yes where agreeing tells of the lack.",
    "low": "The lowest answer.",
    "high": "The highest answer.",
    "labels": "What answers are called, the lowest first.",
    "respondent": "Names who answered.",
    "answer": "The number of the answer as it was given.",
    "attribute": "The name of an attribute of the respondent.",
    "value": "Its value.",
    "differed_on": "The codes on which coders differed.",
    "choice": "keep: what one coder had; both; another: other codes in their place; none.",
    "kept": "Whose codings were kept, where it was one coder's.",
    "stands": "What stands since: code, valence and the words.",
    "reason": "Why, in the words of whoever decided.",
    "settled_by": "Who settled it.",
    "settled_at": "When, in UTC.",
    "blind": "yes where they were to code without seeing suggestions or what others coded.",
    "share": "The share of the talk that is coded twice, where it was drawn at random.",
    "seed": "The seed of that draw.",
    "assigned_by": "Who assigned it.",
    "assigned_at": "When, in UTC.",
}
"""What the columns hold."""


def consensus_table(project: Project) -> Table:
    """Return a row a coding of the consensus, once two people have coded; empty where they agree on nothing."""
    if len({coding.coder for coding in project.codings()}) < 2:
        return Table(CODING_COLUMNS, ())
    return codings_table(layer(project, CONSENSUS))


def settled_table(project: Project) -> Table:
    """Return a row a place that was settled where coders differed."""
    names, codes = _names(project), project.known_codes()
    texts = {transcript_id: project.text(transcript_id) for transcript_id in names}

    def called(code_id: str) -> str:
        return codes[code_id].name if code_id in codes else code_id

    rows: list[tuple[Cell, ...]] = []
    for one in project.settlements():
        text = texts[one.transcript_id]
        stands = [f"{called(o.code_id)}, {o.valence.value}: “{text[o.start_char : o.end_char]}”" for o in one.outcome]
        place: tuple[Cell, ...] = (names[one.transcript_id], one.start_char, one.end_char)
        differed = "\n".join(map(called, one.code_ids))
        decided = (one.choice, one.kept, "\n".join(stands), one.reason, one.set_by, one.set_at)
        rows.append((*place, text[one.start_char : one.end_char], differed, *decided))
    return Table(SETTLED_COLUMNS, tuple(rows))


def assignments_table(project: Project) -> Table:
    """Return a row a transcript that somebody is to code."""
    names = _names(project)
    rows = tuple(
        (names[one.transcript_id], one.coder, "yes" if one.blind else "no", one.share, one.seed, one.set_by, one.set_at)
        for one in project.assignments()
    )
    return Table(ASSIGNMENT_COLUMNS, rows)


def survey_items_table(project: Project) -> Table:
    """Return a row a question of the survey, with the behaviour that it asks about."""
    rows = tuple(
        (
            item.id,
            item.wording,
            item.code_id or "",
            "yes" if item.reversed else "no",
            item.low,
            item.high,
            "\n".join(item.labels),
        )
        for item in project.survey_items()
    )
    return Table(ITEM_COLUMNS, rows)


def survey_answers_table(project: Project) -> Table:
    """Return a row an answer of a respondent; what is missing is not there."""
    rows = tuple(
        (respondent.id, item, answer) for respondent in project.survey_answers() for item, answer in respondent.answers
    )
    return Table(ANSWER_COLUMNS, rows)


def respondents_table(project: Project) -> Table:
    """Return a row an attribute of a respondent."""
    rows = tuple((one.id, name, value) for one in project.survey_answers() for name, value in one.attributes)
    return Table(RESPONDENT_COLUMNS, rows)


RESULTS: dict[str, tuple[Callable[[Project], Table], str, str]] = {
    "consensus.csv": (consensus_table, "Consensus", "a row a coding that coders agree on, or settled on"),
    "settled.csv": (settled_table, "Settled", "a row a place that was settled where coders differed, and why"),
    "assignments.csv": (assignments_table, "Assignments", "a row a transcript that somebody was to code"),
    "survey-items.csv": (survey_items_table, "Survey items", "a row a question of the survey"),
    "survey-answers.csv": (survey_answers_table, "Survey answers", "a row an answer of a respondent"),
    "respondents.csv": (respondents_table, "Respondents", "a row an attribute of a respondent"),
}
"""The tables by their files: what makes them, the name of a sheet, and what they are."""


def _names(project: Project) -> dict[str, str]:
    return {info.id: info.name for info in project.transcripts()}
