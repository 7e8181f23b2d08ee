"""How strong the evidence for each behaviour of the framework is, and the passages that it rests on."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from coding.agreement import Agreement, Estimate
from coding.framework import Behaviour, Framework, Quotation
from coding.model import Coding, Participant, Role, Turn, Valence
from coding.store import Project, TranscriptInfo

MOST_SHOWN, MOST_LACKING = 3, 2
"""How many passages are proposed as quotations for a behaviour and for its lack."""

_GOOD_LENGTH = (60, 420)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of talk that somebody coded, once for all coders and codes of a behaviour.

    Attributes:
        transcript_id: The transcript.
        start_char: Start in its text.
        end_char: End in its text.
        text: What was said there.
        transcript: The transcript's name.
        group: The focus group.
        people: Who speaks there, in order.
        coders: Who coded it for the behaviour, in order; nobody where it was chosen and is not coded any more.
        valences: What they said about it: shown, lacking or unclear.
        at_s: When it was said, where the source has times.
    """

    transcript_id: str
    start_char: int
    end_char: int
    text: str
    transcript: str
    group: str
    people: tuple[Participant, ...] = ()
    coders: tuple[str, ...] = ()
    valences: tuple[Valence, ...] = ()
    at_s: float | None = None

    @property
    def place(self) -> tuple[str, int, int]:
        """Return where it stands."""
        return self.transcript_id, self.start_char, self.end_char

    @property
    def contrary(self) -> bool:
        """Tell whether more coders took it for the lack of the behaviour than for the behaviour."""
        return self.valences.count(Valence.LACKING) > self.valences.count(Valence.SHOWN)

    @property
    def moderated(self) -> bool:
        """Tell whether only moderators speak there."""
        return bool(self.people) and all(person.role is Role.MODERATOR for person in self.people)


@dataclass(frozen=True, slots=True)
class Rating:
    """What a questionnaire says about a behaviour: a mean with its interval, on a scale, of some respondents."""

    mean: float
    low: float | None
    high: float | None
    respondents: int
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Strength:
    """How much evidence there is for one behaviour; what moderators say does not count.

    Attributes:
        passages: Stretches of talk that at least one coder coded for it.
        shown: How many of them are mostly taken for the behaviour.
        lacking: How many for its lack; the others are unclear.
        people: Participants who tell of it.
        of_people: Participants in the transcripts that were looked at.
        groups: Focus groups in which it is told.
        of_groups: Focus groups that were looked at.
        coders: Who coded it.
        agreement: Krippendorff's alpha for each of its codes, where coders were compared.
        rating: What the questionnaire says.
    """

    passages: int = 0
    shown: int = 0
    lacking: int = 0
    people: int = 0
    of_people: int = 0
    groups: int = 0
    of_groups: int = 0
    coders: tuple[str, ...] = ()
    agreement: tuple[tuple[str, Estimate], ...] = ()
    rating: Rating | None = None

    @property
    def unclear(self) -> int:
        """Return how many passages are neither."""
        return self.passages - self.shown - self.lacking

    @property
    def alphas(self) -> tuple[float, ...]:
        """Return the values of alpha that are defined, one a code."""
        return tuple(found.value for _, found in self.agreement if found.value is not None)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The strength and the passages of every behaviour, by its id."""

    strengths: Mapping[str, Strength]
    passages: Mapping[str, tuple[Passage, ...]]
    chosen: Mapping[str, tuple[tuple[Passage, bool], ...]]

    def quotations(self, behaviour: Behaviour) -> tuple[tuple[Passage, bool], ...]:
        """Return the quotations of a behaviour, each with whether it tells of the lack.

        They are those that people chose; where nobody chose yet, those that :func:`propose` picks.
        """
        if behaviour.quotations is not None:
            return self.chosen[behaviour.id]
        return propose(self.passages[behaviour.id])


class Sources:
    """All that was coded, by code, with who said it: read once, and asked for the passages of any codes.

    A transcript in which nobody has coded or finished anything has not been looked at: what is not there cannot be
    told, so its people and its group are no part of "of how many".

    Args:
        project: The project; it is not held on to.
        coders: Only what these coders coded; everybody where it is ``None``.
    """

    def __init__(self, project: Project, *, coders: Iterable[str] | None = None) -> None:
        wanted = None if coders is None else set(coders)
        self._by_code: dict[str, list[Coding]] = defaultdict(list)
        looked_at = {done.transcript_id for done in project.reviews() if wanted is None or done.coder in wanted}
        for coding in project.codings():
            if wanted is None or coding.coder in wanted:
                self._by_code[coding.code_id].append(coding)
                looked_at.add(coding.transcript_id)
        self._talks = {info.id: _Talk.of(project, info) for info in project.transcripts()}
        members: dict[str, set[str]] = {}
        for talk in self._talks.values():
            if talk.info.id in looked_at:
                people = {person.id for person in talk.speakers.values() if person.role is Role.PARTICIPANT}
                members.setdefault(talk.info.group, set()).update(people)
        self.groups: dict[str, int] = {group: len(people) for group, people in members.items()}
        """How many participants each group has that was looked at, in the order of import."""
        self._of_people = len({person_id for people in members.values() for person_id in people})
        self._known: dict[tuple[str, ...], tuple[Passage, ...]] = {}

    def passages(self, codes: tuple[str, ...]) -> tuple[Passage, ...]:
        """Return the passages of some codes together in reading order; what only moderators say is left out."""
        if codes not in self._known:
            codings = (coding for code_id in codes for coding in self._by_code.get(code_id, ()))
            self._known[codes] = tuple(one for one in _passages(self._talks, codings) if not one.moderated)
        return self._known[codes]

    def strength(self, codes: tuple[str, ...]) -> Strength:
        """Return how much evidence some codes have together, without agreement and rating."""
        return replace(_strength(self.passages(codes)), of_people=self._of_people, of_groups=len(self.groups))

    def chosen(self, behaviour: Behaviour) -> tuple[tuple[Passage, bool], ...]:
        """Return the quotations that people chose for a behaviour, each with whether it tells of the lack."""
        known = {one.place: one for one in self.passages(behaviour.codes)}
        found = []
        for one in behaviour.quotations or ():
            place = (one.transcript_id, one.start_char, one.end_char)
            if one.transcript_id in self._talks:
                found.append((known.get(place) or self._talks[one.transcript_id].passage(*place[1:]), one.contrary))
        return tuple(found)


def gather_evidence(
    sources: Sources,
    framework: Framework,
    *,
    agreement: Agreement | None = None,
    ratings: Mapping[str, Rating] | None = None,
) -> Evidence:
    """Return the evidence for every behaviour, those that are left out too.

    Args:
        sources: What was coded.
        framework: As :func:`~coding.framework.read_framework` returns it.
        agreement: As :func:`~coding.agreement.agree` returns it; no agreement is shown without it.
        ratings: What a questionnaire says about each code.
    """
    alphas = _alphas(agreement)
    strengths, passages, chosen = {}, {}, {}
    for behaviour in (*framework.behaviours, *framework.left_out):
        passages[behaviour.id] = sources.passages(behaviour.codes)
        strengths[behaviour.id] = replace(
            sources.strength(behaviour.codes),
            agreement=tuple((code_id, alphas[code_id]) for code_id in behaviour.codes if code_id in alphas),
            rating=_rating(behaviour, ratings or {}),
        )
        chosen[behaviour.id] = sources.chosen(behaviour)
    return Evidence(strengths, passages, chosen)


def propose(passages: Sequence[Passage]) -> tuple[tuple[Passage, bool], ...]:
    """Return the passages that would serve best as quotations, each with whether it tells of the lack.

    Each comes from another person, and from another focus group, as far as there are enough. Among those, the ones that
    more coders agree on come first, then those of a length that reads well. No two overlap.
    """
    shown = [one for one in passages if not one.contrary and Valence.SHOWN in one.valences]
    lacking = [one for one in passages if one.contrary]
    return (
        *((one, False) for one in _best(shown, MOST_SHOWN)),
        *((one, True) for one in _best(lacking, MOST_LACKING)),
    )


def _best(passages: Sequence[Passage], most: int) -> list[Passage]:
    """Return the best of them in reading order, one after the other, as far from the others as may be."""
    found: list[int] = []
    while len(found) < most:
        chosen = [passages[at] for at in found]
        people = {person.id for one in chosen for person in one.people}
        groups = {one.group for one in chosen}
        left = [at for at, one in enumerate(passages) if not any(_overlap(one, other) for other in chosen)]
        if not left:
            break
        found.append(min(left, key=lambda at: (*_nearness(passages[at], people, groups), *_merit(passages[at]), at)))
    return [passages[at] for at in sorted(found)]


def _nearness(passage: Passage, people: Collection[str], groups: Collection[str]) -> tuple[bool, bool]:
    """Tell whether somebody speaks who was quoted already, and whether their group was."""
    return any(person.id in people for person in passage.people), passage.group in groups


def _merit(passage: Passage) -> tuple[int, int]:
    short, long = _GOOD_LENGTH
    length = len(passage.text)
    return -len(passage.coders), max(0, short - length, length - long)


def _overlap(one: Passage, other: Passage) -> bool:
    same = one.transcript_id == other.transcript_id
    return same and one.start_char < other.end_char and other.start_char < one.end_char


# gathering


@dataclass(frozen=True, slots=True)
class _Talk:
    """One transcript, to look up who spoke where and when."""

    info: TranscriptInfo
    text: str
    turns: Sequence[Turn]
    ends: Sequence[int]
    speakers: Mapping[str, Participant]

    @classmethod
    def of(cls, project: Project, info: TranscriptInfo) -> _Talk:
        turns = project.turns(info.id)
        return cls(info, project.text(info.id), turns, [turn.end_char for turn in turns], project.speakers(info.id))

    def passage(self, start: int, end: int) -> Passage:
        people: dict[str, Participant] = {}
        at_s = None
        for at in range(bisect.bisect_right(self.ends, start), len(self.turns)):
            turn = self.turns[at]
            if turn.start_char >= end:
                break
            at_s = turn.start_s if at_s is None else at_s
            person = self.speakers.get(turn.speaker or "")
            if person is not None:
                people[person.id] = person
        words = self.text[start:end]
        return Passage(
            self.info.id, start, end, words, self.info.name, self.info.group, tuple(people.values()), at_s=at_s
        )


def _passages(talks: Mapping[str, _Talk], codings: Iterable[Coding]) -> list[Passage]:
    """Return the stretches in reading order, the codings of one stretch together."""
    places: dict[tuple[str, int, int], dict[str, Valence]] = defaultdict(dict)
    for coding in codings:
        said = places[coding.transcript_id, coding.start_char, coding.end_char]
        # Two codes of one behaviour at one place by one coder are one voice; a clear word stands before an unclear one.
        if said.get(coding.coder, Valence.UNCLEAR) is Valence.UNCLEAR:
            said[coding.coder] = coding.valence
    order = {transcript_id: at for at, transcript_id in enumerate(talks)}
    return [
        replace(talks[place[0]].passage(*place[1:]), coders=tuple(said), valences=tuple(said.values()))
        for place, said in sorted(places.items(), key=lambda item: (order[item[0][0]], *item[0][1:]))
    ]


def _strength(passages: Sequence[Passage]) -> Strength:
    told = {person.id for one in passages for person in one.people if person.role is Role.PARTICIPANT}
    return Strength(
        passages=len(passages),
        shown=sum(one.valences.count(Valence.SHOWN) > one.valences.count(Valence.LACKING) for one in passages),
        lacking=sum(one.contrary for one in passages),
        people=len(told),
        groups=len({one.group for one in passages}),
        coders=tuple(sorted({coder for one in passages for coder in one.coders})),
    )


def as_quotation(passage: Passage, *, contrary: bool | None = None) -> Quotation:
    """Return the place of a passage as a framework keeps it."""
    return Quotation(*passage.place, passage.contrary if contrary is None else contrary)


def _alphas(agreement: Agreement | None) -> dict[str, Estimate]:
    """Return Krippendorff's alpha by code, among all people that were compared."""
    people = (one for one in (agreement.comparisons if agreement else ()) if one.kind == "people")
    first = next((one for one in people if one.condition == "all"), None)
    return {} if first is None else {code.code_id: code.estimates["alpha"] for code in first.codes}


def _rating(behaviour: Behaviour, ratings: Mapping[str, Rating]) -> Rating | None:
    """Return the rating of a behaviour that stands on one rated code; means of several cannot be put together."""
    found = [ratings[code_id] for code_id in behaviour.codes if code_id in ratings]
    return found[0] if len(found) == 1 else None
