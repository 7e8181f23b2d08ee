"""Settling what two coders differ on, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from coding.edits import AddCoding, MarkReviewed, apply_edits
from coding.store import Project
from tests.e2e.test_pages import serious


@pytest.fixture
def apart(tmp_path, make_study):
    """Return a project in which two coders differ at two places."""
    path = make_study(tmp_path / "Leaders.sqlite")
    with Project.open(path) as project:
        segments = project.segments(project.transcripts()[0].id)
        for who, codes in (("Ada", ("calls-back", "open-in-a-crisis")), ("Ben", ("meets-customers", "calls-back"))):
            operations = [
                AddCoding(s.transcript_id, s.start_char, s.end_char, code, memo=f"so says {who}")
                for s, code in zip(segments[1:3], codes, strict=True)
            ]
            operations += [MarkReviewed(s.transcript_id, s.start_char, s.end_char) for s in segments]
            apply_edits(project, operations, coder=who)
    return path


def test_two_places_are_settled_one_after_the_other(visit, settle, apart, page: Page):
    visit(apart, "disagreements")
    expect(page.get_by_text("Place 1 of 2")).to_be_visible()
    expect(page.get_by_text("so says Ben").first).to_be_visible()
    assert serious(page) == []
    page.get_by_text("Ben's", exact=True).click()
    page.get_by_label("Why").fill("He went there.")
    page.get_by_role("button", name="Settle", exact=True).click()
    expect(page.get_by_text("Place 1 of 1")).to_be_visible()
    with Project.open(apart) as project:
        assert [(one.kept, one.reason) for one in project.settlements()] == [("Ben", "He went there.")]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Place 1 of 2")).to_be_visible()


def test_the_team_page_has_no_serious_fault(visit, apart, page: Page):
    visit(apart, "team")
    expect(page.get_by_text("Who codes what")).to_be_visible()
    assert serious(page) == []
