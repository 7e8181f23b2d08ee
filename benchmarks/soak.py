"""Let ten people work at once while the server is killed again and again: ``python -m benchmarks.soak``.

The server is a process of its own. It serves each client by a thread, as the app does, with the app's own code for
what the review screen sends: messages are parsed, carried out on the project, and acknowledged. Clients speak to it on
127.0.0.1. As the review screen does, each keeps what is not acknowledged and sends it again. Ten times, at moments that
spread over the whole run, the server is killed with SIGKILL and started anew. Printed are how many edits there are, how
many are missing or there twice, how many acknowledged edits were lost at each kill, and what errors clients were shown.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

from coding.edits import SetCodebook, apply_edits
from coding.errors import CodingError
from coding.model import Code, Codebook, ImportReport, Segment, Transcript, Turn
from coding.store import Project
from coding.ui.review.events import parse_message
from coding.ui.review.feed import Feed
from coding.ui.review.wire import Sight

ROOT = Path(__file__).resolve().parents[1]
CODES = 10
_KEY = b"on this machine only"
_IN_FLIGHT = 5
_FAMILY = "AF_INET"


@dataclass
class Result:
    """What came of it.

    Attributes:
        wanted: How many decisions clients made.
        stored: How many of them are in the project.
        twice: How many are there more than once.
        lost: How many acknowledged decisions were missing after a kill, over all kills.
        kills: How often the server was killed.
        errors: What clients were told that went wrong.
        whole: Whether SQLite finds the file undamaged.
        seconds: How long it took.
    """

    wanted: int
    stored: int = 0
    twice: int = 0
    lost: int = 0
    kills: int = 0
    errors: list[str] = field(default_factory=list)
    whole: bool = False
    seconds: float = 0.0


def make_project(path: Path, segments: int) -> str:
    """Make a project with one transcript of so many turns, a segment each, and return the transcript's id."""
    lines = [
        f"P{turn % 8}: Turn {turn} is about a leader who did something for a customer." for turn in range(segments)
    ]
    turns, start = [], 0
    for index, line in enumerate(lines):
        turns.append(Turn(index, line.partition(":")[0], start + line.index(":") + 2, start + len(line)))
        start += len(line) + 1
    text = "\n".join(lines)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    transcript = Transcript("soak", text, tuple(turns), "soak.txt", sha256, ImportReport("text", "UTF-8"))
    codes = tuple(Code(f"code-{number}", f"Code {number}") for number in range(CODES))
    with Project.open(path, create=True) as project:
        apply_edits(project, [SetCodebook(Codebook("Soak", "1", codes=codes))], coder="Lead")
        cut = [Segment(transcript.id, turn.index, turn.start_char, turn.end_char) for turn in turns]
        project.add_transcript(transcript, cut, by="Lead")
    return transcript.id


def serve(path: Path, port: int, transcript_id: str) -> None:
    """Serve clients for ever, a thread each, as the app serves browsers."""
    with Listener(("127.0.0.1", port), family=_FAMILY, backlog=64, authkey=_KEY) as listener:
        while True:
            try:
                connection = listener.accept()
            except (OSError, EOFError):
                continue
            threading.Thread(target=_serve_one, args=(connection, path, transcript_id), daemon=True).start()


def _serve_one(connection: Connection, path: Path, transcript_id: str) -> None:
    try:
        feed = Feed(path, Sight(transcript_id, str(connection.recv()), False))
        with Project.open(path) as project:
            feed.begin(project)
        connection.send(feed.rev)
        while True:
            message = parse_message(connection.recv())
            if message is None:
                connection.send({"problem": "no message"})
                continue
            try:
                with Project.open(path) as project:
                    feed.take_in(project, message)
                    told = feed.answer(project, message)
            except CodingError as err:
                told = {"problem": str(err)}
            connection.send({name: told[name] for name in ("ack", "errors", "rev", "problem") if name in told})
    except (OSError, EOFError):
        return


class Person(threading.Thread):
    """A client: decides, keeps what is not acknowledged, and sends it again to whatever server is there."""

    def __init__(self, number: int, decisions: int, places: list[Segment], port: int) -> None:
        super().__init__(daemon=True)
        self.coder, self.client = f"Coder {number}", f"{number:032x}"
        self.port, self.acked = port, 0
        self.errors: list[str] = []
        draw = random.Random(number)
        pairs = draw.sample([(place, code) for place in places for code in range(CODES)], decisions)
        self.events: list[dict[str, Any]] = [
            {
                "seq": seq,
                "op": "code" if draw.random() < 0.7 else "reject",
                "t": place.transcript_id,
                "s": place.start_char,
                "e": place.end_char,
                "code": f"code-{code}",
            }
            for seq, (place, code) in enumerate(pairs, start=1)
        ]

    def run(self) -> None:
        """Work until everything is acknowledged."""
        while self.acked < len(self.events):
            try:
                with Client(("127.0.0.1", self.port), family=_FAMILY, authkey=_KEY) as server:
                    server.send(self.coder)
                    self._work(server, int(server.recv()))
            except (OSError, EOFError):
                time.sleep(0.05)  # No server at the moment; the decisions are kept.

    def _work(self, server: Connection, have: int) -> None:
        number = 0
        while self.acked < len(self.events):
            number += 1
            batch = self.events[self.acked : self.acked + _IN_FLIGHT]
            server.send(
                {
                    "client": self.client,
                    "n": number,
                    "events": batch,
                    "have": have,
                    "board": 0,
                    "focus": None,
                    "want": False,
                    "order": "reading",
                }
            )
            told = server.recv()
            if "problem" in told:
                self.errors.append(told["problem"])
                time.sleep(0.05)
                continue
            self.errors += [f"{self.coder}: {reason}" for _, reason in told["errors"]]
            self.acked, have = max(self.acked, int(told["ack"])), int(told["rev"])


def soak(folder: Path, *, people: int = 10, decisions: int = 2_000, kills: int = 10) -> Result:
    """Run it.

    Args:
        folder: Where the project is made.
        people: How many clients work at once.
        decisions: How many each makes.
        kills: How often the server is killed.

    Returns:
        What came of it.
    """
    path = folder / "soak.sqlite"
    transcript_id = make_project(path, max(20, -(-decisions // CODES) * 2))
    with Project.open(path) as project:
        places, before = project.segments(), len(project.edits())
    port = _free_port()
    result = Result(people * decisions)
    started = time.monotonic()
    server = _start(path, port, transcript_id)
    persons = [Person(number, decisions, places, port) for number in range(people)]
    for person in persons:
        person.start()
    for kill in range(1, kills + 1):
        goal = result.wanted * kill // (kills + 1)
        _until(partial(_reached, persons, goal), server)
        acked = {f"{person.client}.{seq}" for person in persons for seq in range(1, person.acked + 1)}
        server.send_signal(signal.SIGKILL)
        server.wait()
        with Project.open(path) as project:
            result.lost += len(acked - {edit.batch for edit in project.edits()})
        result.kills += 1
        server = _start(path, port, transcript_id)
    _until(lambda: not any(person.is_alive() for person in persons), server)
    for person in persons:
        result.errors += person.errors
    server.kill()
    server.wait()
    result.seconds = time.monotonic() - started
    with Project.open(path) as project:
        found = Counter(edit.batch for edit in project.edits()[before:])
        wanted = {f"{person.client}.{event['seq']}" for person in persons for event in person.events}
        result.stored = len(wanted & found.keys())
        result.twice = sum(many > 1 for many in found.values()) + len(found.keys() - wanted)
        kept = len(project.codings()) + len(project.rejections())
        result.whole = project.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok" and kept == len(wanted)
    return result


def _start(path: Path, port: int, transcript_id: str) -> subprocess.Popen[bytes]:
    # A new interpreter each time, as after a crash: nothing of the server before is left in it.
    command = [sys.executable, "-m", "benchmarks.soak", "--serve", str(path), str(port), transcript_id]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def _free_port() -> int:
    """Return a port that nobody listens on, from below those that the system gives to clients.

    From among those, a client that knocks while no server is there could be given the very port as its own.
    """
    for port in random.sample(range(20_000, 30_000), 50):
        try:
            with Listener(("127.0.0.1", port), family=_FAMILY):
                return port
        except OSError:
            continue
    raise OSError("no port is free between 20000 and 30000")


def _reached(persons: Sequence[Person], goal: int) -> bool:
    return sum(person.acked for person in persons) >= goal


def _until(done: Callable[[], bool], server: subprocess.Popen[bytes]) -> None:
    """Wait until something is so.

    Raises:
        RuntimeError: The server ended by itself.
    """
    while not done():
        if server.poll() is not None:
            raise RuntimeError(f"the server ended by itself with {server.returncode}")
        time.sleep(0.01)


def main() -> None:
    """Print what came of it."""
    parser = argparse.ArgumentParser(description="Let people work at once while the server is killed.")
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--decisions", type=int, default=2_000, help="each")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--serve", nargs=3, metavar=("PROJECT", "PORT", "TRANSCRIPT"), help="be the server")
    given = parser.parse_args()
    if given.serve:
        path, port, transcript_id = given.serve
        serve(Path(path), int(port), transcript_id)
    with tempfile.TemporaryDirectory() as folder:
        found = soak(Path(folder), people=given.people, decisions=given.decisions, kills=given.kills)
    print(f"{given.people} people, {given.decisions:,} decisions each, server killed {found.kills} times")
    print(f"stored: {found.stored:,} of {found.wanted:,}; twice: {found.twice}; file whole: {found.whole}")
    print(f"acknowledged and lost: {found.lost}; errors shown: {len(found.errors)} {sorted(set(found.errors))[:5]}")
    print(f"{found.seconds:.0f} s, {found.wanted / found.seconds:.0f} decisions a second")


if __name__ == "__main__":
    main()
