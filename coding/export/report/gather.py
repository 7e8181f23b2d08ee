"""Everything that a report rests on, read from a project once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from coding.agreement import Agreement, Comparison, agree
from coding.errors import CodingError
from coding.evidence import Evidence, Sources, gather_evidence, read_ratings
from coding.export.files import Step
from coding.findings import Material, Saturation, code_saturation, read_material
from coding.findings.joint import Joint, joint_display
from coding.findings.pairs import co_occurrence
from coding.framework import Framework, read_framework
from coding.methods import Methods, describe_methods
from coding.model import Code, Codebook, Role
from coding.store import Project
from coding.survey import stored_survey


@dataclass(frozen=True, slots=True)
class Group:
    """One focus group: its transcripts, its participants, the words that were said, and whether anybody looked."""

    name: str
    transcripts: int
    participants: int
    words: int
    looked_at: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two codes, in how many turns both are, and the coefficient of that."""

    a: str
    b: str
    both: int
    c: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a report rests on.

    Attributes:
        codebook: The codebook in force.
        known: All codes that ever were.
        framework: As it stands.
        evidence: For every behaviour.
        members: How many participants each group has that was looked at.
        groups: All groups in the order of import.
        sessions: What each transcript is called, by its id: its group, where that has one transcript.
        coders: How many people coded.
        codings: How many codings there are.
        agreement: Among people, where two of them or more coded.
        saturation: What each session brought, where anything was coded.
        pairs: Codes that go together, those with the highest coefficient first.
        joint: Ratings beside what was told, where there is a questionnaire.
        survey: The name of the questionnaire.
        methods: What was done.
        settled: Whether the codings are those that the coders settled on.
        renamed: Whether names were taken out for this report.
        at: The time of the newest edit or import.
    """

    codebook: Codebook
    known: Mapping[str, Code]
    framework: Framework
    evidence: Evidence
    members: Mapping[str, int]
    groups: tuple[Group, ...]
    sessions: Mapping[str, str]
    coders: int
    codings: int
    agreement: Agreement | None
    saturation: Saturation | None
    pairs: tuple[Pair, ...]
    joint: Joint | None
    survey: str
    methods: Methods
    settled: bool
    renamed: bool
    at: str

    @property
    def compared(self) -> Comparison | None:
        """Return the comparison of all people, where there is one with a result."""
        every = self.agreement.comparisons if self.agreement else ()
        return next((one for one in every if one.kind == "people" and one.condition == "all" and one.units), None)

    @property
    def people(self) -> int:
        """Return how many participants were looked at."""
        return next((strength.of_people for strength in self.evidence.strengths.values()), 0)


def gather(
    project: Project,
    *,
    original: Project | None = None,
    without_names: Callable[[str], str] | None = None,
    settled: bool = False,
    step: Step | None = None,
) -> Found:
    """Read what a report rests on.

    Args:
        project: What is reported: the project, a copy of it without names, or one layer of it.
        original: The project itself, where ``project`` is something else; the method and the agreement are its own.
        without_names: Takes names out of what is written about the study.
        settled: Whether the codings of ``project`` are those that the coders settled on.
        step: Told of progress.

    Raises:
        ProjectError: A project cannot be read.
    """
    source = original or project
    _tell(step, 1)
    codings = project.codings()
    coders = len({coding.coder for coding in source.codings()})
    agreement = _agreement(source) if coders > 1 else None
    _tell(step, 2)
    sources, framework = Sources(project), read_framework(project)
    evidence = gather_evidence(sources, framework, agreement=agreement, ratings=read_ratings(source))
    _tell(step, 3)
    material = read_material(project) if codings else None
    survey, named = stored_survey(source), stored_survey(project)
    methods = describe_methods(source, agreement=agreement)
    if without_names is not None:
        paragraphs = (type(one)(one.title, without_names(one.text)) for one in methods.paragraphs)
        methods = Methods(tuple(paragraphs))
    return Found(
        codebook=project.codebook(),
        known=project.known_codes(),
        framework=framework,
        evidence=evidence,
        members=sources.groups,
        groups=(groups := _groups(project, sources, source)),
        sessions=_sessions(project, groups),
        coders=coders,
        codings=len(codings),
        agreement=agreement,
        saturation=None if material is None else code_saturation(material),
        pairs=() if material is None else _pairs(material),
        joint=None if material is None or survey is None else joint_display(material, survey),
        survey="" if named is None else named.name,
        methods=methods,
        settled=settled,
        renamed=without_names is not None,
        at=_newest(source),
    )


def _tell(step: Step | None, done: int) -> None:
    if step is not None:
        step("Gathering findings", done, 4)


def _agreement(project: Project) -> Agreement | None:
    try:
        return agree(project, suggestions=())
    except CodingError:
        return None  # Nothing can be compared; the method says so.


def _pairs(material: Material) -> tuple[Pair, ...]:
    table = co_occurrence(material)
    rows = zip(table["a"], table["b"], table["n12"], table["c"], strict=True)
    return tuple(Pair(str(a), str(b), int(both), float(c)) for a, b, both, c in rows if both)


def _groups(project: Project, sources: Sources, original: Project) -> tuple[Group, ...]:
    """Return the groups; words are counted in the original, since a pseudonym may have more of them than a name."""
    found: dict[str, list[tuple[set[str], int]]] = {}
    for info, was in zip(project.transcripts(), original.transcripts(), strict=True):
        text = original.text(was.id)
        spoken = (turn for turn in original.turns(was.id) if not turn.heading)
        words = sum(len(text[turn.start_char : turn.end_char].split()) for turn in spoken)
        people = {one.id for one in project.speakers(info.id).values() if one.role is Role.PARTICIPANT}
        found.setdefault(info.group, []).append((people, words))
    return tuple(
        Group(
            name,
            len(sessions),
            len(set().union(*(people for people, _ in sessions))),
            sum(words for _, words in sessions),
            name in sources.groups,
        )
        for name, sessions in found.items()
    )


def _sessions(project: Project, groups: Sequence[Group]) -> dict[str, str]:
    single = {group.name for group in groups if group.transcripts == 1}
    return {info.id: info.group if info.group in single else info.name for info in project.transcripts()}


def _newest(project: Project) -> str:
    times = [row.last_at for row in project.tally()]
    times += [info.imported_at for info in project.transcripts()]
    return max(times, default="1980-01-01T00:00:00Z")
