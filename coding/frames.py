"""The tables of a project as pandas data frames, for a notebook.

Each function takes a :class:`~coding.store.Project` and returns a frame with the columns that the exports have; times
are ``datetime64`` in UTC, and what the exports write as yes or no is a boolean. Offsets are half-open, in Unicode code
points of the transcript's text.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from coding.consensus import layer as read_layer
from coding.export import results, tables
from coding.export.csv import Table, codings_table, segments_table
from coding.export.framework import read_framework_table
from coding.export.themes import theme_stretches_table, themes_table
from coding.export.xlsx import codebook_table, participants_table
from coding.store import Project

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = [
    "assignments",
    "codebook",
    "codings",
    "finished",
    "framework",
    "history",
    "memos",
    "participants",
    "refused",
    "segments",
    "settled",
    "suggestions",
    "theme_segments",
    "themes",
    "transcripts",
    "turns",
]

_TIMES = ["created_at", "imported_at", "at", "settled_at", "assigned_at"]
_NUMBERS = [
    "start_time_s",
    "end_time_s",
    "score",
    "probability",
    "steadiness",
    "map_x",
    "map_y",
    "alpha",
    "rating",
    "rating_low",
    "rating_high",
    "share",
]
_COUNTS = ["cues_in", "cues_out", "respondents"]
_YES_OR_NO = ["heading", "codable", "retired", "blind"]


def codings(
    project: Project,
    *,
    coders: Collection[str] | None = None,
    code_ids: Collection[str] | None = None,
    without_codes: bool = False,
    layer: str = "coders",
) -> DataFrame:
    """Return a row for each coding, in reading order.

    Args:
        project: The project.
        coders: Only theirs; everybody's where it is ``None``.
        code_ids: Only these codes, and those below them; all where it is ``None``.
        without_codes: Also a row for each segment that has none of these codings.
        layer: Whose codings: ``coders``, ``consensus``, or ``all`` for both; see :func:`coding.consensus.layer`.

    Raises:
        ExportError: A coder or a code is unknown.
        CodingError: There is no such layer.

    >>> import tempfile
    >>> from coding.store import Project
    >>> with tempfile.TemporaryDirectory() as folder, Project.open(f"{folder}/s.sqlite", create=True) as project:
    ...     codings(project).shape
    (0, 20)
    """
    project = read_layer(project, layer)
    return _frame(codings_table(project, coders=coders, code_ids=code_ids, without_codes=without_codes))


def segments(
    project: Project,
    *,
    coders: Collection[str] | None = None,
    code_ids: Collection[str] | None = None,
    layer: str = "coders",
) -> DataFrame:
    """Return a row for each segment, with 1 for each code that it has and 0 for each that it has not.

    Args:
        project: The project.
        coders: Only what they coded; everybody where it is ``None``.
        code_ids: Only these codes, and those below them.
        layer: Whose codings: ``coders``, ``consensus`` or ``all``.

    Raises:
        ExportError: A coder or a code is unknown.
        CodingError: There is no such layer.
    """
    return _frame(segments_table(read_layer(project, layer), coders=coders, code_ids=code_ids))


def transcripts(project: Project) -> DataFrame:
    """Return a row for each transcript: what was read from what, how much of it, and what was left out."""
    return _frame(tables.transcripts_table(project))


def turns(project: Project) -> DataFrame:
    """Return a row for each turn, in reading order: who said what, and when."""
    return _frame(tables.turns_table(project))


def participants(project: Project) -> DataFrame:
    """Return a row for each participant, with a column for each attribute."""
    return _frame(participants_table(project))


def codebook(project: Project) -> DataFrame:
    """Return a row for each code, those in force first."""
    return _frame(codebook_table(project))


def memos(project: Project) -> DataFrame:
    """Return a row for each memo."""
    return _frame(tables.memos_table(project))


def finished(project: Project) -> DataFrame:
    """Return a row for each stretch that a coder has finished: what is not coded there is not there."""
    return _frame(tables.finished_table(project))


def framework(project: Project) -> DataFrame:
    """Return a row for each behaviour of the framework, with its statement, indicators, quotations and evidence."""
    return _frame(read_framework_table(project))


def refused(project: Project) -> DataFrame:
    """Return a row for each suggestion that a coder refused."""
    return _frame(tables.rejections_table(project))


def suggestions(project: Project) -> DataFrame:
    """Return a row for each suggestion of the machine as it stands, the best of a segment first."""
    return _frame(tables.suggestions_table(project))


def themes(project: Project) -> DataFrame:
    """Return a row for each theme that was found last, what the codebook misses most first."""
    return _frame(themes_table(project))


def theme_segments(project: Project) -> DataFrame:
    """Return a row for each stretch of talk that is in a theme, in reading order."""
    return _frame(theme_stretches_table(project))


def settled(project: Project) -> DataFrame:
    """Return a row for each place that was settled where coders differed, with what stands and why."""
    return _frame(results.settled_table(project))


def assignments(project: Project) -> DataFrame:
    """Return a row for each transcript that somebody is to code."""
    return _frame(results.assignments_table(project))


def history(project: Project) -> DataFrame:
    """Return a row for each edit, the oldest first: who decided what and when."""
    return _frame(tables.history_table(project))


def _frame(table: Table) -> DataFrame:
    import pandas as pd

    frame = pd.DataFrame(table.rows, columns=list(table.columns))
    for name in frame.columns.intersection(_TIMES):
        # An empty cell, such as that of a segment without codes, has no time.
        frame[name] = pd.to_datetime(frame[name].replace("", None), utc=True, format="ISO8601")
    for name in frame.columns.intersection(_NUMBERS):
        frame[name] = pd.to_numeric(frame[name])
    for name in frame.columns.intersection(_COUNTS):
        frame[name] = frame[name].astype("Int64")
    for name in frame.columns.intersection(_YES_OR_NO):
        frame[name] = frame[name] == "yes"
    return frame
