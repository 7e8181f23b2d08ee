"""Coded themes as files that other programs read.

:func:`export` writes a file by its suffix. For an app, :func:`~coding.export.csv.codings_table` and
:func:`~coding.export.csv.segments_table` make the table, and :func:`~coding.export.csv.to_csv` makes the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from coding.codebook import dump_codebook
from coding.consensus import layer as read_layer
from coding.edits.codebook import in_tree_order
from coding.errors import ExportError
from coding.export.archive import write_archive
from coding.export.csv import Table, codings_table, from_cell, segments_table, to_csv
from coding.export.files import Step, write_whole
from coding.export.framework import read_framework_table
from coding.export.refi_write import to_qdc, to_qdpx
from coding.export.xlsx import to_xlsx
from coding.roles import ANYBODY, CoderRole
from coding.store import Project

REPORTS = (".html", ".htm", ".docx")
"""Suffixes of the findings report."""

__all__ = ["Table", "codings_table", "export", "from_cell", "segments_table", "to_csv"]

_CODEBOOKS = (".qdc", ".yaml", ".yml")


def export(
    project: Project,
    out: str | Path,
    *,
    wide: bool = False,
    coders: Collection[str] | None = None,
    code_ids: Collection[str] | None = None,
    without_codes: bool | None = None,
    layer: str = "coders",
    by: str | None = None,
    with_names: bool = False,
    title: str = "",
    themes: bool = False,
    framework: bool = False,
    step: Step | None = None,
) -> int:
    """Write what was coded to a file, whole or not at all.

    Args:
        project: The project.
        out: The file; ``.csv`` or ``.xlsx`` for codings, ``.qdpx`` for the whole study in other tools, ``.yaml`` or
            ``.qdc`` for the codebook, ``.zip`` for an archive of everything without names
            (:func:`~coding.export.archive.write_archive` has its options), ``.html`` or ``.docx`` for the findings
            report, also without names.
        wide: CSV with a row a segment and a 0/1 column a code instead of a row a coding.
        coders: Only what these coders coded.
        code_ids: CSV with only these codes, and those below them.
        without_codes: Also the segments that have no codes; as usual for the format where it is ``None``.
        layer: Whose codings: ``coders``, ``consensus``, or ``all`` for both; see :func:`coding.consensus.layer`.
        by: Who exports; needed where a team shares the project. The codebook is for every member, what people said and
            how it was coded for those who lead.
        with_names: Leave everybody under their names in a report.
        title: The title of a report; the name of the codebook unless given.
        themes: CSV with a row a theme that was found in the talk; with ``wide`` a row a stretch of talk in a theme.
        framework: CSV with a row a behaviour of the framework.
        step: Told of progress.

    Returns:
        How many rows, codes, files of an archive, or parts of a report, were written.

    Raises:
        ExportError: The suffix is of no known format, a coder or a code is unknown, or the file cannot be written.
        CodingError: There is no such layer.
        RoleError: A team shares the project, and ``by`` may not export this.
    """
    path = Path(out)
    project.check_role(by, ANYBODY if path.suffix.lower() in _CODEBOOKS else CoderRole.LEAD)
    whole = project
    if layer != "coders":
        project = read_layer(project, layer)
    if themes:
        return _themes(whole, path, wide=wide)
    if framework:
        return _framework(project, path)
    makers: dict[str, Callable[[], tuple[int, bytes]]] = {
        ".csv": lambda: _csv(
            project, wide=wide, coders=coders, code_ids=code_ids, without_codes=without_codes, step=step
        ),
        ".xlsx": lambda: to_xlsx(project, coders=coders, without_codes=bool(without_codes), step=step),
        ".qdpx": lambda: to_qdpx(project, coders=coders, step=step),
        ".qdc": lambda: to_qdc(project),
        ".yaml": lambda: _yaml(project),
        ".yml": lambda: _yaml(project),
    }
    if path.suffix.lower() == ".zip":
        if layer != "coders":
            raise ExportError("an archive holds everything, so no layer can be chosen for it", path=path)
        return write_archive(project, path, by=by, step=step).files
    for suffix in REPORTS:
        makers[suffix] = lambda: _report(
            whole, path, with_names=with_names, title=title, layer=layer, coders=coders, step=step
        )
    if path.suffix.lower() not in makers:
        raise ExportError(f"“{path.suffix}” is not a format to write; use {' or '.join((*makers, '.zip'))}", path=path)
    rows, data = makers[path.suffix.lower()]()
    write_whole(path, data)
    return rows


def _report(
    project: Project,
    path: Path,
    *,
    with_names: bool,
    title: str,
    layer: str,
    coders: Collection[str] | None,
    step: Step | None,
) -> tuple[int, bytes]:
    from coding.export.report import SUFFIXES, make_report

    if coders is not None:
        raise ExportError("a report is about everybody's codings; leave the choice of coders out", path=path)
    report = make_report(project, with_names=with_names, title=title, layer=layer, step=step)
    return len(report.blocks), SUFFIXES[path.suffix.lower()](report)


def _csv(
    project: Project,
    *,
    wide: bool,
    coders: Collection[str] | None,
    code_ids: Collection[str] | None,
    without_codes: bool | None,
    step: Step | None,
) -> tuple[int, bytes]:
    make = segments_table if wide else codings_table
    uncoded = wide if without_codes is None else without_codes
    table = make(project, coders=coders, code_ids=code_ids, without_codes=uncoded, step=step)
    return len(table.rows), to_csv(table)


def _themes(project: Project, path: Path, *, wide: bool) -> int:
    from coding.export.themes import theme_stretches_table, themes_table

    if path.suffix.lower() != ".csv":
        raise ExportError("themes alone are written as .csv; .xlsx and .zip hold them beside all else", path=path)
    if project.themes() is None:
        raise ExportError("no themes were sought in this project yet; do so with `coding themes`", path=project.path)
    table = theme_stretches_table(project) if wide else themes_table(project)
    write_whole(path, to_csv(table))
    return len(table.rows)


def _framework(project: Project, path: Path) -> int:
    if path.suffix.lower() != ".csv":
        raise ExportError("the framework alone is written as .csv; .xlsx and .zip hold it beside all else", path=path)
    table = read_framework_table(project)
    if not table.rows:
        raise ExportError("there is no framework yet; it starts from the codebook", path=project.path)
    write_whole(path, to_csv(table))
    return len(table.rows)


def _yaml(project: Project) -> tuple[int, bytes]:
    codebook = project.codebook()
    return len(codebook.codes), dump_codebook(in_tree_order(codebook)).encode()
