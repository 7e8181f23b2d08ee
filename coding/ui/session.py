"""Who is here and on which project.

The project file is the truth: every run of a page opens it anew and closes it at the end. A browser session keeps only
what is looked at; the coder's name and the recent projects are also remembered on this machine.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from coding import roles
from coding.assigning import tasks
from coding.errors import CodingError, ProjectError, RoleError
from coding.model import CONSENSUS, MACHINE
from coding.store import Project
from coding.ui import settings, signing
from coding.ui.jobs import Desk, Status

if TYPE_CHECKING:
    from coding.assistant import Assistant

_PROJECT = "focus_project"
_CODER = "focus_coder"
_SIGNED = "focus_signed_in"
_AGAIN = "focus_again"
_MESSAGE = "focus_message"
_LINK = "project"
_ASTRAY = "focus_link_astray"
_PRESENT = "focus_present"

PAGES = Path(__file__).parent / "pages"
"""Where the pages of the app stand."""


def project_path() -> Path | None:
    """Return the project of this browser session, or ``None`` where none is open.

    It is the one that was opened here; else the one named by the link, if it was opened on this machine before; else
    the one on the command line.
    """
    if _PROJECT not in st.session_state:
        tag = str(st.query_params.get(_LINK, ""))
        found = settings.find_recent(tag)
        st.session_state[_ASTRAY] = bool(tag) and found is None
        found = found or _from_command_line()
        st.session_state[_PROJECT] = None if found is None else str(found)
        if found is not None:
            settings.remember(project=found)
    stored = st.session_state[_PROJECT]
    return None if stored is None else Path(stored)


def link_is_astray() -> bool:
    """Tell whether the link that began this browser session names a project that this machine does not know."""
    return bool(st.session_state.get(_ASTRAY))


def project_name(path: Path) -> str:
    """Return what people call a project: the name of its file, or of its folder for a file called ``study.sqlite``.

    >>> project_name(Path("shops/study.sqlite")), project_name(Path("shops/Leaders.sqlite"))
    ('shops', 'Leaders')
    """
    return path.parent.name if path.stem == "study" and path.parent.name else path.stem


def choose_project(path: str | Path | None) -> None:
    """Make ``path`` the project of this browser session; ``None`` closes it.

    Raises:
        ProjectError: It cannot be opened.
        RoleError: It is not open to the person at the screen.
    """
    if path is None:
        st.session_state.pop(_SIGNED, None)
        st.session_state[_PROJECT] = None
        st.session_state.pop(_PRESENT, None)
        st.query_params.pop(_LINK, None)
        return
    where = Path(path).expanduser().absolute()
    with Project.open(where):
        signing.check_entry(where)
    st.session_state[_PROJECT] = str(where)
    st.session_state.pop(_SIGNED, None)
    st.session_state[_ASTRAY] = False
    settings.remember(project=where)


def open_project() -> Project:
    """Open the project of this browser session; use it as a context manager, once a run.

    Raises:
        ProjectError: None is chosen, or it cannot be opened.
    """
    path = project_path()
    if path is None:
        raise ProjectError("no project is open; open or make one on the page Project")
    return Project.open(path)


def present() -> Path | None:
    """Return the project of the present while its past is shown; else ``None``."""
    found = st.session_state.get(_PRESENT)
    return None if found is None else Path(found)


def show_past(past: Path) -> None:
    """Show a project of the past in place of the one that is open, which stays the one that links name."""
    st.session_state[_PRESENT] = str(present() or project_path())
    st.session_state[_PROJECT] = str(past)


def return_to_now() -> None:
    """Show the study as it is."""
    path = present()
    if path is not None:
        del st.session_state[_PRESENT]
        st.session_state[_PROJECT] = str(path)


def keep_link() -> None:
    """Let the address of the page name the project, so that reloading it comes back to the same one."""
    path = present() or project_path()
    if path is not None and st.query_params.get(_LINK) != settings.project_tag(path):
        st.query_params[_LINK] = settings.project_tag(path)


def coder() -> str | None:
    """Return the name of the person at the screen, or ``None`` before it was typed.

    Where people sign in, it is the name that the project's team has for their account.
    """
    name = own_name()
    return roles.again(name) if name and st.session_state.get(_AGAIN) else name


def codes_again() -> bool:
    """Tell whether the person at the screen codes a second time, kept apart from the first."""
    return bool(st.session_state.get(_AGAIN))


def code_again(wanted: bool) -> None:
    """Let the person at the screen code a second time, or go back to their own name."""
    st.session_state[_AGAIN] = wanted


def own_name() -> str | None:
    """Return the name of the person at the screen, also while they code a second time."""
    if signing.required():
        known: str | None = st.session_state.get(_SIGNED)
        return known
    if _CODER not in st.session_state:
        try:
            st.session_state[_CODER] = clean_name(settings.read_settings().coder)
        except CodingError:
            st.session_state[_CODER] = None
    name: str | None = st.session_state[_CODER]
    return name


def set_coder(name: str) -> str:
    """Note who is at the screen, here and on this machine.

    Raises:
        CodingError: The name is empty, too long, or the machine's; or people sign in here.
    """
    clean = clean_name(name)
    if signing.required():
        raise CodingError("your name here is the one that you signed in with; whoever leads the team can change it")
    st.session_state[_CODER] = clean
    st.session_state.pop(_AGAIN, None)
    settings.remember(coder=clean)
    return clean


def admit() -> str:
    """Find out anew who has signed in, at each run of a page.

    Returns:
        Why the person at the screen is not let in to the project that is open; an empty text where they are.
    """
    if not signing.required():
        return ""
    st.session_state.pop(_SIGNED, None)
    # Whoever looks at the past is let in by the team of today.
    who, path = signing.person(), present() or project_path()
    if who is None or path is None:
        return ""
    try:
        signing.check_entry(path)
        with Project.open(path) as project:
            member = signing.member_of(project) or signing.begin_team(project)
    except RoleError as err:
        return err.message
    except CodingError:
        return ""  # The page says what is wrong with the project.
    st.session_state[_SIGNED] = None if member is None else member.coder
    return ""


def clean_name(name: str) -> str:
    """Return a name without needless white space.

    Raises:
        CodingError: It is empty, longer than 80 characters, not printable, or the machine's.
    """
    clean = " ".join(name.split())
    if not clean or len(clean) > 80 or not clean.isprintable():
        raise CodingError("type a name of 1 to 80 characters")
    if clean.casefold() == MACHINE:
        raise CodingError(f"“{clean}” is the machine's own name; type another")
    if clean.casefold() == CONSENSUS:
        raise CodingError(f"“{clean}” is what coders have settled on; type another name")
    return clean


def blind_setting(coder: str) -> str:
    """Return the name of the project's setting that says whether ``coder`` reviews blind."""
    return f"review.blind.{coder}"


def is_blind(project: Project, coder: str) -> bool:
    """Tell whether a coder is to see neither suggestions nor what others did before they have decided.

    They want it so, they code a second time, or they have still to finish a transcript that they were given to code
    blind.
    """
    if project.setting(blind_setting(coder)) == "1" or roles.person_of(coder) != coder:
        return True
    if not any(one.blind for one in project.assignments(coder=coder)):
        return False
    return any(one.blind and one.finished < one.segments for one in tasks(project, coder=coder))


def assistant(path: Path, *, blind: bool = False) -> Assistant:
    """Return the assistant of a project; waits for it where :func:`assistant_ready` is not yet true.

    Args:
        path: The project.
        blind: For a coder who must not be led by what others decided.

    Raises:
        CodingError: It cannot work: no language model, no transcripts or no codebook.
    """
    place = desk(path, blind=blind)
    place.prepare()
    place.wait()
    found = place.assistant
    if found is None:
        raise CodingError(
            place.status.error or "there is nothing to suggest yet; the project needs transcripts and codes"
        )
    return found


def assistant_ready(path: Path, *, blind: bool = False) -> bool:
    """Tell whether suggestions are at hand, and begin to prepare them where they are not."""
    place = desk(path, blind=blind)
    place.prepare()
    return place.assistant is not None


def assistant_status(path: Path, *, blind: bool = False) -> Status:
    """Return how far the preparation of suggestions has got."""
    return desk(path, blind=blind).status


def desk(path: Path, *, blind: bool = False) -> Desk:
    """Return what does the long work for a project, the same for all browser sessions."""
    return _desk(str(path), _others(path) if blind else frozenset())


def go(page: str, **query: str) -> None:
    """Go to another page of the app, such as ``go("review.py", transcript=…)``; it does not return."""
    path = present() or project_path()
    link = {} if path is None else {_LINK: settings.project_tag(path)}
    st.switch_page(PAGES / page, query_params={**link, **query})


def rerun() -> None:
    """Run the page again from its top."""
    st.rerun()


def say(message: str) -> None:
    """Show a line to the coder after the next run of the page."""
    st.session_state.setdefault(_MESSAGE, []).append(message)


def take_messages() -> list[str]:
    """Return the lines that wait to be shown, once."""
    found: list[str] = st.session_state.pop(_MESSAGE, [])
    return found


@st.cache_resource(show_spinner=False)
def _desk(path: str, leave_out: frozenset[str]) -> Desk:
    return Desk(Path(path), leave_out)


def _others(path: Path) -> frozenset[str]:
    with Project.open(path) as project:
        return frozenset(project.coders()) - {coder() or ""}


def _from_command_line() -> Path | None:
    """Return the project in ``streamlit run app.py -- PROJECT``; a test runner's own arguments are not one."""
    if Path(sys.argv[0]).name != "app.py" or len(sys.argv) < 2:
        return None
    return Path(sys.argv[1]).expanduser().absolute()
