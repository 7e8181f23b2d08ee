"""Who leads the session: by label, else by the way they talk."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coding.readers.leading import asks, opens_session, probes, sentences
from coding.readers.source import Piece

_ROLE = re.compile(
    r"(?:the\s+)?(?:co-?)?(?:moderators?|facilitators?|interviewers?|hosts?|researchers?|mod|int|fac|chair|m|i"
    r"|q|iv|ivr|moderatorin|moderator[ae]|moderatorka|moderadora?|moderatrice|animat(?:eur|rice)|enquêt(?:eur|rice|eure)"
    r"|interviewerin|intervieweu(?:r|se)|entrevistadora?|facilitadora?|intervistat(?:ore|rice)|модератор|интервьюер"
    r"|主持人|访谈者|访问者|司会者?)"
    r"\.?(?:\s*\d{1,2})?",
    re.IGNORECASE,
)
_ROLE_INSIDE = re.compile(
    r"[(\[]\s*(?:moderator|facilitator|interviewer|host|researcher|mod)\.?\s*[)\]]", re.IGNORECASE
)


def is_moderator_label(label: str) -> bool:
    """Tell whether a label itself says that this is a moderator.

    >>> is_moderator_label("MODERATOR"), is_moderator_label("Int. 2"), is_moderator_label("Imogen")
    (True, True, False)
    """
    return bool(_ROLE.fullmatch(label.strip()) or _ROLE_INSIDE.search(label))


_LETTERS_OF_ROLES = frozenset("IRMPQA")
_TURNS_LOOKED_AT = 2000
_FEWEST_TURNS = 3
_FEWEST_QUESTIONS = 3
_FEWEST_PHRASES = 3
_FIRST_SPEAKERS = 5
_LEAST_SHARE = 0.12
_LEAST_RATE = 0.15
_TIMES_THE_NEXT = 2.0
_HIGH_RATE = 0.4
_TIMES_THE_NEXT_BY_QUESTIONS = 4.0
_MANY_QUESTIONS = 5
_TURNS_AT_START = 12
_SHARE_AT_START = 0.1
_FEWEST_OPENINGS = 2
_ENOUGH_SENTENCES = 60


@dataclass(slots=True)
class _Talk:
    """What one speaker says; ``opening``, ``probing`` and ``leading`` count sentences, ``asking`` turns."""

    turns: int = 0
    words: int = 0
    asking: int = 0
    sentences: int = 0
    leading: int = 0
    probing: int = 0
    opening: int = 0

    @property
    def rate(self) -> float:
        """Return the share of turns that end with a question."""
        return self.asking / self.turns

    @property
    def share(self) -> float:
        """Return the share of sentences that lead, those that open the session twice; lower for who says little."""
        return (self.leading + 2 * self.opening) / (self.sentences + 4)


def find_moderators(pieces: Sequence[Piece]) -> frozenset[str]:
    """Return the labels that are clearly moderators; an empty set where it is not clear.

    Labels such as ``MODERATOR`` decide. Without one, talk does. Who leads is among the first to speak, says less than
    half of the words, and asks, probes and opens the session in at least 12 % of their sentences, twice as often as
    anybody else; or ends 15 % of their turns with a question, twice as often as anybody else; or is the only one who
    opens the session. In a talk of more than two, questions alone are enough only where hardly anybody else asks, since
    friends ask each other too.
    The first 2,000 turns are looked at.
    """
    labels = {piece.speaker: None for piece in pieces if piece.speaker is not None and not piece.heading}
    named = frozenset(label for label in labels if is_moderator_label(label))
    if any(len(label) == 1 and label not in _LETTERS_OF_ROLES for label in labels):
        # Where people go by their initials, M is Mary.
        named = frozenset(label for label in named if len(label) > 1)
    if named:
        return named if len(named) < len(labels) else frozenset()
    return guess_by_talk(pieces)


def _talks(pieces: Sequence[Piece]) -> dict[str, _Talk]:
    spoken = [piece for piece in pieces[:_TURNS_LOOKED_AT] if piece.speaker is not None and not piece.heading]
    start = max(_TURNS_AT_START, _SHARE_AT_START * len(spoken))
    talk: dict[str, _Talk] = defaultdict(_Talk)
    for at, piece in enumerate(spoken):
        of = talk[piece.speaker or ""]
        of.turns += 1
        of.words += len(piece.text.split())
        of.asking += asks(piece.text)
        for sentence in sentences(piece.text):
            probing = probes(sentence)
            of.sentences += 1
            of.probing += probing
            of.leading += probing or asks(sentence)
            of.opening += at < start and opens_session(sentence)
    return talk


def guess_by_talk(pieces: Sequence[Piece]) -> frozenset[str]:
    """Return who leads by how they talk, whatever they are called; an empty set where it is not clear."""
    talk = _talks(pieces)
    if len(talk) < 2:
        return frozenset()
    words = sum(of.words for of in talk.values())
    # In a language whose phrases are not known here, questions have to be enough.
    unknown = not any(of.probing or of.opening for of in talk.values()) and (
        sum(of.sentences for of in talk.values()) >= _ENOUGH_SENTENCES
    )
    possible = [
        name
        for name, of in list(talk.items())[:_FIRST_SPEAKERS]
        if of.turns >= _FEWEST_TURNS
        and of.leading >= _FEWEST_QUESTIONS
        and of.words < 0.5 * words
        and (len(talk) == 2 or unknown or of.probing + of.opening >= _FEWEST_PHRASES or _asks_alone(name, talk))
    ]
    asking = [name for name in possible if name in list(talk)[:2] and talk[name].asking >= _FEWEST_QUESTIONS]
    found = (
        _clearly_first(talk, possible, lambda of: of.share, _LEAST_SHARE)
        or _clearly_first(talk, asking, lambda of: of.rate, _LEAST_RATE)
        or _only_opener(talk, possible)
    )
    return frozenset() if found is None else frozenset({found})


def _asks_alone(name: str, talk: dict[str, _Talk]) -> bool:
    """Tell whether one asks so often, and the others so seldom, that questions are enough in any company."""
    others = max((of.rate for other, of in talk.items() if other != name), default=0.0)
    of = talk[name]
    return of.asking >= _MANY_QUESTIONS and of.rate >= _HIGH_RATE and of.rate >= _TIMES_THE_NEXT_BY_QUESTIONS * others


def _clearly_first(
    talk: dict[str, _Talk], possible: Sequence[str], measure: Callable[[_Talk], float], least: float
) -> str | None:
    best = max(possible, key=lambda name: measure(talk[name]), default=None)
    if best is None:
        return None
    others = [measure(of) for name, of in talk.items() if name != best and of.turns >= _FEWEST_TURNS]
    value = measure(talk[best])
    return best if value >= least and value >= _TIMES_THE_NEXT * max(others, default=0.0) else None


def _only_opener(talk: dict[str, _Talk], possible: Sequence[str]) -> str | None:
    """Return the one who opens the session, as a chair does among members who ask the questions."""
    openers = [
        name
        for name in possible
        if name in list(talk)[:3]
        and talk[name].opening >= _FEWEST_OPENINGS
        and talk[name].share >= _LEAST_SHARE
        and all(2 * of.opening <= talk[name].opening for other, of in talk.items() if other != name)
    ]
    return openers[0] if len(openers) == 1 else None
