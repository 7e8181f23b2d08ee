"""Look at the study as it was: the whole app on a project of the past, and the way back to the present."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import streamlit as st

from coding.past import write_past
from coding.store import Project
from coding.ui import session, settings


@cache
def _folder() -> Path:
    """Return where projects of the past are kept while the app runs."""
    made = Path(tempfile.mkdtemp(prefix="focus-past-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def look_back(project: Project, at: str) -> None:
    """Show the study as it was at a moment in this browser session, until :func:`coding.ui.session.return_to_now`.

    Raises:
        EditError: There was nothing at that moment.
        ProjectError: The project cannot be read, or there is no room for a copy.
    """
    moment = at[:19].replace(":", ".").replace("T", " ")
    place = _folder() / settings.project_tag(project.path) / at.replace(":", ".")
    target = place / f"{session.project_name(project.path)} as of {moment}.sqlite"
    if not target.exists():
        place.mkdir(parents=True, exist_ok=True)
        half = target.with_suffix(".half")
        half.unlink(missing_ok=True)
        write_past(project, at, half)
        half.replace(target)
    session.show_past(target)


def past_banner() -> None:
    """Say above a page that it shows the past, with the way back."""
    if session.present() is None:
        return
    with session.open_project() as project:
        when = project.past[:19].replace("T", " ")
    with st.container(horizontal=True, vertical_alignment="center", key="past"):
        st.warning(
            f"This is the study as it was on {when} UTC. It can be looked at, not changed.",
            icon=":material/history_toggle_off:",
        )
        if st.button("Back to now", icon=":material/update:", key="back-to-now"):
            session.return_to_now()
            session.rerun()
