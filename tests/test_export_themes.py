"""Themes in what is handed out."""

from __future__ import annotations

import csv
import io
import zipfile

import openpyxl
import pytest

from coding import frames
from coding.cli import main
from coding.edits import AddCoding, apply_edits
from coding.edits.themes import MakeThemeCode, RenameTheme, SetThemeAside
from coding.errors import ExportError
from coding.export import export
from coding.export.archive import write_archive
from coding.export.themes import STRETCH_COLUMNS, THEME_COLUMNS, theme_stretches_table, themes_table
from coding.export.xlsx import to_xlsx
from coding.store import Project
from tests.themed import set_themes


@pytest.fixture
def themed(study):
    set_themes(study)
    first = study.segments()[1]
    apply_edits(
        study,
        [
            AddCoding(first.transcript_id, first.start_char, first.end_char, "tries-service"),
            MakeThemeCode("run-0", "Rings", examples=("She rang.",)),
            RenameTheme("run-1", "=Bob's car park"),
            SetThemeAside("run-1", "Bob only"),
        ],
        coder="Ada",
    )
    return study


def rows(table):
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def test_a_row_a_theme_says_what_it_is_and_what_was_decided(themed):
    found = {row["theme_id"]: row for row in rows(themes_table(themed))}
    assert (found["run-0"]["decision"], found["run-0"]["code"], found["run-0"]["coder"]) == ("code", "Rings", "Ada")
    assert (found["run-1"]["theme"], found["run-1"]["reason"]) == ("=Bob's car park", "Bob only")
    assert found["run-1"]["coded"] == 1
    assert found["run-1"]["codes"] == "Tries the service (1)"
    assert found["run-0"]["reading"] == "steady"


def test_a_row_a_stretch_quotes_its_slice(themed):
    text = themed.text(themed.transcripts()[0].id)
    found = rows(theme_stretches_table(themed))
    assert len(found) == 5
    assert all(row["quotation"] == text[row["start_char"] : row["end_char"]] for row in found)


def test_without_themes_the_tables_are_empty(study):
    assert themes_table(study) == type(themes_table(study))(THEME_COLUMNS, ())
    assert theme_stretches_table(study).rows == ()


def test_csv_by_the_command_keeps_formulas_from_running(themed, tmp_path, capsys):
    main(["export", str(themed.path), str(tmp_path / "themes.csv"), "--themes"])
    text = (tmp_path / "themes.csv").read_bytes().decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text)))
    assert "'=Bob's car park" in {row["theme"] for row in found}
    main(["export", str(themed.path), str(tmp_path / "wide.csv"), "--themes", "--wide"])
    assert "5 rows" in capsys.readouterr().out


def test_themes_alone_are_csv_and_need_to_be_there(study, tmp_path):
    with pytest.raises(ExportError, match="no themes were sought"):
        export(study, tmp_path / "themes.csv", themes=True)
    with pytest.raises(ExportError, match=r"written as \.csv"):
        export(study, tmp_path / "themes.xlsx", themes=True)


def test_the_workbook_has_them_on_sheets_of_their_own(themed):
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(themed)[1]))
    assert [cell.value for cell in book["Themes"][1]] == list(THEME_COLUMNS)
    assert [cell.value for cell in book["Theme segments"][1]] == list(STRETCH_COLUMNS)
    explained = {(row[0].value, row[1].value) for row in book["README"]}
    assert {("Themes", name) for name in THEME_COLUMNS} <= explained


def test_frames_have_numbers_as_numbers(themed):
    assert frames.themes(themed)["steadiness"].dtype == float
    assert frames.theme_segments(themed)["map_x"].dtype == float


def test_the_archive_has_them_without_names_and_in_the_right_places(themed, tmp_path):
    write_archive(themed, tmp_path / "archive.zip")
    with zipfile.ZipFile(tmp_path / "archive.zip") as archive:
        data = {name: archive.read(name) for name in archive.namelist()}
    for name in ("themes.csv", "theme-segments.csv", "history.jsonl"):
        assert b"Bob" not in data[name]
        assert b"Ada" not in data[name]
    (tmp_path / "again.sqlite").write_bytes(data["study.sqlite"])
    assert b"Bob" not in data["study.sqlite"]
    with Project.open(tmp_path / "again.sqlite") as again:
        assert again.themes().found_by != "Ada"
        talk = again.transcript(again.transcripts()[0].id)
        found = rows(theme_stretches_table(again))
        assert [row["quotation"] for row in found] == [talk.words_of(turn) for turn in talk.turns]
        assert again.theme_decisions()["run-0"].state == "code"
