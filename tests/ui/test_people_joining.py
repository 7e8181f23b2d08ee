import json

import pytest

from coding.edits import undo
from coding.store import Project

TALK = {
    "Rail": "MODERATOR: Who?\nPart. 1: She rang people back.\nP1: He never did.\nAnn Lee: Nor did mine.\n",
    "Shop": "MODERATOR: And you?\nLee, Ann: Mine did.\nBo: So did mine.\n",
}


@pytest.fixture
def aliases(tmp_path, make_study):
    return make_study(tmp_path / "aliases.sqlite", groups=TALK)


def button(at, label):
    return next(item for item in at.button if item.label == label)


def lists(at):
    found = (json.loads(item.proto.json) for item in at.get("bidi_component") if item.proto.json)
    return {block["label"]: block["items"] for data in found for block in data.get("blocks", []) if "items" in block}


def test_likely_aliases_are_proposed_and_merged_only_when_asked(run, aliases):
    at = run(aliases, "people")
    said = "\n".join(item.value for item in at.text)
    assert "Part. 1 in Rail and P1 in Rail\nstrong" in said
    with Project.open(aliases) as project:
        before = len(project.participants())
    merge = [item for item in at.button if item.label == "Merge"]
    merge[0].click().run()
    with Project.open(aliases) as project:
        assert len(project.participants()) == before - 1
        assert [edit.kind for edit in project.edits(coder="Ada")][-1] == "merge-participants"
        undo(project, coder="Ada")
        assert len(project.participants()) == before


def test_a_proposal_can_be_refused_and_does_not_come_back(run, aliases):
    at = run(aliases, "people")
    refuse = [item for item in at.button if item.label == "Two people"]
    at = refuse[0].click().run()
    assert len([item for item in at.button if item.label == "Two people"]) == len(refuse) - 1
    with Project.open(aliases) as project:
        assert [edit.kind for edit in project.edits(coder="Ada")][-1] == "keep-apart"
        undo(project, coder="Ada")
    again = run(aliases, "people")
    assert len([item for item in again.button if item.label == "Two people"]) == len(refuse)


def test_a_table_of_attributes_is_joined_and_says_who_was_not_found(run, aliases):
    at = run(aliases, "people")
    table = b"name,sector\nBo,retail\nNobody Here,bank\n"
    at.file_uploader[0].set_value(("about.csv", table, "text/csv")).run()
    button(at, "Join the table").click().run()
    assert "1 of 2 rows found somebody." in [item.value for item in at.text]
    assert lists(at)["Rows that found nobody"] == ["line 3: Nobody Here: nobody is called so"]
    assert "Ann Lee" in lists(at)["No row for"]
    with Project.open(aliases) as project:
        assert {one.name: dict(one.attributes) for one in project.participants()}["Bo"] == {"sector": "retail"}


def test_a_table_that_cannot_be_read_is_one_sentence(run, aliases):
    at = run(aliases, "people")
    at.file_uploader[0].set_value(("about.csv", b"x,y\n1,2\n", "text/csv")).run()
    button(at, "Join the table").click().run()
    assert "no column is called label or name" in at.error[0].value


def choose(at, name):
    row = list(at.dataframe[0].value["Name"]).index(name)
    at.session_state["people-table-all"] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return at.run()


def test_a_label_is_given_to_somebody_else(run, aliases):
    at = choose(run(aliases, "people"), "Bo")
    to = next(item for item in at.selectbox if item.label.startswith("Who it is"))
    to.select("Ann Lee")
    button(at, "Give the label away").click().run()
    with Project.open(aliases) as project:
        shop = project.transcripts()[1].id
        assert project.speakers(shop)["Bo"].name == "Ann Lee"
        assert [edit.kind for edit in project.edits(coder="Ada")][-1] == "assign-speaker"


def test_a_label_is_taken_apart_as_a_participant_of_their_own(run, aliases):
    at = run(aliases, "people")
    next(item for item in at.button if item.label == "Merge").click().run()
    at = choose(run(aliases, "people"), "Part. 1")
    chosen = next(item for item in at.multiselect if item.label == "These labels are somebody else")
    chosen.select("P1 in Rail")
    button(at, "Give the labels away").click().run()
    with Project.open(aliases) as project:
        assert "P1" in [one.name for one in project.participants()]
        assert [edit.kind for edit in project.edits(coder="Ada")][-1] == "split-participant"
