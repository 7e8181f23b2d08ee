"""Bringing transcripts in: drop files, see how they are read, choose, and import them."""

from __future__ import annotations

import streamlit as st

from coding.errors import CodingError
from coding.readers import SUFFIXES, TableColumns
from coding.roles import CoderRole
from coding.store import Project
from coding.ui import naming, session
from coding.ui.joining import one_person
from coding.ui.parts import sheet, turn_list
from coding.ui.preview import (
    TURNS_SHOWN,
    Draft,
    Drafts,
    Preview,
    describe,
    describe_speakers,
    first_turns,
    stem,
    warnings_of,
)
from coding.ui.widgets import count, plain, show_error

IMPORTED = "focus_imported"
_DRAFTS = "focus_drafts"
_MOST_OPEN = 3
_MOST_GROUPS = 12
_ROLES = {"text": "words", "speaker": "speaker", "start": "start time", "end": "end time"}


def choose_files(project: Project, *, first: bool, who: str) -> None:
    """Show the place to drop files, what is in them, and the button that imports them."""
    number = st.session_state.setdefault("focus_uploads", 0)
    uploads = st.file_uploader(
        "Transcripts",
        type=[suffix.removeprefix(".") for suffix in SUFFIXES],
        accept_multiple_files=True,
        key=f"uploads-{number}",
    )
    if not uploads:
        st.session_state.pop(_DRAFTS, None)
        if first:
            st.text("Choose several files at once, or drop them here. What they hold decides how they are read.")
        if st.button("A project or codebook of another tool?", type="tertiary", icon=":material/move_to_inbox:"):
            session.go("exchange.py")
        return
    drafts: Drafts = st.session_state.setdefault(_DRAFTS, Drafts())
    files = drafts.keep(uploads)
    names = naming.ask(project)
    with st.spinner("Reading"):
        previews = {draft.id: drafts.look(draft) for draft in files}
    group = _group_of_all(len(files))
    there = _already(project, files, names)
    for at, draft in enumerate(files):
        _file(project, draft, previews[draft.id], there.get(draft.id, ""), is_open=len(files) <= _MOST_OPEN, at=at)
    ready = [draft for draft in files if draft.id not in there and previews[draft.id].transcript is not None]
    _import(project, ready, drafts, names, group=group, who=who)


def _group_of_all(files: int) -> str:
    if files <= _MOST_GROUPS:
        return ""
    typed: str = st.text_input("Focus group of all files", placeholder="Each file is a group of its own", max_chars=120)
    return typed.strip()


def _already(project: Project, files: list[Draft], names: naming.Names) -> dict[str, str]:
    """Return a sentence for each file that is not to be imported, since its bytes are there already."""
    infos = {info.id: info.name for info in project.transcripts()}
    found: dict[str, str] = {}
    seen: dict[str, str] = {}
    for draft in files:
        there = project.find_source(draft.sha256)
        if there is None and names.key is not None:
            there = project.find_source(names.key.fingerprint(draft.sha256))
        if there is not None:
            found[draft.id] = f"Already imported, as “{infos[there]}”. It will not be imported again."
        elif draft.sha256 in seen:
            found[draft.id] = f"The same bytes as {seen[draft.sha256]}. It will be imported once."
        seen.setdefault(draft.sha256, draft.file)
    return found


# one file


def _file(project: Project, draft: Draft, preview: Preview, there: str, *, is_open: bool, at: int) -> None:
    with st.container(border=True, key=f"file-{at}"):
        st.markdown(f"**{plain(draft.file)}**")
        read = preview.transcript
        if read is None:
            st.error(plain(preview.error), icon=":material/error:")
            if draft.columns and st.button("Take the columns as they were found", key=f"columns-back-{draft.id}"):
                draft.columns = ()
                _forget(draft)
                session.rerun()
            return
        st.text(f"{describe(read)}\n{describe_speakers(read)}")
        if there:
            st.info(plain(there), icon=":material/done_all:")
            return
        if any(info.source_name == draft.file for info in project.transcripts()):
            st.info(
                "A file of this name was imported before and held something else. "
                "This one will be kept beside the old one as a new version.",
                icon=":material/difference:",
            )
        warnings = warnings_of(read)
        if preview.table is not None and not preview.table.sure and not draft.columns:
            st.warning("The columns were found by what they hold. Please check them.", icon=":material/table:")
        unsure = preview.table is not None and not preview.table.sure
        with st.expander(
            "Look at it and choose", expanded=is_open or unsure, on_change="rerun", key=f"look-{draft.id}"
        ) as more:
            if more.open:
                _choices(draft, preview)
                st.text(f"The first {TURNS_SHOWN} turns" if len(read.turns) > TURNS_SHOWN else "All turns")
                turn_list(first_turns(read), label=f"Turns of {draft.file}", key=f"turns-{draft.id}")
                if warnings:
                    sheet(
                        [{"kind": "list", "label": count(len(warnings), "warning"), "items": warnings}],
                        key=f"warnings-{draft.id}",
                    )
        if not more.open:
            moderators = read.moderators if draft.moderators is None else draft.moderators
            st.text(f"Moderators: {', '.join(sorted(moderators)) or 'nobody'}")
            if warnings:
                st.text(count(len(warnings), "warning"))


def _choices(draft: Draft, preview: Preview) -> None:
    """Let a person say what only people know; what they chose stays with the draft when this is folded up."""
    if preview.table is not None:
        _columns(draft, preview.table)
    read = preview.transcript
    if read is None:
        return
    left, right = st.columns(2)
    about = plain(draft.file)
    with left:
        draft.name = st.text_input(
            f"Name of {about}", placeholder=stem(draft.file), max_chars=120, key=_kept(f"name-{draft.id}", draft.name)
        ).strip()
    with right:
        draft.group = st.text_input(
            f"Group of {about}",
            placeholder="A group of its own",
            max_chars=120,
            key=_kept(f"group-{draft.id}", draft.group),
        ).strip()
    now = read.moderators if draft.moderators is None else draft.moderators
    options = list(read.speakers)
    chosen = st.multiselect(
        f"Moderators in {about}",
        options,
        help="The guess is from the labels and from how people talk. Suggestions are made for what participants say.",
        placeholder="Nobody moderates",
        key=_kept(f"moderators-{draft.id}-{draft.columns}", [label for label in options if label in now]),
    )
    draft.moderators = frozenset(chosen)


def _kept(key: str, value: object) -> str:
    """Return a widget's key, after giving it its value anew where it was not on the page in the run before."""
    if key not in st.session_state:
        st.session_state[key] = value
    return key


def _columns(draft: Draft, table: TableColumns) -> None:
    found = dict(table.at)
    chosen: dict[str, int] = {}
    for place, (role, words) in zip(st.columns(len(_ROLES)), _ROLES.items(), strict=True):
        options: list[int | None] = list(range(len(table.titles)))
        if role not in found:
            options.insert(0, None)
        with place:
            at = st.selectbox(
                f"Column of the {words}",
                options,
                placeholder="None",
                format_func=lambda at: "None" if at is None else f"{at + 1}: {table.titles[at][:60]}",
                key=_kept(f"column-{role}-{draft.id}", _stored(draft, table, role)),
            )
        if at is not None:
            chosen[role] = at
    named = not table.has_header and st.checkbox(
        "The first row names the columns",
        key=_kept(f"header-{draft.id}", any(isinstance(at, str) for _, at in draft.columns)),
    )
    if len(set(chosen.values())) < len(chosen):
        st.warning("One column cannot hold two things. Choose another for one of them.")
        return
    columns: tuple[tuple[str, str | int], ...]
    if named:
        columns = tuple((role, _title(table, at)) for role, at in sorted(chosen.items()))
    else:
        columns = () if chosen == found else tuple(sorted(chosen.items()))
    if columns != draft.columns:
        draft.columns, draft.moderators = columns, None
        session.rerun()


def _title(table: TableColumns, at: int) -> str | int:
    """Return a column's name, by which the reader knows that the first row has names; its index where it has none."""
    title = table.titles[at]
    return title if table.titles.count(title) == 1 else at


def _stored(draft: Draft, table: TableColumns, role: str) -> int | None:
    stored = dict(draft.columns).get(role, table.at.get(role))
    return table.titles.index(stored) if isinstance(stored, str) else stored


def _forget(draft: Draft) -> None:
    for key in (*(f"column-{role}-{draft.id}" for role in _ROLES), f"header-{draft.id}"):
        st.session_state.pop(key, None)


# import


def _import(project: Project, ready: list[Draft], drafts: Drafts, names: naming.Names, *, group: str, who: str) -> None:
    if not ready:
        st.text("There is nothing to import.")
        return
    transcripts = []
    for draft in ready:
        read = drafts.look(draft).transcript
        if read is not None:
            transcripts.append(naming.with_moderators(read, draft.moderators))
    decided = naming.confirm(names, transcripts)
    same = () if names.replace else one_person(project, [draft.file for draft in ready], transcripts)
    st.text("Importing confirms who moderates, as it stands above.")
    pressed = st.button(
        f"Import {count(len(ready), 'file')}",
        type="primary",
        icon=":material/upload_file:",
        disabled=decided is None,
    )
    if not pressed or decided is None:
        return
    from coding.pipeline import Source

    sources = [
        Source(
            draft.file,
            draft.data,
            transcript_name=draft.name or None,
            group=draft.group or group or None,
            columns=dict(draft.columns) or None,
            moderators=read.moderators,
        )
        for draft, read in zip(ready, transcripts, strict=True)
    ]
    try:
        project.check_role(who, CoderRole.FACILITATOR)
        pseudonymise = naming.begin(project, names, decided, transcripts)
    except CodingError as err:
        show_error(err)
        return
    session.desk(project.path).bring_in(sources, by=who, pseudonymise=pseudonymise, same=same)
    st.session_state.pop(_DRAFTS, None)
    st.session_state["focus_uploads"] += 1
    st.session_state[IMPORTED] = True
    session.rerun()
