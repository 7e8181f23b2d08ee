import csv
import io
import zipfile

import openpyxl
import pytest

from coding import frames
from coding.cli import main
from coding.edits import AddCoding, apply_edits
from coding.edits.framework import ChangeBehaviour, LeaveOut, MoveCluster
from coding.errors import ExportError
from coding.export import export
from coding.export.framework import FRAMEWORK_COLUMNS, MEANINGS, read_framework_table
from coding.model import Valence
from coding.store import Project


@pytest.fixture
def study(tmp_path, make_study):
    with Project.open(make_study(tmp_path / "s.sqlite", coder="Ada Lovelace")) as project:
        s = project.segments()
        for number, valence in ((1, Valence.SHOWN), (3, Valence.LACKING)):
            place = (s[number].transcript_id, s[number].start_char, s[number].end_char)
            apply_edits(project, [AddCoding(*place, "meets-customers", valence=valence)], coder="Ada Lovelace")
        change = ChangeBehaviour("meets-customers", statement="=Goes there", positive=("One.", "Two."))
        apply_edits(
            project, [change, LeaveOut("calls-back"), MoveCluster("learning", "closeness")], coder="Ada Lovelace"
        )
        yield project


def rows_of(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_row_a_behaviour_in_the_order_of_the_framework(study, tmp_path):
    assert export(study, tmp_path / "f.csv", framework=True) == 3
    rows = rows_of((tmp_path / "f.csv").read_bytes())
    assert [row["behaviour_id"] for row in rows] == ["learns-from-failure", "open-in-a-crisis", "meets-customers"]
    row = rows[-1]
    assert (row["cluster"], row["statement"]) == ("Close to the customer", "'=Goes there")
    assert row["positive_indicators"].splitlines() == ["One.", "Two."]
    assert [row[name] for name in ("passages", "shown", "lacking", "participants", "of_participants")] == [
        *("2", "1", "1"),
        *("2", "2"),
    ]
    assert row["quotations"] == "“Graham stood at the counter every Friday.” (Carol B., Retail)"
    assert row["contrary_quotations"] == "“Mine never came out of his office.” (Femi, Retail)"
    assert row["quotations_chosen_by"] == "the program"


def test_every_column_has_a_meaning(study):
    assert set(FRAMEWORK_COLUMNS) == set(MEANINGS)
    assert all(len(row) == len(FRAMEWORK_COLUMNS) for row in read_framework_table(study).rows)


def test_the_workbook_has_it_beside_all_else(study, tmp_path):
    export(study, tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(tmp_path / "s.xlsx", read_only=True)
    assert [row[3] for row in book["Framework"].iter_rows(values_only=True)][0:2] == [
        "behaviour",
        "Learns from failure",
    ]
    assert ("Framework", "alpha", MEANINGS["alpha"]) in list(book["README"].iter_rows(values_only=True))
    book.close()


def test_the_archive_has_it_without_names(study, tmp_path):
    export(study, tmp_path / "s.zip")
    with zipfile.ZipFile(tmp_path / "s.zip") as archive:
        text = archive.read("framework.csv").decode("utf-8-sig")
    assert "Goes there" in text
    assert not any(name in text for name in ("Carol", "Femi", "Ada", "Lovelace"))
    assert "P1, Retail" in text


def test_it_is_a_data_frame_too(study):
    found = frames.framework(study).set_index("behaviour_id")
    assert found.loc["meets-customers", "passages"] == 2
    assert found["alpha"].isna().all()


def test_it_is_written_as_csv_alone_and_needs_a_codebook(study, tmp_path, capsys):
    with pytest.raises(ExportError, match=r"\.csv"):
        export(study, tmp_path / "f.xlsx", framework=True)
    with Project.open(tmp_path / "empty.sqlite", create=True) as empty, pytest.raises(ExportError, match="codebook"):
        export(empty, tmp_path / "f.csv", framework=True)
    main(["export", str(study.path), str(tmp_path / "f.csv"), "--framework"])
    assert "3 rows" in capsys.readouterr().out
