"""The app without a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from coding.model import Code, Codebook
from coding.ui import session, settings

ROOT = Path(__file__).parents[2]

HOSTILE = ("<img src=x onerror=alert(1)>", "$a$ cost $b$", ":red[x]", "*x* _y_ `z`", ":smile: -> :material/home:")
"""Names that a page might interpret in place of showing them."""

HOSTILE_BOOK = Codebook(
    HOSTILE[1],
    codes=tuple(
        Code(f"code-{number}", name, definition=name, include=(name,), examples=(name,), colour="#336699", source=name)
        for number, name in enumerate(HOSTILE)
    ),
)

HOSTILE_TALK = {HOSTILE[0]: "".join(f"{name.replace(': ', ' ')}: I say {name} twice.\n" for name in HOSTILE)}


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep what the app remembers, and where it puts new projects, inside the test."""
    monkeypatch.setattr(settings, "settings_file", lambda: tmp_path / "config" / "interface.json")
    monkeypatch.setattr(settings, "projects_folder", lambda: tmp_path / "projects")
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no page begin to load the language model."""
    monkeypatch.setattr("coding.ui.jobs.Desk._refresh", lambda self, step: setattr(self, "_seen", self._mark()))


@pytest.fixture
def run(no_model: None) -> Callable[..., AppTest]:
    """Return a function that runs a page of the app on a project: ``run(project, "codebook")``."""

    def go(project: Path | None, page: str | None = None, *, coder: str | None = "Ada", **query: str) -> AppTest:
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20)
        at.session_state[session._PROJECT] = None if project is None else str(project)
        at.session_state[session._CODER] = coder
        for name, value in query.items():
            at.query_params[name] = value
        if page is not None:
            at.run()
            at.switch_page(f"coding/ui/pages/{page}.py")
        at.run()
        assert not at.exception, at.exception[0].stack_trace
        return at

    return go


@pytest.fixture
def study(tmp_path: Path, make_study: Callable[..., Path]) -> Path:
    """Return a small project."""
    return make_study(tmp_path / "Leaders.sqlite")


@pytest.fixture
def hostile_study(tmp_path: Path, make_study: Callable[..., Path]) -> Path:
    """Return a project whose names and words are markup."""
    return make_study(tmp_path / "hostile.sqlite", groups=HOSTILE_TALK, codebook=HOSTILE_BOOK, coder=HOSTILE[3])
