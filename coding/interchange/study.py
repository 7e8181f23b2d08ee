"""A study as another tool wrote it, before it has a place in a project.

Every importer makes a :class:`Study`; :mod:`coding.interchange.place` puts it into a project. Offsets are code points
of :attr:`Source.text`, which has LF line ends and no byte-order mark. Things are named by keys that mean something
inside one study only: GUIDs, where the file has them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from coding.model import Evidence, Origin, Role, Turn, Valence

MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something of the file that has no place in a project, or had to be mended.

    Attributes:
        what: The kind, such as ``PDFSelection``.
        name: What it is called in the file, or its GUID.
        why: In a few words.
        mended: True where it was kept in another form.
    """

    what: str
    name: str
    why: str
    mended: bool = False

    def __str__(self) -> str:
        """Return it on one line."""
        name = self.name if len(self.name) <= MOST_SHOWN else f"{self.name[: MOST_SHOWN - 1]}…"
        return f"{self.what} {name}: {self.why}" if name else f"{self.what}: {self.why}"


@dataclass(frozen=True, slots=True)
class StudyCode:
    """A code; ``parent`` is the key of the one above, which stands earlier in the study.

    ``named_by_id`` is true where the file has an id alone, so that the name says nothing.
    """

    key: str
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
    code_id: str | None = None
    retired: bool = False
    named_by_id: bool = False


@dataclass(frozen=True, slots=True)
class StudyCoding:
    """One code at one place by one coder; ``coder`` is a key of the study's coders."""

    key: str
    start_char: int
    end_char: int
    code: str
    coder: str
    at: str = ""
    valence: Valence = Valence.SHOWN
    origin: Origin = Origin.OWN
    score: float | None = None
    probability: float | None = None
    memo: str = ""
    codebook_version: str | None = None


@dataclass(frozen=True, slots=True)
class StudySuggestion:
    """What the machine proposed, where one of our own files comes back."""

    start_char: int
    end_char: int
    code: str
    score: float
    probability: float
    valence: Valence = Valence.SHOWN
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class StudyMark:
    """A place that a coder has finished, or, with the key of a code, where they refused a suggestion of it."""

    start_char: int
    end_char: int
    coder: str
    at: str
    code: str | None = None
    score: float | None = None
    probability: float | None = None
    blind: bool = False


@dataclass(frozen=True, slots=True)
class StudyMemo:
    """A note.

    Attributes:
        kind: ``project``, ``code``, ``transcript``, ``segment`` or ``coding``.
        of: The key of the code, source or coding; the key of the source for a segment.
        coder: Key of the coder.
        text: The words.
        at: When, as the file has it.
        start_char: Of a segment.
        end_char: Of a segment.
    """

    kind: str
    of: str
    coder: str
    text: str
    at: str = ""
    start_char: int = 0
    end_char: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """A text with what was coded in it; ``turns`` is empty where the file knows of none."""

    key: str
    name: str
    text: str
    sha256: str
    group: str | None = None
    source_name: str = ""
    coder: str | None = None
    turns: tuple[Turn, ...] = ()
    codings: tuple[StudyCoding, ...] = ()
    suggestions: tuple[StudySuggestion, ...] = ()
    marks: tuple[StudyMark, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """A participant; ``labels`` are pairs of a source's key and a speaker label in it."""

    key: str
    name: str
    role: Role | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CodebookHead:
    """What a codebook says of itself."""

    name: str
    version: str = "1"
    language: str = "en"
    description: str = ""


@dataclass(frozen=True, slots=True)
class Study:
    """Everything that one file holds.

    Attributes:
        format: As recognised, such as ``QDPX (MAXQDA 24)``.
        name: The project's name in the file.
        own: True where this tool wrote the file.
        head: The codebook's own words, where known.
        coders: Names by key.
        codes: Those above before those below.
        sources: The texts.
        people: The participants.
        memos: The notes.
        groups: GUIDs of groups by name.
        variables: GUIDs of attributes by name.
        dropped: What has no place, and what was mended.
    """

    format: str
    name: str = ""
    own: bool = False
    head: CodebookHead | None = None
    coders: dict[str, str] = field(default_factory=dict)
    codes: tuple[StudyCode, ...] = ()
    sources: tuple[Source, ...] = ()
    people: tuple[Person, ...] = ()
    memos: tuple[StudyMemo, ...] = ()
    groups: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    dropped: tuple[Dropped, ...] = ()
