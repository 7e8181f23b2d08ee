"""Rewrite a transcript so that no name stands in anything that is stored of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from coding.model import ImportReport, LeftOut, Note, Transcript, Turn
from coding.pseudonyms.fold import fold
from coding.pseudonyms.key import Key
from coding.pseudonyms.match import PEOPLE, Found, Matcher, PseudonymError, Replacement, Replacements, to_rules
from coding.pseudonyms.names import parse_name

NOTE = "pseudonyms stand for"
"""How the note begins that a transcript with pseudonyms has in its report."""

MASK = "·"
"""Stands in the report for each word of the source that is not in the text: nobody looked for names there."""

_CLOCK = re.compile(r"[\d:.,]*\d[\d:.,]*|-+>|[–—-]")
_CLOCK_REASONS = frozenset({"timestamp", "number"})
# What warnings quote from the source, beside what stands in quotation marks.
_QUOTED = re.compile(
    r"(?<=“)[^”]*(?=”)|(?<=the time ).*(?= cannot be read| lies before)|(?<=before it starts: ).*|(?<=please check: ).*"
    r"|(?<=^named ).*(?=, but it is)"
)


def apply_pseudonyms(transcript: Transcript, replacements: Replacements, *, key: Key | None = None) -> Transcript:
    """Return the transcript with names replaced in text, labels, turns, names and report.

    Words that are not replaced stay as they are and in order. In the report, what was left out of the text is masked
    word by word, since nobody looked for names in it; its counts stay.

    Args:
        transcript: As a reader made it, before it was segmented.
        replacements: The names with what takes their place.
        key: Keys the hash of the source file, so that it cannot confirm a guess at the file; without it the hash stays.

    Raises:
        PseudonymError: A replacement is empty or too long, or has one of the names in it.
    """
    rules = to_rules(replacements)
    matcher = Matcher(rules)
    for rule in rules:
        if next(matcher.find(rule.replacement), None) is not None:
            raise PseudonymError(
                f"“{rule.replacement}” cannot stand for a name, because it has a name in it; choose another"
            )
    labels = {label: _label(label, rules, matcher) for label in (*transcript.speakers, *sorted(transcript.moderators))}
    text, turns, found = _rewrite(transcript, matcher, labels)
    source_name = _file_name(transcript.source_name, rules)
    sha256 = transcript.source_sha256 if key is None else key.fingerprint(transcript.source_sha256)
    return replace(
        transcript,
        name=_stem(transcript.name, rules),
        text=text,
        turns=turns,
        source_name=source_name,
        source_sha256=sha256,
        report=_mask(
            transcript.report, found, [labels[label] for label in transcript.speakers if labels[label] != label]
        ),
        group=None if transcript.group is None else _stem(transcript.group, rules),
        moderators=frozenset(labels[label] for label in transcript.moderators),
    )


_SPEAKERS = "; speakers: "


def is_pseudonymised(report: ImportReport) -> bool:
    """Tell by its report whether a transcript was imported with pseudonyms."""
    return any(note.message.startswith(NOTE) for note in report.warnings)


def pseudonyms_of_speakers(report: ImportReport) -> frozenset[str]:
    """Return the speaker labels of a transcript that the key put there; none where it was imported as it was."""
    lists = (note.message.partition(_SPEAKERS)[2] for note in report.warnings if note.message.startswith(NOTE))
    return frozenset(label for text in lists for label in text.split(", ") if label)


def _label(label: str, rules: Sequence[Replacement], matcher: Matcher) -> str:
    folded = fold(label).text
    exact = next((rule.replacement for rule in rules if fold(rule.original).text == folded), None)
    return exact or matcher.substitute(label)[0]


def _rewrite(
    transcript: Transcript, matcher: Matcher, labels: dict[str, str]
) -> tuple[str, tuple[Turn, ...], list[tuple[str, Found]]]:
    parts: list[str] = []
    turns: list[Turn] = []
    found: list[tuple[str, Found]] = []
    length = at = 0
    for turn in transcript.turns:
        before = _before(transcript.text[at : turn.start_char], turn.speaker, matcher, labels)
        source = transcript.words_of(turn)
        words, here = matcher.substitute(source)
        found += [(source[one.start : one.end], one) for one in here]
        start = length + len(before)
        length = start + len(words)
        parts += (before, words)
        speaker = None if turn.speaker is None else labels[turn.speaker]
        turns.append(replace(turn, speaker=speaker, start_char=start, end_char=length))
        at = turn.end_char
    parts.append(matcher.substitute(transcript.text[at:])[0])
    return "".join(parts), tuple(turns), found


def _before(text: str, speaker: str | None, matcher: Matcher, labels: dict[str, str]) -> str:
    """Rewrite what stands between two turns: line ends and the label."""
    label = None if speaker is None else f"{speaker}: "
    if label is not None and speaker is not None and text.endswith(label):
        return f"{matcher.substitute(text.removesuffix(label))[0]}{labels[speaker]}: "
    return matcher.substitute(text)[0]


def _mask(report: ImportReport, found: Iterable[tuple[str, Found]], speakers: Sequence[str]) -> ImportReport:
    counts: Counter[str] = Counter()
    words = 0
    for text, one in found:
        counts[one.rule.kind.value] += 1
        words += len(text.split())
    of = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))
    message = f"{NOTE} {words} words of the source" + (f" ({of})" if of else "")
    if speakers:
        message += f"{_SPEAKERS}{', '.join(speakers)}"
    note = Note(message)
    return replace(
        report,
        left_out=tuple(_mask_item(item) for item in report.left_out),
        warnings=(*(Note(_QUOTED.sub("…", warning.message), warning.line) for warning in report.warnings), note),
    )


def _mask_item(item: LeftOut) -> LeftOut:
    clocks = item.reason in _CLOCK_REASONS
    text = re.sub(r"\S+", lambda word: word[0] if clocks and _CLOCK.fullmatch(word[0]) else MASK, item.text)
    # "column NAME" and "sheet NAME" hold what somebody typed.
    kind, space, _ = item.reason.partition(" ")
    reason = f"{kind} …" if space and kind in ("column", "sheet") else item.reason
    return LeftOut(text, reason, item.line)


_JOINTS = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|_+")


def _file_name(name: str, rules: Sequence[Replacement]) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{_stem(stem, rules)}{dot}{suffix}" if stem else _stem(name, rules)


def _stem(name: str, rules: Sequence[Replacement]) -> str:
    """Rewrite a file's name, where capitals mean little and words are joined by anything."""
    loose = {fold(rule.original).text: replace(rule, any_case=True) for rule in reversed(rules)}
    for rule in rules:
        for form in _forms_in_file_names(rule):
            loose.setdefault(fold(form).text, replace(rule, original=form, any_case=True))
    matcher = Matcher(loose.values())
    once, _ = matcher.substitute(name)
    parts = spaced(once)
    again, more = matcher.substitute(parts)
    return (again if more else once).strip() or "transcript"


def _forms_in_file_names(rule: Replacement) -> Iterator[str]:
    """Yield how a name may stand in a file's name: glued, turned round, or a part of it."""
    words = rule.original.replace(",", " ").split()
    for order in (words, words[::-1]):
        if len(words) > 1:
            yield from (glue.join(order) for glue in ("", ".", "_", " "))
    name = parse_name(rule.original) if rule.kind in PEOPLE else None
    if name is not None:
        yield from (part for part in (name.first, name.last) if len(part) > 2)


def spaced(name: str) -> str:
    """Return a file's name with its words apart: underscores and inner capitals are joints.

    >>> spaced("CarolBrown_group")
    'Carol Brown group'
    """
    return _JOINTS.sub(" ", name)
