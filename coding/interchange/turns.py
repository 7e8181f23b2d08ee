"""Who speaks where, in a text that comes without turns."""

from __future__ import annotations

import re
from collections import Counter

from coding.model import Turn
from coding.readers.labels import is_plausible, looks_like_name

_LABEL = re.compile(r"^[ \t]*([^\W\d_][^:\n]{0,59}?)[ \t]*:[ \t]+(?=\S)", re.MULTILINE)
_LINE = re.compile(r"^.*\S.*$", re.MULTILINE)
_BLOCK = re.compile(r"\S[^\n]*(?:\n[^\n]*\S[^\n]*)*")
_FEWEST = 2
_SHARE = 0.5
_BLANK_SHARE = 0.1


def derive_turns(text: str) -> tuple[Turn, ...]:
    r"""Return the turns of a text: those of ``Label: words`` where it looks so, else one for each paragraph.

    >>> [(turn.speaker, turn.start_char) for turn in derive_turns("Ann: Yes.\nBob: No.\nAnn: Well.")]
    [('Ann', 5), ('Bob', 15), ('Ann', 24)]
    """
    labels = _labels(text)
    return _labelled(text, labels) if labels else _paragraphs(text)


def _labels(text: str) -> list[tuple[int, int, str]]:
    found = [(m.start(), m.end(), m[1].strip()) for m in _LABEL.finditer(text)]
    count = Counter(name for _, _, name in found)
    kept = [one for one in found if is_plausible(one[2]) and (looks_like_name(one[2]) or count[one[2]] > _FEWEST)]
    if len(kept) < _FEWEST:
        return []
    starts = {start for start, _, _ in kept}
    for pattern in (_LINE, _BLOCK):
        paragraphs = [m.start() for m in pattern.finditer(text)]
        if sum(start in starts for start in paragraphs) >= _SHARE * len(paragraphs):
            return kept
    return []


def _labelled(text: str, labels: list[tuple[int, int, str]]) -> tuple[Turn, ...]:
    spans: list[tuple[int, int, str | None]] = [(0, labels[0][0], None)]
    ends = [start for start, _, _ in labels[1:]] + [len(text)]
    spans += [(words, end, name) for (_, words, name), end in zip(labels, ends, strict=True)]
    return _number([(start, end, name) for start, end, name in spans if text[start:end].strip()], text)


def _paragraphs(text: str) -> tuple[Turn, ...]:
    lines = text.split("\n")
    blank = sum(not line.strip() for line in lines[:-1])
    pattern = _BLOCK if blank >= _BLANK_SHARE * len(lines) and blank else _LINE
    return _number([(m.start(), m.end(), None) for m in pattern.finditer(text)], text)


def _number(spans: list[tuple[int, int, str | None]], text: str) -> tuple[Turn, ...]:
    turns = []
    for index, (start, end, name) in enumerate(spans):
        words = text[start:end]
        start += len(words) - len(words.lstrip())
        turns.append(Turn(index, name, start, start + len(words.strip())))
    return tuple(turns)
