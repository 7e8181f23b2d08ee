import io
import zipfile

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from coding.edits import AddCoding, WriteMemo, apply_edits
from coding.edits.codebook import ChangeCode
from coding.export import export
from coding.store import Project
from tests.e2e.test_import import at_rest


def serious(page):
    """Return the serious faults that axe finds in the page itself; the menu beside it is tested elsewhere."""
    found = Axe().run(page, context={"include": [["[data-testid=stMain]"]]}).response["violations"]
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in found if fault["impact"] in ("serious", "critical")]


@pytest.fixture
def back(tmp_path, make_study):
    """Send a study out, and change a code and a memo on both sides."""
    path = make_study(tmp_path / "Leaders.sqlite")
    with Project.open(path) as project:
        info = project.transcripts()[0]
        segment = project.segments(info.id)[1]
        place = info.id, segment.start_char, segment.end_char
        apply_edits(project, [WriteMemo("project", "Noisy."), AddCoding(*place, "calls-back")], coder="Ada")
        export(project, tmp_path / "sent.qdpx")
        ours = [ChangeCode("calls-back", name="<b>Ours</b> $a$"), WriteMemo("project", "Ours *x*")]
        apply_edits(project, ours, coder="Ada")
    buffer = io.BytesIO()
    with zipfile.ZipFile(tmp_path / "sent.qdpx") as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode().replace('name="Calls back in person"', 'name="Theirs"')
            new.writestr(name, text.replace("Noisy.", "Calm.").replace("(focus-coding", "(another tool"))
    return path, buffer.getvalue()


def test_a_study_that_comes_back_is_asked_about_and_imported(visit, back):
    path, data = back
    page = visit(path, "exchange")
    page.locator("input[type=file]").set_input_files(
        [{"name": "back.qdpx", "mimeType": "application/octet-stream", "buffer": data}]
    )
    expect(page.get_by_text("Changed on both sides: 2")).to_be_visible()
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    expect(page.get_by_text("<b>Ours</b> $a$", exact=True)).to_be_visible()
    expect(page.get_by_text("Ours *x*", exact=True)).to_be_visible()
    at_rest(page)
    assert serious(page) == []
    name = page.locator(".st-key-exchange-question-0")
    name.get_by_text("Take theirs", exact=True).click()
    expect(page.get_by_text("1 place to decide before it can be imported.")).to_be_visible()
    page.locator(".st-key-exchange-question-1").get_by_text("Keep ours", exact=True).click()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Imported.", exact=True)).to_be_visible(timeout=60_000)
    at_rest(page)
    assert serious(page) == []
    with Project.open(path) as project:
        assert project.codebook()["calls-back"].name == "Theirs"
        assert [memo.text for memo in project.memos("project")] == ["Ours *x*"]
