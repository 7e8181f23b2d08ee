"""What findings cost in a study of 500,000 codings: each table, the page, and memory.

Run with ``python -m benchmarks.findings [--codings N]``. 100 groups of 8 people and a moderator, 400 turns each, 60
codes, four coders. The tables are made in one process from one read, the page in another. Beside the tables stands the
same count made from the data frames of a notebook (:mod:`coding.frames`), in the same run.
"""

from __future__ import annotations

import random
from pathlib import Path

from coding.edits import SetAttributes, SetCodebook, SetRole, apply_edits
from coding.edits.imported import ImportCodings
from coding.model import Code, Codebook, Coding, ImportReport, Role, Transcript, Turn, Valence
from coding.store import Project

GROUPS, TURNS, PEOPLE, CODES, CLUSTERS = 100, 400, 8, 60, 6
CODERS = ("Ada", "Bo", "Chi", "Dee")
TABLE_S, PAGE_S, MEMORY_MB = 2.0, 3.0, 1000.0
WORDS = (
    "she he they rang came told people customer counter early late service asked wrote sorry again team wait".split()
)


def make(path: Path, codings: int) -> None:
    """Make the study."""
    chance = random.Random(7)
    clusters = [Code(f"g{n}", f"Group of codes {n}", codable=False) for n in range(CLUSTERS)]
    codes = [Code(f"c{n}", f"Behaviour {n}", f"g{n % CLUSTERS}") for n in range(CODES)]
    weights = [1 / (1 + n) ** 0.5 for n in range(CODES)]
    with Project.open(path, create=True) as project:
        apply_edits(project, [SetCodebook(Codebook("Large", codes=(*clusters, *codes)))], coder=CODERS[0])
        for coder in CODERS:
            project.add_coder(coder)
        for number in range(GROUPS):
            source = _transcript(chance, number)
            project.add_transcript(source, [], by=CODERS[0])
            _describe(project, source, chance)
            spoken = [turn for turn in source.turns if turn.speaker != "M"]
            made = [
                _coding(chance, source, chance.choice(spoken), chance.choices(range(CODES), weights)[0], number, n)
                for n in range(codings // GROUPS)
            ]
            apply_edits(project, [ImportCodings(source.id, tuple(made))], coder=CODERS[0])


def _transcript(chance: random.Random, number: int) -> Transcript:
    text, turns = "", []
    for index in range(TURNS):
        label = "M" if index % 9 == 0 else f"P{chance.randrange(PEOPLE)}"
        start = len(text) + len(label) + 2
        text += f"{label}: " + " ".join(chance.choices(WORDS, k=chance.randrange(10, 60))) + "\n"
        turns.append(Turn(index, label, start, len(text) - 1, float(index), index + 1.0))
    report = ImportReport("text", "UTF-8")
    name = f"group {number}"
    return Transcript(
        name, text, tuple(turns), f"{name}.txt", f"{number:064x}"[::-1], report, moderators=frozenset({"M"})
    )


def _describe(project: Project, source: Transcript, chance: random.Random) -> None:
    operations = []
    for label, person in project.speakers(source.id).items():
        values = (("level", chance.choice(("senior", "junior"))), ("years", str(chance.randrange(40))))
        operations += [
            SetAttributes(person.id, values),
            SetRole(person.id, Role.MODERATOR if label == "M" else Role.PARTICIPANT),
        ]
    apply_edits(project, operations, coder=CODERS[0])


def _coding(chance: random.Random, source: Transcript, turn: Turn, code: int, number: int, n: int) -> Coding:
    start = chance.randrange(turn.start_char, turn.end_char - 10)
    return Coding(
        f"{number:08x}-0000-4000-8000-{n:012x}",
        source.id,
        start,
        min(turn.end_char, start + chance.randrange(10, 160)),
        f"c{code}",
        chance.choice(CODERS),
        valence=chance.choices((Valence.SHOWN, Valence.LACKING, Valence.UNCLEAR), (6, 3, 1))[0],
        created_at="2026-01-02T03:04:05.000000Z",
    )
