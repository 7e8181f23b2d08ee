"""A small study that many tests open."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import hypothesis
import pytest

from coding.edits import SetCodebook, apply_edits
from coding.model import Code, Codebook, ImportReport, Segment, Transcript, Turn
from coding.store import Project
from tests.small import encoder, project, sentence_study, shared, small_transcript, study

__all__ = ["encoder", "project", "sentence_study", "shared", "small_transcript", "study"]

# A slow machine is no reason to fail; what must be fast is measured in benchmarks/.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")

GROUPS = {
    "Retail": (
        "MODERATOR: Think of somebody who was really good at looking after customers.\n"
        "Carol B.: Graham stood at the counter every Friday. "
        "He asked people what had gone wrong, and he wrote it down.\n"
        "Femi: Mine never came out of his office. Eleven months, and he never met a single shopper.\n"
        "Carol B.: Well, he rang the woman himself the next morning and said sorry. That is what I remember.\n"
    ),
    "Bank": (
        "MODERATOR: And what about mistakes?\n"
        "Sunita Rao: When the card machine failed she told everybody by noon what had happened and why.\n"
        "Femi: We were told to keep quiet. Nobody upstairs wanted bad news 🙈 on a Monday.\n"
    ),
}

CODEBOOK = Codebook(
    "Small codebook",
    version="1",
    codes=(
        Code("closeness", "Close to the customer", colour="#0b6264", codable=False),
        Code(
            "meets-customers",
            "Meets customers",
            "closeness",
            "Meets the people served as a habit.",
            include=("Apply when the leader goes to where customers are.",),
            exclude=("Use calls-back when a complaint is taken up in person.",),
            examples=("She had six tenants round the table every other Thursday.",),
            contrary_examples=("He had not met a customer for years.",),
            colour="#2a7f9e",
            source="Written for tests",
        ),
        Code("calls-back", "Calls back in person", "closeness", "Takes a complaint up in person.", colour="#7d5ba6"),
        Code("learning", "Learning", colour="#9a5b13", codable=False),
        Code(
            "learns-from-failure", "Learns from failure", "learning", "Wants to know what went wrong.", colour="#b0413e"
        ),
        Code("open-in-a-crisis", "Open in a crisis", "learning", "Tells people early and in full.", colour="#4d7c2f"),
    ),
)


def transcript(name: str, text: str, *, moderators: frozenset[str] = frozenset({"MODERATOR"})) -> Transcript:
    """Build a transcript of lines like ``Label: words``."""
    turns, at = [], 0
    for line in text.splitlines(keepends=True):
        label, words = line.rstrip("\n").split(": ", 1)
        start = at + len(label) + 2
        turns.append(Turn(len(turns), label, start, start + len(words), 10.0 * len(turns), 10.0 * len(turns) + 8.0))
        at += len(line)
    report = ImportReport("text", encoding="utf-8")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Transcript(name, text, tuple(turns), f"{name}.txt", sha256, report, group=name, moderators=moderators)


def sentences(source: Transcript) -> list[Segment]:
    """Cut a transcript at the ends of its sentences."""
    found = []
    for turn in source.turns:
        for piece in re.finditer(r"\S.*?(?:[.?!](?=\s)|$)", source.words_of(turn)):
            found.append(Segment(source.id, turn.index, turn.start_char + piece.start(), turn.start_char + piece.end()))
    return found


MakeStudy = Callable[..., Path]


@pytest.fixture(scope="session")
def make_study() -> MakeStudy:
    """Return a function that makes a project file and returns its path."""

    def make(
        path: Path,
        *,
        groups: Mapping[str, str] = GROUPS,
        codebook: Codebook | None = CODEBOOK,
        coder: str = "Ada",
    ) -> Path:
        with Project.open(path, create=True) as project:
            for name, text in groups.items():
                source = transcript(name, text)
                project.add_transcript(source, sentences(source), by=coder)
            if codebook is not None:
                apply_edits(project, [SetCodebook(codebook)], coder=coder)
        return path

    return make
