"""Find names in text whatever their case, accents, apostrophes and white space, and put others in their place."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from coding.errors import CodingError
from coding.pseudonyms.fold import Folded, fold
from coding.pseudonyms.names import is_common_word

MOST_CHARS = 120


class PseudonymError(CodingError):
    """Names cannot be taken out, or a key cannot be read, written or used for what was asked."""


class Kind(StrEnum):
    """What an identifier names."""

    PARTICIPANT = "participant"
    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"
    NAME = "name"
    EMAIL = "e-mail"
    PHONE = "phone"
    URL = "web address"
    POSTCODE = "postcode"
    HANDLE = "handle"


PEOPLE = frozenset({Kind.PARTICIPANT, Kind.PERSON})


@dataclass(frozen=True, slots=True)
class Replacement:
    """What stands in the place of one name.

    Attributes:
        original: The name.
        replacement: What takes its place.
        any_case: Also where it is written in other capitals and small letters; else as it is, or all in capitals.
        kind: What it names.
    """

    original: str
    replacement: str
    any_case: bool = True
    kind: Kind = Kind.NAME


@dataclass(frozen=True, slots=True)
class _Entry:
    rule: Replacement
    capitals: tuple[bool, ...]
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Found:
    """A place ``[start, end)`` in a text where a name stands, and the replacement for it."""

    start: int
    end: int
    rule: Replacement


Replacements = Mapping[str, str] | Iterable[Replacement]
"""Names with what takes their place; from a mapping, single words that are words of English keep their capitals."""


def to_rules(replacements: Replacements) -> tuple[Replacement, ...]:
    """Return replacements as rules.

    Raises:
        PseudonymError: A name or its replacement is empty, too long, or cannot be printed on one line.
    """
    rules = (
        tuple(Replacement(old, new, not is_common_word(old)) for old, new in replacements.items())
        if isinstance(replacements, Mapping)
        else tuple(replacements)
    )
    for rule in rules:
        for text in (rule.original, rule.replacement):
            if not text.strip() or len(text) > MOST_CHARS or not text.isprintable():
                raise PseudonymError(f"names and what takes their place need 1 to {MOST_CHARS} characters on one line")
        if not any(char.isalnum() for char in fold(rule.original).text):
            raise PseudonymError(f"a name needs a letter or a digit; {rule.original!r} has none")
    return rules


_LETTER = r"[^\W\d_]"
_RUN = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[^\w\s]")
_ADDRESS = re.compile(r"[\d@/]|[^\W\d_]\.[^\W\d_]")
_SENTENCE_END = re.compile(r"(?:^|[.?!…:;\"“(\[])[\s\"“'(\[-]*$")
# "Will you", "May I" and "in May" are no names; replaced, they would give away whom the pseudonym stands for.
_AUXILIARY = re.compile(r"\s+(?:i|you|he|she|it|we|they|the|that|this|there|my|your|our|their|anybody|anyone)\b")
_MONTH_BEFORE = re.compile(
    r"\b(?:in|since|until|till|last|next|every|early|late|mid|by|of|end|\d{1,2}(?:st|nd|rd|th)?)[\s-]+$"
)
_MONTHS = frozenset({"may", "june", "april", "august"})
_LOOK_BACK = 24


_Place = tuple[int, int, Replacement]


class Matcher:
    """Holds names by their first word, the longest first, and addresses and numbers as one pattern."""

    def __init__(self, rules: Iterable[Replacement]) -> None:
        self._names: dict[str, list[_Entry]] = {}
        literals: list[_Entry] = []
        for rule in sorted(_with_plurals(rules), key=lambda one: -len(one.original)):
            folded = fold(" ".join(rule.original.split()))
            if _is_literal(folded.text):
                literals.append(_Entry(rule, _flags(folded), re.compile(_literal(folded.text))))
            else:
                first = _RUN.search(folded.text)
                entry = _Entry(rule, _flags(folded), re.compile(rf"{_pattern(folded.text)}(?!{_LETTER})"))
                self._names.setdefault("" if first is None else first[0], []).append(entry)
        self._literals = literals

    def find(self, text: str) -> Iterator[Found]:
        """Yield the places where names stand, from left to right, none inside another."""
        if not text:
            return
        folded = fold(text)
        taken = self._find_literals(folded)
        for start, end, rule in sorted((*taken, *self._find_names(folded, taken)), key=lambda one: one[0]):
            yield Found(*folded.span(start, end), rule)

    def _find_literals(self, folded: Folded) -> list[_Place]:
        found: list[_Place] = []
        for entry in self._literals:
            for match in entry.pattern.finditer(folded.text):
                if not _overlaps(match, found):
                    bisect.insort(found, (match.start(), match.end(), entry.rule), key=lambda place: place[0])
        return found

    def _find_names(self, folded: Folded, taken: Sequence[_Place]) -> Iterator[_Place]:
        at = 0
        for run in _RUN.finditer(folded.text):
            if run.start() < at:
                continue
            for entry in self._names.get(run[0], ()):
                match = entry.pattern.match(folded.text, run.start())
                if match is None or _overlaps(match, taken):
                    continue
                if _case_fits(entry, folded, match) and _is_name(match, folded):
                    yield match.start(), match.end(), entry.rule
                    at = match.end()
                    break

    def substitute(self, text: str) -> tuple[str, list[Found]]:
        """Return the text with all names replaced, and what was found."""
        out: list[str] = []
        found: list[Found] = []
        at = 0
        for one, new in self.replace(text):
            out += (text[at : one.start], new)
            found.append(one)
            at = one.end
        return "".join((*out, text[at:])), found

    def replace(self, text: str) -> Iterator[tuple[Found, str]]:
        """Yield the places where names stand, from left to right, each with the words that take its place."""
        for one in list(self.find(text)):
            new = one.rule.replacement
            # "Carol2" must not become "P12".
            if one.start and text[one.start - 1].isdigit() and new[0].isalnum():
                new = "-" + new
            if text[one.end : one.end + 1].isdigit() and new[-1].isalnum():
                new += "-"
            yield one, new


def _overlaps(match: re.Match[str], places: Sequence[_Place]) -> bool:
    """Tell whether a match shares characters with one of the places, which are in order and apart."""
    at = bisect.bisect_left(places, match.end(), key=lambda place: place[0])
    return at > 0 and places[at - 1][1] > match.start()


def _with_plurals(rules: Iterable[Replacement]) -> list[Replacement]:
    """Return the rules, with "the Carols" beside "Carol" where that is hardly another name or a word."""
    known = {fold(rule.original).text: rule for rule in reversed(list(rules))}
    plurals = [
        Replacement(f"{rule.original}s", f"{rule.replacement}s", any_case=False, kind=rule.kind)
        for folded, rule in known.items()
        if rule.kind in PEOPLE and rule.any_case and len(folded) > 3 and folded.isalpha() and folded + "s" not in known
    ]
    return [*known.values(), *plurals]


def _is_literal(folded: str) -> bool:
    return _ADDRESS.search(folded) is not None


def _literal(folded: str) -> str:
    before = r"(?<![^\W_])" if folded[0].isalnum() else r"(?<!\w)"
    return before + r"\s+".join(re.escape(part) for part in folded.split()) + r"(?![^\W_])"


def _pattern(folded: str) -> str:
    parts: list[str] = []
    between = ""
    for word in _WORDS.findall(folded):
        if word[0].isalnum():
            parts.append((between if parts else "") + re.escape(word))
            # An initial may have its full stop, or not.
            between = r"(?:\.\s*|[\s-]+)" if len(word) == 1 else r"[\s-]+"
        elif word == ",":
            between = r"\s*,\s*"
        elif word == "&":
            between = r"\s*(?:&|\band\b)\s*"
        elif word not in ".-'" and parts:
            between = rf"\s*{re.escape(word)}\s*"
    return "".join(parts)


def _flags(folded: Folded) -> tuple[bool, ...]:
    return tuple(capital for char, capital in zip(folded.text, folded.upper, strict=True) if char.isalpha())


def _case_fits(entry: _Entry, folded: Folded, match: re.Match[str]) -> bool:
    if entry.rule.any_case:
        return True
    span = slice(match.start(), match.end())
    found = tuple(up for char, up in zip(folded.text[span], folded.upper[span], strict=True) if char.isalpha())
    return found == entry.capitals or (len(found) > 1 and all(found))


def _is_name(match: re.Match[str], folded: Folded) -> bool:
    word = match[0]
    before = folded.text[max(0, match.start() - _LOOK_BACK) : match.start()]
    if word in ("will", "may", "can") and _AUXILIARY.match(folded.text, match.end()):
        return not _SENTENCE_END.search(before)
    return not (word in _MONTHS and _MONTH_BEFORE.search(before))
