"""Excel workbooks."""

from __future__ import annotations

import io

import openpyxl
import pandas as pd
import pytest

from coding.edits import AddCoding, SetAttributes, apply_edits
from coding.errors import ExportError
from coding.export import codings_table, export, segments_table
from coding.export import xlsx as room
from coding.export.csv import Table, from_cell
from coding.export.xlsx import to_xlsx, write_workbook
from tests.refi import fill


@pytest.fixture
def coded(study, transcript):
    turn = transcript.turns[1]
    person = study.speakers(transcript.id)["Bob"]
    apply_edits(
        study,
        [
            AddCoding(transcript.id, turn.start_char, turn.end_char, "tries-service", memo="=1+1"),
            SetAttributes(person.id, (("sector", "retail"), ("turns", "many"))),
        ],
        coder="Ada",
    )
    return study


def read(data: bytes) -> dict[str, list[list[object]]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def as_texts(table: Table) -> list[list[object]]:
    return [[None if cell == "" else cell for cell in row] for row in table.rows]


def test_long_sheet_has_the_columns_and_rows_of_the_csv(coded):
    rows, data = to_xlsx(coded)
    table = codings_table(coded)
    sheet = read(data)["Codings"]
    assert rows == 1
    assert sheet[0] == list(table.columns)
    memo = table.columns.index("memo")
    assert sheet[1][memo] == "'=1+1"
    assert from_cell(sheet[1].pop(memo)) == as_texts(table)[0].pop(memo)


def test_wide_sheet_is_the_wide_table(coded):
    table = segments_table(coded)
    sheet = read(to_xlsx(coded)[1])["Segments"]
    assert sheet == [list(table.columns), *as_texts(table)]


def test_codebook_sheet_has_every_code_and_its_use(coded):
    frame = pd.read_excel(io.BytesIO(to_xlsx(coded)[1]), sheet_name="Codebook", keep_default_na=False)
    assert list(frame["code_id"]) == ["people", "tries-service", "tells-early"]
    assert list(frame["codings"]) == [0, 1, 0]
    assert frame["examples"][1].splitlines() == list(coded.codebook()["tries-service"].examples)
    assert list(frame["codable"]) == ["no", "yes", "yes"]


def test_participants_sheet_counts_turns_and_keeps_attributes(coded):
    frame = pd.read_excel(io.BytesIO(to_xlsx(coded)[1]), sheet_name="Participants", keep_default_na=False)
    bob = frame[frame["participant"] == "Bob"].iloc[0]
    assert (bob["turns"], bob["words"], bob["sector"], bob["attribute_turns"]) == (2, 28, "retail", "many")


def test_readme_explains_every_column(coded):
    sheets = read(to_xlsx(coded)[1])
    explained = {row[1] for row in sheets["README"][1:]}
    assert set(room.CODING_COLUMNS) | set(room.SEGMENT_COLUMNS) <= explained


def test_the_same_project_gives_the_same_bytes(coded):
    assert to_xlsx(coded) == to_xlsx(coded)


def test_export_writes_by_suffix(coded, tmp_path):
    assert export(coded, tmp_path / "out.XLSX") == 1
    assert pd.read_excel(tmp_path / "out.XLSX").shape[0] == 1


def test_only_the_coders_asked_for(tmp_path, project):
    fill(project)
    assert to_xlsx(project, coders=["Bo Ek"])[0] == 2
    with pytest.raises(ExportError, match="no coder 'Eve'"):
        to_xlsx(project, coders=["Eve"])


@pytest.mark.parametrize("text", ["a\x0bb", "one\r\ntwo", "  spaces ", "😀 & <b>", "tab\there"])
def test_text_comes_back(text):
    sheet = read(write_workbook({"S": Table(("a",), ((text,),))}))["S"]
    assert sheet[1][0] == text.replace("\x0b", "\ufffd")


def test_numbers_stay_numbers():
    sheet = read(write_workbook({"S": Table(("a", "b", "c"), ((-1, 0.5, None),))}))["S"]
    assert sheet[1] == [-1, 0.5, None]


def test_a_text_longer_than_a_cell_is_cut_and_the_readme_says_so(study, transcript):
    turn = transcript.turns[1]
    memo = "x" * (room.MOST_CHARS + 1)
    apply_edits(
        study, [AddCoding(transcript.id, turn.start_char, turn.end_char, "tries-service", memo=memo)], coder="Ada"
    )
    sheets = read(to_xlsx(study)[1])
    cell = sheets["Codings"][1][room.CODING_COLUMNS.index("memo")]
    assert len(cell) == room.MOST_CHARS
    assert cell.endswith("…")
    assert any("1 cells are longer" in row[2] for row in sheets["README"])


def test_more_rows_than_a_sheet_holds_are_an_error(monkeypatch):
    monkeypatch.setattr(room, "MOST_ROWS", 2)
    with pytest.raises(ExportError, match="the sheet S would be larger than Excel can hold"):
        write_workbook({"S": Table(("a",), (("1",), ("2",)))})


def test_long_words_are_read_in_lines_and_every_column_can_be_filtered():
    long = "She rang her own help line every Monday. " * 8
    table = Table(("quotation", "coder"), ((long, "Ada"), ("Short.", "Bo"), ("One\nTwo\nThree", "Bo")))
    sheet = openpyxl.load_workbook(io.BytesIO(write_workbook({"Codings": table}))).active
    assert sheet["A2"].alignment.wrap_text
    assert (sheet["B2"].alignment.vertical, sheet["A3"].alignment.wrap_text) == ("top", None)
    heights = [sheet.row_dimensions[number].height for number in (1, 2, 3, 4)]
    assert heights == [None, 15 * 6, None, 15 * 3]
    assert sheet.auto_filter.ref == "A1:B4"
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$1:$1")
