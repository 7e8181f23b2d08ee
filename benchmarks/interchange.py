"""How long 100,000 codings take to go out in each format, and to come in again, and how much memory.

Run with ``python -m benchmarks.interchange [--codings N]``. Every step runs in a process of its own, so that its memory
is its own.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from coding.edits import SetCodebook, apply_edits
from coding.edits.imported import ImportCodings
from coding.export import export
from coding.interchange import import_study
from coding.model import Code, Codebook, Coding, ImportReport, Segment, Transcript, Turn
from coding.store import Project

TRANSCRIPTS = 50
TURNS = 400
CODES = 60
CODERS = ("Ada", "Bo", "Chi", "Dee")
OUT_S, IN_S, MEMORY_MB = 20.0, 40.0, 1000.0
WORDS = (
    "she he they rang came told people customer counter early late service asked wrote sorry again team wait".split()
)


def make(path: Path, codings: int) -> None:
    """Make a project of 50 transcripts of 400 turns with that many codings."""
    chance = random.Random(7)
    codes = (Code("top", "Top", codable=False), *(Code(f"c{n}", f"Code {n}", "top") for n in range(CODES)))
    with Project.open(path, create=True) as project:
        apply_edits(project, [SetCodebook(Codebook("Large", codes=codes))], coder=CODERS[0])
        for coder in CODERS:
            project.add_coder(coder)
        for number in range(TRANSCRIPTS):
            source, segments = _transcript(chance, number)
            project.add_transcript(source, segments, by=CODERS[0])
            made = [
                _coding(chance, source, chance.choice(segments), f"{number:08x}-0000-4000-8000-{n:012x}")
                for n in range(codings // TRANSCRIPTS)
            ]
            apply_edits(project, [ImportCodings(source.id, tuple(made))], coder=CODERS[0])


def _transcript(chance: random.Random, number: int) -> tuple[Transcript, list[Segment]]:
    text, turns, segments = "", [], []
    sha256 = f"{number:064x}"[::-1]
    for index in range(TURNS):
        text += f"P{index % 7}: "
        start = len(text)
        for _ in range(3):
            sentence = " ".join(chance.choices(WORDS, k=10)).capitalize() + "."
            segments.append(Segment(sha256[:16], index, len(text), len(text) + len(sentence)))
            text += sentence + " "
        text = text.rstrip()
        turns.append(Turn(index, f"P{index % 7}", start, len(text), float(index), index + 1.0))
        text += "\n"
    report = ImportReport("text", "UTF-8")
    return Transcript(f"group {number}", text, tuple(turns), f"{number}.txt", sha256, report), segments


def _coding(chance: random.Random, source: Transcript, segment: Segment, name: str) -> Coding:
    return Coding(
        name,
        source.id,
        segment.start_char,
        segment.end_char - chance.randrange(5),
        f"c{chance.randrange(CODES)}",
        chance.choice(CODERS),
        memo="A short note." if chance.random() < 0.1 else "",
        created_at="2026-01-02T03:04:05.000000Z",
    )


def _measured(*arguments: str) -> tuple[float, float, float]:
    """Run one step in a process of its own; return seconds, seconds of the processor, and megabytes."""
    command = [sys.executable, "-m", "benchmarks.interchange", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, cpu_seconds, megabytes = done.stdout.split()[-3:]
    return float(seconds), float(cpu_seconds), float(megabytes)


def _step(kind: str, project_path: str, file: str) -> None:
    with Project.open(project_path, create=kind == "in") as project:
        if kind == "in":
            # The model of sentences is loaded once in a process; that is not what is measured.
            from coding.segments import load_pipeline

            load_pipeline()
        start_s, start_cpu_s = time.perf_counter(), time.process_time()
        if kind == "out":
            export(project, file)
        else:
            import_study(project, file, by="Ada")
        taken_s, taken_cpu_s = time.perf_counter() - start_s, time.process_time() - start_cpu_s
    print(f"{taken_s:.2f} {taken_cpu_s:.2f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")


def _row(what: str, figures: tuple[float, float, float]) -> str:
    seconds, cpu_s, megabytes = figures
    return f"{what:13} {seconds:7.2f} s ({cpu_s:6.2f} s of the processor) {megabytes:6.0f} MB memory"


def main() -> None:
    """Print a line a format; exit with 1 where a figure is worse than the goal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--codings", type=int, default=100_000)
    parser.add_argument("--step", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        _step(*arguments.step)
        return
    missed = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder / "study.sqlite", arguments.codings)
        for suffix in ("csv", "xlsx", "qdpx", "qdc"):
            figures = _measured("--step", "out", f"{folder}/study.sqlite", f"{folder}/out.{suffix}")
            missed |= figures[0] > OUT_S or figures[2] > MEMORY_MB
            size = (folder / f"out.{suffix}").stat().st_size / 1e6
            print(f"{_row(f'export .{suffix}', figures)}, file {size:.1f} MB")
        for suffix in ("qdpx", "qdc"):
            figures = _measured("--step", "in", f"{folder}/{suffix}.sqlite", f"{folder}/out.{suffix}")
            missed |= figures[0] > IN_S or figures[2] > MEMORY_MB
            print(_row(f"import .{suffix}", figures))
    print("goals missed" if missed else f"goals met: {OUT_S:.0f} s out, {IN_S:.0f} s in, {MEMORY_MB:.0f} MB")
    sys.exit(int(missed))


if __name__ == "__main__":
    main()
