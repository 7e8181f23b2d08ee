"""Show what agreement costs on a large study, beside resampling with the plain package.

Run it from the top folder: ``python -m benchmarks.agreement``. Four coders have coded 20 transcripts of 1,000 segments
with 30 codes; the goal is every coefficient, by code and overall, with 1,000 resamples within 20 seconds.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import krippendorff
import numpy as np

from coding.agreement import Sampling, agree
from coding.edits import SetCodebook, apply_edits
from coding.model import Change, Code, Codebook, Coding, Edit, ImportReport, Segment, Transcript, Turn, utc_now
from coding.store import Project
from coding.store.decisions import new_id
from coding.store.rows import coding_to_row

TRANSCRIPTS, TURNS, SEGMENTS, CODERS, CODES = 20, 250, 4, 4, 30
WORDS = "She rang the help line herself every Monday morning to hear how long it took."
RATE = 0.04
SLIP = 0.3


def transcript(number: int) -> tuple[Transcript, list[Segment]]:
    """Return a transcript of turns with equal segments."""
    text, turns, segments = f"{number}\n", [], []
    identity = f"{number:016x}".ljust(64, "0")
    for index in range(TURNS):
        text += "Ann: "
        start = len(text)
        for _ in range(SEGMENTS):
            segments.append(Segment(identity[:16], index, len(text), len(text) + len(WORDS)))
            text += WORDS + " "
        turns.append(Turn(index, "Ann", start, len(text) - 1))
        text = text[:-1] + "\n"
    return Transcript(f"t{number}", text, tuple(turns), f"t{number}.txt", identity, ImportReport("text")), segments


def fill(project: Project) -> tuple[int, np.ndarray]:
    """Make the study; return how many codings it has, and who coded what: coders, codes, segments."""
    book = Codebook("Bench", codes=tuple(Code(f"code-{number}", f"Code {number}") for number in range(CODES)))
    apply_edits(project, [SetCodebook(book)], coder="bench")
    places = []
    for number in range(TRANSCRIPTS):
        made, segments = transcript(number)
        project.add_transcript(made, segments, by="bench")
        places += segments
    rng = np.random.default_rng(0)
    truth = rng.random((CODES, len(places))) < RATE
    coded = np.stack([truth & (rng.random(truth.shape) > SLIP) for _ in range(CODERS)])
    for coder in range(CODERS):
        name = project.add_coder(f"Coder {coder + 1}")
        changes = [coding_change(places[at], f"code-{code}", name) for code, at in np.argwhere(coded[coder])]
        changes += [review_change(segment, name) for segment in places]
        project.write_edits([Edit(new_id(), new_id(), name, utc_now(), "add-coding", None, "bench", tuple(changes))])
    return int(coded.sum()), coded


def coding_change(segment: Segment, code_id: str, coder: str) -> Change:
    """Return the row of one coding."""
    made = Coding(new_id(), segment.transcript_id, segment.start_char, segment.end_char, code_id, coder)
    return Change("codings", made.id, None, coding_to_row(made))


def review_change(segment: Segment, coder: str) -> Change:
    """Return the row of one finished segment."""
    key = f"{coder}|{segment.key}"
    row: dict[str, object] = {
        "key": key,
        "transcript_id": segment.transcript_id,
        "start_char": segment.start_char,
        "end_char": segment.end_char,
        "coder": coder,
        "blind": 0,
        "created_at": "",
    }
    return Change("reviews", key, None, row)


def plain_package(coded: np.ndarray, resamples: int) -> float:
    """Return the seconds that the package takes for alpha alone, all coders together, of one code."""
    turns = coded.shape[2] // SEGMENTS
    rng = np.random.default_rng(0)
    counts = coded[:, 0].sum(axis=0)
    table = np.stack([CODERS - counts, counts], axis=1).reshape(turns, SEGMENTS, 2)
    start = time.perf_counter()
    for _ in range(resamples):
        drawn = table[rng.integers(0, turns, turns)].reshape(-1, 2)
        krippendorff.alpha(value_counts=drawn, level_of_measurement="nominal")
    return time.perf_counter() - start


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder, Project.open(Path(folder) / "s.sqlite", create=True) as project:
        codings, coded = fill(project)
        segments = len(project.segments())
        print(f"{TRANSCRIPTS} transcripts, {segments:,} segments, {CODERS} coders, {CODES} codes, {codings:,} codings")
        agree(project, coders=["Coder 1", "Coder 2"], sampling=Sampling(10))
        for unit in ("segment", "turn", "character"):
            wall, cpu = time.perf_counter(), time.process_time()
            found = agree(project, unit=unit)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            values = sum(len(item.estimates) + sum(len(c.estimates) for c in item.codes) for item in found.comparisons)
            goal = "  (goal: 20 s)" if unit == "segment" else ""
            print(
                f"by {unit}: {len(found.comparisons)} comparisons, {values:,} coefficients, 1,000 resamples each: "
                f"{wall:.1f} s ({cpu:.1f} s of processor time){goal}"
            )
        few = 5
        one = plain_package(coded, few) / few
    whole = one * 1000 * CODES
    print(
        f"the plain package, alpha alone, all coders together: {one * 1000:.0f} ms a resample of one code, "
        f"so about {whole / 60:.0f} minutes for 1,000 resamples of {CODES} codes"
    )


if __name__ == "__main__":
    main()
