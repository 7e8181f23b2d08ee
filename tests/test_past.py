"""Any past state can be looked at, exactly as it was, and not be changed."""

import pytest
from hypothesis import HealthCheck, given, settings

from coding.cli import main
from coding.edits import AddCoding, SetRole, WriteMemo, apply_edits, undo
from coding.edits.codebook import RetireCode
from coding.edits.segments import SplitSegment
from coding.errors import EditError, ProjectError
from coding.merge import merge_project
from coding.model import Role, utc_now
from coding.past import read_moment, write_past
from coding.store import Project
from tests.small import make_transcript
from tests.test_merge import OPERATIONS, act, place, whole


def now(project):
    return project.stamped()[-1][0]


def state(project):
    found = whole(project)
    found["meta"] = [row for row in found["meta"] if "past.as_of" not in row]
    found.pop("order")
    return found


def test_the_past_is_as_it_was_and_the_present_stays(study, tmp_path):
    apply_edits(study, [AddCoding(*place(study), "tries-service")], coder="Ada")
    then, before = now(study), state(study)
    transcript, start, end = place(study, 2)
    apply_edits(study, [SplitSegment(transcript, start, end, start + 20)], coder="Ada")
    apply_edits(study, [RetireCode("tells-early"), SetRole(study.participants()[1].id, Role.MODERATOR)], coder="Bob")
    undo(study, coder="Ada")
    study.add_transcript(make_transcript(name="later"), [], by="Ada")
    today = state(study)
    assert write_past(study, then, tmp_path / "past.sqlite") == len(before["edits"])
    with Project.open(tmp_path / "past.sqlite") as past:
        before["coders"] = state(past)["coders"]  # who came later is known, and has done nothing yet
        assert state(past) == before
        assert past.past == then
        assert past._query("PRAGMA foreign_key_check") == []
    assert state(study) == today
    assert study.past == ""


def test_nothing_can_be_written_into_the_past(study, tmp_path):
    write_past(study, now(study), tmp_path / "past.sqlite")
    with Project.open(tmp_path / "past.sqlite") as past:
        with pytest.raises(ProjectError, match="can be looked at, not changed"):
            apply_edits(past, [WriteMemo("project", "x")], coder="Ada")
        with pytest.raises(ProjectError, match="can be looked at, not changed"):
            past.set_setting("a", "b")
        with pytest.raises(ProjectError, match="can be looked at, not changed"):
            past.add_transcript(make_transcript(name="more"), [], by="Ada")


def test_before_the_beginning_there_is_nothing_to_look_at(study, tmp_path):
    with pytest.raises(EditError, match="choose a later one"):
        write_past(study, "2001-01-01T00:00:00.000000Z", tmp_path / "past.sqlite")
    assert not (tmp_path / "past.sqlite").exists()


def test_the_past_of_a_merged_project_has_what_either_copy_had(study, tmp_path):
    study.copy_to(tmp_path / "other.sqlite")
    with Project.open(tmp_path / "other.sqlite") as other:
        apply_edits(other, [AddCoding(*place(other), "tries-service")], coder="Bob")
    apply_edits(study, [AddCoding(*place(study, 4), "tells-early")], coder="Ada")
    then = now(study)
    apply_edits(study, [WriteMemo("project", "later")], coder="Ada")
    merge_project(study, tmp_path / "other.sqlite", by="Ada")
    write_past(study, then, tmp_path / "past.sqlite")
    with Project.open(tmp_path / "past.sqlite") as past:
        assert {coding.coder for coding in past.codings()} == {"Ada", "Bob"}
        assert past.memos() == []


def test_moments_are_read_as_people_type_them():
    assert read_moment(" 2026-03-02T10:15:07 ") == "2026-03-02T10:15:07.999999Z"
    assert read_moment("2026-03-02T10:15:07.000001+01:00") == "2026-03-02T09:15:07.000001Z"
    with pytest.raises(EditError, match="is no moment"):
        read_moment("last Tuesday")


def test_the_command_writes_it(study, tmp_path, capsys):
    main(["past", str(study.path), now(study), str(tmp_path / "past.sqlite")])
    assert "1 edit" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["past", str(study.path), now(study), str(tmp_path / "past.sqlite")])
    assert len(capsys.readouterr().err.splitlines()) == 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=OPERATIONS, after=OPERATIONS)
def test_every_moment_comes_back_whole(sentence_study, tmp_path, before, after):
    for path in tmp_path.glob("past*"):
        path.unlink()
    sentence_study.copy_to(tmp_path / "past0.sqlite")
    with Project.open(tmp_path / "past0.sqlite") as copy:
        for step in before:
            act(copy, *step)
        then, wanted = utc_now(), state(copy)
        for step in after:
            act(copy, *step)
        write_past(copy, then, tmp_path / "past1.sqlite")
    with Project.open(tmp_path / "past1.sqlite") as past:
        found = state(past)
    found.pop("coders"), wanted.pop("coders")
    assert found == wanted
