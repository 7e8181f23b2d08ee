"""Roles bite once somebody leads the team, and nobody gets round them."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import coding
from coding.edits import (
    AddCoding,
    MarkReviewed,
    RemoveMember,
    SetAttributes,
    SetCodebook,
    SetMember,
    WriteMemo,
    apply_edits,
    redo,
    undo,
)
from coding.edits.imported import ImportCodings
from coding.errors import EditError, RoleError
from coding.interchange.place import place_study
from coding.interchange.study import Study
from coding.model import Segment
from coding.pipeline import import_files, paths
from coding.roles import CoderRole, Team
from coding.store import Project
from tests.small import CODEBOOK, make_transcript

FACILITATOR, RESEARCHER, LEAD = CoderRole


@pytest.fixture
def team(study: Project) -> Project:
    """Return a study that Ada leads, Bo researches and Cy facilitates."""
    members = [SetMember("Ada", (LEAD,)), SetMember("Bo", (RESEARCHER,)), SetMember("Cy", (FACILITATOR,))]
    apply_edits(study, members, coder="Ada")
    return study


def first(project: Project) -> Segment:
    return project.segments()[1]


def add(project: Project, code="tries-service") -> AddCoding:
    where = first(project)
    return AddCoding(where.transcript_id, where.start_char, where.end_char, code)


def operations():
    """Return every class of the package that is an operation."""
    for found in pkgutil.walk_packages(coding.__path__, "coding."):
        if found.name.startswith(("coding.ui.pages", "coding.__main__")):
            continue
        module = importlib.import_module(found.name)
        for _, item in inspect.getmembers(module, inspect.isclass):
            if item.__module__ == found.name and isinstance(getattr(item, "kind", None), str) and hasattr(item, "plan"):
                yield item


def test_every_operation_says_which_role_it_needs():
    found = list(operations())
    assert len(found) >= 25
    silent = [item.__name__ for item in found if "needs" not in vars(item)]
    assert silent == []
    assert {vars(item)["needs"] for item in found} == {None, *CoderRole}


def test_every_operation_stands_where_undo_looks_for_what_it_needs():
    astray = [item.__name__ for item in operations() if not item.__module__.startswith("coding.edits.")]
    assert astray == []


def test_kinds_of_edits_are_told_apart():
    kinds = [vars(item)["kind"] for item in operations()]
    assert sorted(set(kinds)) == sorted(kinds)


def test_without_a_team_everybody_may_do_everything(study: Project):
    apply_edits(study, [add(study), WriteMemo("project", "x"), SetCodebook(CODEBOOK)], coder="Somebody")
    study.add_transcript(make_transcript(name="more"), [], by="Somebody else")
    assert [c.coder for c in study.codings()] == ["Somebody"]
    assert study.team() == Team()


def test_the_first_member_has_to_lead(study: Project):
    with pytest.raises(EditError, match="begins with somebody who leads"):
        apply_edits(study, [SetMember("Bo", (RESEARCHER,))], coder="Bo")
    assert study.team() == Team()


@pytest.mark.parametrize(("who", "what"), [("Bo", "researcher"), ("Cy", "facilitator")])
def test_only_who_leads_changes_the_team(team: Project, who: str, what: str):
    with pytest.raises(RoleError, match=f"this needs a lead, and {who} is a {what} here; ask Ada"):
        apply_edits(team, [SetMember(who, (LEAD,))], coder=who)
    assert team.team().leads == ("Ada",)


def test_a_stranger_does_nothing_and_is_told_whom_to_ask(team: Project):
    with pytest.raises(RoleError, match="Di is not in the team of this project; ask Ada, who leads it"):
        apply_edits(team, [WriteMemo("project", "hello")], coder="Di")
    assert "Di" not in team.coders()


def test_a_researcher_codes_and_a_facilitator_does_not(team: Project):
    apply_edits(team, [add(team)], coder="Bo")
    with pytest.raises(RoleError, match="needs a researcher"):
        apply_edits(team, [add(team)], coder="Cy")
    assert [c.coder for c in team.codings()] == ["Bo"]


def test_a_facilitator_looks_after_participants_and_a_researcher_does_not(team: Project):
    person = team.participants()[0].id
    apply_edits(team, [SetAttributes(person, (("sector", "rail"),))], coder="Cy")
    with pytest.raises(RoleError, match="needs a facilitator"):
        apply_edits(team, [SetAttributes(person, (("sector", "bank"),))], coder="Bo")
    assert dict(team.participants()[0].attributes) == {"sector": "rail"}


def test_every_member_may_write_a_memo(team: Project):
    for who in ("Ada", "Bo", "Cy"):
        apply_edits(team, [WriteMemo("project", f"by {who}")], coder=who)
    assert [memo.coder for memo in team.memos("project")] == ["Ada", "Bo", "Cy"]


def test_who_leads_may_do_everything(team: Project):
    person = team.participants()[0].id
    apply_edits(team, [add(team), SetAttributes(person, (("sector", "rail"),))], coder="Ada")
    assert len(team.codings(coder="Ada")) == 1


def test_a_person_may_have_two_roles(team: Project):
    apply_edits(team, [SetMember("Cy", (RESEARCHER, FACILITATOR))], coder="Ada")
    apply_edits(team, [add(team)], coder="Cy")
    member = team.team().find("Cy")
    assert member is not None
    assert member.roles == (FACILITATOR, RESEARCHER)


def test_one_operation_that_is_not_allowed_stops_the_whole_act(team: Project):
    person = team.participants()[0].id
    rev = team.rev()
    with pytest.raises(RoleError):
        apply_edits(team, [add(team), SetAttributes(person, (("a", "b"),))], coder="Bo")
    assert team.codings() == []
    assert team.rev() == rev


def test_transcripts_are_brought_in_by_facilitators_only(team: Project, tmp_path):
    more = make_transcript(name="more")
    with pytest.raises(RoleError, match="needs a facilitator"):
        team.add_transcript(more, [], by="Bo")
    file = tmp_path / "talk.txt"
    file.write_text("Ann: I said so.\nBob: You did, you did.\n", encoding="utf-8")
    with pytest.raises(RoleError, match="needs a facilitator"):
        import_files(team, paths([file]), by="Bo")
    assert import_files(team, paths([file]), by="Cy")[0].status == "imported"
    team.add_transcript(more, [], by="Ada")
    assert len(team.transcripts()) == 3


def test_a_study_of_another_tool_is_brought_in_by_who_leads(team: Project):
    with pytest.raises(RoleError, match="needs a lead"):
        place_study(team, Study("other"), by="Cy", file="other.qdpx")
    with pytest.raises(RoleError, match="needs a lead"):
        apply_edits(team, [ImportCodings(first(team).transcript_id, ())], coder="Bo")


def test_undo_and_redo_need_the_role_that_the_act_needed(team: Project):
    apply_edits(team, [add(team)], coder="Bo")
    undo(team, coder="Bo")
    apply_edits(team, [SetMember("Bo", (FACILITATOR,))], coder="Ada")
    with pytest.raises(RoleError, match="needs a researcher"):
        redo(team, coder="Bo")
    apply_edits(team, [SetMember("Bo", (RESEARCHER,))], coder="Ada")
    redo(team, coder="Bo")
    apply_edits(team, [SetMember("Bo", (FACILITATOR,))], coder="Ada")
    with pytest.raises(RoleError, match="needs a researcher"):
        undo(team, coder="Bo")
    assert len(team.codings(coder="Bo")) == 1


def test_who_has_left_takes_nothing_back(team: Project):
    apply_edits(team, [add(team)], coder="Bo")
    apply_edits(team, [RemoveMember("Bo")], coder="Ada")
    with pytest.raises(RoleError, match="not in the team"):
        undo(team, coder="Bo")
    assert len(team.codings(coder="Bo")) == 1


def test_a_team_never_loses_the_last_who_leads(team: Project):
    with pytest.raises(EditError, match="only one who leads"):
        apply_edits(team, [SetMember("Ada", (RESEARCHER,))], coder="Ada")
    with pytest.raises(EditError, match="only one who leads"):
        apply_edits(team, [RemoveMember("Ada")], coder="Ada")
    with pytest.raises(EditError, match="not in the team"):
        apply_edits(team, [RemoveMember("Di")], coder="Ada")


def test_undo_never_leaves_a_team_without_who_leads(study: Project):
    apply_edits(study, [SetMember("Ada", (LEAD,))], coder="Ada", batch="begin")
    apply_edits(study, [SetMember("Bo", (RESEARCHER,))], coder="Ada")
    with pytest.raises(EditError, match="without anybody who leads"):
        undo(study, coder="Ada", batch="begin")
    assert study.team().leads == ("Ada",)


def test_who_leads_hands_over_and_leaves(team: Project):
    apply_edits(team, [SetMember("Bo", (LEAD,)), SetMember("Ada", (RESEARCHER,))], coder="Ada")
    assert team.team().leads == ("Bo",)
    with pytest.raises(RoleError, match="ask Bo"):
        apply_edits(team, [RemoveMember("Bo")], coder="Ada")


def test_without_its_last_member_a_project_is_free_again(study: Project):
    apply_edits(study, [SetMember("Ada", (LEAD,))], coder="Ada")
    apply_edits(study, [RemoveMember("Ada")], coder="Ada")
    apply_edits(study, [add(study)], coder="Anybody")
    assert study.team() == Team()


def test_making_a_team_is_undone_like_anything_else(study: Project):
    apply_edits(study, [SetMember("Ada", (LEAD,))], coder="Ada")
    undo(study, coder="Ada")
    assert study.team() == Team()


def test_accounts_are_one_person_each(team: Project):
    apply_edits(team, [SetMember("Bo", (RESEARCHER,), account="bo@example.org")], coder="Ada")
    with pytest.raises(EditError, match="is the account of Bo"):
        apply_edits(team, [SetMember("Cy", (FACILITATOR,), account="BO@example.org")], coder="Ada")
    with pytest.raises(EditError, match="without spaces"):
        apply_edits(team, [SetMember("Cy", (FACILITATOR,), account="c y")], coder="Ada")
    apply_edits(team, [SetMember("Bo", (RESEARCHER, FACILITATOR))], coder="Ada")
    found = team.team().find_account(" Bo@Example.org")
    assert found is not None
    assert (found.coder, found.account) == ("Bo", "bo@example.org")
    assert team.team().find_account("") is None


def test_a_member_needs_a_role(team: Project):
    with pytest.raises(EditError, match="needs a role"):
        apply_edits(team, [SetMember("Di", ())], coder="Ada")


def test_the_same_again_changes_nothing(team: Project):
    assert apply_edits(team, [SetMember("Bo", (RESEARCHER,))], coder="Ada") == ()


def test_marks_belong_to_coding(team: Project):
    where = first(team)
    mark = MarkReviewed(where.transcript_id, where.start_char, where.end_char)
    with pytest.raises(RoleError, match="needs a researcher"):
        apply_edits(team, [mark], coder="Cy")
