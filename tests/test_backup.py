import hashlib
import json
import sqlite3
import threading
import zipfile

import pytest

from coding import backup
from coding.backup import MANIFEST_PART, PROJECT_PART, back_up, check_backup, restore
from coding.cli import main
from coding.edits import AddCoding, WriteMemo, apply_edits
from coding.errors import ProjectError
from coding.store import Project


@pytest.fixture
def path(study):
    segment = study.segments()[1]
    place = (segment.transcript_id, segment.start_char, segment.end_char)
    apply_edits(study, [AddCoding(*place, "tries-service", memo="Old")], coder="Ada")
    return study.path


def dump(path):
    with Project.open(path) as project:
        return list(project.db.conn.iterdump())


def change_manifest(path, **facts):
    with zipfile.ZipFile(path) as archive:
        about = {**json.loads(archive.read(MANIFEST_PART)), **facts}
        data = archive.read(PROJECT_PART)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MANIFEST_PART, json.dumps(about))
        archive.writestr(PROJECT_PART, data)


def test_a_backup_put_back_is_the_project(path, tmp_path):
    made, manifest = back_up(path)
    assert made.parent == path.parent
    assert (manifest.project, manifest.transcripts, manifest.codings) == ("study", 1, 1)
    done = restore(made, tmp_path / "again.sqlite")
    assert (done.manifest, done.kept) == (manifest, None)
    assert dump(tmp_path / "again.sqlite") == dump(path)


def test_the_hash_in_it_is_of_the_project_in_it(path):
    made, manifest = back_up(path)
    with zipfile.ZipFile(made) as archive:
        assert hashlib.sha256(archive.read(PROJECT_PART)).hexdigest() == manifest.sha256


def test_it_is_one_state_while_somebody_writes(path, tmp_path, monkeypatch):
    """Every act writes two memos; a copy with one of them would be no state that ever was."""
    monkeypatch.setattr("coding.store.copies._PAGES", 1)
    stop, wrote = threading.Event(), threading.Event()

    def write():
        with Project.open(path) as other:
            number = 0
            while not stop.is_set():
                number += 1
                texts = [WriteMemo("project", str(number)), WriteMemo("code:tries-service", str(number))]
                apply_edits(other, texts, coder="Bo")
                wrote.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            wrote.clear()
            assert wrote.wait(10)
            made, manifest = back_up(path, tmp_path / f"{number}.backup.zip")
            copy = restore(made, tmp_path / f"{number}.sqlite").project
            with Project.open(copy) as project:
                assert len({memo.text for memo in project.memos()}) == 1
                assert project.rev() == manifest.edits
    finally:
        stop.set()
        writer.join()


def test_restore_never_overwrites_unasked(path, tmp_path):
    made, _ = back_up(path)
    before = dump(path)
    with pytest.raises(ProjectError, match="there is a project of this name"):
        restore(made, path)
    assert dump(path) == before


def test_replace_keeps_what_was_there_and_who_has_it_open_sees_the_new(path):
    made, _ = back_up(path)
    before = dump(path)
    with Project.open(path) as open_elsewhere:
        apply_edits(open_elsewhere, [WriteMemo("project", "Newer")], coder="Ada")
        done = restore(made, path, replace=True)
        assert open_elsewhere.memos() == []
    assert dump(path) == before
    newer = restore(done.kept, path.with_name("newer.sqlite")).project
    with Project.open(newer) as project:
        assert [memo.text for memo in project.memos()] == ["Newer"]


def test_a_damaged_project_is_put_aside_and_not_lost(path, tmp_path):
    made, _ = back_up(path)
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    done = restore(made, broken, replace=True)
    assert done.kept.read_bytes().endswith(b"x" * 5000)
    assert dump(broken) == dump(path)


def test_a_log_of_a_project_that_is_gone_is_not_taken_for_the_new_ones(path, tmp_path):
    made, _ = back_up(path)
    log = tmp_path / "again.sqlite-wal"
    log.write_bytes(b"somebody else's log")
    done = restore(made, tmp_path / "again.sqlite")
    assert done.kept.read_bytes() == b"somebody else's log"
    assert dump(tmp_path / "again.sqlite") == dump(path)


def test_a_backup_never_takes_the_place_of_a_file(path, tmp_path):
    there = tmp_path / "there.backup.zip"
    there.write_bytes(b"mine")
    with pytest.raises(ProjectError, match="there is such a file already"):
        back_up(path, there)
    assert there.read_bytes() == b"mine"


def test_into_a_folder_it_gets_the_time_for_a_name(path, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    made, manifest = back_up(path, folder)
    assert made.name.startswith(f"study-{manifest.made_at[:10]}")
    assert list(folder.iterdir()) == [made]


def test_no_folder_to_write_to(path, tmp_path):
    with pytest.raises(ProjectError, match="folder for the backup"):
        back_up(path, tmp_path / "no" / "x.zip")
    made, _ = back_up(path)
    with pytest.raises(ProjectError, match="folder for the project"):
        restore(made, tmp_path / "no" / "x.sqlite")
    with pytest.raises(ProjectError, match="this is a folder"):
        restore(made, tmp_path)


def test_where_the_disk_knows_no_links_it_is_renamed(path, tmp_path, monkeypatch):
    def no_links(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", no_links)
    made, _ = back_up(path)
    assert dump(restore(made, tmp_path / "again.sqlite").project) == dump(path)


def test_one_bit_is_enough_to_be_refused(path, tmp_path):
    made, _ = back_up(path)
    with zipfile.ZipFile(made) as archive:
        data = bytearray(archive.read(PROJECT_PART))
        about = archive.read(MANIFEST_PART)
    data[-100] ^= 1
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(MANIFEST_PART, about)
        archive.writestr(PROJECT_PART, bytes(data))
    with pytest.raises(ProjectError, match="not what its hash says"):
        check_backup(made)
    with pytest.raises(ProjectError, match="not what its hash says"):
        restore(made, tmp_path / "again.sqlite")
    assert not (tmp_path / "again.sqlite").exists()


@pytest.mark.parametrize("cut", [0, 10, 400, -30])
def test_half_a_file_is_refused(path, cut):
    made, _ = back_up(path)
    made.write_bytes(made.read_bytes()[:cut])
    with pytest.raises(ProjectError, match="damaged"):
        check_backup(made)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"kind": "something"}, "something else"),
        ({"format": 2}, "newer version"),
        ({"bytes": "9"}, "damaged"),
        ({"bytes": 10}, "damaged"),
        ({"bytes": -1}, "damaged"),
        ({"bytes": 1 << 60, "sha256": "0"}, "damaged"),
        ({"bytes": True}, "damaged"),
        ({"sha256": None}, "damaged"),
        ({"sha256": "0" * 64}, "not what its hash says"),
    ],
)
def test_manifests_that_lie_are_refused(path, facts, message):
    made, _ = back_up(path)
    change_manifest(made, **facts)
    with pytest.raises(ProjectError, match=message):
        check_backup(made)


def test_a_bomb_is_not_unpacked(path, tmp_path):
    made, _ = back_up(path)
    with zipfile.ZipFile(made) as archive:
        about = archive.read(MANIFEST_PART)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST_PART, about)
        archive.writestr(PROJECT_PART, bytes(50 << 20))
    with pytest.raises(ProjectError, match="damaged"):
        restore(made, tmp_path / "again.sqlite")
    assert {one.name for one in tmp_path.iterdir()} >= {made.name}
    assert not any(one.name.startswith(".") for one in tmp_path.iterdir())


def test_what_is_no_project_is_refused_whatever_its_hash(path, tmp_path):
    other = tmp_path / "other.sqlite"
    conn = sqlite3.connect(other)
    conn.execute("CREATE TABLE t (x)")
    conn.commit()
    conn.close()
    made, _ = back_up(path)
    data = other.read_bytes()
    with zipfile.ZipFile(made) as archive:
        about = json.loads(archive.read(MANIFEST_PART))
    about |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(MANIFEST_PART, json.dumps(about))
        archive.writestr(PROJECT_PART, data)
    with pytest.raises(ProjectError, match="not a project"):
        check_backup(made)


def test_damage_inside_the_project_is_found(path, tmp_path):
    """The hash fits, the pages do not: the backup was taken of something broken."""
    made, _ = back_up(path)
    with zipfile.ZipFile(made) as archive:
        data = bytearray(archive.read(PROJECT_PART))
        about = json.loads(archive.read(MANIFEST_PART))
    data[4096 * 3 : 4096 * 4] = bytes(4096)
    about["sha256"] = hashlib.sha256(data).hexdigest()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(MANIFEST_PART, json.dumps(about))
        archive.writestr(PROJECT_PART, bytes(data))
    with pytest.raises(ProjectError):
        check_backup(made)


def test_a_place_that_cannot_be_written(path, monkeypatch):
    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup.tempfile, "mkstemp", full)
    with pytest.raises(ProjectError, match="No space left"):
        back_up(path)


def test_a_disk_that_fills_up_leaves_nothing(path, tmp_path, monkeypatch):
    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_pour", full)
    with pytest.raises(ProjectError, match="No space left"):
        back_up(path, tmp_path / "x.backup.zip")
    assert not [one for one in tmp_path.iterdir() if "backup" in one.name or one.name.startswith(".")]


# the command


def run(capsys, *arguments):
    main([str(argument) for argument in arguments])
    return capsys.readouterr().out


def test_by_command(path, tmp_path, capsys):
    made = json.loads(run(capsys, "backup", path, "--json"))
    assert made["codings"] == 1
    assert "whole, 1 transcripts, 1 codings" in run(capsys, "restore", path, made["file"], "--check")
    assert "1 codings" in run(capsys, "restore", tmp_path / "again.sqlite", made["file"])
    assert "is kept as" in run(capsys, "restore", path, made["file"], "--replace")


def test_the_same_file_twice(path, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["restore", str(path), str(path)])
    assert caught.value.code == 2
    assert "the same file twice" in capsys.readouterr().err


def test_no_such_backup(tmp_path):
    with pytest.raises(ProjectError, match="no such backup"):
        restore(tmp_path / "no.zip", tmp_path / "x.sqlite")


# what somebody put in


def tampered(made, *statements):
    """Write a backup anew whose project was changed, with a hash that fits."""
    with zipfile.ZipFile(made) as archive:
        about = json.loads(archive.read(MANIFEST_PART))
        changed = made.with_suffix(".changed")
        changed.write_bytes(archive.read(PROJECT_PART))
    conn = sqlite3.connect(changed)
    for statement in statements:
        conn.execute(statement)
    conn.commit()
    conn.close()
    data = changed.read_bytes()
    about |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(MANIFEST_PART, json.dumps(about))
        archive.writestr(PROJECT_PART, data)


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        (
            ["CREATE TRIGGER t AFTER INSERT ON codings BEGIN UPDATE codings SET coder = 'Eve'; END"],
            "the trigger 't' in this file is not from this tool",
        ),
        (["CREATE VIEW v AS SELECT * FROM codings"], "the view 'v' in this file is not from this tool"),
        (["CREATE TABLE more (x)"], "the table 'more' in this file is not from this tool"),
        (["CREATE VIRTUAL TABLE words USING fts5(x)"], "the table 'words"),
        (["ALTER TABLE codings ADD COLUMN x"], "the table 'codings' in this file has been tampered with"),
        (["DROP TRIGGER edits_stay"], "the trigger 'edits_stay' in this file has been tampered with"),
        (
            ["DROP TABLE codings", "CREATE VIEW codings AS SELECT 1 AS id"],
            "the .* in this file",
        ),
        (
            ["INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('focus-coding', 'm9', '')"],
            "newer version",
        ),
        (["DROP TABLE _sqlite_migrations"], "not a project of this tool"),
        (["UPDATE codings SET end_char = 1000000"], "stand outside their transcripts"),
    ],
)
def test_a_project_with_what_this_tool_never_made_is_refused(path, tmp_path, statements, message):
    made, _ = back_up(path)
    tampered(made, *statements)
    before = path.read_bytes()
    for target, replace in ((tmp_path / "again.sqlite", False), (path, True)):
        with pytest.raises(ProjectError, match=message):
            restore(made, target, replace=replace)
    assert not (tmp_path / "again.sqlite").exists()
    assert path.read_bytes() == before


def test_a_backup_of_an_older_version_is_taken(path, tmp_path):
    made, _ = back_up(path)
    tampered(made, "DROP TABLE team", "DELETE FROM _sqlite_migrations WHERE name = 'm007_team'")
    restore(made, tmp_path / "again.sqlite")
    with Project.open(tmp_path / "again.sqlite") as project:
        assert project.team().members == ()
