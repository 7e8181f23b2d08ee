"""Signing in at a provider, in a browser: who is let in, as whom, and who is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from coding.edits import SetMember, apply_edits
from coding.roles import CoderRole
from coding.store import Project
from tests.e2e.conftest import free_port, settled, start_app
from tests.e2e.oidc import CLIENT, SECRET, Provider, running


@dataclass(frozen=True, slots=True)
class Shared:
    """An app that a team shares."""

    url: str
    project: Path
    provider: Provider


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory, chromium: str, make_study: Callable[..., Path]
) -> Iterator[Shared]:
    """Run an app on one project where people sign in, and where Ada may begin a team."""
    home = tmp_path_factory.mktemp("shared")
    project = make_study(home / "Leaders.sqlite", coder="Whoever made it")
    port = free_port()
    with running() as provider:
        (home / ".streamlit").mkdir()
        (home / ".streamlit" / "secrets.toml").write_text(
            f"""
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "not so secret, but long enough for the tests"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
server_metadata_url = "{provider.url}/.well-known/openid-configuration"

[team]
leads = ["ada@example.org"]
"""
        )
        process, url = start_app(home, str(project), port=port, HOME=str(home))
        try:
            yield Shared(url, project, provider)
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture
def arrive(shared: Shared, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Return a function that signs somebody in, each in a browser of their own."""
    contexts: list[BrowserContext] = []

    def go(person: str) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 800}))
        page = contexts[-1].new_page()
        page.goto(shared.url)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name=person).click()
        page.wait_for_url(f"{shared.url}/**")
        settled(page)
        return page

    yield go
    for context in contexts:
        context.close()


def test_nothing_of_the_project_is_shown_before_somebody_signs_in(shared: Shared, page: Page):
    for name in ("", "review", "export", "people"):
        page.goto(f"{shared.url}/{name}")
        settled(page)
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        assert "Carol" not in page.content()
        assert page.get_by_role("link", name="Export").count() == 0


def test_who_the_secrets_name_leads_and_lets_others_in(shared: Shared, arrive):
    stranger = arrive("bo")
    expect(stranger.get_by_text("nobody leads this project yet", exact=False)).to_be_visible()
    impostor = arrive("cy")
    # An address that nobody has verified is no account.
    expect(impostor.get_by_text("your account, 1003", exact=False)).to_be_visible()

    ada = arrive("ada")
    expect(ada.get_by_role("button", name="Ada Okafor")).to_be_visible()
    with Project.open(shared.project) as project:
        assert [(m.coder, m.roles, m.account) for m in project.team().members] == [
            ("Ada Okafor", (CoderRole.LEAD,), "ada@example.org")
        ]

    stranger.get_by_role("button", name="Try again").click()
    expect(stranger.get_by_text("ask Ada Okafor", exact=False)).to_be_visible()
    assert "Carol" not in stranger.content()
    with Project.open(shared.project) as project:
        apply_edits(project, [SetMember("Bo L.", (CoderRole.RESEARCHER,), "BO@example.org")], coder="Ada Okafor")
    stranger.get_by_role("button", name="Try again").click()
    expect(stranger.get_by_role("button", name="Bo L.")).to_be_visible()
    expect(stranger.get_by_role("link", name="Review")).to_be_visible()

    # The name is not theirs to choose, and signing out closes the project.
    stranger.get_by_role("button", name="Bo L.").click()
    expect(stranger.get_by_text("In this project: researcher.")).to_be_visible()
    assert stranger.get_by_label("Your name").count() == 0
    stranger.get_by_role("button", name="Sign out").click()
    expect(stranger.get_by_role("button", name="Sign in")).to_be_visible()
    assert shared.provider.signed_in == ["bo", "cy", "ada"]
