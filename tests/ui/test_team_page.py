"""What pages do once a team shares the project."""

from __future__ import annotations

from pathlib import Path

from coding.edits import AddCoding, SetMember, apply_edits
from coding.roles import CoderRole
from coding.store import Project

FACILITATOR, RESEARCHER, LEAD = CoderRole


def make_team(path: Path) -> None:
    members = [SetMember("Ada", (LEAD,)), SetMember("Bo", (RESEARCHER,)), SetMember("Cy", (FACILITATOR,))]
    with Project.open(path) as project:
        apply_edits(project, members, coder="Ada")
        segment = project.segments()[1]
        place = (segment.transcript_id, segment.start_char, segment.end_char)
        apply_edits(project, [AddCoding(*place, "calls-back")], coder="Bo")


def test_a_researcher_sees_what_an_export_would_hold_and_who_may_make_it(run, study):
    make_team(study)
    at = run(study, "export", coder="Bo")
    assert "this needs a lead" in at.info[0].value.replace("\\", "").lower()
    assert at.get("download_button")[-1].proto.disabled
    assert not run(study, "export", coder="Ada").info


def test_nothing_is_closed_without_a_team(run, study):
    at = run(study, "export", coder="Bo")
    assert not any(button.proto.disabled for button in at.get("download_button"))
