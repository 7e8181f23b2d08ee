"""The findings report on the page Export: made when it is asked for, and then read or downloaded."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from coding.errors import CodingError
from coding.roles import CoderRole
from coding.store import Project
from coding.ui import session
from coding.ui.widgets import plain, refusal, show_error

if TYPE_CHECKING:
    from coding.export.report import Report

_MADE = "focus_report"
FORMATS = (
    (".html", "Page (HTML)", "text/html"),
    (".docx", "Word (DOCX)", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
)


def offer_report(project: Project, *, layer: str = "coders") -> None:
    """Show what makes the report, and where one was made, how to have it as a file.

    Args:
        project: The project.
        layer: Whose codings count; see :func:`coding.consensus.layer`.
    """
    st.text("Summary, method, findings by behaviour with quotations, figures, limits and the codebook.")
    closed = refusal(project, CoderRole.LEAD)
    if closed:
        st.info(plain(closed), icon=":material/lock:")
        return
    with st.form("report", border=False):
        title = st.text_input("Title", placeholder=project.codebook().name or "Findings", max_chars=200)
        with_names = st.checkbox("With everybody's names", help="Otherwise names are looked for and replaced.")
        wanted = st.form_submit_button("Make the report", type="primary", width="stretch")
    if wanted:
        report = _make(project, title, with_names=with_names, layer=layer)
        if report is None:
            return
        st.session_state[_MADE] = (str(project.path), project.rev(), with_names, report)
    _files(project)


def _make(project: Project, title: str, *, with_names: bool, layer: str) -> Report | None:
    from coding.export.report import make_report

    bar = st.progress(0.0, text="Making the report")

    def step(what: str, done: int, of: int) -> None:
        bar.progress(min(1.0, done / of) if of else 0.0, text=plain(what))

    try:
        return make_report(project, with_names=with_names, title=title, layer=layer, step=step)
    except CodingError as err:
        show_error(err)
        return None
    finally:
        bar.empty()


def _files(project: Project) -> None:
    made = st.session_state.get(_MADE)
    if made is None or made[0] != str(project.path):
        return
    from coding.export.report import SUFFIXES

    _, rev, with_names, report = made
    if rev != project.rev():
        st.info("The study has changed since this report was made.", icon=":material/update:")
    columns = st.columns(len(FORMATS))
    for column, (suffix, label, mime) in zip(columns, FORMATS, strict=True):
        column.download_button(
            label,
            partial(SUFFIXES[suffix], report),
            file_name=f"{session.project_name(project.path)} report{suffix}",
            mime=mime,
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
            key=f"report{suffix}",
        )
    if not with_names:
        st.text("Read it before you hand it on: no tool finds every name.")
