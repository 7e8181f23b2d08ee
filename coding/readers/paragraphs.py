"""What typed transcripts are made of: paragraphs, and the lines among them that nobody said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from coding.readers.source import TIMESTAMP, Reading
from coding.readers.times import CLOCK

HASH_TIME = r"#\d{1,2}:\d\d:\d\d(?:[-.,]\d{1,3})?#"
"""How transcription programs write times into the text: ``#00:01:02-3#``, the last being tenths."""
TIME_LINE = re.compile(
    rf"[\[(]?\s*{CLOCK}\s*[\])]?(?:\s*(?:--?>|[-–—]|to)\s*[\[(]?\s*{CLOCK}\s*[\])]?)?:?"
    r"|(?:\d{1,2} hours? )?(?:\d{1,2} minutes? )?\d{1,2} seconds?\s?(?:\d{1,2}:)?\d{1,2}:\d{2}"
)
"""A line that is nothing but a time or a span of time."""
_INLINE_TIME = re.compile(rf"[ \t]?(?:\[{CLOCK}\]|\(\d{{1,2}}:\d\d(?::\d\d)?\)|{HASH_TIME})[ \t]?")
NOTICE_LINE = re.compile(
    r"[^.:]{0,80}\b(?:started|stopped) (?:the )?(?:transcription|recording)\.?"
    r"|(?:transcribed|transcription (?:is )?provided) by\b.{0,80}"
    r"|[^.]{0,60}https?://(?:www\.)?otter\.ai\S{0,40}\.?"
    r"|transcri(?:pt|ption) (?:started|stopped|ended|begins|ends)\b.{0,40}"
    r"|(?:meeting|recording|transcription) (?:started|stopped|ended)(?: after)? ?[\d:]{0,8}.{0,20}"
    r"|this (?:editable )?transcript was (?:computer|automatically) generated.{0,160}"
    r"|\[?\(?(?:end|start|beginning) of (?:the )?(?:transcript|transcription|recording|interview|audio)\)?\]?\.?",
    re.IGNORECASE,
)
"""What recorders write about themselves."""
_Item = TypeVar("_Item")
_NUMBERED_HEADING = re.compile(
    r"(?:question|topic|section|theme|part|activity|exercise)\s*"
    r"(?:\d{1,3}|[ivx]{1,4}|one|two|three|four|five|six|seven|eight)\s*(?:[.:)–—-].*)?"
    r"|q\.?\s?\d{1,3}\s*[.:)–-].*",
    re.IGNORECASE | re.DOTALL,
)
_NUMBERED_QUESTION = re.compile(r"\d{1,2}[.)]\s.{3,300}\?", re.DOTALL)
_LONGEST_HEADING = 300
_SHARE_BOLD = 0.5
_MOST_BOLD = 40
_WIDEST_WRAP = 130


@dataclass(slots=True)
class Paragraph:
    """A line or paragraph of the source.

    Attributes:
        text: Its words, stripped, on one line.
        line: Line or paragraph number in the source, from 1.
        after_blank: True when it starts a paragraph: a blank line stands before it, or the format says so.
        heading: True when the source marks it as a heading.
        bold_chars: How many characters at its start are bold.
        rest_chars: How many characters at its end are the words behind what may be a label, if nothing else stands
            beside it.
    """

    text: str
    line: int
    after_blank: bool = False
    heading: bool = False
    bold_chars: int = 0
    rest_chars: int | None = None


def consume(items: list[_Item]) -> Iterator[_Item]:
    """Yield the items in order and take each off the list, so that what is made of them takes their place in memory.

    >>> items = [1, 2, 3]
    >>> next(consume(items)), items
    (1, [3, 2])
    """
    items.reverse()
    while items:
        yield items.pop()


def is_heading(one: Paragraph) -> bool:
    """Tell whether nobody speaks a paragraph: marked as heading, or numbered like a question of the guide."""
    if len(one.text) > _LONGEST_HEADING or TIME_LINE.fullmatch(one.text):
        return False
    return one.heading or _NUMBERED_HEADING.fullmatch(one.text) is not None


def mark_headings(unlabelled: Sequence[Paragraph]) -> None:
    """Mark what nobody said among the paragraphs without a label: bold lines, capitals, numbered questions.

    Where a good part of the talk is bold, bold type says nothing.
    """
    bold = [one for one in unlabelled if _is_bold(one)]
    if len(bold) > _SHARE_BOLD * max(1, len(unlabelled)) and len(bold) > _MOST_BOLD:
        bold = []
    for one in unlabelled:
        if one.after_blank and (_NUMBERED_QUESTION.fullmatch(one.text) or _is_capitals(one.text)):
            one.heading = True
    for one in bold:
        one.heading = True


def _is_bold(one: Paragraph) -> bool:
    marked = one.text.startswith("**") and one.text.endswith("**") and one.text.count("**") == 2
    return marked or one.bold_chars >= len(one.text)


def _is_capitals(text: str) -> bool:
    return len(text) < _LONGEST_HEADING and text.isupper() and len(text.split()) > 1 and text[0].isalnum()


def joined(lines: Iterable[str], *, wrapped: bool) -> str:
    """Join the lines of a turn: wrapped lines by a space, others by LF; a line that begins with LF always by LF."""
    out: list[str] = []
    for line in lines:
        if out and not line.startswith("\n"):
            out.append(" " if wrapped else "\n")
        out.append(line)
    return "".join(out)


def looks_wrapped(paragraphs: Sequence[Paragraph]) -> bool:
    """Tell whether lines break because a width was reached: the next line's first word would not have fitted."""
    width = max((len(one.text) for one in paragraphs), default=0)
    if width > _WIDEST_WRAP:
        return False
    pairs = full = 0
    for one, two in pairwise(paragraphs):
        if not two.after_blank:
            pairs += 1
            full += len(one.text) + 1 + len(two.text.split(maxsplit=1)[0]) > 0.9 * width
    return pairs >= 4 and full >= 0.6 * pairs


def without_times(text: str, reading: Reading, line: int | None) -> str:
    """Take ``[00:01:00]`` out of running text and report it."""
    if "[" not in text and "#" not in text and "(" not in text:
        return text

    def replace(match: re.Match[str]) -> str:
        reading.leave_out(match[0], TIMESTAMP, line)
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        return " " if before.strip() and after.strip() and after not in ".,;:?!" else ""

    return _INLINE_TIME.sub(replace, text)
