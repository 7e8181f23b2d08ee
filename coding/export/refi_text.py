"""What REFI-QDA has no field for, as lines that people can read in another tool and that come back from it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from coding.model import Code, Coding, Evidence, Origin, Suggestion, Turn, Valence

_LISTS = {
    "Include": "include",
    "Exclude": "exclude",
    "Examples": "examples",
    "Contrary examples": "contrary_examples",
}
_MARK = re.compile(r"\[(id|name|retired)(?:: (.*))?\]")
_FACT = re.compile(r"([a-z][a-z ]{1,30}): (.*)")
_EVIDENCE = re.compile(r"([-+]\d+\.\d{6}) ([a-z]+)(?: by (.{1,80}?))?(?:: “(.*)”)?")
EVIDENCE = "evidence:"


@dataclass(slots=True)
class CodeText:
    """What the description of a code says."""

    definition: str = ""
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    source: str = ""
    code_id: str | None = None
    name: str | None = None
    retired: bool = False


def describe_code(code: Code, *, shown_name: str, retired: bool) -> str:
    """Return the description of a code: definition, when to apply it, examples, source and id."""
    parts = [code.definition.strip()]
    for heading, name in _LISTS.items():
        texts = [_flat(text) for text in getattr(code, name)]
        if texts:
            parts.append(f"{heading}:\n" + "\n".join(f"- {text}" for text in texts))
    if code.source:
        parts.append(f"Source: {_flat(code.source)}")
    marks = [f"[id: {code.id}]"]
    if shown_name != code.name:
        marks.append(f"[name: {_flat(code.name)}]")
    if retired:
        marks.append("[retired]")
    return "\n\n".join([part for part in parts if part] + ["\n".join(marks)])


def parse_code(text: str) -> CodeText:
    r"""Read the description of a code; one that another tool wrote is a definition as it stands.

    >>> parse_code("Takes calls.\n\nExamples:\n- He rang back.\n\n[id: calls]").lists
    {'examples': ('He rang back.',)}
    """
    found = CodeText()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    definition: list[str] = []
    items: list[str] | None = None
    for at, line in enumerate(lines):
        mark = _MARK.fullmatch(line.strip())
        if mark:
            _take_mark(found, mark)
            items = None
        elif line.startswith("- ") and items is not None:
            items.append(line[2:])
        elif line.rstrip(":") in _LISTS and line.endswith(":") and "".join(lines[at + 1 : at + 2]).startswith("- "):
            _close(found, items)
            items = []
            found.lists[_LISTS[line[:-1]]] = ()
        elif line.startswith("Source: ") and _only_marks(lines[at + 1 :]):
            found.source = line.removeprefix("Source: ")
        elif found.lists and not line.strip():
            _close(found, items)
        else:
            definition.append(line)
        _close(found, items)
    found.definition = "\n".join(definition).strip()
    return found


def _take_mark(found: CodeText, mark: re.Match[str]) -> None:
    if mark[1] == "id":
        found.code_id = mark[2]
    elif mark[1] == "name":
        found.name = mark[2]
    else:
        found.retired = True


def _close(found: CodeText, items: list[str] | None) -> None:
    if items:
        found.lists[next(reversed(found.lists))] = tuple(items)


def _only_marks(lines: Iterable[str]) -> bool:
    return all(not line.strip() or _MARK.fullmatch(line.strip()) for line in lines)


# codings


def coding_facts(coding: Coding, codebook_version: str) -> str:
    """Return what a coding says beside code, coder, place and time; empty where it is all as usual."""
    facts = []
    if coding.valence is not Valence.SHOWN:
        facts.append(f"valence: {coding.valence.value}")
    if coding.origin is not Origin.OWN:
        facts.append(f"origin: {coding.origin.value}")
    if coding.score is not None:
        facts.append(f"score: {coding.score!r}")
    if coding.probability is not None:
        facts.append(f"probability: {coding.probability!r}")
    if coding.codebook_version != codebook_version:
        facts.append(f"codebook version: {_flat(coding.codebook_version)}")
    return "\n".join(facts)


def suggestion_facts(suggestion: Suggestion) -> str:
    """Return score, probability and evidence of a suggestion."""
    lines = [f"score: {suggestion.score!r}", f"probability: {suggestion.probability!r}"]
    if suggestion.valence is not Valence.SHOWN:
        lines.append(f"valence: {suggestion.valence.value}")
    if suggestion.evidence:
        lines.append(EVIDENCE)
        lines += [_evidence(term) for term in suggestion.evidence]
    return "\n".join(lines)


def _evidence(term: Evidence) -> str:
    by = f" by {_flat(term.coder)}" if term.coder else ""
    text = f": “{_flat(term.text)}”" if term.text.strip() else ""
    return f"{term.share:+.6f} {term.kind}{by}{text}"


def parse_facts(text: str) -> dict[str, str]:
    r"""Return ``name: value`` lines by name, up to the evidence.

    >>> parse_facts("valence: lacking\nscore: 0.5")
    {'valence': 'lacking', 'score': '0.5'}
    """
    facts = {}
    for line in text.split("\n"):
        if line == EVIDENCE:
            break
        found = _FACT.fullmatch(line)
        if found:
            facts[found[1]] = found[2]
    return facts


def parse_evidence(text: str) -> tuple[Evidence, ...]:
    """Return the terms that stand behind ``evidence:``."""
    _, _, below = text.partition(f"\n{EVIDENCE}\n")
    found = (_EVIDENCE.fullmatch(line) for line in below.split("\n"))
    return tuple(Evidence(float(m[1]), m[2], m[4] or "", coder=m[3]) for m in found if m)


# what coders finished and refused

FINISHED, REFUSED = "Finished", "Refused suggestions"
"""The names of the notes that hold them: one for each coder on each source."""

_PLACE = re.compile(
    r"(?P<start>\d{1,12})-(?P<end>\d{1,12})"
    r"(?: (?P<code>[a-z0-9-]+) score (?P<score>\S+) probability (?P<probability>\S+))?"
    r"(?P<blind> blind)? at (?P<at>\S+)"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place that a coder has finished, or, with a code, where they refused a suggestion of it."""

    start_char: int
    end_char: int
    code_id: str | None = None
    score: float | None = None
    probability: float | None = None
    blind: bool = False
    at: str = ""


def describe_marks(marks: Iterable[Mark], *, refused: bool) -> str:
    """Return the marks of one coder on one source, a line each, below a line that says what they are.

    >>> print(describe_marks([Mark(3, 9, at="2026-01-02T03:04:05Z")], refused=False))
    What is not coded at these places of the text is not there; characters are counted from 0.
    3-9 at 2026-01-02T03:04:05Z
    """
    head = (
        "The machine suggested these codes at these places of the text, and they were refused"
        if refused
        else "What is not coded at these places of the text is not there"
    )
    return "\n".join((f"{head}; characters are counted from 0.", *map(_mark_line, marks)))


def _mark_line(mark: Mark) -> str:
    code = "" if mark.code_id is None else f" {mark.code_id} score {mark.score!r} probability {mark.probability!r}"
    return f"{mark.start_char}-{mark.end_char}{code}{' blind' if mark.blind else ''} at {mark.at}"


def parse_marks(text: str) -> tuple[Mark, ...]:
    """Return the marks that :func:`describe_marks` wrote; lines that are none are passed over."""
    found = (_PLACE.fullmatch(line.strip()) for line in text.split("\n"))
    return tuple(_mark(one) for one in found if one)


def _mark(found: re.Match[str]) -> Mark:
    start, end, code, score, probability, blind, at = found.groups()
    return Mark(int(start), int(end), code, _float(score), _float(probability), blind is not None, at)


def _float(text: str | None) -> float | None:
    try:
        value = None if text is None else float(text)
    except ValueError:
        return None
    return value if value is not None and abs(value) < 1e300 else None


# turns


def describe_turn(turn: Turn) -> str:
    """Return what is known of a turn beside its place."""
    facts = []
    if turn.speaker is not None:
        facts.append(f"speaker: {turn.speaker}")
    if turn.start_s is not None:
        facts.append(f"start: {turn.start_s!r}")
    if turn.end_s is not None:
        facts.append(f"end: {turn.end_s!r}")
    if turn.heading:
        facts.append("heading: yes")
    return "\n".join(facts)


def _flat(text: str) -> str:
    return " ".join(text.split())
