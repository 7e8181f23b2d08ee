"""Who leads the session: by label, else by the way they talk."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from coding.readers.source import Piece

_ROLE = re.compile(
    r"(?:the\s+)?(?:co-?)?(?:moderators?|facilitators?|interviewers?|hosts?|researchers?|mod|int|fac|chair|m|i"
    r"|q|iv|ivr)"
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
_FEWEST_QUESTIONS = 3
_QUESTION_RATE = 0.15
_TIMES_THE_NEXT = 2.0
_HIGH_RATE = 0.3
_TIMES_THE_NEXT_IF_HIGH = 1.5
_FEWEST_TURNS = 3


@dataclass(slots=True)
class _Talk:
    turns: int = 0
    words: int = 0
    ending: int = 0

    @property
    def rate(self) -> float:
        """Return the share of turns that end with a question."""
        return self.ending / self.turns


def find_moderators(pieces: Sequence[Piece]) -> frozenset[str]:
    """Return the labels that are clearly moderators; an empty set where it is not clear.

    By talk, a moderator is among the first two to speak, says less than half of the words, and ends 15 % of their
    turns or more with a question, twice as many as anybody else (from 30 % on, one and a half times as many).
    """
    talk: dict[str, _Talk] = defaultdict(_Talk)
    for piece in pieces:
        if piece.speaker is not None and not piece.heading:
            of = talk[piece.speaker]
            of.turns += 1
            of.words += len(piece.text.split())
            of.ending += piece.text.rstrip("\"'”’)]* ").endswith("?")
    named = frozenset(label for label in talk if is_moderator_label(label))
    if any(len(label) == 1 and label not in _LETTERS_OF_ROLES for label in talk):
        # Where people go by their initials, M is Mary.
        named = frozenset(label for label in named if len(label) > 1)
    if named:
        return named if len(named) < len(talk) else frozenset()
    return _by_talk(talk)


def _by_talk(talk: dict[str, _Talk]) -> frozenset[str]:
    if len(talk) < 2:
        return frozenset()
    words = sum(of.words for of in talk.values())
    for label in list(talk)[:2]:
        of = talk[label]
        others = max(
            (one.rate for name, one in talk.items() if name != label and one.turns >= _FEWEST_TURNS), default=0.0
        )
        if (
            of.ending >= _FEWEST_QUESTIONS
            and of.rate >= _QUESTION_RATE
            and of.rate >= (_TIMES_THE_NEXT if of.rate < _HIGH_RATE else _TIMES_THE_NEXT_IF_HIGH) * others
            and of.words < 0.5 * words
        ):
            return frozenset({label})
    return frozenset()
