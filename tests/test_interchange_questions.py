"""Where a study that comes back and the project both changed something, a person is asked."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from coding.cli import main, studies
from coding.edits import ChangeCoding, WriteMemo, apply_edits, undo
from coding.edits.codebook import ChangeCode
from coding.errors import CodingError, ReadError
from coding.export import export
from coding.interchange import import_study, place_study, preview_study, read_answers, read_study
from coding.interchange.report import Difference
from coding.model import Valence
from coding.store import Project
from tests.refi import fill

BOTH = (('name="Early"', 'name="Soon"'), ("valence: lacking", "valence: unclear"))


def changed(sent: Path, *pairs: tuple[str, str]) -> bytes:
    """Return a file as another tool would send it back."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(sent) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            for before, after in pairs:
                assert name != "project.qde" or before in text
                text = text.replace(before, after)
            new.writestr(name, text)
    return buffer.getvalue()


@pytest.fixture
def sent(project, tmp_path) -> Path:
    fill(project)
    export(project, tmp_path / "sent.qdpx")
    return tmp_path / "sent.qdpx"


@pytest.fixture
def back(project, sent, tmp_path) -> Path:
    """Change a code and a coding on both sides."""
    lacking = next(coding for coding in project.codings() if coding.valence.value == "lacking")
    apply_edits(
        project, [ChangeCode("early", name="Ours"), ChangeCoding(lacking.id, valence=Valence.SHOWN)], coder="Ada"
    )
    (tmp_path / "back.qdpx").write_bytes(changed(sent, *BOTH))
    return tmp_path / "back.qdpx"


def state(project: Project) -> tuple[str, set[str]]:
    return project.codebook()["early"].name, {coding.valence.value for coding in project.codings()}


# the preview


def test_a_preview_says_what_an_import_would_do_and_does_nothing(project, back):
    before = list(project.db.conn.iterdump())
    study = read_study(back)
    told = preview_study(project, study, by="Ada", file="back.qdpx")
    assert list(project.db.conn.iterdump()) == before
    done = place_study(project, study, by="Ada", file="back.qdpx")
    assert (told.previewed, told.status) == (True, "previewed")
    assert told.differences == done.differences
    assert [one.field for one in told.questions] == ["name", "valence"]


def test_a_preview_of_something_new_counts_as_the_import_does(project, sent, tmp_path):
    study = read_study(sent)
    with Project.open(tmp_path / "other.sqlite", create=True) as other:
        told = preview_study(other, study, by="Eve", file="sent.qdpx")
        assert (other.transcripts(), other.coders()) == ([], [])
        done = place_study(other, study, by="Eve", file="sent.qdpx")
    assert told.suggestions > 0
    assert {**told.as_dict(), "status": "", "previewed": False} == {**done.as_dict(), "status": ""}
    assert told.new_codes == tuple(code.name for code in project.codebook().codes)


def test_what_came_back_unchanged_counts_as_here_already(project, sent):
    told = preview_study(project, read_study(sent), by="Ada", file="sent.qdpx")
    new = (told.transcripts, told.codes, told.codings, told.people, told.memos, told.finished, told.refused)
    assert new == ((), 0, 0, 0, 0, 0, 0)
    assert (len(told.transcripts_there), told.codes_there, told.codings_there) == (2, 5, 4)


# what is asked


def test_each_question_names_its_thing_and_shows_both_sides(project, back):
    questions = preview_study(project, read_study(back), by="Ada", file="back.qdpx").questions
    code, coding = questions
    assert (code.what, code.id, code.name, code.field, code.ours, code.theirs) == (
        "code",
        "early",
        "Ours",
        "name",
        "Ours",
        "Soon",
    )
    assert (coding.what, coding.ours, coding.theirs) == ("coding", "shown", "unclear")
    assert coding.name.startswith("early by Ada on “مرحبا")
    assert project.coding(coding.id) is not None


def test_a_place_is_one_question_with_the_words_of_both_sides(project, sent):
    found = next(coding for coding in project.codings() if coding.code_id == "early-2")
    text = project.text(found.transcript_id)
    place = f'startPosition="{found.start_char}" endPosition="{found.end_char}"'
    theirs = f'startPosition="{found.start_char}" endPosition="{found.end_char + 9}"'
    apply_edits(project, [ChangeCoding(found.id, start_char=found.start_char + 6)], coder="Ada")
    data = changed(sent, (place, theirs))
    (asked,) = preview_study(project, read_study("x.qdpx", data), by="Ada", file="x.qdpx").questions
    assert asked.field == "place"
    assert asked.ours.startswith(f"“{text[found.start_char + 6 : found.end_char]}”")
    assert asked.theirs.startswith(f"“{text[found.start_char : found.end_char + 9]}”")
    import_study(project, "x.qdpx", by="Ada", data=data, decided={asked.key: "theirs"})
    now = project.coding(found.id)
    assert (now.start_char, now.end_char) == (found.start_char, found.end_char + 9)


def test_memos_that_only_we_changed_are_not_asked_about(project, sent):
    memo = next(memo for memo in project.memos() if memo.target == "project")
    apply_edits(project, [WriteMemo("project", "Later thoughts")], coder=memo.coder)
    assert preview_study(project, read_study(sent), by="Ada", file="sent.qdpx").differences == ()


def test_a_memo_that_was_taken_away_here_stays_away_unless_it_changed_there(project, sent):
    memo = next(memo for memo in project.memos() if memo.target == "project")
    apply_edits(project, [WriteMemo("project", "")], coder=memo.coder)
    assert import_study(project, sent, by="Ada").memos == 0
    data = changed(sent, (memo.text, "Changed there"))
    (asked,) = preview_study(project, read_study("x.qdpx", data), by="Ada", file="x.qdpx").questions
    assert (asked.what, asked.ours, asked.theirs) == ("memo", "", "Changed there")
    import_study(project, "x.qdpx", data=data, by="Ada", prefer="theirs")
    assert [one.text for one in project.memos("project")] == ["Changed there"]


def test_the_group_of_a_transcript_can_be_taken_from_there(project, sent):
    data = changed(sent, ('name="Retail"', 'name="Shops"'))
    (asked,) = preview_study(project, read_study("x.qdpx", data), by="Ada", file="x.qdpx").questions
    assert (asked.what, asked.field, asked.ours, asked.theirs) == ("transcript", "group", "Retail", "Shops")
    text = project.text(asked.id)
    import_study(project, "x.qdpx", data=data, by="Ada", decided={asked.key: "theirs"})
    assert [info.group for info in project.transcripts() if info.id == asked.id] == ["Shops"]
    assert project.text(asked.id) == text
    undo(project, coder="Ada")
    assert [info.group for info in project.transcripts() if info.id == asked.id] == ["Retail"]


# by command


def run(*arguments: object) -> None:
    main([str(argument) for argument in arguments])


def test_not_on_a_terminal_it_lists_and_keeps_ours(project, back, capsys):
    run("import", project.path, back, "--by", "Ada")
    assert "differs: code Ours: name is 'Ours' here and 'Soon' there; kept ours" in capsys.readouterr().out
    assert state(project)[0] == "Ours"


@pytest.fixture
def typed(monkeypatch):
    """Let somebody sit at a terminal and type lines."""

    def go(*lines: str) -> None:
        stream = io.StringIO("".join(f"{line}\n" for line in lines))
        stream.isatty = lambda: True
        monkeypatch.setattr(studies.sys, "stdin", stream)
        monkeypatch.setattr(studies.sys.stderr, "isatty", lambda: True, raising=False)

    return go


def test_on_a_terminal_each_place_is_asked_with_both_sides(project, back, typed, capsys):
    typed("what?", "t", "o")
    run("import", project.path, back, "--by", "Ada")
    asked = capsys.readouterr().err
    assert "back.qdpx: both sides changed 2 things" in asked
    assert "1 of 2: code Ours, name\n  ours:   Ours\n  theirs: Soon\n" in asked
    assert state(project) == ("Soon", {"shown"})


def test_one_answer_can_count_for_all_that_follow(project, back, typed, capsys):
    typed("T")
    run("import", project.path, back, "--by", "Ada")
    assert capsys.readouterr().err.count("[q]uit") == 1
    assert state(project) == ("Soon", {"shown", "unclear"})


def test_quitting_stores_nothing(project, back, typed, capsys):
    before = list(project.db.conn.iterdump())
    for lines in (("o", "q"), ("o",)):
        typed(*lines)
        with pytest.raises(SystemExit):
            run("import", project.path, back, "--by", "Ada")
        assert "nothing of it was imported" in capsys.readouterr().err
    assert list(project.db.conn.iterdump()) == before


@pytest.mark.parametrize(("option", "name"), [("--keep-ours", "Ours"), ("--take-theirs", "Soon")])
def test_options_answer_for_all_without_asking(project, back, typed, capsys, option, name):
    typed()
    run("import", project.path, back, "--by", "Ada", option)
    assert "Which one stands?" not in capsys.readouterr().err
    assert state(project)[0] == name


def test_a_script_can_hand_its_decisions_over(project, back, capsys, tmp_path):
    run("import", project.path, back, "--by", "Ada", "--preview", "--json")
    reports = json.loads(capsys.readouterr().out)
    assert (reports[0]["status"], state(project)[0]) == ("previewed", "Ours")
    next(one for one in reports[0]["differences"] if one["what"] == "code")["taken"] = "theirs"
    (tmp_path / "answers.json").write_text(json.dumps(reports))
    run("import", project.path, back, "--by", "Ada", "--decisions", tmp_path / "answers.json")
    assert state(project) == ("Soon", {"shown"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"a": 1}', "have to be a list"),
        ('[{"what": "code", "id": "x", "field": "name", "taken": "mine"}]', "answer 1 needs"),
        ("[3]", "answer 1 needs"),
    ],
)
def test_decisions_that_are_none_are_refused(tmp_path, content, message):
    (tmp_path / "answers.json").write_text(content)
    with pytest.raises(ReadError, match=message):
        read_answers(tmp_path / "answers.json")


def test_decisions_that_are_not_there_or_too_many(tmp_path, monkeypatch):
    with pytest.raises(ReadError, match="cannot be read"):
        read_answers(tmp_path / "none.json")
    (tmp_path / "answers.json").write_text("[]")
    assert read_answers(tmp_path / "answers.json") == {}
    monkeypatch.setattr("coding.interchange.answers.MOST_BYTES", 1)
    with pytest.raises(ReadError, match="holds no answers"):
        read_answers(tmp_path / "answers.json")


def test_a_preview_needs_a_project_and_a_study(tmp_path, sent, capsys):
    for arguments, message in (
        ((tmp_path / "new.sqlite", sent), "no such project"),
        ((tmp_path / "new.sqlite", tmp_path / "talk.txt"), "transcripts are previewed in the app"),
    ):
        with pytest.raises(SystemExit):
            run("import", *arguments, "--preview")
        assert message in capsys.readouterr().err
    assert not (tmp_path / "new.sqlite").exists()


def test_what_a_terminal_would_take_for_a_command_is_not_sent_to_it(typed, capsys):
    typed("o")
    studies.ask([Difference("memo", "m", "of Ada", "text", "", "\x1b[2Jgone\nsecond")], file="x.qdpx")
    assert "  ours:   (nothing)\n  theirs: \ufffd[2Jgone\n          second\n" in capsys.readouterr().err


def test_nobody_is_asked_where_the_project_is_new(tmp_path, sent, typed, capsys):
    typed()
    run("import", tmp_path / "new.sqlite", sent, "--by", "Ada")
    assert "Which one stands?" not in capsys.readouterr().err


def test_a_codebook_is_added_to_the_one_that_is_there(project, sent, tmp_path, capsys):
    text = "name: More\ncodes:\n- {id: early, name: Early, definition: Soon.}\n- {id: late, name: Late}\n"
    (tmp_path / "more.yaml").write_text(text)
    run("import", project.path, tmp_path / "more.yaml", "--by", "Ada", "--take-theirs")
    assert "1 new codes, 1 were there already" in capsys.readouterr().out
    assert (project.codebook()["early"].definition, project.codebook()["late"].name) == ("Soon.", "Late")
    assert project.codebook()["early"].parent == "people"


# a group


def test_a_group_needs_a_name_and_a_transcript(project, sent):
    from coding.edits.study import SetGroup

    (first, *_) = project.transcripts()
    for transcript_id, name, message in (("none", "A", "no such transcript"), (first.id, " ", "1 to 120 characters")):
        with pytest.raises(CodingError, match=message):
            apply_edits(project, [SetGroup(transcript_id, name)], coder="Ada")
    assert apply_edits(project, [SetGroup(first.id, first.group)], coder="Ada") == ()
