"""Turn rows into the types of :mod:`coding.model` and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from coding.errors import ProjectError
from coding.model import (
    Change,
    Code,
    Coding,
    Edit,
    Evidence,
    ImportReport,
    LeftOut,
    Note,
    Origin,
    Participant,
    Role,
    Segment,
    State,
    Suggestion,
    Turn,
    Valence,
)

Row = Mapping[str, Any]


def dumps(value: object) -> str:
    """Return compact JSON with sorted keys, the same for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def report_to_json(report: ImportReport) -> str:
    """Return the import report as JSON."""
    return dumps(asdict(report))


def report_from_json(text: str) -> ImportReport:
    """Return the import report that :func:`report_to_json` wrote."""
    data = json.loads(text)
    return ImportReport(
        format=data["format"],
        encoding=data["encoding"],
        cues_in=data["cues_in"],
        cues_out=data["cues_out"],
        left_out=tuple(LeftOut(**item) for item in data["left_out"]),
        warnings=tuple(Note(**item) for item in data["warnings"]),
    )


def turn(row: Row) -> Turn:
    """Return a turn."""
    return Turn(
        index=row["index"],
        speaker=row["speaker"],
        start_char=row["start_char"],
        end_char=row["end_char"],
        start_s=row["start_s"],
        end_s=row["end_s"],
        heading=bool(row["heading"]),
    )


def participant(row: Row) -> Participant:
    """Return a participant."""
    attributes = json.loads(row["attributes"])
    return Participant(row["id"], row["name"], Role(row["role"]), tuple(attributes.items()))


def segment(row: Row) -> Segment:
    """Return a segment."""
    return Segment(row["transcript_id"], row["turn"], row["start_char"], row["end_char"])


def code_to_json(code: Code) -> str:
    """Return a code as JSON."""
    return dumps(asdict(code))


def code_from_json(text: str) -> Code:
    """Return the code that :func:`code_to_json` wrote.

    Raises:
        ProjectError: It is not what was written.
    """
    try:
        data = json.loads(text)
        for name in ("include", "exclude", "examples", "contrary_examples"):
            data[name] = tuple(data[name])
        return Code(**data)
    except (ValueError, KeyError, TypeError) as err:
        raise ProjectError(
            "a code in this project cannot be read, so the file is damaged; put a backup back with `coding restore`"
        ) from err


def coding(row: Row) -> Coding:
    """Return a coding."""
    data = dict(row)
    data["valence"] = Valence(data["valence"])
    data["origin"] = Origin(data["origin"])
    return Coding(**data)


def coding_to_row(value: Coding) -> dict[str, object]:
    """Return the row of a coding."""
    row: dict[str, object] = asdict(value)
    row["valence"] = value.valence.value
    row["origin"] = value.origin.value
    return row


def suggestion(row: Row) -> Suggestion:
    """Return a suggestion from a row joined with its segment."""
    return Suggestion(
        transcript_id=row["transcript_id"],
        start_char=row["start_char"],
        end_char=row["end_char"],
        code_id=row["code_id"],
        score=row["score"],
        probability=row["probability"],
        state=State(row["state"]),
        valence=Valence(row["valence"]),
        evidence=tuple(Evidence(*item) for item in json.loads(row["evidence"])),
    )


def evidence_to_json(evidence: tuple[Evidence, ...]) -> str:
    """Return the terms as JSON lists in the order of the fields."""
    return json.dumps(
        [(round(e.share, 6), e.kind, e.text, e.code_id, e.coder, e.segment_key) for e in evidence], ensure_ascii=False
    )


def changes_to_json(changes: tuple[Change, ...]) -> str:
    """Return the changes of an edit as JSON."""
    return dumps([[c.table, c.key, c.before, c.after] for c in changes])


def edit(row: Row) -> Edit:
    """Return an edit."""
    changes = tuple(Change(*item) for item in json.loads(row["changes"]))
    return Edit(
        id=row["id"],
        batch=row["batch"],
        coder=row["coder"],
        at=row["at"],
        kind=row["kind"],
        transcript_id=row["transcript_id"],
        summary=row["summary"],
        changes=changes,
        undoes=row["undoes"],
    )
