"""Small things that several pages show."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import streamlit as st

from coding.edits import Operation, apply_edits, redo, undo
from coding.errors import CodingError, RoleError
from coding.model import Edit
from coding.roles import CoderRole
from coding.store import Project
from coding.ui import session

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:=^&\"'/@])")
# These are replaced after markdown was read, so a backslash does not protect them: emoji and icon names between
# colons, arrows and dashes between spaces. An invisible joiner keeps the characters apart.
_SHORTCODE = re.compile(r":(?=[\w+-]+:)")
_SIGNS = re.compile(r"(?<!\S)(<->|->|<-|--|>=|<=|~=)(?!\S)")
_JOINER = "\u2060"


def plain(text: str) -> str:
    r"""Return ``text`` so that it is shown as typed where Streamlit reads markdown, such as the label of a widget.

    >>> print(plain("*x*"))
    \*x\*
    """
    flat = " ".join(text.split())
    flat = _SHORTCODE.sub(f":{_JOINER}", flat)
    flat = _SIGNS.sub(lambda found: found[0][0] + _JOINER + found[0][1:], flat)
    return _MARKUP.sub(r"\\\1", flat)


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    >>> count(1, "coding"), count(1200, "coding")
    ('1 coding', '1,200 codings')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def show_error(err: CodingError) -> None:
    """Show what failed."""
    st.error(plain(str(err)), icon=":material/error:")


def act(
    project: Project,
    operations: Sequence[Operation],
    *,
    coder: str,
    done: str = "",
    on_done: Callable[[], object] | None = None,
) -> bool:
    """Do what a coder wants as one act, and run the page again; shows what failed where it cannot be done.

    Args:
        project: The project.
        operations: What is wanted.
        coder: Who wants it.
        done: What to tell the coder; the summary of the edit where it is empty.
        on_done: Called when it is done, before the page runs again.

    Returns:
        False where it failed or nothing had to change; it does not return otherwise.
    """
    try:
        edits = apply_edits(project, operations, coder=coder)
    except CodingError as err:
        show_error(err)
        return False
    if not edits:
        st.info("Nothing had to change.")
        return False
    session.say(done or edits[0].summary)
    _renew(project, edits)
    if on_done is not None:
        on_done()
    session.rerun()
    return True


def undo_bar(project: Project, coder: str | None, *, key: str) -> None:
    """Show what the coder did last, with buttons to undo it and to do it again; nothing where the past is shown."""
    if project.past:
        return
    last, undone = _last(project, coder), _last(project, coder, undone=True)
    with st.container(horizontal=True, vertical_alignment="center", key=f"undo-bar-{key}"):
        st.text(f"Your last edit: {last.summary}" if last else "You have made no edits here yet.", width="stretch")
        back = st.button("Undo", icon=":material/undo:", disabled=last is None, key=f"undo-{key}")
        again = st.button("Redo", icon=":material/redo:", disabled=undone is None, key=f"redo-{key}")
    if not coder or not (back or again):
        return
    try:
        edits = undo(project, coder=coder) if back else redo(project, coder=coder)
    except CodingError as err:
        show_error(err)
        return
    if edits:
        session.say(edits[0].summary)
    _renew(project, edits)
    session.rerun()


def ask_name(why: str, *, key: str) -> None:
    """Ask for the coder's name where something cannot be done without it."""
    if session.present() is not None:
        return
    with st.form(f"name-{key}", border=True):
        st.text(why)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            typed = st.text_input("Your name", max_chars=80, key=f"typed-name-{key}")
            kept = st.form_submit_button("Keep", type="primary")
    if kept:
        try:
            session.set_coder(typed)
        except CodingError as err:
            show_error(err)
            return
        session.rerun()


def refusal(project: Project, needs: CoderRole | None, *, writes: bool = True) -> str:
    """Return why the person at the screen may not do what needs a role; an empty text where they may."""
    if writes and project.past:
        return "This is the past, which can be looked at and not changed."
    try:
        project.check_role(session.coder(), needs)
    except RoleError as err:
        return f"{err.message[:1].upper()}{err.message[1:]}."
    return ""


def no_project() -> None:
    """Say that no project is open, and where to open one."""
    st.info("No project is open. Open one, or make one, and come back.", icon=":material/folder_open:")
    if st.button("Go to the page Project", type="primary"):
        session.go("study.py")


def project_trouble(err: CodingError) -> None:
    """Show why the project cannot be opened, and a way to another one."""
    show_error(err)
    st.text("If the file was moved, put it back where it was, or open it at its new place. Nothing in it was changed.")
    with st.container(horizontal=True):
        if st.button("Try again", icon=":material/refresh:", type="primary"):
            session.rerun()
        if st.button("Open another project"):
            session.choose_project(None)
            session.go("study.py")


def show_page(body: Callable[[Project], None], *, needs: CoderRole | None = None, closed: bool = False) -> None:
    """Show a page on the open project, or say that none is open or what is wrong with it.

    Args:
        body: Shows the page.
        needs: The role that it takes to change something here; whoever has it not is told so at the top.
        closed: Show nothing else to those.
    """
    if session.project_path() is None:
        no_project()
        return
    try:
        opened = session.open_project()
    except CodingError as err:
        project_trouble(err)
        return
    try:
        with opened as project:
            refused = "" if needs is None else refusal(project, needs)
            if refused:
                st.info(plain(refused), icon=":material/lock:")
            if not (refused and closed):
                body(project)
    except CodingError as err:
        show_error(err)


def _last(project: Project, coder: str | None, *, undone: bool = False) -> Edit | None:
    batch = project.last_open_batch(coder, undone=undone) if coder else None
    edits = project.batch(batch) if batch else []
    return edits[0] if edits else None


def _renew(project: Project, edits: Sequence[Edit]) -> None:
    """Bring the suggestions up to date where codes or people have changed; codings are learnt from at once."""
    if any(change.table in {"codes", "participants", "speakers"} for edit in edits for change in edit.changes):
        session.desk(project.path).prepare(again=True)
