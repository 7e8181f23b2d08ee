"""The methods section of a study, written from what was really done in it.

Every sentence rests on something stored: transcripts and how they were cut, edits and who made them, versions of the
codebook with their dates, the models whose embeddings are there. What was not done is not mentioned, or is said to be
missing where a reader would ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from coding.agreement import Agreement, Sampling
from coding.bundled import DISTRIBUTION, installed_version
from coding.methods.material import write_codebook, write_material
from coding.methods.sharing import write_consensus, write_sharing
from coding.methods.words import between
from coding.methods.work import write_agreement, write_coding, write_suggestions
from coding.store import Project, Tally

__all__ = ["Methods", "Paragraph", "describe_methods"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: a heading in a word or two, and plain text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Methods:
    """What was done in a study, paragraph by paragraph; ``str()`` joins the texts with empty lines between them."""

    paragraphs: tuple[Paragraph, ...]

    def __str__(self) -> str:
        """Return the whole as plain text."""
        return "\n\n".join(paragraph.text for paragraph in self.paragraphs)


def describe_methods(
    project: Project, *, agreement: Agreement | None = None, sampling: Sampling | None = None
) -> Methods:
    """Describe what was done in a study, for the methods section of a paper.

    Args:
        project: The project.
        agreement: What :func:`coding.agreement.agree` returned for it, where that is at hand; else it is worked out by
            segment, which takes some seconds in a large study.
        sampling: How agreement is resampled where it is worked out here; 1,000 resamples with seed 0 unless given.

    Returns:
        Paragraphs on material, codebook, coding, the machine's part, agreement, consensus and tools, as far as there
        is anything to say.

    Raises:
        ProjectError: The project cannot be read.

    >>> import tempfile
    >>> from coding.store import Project
    >>> with tempfile.TemporaryDirectory() as folder, Project.open(f"{folder}/s.sqlite", create=True) as project:
    ...     print(describe_methods(project).paragraphs[0].text)
    No transcripts have been imported yet.
    """
    tally = project.tally()
    parts = (
        ("Material", write_material(project, tally)),
        ("Codebook", write_codebook(project, tally)),
        ("Coding", chain(write_sharing(project), write_coding(project, tally))),
        ("Suggestions", write_suggestions(project, tally)),
        ("Agreement", write_agreement(project, agreement, sampling)),
        ("Consensus", write_consensus(project)),
        ("Tools", _tools(tally)),
    )
    written = ((title, " ".join(sentences)) for title, sentences in parts)
    return Methods(tuple(Paragraph(title, text) for title, text in written if text))


def _tools(tally: Sequence[Tally]) -> Iterator[str]:
    number = installed_version() or "(version unknown)"
    yield f"This description was written by {DISTRIBUTION} {number} from the stored history of the study"
    if tally:
        yield f"({between(min(row.first_at for row in tally), max(row.last_at for row in tally))})."
    else:
        yield "(which holds no edits)."
