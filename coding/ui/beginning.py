"""What stands on the page Project before a project is open: the example study, a new project, a known one."""

from __future__ import annotations

import re
from pathlib import Path

import streamlit as st

from coding.bundled import bundled
from coding.codebook import load_codebook
from coding.edits import SetCodebook, apply_edits
from coding.errors import CodingError, ProjectError
from coding.store import Project
from coding.ui import session, settings, signing
from coding.ui.shell import work_bar
from coding.ui.widgets import plain, show_error

_MAKING = "focus_making"
_FAILED = "focus_making_failed"


def begin() -> None:
    """Show the ways into a project."""
    st.text(
        "Bring in the transcripts of focus groups, see every stretch of talk with suggested codes, correct them, and "
        "export coded themes. Everything stays on this machine."
    )
    if _MAKING in st.session_state:
        _watch_example()
        return
    failed = st.session_state.get(_FAILED)
    if failed:
        st.error(plain(failed), icon=":material/error:")
    if signing.required() and not _may_begin():
        _known_projects()
        return
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True):
        st.subheader("Look around first", anchor=False)
        st.text("Six invented focus groups with a codebook and the codings of two researchers.")
        if st.button("Open the example study", type="primary", icon=":material/school:"):
            _open_example()
    with right, st.container(border=True):
        st.subheader("Begin your own", anchor=False)
        _new_project()
    _known_projects()


def _open_example() -> None:
    path = settings.projects_folder() / "Example study" / "study.sqlite"
    session.desk(path).make_example()
    st.session_state[_MAKING] = str(path)
    st.session_state.pop(_FAILED, None)
    session.rerun()


@st.fragment(run_every=0.5)
def _watch_example() -> None:
    path = Path(st.session_state[_MAKING])
    status = session.desk(path).status
    if status.busy:
        work_bar(status)
        st.text("This takes a minute or two the first time; afterwards it opens at once.")
        return
    del st.session_state[_MAKING]
    if status.error is None:
        session.choose_project(path)
    else:
        st.session_state[_FAILED] = status.error
    st.rerun()


def _new_project() -> None:
    with st.form("new-project", border=False):
        name = st.text_input("Name of the project", max_chars=80, placeholder="Leaders of customer service")
        who = _name() or st.text_input("Your name", max_chars=80, key="new-project-name")
        with_codes = st.checkbox("Start with the codebook of leadership behaviours", value=True)
        with st.expander("Where it is kept"):
            folder = st.text_input("Folder", value=str(settings.projects_folder()))
        made = st.form_submit_button("Make the project", icon=":material/add:")
    if not made:
        return
    try:
        by = who if signing.required() else session.set_coder(who)
        path = _make_project(name, folder, by=by, with_codes=with_codes)
        session.choose_project(path)
    except CodingError as err:
        show_error(err)
        return
    session.rerun()


def _make_project(name: str, folder: str, *, by: str, with_codes: bool) -> Path:
    """Make a project file and return its path.

    Raises:
        CodingError: The name cannot be that of a file, the file is there already, or it cannot be made.
    """
    clean = " ".join(name.split())
    if not clean or not re.search(r"\w", clean) or re.search(r'[\\/:*?"<>|\x00-\x1f]', clean) or clean.startswith("."):
        raise ProjectError('type a name of letters and digits, without any of \\ / : * ? " < > |')
    where = Path(folder.strip() or ".").expanduser().absolute()
    path = where / f"{clean}.sqlite"
    if path.exists():
        raise ProjectError("there is a project of that name already; open it below, or choose another name", path=path)
    try:
        where.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as err:
        raise ProjectError("this folder cannot be made; name another one", path=where) from err
    codebook = load_codebook(bundled("codebook.yaml")) if with_codes else None
    with Project.open(path, create=True) as project:
        signing.begin_team(project)
        if codebook is not None:
            apply_edits(project, [SetCodebook(codebook)], coder=by)
    return path


def _name() -> str | None:
    """Return the name of the person at the screen, also before a project is open."""
    who = signing.person()
    return session.coder() or (None if who is None else who.name)


def _may_begin() -> bool:
    """Tell whether the person who signed in may make projects on this machine."""
    who = signing.person()
    return who is not None and signing.starts_teams(who.account)


def _known_projects() -> None:
    st.subheader("Open a project", anchor=False)
    recent = [path for path in map(Path, settings.read_settings().recent) if path.is_file() and signing.lets_in(path)]
    if signing.required() and not recent:
        st.text("No project on this machine is open to your account yet. Ask whoever leads it to add you.")
    elif recent:
        st.text("Open to your account:" if signing.required() else "Opened on this machine before:")
    for number, path in enumerate(recent):
        with st.container(horizontal=True, vertical_alignment="center", key=f"recent-{number}"):
            if st.button(plain(session.project_name(path)), icon=":material/folder_open:", key=f"open-{number}"):
                _open(path)
            st.text(str(path.parent))
    if signing.required() and not _may_begin():
        return
    with st.form("open-project", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input("Project file", placeholder=str(settings.projects_folder() / "study.sqlite"))
        wanted = st.form_submit_button("Open")
    if wanted:
        _open(Path(typed.strip()))


def _open(path: Path) -> None:
    try:
        if not path.name:
            raise ProjectError("type the path of a project file, such as one that ends in .sqlite")
        session.choose_project(path)
    except CodingError as err:
        show_error(err)
        return
    session.rerun()
