"""WebVTT: Teams of every age, Zoom, OneDrive and Stream, and what else writes it."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator

from coding.readers.census import is_unknown
from coding.readers.cues import Cue, cues_to_pieces
from coding.readers.labels import is_plausible, looks_like_name
from coding.readers.paragraphs import consume
from coding.readers.source import COMMENT, HEADER, MARKUP, UNKNOWN, Reading, Source
from coding.readers.timing import Block, Line, blocks_of

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>v|c|i|b|u|s|ruby|rt|lang"
    r"|font)(?P<classes>\.[^\s<>]{0,200})?(?:[ \t\n]+(?P<value>[^<>]{0,300}))?/?>"
    r"|<(?P<time>\d[\d:.,]{3,20})>|\{\\an?\d{1,2}\}",
    re.IGNORECASE,
)

_NAMING_ID = re.compile(r"(?:\d+\s+)?(?P<quote>\"?)(?P<name>[^\"\n]{1,80}?)(?P=quote)(?:\s+\(\d+\))?")


def sniff_vtt(text: str) -> bool:
    """Tell whether a text begins as WebVTT does."""
    return text.lstrip()[:6] == "WEBVTT" and text.lstrip()[6:7] in ("", " ", "\t", "\n")


def read_vtt(source: Source) -> Reading:
    """Read WebVTT.

    Raises:
        ReadError: The bytes are not text.
    """
    text = source.text
    reading = Reading("vtt", encoding=source.decoded.encoding)
    blocks = list(blocks_of(text, reading, aside=_aside))
    names = _names_in_ids(blocks)
    cues = [cue for block in consume(blocks) for cue in voices_of(block, reading, name=names.get(block.id or ""))]
    reading.format = "vtt (Webex)" if names else _variant(text, cues)
    cues_to_pieces(cues, reading, speakers=source.speakers)
    return reading


def _names_in_ids(blocks: list[Block]) -> dict[str, str]:
    """Return the speakers that cue ids name, by id: Webex writes ``3 "Anna Smith" (2459203072)``.

    Ids that only differ in their numbers would be the same for every cue; those of speakers recur and differ.
    """
    names: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for block in blocks:
        match = _NAMING_ID.fullmatch(block.id) if block.id else None
        if block.id and match and is_plausible(match["name"]) and (match["quote"] or looks_like_name(match["name"])):
            names[block.id] = " ".join(match["name"].split())
            counts[names[block.id]] += 1
    recurring = sum(count for count in counts.values() if count > 1)
    timed = sum(block.timed for block in blocks)
    return names if len(counts) > 1 and recurring >= 0.5 * timed else {}


def _aside(paragraph: list[Line]) -> str | None:
    number, first = paragraph[0]
    word = first.split(maxsplit=1)[0].rstrip(":")
    if (number == 1 and word == "WEBVTT") or first.startswith("X-TIMESTAMP-MAP"):
        return HEADER
    return {"WEBVTT": HEADER, "NOTE": COMMENT, "STYLE": COMMENT, "REGION": COMMENT}.get(
        first.strip() if word != "NOTE" else word
    )


def _variant(text: str, cues: list[Cue]) -> str:
    voices = any(cue.speaker is not None for cue in cues)
    if voices or re.search(r"^[0-9a-f]{8}-[0-9a-f-]{27}/\d+-\d+$", text[:2000], re.MULTILINE):
        return "vtt (Teams)"
    if re.search(r"^\d+\n[\d:.]+ --> [\d:.]+.*\n[^\n:]{1,60}: ", text[:4000], re.MULTILINE):
        return "vtt (Zoom)"
    return "vtt"


def voices_of(block: Block, reading: Reading, *, name: str | None = None) -> Iterator[Cue]:
    """Yield a cue for each voice in a block, its markup taken off and its entities decoded.

    Args:
        block: The cue.
        reading: Where markup goes.
        name: Who speaks, where the cue's id says so.
    """
    payload = "\n".join(block.lines)
    speaker, known = name, name is not None
    if "<" not in payload and "{" not in payload:
        if payload:
            yield Cue(_decoded(payload), block.start_s, block.end_s, block.line, speaker, known)
        return
    words: list[str] = []
    at = 0
    for tag in _TAG.finditer(payload):
        words.append(payload[at : tag.start()])
        at = tag.end()
        element = (tag["name"] or "").lower()
        if element == "v":
            yield from _voice(block, words, speaker, known=known)
            words = []
            speaker, known = _speaker(tag, block, reading), True
        elif tag["classes"] or tag["value"] or tag["time"]:
            reading.leave_out(tag[0], MARKUP, block.line)
        if element == "rt" and not tag["close"]:
            words.append(" ")
    words.append(payload[at:])
    yield from _voice(block, words, speaker, known=known)


def _speaker(tag: re.Match[str], block: Block, reading: Reading) -> str | None:
    if tag["close"]:
        return None
    if tag["classes"]:
        reading.leave_out(tag["classes"][1:], MARKUP, block.line)
    name = " ".join(html.unescape(tag["value"] or "").split())
    if is_unknown(name):
        reading.leave_out(name, UNKNOWN, block.line)
        return None
    return name or None


def _voice(block: Block, words: list[str], speaker: str | None, *, known: bool) -> Iterator[Cue]:
    text = _decoded("".join(words))
    if text.strip():
        yield Cue(text, block.start_s, block.end_s, block.line, speaker, known)


def _decoded(text: str) -> str:
    return html.unescape(text) if "&" in text else text
