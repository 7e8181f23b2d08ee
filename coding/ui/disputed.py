"""How often coders differ, worked out once for each state of the project: for the pages that show a part of it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from coding.consensus import Differences, find_differences
from coding.store import Project
from coding.ui import session
from coding.ui.widgets import count

WORST = 5


@st.cache_data(show_spinner="Comparing the coders", max_entries=8)
def differences(path: str, rev: int, coders: tuple[str, ...] = (), unit: str = "segment") -> Differences:
    """Compare the coders; ``rev`` tells the states of the project apart."""
    with Project.open(Path(path)) as project:
        return find_differences(project, coders=coders or None, unit=unit)


def show_disputed(project: Project, code_id: str) -> None:
    """Say how often coders differ on a code, where they do; its definition may be why."""
    found = next((one for one in _of(project).codes if one.code_id == code_id), None) if _shown(project) else None
    if found is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"disputed-{code_id}"):
        st.text(
            f"Coders differ on this code at {found.differ:,} of the {count(found.used, 'place')} where any of them has "
            "it. Its definition may leave room for both."
        )
        if st.button("See where", icon=":material/rule:", type="tertiary", key=f"see-disputed-{code_id}"):
            session.go("disagreements.py", code=code_id)


def show_worst(project: Project) -> None:
    """Name the codes whose definitions coders read in different ways."""
    codes = _of(project).codes if _shown(project) else ()
    if not codes:
        return
    known = project.known_codes()
    st.subheader("Definitions that coders read in different ways", anchor=False)
    st.dataframe(
        [
            {
                "Code": known[one.code_id].name if one.code_id in known else one.code_id,
                "Coders differ at": f"{one.differ:,} of {count(one.used, 'place')}",
                "Not settled": one.open,
            }
            for one in codes[:WORST]
        ],
        hide_index=True,
        key="disputed-codes",
    )


def _shown(project: Project) -> bool:
    """Tell whether there is something to show, and nobody is led by it who is to decide for themselves."""
    who = session.coder()
    return len({one.coder for one in project.reviews()}) > 1 and not (who and session.is_blind(project, who))


def _of(project: Project) -> Differences:
    return differences(str(project.path), project.rev())
