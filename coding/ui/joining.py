"""What joins people: likely aliases to merge, labels to give to somebody else, and tables of attributes."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from coding.edits import AssignSpeaker, SplitParticipant
from coding.edits.people import KeepApart, MergeParticipants
from coding.errors import CodingError
from coding.model import Participant, Transcript
from coding.people import AliasProposal, JoinReport, Speaker, aliases_of, join_attributes, propose_aliases, speakers_of
from coding.pseudonyms import SETTING, load_key
from coding.store import Project
from coding.ui import session
from coding.ui.parts import Block, sheet
from coding.ui.widgets import act, count, plain, show_error

_MOST_PROPOSALS = 30
_JOINED = "focus_joined"

Place = tuple[str, str, str]
"""Transcript's id, transcript's name, and label."""


def show_aliases(project: Project, who: str | None) -> None:
    """Show labels that may be one person, each with a button that merges them."""
    found = aliases_of(project)
    if not found:
        return
    people = {person.id: person for person in project.participants()}
    transcripts = {info.id: info.name for info in project.transcripts()}
    with st.expander(f"Perhaps one person: {count(len(found), 'pair')}", icon=":material/join_inner:"):
        st.text("Nobody is merged unasked, and one undo takes each answer back.")
        for at, proposal in enumerate(found[:_MOST_PROPOSALS]):
            with st.container(horizontal=True, vertical_alignment="center", key=f"alias-{at}"):
                both = " and ".join(
                    f"{one.label} in {transcripts[one.transcript_id]}" for one in (proposal.first, proposal.second)
                )
                st.text(f"{both}\n{proposal.strength.value}: {proposal.reason}", width="stretch")
                _answers(project, proposal, people, who)
        if len(found) > _MOST_PROPOSALS:
            st.text(f"and {len(found) - _MOST_PROPOSALS:,} more, when these have been seen to")


def _answers(project: Project, proposal: AliasProposal, people: dict[str, Participant], who: str | None) -> None:
    kept, gone = (people.get(one.participant_id or "") for one in (proposal.first, proposal.second))
    if kept is None or gone is None:
        return
    merged = st.button(
        "Merge",
        key=f"merge-{kept.id}-{gone.id}",
        disabled=who is None,
        help=plain(f"{gone.name} becomes {kept.name}"),
    )
    apart = st.button(
        "Two people",
        key=f"apart-{kept.id}-{gone.id}",
        disabled=who is None,
        help="They stay two, and are not proposed again.",
    )
    if who is not None and merged:
        act(project, [MergeParticipants(gone.id, kept.id)], coder=who)
    elif who is not None and apart:
        act(project, [KeepApart(kept.id, gone.id)], coder=who)


def one_person(
    project: Project, files: Sequence[str], transcripts: Sequence[Transcript]
) -> tuple[tuple[tuple[str, str], tuple[str, str]], ...]:
    """Ask who of the files' speakers is one person with another, before they are imported; nobody is unless ticked.

    Returns:
        Pairs of places: a file's name or a transcript's id, and the label there.
    """
    new = [Speaker(label, file) for file, read in zip(files, transcripts, strict=True) for label in read.speakers]
    known = speakers_of(project)
    found = [
        one
        for one in propose_aliases([*new, *known], apart=project.apart())
        if one.first.participant_id is None or one.second.participant_id is None
    ]
    if not found:
        return ()
    names = {info.id: info.name for info in project.transcripts()}
    chosen = []
    with st.container(border=True, key="one-person"):
        st.text("Perhaps one person. Tick those who are; the others stay apart, and can be merged later.")
        for one in found[:_MOST_PROPOSALS]:
            places = [(side.transcript_id, side.label) for side in (one.first, one.second)]
            said = " and ".join(f"{label} in {names.get(place, place)}" for place, label in places)
            if st.checkbox(plain(f"{said} ({one.strength.value}: {one.reason})"), key=f"same-{places}"):
                chosen.append((places[0], places[1]))
        if len(found) > _MOST_PROPOSALS:
            st.text(f"and {len(found) - _MOST_PROPOSALS:,} more, on the page Participants after the import")
    return tuple(chosen)


def show_labels(project: Project, person: Participant, labels: Sequence[Place], who: str) -> None:
    """Let a coder say that some labels of a participant are another person, new or known."""
    others = {one.id: one.name for one in project.participants() if one.id != person.id}
    if not others and len(labels) < 2:
        return
    with st.form(f"labels-{person.id}", border=False):
        chosen = _choose_labels(person, labels)
        to = st.selectbox(
            "Who they are" if len(labels) > 1 else "Who it is, where it is somebody else",
            [None, *others] if len(labels) > 1 else list(others),
            format_func=lambda one: "A participant of their own" if one is None else others[one],
            key=f"labels-to-{person.id}-{len(labels)}",
        )
        kept = st.form_submit_button("Give the labels away" if len(labels) > 1 else "Give the label away")
    if not kept:
        return
    places = [labels[at][::2] for at in chosen]
    if not places:
        st.info("Choose the labels first.")
    elif to is None:
        act(project, [SplitParticipant(person.id, tuple((place[0], place[1]) for place in places))], coder=who)
    else:
        act(project, [AssignSpeaker(place[0], place[1], to) for place in places], coder=who)


def _choose_labels(person: Participant, labels: Sequence[Place]) -> list[int]:
    if len(labels) == 1:
        return [0]
    names = {at: f"{label} in {transcript}" for at, (_, transcript, label) in enumerate(labels)}
    return st.multiselect(
        "These labels are somebody else",
        list(names),
        format_func=names.__getitem__,
        key=f"labels-of-{person.id}-{len(labels)}",
    )


def show_attributes(project: Project, who: str | None) -> None:
    """Show the place to drop a table of attributes, and what joining the last one found."""
    stored = st.session_state.get(_JOINED)
    report: JoinReport | None = stored[1] if stored is not None and stored[0] == str(project.path) else None
    with st.expander("Bring in a table of attributes", icon=":material/table:", expanded=report is not None):
        st.text(
            "CSV or XLSX with a row for each participant. A column “label” or “name” says who; “transcript” and "
            "“group” say where; “role” sets the role; every other column becomes an attribute."
        )
        number = st.session_state.setdefault("focus_tables", 0)
        upload = st.file_uploader("Table of attributes", type=["csv", "tsv", "xlsx"], key=f"attributes-{number}")
        path = ""
        if project.setting(SETTING):
            path = st.text_input("The key, where only the table has names", key="attributes-key").strip()
        if upload is not None and st.button("Join the table", type="primary", disabled=who is None) and who:
            _join(project, upload.name, upload.getvalue(), path, who)
        if report is not None:
            _report(report)


def _join(project: Project, file: str, data: bytes, path: str, who: str) -> None:
    try:
        operations, report = join_attributes(project, data, name=file, key=load_key(path) if path else None)
    except CodingError as err:
        show_error(err)
        return
    st.session_state[_JOINED] = (str(project.path), report)
    st.session_state["focus_tables"] += 1
    if operations:
        act(project, operations, coder=who, done=f"{len(report.joined)} of {count(report.rows, 'row')} joined")
    else:
        session.rerun()


def _report(report: JoinReport) -> None:
    st.text(f"{len(report.joined):,} of {count(report.rows, 'row')} found somebody.")
    blocks: list[Block] = []
    if report.left:
        items = [f"line {row.line}: {row.text or '(no name)'}: {row.reason}" for row in report.left]
        blocks.append({"kind": "list", "label": "Rows that found nobody", "items": items})
    if report.without:
        blocks.append({"kind": "list", "label": "No row for", "items": [person.name for person in report.without]})
    if report.warnings:
        blocks.append({"kind": "list", "label": "Warnings", "items": list(report.warnings)})
    if blocks:
        sheet(blocks, key="attributes-report")
