"""What a team settled, found and wrote stands in workbooks, archives and frames, and has no names in an archive."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook

from coding import frames
from coding.consensus import find_differences, settle
from coding.edits import AddCoding, MarkReviewed, apply_edits
from coding.edits.framework import ChangeBehaviour
from coding.edits.people import RenameParticipant
from coding.edits.survey import ImportSurvey
from coding.edits.together import Assign
from coding.export.archive import write_archive
from coding.export.csv import codings_table
from coding.export.results import RESULTS
from coding.export.still import Still
from coding.export.xlsx import to_xlsx
from coding.model import Segment
from coding.survey import Item, Respondent, Survey
from tests.small import CODEBOOK, make_transcript
from tests.test_archive import NAMES, TALK, files_of, leaks
from tests.themed import set_themes


@pytest.fixture
def rich(project):
    """Return a study with a consensus, assignments, themes and a framework, all of which name people."""
    from coding.edits import SetCodebook

    apply_edits(project, [SetCodebook(CODEBOOK)], coder="Ada Lovelace")
    source = make_transcript(TALK, "interview Carol Brewster", moderators=("MODERATOR",))
    cut = [Segment(source.id, t.index, t.start_char, t.end_char) for t in source.turns]
    project.add_transcript(source, cut, by="Ada Lovelace")
    places = [(s.transcript_id, s.start_char, s.end_char) for s in cut]
    for coder, code in (("Ada Lovelace", "tries-service"), ("Bo Ek", "tells-early")):
        work = [AddCoding(*places[1], code), AddCoding(*places[2], "tells-early"), *(MarkReviewed(*p) for p in places)]
        apply_edits(project, work, coder=coder)
    apply_edits(
        project,
        [
            Assign(source.id, "Bo Ek", blind=True, share=0.5, seed=3),
            settle(find_differences(project).places[0], "keep", reason="Carol Brewster said so", coder="Ada Lovelace"),
            ChangeBehaviour("tries-service", statement="As Sunita Rao does"),
            RenameParticipant(project.speakers(source.id)["Femi"].id, "Femi Adeyemi"),
        ],
        coder="Ada Lovelace",
    )
    set_themes(project, name="Carol and Sunita")
    item = Item("q1", "Is your boss like Sunita Rao?", "tries-service", labels=("no", "yes"), low=1, high=2)
    who = Respondent("carol.brewster@pellow.example", (("q1", 2.0),), (("works with", "Carol Brewster"),))
    apply_edits(project, [ImportSurvey(Survey("Staff", (item,), (who,)))], coder="Ada Lovelace")
    return project


def rows_of(files, part):
    return list(csv.DictReader(io.StringIO(files[part].decode("utf-8-sig"), newline="")))


def test_the_archive_has_every_table_and_no_name(rich, tmp_path):
    write_archive(rich, tmp_path / "a.zip")
    files = files_of(tmp_path / "a.zip")
    assert set(RESULTS) <= set(files)
    assert leaks(files, NAMES) == []
    assert rows_of(files, "settled.csv")[0]["settled_by"] == rows_of(files, "settled.csv")[0]["kept"] == "Coder 1"
    assert rows_of(files, "assignments.csv")[0]["coder"] == "Coder 2"
    for part in ("consensus.csv", "settled.csv"):
        rows = rows_of(files, part)
        texts = [data.decode() for name, data in files.items() if name.startswith("transcripts/")]
        for row in rows:
            assert row["quotation"] == texts[0][int(row["start_char"]) : int(row["end_char"])]
        assert rows
    meanings = {(row["file"], row["column"]): row["meaning"] for row in rows_of(files, "columns.csv")}
    attribute = "An attribute of participants."
    for part in RESULTS:
        assert all(meanings[part, column] not in ("", attribute) for column in rows_of(files, part)[0])
        assert f"`{part}`" in files["README.md"].decode()


def test_the_copy_of_the_project_in_the_archive_still_has_them(rich, tmp_path):
    from coding.store import Project

    write_archive(rich, tmp_path / "a.zip")
    (tmp_path / "again.sqlite").write_bytes(files_of(tmp_path / "a.zip")["study.sqlite"])
    with Project.open(tmp_path / "again.sqlite") as opened:
        assert [one.kept for one in opened.settlements()] == ["Coder 1"]
        assert len(opened.themes().themes) == len(rich.themes().themes)
        assert len(codings_table(opened).rows) == len(codings_table(rich).rows)


def test_the_workbook_has_a_sheet_for_what_there_is(rich, study):
    book = load_workbook(io.BytesIO(to_xlsx(rich)[1]))
    assert book.sheetnames == [
        "Codings",
        "Segments",
        "Codebook",
        "Participants",
        "Themes",
        "Theme segments",
        "Framework",
        "Settled",
        "Survey items",
        "Survey answers",
        "Respondents",
        "README",
    ]
    explained = {(row[0], row[1]) for row in book["README"].values}
    for name in ("Settled", "Framework", "Themes", "Theme segments"):
        assert {(name, column) for column in next(book[name].values)} <= explained


def test_frames(rich):
    assert frames.settled(rich)["choice"].to_list() == ["keep"]
    assert frames.settled(rich)["settled_at"].dt.tz is not None
    assert frames.assignments(rich)["blind"].to_list() == [True]
    assert frames.assignments(rich)["share"].to_list() == [0.5]
    assert len(frames.themes(rich)) == len(rich.themes().themes)
    assert set(frames.theme_segments(rich)["theme"]) == set(frames.themes(rich)["theme"])
    assert "As Sunita Rao does" in frames.framework(rich)["statement"].to_list()


def test_a_study_with_nothing_of_it_has_empty_tables(study):
    assert all(make(study).rows == () for make, _, _ in RESULTS.values())


def test_what_is_read_once_is_what_the_project_has(rich):
    with Still.open(rich.path) as still:
        for options in ({}, {"coder": "Bo Ek"}, {"code_id": "tells-early"}, {"coder": "Bo Ek", "code_id": "none"}):
            assert still.codings(**options) == rich.codings(**options)
            for info in rich.transcripts():
                assert still.codings(info.id, **options) == rich.codings(info.id, **options)
        assert still.codings("none") == []
