"""Codebooks as tables, and labelled segments."""

from __future__ import annotations

import io
import json

import docx
import openpyxl
import pytest

from coding.codebook import dump_codebook
from coding.errors import CodebookError, ReadError
from coding.export import xlsx
from coding.interchange import import_study, is_study, read_study
from coding.interchange.codebook_tables import read_codebook_table
from coding.model import Code
from tests.refi import CODEBOOK, fill

ROWS = [
    ["Theme", "Group", "Description", "When to use", "Example quotation", "Color"],
    ["Calls back", "Contact", "Rings back.", "- if they ring\n- if they write", "He rang.", "#112233"],
    ["Queues", "Contact", "", "", "", "blue"],
    ["", "", "no name", "", "", ""],
]


def as_csv(rows, delimiter=","):
    import csv

    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows):
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


def as_docx(rows):
    document, buffer = docx.Document(), io.BytesIO()
    document.add_paragraph("Our codebook")
    table = document.add_table(len(rows), len(rows[0]))
    for at, row in enumerate(rows):
        for cell, text in zip(table.rows[at].cells, row, strict=True):
            cell.text = text
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "make"),
    [("a.csv", as_csv), ("a.tsv", lambda rows: as_csv(rows, "\t")), ("a.xlsx", as_xlsx), ("a.docx", as_docx)],
)
def test_tables_of_every_kind(name, make):
    book = read_codebook_table(name, make(ROWS))
    assert book.name == "a"
    assert book.codes == (
        Code("contact", "Contact", codable=False),
        Code(
            "calls-back",
            "Calls back",
            "contact",
            "Rings back.",
            ("if they ring", "if they write"),
            examples=("He rang.",),
            colour="#112233",
        ),
        Code("queues", "Queues", "contact"),
    )


def test_our_own_codebook_sheet_comes_back(project, tmp_path):
    fill(project)
    table = xlsx.codebook_table(project)
    data = xlsx.write_workbook({"Codebook": table})
    book = read_codebook_table("x.xlsx", data)
    assert dump_codebook(book).split("codes:")[1] == dump_codebook(CODEBOOK).split("codes:")[1]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["a", "b"], ["1", "2"]], "no table with a column called"),
        ([["Code"], [""]], "there are no codes in the table"),
        ([["id", "Code"], ["x", "A"], ["x", "B"]], r"a.csv:3: the id 'x' stands in the table twice"),
        ([["Code", "Parent"], ["A", "A"]], r"a.csv:2: 'A' stands below itself"),
        ([["Code", "Parent"], ["A", "B"], ["B", "A"]], "stands below itself"),
    ],
)
def test_what_is_wrong_is_said(rows, message):
    with pytest.raises(CodebookError, match=message):
        read_codebook_table("a.csv", as_csv(rows))


def test_files_that_hold_no_table(tmp_path):
    with pytest.raises(CodebookError, match="cannot be read"):
        read_codebook_table(tmp_path / "none.csv")
    with pytest.raises(CodebookError, match="is no table of codes"):
        read_codebook_table("a.pdf", b"x")
    with pytest.raises(CodebookError, match="not a Word document"):
        read_codebook_table("a.docx", as_xlsx(ROWS))


# labelled segments


def lines(*rows) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


LABELLED = lines(
    {"text": "And then?", "codes": None, "source": "g1", "order": 2, "speaker": "Mod"},
    {"text": "She rang.", "codes": ["calls-back", "early"], "source": "g1", "order": 1, "speaker": "Ann"},
    {"text": "Other", "codes": []},
)


def test_labels_are_codings_of_turns(project, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(LABELLED)
    assert is_study(tmp_path / "a.jsonl")
    import_study(project, tmp_path / "a.jsonl", by="Ada")
    first = project.transcripts()[0]
    assert (first.name, project.text(first.id)) == ("g1", "Ann: She rang.\nMod: And then?\n")
    found = [(c.code_id, project.text(first.id)[c.start_char : c.end_char], c.coder) for c in project.codings()]
    assert sorted(found) == [("calls-back", "She rang.", "Labels"), ("early", "She rang.", "Labels")]


def test_labels_are_known_by_their_ids(project):
    fill(project)
    report = import_study(project, "a.jsonl", by="Ada", data=LABELLED)
    assert (report.codes, report.codes_there, report.differences) == (1, 1, ())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"text": "a", "codes": []}\nno json', "a.jsonl:2: this line is not JSON"),
        (b'{"text": " ", "codes": []}', "a.jsonl:1: this line has no “text”"),
        (b'{"text": "a", "codes": [1]}', "a.jsonl:1: “codes” has to be a list"),
        (bytes(range(256)) * 8, "a.jsonl"),
    ],
)
def test_lines_that_are_wrong(data, message):
    with pytest.raises(ReadError, match=message):
        read_study("a.jsonl", data)


def test_too_many_lines(monkeypatch):
    monkeypatch.setattr("coding.interchange.labelled.MOST_LINES", 1)
    with pytest.raises(ReadError, match="more than 1 lines"):
        read_study("a.jsonl", LABELLED)
