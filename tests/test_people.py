import csv
import io
import json
import zipfile

import pytest

from coding.cli import main
from coding.edits import apply_edits, redo, undo
from coding.edits.people import AssignSpeaker, MergeParticipants, SplitParticipant
from coding.errors import EditError, ReadError
from coding.model import Role
from coding.people import (
    Speaker,
    Strength,
    describe_people,
    guess_moderators,
    join_attributes,
    list_people,
    propose_aliases,
    speakers_of,
)
from coding.people import tables as people_tables
from coding.people.aliases import _MOST_ALIKE
from coding.pipeline import Source, import_files
from coding.pseudonyms import Pseudonymiser
from coding.store import Project
from tests.small import make_transcript


@pytest.fixture
def study(tmp_path, make_study):
    with Project.open(make_study(tmp_path / "study.sqlite")) as made:
        yield made


def named(project, name):
    return [person for person in project.participants() if person.name == name]


def do(project, *operations):
    return apply_edits(project, operations, coder="Ada")


# aliases


def judged(*labels):
    return [(one.first.label, one.second.label, one.strength.value) for one in propose_aliases(labels)]


@pytest.mark.parametrize(
    ("one", "other", "strength"),
    [
        ("P1", "Part. 1", "strong"),
        ("P1", "p1:", "strong"),
        ("Participant 01", "P1", "strong"),
        ("Speaker 2", "SPK_2", "strong"),
        ("MODERATOR", "Moderator", "strong"),
        ("Moderator", "Facilitator", "likely"),
        ("Brown, Carol", "Carol Brown", "strong"),
        ("CAROL BROWN", "Carol Brown", "strong"),
        ("Siobhán O’Hara", "Siobhan O'Hara", "strong"),
        ("Dr Anil Desai", "Anil Desai (NHS)", "strong"),
        ("Mary Ann Evans", "Mary Evans", "strong"),
        ("Dave Moss", "Moss, David", "likely"),
        ("Carol B.", "Carol Brown", "weak"),
        ("C. Brown", "Carol Brown", "weak"),
        ("Carol", "Carol Brown", "weak"),
        ("Dave", "David Moss", "weak"),
        ("Brown", "Carol Brown", "weak"),
        ("CB", "Carol Brown", "weak"),
    ],
)
def test_likely_aliases_are_proposed(one, other, strength):
    assert judged(one, other) == [(one, other, strength)]
    assert judged(other, one) == [(other, one, strength)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("David Ellery", "David Moss"),
        ("Carol Brown", "Carol Browne"),
        ("Carol Brown", "Karen Brown"),
        ("Carol B.", "Carol D."),
        ("Carol B.", "Carol Moss"),
        ("P1", "P2"),
        ("P1", "M1"),
        ("Speaker 1", "P1"),
        ("Carol", "Femi"),
        ("Moderator", "P1"),
        ("AB", "Carol Brown"),
    ],
)
def test_different_people_are_never_proposed(one, other):
    assert judged(one, other) == []


def test_the_surest_proposal_comes_first():
    assert [strength for *_, strength in judged("Carol B.", "Carol Brown", "P1", "p1:")] == ["strong", "weak"]


def across(one, other, **more):
    return propose_aliases([Speaker(one, "t1", **more), Speaker(other, "t2", **more)])


def test_across_transcripts_numbers_say_nothing_and_names_less():
    assert across("P1", "P1") == ()
    assert across("Moderator", "MODERATOR") == ()
    assert across("Priya", "Priya")[0].strength is Strength.WEAK
    assert across("Priya", "Nair, Priya")[0].strength is Strength.WEAK
    assert across("Ashdown, Ruth", "Ruth Ashdown")[0].strength is Strength.STRONG
    assert across("Ruth Ashdown", "RUTH ASHDOWN")[0].reason == "the same full name"


def test_one_pseudonym_in_two_transcripts_is_proposed():
    assert across("P1", "P1", pseudonym=True)[0].strength is Strength.LIKELY
    assert across("P1", "P2", pseudonym=True) == ()


def test_labels_of_one_participant_are_no_proposal():
    assert across("Priya", "Priya", participant_id="x") == ()


def test_two_participants_are_proposed_once_and_at_their_strongest():
    speakers = [
        Speaker("Carol", "t1", "a"),
        Speaker("Carol Brown", "t2", "a"),
        Speaker("Brown, Carol", "t1", "b"),
        Speaker("Carol Brown", "t3", "b"),
    ]
    found = propose_aliases(speakers)
    assert [one.strength for one in found] == [Strength.STRONG]


def test_labels_without_end_take_bounded_time():
    many = [f"Ann {chr(65 + at % 26)}{at}" for at in range(_MOST_ALIKE * 20)]
    propose_aliases([*many, *(f"Ann {chr(97 + at % 26) * (at // 26 + 2)}" for at in range(800))])


def test_the_labels_of_a_project_are_compared(study):
    found = propose_aliases(speakers_of(study))
    assert [(one.first.label, one.second.label) for one in found] == [("Femi", "Femi")]
    first, second = named(study, "Femi")
    do(study, MergeParticipants(second.id, first.id))
    assert propose_aliases(speakers_of(study)) == ()


def test_the_same_pseudonym_in_two_imports_is_proposed_for_merging(project, tmp_path):
    hook = Pseudonymiser.from_file(tmp_path / "k.json", project=project.path)
    one = b"Moderator: Who was it?\n\nPriya: Nobody was.\n\nModerator: Why?\n\nPriya: They left.\n"
    two = b"Moderator: Which one?\n\nPriya: The old one.\n\nModerator: When?\n\nPriya: In spring.\n\nP2: Yes.\n"
    import_files(project, [Source("1.txt", one), Source("2.txt", two)], by="Ada", pseudonymise=hook)
    found = propose_aliases(speakers_of(project))
    assert [(one.first.label, one.second.label, one.strength) for one in found] == [("P1", "P1", Strength.LIKELY)]


# moderators


def test_moderators_are_guessed_by_label_and_by_talk():
    assert guess_moderators(make_transcript((("Moderator", "So?"), ("P1", "Yes.")))) == {"Moderator"}
    talk = (("Ruth", "Who was it?"), ("Ann", "Well, it was the one at the old counter.")) * 4
    assert guess_moderators(make_transcript(talk)) == {"Ruth"}
    assert guess_moderators(make_transcript((("Ann", "Yes."), ("Bob", "No.")))) == frozenset()


# lists


def test_people_are_listed_with_what_they_say(study):
    people = {one.participant.name: one for one in list_people(study)}
    assert people["Carol B."].labels == (("Retail", "Carol B."),)
    assert (people["Carol B."].turns, people["Carol B."].words) == (2, 36)
    assert people["Carol B."].as_dict()["labels"] == [{"transcript": "Retail", "label": "Carol B."}]


def test_people_are_described_for_the_command(study):
    data, lines = describe_people(study)
    assert data["aliases"][0]["strength"] == "weak"
    assert any(line.startswith("Perhaps one person (weak") for line in lines)
    assert any(line.startswith("Carol B. (participant), 2 turns, 36 words: Carol B. in Retail") for line in lines)


# edits


def test_a_label_can_be_given_to_another_participant(study):
    first, second = named(study, "Femi")
    bank = study.transcripts()[1].id
    do(study, AssignSpeaker(bank, "Femi", first.id))
    assert study.speakers(bank)["Femi"].id == first.id
    assert do(study, AssignSpeaker(bank, "Femi", first.id)) == ()
    undo(study, coder="Ada")
    assert study.speakers(bank)["Femi"].id == second.id
    redo(study, coder="Ada")
    assert study.speakers(bank)["Femi"].id == first.id


def test_a_participant_can_be_split_and_joined_again(study):
    first, second = named(study, "Femi")
    do(study, MergeParticipants(second.id, first.id))
    before = study.participants()
    bank = study.transcripts()[1].id
    do(study, SplitParticipant(first.id, ((bank, "Femi"),), "Femi of the bank"))
    assert study.speakers(bank)["Femi"].name == "Femi of the bank"
    assert study.speakers(study.transcripts()[0].id)["Femi"].id == first.id
    undo(study, coder="Ada")
    assert study.participants() == before


def test_a_split_takes_the_label_for_a_name(study):
    first, second = named(study, "Femi")
    do(study, MergeParticipants(second.id, first.id))
    do(study, SplitParticipant(first.id, ((study.transcripts()[1].id, "Femi"),)))
    assert len(named(study, "Femi")) == 2


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda r, a, b: AssignSpeaker(r, "Nobody", a), "nobody is called"),
        (lambda r, a, b: AssignSpeaker(r, "Femi", "none"), "no participant"),
        (lambda r, a, b: SplitParticipant(a, ()), "name the labels"),
        (lambda r, a, b: SplitParticipant("none", ((r, "Femi"),)), "no participant"),
        (lambda r, a, b: SplitParticipant(a, ((r, "Nobody"),)), "nobody is called"),
        (lambda r, a, b: SplitParticipant(a, ((r, "Carol B."),)), "is not Femi's"),
        (lambda r, a, b: SplitParticipant(a, ((r, "Femi"),)), "no label left"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(study, make, words):
    first, second = named(study, "Femi")
    with pytest.raises(EditError, match=words):
        do(study, make(study.transcripts()[0].id, first.id, second.id))


def test_a_split_needs_a_name_that_can_be_read(study):
    first, second = named(study, "Femi")
    do(study, MergeParticipants(second.id, first.id))
    with pytest.raises(EditError, match="1 to 120"):
        do(study, SplitParticipant(first.id, ((study.transcripts()[1].id, "Femi"),), "x" * 121))


def test_nobody_speaks_for_a_participant_who_was_merged_away(study):
    first, second = named(study, "Femi")
    do(study, MergeParticipants(second.id, first.id))
    with pytest.raises(EditError, match="no transcript any more"):
        do(study, AssignSpeaker(study.transcripts()[0].id, "Femi", second.id))


# attributes

TABLE = """Transcript,Label,Role,Sector,Years
Retail,carol b,participant,shops,31
Retail,Femi,respondent,shops,
Bank,"Rao, Sunita",,bank,11
bank.txt,FEMI,,bank,6
Bank,MODERATOR,facilitator,research,
Bank,Nobody,,x,
Nowhere,Femi,,x,
,,,x,
"""


def join(project, text, **more):
    operations, report = join_attributes(project, text.encode() if isinstance(text, str) else text, **more)
    apply_edits(project, operations, coder="Ada")
    return report


def attributes(project, name):
    return [dict(person.attributes) for person in named(project, name)]


def test_a_table_joins_by_label_or_name_within_its_transcript(study):
    report = join(study, TABLE)
    assert attributes(study, "Carol B.") == [{"Sector": "shops", "Years": "31"}]
    assert attributes(study, "Sunita Rao") == [{"Sector": "bank", "Years": "11"}]
    assert attributes(study, "Femi") == [{"Sector": "shops"}, {"Sector": "bank", "Years": "6"}]
    assert (report.rows, len(report.joined), report.attributes) == (8, 5, ("Sector", "Years"))
    assert [(row.line, row.text, row.reason) for row in report.left] == [
        (7, "Nobody", "nobody is called so"),
        (8, "Femi", "there is no such transcript or group"),
        (9, "", "the row has no name"),
    ]
    assert [(one.name, one.role) for one in report.without] == [("MODERATOR", Role.MODERATOR)]


def test_joining_can_be_undone(study):
    join(study, TABLE)
    undo(study, coder="Ada")
    assert attributes(study, "Carol B.") == [{}]


def test_joining_again_changes_nothing_and_more_columns_are_added(study):
    join(study, TABLE)
    assert join_attributes(study, TABLE.encode())[0] == ()
    join(study, "group;name;years;grade\nRetail;Carol B.;;senior\n")
    assert attributes(study, "Carol B.") == [{"Sector": "shops", "Years": "31", "grade": "senior"}]


def test_a_label_of_several_people_finds_nobody_without_a_transcript(study):
    report = join(study, "label\tsector\nFemi\tshops\nSunita Rao\tbank\n")
    assert [row.reason for row in report.left] == [
        "several people are called so; say which with a column transcript or group"
    ]
    assert len(report.joined) == 1


def test_first_name_and_surname_may_have_columns_of_their_own(study):
    join(study, "First name,Surname,sector\nSunita,RAO,bank\n")
    assert attributes(study, "Sunita Rao") == [{"sector": "bank"}]


def test_numbers_are_found_however_they_are_written(project):
    talk = make_transcript((("P1", "Yes."), ("Participant 2", "No.")), moderators=())
    project.add_transcript(talk, [], by="Ada")
    report = join(project, "id,sector\nParticipant 1,bank\np2,rail\n")
    assert len(report.joined) == 2


def test_the_role_of_a_table_is_set(study):
    report = join(study, "group,label,role\nBank,Femi,Moderator\nRetail,Femi,boss\n")
    assert study.speakers(study.transcripts()[1].id)["Femi"].role is Role.MODERATOR
    assert report.warnings == ("line 3: a role is moderator or participant; this one was left as it is",)


def test_a_second_row_for_one_person_does_not_win(study):
    report = join(study, 'label,sector\nSunita Rao,bank\n"Rao, Sunita",rail\n')
    assert attributes(study, "Sunita Rao") == [{"sector": "bank"}]
    assert "line 3: Sunita Rao has another sector" in report.warnings[0]


def workbook(rows):
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_joins_as_well(study, tmp_path):
    path = tmp_path / "people.xlsx"
    path.write_bytes(
        workbook([["Label", "Years", "Note", None], ["Sunita Rao", 11.0, None], ["Carol B.", 3, "x"], [None]])
    )
    operations, report = join_attributes(study, path)
    apply_edits(study, operations, coder="Ada")
    assert attributes(study, "Sunita Rao") == [{"Years": "11"}]
    assert len(report.joined) == 2


def test_with_the_key_a_table_of_names_joins_pseudonyms_and_no_name_gets_in(project, tmp_path):
    hook = Pseudonymiser.from_file(tmp_path / "k.json", project=project.path)
    talk = b"Moderator: Who was it?\n\nCarol Brown: Maureen Stott was.\n\nModerator: Why?\n\nCarol Brown: She rang.\n"
    import_files(project, [Source("1.txt", talk)], by="Ada", pseudonymise=hook)
    table = 'name,sector,manager\n"Brown, Carol",bank,Maureen Stott\n'
    assert len(join_attributes(project, table.encode())[1].joined) == 0
    join(project, table, key=hook.key)
    assert attributes(project, "P1") == [{"sector": "bank", "manager": "[person 1]"}]


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", b"0" * (30 * 1024 * 1024))
    return out.getvalue()


def entities():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>')
    return out.getvalue()


def other_zip():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("word/document.xml", b"<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "needs a first row"),
        (b"label,sector\n", "needs a first row"),
        (b"colour,size\nred,3\n", "no column is called label or name"),
        (b"label,a,a\nFemi,1,2\n", "a name of its own"),
        (b"label," + b"x" * 90 + b"\nFemi,1\n", "a name of its own"),
        (b"label,a\nFemi," + b"x" * 600 + b"\n", "more than 500 characters"),
        (b"label" + b",a" * 200 + b"\nFemi\n", "more than 100 columns"),
        (b"label,a\n" + b"Femi,1\n" * 10_001, "more than 10,000 rows"),
        (b'label,a\n"' + b"x" * 200_000, "cannot be read|more than 500"),
        (b"PK\x03\x04 broken", "damaged"),
        (bomb(), "200 times"),
        (entities(), "defines entities"),
        (other_zip(), "not an Excel workbook"),
        (bytes(range(256)) * 40, "not text"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_sentence(study, data, words):
    with pytest.raises(ReadError, match=words):
        join_attributes(study, data, name="people.csv")


def test_a_cell_without_end_is_one_sentence(study):
    before = csv.field_size_limit(1000)
    try:
        with pytest.raises(ReadError, match="cannot be read"):
            join_attributes(study, b"label,a\nFemi," + b"x" * 2000)
    finally:
        csv.field_size_limit(before)


def test_a_damaged_workbook_is_one_sentence(study):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("xl/workbook.xml", b"<x/>")
    with pytest.raises(ReadError, match="workbook is damaged"):
        join_attributes(study, out.getvalue())


def test_a_table_that_is_missing_a_folder_or_too_large_is_one_sentence(study, tmp_path, monkeypatch):
    with pytest.raises(ReadError, match="no such file"):
        join_attributes(study, tmp_path / "none.csv")
    with pytest.raises(ReadError, match="cannot be read"):
        join_attributes(study, tmp_path)
    monkeypatch.setattr(people_tables, "MOST_BYTES", 3)
    (tmp_path / "a.csv").write_text("label,a\nFemi,1\n")
    with pytest.raises(ReadError, match="at most"):
        join_attributes(study, tmp_path / "a.csv")


def test_control_characters_of_a_table_do_not_get_in(study):
    join(study, 'label,a\nSunita Rao,"b\u202ec\nd"\n')
    assert attributes(study, "Sunita Rao") == [{"a": "bc d"}]


# the command


def run(capsys, *arguments):
    main([str(argument) for argument in arguments])
    return capsys.readouterr().out


def test_the_command_lists_people_and_joins_a_table(capsys, tmp_path, make_study):
    path = make_study(tmp_path / "study.sqlite")
    table = tmp_path / "people.csv"
    table.write_text(TABLE, "utf-8")
    assert "Sunita Rao (participant), 1 turns" in run(capsys, "people", path)
    out = run(capsys, "people", path, "--attributes", table, "--by", "Ada")
    assert "5 of 8 rows found somebody" in out
    assert "line 7: Nobody: nobody is called so" in out
    assert "no row for MODERATOR" in out
    assert "Sector: bank" in out
    data = json.loads(run(capsys, "people", path, "--attributes", table, "--by", "Ada", "--json"))
    assert data["attributes"]["joined"] == 5
    assert data["people"][0]["name"] == "MODERATOR"


def test_the_command_merges_and_keeps_apart_by_name_or_id(capsys, tmp_path, make_study):
    talk = {"Rail": "Ann Lee: So.\nAnn: Yes.\nBo: No.\nAnn: Well.\n"}
    path = make_study(tmp_path / "study.sqlite", groups=talk)
    assert "Perhaps one person" in run(capsys, "people", path)
    out = run(capsys, "people", path, "--apart", "Ann", "Ann Lee", "--by", "Ada")
    assert out.startswith("Ann and Ann Lee are two people")
    assert "Perhaps one person" not in out
    assert "Merged Bo into Ann" in run(capsys, "people", path, "--merge", "Bo", "Ann", "--by", "Ada")
    with pytest.raises(SystemExit, match="2"):
        main(["people", str(path), "--merge", "Nobody", "Ann", "--by", "Ada"])
    assert "no participant 'Nobody'" in capsys.readouterr().err
