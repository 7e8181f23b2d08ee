"""What the tests of REFI-QDA share: the schemas, a study that has a bit of everything, and files made by hand."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import etree

from coding.edits import AddCoding, SetAttributes, SetCodebook, SetRole, WriteMemo, apply_edits
from coding.edits.people import MergeParticipants
from coding.model import (
    Code,
    Codebook,
    Evidence,
    ImportReport,
    Origin,
    Role,
    Segment,
    State,
    Suggestion,
    Transcript,
    Turn,
    Valence,
)
from coding.store import Project
from tests.small import SHARED

NS = "{urn:QDA-XML:project:1.0}"
_DATES = re.compile(r' (?:creationDateTime|modifiedDateTime)="[^"]*"')

# Emoji, combining marks, right-to-left, a line separator, and words on several lines.
TALK = (
    ("Ruth", "Tell me about somebody 👩🏽‍💼 who was really good."),
    ("Bob", "She rang her own he\u0301lp line. Nobody else did that. 😀"),
    (None, "[laughter]"),
    ("Ann", "مرحبا she said to every tenant,\nand she wrote to them the same evening."),
    ("Bob", "The car park was full & <again>, by the way."),
)

CODEBOOK = Codebook(
    "Leaders & others",
    "3",
    "en-GB",
    "What leaders do.\nOr not.",
    (
        Code("people", "People", colour="#112233", codable=False),
        Code(
            "tries-service",
            "Tries the service",
            "people",
            "Uses the service like a <customer>.",
            include=("Apply when they queue.", "And when they ring."),
            exclude=("Use tells-early otherwise.",),
            examples=("He phoned the helpdesk himself.",),
            contrary_examples=("He had not seen a shop floor in years.",),
            colour="#4477aa",
            source="Written for tests",
        ),
        Code("early", "Early", "people"),
        Code("other", "Other", codable=False),
        Code("early-2", "early", "other", "The same name elsewhere."),
    ),
)


def schema(kind: str) -> etree.XMLSchema:
    folder = SHARED / "reference" / "schema"
    if not folder.is_dir():
        pytest.skip(f"the schemas are not at {folder}")
    return etree.XMLSchema(etree.parse(str(folder / f"{kind}-mrt2019.xsd")))


def make_source(name="group 1", talk=TALK, *, group="Retail", moderators=("Ruth",)) -> Transcript:
    text, turns = "", []
    for index, (speaker, words) in enumerate(talk):
        label = "" if speaker is None else f"{speaker}: "
        start = len(text) + len(label)
        text += f"{label}{words}\n"
        turns.append(Turn(index, speaker, start, start + len(words), float(index), index + 0.5, speaker is None))
    import hashlib

    sha256 = hashlib.sha256(f"{name}\n{text}".encode()).hexdigest()
    report = ImportReport("text", "UTF-8")
    return Transcript(name, text, tuple(turns), f"{name}.txt", sha256, report, group, frozenset(moderators))


def add_source(project: Project, source: Transcript) -> str:
    cut = [Segment(source.id, t.index, t.start_char, t.end_char) for t in source.turns if not t.heading]
    return project.add_transcript(source, cut, by="Ada")


def fill(project: Project) -> Project:
    """Put into a project a bit of everything that can be exchanged."""
    apply_edits(project, [SetCodebook(CODEBOOK)], coder="Ada")
    first, second = make_source(), make_source("group 2", TALK[1:], group="Bank", moderators=())
    for source in (first, second):
        add_source(project, source)
    people = project.speakers(first.id)
    operations = [
        SetAttributes(people["Bob"].id, (("role", "clerk"), ("sector", "retail"))),
        SetRole(people["Ann"].id, Role.MODERATOR),
        MergeParticipants(project.speakers(second.id)["Ann"].id, people["Ann"].id),
        AddCoding(first.id, *place(first, "own he\u0301lp line"), "tries-service", memo="see\nboth lines"),
        AddCoding(first.id, *place(first, "مرحبا she said"), "early-2", valence=Valence.LACKING),
    ]
    apply_edits(project, operations, coder="Ada")
    apply_edits(
        project,
        [
            AddCoding(
                first.id,
                *place(first, "own he\u0301lp line"),
                "tries-service",
                origin=Origin.ACCEPTED,
                score=0.123456789,
                probability=0.5,
            ),
            AddCoding(second.id, *place(second, "car park was full & <again>"), "early"),
            WriteMemo("project", "Start with group 2."),
            WriteMemo("code:early", "Rename?"),
            WriteMemo(f"transcript:{second.id}", "Noisy."),
            WriteMemo(
                f"segment:{second.id}:{place(second, 'Nobody else')[0]}-{place(second, 'Nobody else')[1]}", "Who?"
            ),
        ],
        coder="Bo Ek",
    )
    coding = project.codings(second.id)[0]
    apply_edits(project, [WriteMemo(f"coding:{coding.id}", "Sure?")], coder="Ada")
    segment = project.segments(first.id)[1]
    evidence = (
        Evidence(0.25, "example", "He phoned the helpdesk himself."),
        Evidence(-0.05, "rejected", "No", coder="Ada"),
    )
    proposed = [
        Suggestion(first.id, segment.start_char, segment.end_char, "early", 0.2, 0.61, evidence=evidence),
        Suggestion(first.id, segment.start_char, segment.end_char, "early-2", 0.1, 0.3, State.UNSURE),
    ]
    project.set_suggestions(first.id, proposed)
    return project


def place(source: Transcript, words: str) -> tuple[int, int]:
    at = source.text.index(words)
    return at, at + len(words)


def parts(path: Path) -> dict[str, str]:
    """Return the parts of a QDPX file as text, without dates."""
    with zipfile.ZipFile(path) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    return {name: _DATES.sub("", text) if name.endswith(".qde") else text for name, text in found.items()}


def tree(path: Path) -> etree._Element:
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read("project.qde"))


GUIDS = [f"00000000-0000-4000-8000-{number:012d}" for number in range(100)]


def qdpx(inner: str, sources: Mapping[str, bytes] | None = None, *, attributes: str = 'origin="Other 1"') -> bytes:
    """Return a QDPX file of another tool, its project's content given as XML."""
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    text = f'{head}<Project xmlns="urn:QDA-XML:project:1.0" name="Theirs" {attributes}>{inner}</Project>'
    return package(
        {"project.qde": text.encode(), **{f"Sources/{name}": data for name, data in (sources or {}).items()}}
    )


def package(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def codebook(*codes: str) -> str:
    return f"<CodeBook><Codes>{''.join(codes)}</Codes></CodeBook>" if codes else ""


def code(number: int, name: str, inner: str = "", *, extra: str = "") -> str:
    return f'<Code guid="{GUIDS[number]}" name="{name}" isCodable="true" {extra}>{inner}</Code>'


def selection(number: int, start: object, end: object, *codings: str) -> str:
    return (
        f'<PlainTextSelection guid="{GUIDS[number]}" startPosition="{start}" endPosition="{end}">'
        f"{''.join(codings)}</PlainTextSelection>"
    )


def coding(number: int, of: int, user: int | None = None, inner: str = "") -> str:
    by = "" if user is None else f' creatingUser="{GUIDS[user]}"'
    return (
        f'<Coding guid="{GUIDS[number]}"{by} creationDateTime="2024-05-06T07:08:09+02:00">'
        f'<CodeRef targetGUID="{GUIDS[of]}"/>{inner}</Coding>'
    )


def text_source(number: int, inner: str = "", *, name: str = "Interview", path: str | None = None) -> str:
    where = path or f"internal://{GUIDS[number]}.txt"
    return f'<TextSource guid="{GUIDS[number]}" name="{name}" plainTextPath="{where}">{inner}</TextSource>'
