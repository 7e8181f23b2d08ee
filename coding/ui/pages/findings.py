"""The page Findings: tables and plots of what was coded, each number with what was said."""

from __future__ import annotations

import streamlit as st

from coding.store import Project
from coding.ui import session
from coding.ui.findings.behind import show_view
from coding.ui.findings.choice import choose_material
from coding.ui.findings.views import VIEWS, WITHOUT_CODINGS
from coding.ui.widgets import show_page

_VIEW = "findings-view"


def main() -> None:
    """Show the page."""
    show_page(_page)


def _page(project: Project) -> None:
    if not project.counts()[0]:
        st.info("There are no transcripts yet, so there is nothing to find.", icon=":material/insights:")
        if st.button("Bring transcripts in", type="primary"):
            session.go("study.py")
        return
    material = choose_material(project)
    linked = st.query_params.get("view")
    name = st.segmented_control(
        "Table",
        list(VIEWS),
        default=linked if linked in VIEWS else next(iter(VIEWS)),
        required=True,
        label_visibility="collapsed",
        key=_VIEW,
    )
    st.query_params["view"] = name
    if not len(material.whole.codings) and name not in WITHOUT_CODINGS:
        st.info(
            "Nobody has coded anything yet. Tables appear with the first coding; “Talk” is there already.",
            icon=":material/insights:",
        )
        if st.button("Start coding", type="primary"):
            session.go("review.py")
        return
    if not len(material.parts) and name not in WITHOUT_CODINGS:
        st.info("Nothing is coded in what you chose. Choose more groups or coders.", icon=":material/filter_alt:")
        return
    view = VIEWS[name](project, material)
    if view is None:
        return
    if view.table.empty:
        st.info("There is nothing of this kind in what you chose.", icon=":material/insights:")
        return
    show_view(project, material, view)


main()
