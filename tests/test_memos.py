import pytest

from coding.edits import AddCoding, ChangeCoding, WriteMemo, apply_edits
from coding.memos import all_notes, find_notes, read_target
from coding.store import Project


@pytest.fixture
def study(tmp_path, make_study):
    with Project.open(make_study(tmp_path / "Leaders.sqlite")) as project:
        yield project


def place(project, number):
    segment = project.segments()[number]
    return segment.transcript_id, segment.start_char, segment.end_char


def test_memos_on_everything_stand_in_one_list_as_they_are_read(study):
    late, early = place(study, 4), place(study, 1)
    apply_edits(study, [AddCoding(*late, "calls-back", memo="A good one")], coder="Ada")
    coding = study.codings()[0]
    key = "{}:{}-{}".format(*early)
    apply_edits(
        study,
        [
            WriteMemo(f"flag:segment:{key}", "flagged"),
            WriteMemo(f"segment:{key}", "Who is Graham?"),
            WriteMemo(f"transcript:{early[0]}", "Noisy room"),
            WriteMemo("code:calls-back", "Also by letter?"),
            WriteMemo(f"coding:{coding.id}", "From elsewhere"),
            WriteMemo("project", "Meet on Friday"),
        ],
        coder="Ben",
    )
    notes = all_notes(study)
    assert [(note.kind, note.coder, note.text) for note in notes] == [
        ("project", "Ben", "Meet on Friday"),
        ("code", "Ben", "Also by letter?"),
        ("transcript", "Ben", "Noisy room"),
        ("flag", "Ben", ""),
        ("segment", "Ben", "Who is Graham?"),
        ("coding", "Ada", "A good one"),
        ("coding", "Ben", "From elsewhere"),
    ]
    text = study.text(early[0])
    assert {note.quotation for note in notes[3:5]} == {text[early[1] : early[2]]}
    assert {note.quotation for note in notes[5:]} == {text[late[1] : late[2]]}
    assert {note.code_id for note in notes[5:]} == {"calls-back"}


def test_memos_are_found_by_words_kind_and_coder(study):
    apply_edits(study, [AddCoding(*place(study, 1), "calls-back", memo="Ask Femi")], coder="Ada")
    apply_edits(study, [WriteMemo("project", "Ask everybody"), WriteMemo("code:calls-back", "by letter")], coder="Ben")
    notes, names = all_notes(study), {"calls-back": "Calls back in person"}
    assert [note.kind for note in find_notes(notes, words="ASK")] == ["project", "coding"]
    assert [note.kind for note in find_notes(notes, words="in person", names=names)] == ["code", "coding"]
    assert [note.kind for note in find_notes(notes, words="counter ask")] == ["coding"]
    assert [note.kind for note in find_notes(notes, kinds=["code"])] == ["code"]
    assert [note.kind for note in find_notes(notes, coder="Ada")] == ["coding"]


def test_what_is_on_something_that_is_not_there_is_left_out(study):
    apply_edits(
        study,
        [WriteMemo("segment:gone:1-2", "a"), WriteMemo("coding:gone", "b"), WriteMemo("strange:x", "c")],
        coder="Ada",
    )
    assert all_notes(study) == []


@pytest.mark.parametrize("target", ["", "segment:", "segment:t:a-b", "flag:project", "code:", "transcript:", "x"])
def test_a_target_that_is_none_is_not_guessed(target):
    assert read_target(target) is None


def test_the_history_says_in_words_what_a_memo_is_on(study):
    coded = place(study, 1)
    apply_edits(study, [AddCoding(*coded, "calls-back")], coder="Ada")
    key = "{}:{}-{}".format(*coded)
    targets = ("code:calls-back", f"transcript:{coded[0]}", f"segment:{key}", f"flag:segment:{key}", "project")
    said = [apply_edits(study, [WriteMemo(target, "x")], coder="Ada")[0].summary for target in targets]
    assert said == [
        "Memo on the code Calls back in person: “x”",
        "Memo on Retail: “x”",
        "Memo on a segment: “x”",
        "Flagged a segment for discussion",
        "Memo on the project: “x”",
    ]
    assert apply_edits(study, [WriteMemo("project", "")], coder="Ada")[0].summary == "Removed the memo on the project"
    coding = study.codings()[0]
    apply_edits(study, [ChangeCoding(coding.id, memo="y")], coder="Ada")
    assert [note.text for note in all_notes(study) if note.kind == "coding"] == ["y"]
