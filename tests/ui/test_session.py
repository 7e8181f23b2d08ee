import sys
import threading
from pathlib import Path

import pytest

from coding.errors import CodingError, ProjectError
from coding.pipeline import Source
from coding.store import Project
from coding.ui import session, settings
from coding.ui.jobs import Desk, Lane
from coding.ui.shell import MENU
from coding.ui.widgets import count, plain
from tests.ui.conftest import HOSTILE


def test_a_project_and_a_name_are_remembered_on_this_machine(tmp_path):
    for number in range(20):
        settings.remember(project=tmp_path / f"{number}.sqlite")
    settings.remember(coder="Ada")
    settings.remember(project=tmp_path / "3.sqlite")
    known = settings.read_settings()
    assert known.coder == "Ada"
    assert len(known.recent) == settings.MOST_RECENT
    assert known.recent[:2] == (str(tmp_path / "3.sqlite"), str(tmp_path / "19.sqlite"))


@pytest.mark.parametrize("content", ["", "[]", '{"coder": 3, "recent": "x"}', "{", "\x00", '{"recent": [1, null]}'])
def test_damaged_settings_are_as_good_as_none(content):
    file = settings.settings_file()
    file.parent.mkdir(parents=True)
    file.write_text(content)
    assert settings.read_settings() == settings.Settings()


def test_a_machine_that_keeps_nothing_is_no_reason_to_stop(tmp_path):
    (tmp_path / "config").write_text("a file where a folder should be")
    settings.remember(coder="Ada")
    assert settings.read_settings().coder == ""


def test_a_link_names_only_projects_that_were_opened_here(tmp_path):
    path = tmp_path / "s.sqlite"
    assert settings.find_recent(settings.project_tag(path)) is None
    settings.remember(project=path)
    assert settings.find_recent(settings.project_tag(path)) == path
    settings.forget(path)
    assert settings.find_recent(settings.project_tag(path)) is None


def test_a_link_to_a_known_project_opens_it(run, study):
    settings.remember(project=study)
    at = run(None)
    del at.session_state[session._PROJECT]
    at.query_params["project"] = settings.project_tag(study)
    at.run()
    assert at.title[0].value == "Leaders"


def test_the_command_line_names_a_project(monkeypatch, study):
    monkeypatch.setattr(sys, "argv", ["/somewhere/app.py", str(study)])
    assert session._from_command_line() == study
    monkeypatch.setattr(sys, "argv", ["pytest", "tests"])
    assert session._from_command_line() is None


@pytest.mark.parametrize("name", ["", "  ", "Machine", "x" * 81, "a\x00b"])
def test_some_names_are_none(name):
    with pytest.raises(CodingError):
        session.clean_name(name)


def test_a_name_is_typed_once(run, study):
    at = run(study, coder=None)
    at.text_input(key="typed-name-import").input(" Ada  Lovelace ")
    next(b for b in at.button if b.label == "Keep" and "name-import" in str(b.form_id)).click()
    at.run()
    assert session.settings.read_settings().coder == "Ada Lovelace"
    assert at.session_state[session._CODER] == "Ada Lovelace"


@pytest.mark.parametrize("text", HOSTILE)
def test_plain_protects_every_sign_of_markup(text):
    shown = plain(text)
    assert shown.replace("\\", "").replace("\u2060", "") == " ".join(text.split())
    assert ":smile:" not in shown.replace("\\", "")
    assert " -> " not in shown.replace("\\", "")


def test_numbers_come_with_their_noun():
    assert count(1, "coding") == "1 coding"
    assert count(0, "coding") == "0 codings"


def test_a_project_called_study_is_named_after_its_folder():
    assert session.project_name(Path("/x/Leaders/study.sqlite")) == "Leaders"
    assert session.project_name(Path("/x/Leaders.sqlite")) == "Leaders"


# long work


def test_work_is_done_one_piece_after_another_and_errors_are_told():
    lane = Lane("test")
    done = []

    def fail(step):
        step("Trying", 1, 2)
        raise ProjectError("it did not work")

    held = threading.Event()
    lane.add(lambda step: held.wait(10))
    lane.add(lambda step: done.append(1))
    lane.add(fail)
    lane.add(lambda step: done.append(2))
    assert lane.status.busy
    held.set()
    assert lane.wait(10)
    assert done == [1, 2]
    assert lane.status.error == "it did not work"
    assert not lane.status.busy


def test_an_unexpected_failure_is_told_too_and_the_next_work_is_done(caplog):
    lane = Lane("test")
    lane.add(lambda step: {}["missing"])
    assert lane.wait(10)
    assert "did not expect" in lane.status.error
    assert "KeyError" in caplog.text
    lane.add(lambda step: None)
    assert lane.wait(10)
    assert lane.status.error is None


def test_files_are_read_while_suggestions_are_made(study, monkeypatch):
    held = threading.Event()
    monkeypatch.setattr(Desk, "_refresh", lambda self, step: held.wait(30))
    desk = Desk(study)
    desk.prepare()
    desk.bring_in([Source("a.txt", b"Ann: One.\nBob: Two.\nAnn: Three.\n")], by="Ada", groups=["Rail"])
    assert desk.reading.wait(60)
    assert [item.status for item in desk.imported] == ["imported"]
    assert desk.assistant is None
    assert desk.status.busy
    held.set()
    assert desk.wait(10)
    with Project.open(study) as project:
        assert project.transcripts()[-1].group == "Rail"


def test_the_assistant_is_made_and_suggests(study):
    desk = Desk(study)
    assert desk.assistant is None
    desk.prepare()
    desk.prepare()
    assert desk.wait(120)
    assert desk.status.error is None
    assert desk.assistant is not None
    with Project.open(study) as project:
        assert project.suggestions()
        key = project.segments()[2].key
    assert len(desk.assistant.rank_codes(key)) == 4


def test_a_project_with_nothing_to_suggest_needs_no_model(tmp_path):
    path = tmp_path / "s.sqlite"
    Project.open(path, create=True).close()
    desk = Desk(path)
    desk.prepare()
    assert desk.wait(10)
    assert desk.assistant is None
    assert desk.status.error is None


@pytest.mark.parametrize("page", [None, *(Path(file).stem for file, _, _ in MENU[1:])])
def test_every_page_says_in_one_sentence_what_is_wrong_with_a_project(run, study, page):
    with Project.open(study) as project:
        project.db.conn.execute("UPDATE codes SET data = '{nonsense' WHERE id = 'calls-back'")
        project.db.conn.commit()
    at = run(study, page)
    assert not at.exception
    study.unlink()
    at = run(study, page)
    assert not at.exception
    assert "there is no such project" in at.error[0].value
    next(button for button in at.button if button.label == "Open another project").click().run()
    assert not at.error
