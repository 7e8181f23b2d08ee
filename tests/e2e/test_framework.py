"""The framework in a browser: order by dragging and by key, choose quotations, take back."""

import time

import pytest
from playwright.sync_api import Page, expect

from coding.edits import AddCoding, apply_edits
from coding.framework import read_framework
from coding.store import Project


@pytest.fixture
def study(tmp_path, make_study):
    path = make_study(tmp_path / "Leaders.sqlite")
    with Project.open(path) as project:
        for s in project.segments()[1:6]:
            place = (s.transcript_id, s.start_char, s.end_char)
            apply_edits(project, [AddCoding(*place, "meets-customers")], coder="Ben")
    return path


def shape(path):
    with Project.open(path) as project:
        return {c.id: [b.id for b in c.behaviours] for c in read_framework(project).clusters}


def chosen(path):
    with Project.open(path) as project:
        found = read_framework(project).behaviour("meets-customers").quotations
        return None if found is None else [project.text(q.transcript_id)[q.start_char : q.end_char] for q in found]


def row(page: Page, name: str):
    return page.get_by_role("treeitem", name=name)


def test_behaviours_are_ordered_by_dragging_and_by_key(visit, study, settle):
    page = visit(study, "framework")
    row(page, "Calls back in person").drag_to(row(page, "Open in a crisis"), target_position={"x": 60, "y": 4})
    expect(page.get_by_text("Moved Calls back in person to Learning").first).to_be_visible()
    settle(page)
    moved = ["learns-from-failure", "calls-back", "open-in-a-crisis"]
    assert shape(study) == {"closeness": ["meets-customers"], "learning": moved}

    row(page, "Learns from failure").click()
    settle(page)
    tree = page.get_by_role("tree", name="Framework")
    tree.press("Alt+ArrowDown")
    expect(page.get_by_text("Your last edit: Moved Learns from failure")).to_be_visible()
    settle(page)
    assert shape(study)["learning"] == ["calls-back", "learns-from-failure", "open-in-a-crisis"]
    expect(page.get_by_role("paragraph").get_by_text("Wants to know what went wrong.")).to_be_visible()

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Your last edit: Moved Calls back in person to Learning")).to_be_visible()
    assert shape(study)["learning"] == moved


def test_clusters_are_ordered_by_key(visit, study, settle):
    page = visit(study, "framework")
    row(page, "Learning, cluster").click()
    settle(page)
    page.get_by_role("tree", name="Framework").press("Alt+ArrowUp")
    expect(page.get_by_text("Your last edit: Moved the cluster Learning")).to_be_visible()
    assert list(shape(study)) == ["learning", "closeness"]


def test_quotations_are_chosen_and_ordered(visit, study, settle):
    page = visit(study, "framework", behaviour="meets-customers")
    page.get_by_role("tab", name="Quotations").click()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(3)
    page.get_by_role("checkbox", checked=True).first.click()
    expect(page.get_by_text("Your last edit: Wrote about Meets customers: quotations")).to_be_visible()
    settle(page)
    kept = chosen(study)
    assert kept
    page.get_by_role("button", name="Move down").first.click()
    expect(page.get_by_role("button", name="Take the proposed ones again")).to_be_visible()
    wanted = [kept[1], kept[0], *kept[2:]]
    end = time.monotonic() + 20
    while chosen(study) != wanted and time.monotonic() < end:
        page.wait_for_timeout(100)
    assert chosen(study) == wanted
    page.get_by_role("button", name="Show in transcript").first.click()
    page.wait_for_url("**/review**")
