"""How often the guess who leads a session is right, on meetings whose leader is known.

Run it from the top folder: ``python -m benchmarks.moderators``. It reads ``../shared/bench``: design meetings, where
the project manager leads; committees, where the first to speak is the chair; and 500 groups that chat without anybody
leading, where every guess is wrong. Labels are not looked at, only talk.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections import Counter, defaultdict
from pathlib import Path

from coding.readers.moderators import guess_by_talk
from coding.readers.source import Piece

BENCH = Path(os.environ.get("FOCUS_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "bench"
_MARKUP = re.compile(r"\{[^}]*\}|<[^>]*>")
_APART = re.compile(r" (?=['.,?!]|n't)")

Session = tuple[str, list[Piece], str | None]
"""Kind of session, its turns, and who leads it, if anybody does."""


def meetings() -> list[Session]:
    """Return the meetings whose leader is known."""
    talk: dict[str, list[Piece]] = defaultdict(list)
    with gzip.open(BENCH / "qmsum" / "turns.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            words = _APART.sub("", _MARKUP.sub(" ", row["text"])).strip()
            talk[row["source"]].append(Piece(words or "-", row["speaker"]))
    found: list[Session] = []
    for name, pieces in talk.items():
        if any(piece.speaker == "Project Manager" for piece in pieces):
            found.append(("design meetings", pieces, "Project Manager"))
        elif name.startswith("education"):
            found.append(("committees", pieces, pieces[0].speaker))
    return found


def chats() -> list[Session]:
    """Return groups that chat without anybody leading."""
    talk: dict[str, list[Piece]] = defaultdict(list)
    for line in (BENCH / "delidata" / "segments.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        talk[row["source"]].append(Piece(row["text"] or "-", row["speaker"]))
    return [("chats that nobody leads", pieces, None) for pieces in talk.values()]


def main() -> None:
    """Print a row for each kind of session."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, pieces, leader in (*meetings(), *chats()):
        guess = guess_by_talk(pieces)
        counts[kind]["none" if not guess else "right" if guess == {leader} else "wrong"] += 1
    print("| sessions | guessed right | guessed wrong | not guessed |\n| --- | --- | --- | --- |")
    for kind, of in counts.items():
        print(f"| {kind} | {of['right']} | {of['wrong']} | {of['none']} |")


if __name__ == "__main__":
    main()
