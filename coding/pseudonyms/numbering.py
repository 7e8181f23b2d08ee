"""Pseudonyms that are not taken yet: the next ``P7``, the next ``[person 12]``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from coding.pseudonyms.match import Kind

_CODE = re.compile(r"([A-Z])(\d{1,6})")
_BRACKETED = re.compile(r"\[([^\[\]]+?) (\d{1,6})\]")
_WORDS = {
    Kind.PERSON: "person",
    Kind.ORGANISATION: "organisation",
    Kind.PLACE: "place",
    Kind.NAME: "name",
    Kind.EMAIL: "e-mail",
    Kind.PHONE: "phone",
    Kind.URL: "web address",
    Kind.POSTCODE: "postcode",
    Kind.HANDLE: "handle",
}


class Numbering:
    """Counts on from what is taken."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._last: dict[str, int] = {}
        for text in taken:
            for word, number in (*_CODE.findall(text), *_BRACKETED.findall(text)):
                self._last[word] = max(self._last.get(word, 0), int(number))

    def code(self, *, moderator: bool) -> str:
        """Return the next code for somebody who speaks: ``P3``, or ``M1`` for a moderator."""
        word = "M" if moderator else "P"
        return f"{word}{self._next(word)}"

    def name(self, kind: Kind, word: str | None = None) -> str:
        """Return the next name in brackets, by kind or by a word such as ``bank``."""
        what = word or _WORDS.get(kind, "name")
        return f"[{what} {self._next(what)}]"

    def _next(self, word: str) -> int:
        self._last[word] = self._last.get(word, 0) + 1
        return self._last[word]
