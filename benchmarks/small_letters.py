"""How many names are found in talk without capitals, as automatic captions write it.

Run it from the top folder: ``python -m benchmarks.small_letters [FILE …]``, without files on the example study. The
capitals of all turns are taken away, the speakers' labels stay. What is found with the capitals counts as right: the
share of it that is found again (recall), and the share of what is found that is right (precision), both in words.
"before" is without the capitals that likely names get.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from unittest import mock

from coding.bundled import bundled
from coding.model import Transcript
from coding.pseudonyms import find_identifiers
from coding.pseudonyms.match import Kind, Matcher, Replacement
from coding.readers import read_transcript

_KINDS = {Kind.PARTICIPANT, Kind.PERSON, Kind.ORGANISATION, Kind.PLACE, Kind.NAME}
_WORD = re.compile(r"[^\W\d_]+")


def without_capitals(transcript: Transcript) -> Transcript:
    """Return the transcript with all turns in small letters."""
    chars = list(transcript.text)
    for turn in transcript.turns:
        for at in range(turn.start_char, turn.end_char):
            chars[at] = low if len(low := chars[at].lower()) == 1 else chars[at]
    return replace(transcript, text="".join(chars))


def names_in(transcript: Transcript) -> set[int]:
    """Return where the words stand that names would be taken out of."""
    found = (one for one in find_identifiers(transcript) if one.kind in _KINDS)
    matcher = Matcher([Replacement(one.text, "X", one.any_case, one.kind) for one in found])
    places: set[int] = set()
    for turn in transcript.turns:
        words = transcript.words_of(turn)
        for one in matcher.find(words):
            places |= {
                turn.start_char + one.start + word.start() for word in _WORD.finditer(words[one.start : one.end])
            }
    return places


def main() -> None:
    """Print a row a file, and one for all."""
    files = [Path(name) for name in sys.argv[1:]] or sorted(bundled("transcripts").glob("group-*"))
    print(
        "| file | names | recall before | precision | recall after | precision |\n| --- | --- | --- | --- | --- | --- |"
    )
    total = [0] * 5
    for path in files:
        transcript = read_transcript(path)
        small = without_capitals(transcript)
        right, after = names_in(transcript), names_in(small)
        with mock.patch("coding.pseudonyms.find.lacks_capitals", return_value=False):
            before = names_in(small)
        counts = [len(right), len(before & right), len(before), len(after & right), len(after)]
        total = [one + other for one, other in zip(total, counts, strict=True)]
        print(_row(path.name, counts), flush=True)
    print(_row("all", total))


def _row(name: str, counts: list[int]) -> str:
    names, *rest = counts
    shares = [(hits / max(1, names), hits / max(1, found)) for hits, found in (rest[:2], rest[2:])]
    return (
        f"| {name} | {names} | " + " | ".join(f"{recall:.2f} | {precision:.2f}" for recall, precision in shares) + " |"
    )


if __name__ == "__main__":
    main()
