import io

import pytest
from openpyxl import Workbook

from coding.model import Role
from coding.pseudonyms import load_key
from coding.store import Project
from coding.ui import session

TALK = b"""Ruth Stott: What did she do, and why do you think she did it?
Bob Nash: She rang her own help line every Monday.
Ruth Stott: Did anybody else see her do that?
Bob Nash: Maureen Stott told me. Ruth was there too.
"""
TABLE = b"""colour;who said it;remark
red;Ann;We always rang people back.
blue;Bo;Nobody ever rang us.
red;Ann;I did.
"""


def parts(at):
    return [data for item in at.get("bidi_component") if (data := item_data(item)) is not None]


def item_data(item):
    import json

    return json.loads(item.proto.json) if item.proto.WhichOneof("data") == "json" else None


def turns(at):
    return next(data["turns"] for data in parts(at) if "turns" in data)


def named(items, start):
    return next(item for item in items if item.label.replace("\\", "").startswith(start))


def button(at, label):
    return named(at.button, label)


@pytest.fixture
def drop(run, study):
    """Return a function that drops files on the page of a project."""

    def go(*files, project=study):
        at = run(project)
        at.file_uploader[0].set_value([(name, data, "") for name, data in files])
        return at.run()

    return go


def brought_in(at, study, label="Import"):
    button(at, label).click().run()
    assert not at.exception
    assert session.desk(study).wait(60)
    at.run()
    with Project.open(study) as project:
        info = project.transcripts()[-1]
        return info, project.transcript(info.id)


def test_what_is_read_stands_there_before_anything_is_stored(drop, study):
    at = drop(("new.txt", TALK))
    said = "\n".join(item.value for item in at.text)
    assert "4 turns" in said
    assert "Ruth Stott (2); Bob Nash (2)" in said
    shown = turns(at)
    assert [turn["who"] for turn in shown] == ["Ruth Stott", "Bob Nash"] * 2
    assert shown[1]["text"] == "She rang her own help line every Monday."
    assert shown[0]["hue"] != shown[1]["hue"]
    with Project.open(study) as project:
        assert len(project.transcripts()) == 2


def test_choices_reach_the_stored_transcript(drop, study):
    at = drop(("new.txt", TALK))
    named(at.text_input, "Name of new.txt").input("Rail, March")
    named(at.text_input, "Group of new.txt").input("Rail")
    named(at.multiselect, "Moderators in new.txt").set_value(["Bob Nash"])
    info, transcript = brought_in(at, study)
    assert (info.name, info.group, info.source_name) == ("Rail, March", "Rail", "new.txt")
    assert transcript.moderators == {"Bob Nash"}
    with Project.open(study) as project:
        assert project.speakers(info.id)["Ruth Stott"].role is Role.PARTICIPANT


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_columns_of_a_table_are_chosen(drop, study, kind):
    data = TABLE
    if kind == "xlsx":
        book, out = Workbook(), io.BytesIO()
        for line in TABLE.decode().splitlines():
            book.active.append(line.split(";"))
        book.save(out)
        data = out.getvalue()
    at = drop((f"table.{kind}", data))
    assert "check" in at.warning[0].value
    named(at.selectbox, "Column of the words").set_value(2)
    named(at.selectbox, "Column of the speaker").set_value(1).run()
    assert [turn["who"] for turn in turns(at)] == ["who said it", "Ann", "Bo", "Ann"]
    named(at.checkbox, "The first row").set_value(True).run()
    assert [turn["who"] for turn in turns(at)] == ["Ann", "Bo", "Ann"]
    _, transcript = brought_in(at, study)
    assert transcript.speakers == ("Ann", "Bo")
    assert transcript.words_of(transcript.turns[-1]) == "I did."


def test_the_same_bytes_are_said_to_be_there_and_others_of_the_name_become_a_version(drop, study):
    at = drop(("new.txt", TALK))
    brought_in(at, study)
    at = drop(("again.txt", TALK), ("new.txt", TALK + b"Bob Nash: And that was all.\n"), ("twice.txt", TALK))
    notes = [item.value.replace("\\", "") for item in at.info]
    assert "Already imported, as “new”" in notes[0]
    assert "as a new version" in notes[1]
    info, _ = brought_in(at, study, "Import 1 file")
    assert info.name == "new (2)"


def test_a_file_that_cannot_be_read_says_why_and_keeps_nothing_else_back(drop):
    at = drop(("empty.txt", b""))
    assert "empty" in at.error[0].value
    assert not [item for item in at.button if item.label.startswith("Import")]


def test_many_files_are_folded_up_and_say_who_moderates(drop, study):
    talk = TALK.replace(b"Ruth Stott:", b"Moderator:")
    at = drop(*((f"{n}.txt", talk.replace(b"Monday", b"Monday %d" % n)) for n in range(4)))
    assert not [item for item in at.text_input if "Name of" in item.label]
    assert [item.value for item in at.text].count("Moderators: Moderator") == 4
    info, transcript = brought_in(at, study, "Import 4 files")
    assert info.name == "3"
    assert transcript.moderators == {"Moderator"}


def test_names_are_replaced_before_anything_is_stored(drop, study):
    at = drop(("new.txt", TALK))
    named(at.toggle, "Replace names").set_value(True).run()
    assert button(at, "Import").disabled
    button(at, "Look for names").click().run()
    assert "Maureen Stott" in list(at.dataframe[0].value["Name"])
    info, transcript = brought_in(at, study)
    assert "Stott" not in transcript.text
    assert "Nash" not in transcript.text
    key = load_key(study.with_suffix(".key.json"))
    assert set(key.participants) == {"Ruth Stott", "Bob Nash"}
    assert info.id in key.transcripts
    again = drop(("same.txt", TALK))
    assert named(again.toggle, "Replace names").value
    assert "Already imported" in again.info[0].value


def test_a_project_with_pseudonyms_refuses_names_unless_told(drop, study):
    with Project.open(study) as project:
        project.set_setting("pseudonyms.key", "abc")
    at = drop(("new.txt", TALK))
    assert "made at the first import" in at.error[0].value
    assert button(at, "Import").disabled
    named(at.toggle, "Replace names").set_value(False).run()
    assert button(at, "Import").disabled
    named(at.checkbox, "Import with names").set_value(True).run()
    _, transcript = brought_in(at, study)
    assert "Nash" in transcript.text


ALIASES = b"Ann Lee: Who was it?\nP1: She was.\nPart. 1: And he.\nAnn Lee: Why?\nBo: Well.\n" * 2


@pytest.mark.parametrize("ticked", [True, False])
def test_likely_aliases_are_merged_at_import_only_where_ticked(drop, study, ticked):
    at = drop(("rail.txt", ALIASES))
    box = next(item for item in at.checkbox if "P1 in rail" in item.label.replace("\\", ""))
    assert not box.value
    if ticked:
        at = box.check().run()
    brought_in(at, study, "Import 1 file")
    with Project.open(study) as project:
        people = project.speakers(project.transcripts()[-1].id)
        assert (people["P1"].id == people["Part. 1"].id) is ticked
        assert len(project.edits(kind="merge-participants")) == ticked
