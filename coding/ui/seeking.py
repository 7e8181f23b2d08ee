"""The search for themes beside the pages: it goes on when the page is left, and can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from coding.errors import CodingError
from coding.store import Project
from coding.theme_model import Themes, ThemeSettings
from coding.ui import session
from coding.ui.jobs import Lane, Status, Step
from coding.ui.shell import doing
from coding.ui.widgets import plain, show_error


class Stopped(CodingError):
    """Somebody stopped the search."""


class Search:
    """Seeks the themes of one project in a thread of its own.

    Args:
        path: The project file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lane = Lane(f"themes of {path.name}")
        self._stop = threading.Event()

    @property
    def status(self) -> Status:
        """Return how far the search has got."""
        return self.lane.status

    def start(self, settings: ThemeSettings, *, by: str) -> None:
        """Seek themes, unless they are being sought already."""
        if self.lane.status.busy:
            return
        self._stop.clear()
        self.lane.add(lambda step: self._seek(settings, by, self._watched(step)))

    def stop(self) -> None:
        """Stop at the next step; nothing is stored then."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Tell whether the search was told to stop and goes on to the end of a step."""
        return self._stop.is_set() and self.lane.status.busy

    def wait(self, timeout_s: float) -> bool:
        """Wait until nothing is sought, and return whether that came about in time."""
        return self.lane.wait(timeout_s)

    def _watched(self, step: Step) -> Step:
        def tell(doing: str, done: int, of: int) -> None:
            if self._stop.is_set():
                raise Stopped("the search was stopped; the themes that were found before are still there")
            step(doing, done, of)

        return tell

    def _seek(self, settings: ThemeSettings, by: str, step: Callable[[str, int, int], None]) -> None:
        from coding.encoders import load_encoder
        from coding.themes import find_themes

        step("Loading the language model", 0, 0)
        with Project.open(self.path) as project:
            find_themes(project, load_encoder(), settings, by=by, step=step)


@st.cache_resource(show_spinner=False)
def search_of(path: str) -> Search:
    """Return what seeks the themes of a project, the same for all browser sessions."""
    return Search(Path(path))


def begin(project: Project, who: str | None) -> None:
    """Say what themes are, and ask how to seek them."""
    st.text(
        "Themes show what people talk about, whether or not a code covers it. They are found from the talk alone, "
        "on this machine, and each comes with quotations, with how steady it is, and how much of it no code covers."
    )
    if not project.transcripts():
        st.info("There are no transcripts yet. Import some first.", icon=":material/folder_open:")
        if st.button("Go to the page Project", type="primary"):
            session.go("study.py")
        return
    _form(project, ThemeSettings(), who, label="Find themes")


def again(project: Project, themes: Themes, who: str | None) -> None:
    """Ask how to seek themes once more."""
    with st.popover("Find themes again", icon=":material/refresh:"):
        _form(project, themes.settings, who, label="Find themes")
        st.text("What was decided about themes is kept. The same talk and settings give the same themes.")


def _form(project: Project, last: ThemeSettings, who: str | None, *, label: str) -> None:
    with st.form("find-themes", border=False, width=460):
        number = st.number_input(
            "How many themes", 0, 200, last.themes or 0, help="0 lets the talk decide.", key="themes-number"
        )
        units = {"segment": "Segments", "turn": "Whole turns"}
        unit = st.segmented_control(
            "What is put into themes", list(units), default=last.unit, format_func=units.__getitem__, key="themes-unit"
        )
        with st.expander("More choices"):
            methods = {"graph": "By nearest neighbours, which is steady", "umap": "By UMAP and HDBSCAN"}
            method = st.radio(
                "How",
                list(methods),
                index=list(methods).index(last.method),
                format_func=methods.__getitem__,
                key="themes-method",
            )
            moderators = st.checkbox("Also what moderators say", last.moderators, key="themes-moderators")
            guided = st.checkbox(
                "Draw talk that is near a code towards it",
                last.guided,
                key="themes-guided",
                help="BERTopic's guided mode.",
            )
            outliers = st.checkbox("Leave outside what fits no theme", last.keep_outliers, key="themes-outliers")
            seed = st.number_input("Seed", 0, 2**31 - 1, last.seed, key="themes-seed")
        sought = st.form_submit_button(label, type="primary", disabled=who is None)
    if not sought or who is None:
        return
    try:
        settings = ThemeSettings(
            themes=int(number) or None,
            unit="turn" if unit == "turn" else "segment",
            method="umap" if method == "umap" else "graph",
            moderators=moderators,
            guided=guided,
            keep_outliers=outliers,
            seed=int(seed),
        )
    except CodingError as err:
        show_error(err)
        return
    search_of(str(project.path)).start(settings, by=who)
    session.rerun()


@st.fragment(run_every=1.0)
def show_progress(path: str) -> None:
    """Show how far the search has got, with a button to stop it."""
    search = search_of(path)
    status = search.status
    if not status.busy:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key="themes-progress"):
        text = "Stopping at the end of this step …" if search.stopping else doing(status)
        st.progress(min(1.0, status.done / status.of) if status.of else 0.0, text=plain(text))
        if st.button("Stop", icon=":material/stop_circle:", disabled=search.stopping, key="themes-stop"):
            search.stop()
