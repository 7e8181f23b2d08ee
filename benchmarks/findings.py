"""What findings cost in a study of 500,000 codings: each table, the page, and memory.

Run with ``python -m benchmarks.findings [--codings N]``. 100 groups of 8 people and a moderator, 400 turns each, 60
codes, four coders. The tables are made in one process from one read, the page in another. Beside the tables stands the
same count made from the data frames of a notebook (:mod:`coding.frames`), in the same run.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
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


def _steps(project: Project) -> dict[str, Callable[[], object]]:
    """Return what is measured, each apart."""
    from coding.findings import code_saturation, read_material
    from coding.findings import counts as c
    from coding.findings.differences import compare_people
    from coding.findings.pairs import co_occurrence
    from coding.findings.sequences import following, take_ups, who_takes_up_whom
    from coding.findings.speaking import talk_by_group, talk_share

    m = read_material(project)
    return {
        "codes": lambda: c.codes_overall(m),
        "codes by group": lambda: c.codes_by_group(m),
        "codes by participant": lambda: c.codes_by_participant(m),
        "codes by attribute": lambda: c.codes_by_attribute(m, "level"),
        "groups of codes": lambda: c.codes_overall(m.by_cluster()),
        "shown and lacking": lambda: c.shown_against_lacking(m),
        "together, same turn": lambda: co_occurrence(m),
        "together, within 3 turns": lambda: co_occurrence(m, near=3),
        "together, same words": lambda: co_occurrence(m, unit="word"),
        "what follows what": lambda: following(m),
        "who takes up whom": lambda: who_takes_up_whom(take_ups(m)),
        "talk": lambda: (talk_share(m), talk_by_group(m)),
        "saturation": lambda: code_saturation(m),
        "differences, 999 swaps": lambda: compare_people(m, "level", resamples=999),
        "the codings behind a number": lambda: c.codings_behind(m, code_id="c0", group=m.groups[0]),
        "a choice of coders and groups": lambda: c.codes_overall(m.choose(coders=["Ada"], groups=m.groups[:50])),
    }


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _tables(path: str) -> None:
    import pandas  # noqa: F401 - not what is measured
    import scipy.sparse  # noqa: F401

    with Project.open(path) as project:
        start = time.perf_counter()
        steps = _steps(project)
        print(f"read once\t{time.perf_counter() - start:.2f}", flush=True)
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            print(f"{name}\t{time.perf_counter() - start:.2f}", flush=True)
        print(f"memory\t{_memory_mb():.0f}")


def _page(path: str) -> None:
    from streamlit.testing.v1 import AppTest

    from coding.ui import session

    session.assistant_ready = lambda path, *, blind=False: True  # type: ignore[assignment]
    app = AppTest.from_file(str(Path(__file__).parents[1] / "app.py"), default_timeout=300)
    app.session_state[session._PROJECT] = path
    app.session_state[session._CODER] = "Ada"
    app.run()
    app.switch_page("coding/ui/pages/findings.py")
    for name in ("page, first time", "page, again"):
        start = time.perf_counter()
        app.run()
        print(f"{name}\t{time.perf_counter() - start:.2f}", flush=True)
    if app.exception:
        raise SystemExit(str(app.exception))
    print(f"memory\t{_memory_mb():.0f}")


def _frames(path: str) -> None:
    from coding import frames

    with Project.open(path) as project:
        start = time.perf_counter()
        table = frames.codings(project)
        table = table[table["role"] == "participant"]
        table.pivot_table(index="code_id", columns="group", values="coding_id", aggfunc="count", fill_value=0)
        print(f"codes by group from data frames\t{time.perf_counter() - start:.2f}")
        print(f"memory\t{_memory_mb():.0f}")


def main() -> None:
    """Print a line a figure; exit with 1 where one is worse than the goal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--codings", type=int, default=500_000)
    parser.add_argument("--project", type=Path, help="a study that was made before; made there where it is missing")
    parser.add_argument("--step", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        {"tables": _tables, "page": _page, "frames": _frames}[arguments.step[0]](arguments.step[1])
        return
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.project or Path(folder) / "study.sqlite"
        if not path.exists():
            make(path, arguments.codings)
        for step in ("tables", "page", "frames"):
            command = [sys.executable, "-m", "benchmarks.findings", "--step", step, str(path)]
            out = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            for line in out.stdout.splitlines():
                name, _, number = line.partition("\t")
                value = float(number)
                unit = "MB" if name == "memory" else "s"
                goal = {"memory": MEMORY_MB}.get(name, PAGE_S if name.startswith("page") else TABLE_S)
                counts = step != "frames" and name != "read once"
                missed |= counts and value > goal
                print(f"{step:7} {name:34} {value:8.2f} {unit}" + ("  MISSED" if counts and value > goal else ""))
    print("goals missed" if missed else f"goals met: {TABLE_S:g} s a table, {PAGE_S:g} s the page, {MEMORY_MB:g} MB")
    sys.exit(int(missed))


if __name__ == "__main__":
    main()
