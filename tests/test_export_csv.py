import csv
import io
import os
import sys

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coding.codebook import load_codebook
from coding.edits import AddCoding, MarkReviewed, SetAttributes, apply_edits
from coding.edits.codebook import RetireCode
from coding.errors import ExportError
from coding.export import Table, codings_table, export, from_cell, segments_table, to_csv
from coding.export.csv import to_cell
from coding.model import Origin, Valence
from coding.store import Project
from tests.conftest import CODEBOOK

CONTRACT = (
    "coding_id,transcript,group,participant,role,start_time_s,start_char,end_char,quotation,code_id,code,parent,"
    "valence,coder,origin,score,probability,memo,codebook_version,created_at"
).split(",")

HOSTILE = [
    "=1+1",
    "+44 20",
    "-- well",
    "@home",
    "\tx",
    "＝1",
    "'=1",
    "''+",
    "'tis",
    "<img onerror=x>",
    "$a$",
    'a"b',
    "é🙈",
]


@pytest.fixture
def study(tmp_path, make_study):
    with Project.open(make_study(tmp_path / "study.sqlite")) as made:
        info = made.transcripts()[0]
        first, second, third = made.segments(info.id)[1:4]
        apply_edits(
            made,
            [
                AddCoding(info.id, first.start_char, first.end_char, "meets-customers", memo="=cmd()"),
                AddCoding(
                    info.id,
                    second.start_char,
                    second.end_char,
                    "learns-from-failure",
                    valence=Valence.LACKING,
                    origin=Origin.ACCEPTED,
                    score=-0.31234567,
                    probability=0.75,
                ),
                MarkReviewed(info.id, first.start_char, second.end_char),
            ],
            coder="Ada",
        )
        apply_edits(made, [AddCoding(info.id, first.start_char, third.end_char, "calls-back")], coder="Ben")
        yield made


def read(data):
    text = data.decode("utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:], newline="")))
    return rows[0], [dict(zip(rows[0], (from_cell(cell) for cell in row), strict=True)) for row in rows[1:]]


def test_the_columns_are_those_of_the_contract(study):
    header, rows = read(to_csv(codings_table(study)))
    assert header == CONTRACT
    assert len(rows) == 3


def test_every_quotation_is_its_slice(study):
    text = study.text(study.transcripts()[0].id)
    for table in (codings_table(study, without_codes=True), segments_table(study)):
        rows = [row for row in read(to_csv(table))[1] if row["transcript"] == "Retail"]
        assert rows
        for row in rows:
            assert row["quotation"] == text[int(row["start_char"]) : int(row["end_char"])]


def test_a_row_tells_what_was_coded_by_whom_and_how(study):
    row = read(to_csv(codings_table(study, coders=["Ada"])))[1][1]
    assert row["participant"] == "Carol B."
    assert row["role"] == "participant"
    assert (row["code_id"], row["code"], row["parent"]) == ("learns-from-failure", "Learns from failure", "Learning")
    assert (row["valence"], row["coder"], row["origin"]) == ("lacking", "Ada", "accepted")
    assert (row["score"], row["probability"], row["codebook_version"]) == ("-0.312346", "0.75", "1")
    assert row["created_at"].endswith("Z")


def test_the_start_time_is_in_proportion_to_the_words_before(study):
    first, second = read(to_csv(codings_table(study, coders=["Ada"])))[1]
    assert float(first["start_time_s"]) == 10.0
    assert 10.0 < float(second["start_time_s"]) < 18.0


def test_a_coding_across_turns_names_all_who_speak(study):
    row = read(to_csv(codings_table(study, coders=["Ben"])))[1][0]
    assert row["participant"] == "Carol B.; Femi"
    assert row["role"] == "participant"
    assert "\n" in row["quotation"]


def test_attributes_of_participants_are_columns(study):
    person = next(p for p in study.participants() if p.name == "Carol B.")
    apply_edits(study, [SetAttributes(person.id, (("sector", "retail"), ("role", "=boss")))], coder="Ada")
    header, rows = read(to_csv(codings_table(study)))
    assert header == [*CONTRACT, "attribute_role", "sector"]
    assert rows[0]["sector"] == "retail"
    assert rows[0]["attribute_role"] == "=boss"
    assert "'=boss" in to_csv(codings_table(study)).decode()


def test_only_chosen_coders_and_codes_are_written(study):
    assert [row[9] for row in codings_table(study, code_ids=["closeness"]).rows] == ["meets-customers", "calls-back"]
    assert [row[13] for row in codings_table(study, coders=["Ben"]).rows] == ["Ben"]
    assert codings_table(study, coders=["Ben"], code_ids=["learning"]).rows == ()


@pytest.mark.parametrize(("choice", "words"), [({"coders": ["Eve"]}, "no coder"), ({"code_ids": ["x"]}, "no code")])
def test_an_unknown_coder_or_code_is_named(study, choice, words):
    with pytest.raises(ExportError, match=words):
        codings_table(study, **choice)


def test_segments_without_codes_stand_between_the_others(study):
    rows = read(to_csv(codings_table(study, coders=["Ada"], without_codes=True)))[1]
    assert len(rows) == len(study.segments())
    assert [bool(row["coding_id"]) for row in rows][:4] == [False, True, True, False]
    assert rows[0]["code"] == ""
    assert rows[0]["quotation"].startswith("Think of somebody")


def test_a_wide_row_has_a_column_a_code(study):
    header, rows = read(to_csv(segments_table(study)))
    codes = [code.id for code in CODEBOOK.codes if code.codable]
    assert header[11:] == codes
    assert len(rows) == len(study.segments())
    assert [rows[1][code] for code in codes] == ["1", "1", "0", "0"]
    assert [rows[3][code] for code in codes] == ["0", "1", "0", "0"]
    assert rows[1]["coders"] == "Ada; Ben"
    assert [row["finished_by"] for row in rows[:4]] == ["", "Ada", "Ada", ""]
    assert len(segments_table(study, coders=["Ada"], without_codes=False).rows) == 2


def test_codings_of_a_retired_code_are_still_written(study):
    apply_edits(study, [RetireCode("calls-back")], coder="Ada")
    assert "Calls back in person" in [row[10] for row in codings_table(study).rows]
    assert segments_table(study).columns[-1] == "calls-back"


@given(st.text())
@example("=1")
@example("'=1")
@example("''\n")
def test_a_cell_comes_back_exactly_and_is_never_a_formula(text):
    cell = to_cell(text)
    assert from_cell(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


def test_numbers_stay_numbers():
    assert to_csv(Table(("a",), ((-1.5,), (None,)))).decode("utf-8-sig") == 'a\r\n-1.5\r\n""\r\n'


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_from_the_file(text):
    header, rows = read(to_csv(Table((text, "b"), ((text, "x"),))))
    assert rows[0][header[0]] == text


def test_a_spreadsheet_library_finds_no_formula(tmp_path):
    data = to_csv(Table(("a",), tuple((text,) for text in HOSTILE)))
    sheet = openpyxl.Workbook().active
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        sheet.append(row)
    assert [cell.data_type for (cell,) in sheet.iter_rows()] == ["s"] * (len(HOSTILE) + 1)


def test_lone_surrogates_do_not_stop_the_export():
    assert b"?" in to_csv(Table(("a",), (("\ud800",),)))


def test_a_file_is_written_by_its_suffix(study, tmp_path):
    assert export(study, tmp_path / "out.csv") == 3
    assert export(study, tmp_path / "wide.CSV", wide=True, coders=["Ben"]) == len(study.segments())
    assert export(study, tmp_path / "codes.yaml") == len(CODEBOOK.codes)
    assert read((tmp_path / "out.csv").read_bytes())[0] == CONTRACT
    assert load_codebook(tmp_path / "codes.yaml") == CODEBOOK


def test_an_unknown_suffix_is_named(study, tmp_path):
    with pytest.raises(ExportError, match=r"out\.doc: “\.doc” is not a format to write"):
        export(study, tmp_path / "out.doc")


def test_a_file_that_cannot_be_written_leaves_the_old_one(study, tmp_path):
    with pytest.raises(ExportError, match="cannot be written"):
        export(study, tmp_path / "no" / "out.csv")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="rights do not bind this user")
def test_a_folder_without_rights_is_one_sentence(study, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ExportError, match="cannot be written"):
        export(study, tmp_path / "out.csv")
    tmp_path.chmod(0o700)


def test_the_same_project_gives_the_same_bytes(study):
    assert to_csv(codings_table(study)) == to_csv(codings_table(study))


def test_a_project_without_anything_gives_the_columns(tmp_path):
    with Project.open(tmp_path / "s.sqlite", create=True) as project:
        assert codings_table(project).rows == ()
        assert list(codings_table(project).columns) == CONTRACT
