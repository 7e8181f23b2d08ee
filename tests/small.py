"""A focus group of five turns, a codebook of two codes, and the fixtures made of them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from coding.edits import SetCodebook, apply_edits
from coding.encoders import SentenceEncoder, load_encoder
from coding.model import Code, Codebook, ImportReport, Segment, Transcript, Turn
from coding.segments import segment_transcript
from coding.store import Project

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("FOCUS_SHARED", ROOT.parent / "shared"))

TALK = (
    ("Ruth", "Tell me about somebody who was really good with customers."),
    ("Bob", "She rang her own help line every Monday morning, to hear how long it took. Nobody else did that."),
    ("Ann", "Mm. Ours never left the office. 😀 He had a chart on the wall, and that was his customer."),
    ("Bob", "The car park was full again, by the way."),
    ("Ann", "When the boiler failed she wrote to every tenant the same evening and said what had gone wrong."),
)

CODEBOOK = Codebook(
    "Leaders",
    "1",
    codes=(
        Code("people", "People", codable=False),
        Code(
            "tries-service",
            "Tries the service",
            "people",
            "Uses the service like a customer.",
            examples=(
                "He phoned the helpdesk himself to see how long it rang.",
                "She queued at the counter in her coat.",
            ),
            contrary_examples=("He had not seen a shop floor in years.",),
        ),
        Code(
            "tells-early",
            "Tells customers early",
            "people",
            "Says at once what has gone wrong.",
            examples=("They put a notice up within the hour and said it was our fault.",),
            contrary_examples=("Nobody told the passengers anything until the next day.",),
        ),
    ),
)


def make_transcript(talk=TALK, name="group", *, moderators=("Ruth",)) -> Transcript:
    text, turns = "", []
    for index, (speaker, words) in enumerate(talk):
        start = len(text) + len(speaker) + 2
        text += f"{speaker}: {words}\n"
        turns.append(Turn(index, speaker, start, start + len(words), float(index), index + 0.5))
    text = text.removesuffix("\n")
    sha256 = hashlib.sha256(f"{name}\n{text}".encode(errors="surrogatepass")).hexdigest()
    report = ImportReport("text", "UTF-8")
    return Transcript(name, text, tuple(turns), f"{name}.txt", sha256, report, moderators=frozenset(moderators))


@pytest.fixture(name="transcript")
def small_transcript() -> Transcript:
    return make_transcript()


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.open(tmp_path / "study.sqlite", create=True) as made:
        yield made


@pytest.fixture
def study(project: Project, transcript: Transcript) -> Project:
    """Return a project with a codebook and one transcript, a segment a turn."""
    apply_edits(project, [SetCodebook(CODEBOOK)], coder="Ada")
    segments = [Segment(transcript.id, t.index, t.start_char, t.end_char) for t in transcript.turns]
    project.add_transcript(transcript, segments, by="Ada")
    return project


@pytest.fixture
def sentence_study(project: Project, transcript: Transcript) -> Project:
    """Return a project with a codebook and one transcript, segmented by spaCy."""
    apply_edits(project, [SetCodebook(CODEBOOK)], coder="Ada")
    project.add_transcript(transcript, segment_transcript(transcript), by="Ada")
    return project


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    return load_encoder()


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"the folder with shared samples is not at {SHARED}")
    return SHARED
