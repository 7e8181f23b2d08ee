"""The page Project: open or make a project, bring transcripts in, see how far each has been coded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from coding.bundled import bundled
from coding.codebook import load_codebook
from coding.edits import Operation, SetCodebook, SetRole
from coding.errors import CodingError
from coding.model import Participant, Role
from coding.roles import CoderRole
from coding.store import Project
from coding.ui import session
from coding.ui.beginning import begin
from coding.ui.importing import IMPORTED, choose_files
from coding.ui.overview import Progress, import_rows, progress_of
from coding.ui.parts import Block, sheet
from coding.ui.shell import work_bar
from coding.ui.widgets import act, ask_name, count, plain, project_trouble, refusal, show_error

if TYPE_CHECKING:
    from coding.pipeline import Imported

SHOWN_AT_ONCE = 20
_ALL = "focus_all_transcripts"


def main() -> None:
    """Show the page."""
    path = session.project_path()
    if path is None:
        begin()
        return
    try:
        project = session.open_project()
    except CodingError as err:
        project_trouble(err)
        return
    try:
        with project:
            _project(project)
    except CodingError as err:
        show_error(err)


# one project


def _project(project: Project) -> None:
    progress = progress_of(project)
    codebook = project.codebook()
    with st.container(horizontal=True, vertical_alignment="center", key="study-head"):
        st.text(
            f"{count(len(progress), 'transcript')}, {count(sum(p.segments for p in progress), 'segment')} to code, "
            f"{count(sum(p.codings for p in progress), 'coding')}, {count(len(codebook.codable), 'code')}",
            width="stretch",
        )
        if st.button("Close the project", type="tertiary", icon=":material/close:"):
            session.choose_project(None)
            session.rerun()
    if not codebook.codable:
        _no_codebook(project)
    if not progress:
        _import(project, first=True)
        return
    open_ = session.desk(project.path).importing or bool(st.session_state.get(IMPORTED))
    with st.expander("Bring transcripts in", icon=":material/upload_file:", expanded=open_):
        _import(project, first=False)
    _transcripts(project, progress)


def _no_codebook(project: Project) -> None:
    who = session.coder()
    with st.container(border=True):
        st.text("This project has no codes yet, so nothing can be suggested.")
        with st.container(horizontal=True):
            take = st.button("Take the codebook of leadership behaviours", type="primary", disabled=who is None)
            if st.button("Write or upload my own"):
                session.go("codebook.py")
        if take and who:
            act(project, [SetCodebook(load_codebook(bundled("codebook.yaml")))], coder=who)


def _import(project: Project, *, first: bool) -> None:
    if first:
        st.subheader("Bring transcripts in", anchor=False)
    if session.desk(project.path).importing:
        _watch_import(project.path)
        return
    who = session.coder()
    if who is None:
        ask_name("Your name stands beside what you bring in and what you decide. It is asked for once.", key="import")
        return
    closed = refusal(project, CoderRole.FACILITATOR)
    if closed:
        st.info(plain(closed), icon=":material/lock:")
        return
    choose_files(project, first=first, who=who)
    _report(project)


@st.fragment(run_every=0.5)
def _watch_import(path: Path) -> None:
    place = session.desk(path)
    if not place.importing:
        st.rerun()
    work_bar(place.status)
    st.text("You can go on to another page meanwhile.")


@st.fragment(run_every=0.5)
def _watch_suggestions(path: Path) -> None:
    status = session.assistant_status(path)
    if not status.busy:
        st.rerun()
    work_bar(status)
    st.text("The transcripts can be reviewed already; suggestions come when this is done.")


def _report(project: Project) -> None:
    """Show what the last import in this browser session did."""
    found = session.desk(project.path).imported
    if not found or not st.session_state.get(IMPORTED):
        return
    read = sum(item.status == "imported" for item in found)
    failed = [item for item in found if item.error]
    st.subheader("What was read", anchor=False)
    st.text(f"{read} of {count(len(found), 'file')} imported.")
    if session.desk(project.path).status.busy:
        _watch_suggestions(project.path)
    for item in failed:
        st.error(plain(item.error or ""), icon=":material/error:")
    st.dataframe(import_rows(found), hide_index=True, key="import-report")
    _warnings(found)
    if read and st.button("Review the first of them", type="primary", icon=":material/rate_review:"):
        session.go(
            "review.py", transcript=next(item.transcript_id or "" for item in found if item.status == "imported")
        )


def _warnings(found: tuple[Imported, ...]) -> None:
    blocks: list[Block] = [
        {"kind": "list", "label": item.file, "items": list(item.warnings)} for item in found if item.warnings
    ]
    if blocks:
        with st.expander(count(sum(len(item.warnings) for item in found), "warning"), icon=":material/warning:"):
            sheet(blocks, key="import-warnings")


# transcripts


def _transcripts(project: Project, progress: list[Progress]) -> None:
    st.subheader("Transcripts", anchor=False)
    shown = progress if st.session_state.get(_ALL) else progress[:SHOWN_AT_ONCE]
    for item in shown:
        _transcript(project, item)
    if len(shown) < len(progress) and st.button(f"Show all {len(progress)} transcripts"):
        st.session_state[_ALL] = True
        session.rerun()


def _transcript(project: Project, item: Progress) -> None:
    info = item.info
    about = "" if info.group == info.name else f"{info.group} · "
    given = _given(project, info.id)
    mine = dict(item.finished).get(session.coder() or "", 0)
    with (
        st.container(border=True, key=f"transcript-{info.id}"),
        st.container(horizontal=True, vertical_alignment="center"),
    ):
        with st.container(gap="xxsmall"):
            yours = " :primary-badge[assigned to you]" if (session.coder() or "") in given else ""
            st.markdown(f"**{plain(info.name)}**{yours}")
            st.text(f"{about}{count(info.turns, 'turn')} · {count(item.codings, 'coding')} · {_finished(item)}")
            if given:
                st.text(f"Assigned to {' and '.join(given.values())}.")
            if mine and item.segments:
                st.progress(mine / item.segments)
        with st.popover("Speakers", on_change="rerun", key=f"more-{info.id}", type="tertiary") as more:
            if more.open:
                _details(project, item)
        if st.button("Review", icon=":material/rate_review:", key=f"review-{info.id}"):
            session.go("review.py", transcript=info.id)


def _given(project: Project, transcript_id: str) -> dict[str, str]:
    """Return whom a transcript is assigned to, with how."""
    found = project.assignments(transcript_id)
    return {one.coder: f"{one.coder} (blind)" if one.blind else one.coder for one in found}


def _finished(item: Progress) -> str:
    if not item.finished:
        return f"none of {count(item.segments, 'segment')} finished"
    names = ", ".join(f"{name} {number:,}" for name, number in item.finished)
    return f"{count(item.segments, 'segment')}, finished by {names}"


def _details(project: Project, item: Progress) -> None:
    info = item.info
    speakers = project.speakers(info.id)
    chosen = [label for label, person in speakers.items() if person.role is Role.MODERATOR]
    stamp = "|".join(chosen)
    with st.form(f"moderators-{info.id}", border=False):
        wanted = st.multiselect("Moderators", list(speakers), default=chosen, key=f"moderators-{info.id}-{stamp}")
        kept = st.form_submit_button("Keep")
    if kept:
        who = session.coder()
        if who is None:
            st.info("Type your name at the top of the page first.")
        else:
            act(project, _roles(speakers, wanted), coder=who)
    report = project.report(info.id)
    blocks: list[Block] = [
        {
            "kind": "text",
            "label": "Read from",
            "text": f"{info.source_name}: {report.format}, {report.encoding or 'binary'}",
        }
    ]
    if report.cues_in is not None:
        blocks.append({"kind": "text", "label": "Cues", "text": f"{report.cues_in:,} in, {report.cues_out or 0:,} out"})
    if report.left_out:
        items = [f"{out.reason}: {out.text}" for out in report.left_out[:50]]
        blocks.append({"kind": "list", "label": f"Left out ({len(report.left_out):,})", "items": items})
    if report.warnings:
        notes = [note.message if note.line is None else f"line {note.line}: {note.message}" for note in report.warnings]
        blocks.append({"kind": "list", "label": "Warnings", "items": notes})
    sheet(blocks, key=f"reading-{info.id}")


def _roles(speakers: dict[str, Participant], moderators: list[str]) -> list[Operation]:
    return [
        SetRole(person.id, Role.MODERATOR if label in moderators else Role.PARTICIPANT)
        for label, person in speakers.items()
        if (label in moderators) is not (person.role is Role.MODERATOR)
    ]


main()
