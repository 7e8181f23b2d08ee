import csv
import json
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from coding.bundled import bundled
from coding.cli import main
from coding.store import Project
from tests.small import ROOT

HEAVY = ("torch", "transformers", "spacy", "bertopic", "umap", "streamlit", "sentence_transformers", "sklearn")


def run(capsys, *arguments):
    main([str(argument) for argument in arguments])
    return capsys.readouterr().out


def fails(capsys, *arguments):
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert (caught.value.code, out) == (2, "")
    assert len(err.splitlines()) == 1
    return err


@pytest.fixture
def files(tmp_path):
    one = tmp_path / "one.txt"
    one.write_text(
        "MODERATOR: Who was good?\n\nAnn: She rang the help line herself, every Monday, and waited.\n\n"
        "MODERATOR: And then?\n\nBob: Ours had never met a customer in his life.\n\nAnn: =2+2, he said.\n",
        "utf-8",
    )
    return [one]


def test_the_main_job_by_command(capsys, tmp_path, files):
    project, out = tmp_path / "s.sqlite", tmp_path / "out.csv"
    report = json.loads(run(capsys, "import", project, *files, "--group", "North", "--by", "Ada", "--json"))
    assert (report[0]["turns"], report[0]["speakers"]) == (5, {"MODERATOR": 2, "Ann": 2, "Bob": 1})
    told = json.loads(run(capsys, "suggest", project, "--json"))
    assert told["suggestions"] > 0
    from coding.edits import AddCoding, apply_edits

    with Project.open(project) as opened:
        segment = opened.segments()[1]
        place = (segment.transcript_id, segment.start_char, segment.end_char)
        apply_edits(opened, [AddCoding(*place, "experiences-service-first-hand")], coder="Ada")
        text = opened.text(segment.transcript_id)
    assert json.loads(run(capsys, "export", project, out, "--json")) == {"file": str(out), "rows": 1}
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    with out.open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    assert row["quotation"] == text[int(row["start_char"]) : int(row["end_char"])]
    assert (row["group"], row["participant"], row["coder"], row["origin"]) == ("North", "Ann", "Ada", "own")


def test_import_says_what_it_did(capsys, tmp_path, files):
    out = run(capsys, "import", tmp_path / "s.sqlite", *files, "--by", "Ada")
    assert "5 turns" in out
    assert "MODERATOR 2" in out
    assert "already there" in run(capsys, "import", tmp_path / "s.sqlite", *files, "--by", "Ada")


def test_a_bad_file_among_good_ones_is_told_on_standard_error(capsys, tmp_path, files):
    bad = tmp_path / "bad.docx"
    bad.write_bytes(b"no zip")
    main(["import", str(tmp_path / "s.sqlite"), str(bad), str(files[0])])
    out, err = capsys.readouterr()
    assert "bad.docx: failed" in out
    assert err.count("\n") == 1


def test_the_size_of_segments_is_kept_for_the_project(capsys, tmp_path, files):
    run(capsys, "import", tmp_path / "s.sqlite", *files, "--min-words", 3, "--by", "Ada")
    with Project.open(tmp_path / "s.sqlite") as project:
        assert '"min_words": 3' in project.setting("segmentation")
    assert "not possible" in fails(capsys, "import", tmp_path / "s.sqlite", *files, "--min-words", 300)


BAD = {
    "empty.txt": b"",
    "zeros.txt": b"\0" * 5000,
    "wrong.docx": b"PK\x03\x04 broken",
    "image.vtt": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_is_one_sentence_with_its_name(capsys, tmp_path, name):
    (tmp_path / name).write_bytes(BAD[name])
    assert name in fails(capsys, "import", tmp_path / "s.sqlite", tmp_path / name, "--by", "Ada")


def test_no_file_and_no_project_are_one_sentence(capsys, tmp_path):
    assert "no such file" in fails(capsys, "import", tmp_path / "s.sqlite", tmp_path / "none.txt", "--by", "Ada")
    assert "no such project" in fails(capsys, "suggest", tmp_path / "none.sqlite")
    assert "folder" in fails(capsys, "suggest", tmp_path)


def test_text_in_other_encodings_is_read(capsys, tmp_path):
    words = "Ann: Café – “quite”.\nBob: Yes, naïve.\nAnn: Mm.\nBob: Quite.\n"
    (tmp_path / "old.txt").write_bytes(words.encode("cp1252"))
    (tmp_path / "wide.txt").write_bytes(words.replace("Quite", "Nine").encode("utf-16"))
    report = json.loads(
        run(capsys, "import", tmp_path / "s.sqlite", tmp_path / "old.txt", tmp_path / "wide.txt", "--json", "--by", "A")
    )
    assert [item["turns"] for item in report] == [4, 4]
    with Project.open(tmp_path / "s.sqlite") as project:
        assert all("Café – “quite”." in project.text(info.id) for info in project.transcripts())


def test_a_codebook_is_checked_and_put_in_force(capsys, tmp_path):
    file, project = bundled("codebook.yaml"), tmp_path / "s.sqlite"
    assert "29 codes in 5 groups; valid" in run(capsys, "codebook", "check", file)
    assert json.loads(run(capsys, "codebook", "set", project, file, "--by", "Ada", "--json"))["codes"] == 29
    smaller = tmp_path / "small.yaml"
    smaller.write_text("name: Small\nversion: 2\ncodes:\n  - {id: one, name: One}\n", "utf-8")
    assert "is in force: 1 codes" in run(capsys, "codebook", "set", project, smaller, "--by", "Ada")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (5, "name: x\ncodes:\n  - id: a\n    name: A\n  - id: a\n    name: B\n"),
        (3, "name: x\ncodes:\n\t- id: a\n"),
        (5, "name: x\ncodes:\n  - id: a\n    name: A\n    parent: a\n"),
        (5, "name: x\ncodes:\n  - id: a\n    name: A\n    colr: red\n"),
        (2, "name: x\ncodes: !!python/object/apply:os.system ['true']\n"),
    ],
)
def test_a_bad_codebook_is_one_sentence_with_file_and_line(capsys, tmp_path, line, text):
    file = tmp_path / "codes.yaml"
    file.write_text(text, "utf-8")
    assert f"codes.yaml:{line}:" in fails(capsys, "codebook", "check", file)


def test_an_export_to_a_folder_or_an_unknown_kind_is_one_sentence(capsys, tmp_path, files):
    project = tmp_path / "s.sqlite"
    run(capsys, "import", project, *files, "--by", "Ada")
    assert "folder" in fails(capsys, "export", project, tmp_path)
    assert ".odd" in fails(capsys, "export", project, tmp_path / "out.odd")


def test_review_refuses_what_is_no_project(capsys, tmp_path):
    assert "no such project" in fails(capsys, "review", tmp_path / "none.sqlite")


def test_an_account_without_a_name_is_asked_for_one(capsys, tmp_path, files, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: (_ for _ in ()).throw(OSError("no name")))
    assert "--by NAME" in fails(capsys, "import", tmp_path / "s.sqlite", *files)


def test_help_is_quick_and_imports_nothing_heavy():
    script = (
        "import sys, time; from coding.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert all(find_spec(name) for name in HEAVY if name != "umap")


def test_importing_the_package_imports_nothing_heavy():
    modules = "coding, coding.store, coding.edits, coding.readers, coding.pipeline, coding.assistant, coding.suggest"
    script = f"import sys; import {modules}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.strip() == "[]"


def test_the_command_can_be_run_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "coding", "codebook", "check", "none.yaml"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
