"""What the engine is given: units of talk and what people decided about them."""

from __future__ import annotations

from dataclasses import dataclass

from coding.model import Valence


@dataclass(frozen=True, slots=True)
class Unit:
    """One segment as the engine sees it.

    Units of one source that stand in order are each other's context.

    Attributes:
        key: Stable id, such as ``Segment.key``: ``transcript:start_char-end_char``.
        text: The words.
        source: Id of the transcript, or ``""`` where there is none; then the unit has no context.
        turn: Index of the turn; units of one turn share it.
        speaker: Label of the speaker, where it is known.
        role: ``moderator`` or ``participant``, where it is known.
        coded: False for talk that is context only, such as the moderator's; it gets no suggestions.
    """

    key: str
    text: str
    source: str = ""
    turn: int | None = None
    speaker: str | None = None
    role: str | None = None
    coded: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """What one coder decided about one unit.

    Attributes:
        unit: Index into the units.
        code_id: The code, or ``None`` for "reviewed, and nothing is in it".
        positive: False where a suggestion of that code was rejected.
        valence: Whether the behaviour is shown or lacking.
        coder: Who decided.
    """

    unit: int
    code_id: str | None
    positive: bool = True
    valence: Valence = Valence.SHOWN
    coder: str = ""
