"""Reading time and memory of transcripts, beside the usual libraries alone on the same files.

Run ``python benchmarks/reading.py``, or with ``--samples FOLDER`` to see what becomes of your own files. It prints two
tables: reading beside ``webvtt-py``, ``srt`` and ``python-docx``,
each of which gives cues or paragraphs only, and the growth of time and memory with the number of cues. Memory is what
Python objects take at their peak; the tree that lxml holds in C for a Word document is not in it.
"""

from __future__ import annotations

import argparse
import io
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from coding.readers import read_transcript

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 5
_WORDS = "so the thing is that she always went down to the counter herself and asked people what had gone wrong".split()
_SPEAKERS = ("Whitlock, Martin", "Ashdown, Ruth", "Nair, Priya", "O'Hara, Siobhán", "Lindqvist, Tom")


def clock(second: float, mark: str) -> str:
    """Return a time as cues write it, with ``mark`` before the milliseconds."""
    whole = int(second)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{mark}{round(second % 1 * 1000):03}"


def talk(count: int) -> list[tuple[str, str, float, float]]:
    """Return speaker, words, start and end in seconds of ``count`` cues, the same ones each time."""
    rng = random.Random(7)
    cues = []
    speaker = _SPEAKERS[0]
    for at in range(count):
        if rng.random() < 0.3:
            speaker = rng.choice(_SPEAKERS)
        words = " ".join(rng.choices(_WORDS, k=rng.randint(4, 14))).capitalize() + "."
        cues.append((speaker, words, at * 3.0, at * 3.0 + 2.9))
    return cues


def write_vtt(count: int) -> bytes:
    """Return WebVTT as Teams writes it."""
    parts = ["WEBVTT\n\n"]
    for at, (speaker, words, start, end) in enumerate(talk(count)):
        cue = f"9398a2aa-f4a8-5e5e-b3c2-6bbb3f25971d/{at}-0\n{clock(start, '.')} --> {clock(end, '.')}\n"
        parts.append(f"{cue}<v {speaker}>{words}</v>\n\n")
    return "".join(parts).encode()


def write_srt(count: int) -> bytes:
    """Return SubRip with a name before each cue."""
    cues = enumerate(talk(count), start=1)
    parts = (f"{at}\n{clock(s, ',')} --> {clock(e, ',')}\n[{who}] {words}\n\n" for at, (who, words, s, e) in cues)
    return "".join(parts).encode()


def write_txt(count: int) -> bytes:
    """Return text with typed labels."""
    return "".join(f"{who}: {words}\n" for who, words, _, _ in talk(count)).encode()


def write_csv(count: int) -> bytes:
    """Return a table with a turn a row."""
    rows = (f'{clock(s, ".")},"{who}","{words}"\n' for who, words, s, _ in talk(count))
    return ("Time,Speaker,Content\n" + "".join(rows)).encode()


def write_docx(count: int) -> bytes:
    """Return a Word document as Teams writes it, a turn a paragraph."""
    from docx import Document
    from docx.oxml import OxmlElement

    document = Document()
    end = document.element.body[-1]
    for who, words, start, _ in talk(count):
        paragraph = OxmlElement("w:p")
        run = OxmlElement("w:r")
        run.text = f"{who}   {clock(start, '.')[:8]}\n{words}"
        paragraph.append(run)
        end.addprevious(paragraph)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


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


WRITERS: dict[str, Callable[[int], bytes]] = {
    "vtt": write_vtt,
    "srt": write_srt,
    "docx": write_docx,
    "txt": write_txt,
    "csv": write_csv,
}
ALONE: dict[str, tuple[str, Callable[[Path], int]]] = {
    "vtt": ("webvtt-py", by_webvtt),
    "srt": ("srt", by_srt),
    "docx": ("python-docx", by_docx),
}


def seconds(read: Callable[[Path], int], path: Path, rounds: int) -> float:
    """Return the least processor time of several rounds, in seconds."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        read(path)
        best = min(best, time.process_time() - started)
    return best


def peak_bytes(path: Path) -> int:
    """Return the most memory that Python objects take while a fresh process reads, the file itself among them."""
    code = (
        "import sys, tracemalloc; sys.path.insert(0, sys.argv[3]);"
        "from coding.readers import read_transcript;"
        "read_transcript(sys.argv[2]); tracemalloc.start();"
        "read_transcript(sys.argv[1]); print(tracemalloc.get_traced_memory()[1])"
    )
    small = path.with_name(f"small{path.suffix}")
    small.write_bytes(WRITERS[path.suffix[1:]](10))
    root = str(Path(__file__).resolve().parents[1])
    answer = subprocess.run(
        [sys.executable, "-c", code, str(path), str(small), root], capture_output=True, text=True, check=True
    )
    return int(answer.stdout)


def unpacked_bytes(path: Path) -> int:
    """Return a file's size, of a ZIP file what its parts unpack to: made-up words pack far better than real ones."""
    if path.suffix != ".docx":
        return path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        return sum(info.file_size for info in archive.infolist())


def show_samples(folder: Path) -> None:
    """Print what becomes of each file in a folder: words, cues, speakers with their turns, warnings."""
    print("| file | format | words | left out | cues in | cues out | speakers (turns) | warnings |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for path in sorted(folder.iterdir()):
        read = read_transcript(path)
        words = sum(len(read.words_of(turn).split()) for turn in read.turns)
        left_out = sum(len(item.text.split()) for item in read.report.left_out)
        turns = Counter(turn.speaker or "(unknown)" for turn in read.turns if not turn.heading)
        who = "; ".join(f"{name} {count}" for name, count in turns.most_common(6))
        who += f"; {len(turns) - 6} more" if len(turns) > 6 else ""
        cues = (read.report.cues_in, read.report.cues_out)
        shown = " | ".join("" if count is None else f"{count:,}" for count in cues)
        about = f"{words:,} | {left_out:,} | {shown} | {who.replace('|', ' ')} | {len(read.report.warnings)}"
        print(f"| {path.name} | {read.report.format} | {about} |")


def main() -> None:
    """Print both tables, or what becomes of the files in a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of cues")
    parser.add_argument("--samples", type=Path, metavar="FOLDER", help="only say what becomes of the files in it")
    arguments = parser.parse_args()
    if arguments.samples:
        show_samples(arguments.samples)
        return
    sizes = sorted(arguments.sizes)
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for suffix, write in WRITERS.items():
            for size in sizes:
                paths[suffix, size] = Path(folder) / f"{size}.{suffix}"
                paths[suffix, size].write_bytes(write(size))
        middle = sizes[len(sizes) // 2]
        print(f"Beside the library alone, {middle:,} cues (least processor time of {ROUNDS} rounds)\n")
        print(f"{'file':6} {'library':12} {'library s':>10} {'readers s':>10} {'ratio':>7}")
        for suffix, (library, read) in ALONE.items():
            alone, ours = (seconds(one, paths[suffix, middle], ROUNDS) for one in (read, by_us))
            print(f"{suffix:6} {library:12} {alone:10.3f} {ours:10.3f} {ours / alone:7.2f}")
        print("\nGrowth with the number of cues\n")
        heads = f"{'seconds':>8} {'µs/cue':>7} {'× time':>7} {'peak MB':>8} {'× file':>7}"
        print(f"{'file':6} {'cues':>8} {'MB':>7} {heads}")
        for suffix in WRITERS:
            before = 0.0
            for size in sizes:
                path = paths[suffix, size]
                took, peak, length = seconds(by_us, path, 3), peak_bytes(path), unpacked_bytes(path)
                grown = f"{took / before:7.1f}" if before else f"{'':7}"
                line = f"{suffix:6} {size:8,} {length / 1e6:7.2f} {took:8.3f} {took / size * 1e6:7.1f} {grown}"
                print(f"{line} {peak / 1e6:8.1f} {peak / length:7.1f}", flush=True)
                before = took


if __name__ == "__main__":
    main()
