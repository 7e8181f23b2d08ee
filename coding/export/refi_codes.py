"""Codes as REFI-QDA, in a project as in a codebook of its own, and the XML that all of it is made of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape, quoteattr

from coding.edits.codebook import in_tree_order
from coding.errors import ExportError
from coding.export.identity import Guids
from coding.export.refi_text import describe_code
from coding.model import Code, Codebook

MOST_DEPTH = 100
"""So deep can codes stand in one another."""

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN = re.compile('[^\x00-\x1f"&<>\ud800-\udfff\ufffe\uffff]*')


@dataclass(slots=True)
class Codes:
    """The codes to write, each with a name of its own: some tools take two codes of one name for one."""

    codebook: Codebook
    retired: Collection[str]
    names: dict[str, str]
    guids: Guids
    below: dict[str | None, list[Code]]
    notes: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, codebook: Codebook, retired: dict[str, Code], guids: Guids) -> Codes:
        """Return the codes in force with those that are retired; these stand at the top where theirs is gone."""
        codes = list(codebook.codes)
        ids = {code.id for code in codes} | set(retired)
        for code in retired.values():
            codes.append(code if code.parent in ids else replace(code, parent=None))
        whole = in_tree_order(replace(codebook, codes=tuple(codes)))
        below: dict[str | None, list[Code]] = defaultdict(list)
        for code in whole.codes:
            below[code.parent].append(code)
            if len(whole.path(code.id)) > MOST_DEPTH:
                raise ExportError(f"the code {code.name!r} stands more than {MOST_DEPTH} deep, which no tool reads")
        return cls(whole, frozenset(retired), unique_names(whole), guids, below)

    def tags(self) -> list[str]:
        """Return the codes at the top, with all below them."""
        return [self.xml(code) for code in self.below.get(None, ())]

    def xml(self, code: Code) -> str:
        """Return a code with all below it."""
        refs = (tag("NoteRef", {"targetGUID": note}) for note in self.notes.get(code.id, ()))
        about = describe_code(code, shown_name=self.names[code.id], retired=code.id in self.retired)
        return tag(
            "Code",
            {
                "guid": self.guids.get("code", code.id),
                "name": self.names[code.id],
                "isCodable": "true" if code.codable else "false",
                "color": code.colour,
            },
            tag("Description", {}, xml_text(about)),
            *refs,
            *(self.xml(child) for child in self.below.get(code.id, ())),
        )


def unique_names(codebook: Codebook) -> dict[str, str]:
    """Return a name for each code by its id, with the code above or a number behind a name that is taken."""
    taken: set[str] = set()
    names = {}
    for code in codebook.codes:
        above = codebook[code.parent].name if code.parent is not None else "top"
        for name in _candidates(code.name, above):
            if name.casefold() not in taken:
                break
        taken.add(name.casefold())
        names[code.id] = name
    return names


def _candidates(name: str, above: str) -> Iterator[str]:
    yield name
    yield f"{name} ({above})"
    number = 2
    while True:
        yield f"{name} ({number})"
        number += 1


# XML


def tag(name: str, attributes: dict[str, str | None], *content: str) -> str:
    """Return an element; ``content`` is XML already, and an attribute that is ``None`` is left out."""
    pairs = "".join([f" {key}={_quoted(value)}" for key, value in attributes.items() if value is not None])
    inner = "".join(content)
    return f"<{name}{pairs}>{inner}</{name}>" if inner else f"<{name}{pairs}/>"


def box(name: str, content: list[str]) -> str:
    """Return a container, or nothing where it would be empty, which the schema forbids."""
    return tag(name, {}, *content) if content else ""


def _quoted(text: str) -> str:
    return f'"{text}"' if _PLAIN.fullmatch(text) else quoteattr(_legal(text))


def xml_text(text: str) -> str:
    """Return a text as XML; what XML cannot hold becomes U+FFFD."""
    if _PLAIN.fullmatch(text):
        return text
    return escape(_legal(text), {"\r": "&#13;"})


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
