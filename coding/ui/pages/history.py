"""The page History: every edit, filtered, as CSV; the past to look at; the methods section of a paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

import streamlit as st

from coding.errors import CodingError
from coding.export import to_csv
from coding.export.tables import edits_table
from coding.methods import Methods, describe_methods
from coding.model import Edit
from coding.past import read_moment
from coding.store import Project, Sought
from coding.ui import session
from coding.ui.back import look_back
from coding.ui.widgets import count, plain, show_error, show_page, undo_bar

SHOWN = 500
EARLIEST = date(2000, 1, 1)


def main() -> None:
    """Show the page."""
    show_page(_page)


def _page(project: Project) -> None:
    past = session.present() is not None
    undo_bar(project, session.coder(), key="history")
    if not project.rev():
        st.info("Nothing has been edited in this project yet. Every edit will stand here for ever.")
        return
    names = {info.id: info.name for info in project.transcripts()}
    sought = _filters(project, names)
    found = project.find_edits(sought, last=SHOWN + 1)[::-1]
    if not found:
        st.info("No edit fits these choices.", icon=":material/filter_alt:")
        return
    _above(project, found, sought, past=past)
    shown = found[:SHOWN]
    chosen = st.dataframe(
        [_row(edit, names) for edit in shown],
        hide_index=True,
        height=520,
        column_config={
            "Time": st.column_config.TextColumn("Time (UTC)", width="small"),
            "Coder": st.column_config.TextColumn(width="small"),
            "Kind": st.column_config.TextColumn(width="small"),
            "Transcript": st.column_config.TextColumn(width="small"),
            "Edit": st.column_config.TextColumn(width="large"),
        },
        key="history-table",
        on_select="rerun" if not past else "ignore",
        selection_mode="single-row",
    )
    if not past:
        _look_at(project, _chosen(chosen, shown))
    _methods(project)


def _chosen(table: object, shown: list[Edit]) -> Edit | None:
    """Return the edit whose row is chosen in the table."""
    selection = table.get("selection", {}) if isinstance(table, Mapping) else {}
    rows = [row for row in selection.get("rows", []) if row < len(shown)]
    return shown[rows[0]] if rows else None


def _filters(project: Project, names: dict[str, str]) -> Sought:
    codes = {code.id: code.name for code in project.known_codes().values() if code.codable}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        coder = st.selectbox(
            "Coder", [None, *project.coders()], format_func=lambda name: name or "Everybody", key="history-coder"
        )
        code = st.selectbox(
            "Code",
            [None, *sorted(codes, key=lambda code_id: codes[code_id].casefold())],
            format_func=lambda code_id: "All codes" if code_id is None else codes[code_id],
            key="history-code",
        )
        kind = st.selectbox("Kind", [None, *project.kinds()], format_func=_kind, key="history-kind")
        there = st.selectbox(
            "Transcript",
            [None, *names],
            format_func=lambda transcript_id: "All transcripts" if transcript_id is None else names[transcript_id],
            key="history-transcript",
        )
        days = st.date_input("Days (UTC)", value=[], min_value=EARLIEST, key="history-days")
    since, until = _span(days)
    return Sought(coder, code, there, kind, since, until)


def _span(days: object) -> tuple[str | None, str | None]:
    """Return the moments from the first day's beginning to the last day's end, as far as days were chosen."""
    chosen = [day for day in days if isinstance(day, date)] if isinstance(days, tuple | list) else []
    if not chosen:
        return None, None
    return read_moment(min(chosen).isoformat(), end=False), read_moment(max(chosen).isoformat())


def _above(project: Project, found: list[Edit], sought: Sought, *, past: bool) -> None:
    path = project.path
    name = session.project_name(session.present() or path)

    def whole() -> bytes:
        with Project.open(path) as fresh:
            return to_csv(edits_table(fresh, fresh.find_edits(sought)))

    with st.container(horizontal=True, vertical_alignment="center"):
        more = len(found) > SHOWN
        st.text(
            f"The newest {SHOWN} edits; the file has all of them." if more else count(len(found), "edit"),
            width="stretch",
        )
        if not past:
            _choose_moment(project)
        st.download_button(
            "Download CSV",
            whole,
            file_name=f"{name} history.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _choose_moment(project: Project) -> None:
    with st.popover("Look back", icon=":material/history_toggle_off:"):
        st.text("See the whole study as it was at a moment. Nothing is changed.")
        with st.form("look-back", border=False):
            day = st.date_input("Day (UTC)", value="today", min_value=EARLIEST, key="back-day")
            at = st.time_input("Time (UTC)", value=time(23, 59), step=60, key="back-time")
            if st.form_submit_button("Look back", type="primary") and isinstance(day, date):
                moment = datetime.combine(day, at).isoformat(timespec="minutes")
                _look_back(project, read_moment(moment))


def _look_at(project: Project, edit: Edit | None) -> None:
    """Offer the study as it was right after the edit that is chosen in the table."""
    if edit is None:
        st.text("Choose a row to see the study as it was right after that edit.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{edit.at[:19].replace('T', ' ')}  {edit.coder}: {edit.summary}", width="stretch")
        if st.button("See the study right after this edit", icon=":material/history_toggle_off:", key="back-to-edit"):
            _look_back(project, project.clock(edit.id))


def _look_back(project: Project, at: str) -> None:
    try:
        look_back(project, at)
    except CodingError as err:
        show_error(err)
        return
    session.rerun()


def _methods(project: Project) -> None:
    with st.expander("Methods section, written from this history", icon=":material/description:", key="methods"):
        why = "Agreement is worked out for it, which may take a while."
        # Kept for as long as nothing is edited, since any choice above runs the page again.
        made = (str(project.path), project.rev())
        if st.button("Write it", key="methods-write", help=why):
            st.session_state["methods-of"] = made
        if st.session_state.get("methods-of") != made:
            return
        methods = _describe(*made)
        for paragraph in methods.paragraphs:
            st.markdown(f"**{plain(paragraph.title)}**")
            st.markdown(plain(paragraph.text))
        st.download_button(
            "Download as text",
            str(methods),
            file_name=f"{session.project_name(session.present() or project.path)} methods.txt",
            mime="text/plain",
            icon=":material/download:",
            on_click="ignore",
        )


@st.cache_data(max_entries=4, show_spinner="Working out agreement …")
def _describe(path: str, rev: int) -> Methods:
    """Return the methods section as of ``rev``."""
    with Project.open(path) as project:
        return describe_methods(project)


def _row(edit: Edit, names: dict[str, str]) -> dict[str, str]:
    return {
        "Time": edit.at[:19].replace("T", " "),
        "Coder": edit.coder,
        "Kind": _kind(edit.kind),
        "Transcript": names.get(edit.transcript_id or "", ""),
        "Edit": edit.summary,
    }


def _kind(kind: str | None) -> str:
    return "All kinds" if kind is None else kind.replace("-", " ").capitalize()


main()
