"""Reading time and memory of transcripts, beside the usual libraries alone on the same files.

Run it from the top folder: ``python -m benchmarks.reading``. It prints two tables: reading beside ``webvtt-py``,
``srt`` and ``python-docx`` (each of which gives cues or paragraphs only), and the growth of time and memory with the
number of cues. ``--samples FOLDER`` prints what becomes of your own files instead, beside their words as other
programs count them.

Times are the least processor time of a few rounds. Memory is what the whole process grows by at its peak, above what
it holds when it has read a file of ten cues; the file itself, the libraries' trees and buffers are in it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.reading_files import WRITERS, unpacked_bytes
from benchmarks.reading_samples import show_samples
from coding.readers import read_transcript

SIZES = (10_000, 100_000)
PDF_SIZES = (1_000, 10_000)
"""A PDF of 100,000 turns has 4,000 pages; more than 2,000 are refused."""
BESIDE = 10_000
_BESIDE_ROUNDS = 3
_GROWTH_ROUNDS = 2
_MB = 1_000_000


def by_webvtt(path: Path) -> int:
    """Read with webvtt-py alone."""
    import webvtt

    return sum(len(cue.text) for cue in webvtt.read(str(path)))


def by_srt(path: Path) -> int:
    """Read with srt alone."""
    import srt

    return sum(len(cue.content) for cue in srt.parse(path.read_text("utf-8")))


def by_docx(path: Path) -> int:
    """Read with python-docx alone."""
    from docx import Document

    return sum(len(paragraph.text) for paragraph in Document(str(path)).paragraphs)


def by_us(path: Path) -> int:
    """Read as the project does."""
    return len(read_transcript(path).text)


READERS: dict[str, Callable[[Path], int]] = {
    "readers": by_us,
    "webvtt-py": by_webvtt,
    "srt": by_srt,
    "python-docx": by_docx,
}
ALONE = {"vtt": "webvtt-py", "srt": "srt", "docx": "python-docx"}


def measure_here(reader: str, small: Path, path: Path, rounds: int) -> tuple[float, int]:
    """Return the least processor time in seconds, and by how many bytes this process grew at its peak."""
    read = READERS[reader]
    read(small)
    before = _status("VmRSS")
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        read(path)
        best = min(best, time.process_time() - started)
    return best, max(0, _status("VmHWM") - before)


def _status(name: str) -> int:
    """Return a size of this process in bytes, as Linux tells it; 0 where nothing tells it."""
    try:
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)


def measure(reader: str, small: Path, path: Path, rounds: int) -> tuple[float, int]:
    """Measure in a process of its own, since memory that was once taken is not given back."""
    command = [sys.executable, "-m", "benchmarks.reading", "--measure", reader, str(small), str(path), str(rounds)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, grown = json.loads(answer.stdout)
    return seconds, grown


def beside(folder: Path, count: int) -> list[str]:
    """Return the rows of the table beside the libraries."""
    rows = [
        "| file | library | library s | readers s | time | library MB | readers MB |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for suffix, library in ALONE.items():
        small, path = _file(folder, suffix, 10), _file(folder, suffix, count)
        alone, alone_bytes = measure(library, small, path, _BESIDE_ROUNDS)
        ours, our_bytes = measure("readers", small, path, _BESIDE_ROUNDS)
        memory = f"{alone_bytes / _MB:.1f} | {our_bytes / _MB:.1f}"
        rows.append(f"| {suffix} | {library} | {alone:.3f} | {ours:.3f} | {ours / alone:.2f} × | {memory} |")
    return rows


def growth(folder: Path, suffix: str, sizes: Sequence[int]) -> list[str]:
    """Return a format's rows of the table of growth."""
    rows = []
    small, before = _file(folder, suffix, 10), 0.0
    for size in sizes:
        path = _file(folder, suffix, size)
        took, grown = measure("readers", small, path, _GROWTH_ROUNDS)
        length = unpacked_bytes(path)
        times = f"{took / before:.1f} ×" if before else ""
        about = f"{length / _MB:.2f} | {took:.2f} | {took / size * 1e6:.0f} | {times}"
        rows.append(f"| {suffix} | {size:,} | {about} | {grown / _MB:.1f} | {grown / length:.1f} × |")
        before = took
        path.unlink()
    return rows


def _file(folder: Path, suffix: str, count: int) -> Path:
    path = folder / f"{count}.{suffix}"
    if not path.exists():
        path.write_bytes(WRITERS[suffix](count))
    return path


def main() -> None:
    """Print both tables, or print what becomes of the files in a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--formats", nargs="+", choices=WRITERS, default=list(WRITERS), help="only print these")
    parser.add_argument("--samples", type=Path, metavar="FOLDER", help="only say what becomes of the files in it")
    parser.add_argument("--measure", nargs=4, metavar="X", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        reader, small, path, rounds = arguments.measure
        print(json.dumps(measure_here(reader, Path(small), Path(path), int(rounds))))
        return
    if arguments.samples:
        show_samples(arguments.samples)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = [f"Beside the library alone, {BESIDE:,} cues:", "", *beside(folder, BESIDE), ""]
        print("\n".join(lines), flush=True)
        heads = [
            "Growth with the number of cues; the size of DOCX, ODT and XLSX is that of what is packed in them:",
            "",
            "| file | cues | MB | s | µs a cue | time | MB at the peak | of the file |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        print("\n".join(heads), flush=True)
        for suffix in arguments.formats:
            rows = growth(folder, suffix, PDF_SIZES if suffix == "pdf" else SIZES)
            print("\n".join(rows), flush=True)


if __name__ == "__main__":
    main()
