"""The findings report: made on the page Export, and read as the file that it is."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from coding.edits import AddCoding, apply_edits
from coding.store import Project


@pytest.fixture
def study(tmp_path, make_study):
    path = make_study(tmp_path / "Leaders.sqlite")
    with Project.open(path) as project:
        for coder in ("Ada", "Ben"):
            for s in project.segments()[1:6]:
                place = (s.transcript_id, s.start_char, s.end_char)
                apply_edits(project, [AddCoding(*place, "meets-customers")], coder=coder)
    return path


def test_the_report_is_made_and_reads_well_by_itself(visit, study, page, tmp_path):
    visit(study, "export")
    page.get_by_role("button", name="Findings report").click()
    page.get_by_label("Title", exact=True).fill("What leaders do")
    page.get_by_text("With everybody's names").click()
    page.get_by_role("button", name="Make the report").click()
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name="Page (HTML)").click()
    file = tmp_path / "report.html"
    waiting.value.save_as(file)

    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(file.as_uri())
        expect(page.get_by_role("heading", name="What leaders do")).to_be_visible()
        found = Axe().run(page).response["violations"]
        assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []
    assert set(asked) == {file.as_uri()}
    page.get_by_role("link", name="Limits").click()
    expect(page.get_by_role("heading", name="Limits")).to_be_in_viewport()
