"""Every page of the menu, with names and words that are markup: shown as typed, and without a serious fault of access.

The pages are those of the menu, so a page that is added is looked at without being named here.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from coding.edits import AddCoding, MarkReviewed, RejectSuggestion, SetAttributes, WriteMemo, apply_edits
from coding.model import Valence
from coding.store import Project
from coding.ui.shell import MENU
from tests.e2e.test_pages import serious
from tests.ui.conftest import HOSTILE, HOSTILE_BOOK, HOSTILE_TALK

PAGES = tuple("" if file == "study.py" else Path(file).stem for file, _, _ in MENU)
TITLES = {page: title for page, (_, title, _) in zip(PAGES, MENU, strict=True)}
MARKUP = ".katex, main img[src='x'], main em, main [style*='color: red'], main [data-testid='stException']"


@pytest.fixture
def study(tmp_path, make_study):
    """Return a study in which everything that people can type is markup."""
    path = make_study(tmp_path / "*x* $a$ $b$.sqlite", groups=HOSTILE_TALK, codebook=HOSTILE_BOOK, coder=HOSTILE[3])
    with Project.open(path) as project:
        for number, segment in enumerate(project.segments()):
            place = (segment.transcript_id, segment.start_char, segment.end_char)
            valence = (Valence.SHOWN, Valence.LACKING)[number % 2]
            for coder in (HOSTILE[3], HOSTILE[1], "Ada"):
                code = f"code-{(number + (coder == 'Ada')) % 5}"
                act = [AddCoding(*place, code, valence=valence, memo=HOSTILE[number]), MarkReviewed(*place)]
                apply_edits(project, act, coder=coder)
            apply_edits(project, [WriteMemo(f"segment:{segment.key}", HOSTILE[number])], coder=HOSTILE[0])
            apply_edits(project, [WriteMemo(f"flag:segment:{segment.key}", "flagged")], coder=HOSTILE[2])
            apply_edits(project, [RejectSuggestion(*place, f"code-{(number + 2) % 5}")], coder=HOSTILE[4])
        apply_edits(project, [WriteMemo("project", HOSTILE[0]), WriteMemo("code:code-1", HOSTILE[1])], coder=HOSTILE[2])
        for number, person in enumerate(project.participants()):
            apply_edits(project, [SetAttributes(person.id, ((HOSTILE[number], HOSTILE[number]),))], coder="Ada")
    return path


def look(page: Page) -> list[str]:
    """Return what is wrong with what is shown now."""
    wrong = [
        f"read as markup: {one}"
        for one in page.locator(MARKUP).evaluate_all("all => all.map((e) => e.outerHTML.slice(0, 200))")
    ]
    if page.evaluate("window.hacked !== undefined"):
        wrong.append("a script of a name ran")
    named = page.locator("[aria-label*='\\\\']").evaluate_all("all => all.map((e) => e.getAttribute('aria-label'))")
    return [*wrong, *(f"a name with backslashes: {name}" for name in named), *serious(page)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_shows_names_as_typed_and_has_no_serious_fault(visit, study, settle, page, scheme):
    page.on("dialog", lambda dialog: pytest.fail("a script of a name ran"))
    page.emulate_media(color_scheme=scheme)
    wrong: dict[str, list[str]] = {}
    for name in PAGES:
        visit(study, name, code="code-1")
        title = TITLES[name] if name else "*x* $a$ $b$"
        expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible()
        if name == "review":
            expect(page.locator(".fcr-seg.is-focus")).to_have_count(1, timeout=30_000)
        wrong[name] = look(page)
        tabs = page.get_by_role("main").get_by_role("tab")
        for at in range(1, tabs.count()):
            tabs.nth(at).click()
            settle(page)
            wrong[f"{name} {tabs.nth(at).inner_text()}"] = look(page)
    assert {name: found for name, found in wrong.items() if found} == {}


def test_every_page_without_a_project_helps_and_has_no_serious_fault(app, page, settle):
    wrong = {}
    for name in PAGES:
        page.goto(f"{app.url}/{name}")
        settle(page)
        if name:
            expect(page.get_by_role("main").get_by_text("No project is open")).to_be_visible()
        wrong[name] = look(page)
    assert {name: found for name, found in wrong.items() if found} == {}


def test_links_open_their_place_after_a_reload_too_and_a_bad_one_helps(visit, app, study, page, settle):
    with Project.open(study) as project:
        segment = project.segments()[-1]
    visit(study, "review", transcript=segment.transcript_id, segment=segment.key)
    there = page.locator(f"#fcr-seg-{segment.start_char}-{segment.end_char}[aria-selected=true]")
    expect(there).to_have_count(1, timeout=30_000)
    page.reload()
    expect(there).to_have_count(1, timeout=30_000)
    visit(study, "codebook", code="code-3")
    page.reload()
    settle(page)
    expect(page.get_by_role("heading", name=HOSTILE[3], exact=True)).to_be_visible()
    page.goto(f"{app.url}/codebook?project=nowhere&code=code-3")
    settle(page)
    expect(page.get_by_text("The link names a project that has not been opened on this machine.")).to_be_visible()
    expect(page.get_by_role("button", name="Go to the page Project")).to_be_visible()
