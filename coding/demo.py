"""The example study: six invented focus groups, their participants, and the codings of two researchers."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from coding.bundled import bundled
from coding.codebook import load_codebook
from coding.edits import AddCoding, MarkReviewed, Operation, SetAttributes, SetCodebook, SetRole, apply_edits
from coding.edits.survey import ImportSurvey
from coding.encoders import Encoder
from coding.errors import CodingError, ProjectError
from coding.model import Origin, Role, Segment, Transcript, Valence
from coding.pipeline import Source, Step, import_files, suggest
from coding.questionnaires import load_mapping, read_survey
from coding.store import Project

FACILITATOR = "Example facilitator"
GROUPS = {
    "group-1-retail.txt": "Retail",
    "group-2-bank.vtt": "Bank",
    "group-3-council.docx": "Council",
    "group-4-engineering.docx": "Engineering",
    "group-5-hospital.srt": "Hospital",
    "group-6-rail.csv": "Rail",
}
"""The transcripts of the example study, each with its group."""

CODED = 4
"""So many groups come with their codings; the others are there to be coded."""


@dataclass(frozen=True, slots=True)
class GoldCoding:
    """One coding of the example data, as ``transcripts/codings.csv`` has it.

    Attributes:
        transcript: Name of the transcript's file.
        coder: Who coded.
        turn: Number of the spoken turn, from 1.
        quotation: The words, which stand once in that turn.
        code_id: The code.
        valence: Shown, lacking or unclear.
    """

    transcript: str
    coder: str
    turn: int
    quotation: str
    code_id: str
    valence: Valence


def make_demo(folder: Path, encoder: Encoder, *, step: Step | None = None) -> Path:
    """Make the example study in ``folder``, unless it is there already, and return its project file.

    Raises:
        CodingError: The folder cannot be made or written, or the installation is not whole.
    """
    path = folder / "study.sqlite"
    if path.is_file():
        with Project.open(path) as project:
            if project.setting("demo") == "whole":
                return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise ProjectError(f"the folder cannot be made ({err.strerror})", path=folder) from err
    with Project.open(path, create=True) as project:
        _fill(project, step)
        suggest(project, encoder, step=step)
        project.set_setting("demo", "whole")
    return path


def _fill(project: Project, step: Step | None) -> None:
    apply_edits(
        project, [SetCodebook(load_codebook(bundled("codebook.yaml")))], coder=FACILITATOR, batch="demo-codebook"
    )
    folder = bundled("transcripts")
    for file, group in GROUPS.items():
        result = import_files(project, [Source(str(folder / file))], by=FACILITATOR, group=group, step=step)[0]
        if result.error:
            raise CodingError(result.error)
    _add_attributes(project, folder / "participants.csv")
    add_survey(project, folder)
    gold = load_gold(folder / "codings.csv")
    for info in project.transcripts()[:CODED]:
        transcript = project.transcript(info.id)
        by_coder: dict[str, list[Operation]] = defaultdict(list)
        for coding in gold:
            if coding.transcript == info.source_name:
                by_coder[coding.coder].append(place_gold(coding, transcript))
        for coder, operations in by_coder.items():
            done = [
                MarkReviewed(info.id, s.start_char, s.end_char, blind=True)
                for s in _participants_segments(project, transcript)
            ]
            apply_edits(project, [*operations, *done], coder=coder, batch=f"demo-{info.id}-{coder}")


def _participants_segments(project: Project, transcript: Transcript) -> list[Segment]:
    speakers = {turn.index: turn.speaker for turn in transcript.turns}
    return [s for s in project.segments(transcript.id) if speakers[s.turn] not in transcript.moderators]


def load_gold(path: Path) -> list[GoldCoding]:
    """Return the codings of the example data in the order of the file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            GoldCoding(
                transcript=row["transcript"],
                coder=row["coder"],
                turn=int(row["turn"]),
                quotation=row["quotation"],
                code_id=row["code_id"],
                valence=Valence(row["valence"]),
            )
            for row in csv.DictReader(file)
        ]


def place_gold(coding: GoldCoding, transcript: Transcript) -> AddCoding:
    """Find where a coding of the example data stands in its transcript.

    Raises:
        CodingError: Its words are not in that turn.
    """
    spoken = [turn for turn in transcript.turns if not turn.heading]
    turn = spoken[coding.turn - 1]
    at = transcript.words_of(turn).find(coding.quotation)
    if at < 0:
        raise CodingError(f"turn {coding.turn} does not hold {coding.quotation!r}", path=coding.transcript)
    start = turn.start_char + at
    return AddCoding(
        transcript.id, start, start + len(coding.quotation), coding.code_id, valence=coding.valence, origin=Origin.BLIND
    )


def add_survey(project: Project, folder: Path) -> None:
    """Bring the invented survey of the example study in, with what its items ask about.

    Args:
        project: The example study.
        folder: Where ``survey.csv`` and ``survey.yaml`` are.
    """
    mapping = load_mapping(folder / "survey.yaml", project.codebook())
    reading = read_survey(folder / "survey.csv", mapping=mapping)
    apply_edits(project, [ImportSurvey(reading.survey)], coder=FACILITATOR, batch="demo-survey")


def _add_attributes(project: Project, path: Path) -> None:
    operations: list[Operation] = []
    ids = {info.source_name: info.id for info in project.transcripts()}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            person = project.speakers(ids[row.pop("transcript")])[row.pop("label")]
            role = Role(row.pop("role"))
            operations += [SetAttributes(person.id, tuple(row.items())), SetRole(person.id, role)]
    apply_edits(project, operations, coder=FACILITATOR, batch="demo-participants")
