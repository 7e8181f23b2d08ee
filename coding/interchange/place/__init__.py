"""Put a study of another tool into a project: what is new is added, what is there is compared."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from coding.errors import CodingError
from coding.export.files import Step, told
from coding.export.identity import NAME_SETTING, SETTING, Guids
from coding.interchange.earlier import Earlier
from coding.interchange.place.codes import add_codes
from coding.interchange.place.codings import add_codings, add_suggestions
from coding.interchange.place.memos import add_memos
from coding.interchange.place.people import add_coders, add_people
from coding.interchange.place.sources import Cut, add_sources
from coding.interchange.place.state import Placing
from coding.interchange.prepare import cut_source, make_transcript, texts_by_hash
from coding.interchange.report import Key, Prefer, StudyReport
from coding.interchange.study import Study
from coding.roles import CoderRole
from coding.segments import Segmentation
from coding.store import Project

__all__ = ["place_study", "preview_study"]


def place_study(
    project: Project,
    study: Study,
    *,
    by: str,
    file: str,
    prefer: Prefer = "ours",
    decided: Mapping[Key, Prefer] | None = None,
    segmentation: Segmentation | None = None,
    step: Step | None = None,
) -> StudyReport:
    """Put ``study`` into ``project``, wholly or not at all.

    Args:
        project: Where to.
        study: As an importer made it.
        by: Who imports.
        file: The file's name, for the report.
        prefer: What stands where both sides changed something; every difference is in the report either way.
        decided: What stands for single differences, by :attr:`Difference.key`.
        segmentation: How to cut new transcripts.
        step: Told what is being done, how much of it is done, and how much there is.

    Raises:
        CodingError: The project cannot be written, or would have more codes than a codebook can hold.
        RoleError: A team shares the project, and ``by`` does not lead it: a study brings other people's work.
    """
    project.check_role(by, CoderRole.LEAD)
    cut = _cut(project, study, file, segmentation, step)
    with project.transaction():
        placing = Placing(project, study, project.add_coder(by), file, prefer, decided or {})
        return _place(placing, cut, step)


def preview_study(
    project: Project,
    study: Study,
    *,
    by: str,
    file: str,
    prefer: Prefer = "ours",
    decided: Mapping[Key, Prefer] | None = None,
    step: Step | None = None,
) -> StudyReport:
    """Tell what :func:`place_study` would do, and do it to a copy in memory alone.

    The project is not written and nobody waits. New transcripts are not cut into sentences, since that takes long and
    says nothing about what comes in.

    Args:
        project: Where to.
        study: As an importer made it.
        by: Who would import.
        file: The file's name, for the report.
        prefer: As for :func:`place_study`.
        decided: As for :func:`place_study`.
        step: Told of progress.

    Raises:
        CodingError: It could not be placed.
        RoleError: A team shares the project, and ``by`` does not lead it.
    """
    project.check_role(by, CoderRole.LEAD)
    with project.copy_in_memory() as copy:
        made = {source.key: make_transcript(source, study, file) for source in study.sources}
        cut = Cut(made, {key: () for key in made})
        with copy.transaction():
            placing = Placing(copy, study, copy.add_coder(by), file, prefer, decided or {}, previewing=True)
            return replace(_place(placing, cut, step), previewed=True)


def _cut(project: Project, study: Study, file: str, how: Segmentation | None, step: Step | None) -> Cut:
    """Make transcripts of the sources, and segments of those that are new, before the project is locked."""
    made = {source.key: make_transcript(source, study, file) for source in study.sources}
    there = texts_by_hash(project)
    segments = {}
    for key in told(list(made), step, "Reading the talk"):
        if hashlib.sha256(made[key].text.encode("utf-8", "replace")).digest() not in there:
            segments[key] = cut_source(made[key], study, key, how)
    return Cut(made, segments, how)


def _place(at: Placing, cut: Cut, step: Step | None) -> StudyReport:
    at.guids = Guids.of(at.project)
    at.earlier = Earlier.of(at.project)
    empty = not at.project.codebook().codes and not at.project.transcripts()
    try:
        add_coders(at)
        add_codes(at, empty=empty)
        at.do()
        names = add_sources(at, cut)
        add_people(at)
        at.places = {coding.id: coding.transcript_id for coding in at.project.codings()}
        for source in told(at.study.sources, step, "Placing codings"):
            add_codings(at, source)
            at.do()
        add_memos(at)
        add_suggestions(at)
        at.keep_settings(_settings(at, empty=empty))
        at.do()
    except RecursionError as err:
        raise CodingError("the study nests deeper than any codebook; nothing was imported", path=at.file) from err
    return at.report(names)


def _settings(at: Placing, *, empty: bool) -> dict[str, str]:
    """Return what the project has to remember of where things come from."""
    for name, guid in at.study.groups.items():
        at.guids = at.guids.with_guid("group", name, guid)
    for name, guid in at.study.variables.items():
        at.guids = at.guids.with_guid("variable", name, guid)
    settings = {}
    if at.guids.known:
        settings[SETTING] = at.guids.to_json()
    if empty and at.study.name:
        settings[NAME_SETTING] = at.study.name
    return settings
