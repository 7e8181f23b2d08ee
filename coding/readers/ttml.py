"""TTML and DFXP captions, as broadcasters, Amazon and older video platforms write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from coding.readers.archives import parse_xml
from coding.readers.cues import Cue, cues_to_pieces
from coding.readers.source import HEADER, SILENT, TIMESTAMP, Reading, Source
from coding.readers.times import number

if TYPE_CHECKING:
    from lxml.etree import _Element

_STARTS = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*(?:<!DOCTYPE[^>\[]{0,200}(?:\[.{0,4000}?\]\s*)?>\s*)?<(?:\w{1,20}:)?(\w{1,40})[\s>]",
    re.DOTALL,
)
_OFFSET = re.compile(r"(\d+(?:\.\d+)?)(h|m|s|ms|f|t)")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"


def sniff_ttml(text: str) -> bool:
    """Tell whether a text begins as TTML does."""
    return root_of(text) == "tt"


def root_of(text: str) -> str | None:
    """Return the name of the first element, where a text begins as XML does."""
    start = text[:8000].lstrip("\ufeff \t\n")
    found = _STARTS.match(start) if start.startswith("<") else None
    return found[1] if found is not None else None


def read_ttml(source: Source) -> Reading:
    """Read TTML: a cue a paragraph, who speaks by its agent.

    Raises:
        ReadError: It is no XML, or defines entities.
    """
    reading = Reading("ttml", encoding=source.decoded.encoding)
    # As UTF-8 without its declaration: the text was decoded already.
    text = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", source.text, count=1)
    root = parse_xml(text.encode("utf-8"), source.name, source)
    agents: dict[str, str] = {}
    for element in root.iter("{*}agent"):
        names = [" ".join("".join(name.itertext()).split()) for name in element.iter("{*}name")]
        agents[element.get(_XML_ID) or ""] = next(filter(None, names), "") or element.get(_XML_ID) or ""
    for element in root.iter("{*}title", "{*}desc", "{*}copyright"):
        reading.leave_out("".join(element.itertext()), HEADER, _line(element))
    rates = {name: root.get(name) for name in root.keys()}
    ticks = next((number(str(rate)) for name, rate in rates.items() if name.endswith("tickRate")), None) or 1.0
    frames = next((number(str(rate)) for name, rate in rates.items() if name.endswith("frameRate")), None) or 30.0
    units = {**_UNITS, "t": 1 / ticks, "f": 1 / frames}
    paragraphs = list(root.iter("{*}p"))
    cues = list(_cues(paragraphs, agents, units, reading))
    reading.cues_in, reading.cues_out = len(paragraphs), len(paragraphs)
    if len(cues) < len(paragraphs):
        reading.warn(f"{len(paragraphs) - len(cues)} cues have no words")
    cues_to_pieces(cues, reading, speakers=source.speakers)
    return reading


def _cues(
    paragraphs: list[_Element], agents: dict[str, str], units: dict[str, float], reading: Reading
) -> Iterator[Cue]:
    for paragraph in paragraphs:
        start, end, length = (_seconds(paragraph.get(name), units) for name in ("begin", "end", "dur"))
        times = [paragraph.get(name) or "" for name in ("begin", "end", "dur")]
        reading.leave_out(" ".join(filter(None, times)), TIMESTAMP, _line(paragraph))
        if end is None and start is not None and length is not None:
            end = start + length
        speaker = next((agents.get(value, value) for name, value in paragraph.attrib.items() if _is_agent(name)), None)
        words = _words(paragraph)
        if words:
            yield Cue(words, start, end, _line(paragraph), speaker or None, known=speaker is not None)
        else:
            reading.leave_out(speaker or "", SILENT, _line(paragraph))


def _is_agent(name: object) -> bool:
    return str(name).rpartition("}")[2] == "agent"


def _words(paragraph: _Element) -> str:
    parts = []
    for node in paragraph.iter():
        if str(node.tag).rpartition("}")[2] == "br":
            parts.append("\n")
        parts.append(node.text or "")
        if node is not paragraph:
            parts.append(node.tail or "")
    lines = "".join(part if part == "\n" else " ".join(part.split("\n")) for part in parts).split("\n")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def _seconds(value: str | None, units: dict[str, float]) -> float | None:
    if value is None:
        return None
    offset = _OFFSET.fullmatch(value.strip())
    return float(offset[1]) * units[offset[2]] if offset else number(value)


def _line(element: _Element) -> int | None:
    line: int | None = element.sourceline
    return line
