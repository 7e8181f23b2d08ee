"""The command ``coding survey``: bring answers to a questionnaire in, and say what they amount to."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.cli.base import Answer, by, command, me, model
from coding.errors import CodingError

if TYPE_CHECKING:
    from pandas import DataFrame

    from coding.model import Note

_HEADER = "# Proposed from the wording. Check each code and what is reversed: importing with this file confirms them.\n"


def add_survey(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding survey``."""
    parser = commands.add_parser("survey", help="bring answers to a questionnaire in, and sum them up")
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    propose = command(inner, "propose", _propose, "propose which behaviour each item asks about, as YAML")
    propose.add_argument("project", type=Path, metavar="PROJECT")
    propose.add_argument("file", type=Path, metavar="FILE")
    propose.add_argument("--out", type=Path, metavar="YAML", help="write it there and not to the screen")
    model(propose)
    bring = command(inner, "import", _import, "bring answers in: CSV or XLSX, a row a respondent or a row an answer")
    bring.add_argument("project", type=Path, metavar="PROJECT")
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument("--mapping", type=Path, metavar="YAML", help="which behaviour each item asks about")
    bring.add_argument("--replace", action="store_true", help="in place of the survey that is there")
    by(bring)
    show = command(inner, "show", _show, "ratings of behaviours, and how reliable the scales are")
    show.add_argument("project", type=Path, metavar="PROJECT")


def _propose(arguments: argparse.Namespace) -> Answer:
    from coding.encoders import load_encoder
    from coding.questionnaires import dump_mapping, propose_codes, read_survey
    from coding.store import Project

    reading = read_survey(arguments.file)
    with Project.open(arguments.project) as project:
        codebook, encoder = project.codebook(), load_encoder(arguments.model)
        found = propose_codes(reading.survey.items, codebook, encoder, cache=project)
    attributes = list(dict.fromkeys(name for one in reading.survey.respondents for name, _ in one.attributes))
    text = _HEADER + dump_mapping(reading.survey, attributes=attributes, proposals=found)
    data = [
        {"item": one.item_id, "code": one.code_id, "probability": round(one.probability, 4), "reversed": one.reversed}
        for one in found
    ]
    if arguments.out is None:
        return data, text.rstrip("\n")
    try:
        arguments.out.write_text(text, encoding="utf-8")
    except OSError as err:
        raise CodingError(f"the mapping cannot be written ({err.strerror})", path=arguments.out) from err
    return data, f"Wrote {arguments.out} with {len(found)} items. Check it, then import with --mapping."


def _import(arguments: argparse.Namespace) -> Answer:
    from coding.edits import apply_edits
    from coding.edits.survey import ImportSurvey
    from coding.questionnaires import load_mapping, read_survey
    from coding.store import Project

    with Project.open(arguments.project) as project:
        mapping = None if arguments.mapping is None else load_mapping(arguments.mapping, project.codebook())
        reading = read_survey(arguments.file, mapping=mapping)
        apply_edits(project, [ImportSurvey(reading.survey, arguments.replace)], coder=me(arguments.by))
    survey = reading.survey
    mapped = sum(item.code_id is not None for item in survey.items)
    data = {
        "name": survey.name,
        "rows": reading.rows,
        "respondents": len(survey.respondents),
        "items": len(survey.items),
        "mapped": mapped,
        "notes": [{"line": note.line, "message": note.message} for note in reading.notes],
    }
    head = f"{survey.name}: {len(survey.respondents)} respondents of {reading.rows} rows, {len(survey.items)} items"
    return data, "\n".join([f"{head}, {mapped} with a behaviour", *map(_line, reading.notes)])


def _line(note: Note) -> str:
    return f"  line {note.line}: {note.message}" if note.line is not None else f"  {note.message}"


def _show(arguments: argparse.Namespace) -> Answer:
    from coding.questionnaires import stored_survey
    from coding.questionnaires.statistics import summarise_behaviours, summarise_items, summarise_scales
    from coding.store import Project

    with Project.open(arguments.project) as project:
        survey = stored_survey(project)
        codebook = project.codebook()
        names = {code_id: code.name for code_id, code in project.known_codes().items()}
    if survey is None:
        raise CodingError("this project has no survey; bring one in with `coding survey import`")
    ratings = summarise_behaviours(survey)
    ratings.insert(1, "behaviour", ratings["code_id"].map(names).fillna(""))
    scales = summarise_scales(survey, codebook)
    data = {
        "name": survey.name,
        "respondents": len(survey.respondents),
        "items": _records(summarise_items(survey)),
        "behaviours": _records(ratings),
        "scales": _records(scales),
    }
    lines = [f"{survey.name}: {len(survey.respondents)} respondents, {len(survey.items)} items", "", "Ratings"]
    for row in _records(ratings.sort_values("rating", ascending=False)):
        ends = "" if row["low"] is None else f" [{row['low']:.2f}, {row['high']:.2f}]"
        lines.append(f"  {row['rating']:.2f}{ends} of {row['bottom']} to {row['top']}: {row['behaviour']}")
    lines += ["", "Scales: alpha, 95 % interval, omega"]
    for row in _records(scales):
        alpha = "-" if row["alpha"] is None else f"{row['alpha']:.2f} [{row['low']:.2f}, {row['high']:.2f}]"
        omega = "-" if row["omega"] is None else f"{row['omega']:.2f}"
        why = f" ({row['reason']})" if row["reason"] else ""
        lines.append(f"  {row['scale']}, {row['items']} items: {alpha}, {omega}{why}")
    return data, "\n".join(lines)


def _records(table: DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON takes them."""
    clean = table.astype(object).where(table.notna(), None)
    return [
        {str(name): value.item() if hasattr(value, "item") else value for name, value in row.items()}
        for row in clean.to_dict("records")
    ]
