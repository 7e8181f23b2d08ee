"""Taguette's projects and highlights."""

from __future__ import annotations

import json
import sqlite3

import pytest

from coding.errors import ReadError
from coding.interchange import import_study, is_study, read_study, texts_of
from coding.store import foreign
from coding.store.foreign import is_sqlite, read_tables

HTML = "<p>Ann: She é😀 <b>rang</b> the desk.</p>\n<p>Bob: Nobody &amp; nothing.</p>"
TEXT = "Ann: She é😀 rang the desk.\nBob: Nobody & nothing."
SCHEMA = """
CREATE TABLE projects (id INTEGER PRIMARY KEY, name TEXT, description TEXT);
CREATE TABLE documents (id INTEGER PRIMARY KEY, name TEXT, description TEXT, filename TEXT,
  project_id INTEGER, contents TEXT);
CREATE TABLE tags (id INTEGER PRIMARY KEY, project_id INTEGER, path TEXT, description TEXT);
CREATE TABLE highlights (id INTEGER PRIMARY KEY, document_id INTEGER, start_offset INTEGER, end_offset INTEGER,
  snippet TEXT);
CREATE TABLE highlight_tags (highlight_id INTEGER, tag_id INTEGER);
CREATE TABLE commands (id INTEGER PRIMARY KEY, date TEXT, user_login TEXT, payload TEXT);
"""


def at(words: str) -> tuple[int, int]:
    start = len(TEXT[: TEXT.index(words)].encode())
    return start, start + len(words.encode())


def make(path, *, schema=SCHEMA, projects=1):
    with sqlite3.connect(path) as conn:
        conn.executescript(schema)
        for number in range(1, projects + 1):
            conn.execute("INSERT INTO projects VALUES (?, ?, 'About')", [number, f"Study {number}"])
        conn.execute("INSERT INTO documents VALUES (1, 'Talk', 'First', 'talk.txt', 1, ?)", [HTML])
        conn.execute("INSERT INTO documents VALUES (2, 'Empty', '', '', 1, '<p> </p>')")
        conn.execute(
            "INSERT INTO tags VALUES (1, 1, 'calls.back', 'Rings back.'), (2, 1, 'calls', 'Any call.'), (3, 1, 'x', '')"
        )
        rows = [
            (1, 1, *at("rang the desk")),
            (2, 1, *at("Nobody")),
            (3, 1, 900, 950),
            (4, 9, 0, 3),
            (5, 1, *at("nothing")),
        ]
        conn.executemany("INSERT INTO highlights VALUES (?, ?, ?, ?, '')", rows)
        conn.execute("INSERT INTO highlight_tags VALUES (1, 1), (1, 2), (2, 3), (3, 3), (4, 3)")
        payload = json.dumps({"type": "highlight_add", "highlight_id": 1})
        conn.execute(
            "INSERT INTO commands VALUES (1, '2024-01-02 03:04:05', 'kim', ?), (2, '', '', 'no json')", [payload]
        )
    conn.close()
    return path


def test_project_comes_with_tags_highlights_and_coders(project, tmp_path):
    report = import_study(project, make(tmp_path / "t.sqlite3"), by="Ada")
    found = {
        (project.text(c.transcript_id)[c.start_char : c.end_char], project.codebook()[c.code_id].name, c.coder)
        for c in project.codings()
    }
    assert found == {
        ("rang the desk", "back", "kim"),
        ("rang the desk", "calls", "kim"),
        ("Nobody", "x", "Unknown coder"),
    }
    assert project.codings()[0].created_at == "2024-01-02T03:04:05.000000Z"
    assert project.text(project.transcripts()[0].id) == TEXT
    assert [(c.name, c.parent, c.definition) for c in project.codebook().codes] == [
        ("calls", None, "Any call."),
        ("back", "calls", "Rings back."),
        ("x", None, ""),
    ]
    assert {(m.target.split(":")[0], m.text) for m in project.memos()} == {
        ("transcript", "First"),
        ("project", "About"),
    }
    assert [str(one) for one in report.dropped] == [
        "highlight 3 in Talk: there are no words at its place",
        "highlight 5 in Talk: it has no tag",
        "document Empty: there are no words in it",
        "highlight 4: its document is not in the file",
    ]


def test_twice_is_once(project, tmp_path):
    make(tmp_path / "t.sqlite3")
    import_study(project, tmp_path / "t.sqlite3", by="Ada")
    report = import_study(project, tmp_path / "t.sqlite3", by="Ada")
    assert (report.codings, report.codings_there, report.codes, report.transcripts) == (0, 3, 0, ())


def test_several_projects_stay_apart(tmp_path):
    study = read_study(make(tmp_path / "t.sqlite3", projects=2))
    assert [code.name for code in study.codes][:2] == ["Study 1", "calls"]
    assert study.sources[0].group == "Study 1"


def test_highlights_are_placed_in_the_transcript_of_that_name(project, tmp_path):
    import_study(project, make(tmp_path / "t.sqlite3"), by="Ada")
    rows = ["id,document,tag,content", "7,Talk,y.z,She é😀 rang", "8,Talk,y,o", "9,Other,y,x", "10,Talk,,x"]
    (tmp_path / "all.csv").write_text("\r\n".join(rows), encoding="utf-8-sig")
    assert is_study(tmp_path / "all.csv")
    report = import_study(project, tmp_path / "all.csv", by="Ada")
    new = [c for c in project.codings() if project.codebook()[c.code_id].name == "z"]
    assert [texts_of(project)["Talk"][c.start_char : c.end_char] for c in new] == ["She é😀 rang"]
    assert [one.why for one in report.dropped] == [
        "its words stand 4 times in that transcript",
        "there is no transcript of that name here",
        "it has no tag",
    ]


def test_other_tables_are_transcripts(tmp_path):
    (tmp_path / "a.csv").write_text("speaker,text\nAnn,Hi\n")
    assert not is_study(tmp_path / "a.csv")
    assert not is_study(tmp_path / "missing.csv")
    assert is_study("a.csv", b'"id","document","tag","content"\n')


@pytest.mark.parametrize("data", [b"", b"SQLite format 3\0" + b"\xff" * 4000, b"text"])
def test_what_is_no_sqlite_file(data):
    with pytest.raises(ReadError, match=r"no SQLite file, or damaged|not of Taguette"):
        read_study("x.sqlite3", data)


def test_sqlite_of_something_else(tmp_path, project):
    with pytest.raises(ReadError, match="not of Taguette"):
        read_study("x.sqlite3", project.path.read_bytes())


def test_views_are_not_run(tmp_path):
    hostile = SCHEMA.replace(
        "CREATE TABLE tags (id INTEGER PRIMARY KEY, project_id INTEGER, path TEXT, description TEXT);", ""
    )
    with sqlite3.connect(tmp_path / "x.db") as conn:
        conn.executescript(
            hostile + "CREATE VIEW tags AS SELECT 1 AS id, 1 AS project_id, 'a' AS path, '' AS description;"
        )
    conn.close()
    with pytest.raises(ReadError, match="not of Taguette"):
        read_study("x.sqlite3", (tmp_path / "x.db").read_bytes())


def test_tables_with_other_columns_are_passed_over(tmp_path):
    with sqlite3.connect(tmp_path / "x.db") as conn:
        conn.executescript("PRAGMA journal_mode=WAL; CREATE TABLE a (b); INSERT INTO a VALUES (1); CREATE TABLE c (d);")
    conn.close()
    data = (tmp_path / "x.db").read_bytes()
    assert is_sqlite(data)
    assert read_tables(data, {"a": ("b", "z"), "c": ("e",), "f": ("g",)}, name="x") == {"a": [{"b": 1}]}


def test_endless_reading_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(foreign, "MOST_STEPS", 0)
    monkeypatch.setattr(foreign, "_STEP", 1)
    with pytest.raises(ReadError):
        read_study(make(tmp_path / "t.sqlite3"))
