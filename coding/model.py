"""The words of the design as frozen types.

Offsets are half-open ``[start_char, end_char)`` in Unicode code points of :attr:`Transcript.text`, whose line ends are
LF and which has no byte-order mark. Times are seconds from the start of the recording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

MACHINE = "machine"
"""The coder name that is kept for suggestions; no person can take it."""

CONSENSUS = "consensus"
"""The coder name that is kept for what coders have settled on; no person can take it."""


class Role(StrEnum):
    """What a speaker is in the session."""

    MODERATOR = "moderator"
    PARTICIPANT = "participant"


class Valence(StrEnum):
    """Whether a stretch of talk tells of a behaviour or of its lack."""

    SHOWN = "shown"
    LACKING = "lacking"
    UNCLEAR = "unclear"


class Origin(StrEnum):
    """How a coding came about; it stays with the coding for ever.

    The last two are those of the consensus: coders had it alike, or it was settled on where they differed.
    """

    OWN = "own"
    ACCEPTED = "accepted"
    CHANGED = "changed"
    BLIND = "blind"
    AGREED = "agreed"
    SETTLED = "settled"


class State(StrEnum):
    """What the machine says about a segment and a code."""

    SUGGESTED = "suggested"
    UNSURE = "unsure"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Turn:
    """One uninterrupted contribution of one speaker.

    Attributes:
        index: Position in the transcript, from 0.
        speaker: The label as the source has it, or ``None`` where the speaker is unknown.
        start_char: Where the spoken words start in the transcript's text, behind the label.
        end_char: Where they end.
        start_s: Start in seconds, where the source has times.
        end_s: End in seconds, where the source has times.
        heading: True for a line that nobody spoke, such as a question printed between the turns.
    """

    index: int
    speaker: str | None
    start_char: int
    end_char: int
    start_s: float | None = None
    end_s: float | None = None
    heading: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something of the source that does not stand in the transcript's text.

    Attributes:
        text: The words left out.
        reason: Why, in a word or two: ``timestamp``, ``cue id``, ``header``, ``recorder's notice`` …
        line: The line, paragraph or row in the source, from 1.
    """

    text: str
    reason: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A warning about the source, with its line from 1 where that is known."""

    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a reader did with one file.

    Attributes:
        format: The format as it was recognised, such as ``vtt (Teams)``.
        encoding: The encoding of a text file, or ``None``.
        cues_in: Timed cues, rows or paragraphs in the source, or ``None`` where the format has none.
        cues_out: How many of them stand in the transcript.
        left_out: What does not stand in the text, with reasons. Runs of the same kind may be many.
        warnings: What a user should look at, with line numbers.
    """

    format: str
    encoding: str | None = None
    cues_in: int | None = None
    cues_out: int | None = None
    left_out: tuple[LeftOut, ...] = ()
    warnings: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """One recorded session as it was read.

    Attributes:
        name: What users call it; the stem of the file's name unless they say otherwise.
        text: All that was said, a line a turn, each with its speaker's label in front: ``Label: words``.
        turns: The turns in order; their spans do not overlap.
        source_name: The file's name without its folder.
        source_sha256: SHA-256 of the file's bytes, in hexadecimal.
        report: What the reader did.
        group: The focus group that was recorded, where it is known.
        moderators: Speaker labels that the reader takes for moderators.
    """

    name: str
    text: str
    turns: tuple[Turn, ...]
    source_name: str
    source_sha256: str
    report: ImportReport
    group: str | None = None
    moderators: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """Return the stable id: the first 16 hexadecimal digits of the source's SHA-256."""
        return self.source_sha256[:16]

    @property
    def speakers(self) -> tuple[str, ...]:
        """Return the distinct speaker labels in the order of their first turn."""
        return tuple(dict.fromkeys(turn.speaker for turn in self.turns if turn.speaker is not None))

    def words_of(self, turn: Turn) -> str:
        """Return what was said in ``turn``: the slice of the text at its offsets."""
        return self.text[turn.start_char : turn.end_char]


@dataclass(frozen=True, slots=True)
class Participant:
    """A person across transcripts.

    Attributes:
        id: Stable id.
        name: What the person is called in this study.
        role: Moderator or participant.
        attributes: Sector, role and the like, by name.
    """

    id: str
    name: str
    role: Role = Role.PARTICIPANT
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """The unit that suggestions are made for: one or more sentences of one turn."""

    transcript_id: str
    turn: int
    start_char: int
    end_char: int

    @property
    def key(self) -> str:
        """Return an id that stays the same wherever the same words are segmented the same way."""
        return f"{self.transcript_id}:{self.start_char}-{self.end_char}"


@dataclass(frozen=True, slots=True)
class Code:
    """A behaviour, or any other idea, in the codebook.

    Attributes:
        id: Unique, lower-case letters, digits and hyphens; never changes once used.
        name: What people read.
        parent: Id of the code above, or ``None`` at the top.
        definition: One or two sentences.
        include: When to apply it.
        exclude: When not to, and which code instead.
        examples: Words in which people show it.
        contrary_examples: Words in which people tell of its lack.
        colour: ``#rrggbb``.
        source: Where the code comes from.
        codable: False for a group that only holds other codes.
    """

    id: str
    name: str
    parent: str | None = None
    definition: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    contrary_examples: tuple[str, ...] = ()
    colour: str | None = None
    source: str = ""
    codable: bool = True


@dataclass(frozen=True, slots=True)
class Codebook:
    """A named, versioned set of codes that form a tree, in the order of the file."""

    name: str
    version: str = "1"
    language: str = "en"
    description: str = ""
    codes: tuple[Code, ...] = ()
    _by_id: dict[str, Code] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        """Index the codes by id."""
        object.__setattr__(self, "_by_id", {code.id: code for code in self.codes})

    def __getitem__(self, code_id: str) -> Code:
        """Return the code with that id; raises ``KeyError``."""
        return self._by_id[code_id]

    def __contains__(self, code_id: object) -> bool:
        """Tell whether a code has that id."""
        return code_id in self._by_id

    @property
    def codable(self) -> tuple[Code, ...]:
        """Return the codes that can be applied to talk."""
        return tuple(code for code in self.codes if code.codable)

    def children(self, code_id: str | None) -> tuple[Code, ...]:
        """Return the codes right below ``code_id``, or the top ones for ``None``."""
        return tuple(code for code in self.codes if code.parent == code_id)

    def path(self, code_id: str) -> tuple[Code, ...]:
        """Return the code with all that stand above it, the top one first."""
        chain: list[Code] = []
        current: str | None = code_id
        while current is not None:
            code = self._by_id[current]
            chain.append(code)
            current = code.parent
        return tuple(reversed(chain))


def tree_order(codebook: Codebook) -> tuple[tuple[Code, int], ...]:
    """Return the codes as people read them, each with how deep it stands: what is above comes first.

    >>> [code.id for code, depth in tree_order(Codebook("", codes=(Code("b", "B", "a"), Code("a", "A"))))]
    ['a', 'b']
    """
    found: list[tuple[Code, int]] = []
    waiting = [(code, 0) for code in reversed(codebook.children(None))]
    while waiting:
        code, depth = waiting.pop()
        found.append((code, depth))
        waiting += [(child, depth + 1) for child in reversed(codebook.children(code.id))]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Coding:
    """One code applied to one stretch of text by one coder.

    Attributes:
        id: Unique id.
        transcript_id: The transcript.
        start_char: Start in its text.
        end_char: End in its text.
        code_id: The code.
        coder: The person.
        valence: Shown, lacking or unclear.
        origin: Own, accepted as suggested, changed from a suggestion, or blind.
        score: The machine's score where the coding came from a suggestion.
        probability: The machine's probability at that time.
        memo: A note by the coder.
        codebook_version: The codebook's version when it was coded.
        created_at: UTC, ISO 8601.
    """

    id: str
    transcript_id: str
    start_char: int
    end_char: int
    code_id: str
    coder: str
    valence: Valence = Valence.SHOWN
    origin: Origin = Origin.OWN
    score: float | None = None
    probability: float | None = None
    memo: str = ""
    codebook_version: str = "1"
    created_at: str = ""


def about_the_same(start_char: int, end_char: int, other_start_char: int, other_end_char: int) -> bool:
    """Tell whether two stretches are about the same: at least half of one of them lies in the other.

    This is when a coding counts for a segment: everywhere, from suggestions to agreement and exports.

    >>> about_the_same(0, 10, 5, 30), about_the_same(0, 10, 6, 30), about_the_same(0, 10, 10, 11)
    (True, False, False)
    """
    shared = min(end_char, other_end_char) - max(start_char, other_start_char)
    return shared > 0 and 2 * shared >= min(end_char - start_char, other_end_char - other_start_char)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One term of a suggestion's score.

    Attributes:
        share: The term's part of the score; all terms of a suggestion add up to it.
        kind: ``name``, ``definition``, ``include``, ``example``, ``contrary``, ``accepted``, ``rejected``, ``nothing``,
            or ``other`` for the sum of all the small terms.
        text: The sentence of the codebook, or the quotation that was decided on.
        code_id: The code that the row belongs to, where it has one.
        coder: Who decided, for a decision.
        segment_key: Where the quotation stands, for a decision.
    """

    share: float
    kind: str
    text: str = ""
    code_id: str | None = None
    coder: str | None = None
    segment_key: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A coding that the machine proposes.

    Attributes:
        transcript_id: The transcript.
        start_char: Start of the segment in its text.
        end_char: End of the segment.
        code_id: The code.
        score: The model's raw score, a sum over its training rows.
        probability: Calibrated where there are decisions enough.
        state: Suggested, unsure or nothing.
        valence: Shown, lacking or unclear.
        evidence: The largest terms of the score and the sum of the rest.
    """

    transcript_id: str
    start_char: int
    end_char: int
    code_id: str
    score: float
    probability: float
    state: State = State.SUGGESTED
    valence: Valence = Valence.SHOWN
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """One act of a coder, stored for ever.

    Attributes:
        id: Unique id.
        batch: Edits of one act share it, and are undone together.
        coder: Who acted.
        at: UTC, ISO 8601 with microseconds.
        kind: What was done: ``add-coding``, ``remove-coding`` …
        transcript_id: The transcript it concerns, where there is one.
        summary: One line for people.
        changes: The rows as they were and as they became; the inverse is the same with the two exchanged.
        undoes: The batch that this one takes back, where it is an undo.
    """

    id: str
    batch: str
    coder: str
    at: str
    kind: str
    transcript_id: str | None
    summary: str
    changes: tuple[Change, ...]
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One row of one table before and after an edit; ``None`` where there was, or is, no row."""

    table: str
    key: str
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None

    @property
    def inverse(self) -> Change:
        """Return the change that takes this one back."""
        return Change(self.table, self.key, self.after, self.before)


def utc_now() -> str:
    """Return the present in UTC as ISO 8601 with microseconds and a ``Z``."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def tick(before: str, now: str) -> str:
    """Return the clock of an edit: its time, or the first moment after the edit before it where that is later.

    Within a project the clock never goes back or stands still, even where a machine's clock was set back, so that the
    order of edits is the same in every copy (a hybrid clock as in Kulkarni et al. 2014, without its logical part).

    Args:
        before: The clock of the edit before, or an empty string.
        now: The time of the edit, UTC, ISO 8601 with microseconds.

    >>> tick("2026-03-02T10:00:00.000009Z", "2026-03-02T09:00:00.000000Z")
    '2026-03-02T10:00:00.000010Z'
    """
    if now > before:
        return now
    following = datetime.fromisoformat(before) + timedelta(microseconds=1)
    return following.isoformat(timespec="microseconds").replace("+00:00", "Z")
