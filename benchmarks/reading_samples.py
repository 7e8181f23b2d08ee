"""What becomes of real files: their words as other programs count them, and where each of them went."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from coding.errors import CodingError
from coding.readers import read_transcript
from tests.readers.support import missing, tokens, words_of_source

_CUES = {".vtt", ".srt"}
_MOST_SPEAKERS = 6


def show_samples(folder: Path) -> None:
    """Print a row for each file in a folder.

    The words of the source are counted by other code than the readers': every run of letters and digits, so that a
    time is three. Cues repeat a speaker's name that a turn has once; *lost* is what stands neither in the turns nor in
    the report, such names aside.
    """
    print(
        "| file | format | words in source | in turns | left out | lost | cues in | out | speakers (turns) | warnings |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for path in sorted(folder.iterdir()):
        print(_row(path))


def _row(path: Path) -> str:
    try:
        read = read_transcript(path)
    except CodingError as err:
        return f"| {path.name} | {err} | | | | | | | | |"
    try:
        source = words_of_source(path.read_bytes(), path.name)
        lost = f"{len(source):,}", f"{missing(read, source, labels_repeat=path.suffix in _CUES).total():,}"
    except KeyError:
        lost = ("", "")
    words = sum(len(tokens(read.words_of(turn))) for turn in read.turns)
    left_out = sum(len(tokens(item.text)) for item in read.report.left_out)
    turns = Counter(turn.speaker or "(unknown)" for turn in read.turns if not turn.heading)
    who = "; ".join(f"{name} {count}" for name, count in turns.most_common(_MOST_SPEAKERS))
    who += f"; {len(turns) - _MOST_SPEAKERS} more" if len(turns) > _MOST_SPEAKERS else ""
    cues = " | ".join("" if count is None else f"{count:,}" for count in (read.report.cues_in, read.report.cues_out))
    about = f"{lost[0]} | {words:,} | {left_out:,} | {lost[1]} | {cues} | {who.replace('|', ' ')}"
    return f"| {path.name} | {read.report.format} | {about} | {len(read.report.warnings)} |"
