"""What stands in a QDPX or QDC file, still with the file's own GUIDs and positions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from coding.interchange.study import Dropped

MOST_LISTED = 2_000
"""So many of a kind are listed; of more, only the number."""


@dataclass(slots=True)
class XmlCode:
    """A code as it stands in the file."""

    guid: str
    name: str
    parent: str | None
    colour: str | None
    codable: bool
    description: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class XmlCoding:
    """A coding as it stands in the file."""

    guid: str
    user: str | None
    at: str
    code: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class XmlSelection:
    """A selection of text; ``start`` and ``end`` are what the file says, or ``None`` where that is no number."""

    guid: str
    start: int | None
    end: int | None
    description: str = ""
    codings: list[XmlCoding] = field(default_factory=list)
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class XmlText:
    """A text source, a transcript of a recording, the text of a PDF, or a note."""

    kind: str
    guid: str
    name: str
    path: str
    rich_path: str
    user: str | None
    at: str
    description: str = ""
    content: str | None = None
    selections: list[XmlSelection] = field(default_factory=list)
    codings: list[XmlCoding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    values: int = 0


@dataclass(slots=True)
class XmlCase:
    """A case."""

    guid: str
    name: str
    values: list[tuple[str, str]] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    selections: list[str] = field(default_factory=list)
    codes: int = 0
    description: str = ""


@dataclass(slots=True)
class XmlSet:
    """A set."""

    guid: str
    name: str
    sources: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Records:
    """Everything of one file."""

    root: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    description: str = ""
    notes: list[str] = field(default_factory=list)
    users: list[tuple[str, str]] = field(default_factory=list)
    codes: list[XmlCode] = field(default_factory=list)
    texts: list[XmlText] = field(default_factory=list)
    note_texts: list[XmlText] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    cases: list[XmlCase] = field(default_factory=list)
    sets: list[XmlSet] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    _many: Counter[str] = field(default_factory=Counter)

    def drop(self, what: str, name: str, why: str, *, mended: bool = False) -> None:
        """List something that has no place, or was mended; beyond :data:`MOST_LISTED` of a kind only their number."""
        self._many[what] += 1
        if self._many[what] <= MOST_LISTED:
            self.dropped.append(Dropped(what, name, why, mended))

    def all_dropped(self) -> tuple[Dropped, ...]:
        """Return the list, with a word on those too many to list."""
        more = {what: count - MOST_LISTED for what, count in self._many.items() if count > MOST_LISTED}
        return (*self.dropped, *(Dropped(what, "", f"{count:,} more like these") for what, count in more.items()))
