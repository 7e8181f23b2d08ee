"""What can be done with a key: names back into a text, and a transcript checked against its source."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coding.model import Transcript
from coding.pseudonyms.apply import apply_pseudonyms
from coding.pseudonyms.key import Key
from coding.pseudonyms.match import Matcher, PseudonymError, Replacement
from coding.readers import read_transcript

if TYPE_CHECKING:
    from coding.store import Project


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a transcript against its source found.

    Attributes:
        transcript_id: The transcript.
        same: True where the source with the key's replacements is the transcript, word for word, turn for turn.
        turns: How many turns the transcript has.
        first_difference: The index of the first turn that differs, or ``None``.
        replaced: How many names were replaced, by kind.
        leaks: In how many places of the project a name of this transcript stands after all, by the kind of place.
    """

    transcript_id: str
    same: bool
    turns: int
    first_difference: int | None
    replaced: tuple[tuple[str, int], ...]
    leaks: tuple[tuple[str, int], ...]

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values for JSON."""
        return {**asdict(self), "replaced": dict(self.replaced), "leaks": dict(self.leaks)}

    def as_text(self) -> str:
        """Return it as lines for people."""
        same = "the same as the source with the key" if self.same else "NOT the same as the source with the key"
        if self.first_difference is not None:
            same += f", from turn {self.first_difference + 1} on"
        replaced = ", ".join(f"{kind} {count}" for kind, count in self.replaced) or "none"
        leaks = ", ".join(f"{place} {count}" for place, count in self.leaks) or "none"
        return f"{self.turns} turns; {same}\nnames replaced: {replaced}\nnames left in the project: {leaks}"


def check_transcript(project: Project, transcript_id: str, source_file: str | Path, key: Key) -> Checked:
    """Repeat the import of a transcript from its source with the key, and compare.

    Args:
        project: The project; it is only read.
        transcript_id: A transcript that was imported with pseudonyms.
        source_file: The file that it was made from.
        key: The key of the study.

    Raises:
        ProjectError: There is no such transcript.
        ReadError: The source cannot be read.
        PseudonymError: The transcript is not in the key, or the file is not its source.
    """
    stored = project.transcript(transcript_id)
    rules = key.transcripts.get(transcript_id)
    if rules is None:
        raise PseudonymError(
            "the key knows nothing of this transcript; was it imported with pseudonyms and with this key?"
        )
    source = read_transcript(source_file)
    if key.fingerprint(source.source_sha256) != stored.source_sha256:
        raise PseudonymError("this is not the file that the transcript was made from", path=source_file)
    again = apply_pseudonyms(source, rules, key=key)
    matcher = Matcher(rules)
    replaced = Counter(found.rule.kind.value for turn in source.turns for found in matcher.find(source.words_of(turn)))
    return Checked(
        transcript_id=transcript_id,
        same=(again.text, again.turns) == (stored.text, stored.turns),
        turns=len(stored.turns),
        first_difference=_first_difference(again, stored),
        replaced=tuple(sorted(replaced.items())),
        leaks=tuple(sorted(count_leaks(project, transcript_id, rules).items())),
    )


def _first_difference(one: Transcript, other: Transcript) -> int | None:
    for mine, theirs in zip(one.turns, other.turns, strict=False):
        if mine != theirs or one.words_of(mine) != other.words_of(theirs):
            return mine.index
    return None if len(one.turns) == len(other.turns) else min(len(one.turns), len(other.turns))


def count_leaks(project: Project, transcript_id: str, rules: tuple[Replacement, ...]) -> dict[str, int]:
    """Count where names of one transcript stand in what a project stores of it, by kind of place; never which names."""
    stored = project.transcript(transcript_id)
    report = stored.report
    people = project.speakers(transcript_id)
    places = {
        "text": [stored.text],
        "speaker labels": [*stored.speakers, *people],
        "names of the transcript": [stored.name, stored.source_name, stored.group or ""],
        "import report": [
            *(f"{item.reason} {item.text}" for item in report.left_out),
            *(note.message for note in report.warnings),
        ],
        "participants": [
            text for one in people.values() for text in (one.name, *(value for _, value in one.attributes))
        ],
        "history": [edit.summary for edit in project.edits()],
        "memos": [memo.text for memo in project.memos()],
    }
    matcher = Matcher(rules)
    counts = {place: sum(1 for text in texts for _ in matcher.find(text)) for place, texts in places.items()}
    return {place: count for place, count in counts.items() if count}


def restore(text: str, key: Key, *, transcript_id: str | None = None) -> str:
    """Put names back in a text, each as the key has it first: ``P1`` becomes ``Carol Brown`` even where it was "Carol".

    Args:
        text: Words from a transcript with pseudonyms.
        key: The key of the study.
        transcript_id: The transcript the words are from: then what it alone calls so comes back too, and codes that
            another session uses for its own speakers are left alone.

    >>> from coding.pseudonyms.key import new_key
    >>> restore("P1 nodded.", new_key())
    'P1 nodded.'
    """
    rules = list(key.names.values()) if transcript_id is None else list(key.transcripts.get(transcript_id, ()))
    back: dict[str, str] = {}
    if transcript_id is None:
        for label, code in key.participants.items():
            back.setdefault(code, label)
    for rule in rules:
        back.setdefault(rule.replacement, rule.original)
    if not back:
        return text
    longest = sorted(back, key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<![^\W_]){re.escape(one)}(?![^\W_s])(?!s\w)" for one in longest))
    return pattern.sub(lambda match: back[match[0]], text)
