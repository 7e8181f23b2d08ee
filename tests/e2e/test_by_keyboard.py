"""The whole review without a mouse: from opening the app to a finished transcript, by keys alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from coding.edits import SetCodebook, apply_edits
from coding.model import Code, Codebook, Evidence, Origin, Segment, State, Suggestion, Valence
from coding.store import Project
from tests.conftest import transcript
from tests.e2e.test_review import be, quiet_app, saved

__all__ = ["quiet_app"]

TALK = {
    "First": "MODERATOR: Tell me more.\nBob: She rang her own help line. Nobody else did.\nAnn: He hid in his office.\n"
    "Bob: He wrote to every tenant himself. We kept the letter.\n",
    "Second": "MODERATOR: And then?\nAnn: She said sorry at once.\n",
}
CODES = Codebook(
    "Leaders",
    codes=(
        Code("tries", "Tries the service", definition="Uses the service.", colour="#0b6264"),
        Code("early", "Tells customers early", colour="#b5572a"),
    ),
)


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "Leaders.sqlite"
    with Project.open(path, create=True) as project:
        apply_edits(project, [SetCodebook(CODES)], coder="Ada")
        for name, text in TALK.items():
            source = transcript(name, text)
            segments, found = [], []
            for turn in source.turns:
                for piece in re.finditer(r"\S.*?[.?!](?=\s|$)", source.words_of(turn)):
                    place = (turn.start_char + piece.start(), turn.start_char + piece.end())
                    segments.append(Segment(source.id, turn.index, *place))
                    if turn.speaker == "MODERATOR":
                        continue
                    for code, chance, state in (("tries", 0.9, State.SUGGESTED), ("early", 0.4, State.UNSURE)):
                        terms = (Evidence(chance, "example", "An example."), Evidence(0.0, "other"))
                        found.append(Suggestion(source.id, *place, code, chance, chance, state, Valence.SHOWN, terms))
            project.add_transcript(source, segments, by="Ada")
            project.set_suggestions(source.id, found)
    return path


def tab_to(page: Page, name: str, *, most: int = 80) -> None:
    """Press Tab until what has the focus is called ``name``."""
    for _ in range(most):
        page.keyboard.press("Tab")
        said = page.evaluate(
            """() => {
              let one = document.activeElement;
              while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
              return (one?.getAttribute('aria-label') || one?.textContent || '').trim();
            }"""
        )
        if said == name or said.endswith(f" {name}") or re.fullmatch(rf"\w+{re.escape(name)}", said):
            return
    pytest.fail(f"{name!r} cannot be reached by Tab; the last stop was {said!r}")


def test_a_transcript_is_reviewed_from_opening_the_app_to_its_end_without_a_mouse(page, quiet_app, study):
    be(quiet_app, "Ada")
    page.goto(quiet_app.link(study))
    expect(page.get_by_role("heading", name="Leaders", level=1)).to_be_visible(timeout=30_000)
    tab_to(page, "Review")
    page.keyboard.press("Enter")
    box = page.get_by_role("listbox", name="Transcript segments")
    expect(page.locator(".fcr-seg.is-focus")).to_have_count(1, timeout=30_000)
    page.wait_for_function("window.focusReviewApp.answered")
    if not box.evaluate("one => one === document.activeElement"):
        tab_to(page, "Transcript segments")
    expect(box).to_be_focused()
    focused = page.locator("[role=option][aria-selected=true]")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="All keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_focused()

    # Accept one, reject one, then take the rejection back and do it again.
    expect(focused).to_have_text("She rang her own help line.")
    page.keyboard.press("a")
    expect(focused).to_have_text("Nobody else did.")
    page.keyboard.press("x")
    saved(page)
    page.keyboard.press("u")
    saved(page)
    with Project.open(study) as project:
        assert project.rejections() == []
    page.keyboard.press("Shift+U")
    saved(page)

    # A code that is new, by the palette; then the first words as a code of their own.
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("j")
    expect(focused).to_have_text("He hid in his office.")
    page.keyboard.press("+")
    page.keyboard.type("Hides away")
    page.keyboard.press("Enter")
    saved(page)
    page.keyboard.press("j")
    expect(focused).to_have_text("He wrote to every tenant himself.")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("i")
    saved(page)

    # Other words of the same segment get a code that is there, and the coding a memo and another valence.
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("c")
    page.keyboard.type("early")
    page.keyboard.press("Enter")
    saved(page)
    page.keyboard.press("o")
    page.keyboard.press("m")
    expect(page.get_by_role("textbox", name="Memo")).to_be_focused()
    page.keyboard.type("Ask Bob for the letter")
    page.keyboard.press("Control+Enter")
    saved(page)
    page.keyboard.press("f")
    saved(page)

    # Finish what is left.
    page.keyboard.press("Home")
    for _ in range(12):
        page.keyboard.press("n")
        if page.locator(".fcr-left-count").inner_text() == "Nothing left":
            break
        page.keyboard.press("Enter")
        saved(page)
    expect(page.locator(".fcr-left-count")).to_have_text("Nothing left")
    with Project.open(study) as project:
        first = project.transcripts()[0].id
        text = project.text(first)
        found = {(text[c.start_char : c.end_char], project.codebook()[c.code_id].name) for c in project.codings(first)}
        assert ("She rang her own help line.", "Tries the service") in found
        assert ("He hid in his office.", "Hides away") in found
        assert ("He wrote", "He wrote") in found
        assert {c.origin for c in project.codings(first, code_id="tries")} == {Origin.ACCEPTED}
        assert "Ask Bob for the letter" in [c.memo for c in project.codings(first)] + [m.text for m in project.memos()]
        assert len(project.rejections(first)) == 1
        assert any(memo.target.startswith("flag:") for memo in project.memos())

    # The next transcript, by the field that chooses it.
    there = """() => {
      const one = document.activeElement;
      return one.getAttribute('role') === 'combobox' && one.getAttribute('aria-label').includes('Transcript');
    }"""
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        if page.evaluate(there):
            break
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".fcr-seg", has_text="She said sorry at once.")).to_have_count(1, timeout=30_000)
    page.wait_for_function("window.focusReviewApp.answered && window.focusReviewApp.model.segs.length === 2")
    if not box.evaluate("one => one === document.activeElement"):
        tab_to(page, "Transcript segments")
    expect(focused).to_have_text("She said sorry at once.")
    page.keyboard.press("a")
    saved(page)
    with Project.open(study) as project:
        assert [c.code_id for c in project.codings(project.transcripts()[1].id)] == ["tries"]
