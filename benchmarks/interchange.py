"""How long 100,000 codings take to go out in each format, and to come in again, and how much memory.

Run with ``python -m benchmarks.interchange [--codings N] [--only STEP …]``. Every step runs in a process of its own, so
that its memory is its own. ``--samples FOLDER`` says what becomes of the studies of other tools in a folder.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from coding.backup import back_up, restore
from coding.edits import SetCodebook, apply_edits
from coding.edits.imported import ImportCodings
from coding.export import export
from coding.export.archive import write_archive
from coding.interchange import import_study, is_study, preview_study, read_study
from coding.model import Code, Codebook, Coding, ImportReport, Segment, Transcript, Turn
from coding.segments import load_pipeline
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


def _export(project: str, file: str) -> None:
    with Project.open(project) as opened:
        export(opened, file)


def _export_wide(project: str, file: str) -> None:
    with Project.open(project) as opened:
        export(opened, file, wide=True)


def _archive_with_names(project: str, file: str) -> None:
    with Project.open(project) as opened:
        write_archive(opened, Path(file), with_names=True)


def _back_up(project: str, file: str) -> None:
    back_up(project, file)


def _import(project: str, file: str) -> None:
    with Project.open(project, create=True) as opened:
        import_study(opened, file, by="Ada")


def _preview(project: str, file: str) -> None:
    """See what a file would do that comes back to the project that wrote it."""
    with Project.open(project) as opened:
        preview_study(opened, read_study(file), by="Ada", file=Path(file).name)


def _restore(project: str, file: str) -> None:
    restore(file, project)


STEPS: dict[str, tuple[Callable[[str, str], None], str, str]] = {
    "export .csv": (_export, "study", "out.csv"),
    "export .csv --wide": (_export_wide, "study", "wide.csv"),
    "export .xlsx": (_export, "study", "out.xlsx"),
    "export .qdpx": (_export, "study", "out.qdpx"),
    "export .qdc": (_export, "study", "out.qdc"),
    "export .zip": (_export, "study", "out.zip"),
    "export .zip, names": (_archive_with_names, "study", "named.zip"),
    "backup": (_back_up, "study", "out.backup.zip"),
    "import .qdpx": (_import, "from-qdpx", "out.qdpx"),
    "import .qdc": (_import, "from-qdc", "out.qdc"),
    "preview .qdpx": (_preview, "study", "out.qdpx"),
    "restore": (_restore, "restored", "out.backup.zip"),
}
"""What is measured: a function of a project and a file, and which."""

_NEEDS = {
    "import .qdpx": "export .qdpx",
    "import .qdc": "export .qdc",
    "preview .qdpx": "export .qdpx",
    "restore": "backup",
}


def _step(name: str, folder: str) -> None:
    run, project, file = STEPS[name]
    if name.startswith("import"):
        # The model of sentences is loaded once in a process; that is not what is measured.
        load_pipeline()
    start_s, start_cpu_s = time.perf_counter(), time.process_time()
    run(f"{folder}/{project}.sqlite", f"{folder}/{file}")
    taken_s, taken_cpu_s = time.perf_counter() - start_s, time.process_time() - start_cpu_s
    print(f"{taken_s:.2f} {taken_cpu_s:.2f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")


def _samples(folder: Path) -> None:
    """Print what came of each study in a folder, and what had no place, by kind."""
    for path in sorted(path for path in folder.iterdir() if is_study(path)):
        with tempfile.TemporaryDirectory() as place, Project.open(f"{place}/study.sqlite", create=True) as project:
            study = read_study(path)
            report = import_study(project, path, by="Ada")
            quoted = sum(bool(project.text(c.transcript_id)[c.start_char : c.end_char]) for c in project.codings())
        print(f"{path.name} ({report.format})")
        print(f"  codes {report.codes} of {len(study.codes)}, transcripts {len(report.transcripts)}, codings ", end="")
        print(
            f"{report.codings} of {report.codings_in_file}, with their words {quoted}, participants {report.people}, ",
            end="",
        )
        print(f"memos {report.memos}, coders {len(report.coders)}")
        for word, items in (("left out", report.dropped), ("kept in another form", report.mended)):
            for (what, why), count in Counter((one.what, one.why) for one in items).most_common():
                print(f"  {word}: {count} {what}: {why}")
        for warning in report.warnings:
            print(f"  warning: {warning}")


def main() -> None:
    """Print a line a step; exit with 1 where a figure is worse than the goal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--codings", type=int, default=100_000)
    parser.add_argument("--only", nargs="+", choices=STEPS, default=list(STEPS), metavar="STEP", help=", ".join(STEPS))
    parser.add_argument("--samples", type=Path, metavar="FOLDER", help="say what becomes of the studies in a folder")
    parser.add_argument("--step", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        _step(*arguments.step)
        return
    if arguments.samples:
        _samples(arguments.samples)
        return
    wanted = {*arguments.only, *(_NEEDS[name] for name in arguments.only if name in _NEEDS)}
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder) / "study.sqlite", arguments.codings)
        for step in (step for step in STEPS if step in wanted):
            seconds, cpu_s, megabytes = _measured("--step", step, folder)
            most_s = OUT_S if step.startswith(("export", "backup")) else IN_S
            if seconds > most_s or megabytes > MEMORY_MB:
                missed.append(step)
            size = (Path(folder) / STEPS[step][2]).stat().st_size / 1e6
            spent = f"{seconds:7.2f} s ({cpu_s:6.2f} s of the processor)"
            print(f"{step:18} {spent} {megabytes:6.0f} MB memory, file {size:6.1f} MB", flush=True)
    goals = f"{OUT_S:.0f} s out, {IN_S:.0f} s in, {MEMORY_MB:.0f} MB"
    print(f"goals missed ({goals}): {', '.join(missed)}" if missed else f"goals met: {goals}")
    sys.exit(int(bool(missed)))


if __name__ == "__main__":
    main()
