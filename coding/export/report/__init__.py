"""The findings report: one content, written as a page for the browser or as a Word document.

:func:`make_report` gathers and writes the content; :func:`to_html` and :func:`to_docx` write it as a file.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from coding.consensus import layer as read_layer
from coding.export.files import Step
from coding.export.nameless import take_names_out
from coding.export.report.content import Report
from coding.export.report.docx import to_docx
from coding.export.report.gather import gather
from coding.export.report.html import to_html
from coding.export.report.sections import write_report
from coding.model import CONSENSUS
from coding.store import Project

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["SUFFIXES", "Report", "make_report", "to_docx", "to_html"]

SUFFIXES = {".html": to_html, ".htm": to_html, ".docx": to_docx}
"""What writes a report, by the suffix of its file."""


def make_report(
    project: Project,
    *,
    with_names: bool = False,
    title: str = "",
    layer: str = "coders",
    nlp: Language | None = None,
    step: Step | None = None,
) -> Report:
    """Gather what a project found out, and write it as a report.

    Participants stand under pseudonyms, coders are numbered, and names in what was said and written are looked for and
    replaced, as in an archive; an empty project, too, gives a report, which says what is missing.

    Args:
        project: The project.
        with_names: Leave everybody under their names.
        title: The title; the name of the codebook unless given.
        layer: Whose codings count: ``coders``, ``consensus`` or ``all``; see :func:`coding.consensus.layer`.
        nlp: A spaCy pipeline that recognises names; the one that comes with the tool unless given.
        step: Told of progress.

    Raises:
        CodingError: There is no such layer.
        ProjectError: The project cannot be read.
        ModelError: The spaCy pipeline cannot be loaded.

    >>> import tempfile
    >>> from coding.store import Project
    >>> with tempfile.TemporaryDirectory() as folder, Project.open(f"{folder}/s.sqlite", create=True) as project:
    ...     make_report(project).blocks[0].text
    'Summary'
    """
    if with_names or not project.counts()[0]:
        found = gather(read_layer(project, layer), original=project, settled=layer == CONSENSUS, step=step)
        return write_report(found, title=title)
    with tempfile.TemporaryDirectory(prefix="focus-coding-") as folder:
        copy = Path(folder) / "study.sqlite"
        project.copy_to(copy)
        if step is not None:
            step("Taking names out", 0, 4)
        nameless = take_names_out(copy, nlp=nlp)
        with Project.open(copy) as opened:
            view = read_layer(opened, layer)
            found = gather(
                view, original=project, without_names=nameless.rewrite, settled=layer == CONSENSUS, step=step
            )
    return write_report(found, title=nameless.rewrite(title))
