import os
import re
import sqlite3
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from sqlite_utils import Database

from coding.edits import AddCoding, WriteMemo, apply_edits
from coding.errors import ProjectError
from coding.migrations import migrations
from coding.model import Evidence, Role, Segment, State, Suggestion, Valence
from coding.store import Project
from tests.small import ROOT, make_transcript


def test_a_transcript_comes_back_as_it_was_stored(study, transcript):
    stored = study.transcript(transcript.id)
    assert stored.text == transcript.text
    assert stored.turns == transcript.turns
    assert stored.report == transcript.report
    assert stored.moderators == {"Ruth"}


def test_participants_know_their_role(study, transcript):
    assert study.speakers(transcript.id)["Ruth"].role is Role.MODERATOR
    assert study.speakers(transcript.id)["Bob"].role is Role.PARTICIPANT


def test_the_same_full_name_in_two_transcripts_is_one_participant(project):
    for name in ("one", "two"):
        talk = [("Nair, Priya", "Hello."), ("P1", "Yes.")]
        project.add_transcript(make_transcript(talk, name), [], by="Ada")
    assert sorted(person.name for person in project.participants()) == ["Nair, Priya", "P1", "P1"]


def test_the_same_bytes_are_not_stored_twice(study, transcript):
    with pytest.raises(ProjectError, match="already in this project"):
        study.add_transcript(transcript, [], by="Ada")
    assert len(study.transcripts()) == 1


def test_transcripts_of_one_name_are_told_apart(project):
    for words in ("One.", "Two."):
        project.add_transcript(make_transcript([("A", words)], "group"), [], by="Ada")
    assert [info.name for info in project.transcripts()] == ["group", "group (2)"]


def test_the_text_of_a_transcript_cannot_be_changed(study, transcript):
    with pytest.raises(sqlite3.IntegrityError, match="never changes"):
        study.db.conn.execute("UPDATE transcripts SET text = 'other'")
    study.db.conn.rollback()
    assert study.text(transcript.id) == transcript.text


@pytest.mark.parametrize("statement", ["DELETE FROM edits", "UPDATE edits SET coder = 'Eve'"])
def test_edits_cannot_be_changed(study, statement):
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        study.db.conn.execute(statement)


def test_a_second_write_in_a_failed_transaction_is_taken_back(study):
    def fail():
        with study.transaction():
            study.set_setting("a", "1")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert study.setting("a") == ""


def test_embeddings_are_kept_by_model_and_text(project):
    project.add_embeddings("m", {"hello": np.array([1, 0], dtype=np.float32)})
    assert project.embeddings("m", ["hello", "other"])["hello"].tolist() == [1, 0]
    assert project.embeddings("other", ["hello"]) == {}


def test_suggestions_come_back_with_their_evidence(study, transcript):
    turn = transcript.turns[1]
    evidence = (Evidence(0.3, "example", "He phoned", "tries-service"), Evidence(0.1, "other"))
    wanted = Suggestion(
        transcript.id,
        turn.start_char,
        turn.end_char,
        "tries-service",
        0.4,
        0.6,
        State.UNSURE,
        Valence.LACKING,
        evidence,
    )
    study.set_suggestions(transcript.id, [wanted])
    assert study.suggestions(transcript.id) == [wanted]


def test_a_name_of_nothing_is_no_coder(project):
    with pytest.raises(ProjectError, match="needs a name"):
        project.add_coder("  ")


def test_nobody_can_be_the_machine(project):
    with pytest.raises(ProjectError, match="machine"):
        project.add_coder("Machine")


# opening


def test_a_folder_is_no_project(tmp_path):
    with pytest.raises(ProjectError, match="this is a folder"):
        Project.open(tmp_path)


def test_a_missing_project_is_not_made_by_reading(tmp_path):
    with pytest.raises(ProjectError, match="no such project"):
        Project.open(tmp_path / "none.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ProjectError, match="folder for the new project does not exist"):
        Project.open(tmp_path / "no" / "s.sqlite", create=True)


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be looked at" * 20, b"\0" * 4096])
def test_another_file_is_no_project(tmp_path, content):
    path = tmp_path / "notes.sqlite"
    path.write_bytes(content)
    with pytest.raises(ProjectError) as caught:
        Project.open(path)
    assert "project" in str(caught.value)
    assert path.read_bytes() == content


def test_another_programs_database_is_left_alone(tmp_path):
    path = tmp_path / "places.sqlite"
    Database(path)["places"].insert({"id": 1})
    before = path.read_bytes()
    with pytest.raises(ProjectError, match="something else"):
        Project.open(path, create=True)
    assert path.read_bytes() == before


def test_a_project_of_a_newer_version_is_refused(tmp_path):
    path = tmp_path / "s.sqlite"
    Project.open(path, create=True).close()
    db = Database(path)
    db[migrations.migrations_table].insert(
        {"migration_set": migrations.name, "name": "m999_future", "applied_at": "2030"}
    )
    db.conn.close()
    with pytest.raises(ProjectError, match="newer version"):
        Project.open(path)


@pytest.mark.parametrize("steps", range(1, len(migrations._migrations)))
def test_a_project_of_an_older_version_opens_with_all_it_had(tmp_path, steps):
    path = tmp_path / "s.sqlite"
    db = Database(path)
    names = [step.name for step in migrations._migrations]
    migrations.apply(db, stop_before=names[steps])
    db.execute("PRAGMA application_id = 0x464F4343")
    db.execute("INSERT INTO meta VALUES ('codebook.name', 'Old')")
    db.conn.close()
    with Project.open(path) as project:
        assert project.codebook().name == "Old"
        assert project.codings() == []


def test_a_failing_migration_leaves_nothing_half_made(tmp_path, monkeypatch):
    path = tmp_path / "s.sqlite"

    def broken(db):
        db.execute("CREATE TABLE half (id)")
        db.execute("CREATE TABLE half (id)")

    step = type(migrations._migrations[0])("m998_broken", broken)
    monkeypatch.setattr(migrations, "_migrations", [*migrations._migrations, step])
    with pytest.raises(ProjectError):
        Project.open(path, create=True)
    assert Database(path).table_names() == []


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="rights do not bind this user")
def test_a_read_only_project_says_so(tmp_path):
    path = tmp_path / "s.sqlite"
    Project.open(path, create=True).close()
    path.chmod(0o400)
    with pytest.raises(ProjectError, match="cannot be written"):
        Project.open(path)


def test_a_read_only_database_says_so(study, transcript):
    study.db.conn.execute("PRAGMA query_only = ON")
    with pytest.raises(ProjectError, match="cannot be written"):
        apply_edits(study, [WriteMemo("project", "x")], coder="Ada")


def test_a_full_disk_is_one_sentence_and_keeps_what_was_there(study, transcript):
    apply_edits(study, [AddCoding(transcript.id, 6, 20, "tells-early")], coder="Ada")
    pages = study.db.conn.execute("PRAGMA page_count").fetchone()[0]
    study.db.conn.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(ProjectError, match="disk is full"):
        apply_edits(study, [WriteMemo("project", "x" * 5_000_000)], coder="Ada")
    study.db.conn.execute("PRAGMA max_page_count = 1073741823")
    assert len(study.codings()) == 1
    assert study.memos() == []


def test_a_busy_project_says_so(study, tmp_path, monkeypatch):
    monkeypatch.setattr("coding.store.connection.BUSY_TIMEOUT_S", 0.05)
    with Project.open(study.path) as other, study.transaction():
        study.set_setting("a", "1")
        with pytest.raises(ProjectError, match="another process is writing"):
            other.set_setting("b", "2")


def test_a_killed_process_in_the_middle_of_a_write_leaves_nothing_half_stored(tmp_path):
    path = tmp_path / "s.sqlite"
    script = textwrap.dedent(
        f"""
        import os, signal
        from coding.store import Project
        from tests.small import make_transcript
        project = Project.open({str(path)!r}, create=True)
        project.add_transcript(make_transcript(name="first"), [], by="Ada")
        with project.transaction():
            project.add_transcript(make_transcript(name="second"), [], by="Ada")
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == -9
    with Project.open(path) as project:
        assert [info.name for info in project.transcripts()] == ["first"]
        assert len(project.turns(project.transcripts()[0].id)) == 5


def test_only_the_store_and_migrations_hold_sql():
    sql = re.compile(r"\b(SELECT .* FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|PRAGMA )")
    found = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "coding").rglob("*.py")
        if sql.search(path.read_text("utf-8"))
    ]
    assert {name for name in found if not name.startswith("coding/store/")} <= {"coding/migrations.py"}


def test_segments_come_in_reading_order(study, transcript):
    assert study.segments(transcript.id) == [
        Segment(transcript.id, t.index, t.start_char, t.end_char) for t in transcript.turns
    ]


def test_a_code_that_was_damaged_is_one_sentence(study):
    project = study
    project.db.conn.execute("UPDATE codes SET data = '{nonsense' WHERE id = (SELECT min(id) FROM codes)")
    with pytest.raises(ProjectError, match="put a backup back"):
        project.codebook()
    project.db.conn.execute("UPDATE codes SET data = '[]' WHERE id = (SELECT min(id) FROM codes)")
    with pytest.raises(ProjectError, match="damaged"):
        project.codebook()
