"""Show what it costs to find where coders differ, and to work the consensus out, beside reading what they coded.

Run it from the top folder: ``python -m benchmarks.consensus``. The study is that of :mod:`benchmarks.agreement`: four
coders have coded 20 transcripts of 1,000 segments with 30 codes.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.agreement import fill
from coding.consensus import find_differences, layer
from coding.store import Project

TIMES = 3


def seconds(work: Callable[[], object]) -> float:
    """Return the median time of some work."""
    found = []
    for _ in range(TIMES):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return median(found)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder, Project.open(Path(folder) / "s.sqlite", create=True) as project:
        codings, _ = fill(project)
        reading = seconds(lambda: (project.codings(), project.reviews()))
        found = find_differences(project)
        print(f"{codings:,} codings; coders differ at {found.differ:,} of {found.compared:,} segments")
        print(f"reading all codings and finished places: {reading:.2f} s")
        for name, work in (
            ("where coders differ", lambda: find_differences(project)),
            ("the consensus", lambda: layer(project, "consensus").codings()),
        ):
            took = seconds(work)
            print(f"{name}: {took:.2f} s, {took / reading:.1f} times as long as reading")


if __name__ == "__main__":
    main()
