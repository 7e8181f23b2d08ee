"""Roles bite once somebody leads the team, and nobody gets round them."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import zipfile

import pytest

import coding
from coding.backup import back_up, restore
from coding.cli import main
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
from coding.export import export
from coding.export.archive import write_archive
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


# handing the study out, and the command


def test_only_who_leads_exports_what_was_said(team: Project, tmp_path):
    apply_edits(team, [add(team)], coder="Bo")
    for suffix in (".csv", ".xlsx", ".qdpx", ".zip"):
        for who in ("Bo", "Cy"):
            with pytest.raises(RoleError, match="needs a lead"):
                export(team, tmp_path / f"out{suffix}", by=who)
        with pytest.raises(RoleError, match="has to be said who does this; Ada leads it"):
            export(team, tmp_path / f"out{suffix}")
    assert list(tmp_path.glob("out*")) == []
    assert export(team, tmp_path / "out.csv", by="Ada") == 1


def test_only_who_leads_puts_a_backup_in_the_place_of_the_project(team: Project, tmp_path):
    backup, _ = back_up(team.path, tmp_path / "a.backup.zip")
    apply_edits(team, [add(team)], coder="Bo")
    for who, says in (("Bo", "needs a lead"), (None, "has to be said who")):
        with pytest.raises(RoleError, match=says):
            restore(backup, team.path, replace=True, by=who)
    assert len(team.codings()) == 1
    restore(backup, team.path, replace=True, by="Ada")
    with Project.open(team.path) as again:
        assert again.codings() == []


def test_the_codebook_is_for_every_member(team: Project, tmp_path):
    assert export(team, tmp_path / "codes.yaml", by="Cy") == len(CODEBOOK.codes)
    with pytest.raises(RoleError, match="Di is not in the team"):
        export(team, tmp_path / "codes.qdc", by="Di")


@pytest.mark.parametrize("with_names", [True, False])
def test_an_archive_knows_no_team(team: Project, tmp_path, with_names: bool):
    apply_edits(team, [SetMember("Bo", (RESEARCHER,), account="bo@example.org")], coder="Ada")
    write_archive(team, tmp_path / "a.zip", with_names=with_names, by="Ada")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        (tmp_path / "again.sqlite").write_bytes(archive.read("study.sqlite"))
        whole = b"".join(archive.read(name) for name in archive.namelist())
    with Project.open(tmp_path / "again.sqlite") as again:
        assert again.team() == Team()
    assert with_names or b"bo@example.org" not in whole


def test_the_team_by_command(study: Project, capsys):
    def run(*arguments: str) -> dict:
        main(["team", str(study.path), *arguments, "--json"])
        return json.loads(capsys.readouterr().out)

    assert run() == {"members": []}
    run("--add", "Ada", "--role", "lead", "--account", "ada@example.org")
    run("--add", "Bo", "--role", "researcher", "facilitator", "--by", "Ada")
    found = run("--add", "Bo", "--account", "bo@example.org", "--by", "Ada")
    assert found["members"] == [
        {"coder": "Ada", "roles": ["lead"], "account": "ada@example.org"},
        {"coder": "Bo", "roles": ["facilitator", "researcher"], "account": "bo@example.org"},
    ]
    assert [edit.coder for edit in study.edits(kind="set-member")] == ["Ada"] * 3
    assert len(run("--remove", "Bo", "--by", "Ada")["members"]) == 1
    main(["team", str(study.path)])
    assert "Ada  lead  (ada@example.org)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--add", "Bo", "--role", "researcher", "--by", "Di"], "Di is not in the team"),
        (["--role", "lead"], "go with --add"),
        (["--add", "Bo", "--by", "Ada"], "needs a role"),
    ],
)
def test_the_command_says_what_is_wrong(study: Project, capsys, arguments, says):
    apply_edits(study, [SetMember("Ada", (LEAD,))], coder="Ada")
    with pytest.raises(SystemExit):
        main(["team", str(study.path), *arguments])
    assert says in capsys.readouterr().err


def test_the_export_command_asks_who_it_is_only_in_a_team(study: Project, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: (_ for _ in ()).throw(OSError()))
    main(["export", str(study.path), str(tmp_path / "codes.yaml")])
    apply_edits(study, [SetMember("Ada", (LEAD,))], coder="Ada")
    with pytest.raises(SystemExit):
        main(["export", str(study.path), str(tmp_path / "codes.yaml")])
    main(["export", str(study.path), str(tmp_path / "codes.yaml"), "--by", "Ada"])
    assert "--by NAME" in capsys.readouterr().err


def test_who_codes_a_second_time_is_the_same_member(team: Project):
    apply_edits(team, [add(team)], coder="Bo (again)")
    assert [c.coder for c in team.codings()] == ["Bo (again)"]
    with pytest.raises(RoleError, match="needs a researcher"):
        apply_edits(team, [add(team)], coder="Cy (again)")
