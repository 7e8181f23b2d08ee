"""Themes in a browser: explore the map, open a quotation in Review, make a theme a code and take it back."""

import pytest
from playwright.sync_api import expect

from coding.store import Project
from tests.e2e.test_pages import serious
from tests.themed import set_themes


@pytest.fixture
def study(tmp_path, make_study):
    path = make_study(tmp_path / "Leaders.sqlite")
    with Project.open(path) as project:
        set_themes(project)
    return path


def test_a_point_of_the_map_shows_its_quotation_and_opens_it_in_review(visit, study, settle):
    page = visit(study, "themes")
    page.get_by_role("tab", name="Map").click()
    points = page.locator(".js-plotly-plot .points path")
    with Project.open(study) as project:
        expect(points).to_have_count(len(project.segments()))
    settle(page)
    points.nth(2).hover(force=True)
    expect(page.locator(".hoverlayer .hovertext").first).to_contain_text("Phones")
    points.nth(2).click(force=True)
    expect(page.get_by_role("heading", name="Review")).to_be_visible()
    assert "segment=" in page.url
    page.go_back()
    expect(page.get_by_role("heading", name="Themes")).to_be_visible()
    settle(page)
    expect(page.get_by_role("tab", name="Map")).to_be_visible()


def test_a_theme_becomes_a_code_and_is_taken_back(visit, study, settle):
    page = visit(study, "themes")
    page.get_by_role("button", name="Make it a code").click()
    page.get_by_label("Name of the code").fill("Rings the help line")
    page.get_by_label("Definition").fill("Calls as a customer would.")
    page.get_by_role("button", name="Make the code").click()
    expect(page.get_by_text("Your last edit: Made the theme")).to_be_visible()
    settle(page)
    with Project.open(study) as project:
        assert len(project.codebook()["rings-the-help-line"].examples) == 3
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Your last edit: Made the theme")).to_have_count(0)
    settle(page)
    with Project.open(study) as project:
        assert project.theme_decisions() == {}
        assert "rings-the-help-line" not in project.codebook()


@pytest.mark.parametrize("tab", ["What your codebook misses", "Over groups and time", "Tree", "Saturation"])
def test_no_part_of_the_page_has_a_serious_fault(visit, study, settle, tab):
    page = visit(study, "themes")
    page.get_by_role("tab", name=tab).click()
    settle(page)
    page.wait_for_timeout(500)
    assert serious(page) == []
