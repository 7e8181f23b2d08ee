"""A passage that somebody coded, and how strong the evidence is that passages make together."""

from __future__ import annotations

from dataclasses import dataclass

from coding.agreement import Estimate
from coding.model import Participant, Role, Valence


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
