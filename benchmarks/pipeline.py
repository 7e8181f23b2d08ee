"""Show what the main job costs, beside the bare encoder in the same run.

Run it from the top folder: ``python -m benchmarks.pipeline``. Figures are ratios where they can be, since times on one
machine say little about another; each pair is timed in turn, three times, and the median of the ratios is shown.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from coding.assistant import Assistant
from coding.bundled import bundled
from coding.codebook import load_codebook
from coding.demo import GROUPS
from coding.edits import AddCoding, MarkReviewed, SetCodebook, apply_edits
from coding.encoders import SentenceEncoder, load_encoder
from coding.model import Code, Codebook
from coding.pipeline import Source, import_files, suggest
from coding.readers import read_transcript
from coding.segments import load_pipeline
from coding.store import Project

ROUNDS = 3


def talk(words: int) -> str:
    """Return at least so many words of the example groups as one transcript with typed labels."""
    lines: list[str] = []
    count = 0
    while count < words:
        for name in GROUPS:
            transcript = read_transcript(bundled("transcripts") / name)
            for turn in transcript.turns:
                # A number makes each repetition of a turn a text of its own, so that the cache does not help.
                said = transcript.words_of(turn).replace("\n", " ") + (f" {count}" if count >= 33_000 else "")
                lines.append(f"{turn.speaker}: {said}")
                count += len(said.split())
                if count >= words:
                    return "\n\n".join(lines) + "\n"
    return "\n\n".join(lines) + "\n"


def seconds(work: Callable[[], object]) -> float:
    """Return how long ``work`` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main_job(folder: Path, encoder: SentenceEncoder) -> None:
    """Print the whole pipeline beside the bare encoder, and a second import of the same words."""
    ratios, seconds_bare, second = [], [], []
    for number in range(ROUNDS):
        text = talk(10_000).replace("MODERATOR: ", f"MODERATOR: {number} ", 1)
        with Project.open(folder / f"{number}.sqlite", create=True) as project:
            apply_edits(project, [SetCodebook(load_codebook(bundled("codebook.yaml")))], coder="bench")

            def job(project: Project = project, text: str = text, name: str = "a.txt") -> None:
                import_files(project, [Source(name, text.encode())], by="bench")
                suggest(project, encoder, moderators=True)

            # The codebook's sentences are embedded once per codebook and not once per transcript.
            texts = [s for code in load_codebook(bundled("codebook.yaml")).codes for s in sentences_of(code)]
            project.add_embeddings(encoder.id, dict(zip(texts, encoder.encode(texts), strict=True)))
            whole = seconds(job)
            info = project.transcripts()[0]
            full = project.text(info.id)
            segments = [full[s.start_char : s.end_char] for s in project.segments(info.id)]
            model = encoder.load()
            bare = seconds(lambda model=model, segments=segments: model.encode(segments, show_progress_bar=False))
        with Project.open(folder / f"{number}.sqlite") as project:
            again = text.replace("MODERATOR: ", "MODERATOR:  ", 1)
            second.append(seconds(lambda project=project, text=again: job(project, text, "b.txt")) / whole)
        ratios.append(whole / bare)
        seconds_bare.append(bare)
    print(f"10,000 words, {len(segments)} segments: read, segment, embed, suggest, store")
    print(f"  beside the bare encoder ({statistics.median(seconds_bare):.1f} s): {ratio(ratios)}  (goal: at most 1.25)")
    print(f"  the same words a second time, beside the first: {ratio(second)}  (goal: under 0.10)")


def sentences_of(code: Code) -> list[str]:
    """Return the sentences of a code that the engine embeds."""
    return [code.name, code.definition, *code.include, *code.exclude, *code.examples, *code.contrary_examples]


def ratio(values: list[float]) -> str:
    """Return the median with the lowest and the highest."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def corrections(folder: Path, encoder: SentenceEncoder) -> None:
    """Print what one correction costs: stored, and every suggestion of the transcript refreshed and stored."""
    codebook = load_codebook(bundled("codebook.yaml"))
    extra = Code("one-more", "One more", examples=("He kept a diary of what they said.",))
    codebook = Codebook(codebook.name, codebook.version, codes=(*codebook.codes, extra))
    with Project.open(folder / "corrections.sqlite", create=True) as project:
        apply_edits(project, [SetCodebook(codebook)], coder="bench")
        import_files(project, [Source("a.txt", talk(31_000).encode())], by="bench")
        info = project.transcripts()[0]
        segments = project.segments(info.id)[:]
        codes = [code.id for code in codebook.codable]
        for at in range(300):
            segment = segments[at * 5]
            place = (segment.transcript_id, segment.start_char, segment.end_char)
            apply_edits(project, [AddCoding(*place, codes[at % len(codes)]), MarkReviewed(*place)], coder="bench")
        assistant = Assistant(encoder, moderators=True)
        assistant.refresh(project)
        assistant.store(project)
        stored, refreshed, kept = [], [], []
        for at in range(40):
            segment = segments[at * 5 + 2]
            place = (segment.transcript_id, segment.start_char, segment.end_char)
            operation = AddCoding(*place, codes[at % len(codes)])
            stored.append(seconds(lambda operation=operation: apply_edits(project, [operation], coder="bench")))
            refreshed.append(seconds(lambda: assistant.refresh(project)))
            kept.append(seconds(lambda: assistant.store(project, [info.id])))
    whole = [sum(parts) for parts in zip(stored, refreshed, kept, strict=True)]
    print(f"one correction, {len(segments)} segments, {len(codes)} codes, 300 corrections before it")
    for what, times in (("edit", stored), ("suggestions", refreshed), ("stored", kept), ("together", whole)):
        ninth = sorted(times)[int(len(times) * 0.9)]
        print(f"  {what:12} median {statistics.median(times) * 1000:6.1f} ms, 90 % within {ninth * 1000:6.1f} ms")
    print("  (goal: together at most 150 ms)")


def command_start() -> None:
    """Print the processor time of ``coding --help``, beside a Python that does nothing."""

    def cpu_s(*arguments: str) -> float:
        script = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
        script += "use = resource.getrusage(resource.RUSAGE_CHILDREN); print(use.ru_utime + use.ru_stime)"
        done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
        return float(done.stdout)

    times = [cpu_s(sys.executable, "-m", "coding", "--help") for _ in range(5)]
    bare = [cpu_s(sys.executable, "-c", "pass") for _ in range(5)]
    print(
        f"coding --help: {statistics.median(times):.2f} s of processor time, "
        f"{statistics.median(times) / statistics.median(bare):.1f} times a Python that does nothing  (goal: 0.3 s)"
    )


def main() -> None:
    """Print all figures."""
    command_start()
    encoder = load_encoder()
    encoder.encode(["warm"] * 64)
    load_pipeline()
    with tempfile.TemporaryDirectory() as folder:
        # One small study first, so that nothing is imported inside what is timed.
        with Project.open(Path(folder) / "warm.sqlite", create=True) as project:
            apply_edits(project, [SetCodebook(load_codebook(bundled("codebook.yaml")))], coder="bench")
            import_files(project, [Source("w.txt", b"Ann: She rang.\nBob: Yes.\nAnn: So.\n")], by="bench")
            suggest(project, encoder)
        main_job(Path(folder), encoder)
        corrections(Path(folder), encoder)


if __name__ == "__main__":
    main()
