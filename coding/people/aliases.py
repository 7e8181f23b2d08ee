"""Speaker labels that are likely to be one person; proposed for merging, never merged unasked."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from coding.pseudonyms import pseudonyms_of_speakers
from coding.pseudonyms.fold import fold
from coding.pseudonyms.names import PersonName, is_code, nicknames, parse_name
from coding.store import Project

_MOST_ALIKE = 60
"""Of labels that share a name, so many are compared with each other: a file made to do harm could have millions."""


class Strength(StrEnum):
    """How much speaks for two labels being one person."""

    STRONG = "strong"
    LIKELY = "likely"
    WEAK = "weak"


_ORDER = (Strength.STRONG, Strength.LIKELY, Strength.WEAK)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A label of one transcript.

    Attributes:
        label: As the transcript has it.
        transcript_id: The transcript; labels without one count as of the same.
        participant_id: The person behind it, where there is one already: two labels of one person are no proposal.
        pseudonym: True where the label was put there by the study's key, so that it means the same everywhere.
    """

    label: str
    transcript_id: str = ""
    participant_id: str | None = None
    pseudonym: bool = False


@dataclass(frozen=True, slots=True)
class AliasProposal:
    """Two labels that may be one person.

    Attributes:
        first: The label that comes first.
        second: The other.
        strength: How much speaks for it.
        reason: What does.
    """

    first: Speaker
    second: Speaker
    strength: Strength
    reason: str


@dataclass(frozen=True, slots=True)
class _Known:
    speaker: Speaker
    folded: str
    code: tuple[str, str] | None
    name: PersonName | None


def speakers_of(project: Project) -> tuple[Speaker, ...]:
    """Return all speaker labels of a project in the order of import."""
    return tuple(
        Speaker(label, info.id, person.id, label in given)
        for info in project.transcripts()
        for given in (pseudonyms_of_speakers(project.report(info.id)),)
        for label, person in project.speakers(info.id).items()
    )


def aliases_of(project: Project) -> tuple[AliasProposal, ...]:
    """Return the likely aliases of a project, without those whom somebody knows to be two people."""
    return propose_aliases(speakers_of(project), apart=project.apart())


def propose_aliases(
    speakers: Iterable[Speaker | str], *, apart: Collection[frozenset[str]] = ()
) -> tuple[AliasProposal, ...]:
    """Return pairs of labels that are likely to be one person, the surest first; each two persons once.

    Two different full names are never proposed, and neither are the same numbers in two transcripts.

    Args:
        speakers: The labels, of one transcript or of a study; bare strings count as labels of one transcript.
        apart: Pairs of participants' ids that are known to be two people.

    >>> found = propose_aliases(["P1", "Part. 1", "Ann Lee", "Lee, Ann"])
    >>> [(one.first.label, one.second.label, str(one.strength)) for one in found]
    [('P1', 'Part. 1', 'strong'), ('Ann Lee', 'Lee, Ann', 'strong')]
    """
    distinct = dict.fromkeys(Speaker(one) if isinstance(one, str) else one for one in speakers)
    known = [_know(speaker) for speaker in distinct]
    found: dict[frozenset[object], tuple[int, AliasProposal]] = {}
    for first, second in _pairs(known):
        judged = _judge(first, second)
        if judged is None:
            continue
        proposal = AliasProposal(first.speaker, second.speaker, *judged)
        persons = frozenset(
            one.participant_id or (one.transcript_id, one.label) for one in (first.speaker, second.speaker)
        )
        if persons in apart:
            continue
        before = found.get(persons)
        if before is None or _ORDER.index(proposal.strength) < _ORDER.index(before[1].strength):
            found[persons] = (len(found) if before is None else before[0], proposal)
    ordered = sorted(found.values(), key=lambda item: (_ORDER.index(item[1].strength), item[0]))
    return tuple(proposal for _, proposal in ordered)


_CODE = re.compile(r"([^\W\d_]+)[\s._#:-]*(\d*)[\s._:-]*")
_FAMILIES = {
    "participant": "p part pt participant resp respondent r interviewee informant",
    "moderator": "m mod moderator fac facilitator int interviewer iv host researcher",
    "speaker": "s sp spk speaker",
}
_FAMILY = {word: family for family, words in _FAMILIES.items() for word in words.split()}


def _know(speaker: Speaker) -> _Known:
    folded = " ".join(re.findall(r"[^\W_]+", fold(speaker.label).text))
    match = _CODE.fullmatch(fold(speaker.label).text.strip())
    code = None
    if match is not None and match[1] in _FAMILY and is_code(speaker.label):
        code = _FAMILY[match[1]], match[2].lstrip("0")
    return _Known(speaker, folded, code, None if code else parse_name(speaker.label))


def _pairs(known: Sequence[_Known]) -> Iterator[tuple[_Known, _Known]]:
    """Yield pairs that share anything, each once, the one that comes first in front."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, one in enumerate(known):
        for mark in _marks(one):
            groups[mark].append(at)
    seen: set[tuple[int, int]] = set()
    for members in groups.values():
        for pair in combinations(members[:_MOST_ALIKE], 2):
            if pair not in seen:
                seen.add(pair)
                yield known[pair[0]], known[pair[1]]


def _marks(one: _Known) -> Iterator[tuple[str, ...]]:
    yield "folded", one.folded
    if one.code is not None:
        yield "code", one.speaker.transcript_id, *one.code
    if one.name is not None:
        first, last = one.name.key
        yield from (("first", name) for name in (first, *sorted(nicknames(first))))
        yield "initials", first[:1], last[:1]
        yield "last", last or first
        if not last and len(first) == 2:
            yield "initials", first[0], first[1]


def _judge(one: _Known, other: _Known) -> tuple[Strength, str] | None:
    if one.speaker.participant_id is not None and one.speaker.participant_id == other.speaker.participant_id:
        return None
    same_transcript = one.speaker.transcript_id == other.speaker.transcript_id
    if one.name is None or other.name is None:
        return _judge_codes(one, other, same_transcript=same_transcript)
    if one.folded == other.folded:
        if same_transcript or one.name.is_full():
            return (
                Strength.STRONG,
                "spelt the same but for capitals, accents or points" if same_transcript else "the same full name",
            )
        return Strength.WEAK, "the same name in another transcript"
    return _judge_names(one.name, other.name)


def _judge_codes(one: _Known, other: _Known, *, same_transcript: bool) -> tuple[Strength, str] | None:
    if one.speaker.pseudonym and other.speaker.pseudonym and not same_transcript:
        # One pseudonym stands for one name, and two people may have one first name: so for people to confirm.
        same = one.speaker.label == other.speaker.label
        return (Strength.LIKELY, "the same pseudonym, so the same name in the source") if same else None
    if not same_transcript:
        return None
    if one.folded == other.folded:
        return Strength.STRONG, "spelt the same but for capitals, accents or points"
    if one.code is not None and one.code == other.code:
        return (Strength.STRONG, "the same number") if one.code[1] else (Strength.LIKELY, "two words for the same role")
    return None


def _judge_names(one: PersonName, other: PersonName) -> tuple[Strength, str] | None:
    (first, last), (other_first, other_last) = one.key, other.key
    if one.is_full() and other.is_full():
        if last != other_last:
            return None
        if first == other_first:
            return Strength.STRONG, "the same first name and surname"
        return (Strength.LIKELY, "a short form of the same first name") if other_first in nicknames(first) else None
    return _judge_parts(first, last, other_first, other_last)


def _judge_parts(first: str, last: str, other_first: str, other_last: str) -> tuple[Strength, str] | None:
    """Judge names of which at least one is not a full one."""
    alike_first = first == other_first or other_first in nicknames(first)
    if not last or not other_last:
        if alike_first:
            return Strength.WEAK, "the same first name, once without a surname"
        alone, of_first, of_last = (first, other_first, other_last) if not last else (other_first, first, last)
        if of_last and alone in (of_last, of_first[:1] + of_last[:1]):
            return Strength.WEAK, "a surname or initials only"
        return None
    if _abbreviates(first, other_first, alike=alike_first) and _abbreviates(last, other_last, alike=last == other_last):
        return Strength.WEAK, "the same but for an initial"
    return None


def _abbreviates(one: str, other: str, *, alike: bool) -> bool:
    return alike or (min(len(one), len(other)) == 1 and one[:1] == other[:1])
