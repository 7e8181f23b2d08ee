"""What the browser says, parsed into frozen types.

Everything that comes from the browser is hostile until it went through :func:`parse_message`: no id, offset, word or
count is trusted, and what does not fit becomes a :class:`Refused` with a sentence, so that one bad event neither stops
those behind it nor is sent for ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from coding.model import Valence
from coding.ui.review.keys import clean_keys

MOST_EVENTS = 500
MOST_PLACES = 200_000
MOST_CHARS = 10_000
MOST_NAME = 120
_MOST_OFFSET = 2**31

_CLIENT = re.compile(r"[0-9a-f]{32}")
_ID = re.compile(r"[^\s\x00-\x1f|]{1,200}")
_BATCH = re.compile(r"[0-9A-Za-z.-]{1,80}")

ORDERS = ("reading", "certain", "useful", "random")
Order = Literal["reading", "certain", "useful", "random"]


class Wrong(Exception):
    """Something in a message is not as it has to be."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one transcript in code points."""

    transcript_id: str
    start_char: int
    end_char: int


@dataclass(frozen=True, slots=True)
class OnCode:
    """Accept, apply, reject or remove one code at a place."""

    act: Literal["accept", "code", "reject", "remove"]
    place: Place
    code_id: str
    valence: Valence | None = None


@dataclass(frozen=True, slots=True)
class OnPlace:
    """Finish or reopen a place, or merge the segment at it with the next."""

    act: Literal["finish", "reopen", "merge"]
    place: Place


@dataclass(frozen=True, slots=True)
class Recode:
    """Put one code in place of another."""

    place: Place
    code_id: str
    new_code_id: str


@dataclass(frozen=True, slots=True)
class SetValence:
    """Say whether a coding tells of a behaviour or of its lack."""

    place: Place
    code_id: str
    valence: Valence


@dataclass(frozen=True, slots=True)
class Move:
    """Move the boundaries of a coding."""

    place: Place
    code_id: str
    start_char: int
    end_char: int


@dataclass(frozen=True, slots=True)
class NewCode:
    """Make a code and apply it."""

    place: Place
    name: str
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """Split the segment at a place into two."""

    place: Place
    at_char: int


@dataclass(frozen=True, slots=True)
class Note:
    """Write, change or (when empty) remove a memo; a flag is a memo of its own kind."""

    target: Literal["segment", "coding", "code", "transcript", "project", "flag"]
    place: Place
    code_id: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Bulk:
    """Accept a code at many places as one act, and reject it at some."""

    transcript_id: str
    code_id: str
    accept: tuple[tuple[int, int], ...]
    reject: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back an act, or the last one."""

    batch: str | None


@dataclass(frozen=True, slots=True)
class Redo:
    """Do again what was taken back last."""


@dataclass(frozen=True, slots=True)
class ChangeKeys:
    """Give actions other keys."""

    keys: tuple[tuple[str, tuple[str, ...]], ...]


Deed = OnCode | OnPlace | Recode | SetValence | Move | NewCode | Split | Note | Bulk | Undo | Redo | ChangeKeys


@dataclass(frozen=True, slots=True)
class Event:
    """One deed with the id that makes it happen once."""

    seq: int
    id: str
    deed: Deed


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that is not as it has to be, and why."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Message:
    """All that the browser's layer says at once.

    Attributes:
        client: Random id of the layer that counts the events.
        number: Counts what the layer says.
        events: In order; those that were acknowledged are no longer among them.
        have: The newest edit that the browser knows.
        board: The newest state of the suggestions that it knows.
        focus: The place that is looked at, and ``None`` for none.
        want: The evidence for that place is wanted.
        order: The order of review that is wanted.
        past: True where the history of the place is wanted too.
    """

    client: str
    number: int
    events: tuple[Event | Refused, ...]
    have: int
    board: int
    focus: Place | None
    want: bool
    order: Order
    past: bool = False


def parse_message(raw: object) -> Message | None:
    """Return what the browser says, or ``None`` where it is no message at all."""
    if not isinstance(raw, Mapping):
        return None
    try:
        client = _text(raw, "client", 32)
        if not _CLIENT.fullmatch(client):
            return None
        events = raw.get("events")
        if not isinstance(events, list) or len(events) > MOST_EVENTS:
            return None
        order = raw.get("order")
        return Message(
            client=client,
            number=_int(raw, "n"),
            events=tuple(sorted((_event(client, item) for item in events), key=lambda event: event.seq)),
            have=_int(raw, "have"),
            board=_int(raw, "board"),
            focus=_place(raw["focus"]) if isinstance(raw.get("focus"), Mapping) else None,
            want=raw.get("want") is True,
            order=order if order in ORDERS else "reading",
            past=raw.get("past") is True,
        )
    except Wrong:
        return None


def _event(client: str, raw: object) -> Event | Refused:
    if not isinstance(raw, Mapping):
        raise Wrong("an event is not a mapping")
    seq = _int(raw, "seq")
    kind = raw.get("op")
    parse = _PARSERS.get(kind) if isinstance(kind, str) else None
    if parse is None:
        return Refused(seq, "the screen sent something that is not known here; reload the page")
    try:
        return Event(seq, f"{client}.{seq}", parse(raw))
    except Wrong as err:
        return Refused(seq, f"the screen sent a step that cannot be done: {err}")


def _int(raw: Mapping[object, object], name: str) -> int:
    value = raw.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _MOST_OFFSET:
        raise Wrong(f"{name} is not a number")
    return value


def _text(raw: Mapping[object, object], name: str, most: int) -> str:
    value = raw.get(name)
    if not isinstance(value, str):
        raise Wrong(f"{name} is not text")
    if len(value) > most:
        raise Wrong(f"{name} is longer than {most} characters")
    if any("\ud800" <= char <= "\udfff" or char == "\x00" for char in value):
        raise Wrong(f"{name} holds half a character")
    return value


def _id(raw: Mapping[object, object], name: str) -> str:
    value = _text(raw, name, 200)
    if not _ID.fullmatch(value):
        raise Wrong(f"{name} is no id")
    return value


def _span(start: int, end: int) -> tuple[int, int]:
    if start >= end:
        raise Wrong("the place is empty")
    return start, end


def _place(raw: Mapping[object, object]) -> Place:
    start, end = _span(_int(raw, "s"), _int(raw, "e"))
    return Place(_id(raw, "t"), start, end)


def _valence(raw: Mapping[object, object]) -> Valence:
    value = raw.get("valence")
    if value not in tuple(Valence):
        raise Wrong("valence is none of shown, lacking and unclear")
    return Valence(str(value))


def _on_code(raw: Mapping[object, object]) -> OnCode:
    acts: dict[object, Literal["accept", "code", "reject", "remove"]] = {
        "accept": "accept",
        "code": "code",
        "reject": "reject",
        "remove": "remove",
    }
    valence = _valence(raw) if raw.get("valence") is not None else None
    return OnCode(acts[raw.get("op")], _place(raw), _id(raw, "code"), valence)


def _on_place(raw: Mapping[object, object]) -> OnPlace:
    acts: dict[object, Literal["finish", "reopen", "merge"]] = {
        "finish": "finish",
        "reopen": "reopen",
        "merge": "merge",
    }
    return OnPlace(acts[raw.get("op")], _place(raw))


def _recode(raw: Mapping[object, object]) -> Recode:
    return Recode(_place(raw), _id(raw, "code"), _id(raw, "to"))


def _set_valence(raw: Mapping[object, object]) -> SetValence:
    return SetValence(_place(raw), _id(raw, "code"), _valence(raw))


def _move(raw: Mapping[object, object]) -> Move:
    start, end = _span(_int(raw, "s2"), _int(raw, "e2"))
    return Move(_place(raw), _id(raw, "code"), start, end)


def _new_code(raw: Mapping[object, object]) -> NewCode:
    name = " ".join(_text(raw, "name", MOST_NAME).split())
    if not name or not name.isprintable():
        raise Wrong("a code needs a name that can be read")
    return NewCode(_place(raw), name, _id(raw, "code") if raw.get("code") is not None else None)


def _split(raw: Mapping[object, object]) -> Split:
    return Split(_place(raw), _int(raw, "at"))


def _note(raw: Mapping[object, object]) -> Note:
    targets: dict[object, Literal["segment", "coding", "code", "transcript", "project", "flag"]] = {
        "segment": "segment",
        "coding": "coding",
        "code": "code",
        "transcript": "transcript",
        "project": "project",
        "flag": "flag",
    }
    target = raw.get("on")
    if not isinstance(target, str) or target not in targets:
        raise Wrong("a memo is on something unknown")
    code_id = _id(raw, "code") if target in ("coding", "code") else None
    return Note(targets[target], _place(raw), code_id, _text(raw, "text", MOST_CHARS))


def _places(raw: Mapping[object, object], name: str) -> tuple[tuple[int, int], ...]:
    value = raw.get(name)
    if not isinstance(value, list) or len(value) > MOST_PLACES:
        raise Wrong(f"{name} is no list of at most {MOST_PLACES} places")
    found = []
    for item in value:
        if not isinstance(item, list) or len(item) != 2:
            raise Wrong(f"{name} holds something that is no place")
        both: dict[object, object] = {"s": item[0], "e": item[1]}
        found.append(_span(_int(both, "s"), _int(both, "e")))
    return tuple(found)


def _bulk(raw: Mapping[object, object]) -> Bulk:
    accept, reject = _places(raw, "accept"), _places(raw, "reject")
    if not accept and not reject:
        raise Wrong("there is nothing to accept")
    return Bulk(_id(raw, "t"), _id(raw, "code"), accept, reject)


def _undo(raw: Mapping[object, object]) -> Undo:
    if raw.get("batch") is None:
        return Undo(None)
    batch = _text(raw, "batch", 80)
    if not _BATCH.fullmatch(batch):
        raise Wrong("batch is no id")
    return Undo(batch)


def _redo(raw: Mapping[object, object]) -> Redo:
    return Redo()


def _change_keys(raw: Mapping[object, object]) -> ChangeKeys:
    return ChangeKeys(tuple(sorted(clean_keys(raw.get("keys")).items())))


_PARSERS: dict[str, Callable[[Mapping[object, object]], Deed]] = {
    **dict.fromkeys(("accept", "code", "reject", "remove"), _on_code),
    **dict.fromkeys(("finish", "reopen", "merge"), _on_place),
    "change": _recode,
    "valence": _set_valence,
    "move": _move,
    "newcode": _new_code,
    "split": _split,
    "memo": _note,
    "bulk": _bulk,
    "undo": _undo,
    "redo": _redo,
    "keys": _change_keys,
}
