"""What was found in transcripts, for people to look at, and what of it goes into the key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from coding.model import Transcript
from coding.pseudonyms.fold import fold
from coding.pseudonyms.key import Key
from coding.pseudonyms.match import Kind, Replacement


@dataclass(frozen=True, slots=True)
class Context:
    """One place where an identifier stands.

    Attributes:
        transcript: The transcript's name.
        turn: The turn's index.
        snippet: The words around it.
        start: Where it starts in the snippet.
        end: Where it ends in the snippet.
    """

    transcript: str
    turn: int
    snippet: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Identifier:
    """Something that may identify somebody, with what is to take its place.

    Attributes:
        text: As it is written.
        kind: What it names.
        replacement: Proposed; several spellings of one person's name share it.
        count: How often it stands in the turns.
        contexts: All places, in order.
        sure: False where a person should look: it is an ordinary word too, or only its capital speaks for it.
        reason: Why it was found.
        any_case: Also replaced where it is written in other capitals and small letters.
        label: True for a speaker label.
        scoped: True where it means this person in these transcripts only, as a first name does.
        replace: False to leave it as it is.
        transcripts: The SHA-256 of the source files in which it is to be replaced so.
    """

    text: str
    kind: Kind
    replacement: str
    count: int
    contexts: tuple[Context, ...]
    sure: bool
    reason: str
    any_case: bool = True
    label: bool = False
    scoped: bool = False
    replace: bool = True
    transcripts: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values for JSON."""
        return asdict(self)

    @property
    def rule(self) -> Replacement:
        """Return it as a replacement."""
        return Replacement(self.text, self.replacement, self.any_case, self.kind)


def rules_for(transcript: Transcript, identifiers: Iterable[Identifier]) -> tuple[Replacement, ...]:
    """Return what is to be replaced in one transcript, of the identifiers that are to be replaced at all."""
    here = [
        one
        for one in identifiers
        if one.replace and (not one.transcripts or transcript.source_sha256 in one.transcripts)
    ]
    labels = {fold(one.text).text: one.rule for one in here if one.label}
    others = {fold(one.text).text: one.rule for one in here if not one.label}
    return (*labels.values(), *(rule for text, rule in others.items() if text not in labels))


def remember(key: Key, transcript_id: str, transcript: Transcript, identifiers: Sequence[Identifier]) -> Key:
    """Return the key with what was decided about the identifiers of a transcript.

    Args:
        key: The key as it was.
        transcript_id: The id that the transcript has in the project.
        transcript: As it was before its names were replaced.
        identifiers: Found by :func:`find_identifiers`, as a person left them.
    """
    here = [one for one in identifiers if not one.transcripts or transcript.source_sha256 in one.transcripts]
    names = {one.text: one.rule for one in here if one.replace and not one.label and not one.scoped}
    known = {fold(name).text for name in key.names}
    return replace(
        key,
        participants={**{one.text: one.replacement for one in here if one.label and one.replace}, **key.participants},
        names={**key.names, **{name: rule for name, rule in names.items() if fold(name).text not in known}},
        kept=key.kept | {one.text for one in here if not one.replace},
        transcripts={**key.transcripts, transcript_id: rules_for(transcript, here)},
    )
