import csv
import io
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from coding.codebook import load_codebook
from coding.edits import AddCoding, MarkReviewed, apply_edits
from coding.export import from_cell
from coding.store import Project
from tests.e2e.conftest import ROOT
from tests.ui.conftest import HOSTILE, HOSTILE_BOOK, HOSTILE_TALK


@pytest.fixture
def study(tmp_path, make_study):
    """Return a small project with some codings."""
    path = make_study(tmp_path / "Leaders.sqlite")
    with Project.open(path) as project:
        for number, code_id in ((1, "meets-customers"), (2, "learns-from-failure"), (3, "calls-back")):
            s = project.segments()[number]
            place = (s.transcript_id, s.start_char, s.end_char)
            apply_edits(project, [AddCoding(*place, code_id), MarkReviewed(*place)], coder="Ben")
    return path


def serious(page: Page) -> list[str]:
    """Return the serious faults that axe finds."""
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:200]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def download(page: Page, name: str) -> list[dict[str, str]]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    text = waiting.value.path().read_bytes().decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [{key: from_cell(value) for key, value in row.items()} for row in rows]


def test_the_app_paints_at_once_and_asks_nothing_of_the_network(app, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(app.url)
    expect(page.get_by_role("heading", name="Focus coding")).to_be_visible(timeout=10_000)
    page.wait_for_timeout(1000)
    assert [url for url in asked if not url.startswith((app.url, "data:", "blob:"))] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_code_has_no_serious_fault_while_it_is_changed_moved_and_compared(visit, study, settle, page, scheme):
    page.emulate_media(color_scheme=scheme)
    visit(study, "codebook", code="calls-back")
    faults = {}
    for role, name in (("button", "Change"), ("tab", "Move, merge, split, retire"), ("radio", "Versions")):
        page.get_by_role(role, name=name, exact=True).click()
        settle(page)
        faults[name] = serious(page)
    assert {name: found for name, found in faults.items() if found} == {}


def test_the_first_page_has_no_serious_fault(app, page, settle):
    page.goto(app.url)
    settle(page)
    assert serious(page) == []


def test_files_are_brought_in_through_the_browser(app, page, settle, tmp_path):
    page.goto(app.url)
    settle(page)
    page.get_by_label("Name of the project").fill("Brought in")
    if page.get_by_label("Your name").count():
        page.get_by_label("Your name").last.fill("Ada")
    page.get_by_text("Where it is kept").click()
    page.get_by_label("Folder", exact=True).fill(str(tmp_path))
    page.get_by_role("button", name="Make the project").click()
    expect(page.get_by_role("heading", name="Brought in")).to_be_visible()
    file = ROOT / "transcripts" / "group-1-retail.txt"
    sub = "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Bob Nash>She rang her own help line every Monday.</v>\n"
    page.locator("input[type=file]").set_input_files(
        [
            {"name": file.name, "mimeType": "text/plain", "buffer": file.read_bytes()},
            {"name": "short.vtt", "mimeType": "text/vtt", "buffer": sub.encode()},
            {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""},
        ]
    )
    expect(page.get_by_role("alert").filter(has_text="empty.txt")).to_be_visible()
    page.get_by_role("button", name="Import 2 files").click()
    expect(page.get_by_text("2 of 2 files imported.")).to_be_visible(timeout=120_000)
    with Project.open(tmp_path / "Brought in.sqlite") as project:
        assert [info.source_name for info in project.transcripts()] == ["group-1-retail.txt", "short.vtt"]
        assert project.transcripts()[0].turns > 120
        assert project.codebook().codable == load_codebook(ROOT / "codebook.yaml").codable
    page.reload()
    expect(page.get_by_role("heading", name="Brought in")).to_be_visible()
    expect(page.get_by_text("short", exact=True)).to_be_visible()


def test_the_export_is_downloaded_and_every_quotation_is_its_slice(visit, study):
    page = visit(study, "export")
    rows = download(page, "Download CSV")
    with Project.open(study) as project:
        text = project.text(project.transcripts()[0].id)
        assert [row["coding_id"] for row in rows] == [coding.id for coding in project.codings()]
    for row in rows:
        assert row["quotation"] == text[int(row["start_char"]) : int(row["end_char"])]
    page.get_by_role("button", name="Other formats").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Workbook").click()
    assert waiting.value.path().read_bytes().startswith(b"PK")
    page.keyboard.press("Escape")
    page.get_by_text("A row for each segment").click()
    expect(page.get_by_text("11 rows")).to_be_visible()
    assert [row["calls-back"] for row in download(page, "Download CSV")][:4] == ["0", "0", "0", "1"]


def test_a_code_is_found_changed_and_undone(visit, study, settle):
    page = visit(study, "codebook")
    page.get_by_role("searchbox", name="Search codes").fill("person")
    tree = page.get_by_role("tree", name="Codes")
    expect(tree.get_by_role("treeitem")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(tree.get_by_role("treeitem", selected=True)).to_have_text("Calls back in person1")
    expect(page.get_by_role("heading", name="Calls back in person")).to_be_visible()
    page.get_by_role("button", name="Change", exact=True).click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Rings $a$ back")
    page.get_by_role("button", name="Keep the changes").click()
    expect(page.get_by_role("heading", name="Rings $a$ back")).to_be_visible()
    page.get_by_role("searchbox", name="Search codes").fill("")
    expect(tree.get_by_role("treeitem", name="Rings $a$ back, 1 coding")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Calls back in person")).to_be_visible()
    with Project.open(study) as project:
        assert [edit.kind for edit in project.edits(coder="Ada")][-2:] == ["change-code", "undo"]


def test_a_quotation_leads_into_its_transcript(visit, study):
    page = visit(study, "codebook", code="calls-back")
    page.get_by_role("button", name="Show in transcript").click()
    expect(page).to_have_url(re.compile(r"/review\?.*transcript=.*segment="))


def test_a_quotation_becomes_an_example_by_one_click_and_the_version_can_be_read(visit, study, settle):
    page = visit(study, "codebook", code="calls-back")
    example = page.get_by_role("button", name=re.compile("^Make it an example: "))
    words = page.locator("blockquote").inner_text()
    example.focus()
    page.keyboard.press("Enter")
    expect(page.locator("ul.quoted li")).to_have_text(words)
    again = page.get_by_role("button", name=re.compile("^No longer an example: "))
    expect(again).to_be_visible()
    expect(again.or_(page.get_by_role("button", name="Show in transcript")).and_(page.locator(":focus"))).to_have_count(
        1
    )
    with Project.open(study) as project:
        assert project.codebook()["calls-back"].examples == (words,)
    page.get_by_text("Versions", exact=True).click()
    expect(page.locator(".change ins")).to_have_text(words)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download as YAML").click()
    assert words in load_codebook(waiting.value.path())["calls-back"].examples
    page.reload()
    settle(page)
    expect(page.locator(".change ins")).to_have_text(words)


def test_names_to_choose_from_are_shown_as_typed(visit, tmp_path, make_study):
    path = make_study(tmp_path / "*x* $a$ $b$.sqlite", groups=HOSTILE_TALK, codebook=HOSTILE_BOOK, coder=HOSTILE[3])
    with Project.open(path) as project:
        for number, segment in enumerate(project.segments()):
            where = (segment.transcript_id, segment.start_char, segment.end_char)
            apply_edits(project, [AddCoding(*where, f"code-{number % 5}")], coder=HOSTILE[number % 5])
    page = visit(path, "codebook", code="code-4")
    page.on("dialog", lambda dialog: pytest.fail("a script of a name ran"))
    for number, text in enumerate(HOSTILE):
        expect(page.get_by_role("tree").locator(f"#code-code-{number} .name")).to_have_text(text)
    expect(page.get_by_role("heading", name=HOSTILE[4])).to_have_text(HOSTILE[4])
    page.get_by_role("tab", name="Move").click()
    page.get_by_role("combobox", name="Into").click()
    for text in HOSTILE[:4]:
        expect(page.get_by_role("option", name=text, exact=True)).to_have_text(text)
    page = visit(path)
    expect(page.get_by_text(HOSTILE[0], exact=True)).to_be_visible()
    page.get_by_role("button", name="Speakers").click()
    page.get_by_role("combobox", name="Moderators").click()
    expect(page.get_by_role("option", name=HOSTILE[1], exact=True)).to_have_text(HOSTILE[1])
    assert page.locator(".katex, main img[src='x'], main em").count() == 0
