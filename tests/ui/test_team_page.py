"""What pages do once a team shares the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from coding.consensus import find_differences, settle
from coding.edits import AddCoding, Assign, MarkReviewed, SetMember, apply_edits
from coding.roles import CoderRole
from coding.store import Project
from coding.ui import session

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


def test_who_codes_blind_sees_no_rows_of_others_in_an_export_that_is_closed(run, study):
    make_team(study)
    with Project.open(study) as project:
        apply_edits(project, [Assign(project.transcripts()[0].id, "Bo", blind=True)], coder="Ada")
    at = run(study, "export", coder="Bo")
    assert not at.dataframe
    assert any("review blind" in info.value for info in at.info)


def test_nothing_is_closed_without_a_team(run, study):
    at = run(study, "export", coder="Bo")
    assert not any(button.proto.disabled for button in at.get("download_button"))


# the page Team


def test_a_team_begins_with_whoever_says_so(run, study):
    at = run(study, "team")
    assert any("may do everything" in text.value for text in at.text)
    at.button(key="team-keep").click().run()
    with Project.open(study) as project:
        assert project.team().leads == ("Ada",)
    assert not at.exception


def test_who_leads_adds_changes_and_removes(run, study):
    make_team(study)
    at = run(study, "team")
    at.selectbox(key="team-name").set_value("Cy").run()
    roles = next(field for field in at.multiselect if str(field.key).startswith("roles-"))
    roles.set_value([RESEARCHER, FACILITATOR])
    next(field for field in at.text_input if str(field.key).startswith("account-")).set_value("cy@example.org")
    at.button(key="team-keep").click().run()
    with Project.open(study) as project:
        member = project.team().find("Cy")
        assert member is not None
        assert (member.roles, member.account) == ((FACILITATOR, RESEARCHER), "cy@example.org")
    at.selectbox(key="team-name").set_value("Bo").run()
    at.button(key="team-remove").click().run()
    with Project.open(study) as project:
        assert project.team().find("Bo") is None


def test_who_does_not_lead_reads_the_team_and_changes_nothing(run, study):
    make_team(study)
    at = run(study, "team", coder="Bo")
    assert "needs a lead" in at.info[0].value
    assert len(at.dataframe) == 1
    assert [button.label for button in at.button if button.label not in ("Undo", "Redo", "Keep")] == []


def test_drawing_assigns_and_is_undone(run, study):
    at = run(study, "team")
    at.multiselect(key="draw-coders").set_value(["Ada"]).run()
    assert "takes two people" in at.error[0].value
    with Project.open(study) as project:
        segment = project.segments()[1]
        apply_edits(
            project, [AddCoding(segment.transcript_id, segment.start_char, segment.end_char, "calls-back")], coder="Bo"
        )
    at = run(study, "team")
    at.multiselect(key="draw-coders").set_value(["Ada", "Bo"]).run()
    at.button(key="draw-keep").click().run()
    with Project.open(study) as project:
        assert len(project.assignments()) == 3
        assert sum(one.blind for one in project.assignments()) == 2
    at.button(key="undo-team").click().run()
    with Project.open(study) as project:
        assert project.assignments() == []


def test_assigning_by_hand_and_taking_back(run, study):
    at = run(study, "team")
    with Project.open(study) as project:
        first = project.transcripts()[0].id
    at.multiselect(key="hand-transcripts").set_value([first])
    at.selectbox(key="hand-coder").set_value("Ada")
    at.checkbox(key="hand-blind").check().run()
    at.button(key="hand-assign").click().run()
    with Project.open(study) as project:
        assert [(one.transcript_id, one.coder, one.blind) for one in project.assignments()] == [(first, "Ada", True)]
    at.button(key="hand-take").click().run()
    with Project.open(study) as project:
        assert project.assignments() == []


# other pages


def test_what_is_assigned_stands_on_the_first_page_and_is_coded_blind(run, study):
    with Project.open(study) as project:
        first = project.transcripts()[0]
        apply_edits(project, [Assign(first.id, "Ada", blind=True)], coder="Bo")
    at = run(study)
    assert any("assigned to you" in text.value for text in at.markdown)
    assert any(text.value == "Assigned to Ada (blind)." for text in at.text)
    at = run(study, "review", transcript=first.id)
    toggle = at.toggle(key=f"review-blind-{first.id}")
    assert (toggle.value, toggle.disabled) == (True, True)
    with Project.open(study) as project:
        assert session.is_blind(project, "Ada")
        assert not session.is_blind(project, "Bo")


def test_pages_say_what_a_role_does_not_do(run, study):
    make_team(study)
    for page, who, need in (
        ("review", "Cy", "researcher"),
        ("codebook", "Cy", "researcher"),
        ("people", "Bo", "facilitator"),
        ("exchange", "Bo", "lead"),
        (None, "Bo", "facilitator"),
    ):
        at = run(study, page, coder=who)
        assert any(f"needs a {need}" in info.value for info in at.info), page


# the page Disagreements


@pytest.fixture
def apart(study):
    """Let Ada and Bo finish a transcript and differ at one place of it."""
    with Project.open(study) as project:
        first = project.transcripts()[0].id
        segments = project.segments(first)
        for who, code_id in (("Ada", "calls-back"), ("Bo", "meets-customers")):
            where = segments[1]
            operations = [AddCoding(where.transcript_id, where.start_char, where.end_char, code_id, memo="heard so")]
            operations += [MarkReviewed(s.transcript_id, s.start_char, s.end_char) for s in segments]
            apply_edits(project, operations, coder=who)
    return study


def test_where_coders_differ_stands_side_by_side_and_is_settled(run, apart):
    at = run(apart, "disagreements")
    assert any("differ at 1. That makes 1 place" in text.value for text in at.text)
    key = next(radio.key for radio in at.radio if radio.key.startswith("choice-")).removeprefix("choice-")
    at.button(key=f"settle-{key}").click().run()
    assert any("say why" in info.value for info in at.info)
    at.radio(key=f"choice-{key}").set_value("keep Bo").run()
    at.text_area(key=f"reason-{key}").set_value("He met them there.").run()
    at.button(key=f"settle-{key}").click().run()
    assert not at.exception
    with Project.open(apart) as project:
        done = project.settlements()[0]
        assert (done.kept, done.reason, done.set_by) == ("Bo", "He met them there.", "Ada")
    assert any("Nothing is left" in text.value for text in at.success)
    at.button(key="undo-disagreements").click().run()
    with Project.open(apart) as project:
        assert project.settlements() == []


def test_another_code_is_chosen(run, apart):
    at = run(apart, "disagreements")
    key = next(radio.key for radio in at.radio if radio.key.startswith("choice-")).removeprefix("choice-")
    at.radio(key=f"choice-{key}").set_value("another").run()
    at.selectbox(key=f"another-{key}").set_value("learns-from-failure")
    at.text_area(key=f"reason-{key}").set_value("Both were wrong.").run()
    at.button(key=f"settle-{key}").click().run()
    with Project.open(apart) as project:
        assert [one.code_id for one in project.settlements()[0].outcome] == ["learns-from-failure"]


def test_who_does_not_lead_sees_differences_and_settles_none(run, apart):
    make_team(apart)
    at = run(apart, "disagreements", coder="Bo")
    assert "needs a lead" in at.info[0].value
    assert not at.radio


def test_nothing_in_common_is_said(run, study):
    at = run(study, "disagreements")
    assert "No place has been finished by two coders" in at.info[0].value


# pages that choose the consensus, or tell of differences


def test_the_export_page_offers_the_consensus_once_two_have_coded(run, study, apart):
    at = run(apart, "export")
    at.radio(key="export-layer").set_value("consensus").run()
    assert any("differ at 1 segment" in info.value for info in at.info)
    with Project.open(apart) as project:
        where = find_differences(project).places[0]
        apply_edits(project, [settle(where, "keep", reason="so", coder="Bo")], coder="Ada")
    at = run(apart, "export")
    at.radio(key="export-layer").set_value("consensus").run()
    assert not at.info
    assert list(at.dataframe[0].value["coder"]) == ["consensus"]
    assert list(at.dataframe[0].value["code_id"]) == ["meets-customers"]


def test_the_agreement_page_compares_with_the_consensus_once_there_is_one(run, apart):
    assert "consensus" not in run(apart, "agreement").multiselect(key="agreement-coders").options
    with Project.open(apart) as project:
        where = find_differences(project).places[0]
        apply_edits(project, [settle(where, "keep", reason="so", coder="Bo")], coder="Ada")
    at = run(apart, "agreement")
    at.multiselect(key="agreement-coders").set_value(["Ada", "consensus"]).run()
    assert any("own work" in info.value for info in at.info)


def test_the_codebook_tells_which_definitions_coders_read_in_different_ways(run, apart):
    at = run(apart, "codebook")
    assert list(at.dataframe[0].value["Coders differ at"]) == ["1 of 1 place"] * 2
    at = run(apart, "codebook", code="calls-back")
    assert any("Coders differ on this code at 1 of the 1 place" in text.value for text in at.text)
    assert not any("Coders differ" in text.value for text in run(apart, "codebook", code="learns-from-failure").text)
    with Project.open(apart) as project:
        project.set_setting(session.blind_setting("Ada"), "1")
    assert not any("Coders differ" in text.value for text in run(apart, "codebook", code="calls-back").text)


def test_a_second_time_is_kept_apart_and_blind(run, study):
    at = run(study, "review", coder="Ada")
    at.checkbox(key="code-again").check().run()
    toggle = next(toggle for toggle in at.toggle if toggle.label == "Blind")
    assert (toggle.value, toggle.disabled) == (True, True)
    at.checkbox(key="code-again").uncheck().run()
    assert not next(toggle for toggle in at.toggle if toggle.label == "Blind").disabled
