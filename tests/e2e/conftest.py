"""The real app in a process of its own, and a real browser."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from coding.ui.settings import FOLDER, project_tag

ROOT = Path(__file__).parents[2]
START_S = 60.0

# Generous, since a busy machine is no fault of the app; what is measured has its own figures.
expect.set_options(timeout=20_000)


def find_chromium() -> str | None:
    """Return the browser that is installed, if there is one."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


def pytest_configure(config: pytest.Config) -> None:
    """Let plugins for the browser be older in style than the newest pytest wants."""
    config.addinivalue_line("filterwarnings", "ignore:Session-scoped fixtures defined as instance methods")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of this folder talk to the app on this machine, whatever is forbidden to others."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.enable_socket)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the browser, or skip."""
    found = find_chromium()
    if found is None:
        reason = "no Chromium or Chrome is installed; install one to run the tests in a browser"
        if os.environ.get("FOCUS_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object], chromium: str) -> dict[str, object]:
    """Start the installed browser, quietly."""
    quiet = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
        "--disable-background-networking --disable-component-update --disable-sync"
    )
    return {**browser_type_launch_args, "executable_path": chromium, "args": quiet.split()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    """Give every page the screen of a small laptop."""
    return {**browser_context_args, "viewport": {"width": 1280, "height": 800}, "color_scheme": "light"}


@dataclass(frozen=True, slots=True)
class App:
    """The app as it runs.

    Attributes:
        url: Where it answers.
        home: The folder in which it keeps what it remembers.
    """

    url: str
    home: Path

    def link(self, project: Path, page: str = "", **query: str) -> str:
        """Return the address of a page on ``project``, and let the app know the project."""
        file = self.home / "config" / FOLDER / "interface.json"
        known = json.loads(file.read_text()) if file.exists() else {"coder": "Ada", "recent": []}
        if str(project) not in known["recent"]:
            known["recent"] = [str(project), *known["recent"]][:12]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(known))
        more = "".join(f"&{name}={value}" for name, value in query.items())
        return f"{self.url}/{page}?project={project_tag(project)}{more}"


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_app(
    home: Path, *arguments: str, port: int | None = None, **environment: str
) -> tuple[subprocess.Popen[bytes], str]:
    """Start the app, on a free port unless one is named, and wait until it answers; returns process and address."""
    port = port or free_port()
    env = {
        **os.environ,
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DOCUMENTS_DIR": str(home / "documents"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
        **environment,
    }
    options = ["--server.headless=true", f"--server.port={port}", "--", *arguments]
    with (home / "app.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", *options],
            cwd=ROOT,
            env=env,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return process, url
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    process.kill()
    process.wait()
    pytest.fail(f"the app did not start:\n{(home / 'app.log').read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[App]:
    """Run one app for all tests; each test opens a project of its own by :meth:`App.link`."""
    home = tmp_path_factory.mktemp("home")
    process, url = start_app(home)
    yield App(url, home)
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def settled(page: Page) -> None:
    """Wait until the page has been painted and no run of it is under way."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=30_000)


@pytest.fixture
def visit(app: App, page: Page) -> Callable[..., Page]:
    """Return a function that opens a page of the app on a project: ``visit(project, "codebook")``."""

    def go(project: Path, name: str = "", **query: str) -> Page:
        page.goto(app.link(project, name, **query))
        settled(page)
        return page

    return go


@pytest.fixture
def settle() -> Callable[[Page], None]:
    """Return :func:`settled` for tests to use."""
    return settled
