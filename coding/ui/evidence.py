"""The evidence for each behaviour, gathered once for each state of what was coded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import streamlit as st

from coding.agreement import Agreement, agree
from coding.errors import CodingError
from coding.evidence import Evidence, Rating, Sources, Strength, gather_evidence, read_ratings
from coding.framework import Framework
from coding.model import Edit
from coding.store import Project
from coding.ui.widgets import count

MOST_COMPARED = 20_000
"""With more codings, coders are compared only when somebody asks for it: it takes seconds."""

_FRAMEWORK = frozenset({"framework_clusters", "framework_behaviours"})


@dataclass(slots=True)
class _Held:
    """What was read of one project, and the state it was read in.

    Attributes:
        rev: The newest edit then.
        counts: Transcripts and segments then.
        sources: What was coded.
        agreement: How far coders agree, where that was measured.
        waits: Whether it was not, since there is so much to compare.
        ratings: What the questionnaire says.
    """

    rev: int = -1
    counts: tuple[int, int] = (-1, -1)
    sources: Sources | None = None
    agreement: Agreement | None = None
    waits: bool = False
    ratings: Mapping[str, Rating] = field(default_factory=dict)

    def read(self, project: Project) -> Sources:
        """Read what was coded, unless only the framework has changed since."""
        rev, counts = project.rev(), project.counts()
        if self.sources is None or counts != self.counts or _changed(project.edits(after=self.rev)):
            self.sources, self.ratings = Sources(project), read_ratings(project)
            self.waits = self.sources.codings > MOST_COMPARED
            self.agreement = None if self.waits else _agreement(project)
        self.rev, self.counts = rev, counts
        return self.sources


def evidence_of(project: Project, framework: Framework) -> Evidence:
    """Return the evidence for every behaviour; quick after the first time, and after every change of the framework."""
    held = _held(str(project.path))
    sources = held.read(project)
    return gather_evidence(sources, framework, agreement=held.agreement, ratings=held.ratings)


def agreement_waits(project: Project) -> bool:
    """Tell whether agreement has to be asked for, since it takes long in a study of this size."""
    return _held(str(project.path)).waits


def measure_agreement(project: Project) -> None:
    """Measure how far coders agree, however long it takes."""
    held = _held(str(project.path))
    held.agreement, held.waits = _agreement(project), False


def in_words(strength: Strength) -> str:
    """Return how strong the evidence is in one line.

    >>> in_words(Strength())
    'nothing coded yet'
    >>> in_words(Strength(passages=3, people=2, of_people=12, groups=1, of_groups=4))
    '3 passages, 2 of 12 participants, 1 of 4 groups'
    """
    if not strength.passages:
        return "nothing coded yet"
    people = f"{strength.people} of {count(strength.of_people, 'participant')}"
    groups = f"{strength.groups} of {count(strength.of_groups, 'group')}"
    return f"{count(strength.passages, 'passage')}, {people}, {groups}"


def _agreement(project: Project) -> Agreement | None:
    if len({coding.coder for coding in project.codings()}) < 2:
        return None
    try:
        return agree(project, suggestions=())
    except CodingError:
        return None  # The page Agreement says why nothing can be compared.


def _changed(edits: Iterable[Edit]) -> bool:
    return any(change.table not in _FRAMEWORK for edit in edits for change in edit.changes)


@st.cache_resource(show_spinner=False, max_entries=4)
def _held(path: str) -> _Held:
    return _Held()
