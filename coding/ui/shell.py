"""What stands around every page: the project, the coder, what the machine is doing, and messages."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import Page

from coding.errors import CodingError
from coding.store import Project
from coding.ui import session, signing
from coding.ui.back import past_banner
from coding.ui.jobs import Status
from coding.ui.parts import mend_names
from coding.ui.session import PAGES
from coding.ui.widgets import plain, show_error

MENU = (
    ("study.py", "Project", ":material/folder_open:"),
    ("exchange.py", "From other tools", ":material/move_to_inbox:"),
    ("review.py", "Review", ":material/rate_review:"),
    ("codebook.py", "Codebook", ":material/account_tree:"),
    ("memos.py", "Memos", ":material/sticky_note_2:"),
    ("people.py", "Participants", ":material/groups:"),
    ("survey.py", "Questionnaire", ":material/ballot:"),
    ("learning.py", "Suggestions", ":material/model_training:"),
    ("team.py", "Team", ":material/group:"),
    ("agreement.py", "Agreement", ":material/balance:"),
    ("themes.py", "Themes", ":material/bubble_chart:"),
    ("findings.py", "Findings", ":material/insights:"),
    ("disagreements.py", "Disagreements", ":material/rule:"),
    ("framework.py", "Framework", ":material/schema:"),
    ("export.py", "Export", ":material/download:"),
    ("history.py", "History", ":material/history:"),
)
"""The pages in the order of the menu: file, title, icon."""

GROUPS = (
    ("Study", ("study.py", "exchange.py", "people.py", "survey.py")),
    ("Coding", ("review.py", "codebook.py", "memos.py", "learning.py")),
    ("Results", ("themes.py", "findings.py", "framework.py", "joint.py", "export.py")),
    ("Together", ("team.py", "agreement.py", "disagreements.py", "history.py")),
)
"""The headings of the menu with their pages; a page that stands under none of them comes last, under “More”."""

SIDEBAR_PX = 208
"""Wide enough for the longest title, and no wider: the words of transcripts need the room."""

ABOUT = "Codes focus groups with a codebook. Everything stays on this machine."


ICON = Path(__file__).parent / "parts" / "icon.svg"
"""The icon of the browser's tab; a named symbol would be fetched from the network."""


def menu() -> dict[str, list[Page]]:
    """Return the pages for the navigation, by heading."""
    pages = {
        file: st.Page(PAGES / file, title=title, icon=icon, default=file == "study.py")
        for file, title, icon in MENU
        if (PAGES / file).exists()
    }
    grouped = {heading: [pages.pop(file) for file in files if file in pages] for heading, files in GROUPS}
    return {heading: found for heading, found in {**grouped, "More": list(pages.values())}.items() if found}


def show_menu(pages: dict[str, list[Page]]) -> None:
    """Show the menu beside the page.

    Streamlit's own menu with headings puts its items where a screen reader does not find the list that they are in.
    """
    with st.sidebar, st.container(gap="xxsmall", key="menu"):
        for heading, found in pages.items():
            st.text(heading)
            for page in found:
                st.page_link(page, label=page.title, icon=page.icon)
        mend_names()


_LOOK = """<style>
[data-testid="stHeader"] {background: transparent; pointer-events: none;}
[data-testid="stHeader"] div {pointer-events: none;}
[data-testid="stHeader"] :is(button, a) {pointer-events: auto;}
.stMainBlockContainer {padding: 0.75rem clamp(1rem, 3vw, 2.5rem) 3rem;}
.st-key-shell {padding-inline-end: 2.5rem; min-height: 2.5rem;}
.st-key-menu [data-testid="stText"] {
    font: 600 0.8rem/1.4 var(--st-font, inherit); margin-top: 0.75rem; padding-inline-start: 0.5rem;
}
.st-key-menu [data-testid="stPageLink-NavLink"] {width: 100%; padding-block: 0.2rem;}
[data-testid="stSidebarHeader"] {height: 3rem; padding-block: 0.5rem 0; margin-bottom: 0;}
.stApp:has([data-testid="stExpandSidebarButton"]) .st-key-shell {padding-inline-start: 2rem;}
@media (max-width: 1000px) {
    .stMain [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]) {flex-wrap: wrap;}
    .stMain [data-testid="stColumn"] {min-width: min(100%, 22rem);}
}
</style>"""
"""Room for words: the line above a page stands level with the buttons of the app, which are at its ends."""

_DARK = """<style>
:is([data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primaryFormSubmit"]):not(:disabled) {
    color: #0d1416;
}
</style>"""
"""Streamlit writes white on the light accent of the dark theme, which is hard to read."""

_ON_ACCENT = """<style>
[data-testid="stApp"] :is(
    [data-testid="stBaseButton-primary"]:not(:disabled), [data-testid="stBaseButton-primaryFormSubmit"]:not(:disabled),
    [data-testid="stMultiSelect"] span[title], [data-testid="stMultiSelect"] span[title] ~ *
) {color: light-dark(#ffffff, #0d1416);}
[data-testid="stApp"] :is(
    [data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primaryFormSubmit"]
):disabled {color: light-dark(#5c6a6d, #94a3a7);}
</style>"""
"""The same wherever the browser can choose: the theme may change while a page is open, and then no page runs."""


def header(title: str) -> DeltaGenerator:
    """Show the line above every page, and return the place in it for what the machine is doing."""
    st.html(_LOOK)
    if st.context.theme.type == "dark":
        st.html(_DARK)
    st.html(_ON_ACCENT)
    path = session.project_path()
    session.keep_link()
    name = "" if path is None else session.project_name(session.present() or path)
    if title == "Project":
        title, name = name or "Focus coding", ""
    with st.container(horizontal=True, vertical_alignment="center", key="shell"):
        st.title(plain(title), width="content", anchor=False)
        st.text(name, width="stretch")
        place = st.container(width="content")
        _coder()
    past_banner()
    if session.link_is_astray():
        st.warning(
            "The link names a project that has not been opened on this machine. Open its file on the page Project, "
            "then follow the link again.",
            icon=":material/link_off:",
        )
    for message in session.take_messages():
        st.toast(plain(message), icon=":material/check:")
    return place


def footer(place: DeltaGenerator) -> None:
    """Begin with what takes long, now that the page has been painted, and show how far it has got."""
    path = session.project_path()
    if path is None or not path.exists() or session.present() is not None:
        return
    try:
        session.assistant_ready(path)
    except CodingError:
        return  # The page has said already what is wrong with the project.
    status = session.assistant_status(path)
    with place:
        if status.busy:
            _work(path)
        elif status.error:
            st.markdown(f":material/error: {plain(status.error)}")


def doing(status: Status) -> str:
    """Return in words what the machine is doing."""
    return f"{status.doing}: {status.done:,} of {status.of:,}" if status.of else f"{status.doing} …"


def work_bar(status: Status) -> None:
    """Show how much of some work is done."""
    st.progress(min(1.0, status.done / status.of) if status.of else 0.0, text=plain(doing(status)))


@st.fragment(run_every=1.0)
def _work(path: Path) -> None:
    status = session.assistant_status(path)
    if not status.busy:
        st.rerun()
    st.markdown(f":material/hourglass_top: {plain(doing(status))}")


def admit() -> bool:
    """Let in whoever may be here; else show where to sign in, or why the project is not open to them."""
    closed = session.admit()
    who = signing.person()
    if not signing.required() or (who is not None and not closed):
        return True
    st.html(_LOOK)
    middle = st.columns([1, 2, 1])[1]
    with middle, st.container(border=True, key="sign-in"):
        st.title("Focus coding", anchor=False)
        if who is None:
            _sign_in()
        else:
            st.error(plain(f"{closed[:1].upper()}{closed[1:]}."), icon=":material/lock:")
            with st.container(horizontal=True):
                st.button("Try again", type="primary")
                if st.button("Close this project"):
                    session.choose_project(None)
                    session.rerun()
                if st.button("Sign out"):
                    signing.sign_out()
    return False


def _sign_in() -> None:
    st.text("Sign in with the account that your team uses. What you decide stands under your name.")
    for provider in signing.providers():
        label = f"Sign in with {provider.capitalize()}" if provider else "Sign in"
        if st.button(plain(label), type="primary", icon=":material/login:", key=f"sign-in-{provider}"):
            try:
                signing.sign_in(provider)
            except CodingError as err:
                show_error(err)


def _account() -> None:
    """Show who has signed in."""
    who = signing.person()
    if who is None:
        return
    name = session.coder() or who.name
    with st.popover(plain(name), icon=":material/person:", key="coder"):
        st.text(f"{name}, signed in as {who.account}." if name != who.account else f"Signed in as {name}.")
        st.text(_roles(name))
        _again()
        if st.button("Sign out", icon=":material/logout:"):
            signing.sign_out()


def _again() -> None:
    """Let the person code a second time, which shows how far they agree with themselves."""
    wanted = st.checkbox(
        "I code a second time",
        value=session.codes_again(),
        key="code-again",
        help="Kept apart from the first, under your name with (again) behind it, and blind. The page Agreement then "
        "says how far you agree with yourself.",
    )
    if wanted != session.codes_again():
        session.code_again(wanted)
        session.rerun()


def _roles(name: str) -> str:
    """Return in words what a person is in the project that is open."""
    path = session.present() or session.project_path()
    if path is None or not path.exists():
        return ""
    try:
        with Project.open(path) as project:
            member = project.team().find(name)
    except CodingError:
        return ""
    return "" if member is None else f"In this project: {' and '.join(member.roles)}."


def _coder() -> None:
    if signing.required():
        _account()
        return
    name, own = session.coder(), session.own_name()
    with st.popover(plain(name) if name else "Your name", icon=":material/person:", key="coder"):
        with st.form("coder-form", border=False):
            typed = st.text_input("Your name", value=own or "", max_chars=80)
            st.text("It stands beside everything you decide.")
            kept = st.form_submit_button("Keep", type="primary")
        if own:
            _again()
    if kept:
        try:
            session.set_coder(typed)
        except CodingError as err:
            show_error(err)
        else:
            session.rerun()
