import json
import shutil

import pytest

from coding.codebook import dump_codebook
from coding.edits import AddCoding, MarkReviewed, SetCodebook, apply_edits
from coding.edits.codebook import ChangeCode, RetireCode
from coding.errors import ProjectError
from coding.model import Role
from coding.store import Project
from coding.ui import session, settings
from coding.ui.overview import progress_of
from tests.conftest import CODEBOOK
from tests.ui.conftest import HOSTILE

PAGES = ("study", "codebook", "people", "survey", "findings", "framework", "export", "history")


def parts(at):
    """Return what the components of a page were given."""
    return [json.loads(part.proto.json) for part in at.get("bidi_component")]


def texts(at):
    """Return all lines of plain text."""
    return [text.value for text in at.text]


def button(at, label):
    return next(item for item in at.button if item.label == label)


def code_some(path, coder="Ada", code_id="calls-back", turns=(1, 2)):
    with Project.open(path) as project:
        for number in turns:
            s = project.segments()[number]
            place = (s.transcript_id, s.start_char, s.end_char)
            apply_edits(project, [AddCoding(*place, code_id), MarkReviewed(*place)], coder=coder)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_helps_where_no_project_is_open(run, name):
    at = run(None, name)
    assert any("project" in text.lower() for text in [*texts(at), *(info.value for info in (*at.info, *at.subheader))])


@pytest.mark.parametrize("name", PAGES)
def test_every_page_shows_a_project_with_nothing_in_it(run, name, tmp_path):
    path = tmp_path / "empty.sqlite"
    Project.open(path, create=True).close()
    run(path, name)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_what_is_wrong_with_a_file_that_is_no_project(run, name, tmp_path):
    path = tmp_path / "notes.sqlite"
    path.write_text("these are not the words of a project" * 50)
    at = run(path, name)
    assert "not a project file" in at.error[0].value


@pytest.mark.parametrize("name", PAGES)
def test_every_page_works_without_a_name(run, name, study):
    code_some(study)
    run(study, name, coder=None)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_interprets_names(run, name, hostile_study):
    code_some(hostile_study, coder=HOSTILE[2], code_id="code-1", turns=(0, 1, 2))
    at = run(hostile_study, name, code="code-0")
    for element in (*at.markdown, *at.caption, *at.title, *at.subheader, *at.error, *at.warning, *at.info):
        for text in HOSTILE:
            assert text not in element.value
    assert not any(element.allow_html for element in at.markdown)


# Project


def test_a_project_is_made_with_its_codebook(run, tmp_path):
    at = run(None)
    at.text_input[1].input("Leaders")
    button(at, "Make the project").click().run()
    assert at.title[0].value == "Leaders"
    with Project.open(tmp_path / "projects" / "Leaders.sqlite") as project:
        assert len(project.codebook().codable) > 20


@pytest.mark.parametrize("name", ["", "a/b", "..", 'x"y', "???"])
def test_a_name_that_no_file_can_have_is_refused(run, tmp_path, name):
    at = run(None)
    at.text_input[1].input(name)
    button(at, "Make the project").click().run()
    assert at.error
    assert not list((tmp_path / "projects").glob("*"))


def test_a_project_is_never_made_over_another(run, study, tmp_path):
    at = run(None)
    at.text_input[1].input("Leaders")
    at.text_input[2].input(str(tmp_path))
    button(at, "Make the project").click().run()
    assert "already" in at.error[0].value


def test_a_project_is_opened_by_its_path_and_then_from_the_list(run, study):
    at = run(None)
    at.text_input[3].input(str(study))
    button(at, "Open").click().run()
    assert at.title[0].value == "Leaders"
    button(at, "Close the project").click().run()
    at.button(key="open-0").click().run()
    assert at.title[0].value == "Leaders"


def test_a_missing_project_is_named(run, tmp_path):
    at = run(None)
    at.text_input[3].input(str(tmp_path / "none.sqlite"))
    button(at, "Open").click().run()
    assert "no such project" in at.error[0].value.replace("\\", "")


def test_a_file_is_imported_and_the_report_says_what_was_read(run, tmp_path, study):
    at = run(study)
    words = b"Ruth: What did she do?\nBob: She rang her own help line every Monday.\nRuth: Did she?\nBob: Yes.\n"
    at.file_uploader[0].set_value([("new.txt", words, "text/plain"), ("empty.txt", b"", "text/plain")])
    at.run()
    next(item for item in at.text_input if item.label == r"Group of new\.txt").input("Rail")
    assert "empty" in at.error[0].value
    next(item for item in at.multiselect if item.label.startswith("Moderators in new")).set_value(["Ruth"])
    button(at, "Import 1 file").click().run()
    assert session.desk(study).wait(60)
    at.run()
    report = at.dataframe[0].value
    assert list(report["Result"]) == ["imported"]
    assert report["Turns"][0] == 4
    assert "Bob" in report["Speakers"][0]
    with Project.open(study) as project:
        assert project.transcripts()[-1].group == "Rail"
        assert project.transcripts()[-1].imported_by == "Ada"
        there = project.transcripts()[-1].id
        assert project.speakers(there)["Ruth"].role is Role.MODERATOR
        assert project.speakers(there)["Bob"].role is Role.PARTICIPANT


def test_moderators_are_confirmed_as_an_edit(run, study):
    with Project.open(study) as project:
        first = project.transcripts()[0].id
    at = run(study)
    at.session_state[f"more-{first}"] = True
    at.run()
    at.multiselect[0].set_value(["MODERATOR", "Femi"])
    next(b for b in at.button if f"moderators-{first}" in str(b.form_id)).click().run()
    with Project.open(study) as project:
        roles = {label: person.role for label, person in project.speakers(first).items()}
        assert project.edits(kind="set-role")[0].coder == "Ada"
    assert roles["Femi"] is Role.MODERATOR
    assert roles["Carol B."] is Role.PARTICIPANT


def test_progress_counts_the_segments_that_each_coder_has_finished(study):
    code_some(study, "Ada", turns=(1, 2))
    with Project.open(study) as project:
        segments = project.segments()
        whole = MarkReviewed(segments[0].transcript_id, segments[1].start_char, segments[3].end_char)
        apply_edits(project, [whole], coder="Ben")
        progress = progress_of(project)[0]
    assert progress.segments == 6
    assert progress.finished == (("Ada", 2), ("Ben", 3))
    assert progress.codings == 2


def test_a_project_without_codes_offers_the_codebook(run, tmp_path):
    path = tmp_path / "s.sqlite"
    Project.open(path, create=True).close()
    at = run(path)
    button(at, "Take the codebook of leadership behaviours").click().run()
    with Project.open(path) as project:
        assert project.codebook().codable


def test_the_example_study_opens_when_it_is_made(run, study, monkeypatch):
    made = []

    def make(folder, encoder, *, step):
        folder.mkdir(parents=True)
        shutil.copy(study, folder / "study.sqlite")
        made.append(folder)

    monkeypatch.setattr("coding.demo.make_demo", make)
    at = run(None)
    button(at, "Open the example study").click().run()
    assert session.desk(settings.projects_folder() / "Example study" / "study.sqlite").wait(60)
    at.run()
    assert at.title[0].value == "Example study"
    assert made == [settings.projects_folder() / "Example study"]


def test_an_example_study_that_cannot_be_made_says_why(run, monkeypatch):
    def make(folder, encoder, *, step):
        raise ProjectError("the folder cannot be made")

    monkeypatch.setattr("coding.demo.make_demo", make)
    at = run(None)
    button(at, "Open the example study").click().run()
    assert session.desk(settings.projects_folder() / "Example study" / "study.sqlite").wait(60)
    at.run()
    assert at.error[0].value == "the folder cannot be made"
    assert button(at, "Open the example study")


# Codebook


def test_the_tree_has_counts_and_the_code_its_words(run, study):
    code_some(study)
    at = run(study, "codebook", code="calls-back")
    tree, title, sheet, quotations = parts(at)[:4]
    assert [(row["name"], row["depth"], row["count"]) for row in tree["codes"]][:3] == [
        ("Close to the customer", 0, 2),
        ("Meets customers", 1, 0),
        ("Calls back in person", 1, 2),
    ]
    assert title["blocks"][0]["note"] == "2 codings: Ada 2"
    assert sheet["blocks"][0]["text"] == "Takes a complaint up in person."
    assert quotations["blocks"][0]["items"][0]["text"] == "Graham stood at the counter every Friday."


def test_a_code_is_changed_and_undone(run, study):
    at = run(study, "codebook", code="calls-back")
    at.button(key="edit-calls-back").click().run()
    next(item for item in at.text_input if item.value == "Calls back in person").input("Rings back")
    button(at, "Keep the changes").click().run()
    assert parts(at)[1]["blocks"][0]["text"] == "Rings back"
    at.button(key="undo-codebook").click().run()
    assert parts(at)[1]["blocks"][0]["text"] == "Calls back in person"
    at.button(key="redo-codebook").click().run()
    assert parts(at)[1]["blocks"][0]["text"] == "Rings back"


def test_a_code_is_added_moved_merged_and_retired(run, study):
    code_some(study)
    at = run(study, "codebook", code="calls-back")
    next(item for item in at.text_input if item.label == "Name" and item.value == "").input("Says sorry")
    button(at, "Add the code").click().run()
    at.selectbox(key="under-calls-back-closeness").set_value("learning").run()
    at.button(key="move-calls-back").click().run()
    at.selectbox(key="into-calls-back").set_value("says-sorry").run()
    at.button(key="merge-calls-back").click().run()
    with Project.open(study) as project:
        codebook = project.codebook()
        assert codebook["says-sorry"].parent == "closeness"
        assert "calls-back" not in codebook
        assert project.retired_codes()["calls-back"].parent == "learning"
        assert {coding.code_id for coding in project.codings()} == {"says-sorry"}
    at.button(key="restore-calls-back").click().run()
    with Project.open(study) as project:
        assert "calls-back" in project.codebook()


def test_a_retired_code_leaves_the_tree(run, study):
    at = run(study, "codebook", code="calls-back")
    at.button(key="retire-calls-back").click().run()
    assert "Calls back in person" not in [row["name"] for row in parts(at)[0]["codes"]]


def test_an_uploaded_codebook_shows_what_would_change_before_it_is_in_force(run, study):
    code_some(study)
    at = run(study, "codebook")
    smaller = dump_codebook(CODEBOOK).replace("Meets customers", "Meets people").split("  - id: calls-back")
    text = smaller[0] + "  - id: learning" + smaller[1].split("  - id: learning", 1)[1]
    at.file_uploader[0].set_value(("new.yaml", text.encode(), "application/yaml")).run()
    items = next(block["items"] for part in parts(at) for block in part.get("blocks", []) if "items" in block)
    assert [(item["name"], item["said"]) for item in items] == [
        ("Meets people", "changed"),
        ("Calls back in person", "taken out"),
    ]
    assert items[0]["fields"] == [
        {"label": "Name", "parts": [["same", "Meets "], ["gone", "customers"], ["new", "people"]]}
    ]
    assert "Calls back" in at.warning[0].value
    with Project.open(study) as project:
        assert project.codebook() == CODEBOOK
    button(at, "Put this codebook in force").click().run()
    with Project.open(study) as project:
        assert project.codebook()["meets-customers"].name == "Meets people"
        assert project.codings()[0].code_id == "calls-back"


@pytest.mark.parametrize(
    ("data", "words"), [(b"codes: [", "bracket"), (b"\xff\xfe", "not UTF-8"), (b"name: x\nfoo: 1\n", "2")]
)
def test_a_codebook_that_cannot_be_read_is_one_sentence(run, study, data, words):
    at = run(study, "codebook")
    at.file_uploader[0].set_value(("new.yaml", data, "application/yaml")).run()
    assert words in at.error[0].value.replace("\\", "")


def test_chosen_quotations_get_another_code(run, study):
    code_some(study)
    at = run(study, "codebook", code="calls-back")
    at.session_state["split-calls-back"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    at.run()
    at.selectbox(key="split-into-calls-back").set_value("learns-from-failure").run()
    at.button(key="recode-calls-back").click().run()
    with Project.open(study) as project:
        assert [coding.code_id for coding in project.codings()] == ["learns-from-failure", "calls-back"]


def test_chosen_quotations_get_a_new_code_and_one_undo_takes_all_back(run, study):
    code_some(study)
    at = run(study, "codebook", code="calls-back")
    at.session_state["split-calls-back"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    at.run()
    at.selectbox(key="split-into-calls-back").set_value("").run()
    assert at.button(key="recode-calls-back").disabled
    at.text_input(key="split-name-calls-back").set_value("Says *sorry*").run()
    at.button(key="recode-calls-back").click().run()
    with Project.open(study) as project:
        assert [coding.code_id for coding in project.codings()] == ["calls-back", "says-sorry"]
        assert project.codebook()["says-sorry"].parent == "closeness"
    at.button(key="undo-codebook").click().run()
    with Project.open(study) as project:
        assert [coding.code_id for coding in project.codings()] == ["calls-back", "calls-back"]
        assert "says-sorry" not in project.codebook()


def test_versions_are_listed_compared_and_put_in_force_again(run, study):
    with Project.open(study) as project:
        apply_edits(project, [ChangeCode("calls-back", definition="Rings people up.")], coder="Ben")
        apply_edits(project, [RetireCode("open-in-a-crisis")], coder="Ada")
    at = run(study, "codebook", view="versions")
    assert list(at.dataframe[0].value["What"])[:2] == [
        "Retired the code Open in a crisis",
        "Changed the code Calls back in person: definition",
    ]
    (block,) = parts(at)[0]["blocks"]
    assert [(item["name"], item["said"]) for item in block["items"]] == [("Open in a crisis", "taken out")]
    at.selectbox(key="version-chosen").set_value(1).run()
    at.selectbox(key="version-compared-1").set_value(3).run()
    (block,) = parts(at)[0]["blocks"]
    assert [item["name"] for item in block["items"]] == ["Calls back in person", "Open in a crisis"]
    button(at, "Put in force again").click().run()
    with Project.open(study) as project:
        assert project.codebook()["calls-back"].definition == "Takes a complaint up in person."
        assert "open-in-a-crisis" in project.codebook()


def test_a_link_to_a_code_that_is_not_there_says_so(run, study):
    at = run(study, "codebook", code="nowhere")
    assert "does not have" in at.warning[0].value
    with Project.open(study) as project:
        apply_edits(project, [RetireCode("calls-back")], coder="Ada")
    assert "has been retired" in run(study, "codebook", code="calls-back").warning[0].value


# Participants


def test_participants_stand_with_role_and_share_of_talk(run, study):
    at = run(study, "people")
    table = at.dataframe[0].value
    assert list(table["Name"]) == ["MODERATOR", "Carol B.", "Femi", "MODERATOR", "Sunita Rao", "Femi"]
    assert list(table["Role"])[:2] == ["moderator", "participant"]
    assert table["Share"][1] + table["Share"][2] == pytest.approx(100)


def choose(at, *rows):
    at.session_state["people-table-all"] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    at.run()


def test_a_participant_is_renamed_with_role_and_attributes_and_it_is_undone(run, study):
    at = run(study, "people")
    choose(at, 2)
    next(item for item in at.text_input if item.value == "Femi").input("Femi Adeyemi")
    next(item for item in at.text_area if item.label.startswith("Attributes")).input("sector: retail\n\njob: director")
    button(at, "Keep the changes").click().run()
    assert "Femi Adeyemi" in list(at.dataframe[0].value["Name"])
    assert list(at.dataframe[0].value["sector "])[2] == "retail"
    at.button(key="undo-people").click().run()
    assert "Femi Adeyemi" not in list(at.dataframe[0].value["Name"])


@pytest.mark.parametrize("typed", ["no colon", "a: 1\na: 2"])
def test_attributes_that_cannot_be_read_are_one_sentence(run, study, typed):
    at = run(study, "people")
    choose(at, 2)
    next(item for item in at.text_area if item.label.startswith("Attributes")).input(typed)
    button(at, "Keep the changes").click().run()
    assert "line" in at.error[0].value


def test_participants_are_merged_and_taken_apart(run, study):
    at = run(study, "people")
    choose(at, 2, 5)
    at.button(key="merge-people").click().run()
    assert list(at.dataframe[0].value["Name"]).count("Femi") == 1
    choose(at, 2)
    next(item for item in at.button if item.label == "Take apart").click().run()
    assert list(at.dataframe[0].value["Name"]).count("Femi") == 2


# Export


def test_the_export_shows_the_first_rows(run, study):
    code_some(study)
    at = run(study, "export")
    assert at.dataframe[0].value["quotation"].iloc[0] == "Graham stood at the counter every Friday."
    at.radio(key="export-shape").set_value("A row for each segment, a column for each code").run()
    table = at.dataframe[0].value
    assert list(table["calls-back"])[:3] == ["0", "1", "1"]
    at.multiselect(key="export-codes").set_value(["learning"]).run()
    assert "calls-back" not in at.dataframe[0].value.columns
    at.multiselect(key="export-coders").set_value(["Ada"]).run()
    assert len(at.dataframe[0].value) == 11


def test_the_report_is_made_when_it_is_asked_for(run, study):
    code_some(study)
    at = run(study, "export")
    assert "report.html" not in [item.key for item in at.get("download_button")]
    next(item for item in at.text_input if item.label == "Title").set_value("What leaders do")
    next(item for item in at.checkbox if item.label.startswith("With everybody")).check()
    button(at, "Make the report").click().run()
    assert not at.exception
    *_, with_names, report = at.session_state["focus_report"]
    assert (report.title, with_names) == ("What leaders do", True)
    code_some(study, coder="Ben")
    assert any("has changed since" in info.value for info in at.run().info)


def test_an_export_of_nothing_says_so(run, study):
    assert "Nothing has been coded" in run(study, "export").info[0].value


# History


def test_the_history_is_filtered_and_undone(run, study):
    code_some(study)
    code_some(study, "Ben", turns=(3,))
    at = run(study, "history")
    assert len(at.dataframe[0].value) == 7
    at.selectbox(key="history-kind").set_value("add-coding").run()
    assert len(at.dataframe[0].value) == 3
    at.selectbox(key="history-coder").set_value("Ben").run()
    assert list(at.dataframe[0].value["Coder"]) == ["Ben"]
    at.selectbox(key="history-coder").set_value(None).run()
    at.selectbox(key="history-kind").set_value(None).run()
    at.button(key="undo-history").click().run()
    assert list(at.dataframe[0].value["Kind"])[:2] == ["Undo", "Undo"]
    with Project.open(study) as project:
        assert len(project.codings()) == 2


def test_a_filter_that_fits_nothing_says_so(run, study):
    at = run(study, "history")
    with Project.open(study) as project:
        first = project.transcripts()[0].id
    at.selectbox(key="history-transcript").set_value(first).run()
    assert "No edit fits" in at.info[0].value


def test_settings_are_not_written_by_looking(run, study):
    run(study)
    assert settings.read_settings().coder == ""
    with Project.open(study) as project:
        apply_edits(project, [SetCodebook(CODEBOOK)], coder="Ada")
