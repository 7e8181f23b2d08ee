"""JSON: Whisper's segments, and lists of turns under any of the usual names."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from coding.errors import ReadError
from coding.readers.census import is_unknown
from coding.readers.cues import Cue, cues_to_pieces, label_cues
from coding.readers.json_services import turns_of_service
from coding.readers.paragraphs import consume
from coding.readers.source import SILENT, UNKNOWN, Piece, Reading, Source
from coding.readers.tables import normal, rescale
from coding.readers.times import number

_TEXT = (
    "text",
    "content",
    "transcript",
    "utterance",
    "words",
    "sentence",
    "message",
    "body",
    "value",
    "caption",
    "speech",
    "display_text",
    "punctuated_word",
    "word",
)
_WORDS = ("words", "elements", "sentences", "tokens", "items")
_WORD = ("punctuated_word", "word", "value", "text", "content")
_SPEAKER = (
    "speaker",
    "speaker_name",
    "speakername",
    "speaker_label",
    "name",
    "speaker_id",
    "speakerid",
    "participant",
    "who",
    "role",
    "user",
    "author",
    "label",
    "from",
    "channel",
)
_START = (
    "start",
    "start_time",
    "starttime",
    "start_s",
    "begin",
    "begin_time",
    "from",
    "offset",
    "timestamp",
    "time",
    "ts",
    "start_ms",
    "startms",
)
_END = ("end", "end_time", "endtime", "end_s", "to", "stop", "end_ts", "end_ms", "endms")
_DEEPEST = 12
_NEARLY_ALL = 0.75
_MOST_PARTS = 64
_SPACES = re.compile(r"\s+")


@dataclass(slots=True)
class _Found:
    """A list of objects, and how many characters of words they hold."""

    items: Sequence[Mapping[str, object]]
    chars: int


def sniff_json(source: Source) -> bool:
    """Tell whether a text begins as a JSON list or object does and, unless its name says so too, is one."""
    start = source.text[:200].lstrip()
    if not start.startswith(("{", "[")) or start[1:].lstrip()[:1] not in ('"', "{", "[", "}", "]", ""):
        return False
    if source.suffix in (".json", ".jsonl"):
        return True
    try:
        _parse(source)
    except ReadError:
        return False
    return True


def read_json(source: Source) -> Reading:
    """Read JSON: the list that holds the most words is the transcript, all other words go to the report.

    Raises:
        ReadError: It is not JSON, nested too deeply, or holds no list of turns.
    """
    reading = Reading("json", encoding=source.decoded.encoding)
    top = _parse(source)
    turns = turns_of_service(top)
    found = _best(list(_lists(top if turns is None else turns, 0)))
    if found is None:
        message = "no list of turns was found in this JSON; it needs objects with a text and, where known, a speaker"
        raise source.error(message)
    if isinstance(top, Mapping) and "segments" in top and "language" in top:
        reading.format = "json (Whisper)"
    cues = list(_cues(found.items, reading))
    reading.cues_in, reading.cues_out = len(found.items), len(cues)
    _rest(top, found, reading, said=" ".join(cue.text for cue in cues))
    rescale(cues)
    timed = sum(cue.end_s is not None for cue in cues)
    if timed >= 0.9 * len(cues):
        cues_to_pieces(cues, reading, speakers=source.speakers)
        return reading
    if source.speakers and not any(cue.known for cue in cues):
        cues = label_cues(cues, reading)
    if not any(cue.speaker for cue in cues):
        reading.warn("no speakers in the file")
    reading.pieces.extend(Piece(cue.text, cue.speaker, cue.start_s, cue.end_s, cue.line) for cue in consume(cues))
    return reading


def _parse(source: Source) -> object:
    try:
        return json.loads(source.text)
    except RecursionError as err:
        raise source.error("the JSON is nested too deeply to be a transcript; export it again") from err
    except json.JSONDecodeError as err:
        lines = _json_lines(source.text)
        if lines is not None:
            return lines
        raise source.error(f"this is not valid JSON: {err.msg}; export the transcript again", err.lineno) from err
    except ValueError as err:
        raise source.error(f"this is not valid JSON: {err}; export the transcript again") from err


def _json_lines(text: str) -> list[object] | None:
    """Read a JSON document a line, as some services write."""
    found = []
    for line in text.split("\n"):
        if line.strip():
            try:
                found.append(json.loads(line))
            except (ValueError, RecursionError):
                return None
    return found if len(found) > 1 else None


def _best(lists: Sequence[_Found]) -> _Found | None:
    """Return the list that is the transcript: with nearly all words, speakers if any has them, and the longest turns.

    Services write the same words as one text, as turns and word by word.
    """
    most = max((one.chars for one in lists), default=0)
    full = [one for one in lists if one.chars and one.chars >= _NEARLY_ALL * most]
    return max(full, key=_fitness, default=None)


def _fitness(one: _Found) -> tuple[bool, bool, int]:
    named = any(_speaker_of(item) is not None for item in one.items[:50])
    return named, len(one.items) > 1, -len(one.items)


def _lists(node: object, depth: int) -> Iterator[_Found]:
    """Yield the lists of objects that hold words, at any place that is not too deep."""
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        items = [item for item in node if isinstance(item, Mapping)]
        if items:
            yield _Found(items, sum(len("".join(_text_of(item).split())) for item in items))
        for item in items if len(items) <= _MOST_PARTS else ():
            yield from _lists(item, depth + 1)
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from _lists(value, depth + 1)


def _pick(item: Mapping[str, object], names: Sequence[str]) -> tuple[str | None, object]:
    by_name = {normal(str(key)): key for key in item}
    for name in names:
        key = by_name.get(name)
        if key is not None and item[key] not in (None, "", []):
            return key, item[key]
    return None, None


def _text_of(item: Mapping[str, object]) -> str:
    by_name = {normal(str(key)): key for key in item}
    for name in _TEXT:
        value = item.get(by_name.get(name, ""))
        if isinstance(value, str) and value.strip():
            return value
    return _joined_words(_pick(item, _WORDS)[1])


def _joined_words(value: object) -> str:
    """Join a list of words; Rev writes its spaces and marks as elements of their own."""
    if not isinstance(value, list):
        return ""
    words = []
    marks = False
    for element in value:
        if isinstance(element, str):
            words.append(element)
        elif isinstance(element, Mapping):
            word = _pick(element, _WORD)[1]
            marks = marks or element.get("type") == "punct"
            if isinstance(word, str):
                words.append(word)
    return "".join(words) if marks or all(word[:1] == " " for word in words[1:]) else " ".join(words)


def _speaker_of(item: Mapping[str, object]) -> object:
    value = _pick(item, _SPEAKER)[1]
    if isinstance(value, Mapping):
        return _pick(value, ("name", "display_name", "label", "id"))[1]
    return value


def _cues(items: Sequence[Mapping[str, object]], reading: Reading) -> Iterator[Cue]:
    known = any(_speaker_of(item) is not None for item in items)
    for at, item in enumerate(items, start=1):
        text = _text_of(item).strip()
        speaker = _name(_speaker_of(item))
        if speaker is not None and is_unknown(speaker):
            reading.leave_out(speaker, UNKNOWN, at)
            speaker = None
        if not text:
            reading.leave_out(speaker or "", SILENT, at)
            continue
        start, end = _pick(item, _START)[1], _pick(item, _END)[1]
        yield Cue(text, _time(start), _time(end), at, speaker, known)


def _name(value: object) -> str | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return f"Speaker {value}"
    if not isinstance(value, str):
        return None
    return sys.intern(" ".join(value.split()).rstrip(":").strip()) or None


def _time(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if -1e12 < value < 1e12 else None
    return number(value.removesuffix("s")) if isinstance(value, str) else None


def _rest(node: object, found: _Found, reading: Reading, *, said: str) -> None:
    """Report the words that stand outside the turns, an entry a field, but not what only repeats the turns' words."""
    used = {id(item) for item in found.items}
    fields: dict[str, list[str]] = {}
    stack: list[tuple[object, str]] = [(node, "")]
    while stack:
        value, where = stack.pop()
        if isinstance(value, str):
            fields.setdefault(where, []).append(value)
        elif isinstance(value, list):
            stack.extend((item, where) for item in reversed(value))
        elif isinstance(value, Mapping):
            skip = _used_keys(value) if id(value) in used else frozenset()
            stack.extend(
                (child, f"{where}.{key}" if where else str(key))
                for key, child in reversed(list(value.items()))
                if key not in skip
            )
    repeated = _solid(said) if fields else ""
    for where, values in fields.items():
        # Services write the whole text, or each word, a second time.
        if _solid("".join(values)) != repeated:
            reading.leave_out("\n".join(values), f"field {where}" if where else "field")


def _solid(text: str) -> str:
    """Return the text without its spaces; a list of its words would take ten times its size."""
    return _SPACES.sub("", text)


def _used_keys(item: Mapping[str, object]) -> frozenset[str]:
    """Return the keys of a turn whose words are in the transcript, among them word lists that repeat its text."""
    text = _text_of(item)
    used = {key for names in (_SPEAKER, _START, _END) for key in [_pick(item, names)[0]] if key is not None}
    for key, value in item.items():
        if value == text or (
            isinstance(value, list) and "".join(_joined_words(value).split()) == "".join(text.split())
        ):
            used.add(key)
    return frozenset(used)
