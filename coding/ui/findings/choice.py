"""What is counted on the page: whose codings, in which groups, codes or groups of codes."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from coding.consensus import open_places
from coding.findings import Material, read_material
from coding.model import CONSENSUS
from coding.store import Project
from coding.ui.widgets import count, plain

LAYERS = {"coders": "What coders coded", CONSENSUS: "The consensus"}


def choose_material(project: Project) -> Material:
    """Show the choices, and return what is counted."""
    whole = _read(str(project.path), project.rev(), project.counts(), "coders")
    with st.container(horizontal=True, vertical_alignment="bottom", key="findings-choice"):
        groups = st.multiselect("Groups", whole.groups, placeholder="All groups", key="findings-groups")
        layer = "coders"
        if len(whole.coders) > 1:
            layer = st.selectbox("Codings", list(LAYERS), format_func=LAYERS.__getitem__, key="findings-layer")
        coders: list[str] = []
        if layer == "coders" and len(whole.coders) > 1:
            coders = st.multiselect("Coders", whole.coders, placeholder="Everybody", key="findings-coders")
        rows = st.selectbox("Rows", ["Codes", "Groups of codes"], key="findings-rows")
        moderators = st.checkbox("Also what moderators say", key="findings-moderators")
    if layer != "coders":
        whole = _read(str(project.path), project.rev(), project.counts(), layer)
        if places := open_places(project):
            st.caption(
                plain(f"{count(places, 'place')} where coders differ and nobody has settled it are not in this.")
            )
    material = whole.choose(groups=groups or None, coders=coders or None, moderators=moderators)
    if left := material.not_looked_at:
        names = ", ".join(left[:6]) + (f" and {len(left) - 6} more" if len(left) > 6 else "")
        st.caption(plain(f"Nobody has begun to code {names}, so nothing is said about what is or is not there."))
    return material.by_cluster() if rows != "Codes" else material


@st.cache_resource(show_spinner="Reading the codings", max_entries=3)
def _read(path: str, rev: int, counts: tuple[int, int], layer: str) -> Material:
    """Read once for each state of the project, which ``rev`` and ``counts`` tell apart."""
    with Project.open(Path(path)) as project:
        return read_material(project, layer=layer)
