"""The page History: every edit, filtered, with undo of one's own last act, and as CSV."""

from __future__ import annotations

import streamlit as st

from coding.export import Table, to_csv
from coding.model import Edit
from coding.store import Project
from coding.ui import session
from coding.ui.widgets import count, show_page, undo_bar

SHOWN = 500
COLUMNS = ("time", "coder", "kind", "transcript", "edit", "edit_id", "batch", "undoes")


def main() -> None:
    """Show the page."""
    show_page(_page)


def _page(project: Project) -> None:
    undo_bar(project, session.coder(), key="history")
    if not project.rev():
        st.info("Nothing has been edited in this project yet. Every edit will stand here for ever.")
        return
    names = {info.id: info.name for info in project.transcripts()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        coder = st.selectbox(
            "Coder", [None, *project.coders()], format_func=lambda name: name or "Everybody", key="history-coder"
        )
        kinds = _kinds(str(project.path), project.rev())
        kind = st.selectbox("Kind", [None, *kinds], format_func=_kind, key="history-kind")
        there = st.selectbox(
            "Transcript",
            [None, *names],
            format_func=lambda transcript_id: "All transcripts" if transcript_id is None else names[transcript_id],
            key="history-transcript",
        )
    found = project.edits(coder=coder, kind=kind, transcript_id=there, last=SHOWN + 1)[::-1]
    if not found:
        st.info("No edit fits these choices.", icon=":material/filter_alt:")
        return
    path = project.path

    def whole() -> bytes:
        with Project.open(path) as fresh:
            return to_csv(_table(fresh.edits(coder=coder, kind=kind, transcript_id=there), names))

    with st.container(horizontal=True, vertical_alignment="center"):
        more = len(found) > SHOWN
        st.text(
            f"The newest {SHOWN} edits; the file has all of them." if more else count(len(found), "edit"),
            width="stretch",
        )
        st.download_button(
            "Download CSV",
            whole,
            file_name=f"{session.project_name(path)} history.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
    st.dataframe(
        [
            {
                "Time": edit.at[:19].replace("T", " "),
                "Coder": edit.coder,
                "Kind": _kind(edit.kind),
                "Transcript": names.get(edit.transcript_id or "", ""),
                "Edit": edit.summary,
            }
            for edit in found[:SHOWN]
        ],
        hide_index=True,
        height=560,
        column_config={
            "Time": st.column_config.TextColumn("Time (UTC)", width="small"),
            "Coder": st.column_config.TextColumn(width="small"),
            "Kind": st.column_config.TextColumn(width="small"),
            "Transcript": st.column_config.TextColumn(width="small"),
            "Edit": st.column_config.TextColumn(width="large"),
        },
        key="history-table",
    )


@st.cache_data(max_entries=8, show_spinner=False)
def _kinds(path: str, rev: int) -> list[str]:
    """Return the kinds of edits there are up to ``rev``."""
    with Project.open(path) as project:
        return sorted({edit.kind for edit in project.edits()})


def _kind(kind: str | None) -> str:
    return "All kinds" if kind is None else kind.replace("-", " ").capitalize()


def _table(edits: list[Edit], names: dict[str, str]) -> Table:
    rows = tuple(
        (
            edit.at,
            edit.coder,
            edit.kind,
            names.get(edit.transcript_id or "", ""),
            edit.summary,
            edit.id,
            edit.batch,
            edit.undoes,
        )
        for edit in edits
    )
    return Table(COLUMNS, rows)


main()
