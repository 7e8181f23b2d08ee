import io

import pytest
from openpyxl import Workbook

from coding.errors import CodingError, ReadError
from coding.questionnaires import Item, Mapping, read_survey

WIDE = "id,sector,q1,q2\nR1,retail,1,5\nR2,bank,4,3\nR3,bank,2,2\n"


def read(text, **more):
    return read_survey(text.encode(), name="answers.csv", **more)


def messages(reading):
    return [(note.line, note.message) for note in reading.notes]


def test_a_row_a_respondent():
    found = read(WIDE)
    assert [item.id for item in found.survey.items] == ["q1", "q2"]
    assert found.survey.items[0] == Item("q1", "q1")
    one = found.survey.respondents[1]
    assert (one.id, one.answers, one.attributes) == ("R2", (("q1", 4.0), ("q2", 3.0)), (("sector", "bank"),))
    assert found.notes == ()


def test_a_row_an_answer():
    found = read(
        "respondent;question;answer;sector\nR1;q1;2;bank\nR1;q2;3;bank\nR2;q1;4;retail\nR1;q1;5;bank\n;q1;4;\n"
    )
    assert [(one.id, one.answers) for one in found.survey.respondents] == [
        ("R1", (("q1", 2.0), ("q2", 3.0))),
        ("R2", (("q1", 4.0),)),
    ]
    assert messages(found) == [
        (5, "a second answer of R1 to q1 was left out"),
        (6, "a row without respondent or item was left out"),
    ]


def test_a_row_an_answer_without_respondents_is_refused():
    with pytest.raises(CodingError, match="no column says whose"):
        read("question,answer\nq1,2\nq2,3\n")


def test_labels_in_words():
    found = read("id,q1\n1,Strongly agree\n2,Disagree\n3,neither agree nor disagree\n")
    assert found.survey.items[0].labels[0] == "strongly disagree"
    assert [one.answers[0][1] for one in found.survey.respondents] == [5, 2, 3]


def test_numbers_with_their_labels():
    found = read("id,q1\n1,5 - Strongly agree\n2,1 (never)\n3,4: Agree\n4,2\n".replace("1 (never)", "1. Never"))
    assert [one.answers[0][1] for one in found.survey.respondents] == [5, 1, 4, 2]


def test_a_second_line_of_wordings_and_a_third_of_codes():
    text = (
        'ResponseId,q1,q2\nResponse ID,Met customers often.,Rang back.\n"{""ImportId"":""x""}","{""ImportId"":""a""}",'
        '"{""ImportId"":""b""}"\nR1,4,5\nR2,3,2\n'
    )
    found = read(text)
    assert [item.wording for item in found.survey.items] == ["Met customers often.", "Rang back."]
    assert len(found.survey.respondents) == 2
    assert messages(found)[0] == (2, "the second line was read as the wording of the questions")


def test_text_in_a_number_is_left_out_and_told():
    found = read("id,q1\n1,4\n2,four\n3,5\n4,=1+1\n5,3\n6,2\n7,1\n8,2\n")
    assert messages(found) == [
        (3, "q1: “four” is no answer on its scale; left out"),
        (3, "the respondent 2 answered nothing and was left out"),
        (5, "q1: “=1+1” is a formula; left out"),
        (5, "the respondent 4 answered nothing and was left out"),
    ]


def test_what_is_off_the_scale_is_left_out_and_told():
    rows = "".join(f"{n},{1 + n % 5}\n" for n in range(200))
    found = read(f"id,q1\n{rows}x,55\n")
    assert (found.survey.items[0].low, found.survey.items[0].high) == (1, 5)
    assert messages(found)[0] == (202, "q1: 55 is off the scale of 1 to 5; left out")


def test_missing_answers_are_no_answers():
    found = read("id,q1,q2\n1,N/A,2\n2,3,\n3,4,5\n")
    assert [len(one.answers) for one in found.survey.respondents] == [1, 1, 2]
    assert found.notes == ()


def test_respondents_who_are_there_twice():
    head = "id," + ",".join(f"q{n}" for n in range(6))
    found = read(f"{head}\nA,1,2,3,4,5,1\nA,2,2,2,2,2,2\nB,1,2,3,4,5,1\n")
    assert [one.id for one in found.survey.respondents] == ["A", "B"]
    assert messages(found) == [
        (3, "the respondent A is there already; this row was left out"),
        (None, "the respondents A and B gave the same answers throughout; are they one?"),
    ]


def test_columns_that_are_neither_are_told():
    rows = "".join(f"{n},{n % 5 + 1},A long free answer number {n}\n" for n in range(60))
    found = read(f"id,q1,comment\n{rows}")
    assert "comment" in messages(found)[0][1]


def test_a_column_of_the_mapping_that_is_missing_is_named():
    mapping = Mapping("Survey", (Item("q1", "q1"), Item("q9", "q9")), "id")
    with pytest.raises(CodingError, match="the column 'q9' is missing; there are id, sector, q1, q2"):
        read(WIDE, mapping=mapping)


def test_the_mapping_says_what_is_an_item():
    mapping = Mapping(
        "Survey", (Item("q2", "Rang back.", "calls-back", True, 1, 5, confirmed=True),), "id", ("sector",)
    )
    survey = read(WIDE, mapping=mapping).survey
    assert survey["q2"].wording == "Rang back."
    assert len(survey.items) == 1
    with pytest.raises(KeyError):
        survey["q1"]


def test_ten_thousand_columns_are_refused():
    with pytest.raises(ReadError, match="more than 600 columns"):
        read(",".join(f"q{n}" for n in range(10_000)) + "\n" + ",".join("1" for _ in range(10_000)) + "\n")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "a first row that names the columns"),
        ("id,q1\n", "a row for each respondent"),
        ("id,q1,q1\n1,2,3\n", "two columns are called 'q1'"),
        ("id,comment\n1,Yes indeed\n2,So it was\n", "no column holds answers on a scale"),
    ],
)
def test_what_is_no_survey_is_refused(text, word):
    with pytest.raises(CodingError, match=word):
        read(text)


def test_a_workbook_with_formulas():
    book = Workbook()
    for row in (["id", "q1", "q2"], ["A", 4, "=B2+1"], ["B", 3, 2], ["C", 5, 1], ["D", 2, 3]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    found = read_survey(out.getvalue(), name="answers.xlsx")
    assert messages(found)[0] == (None, "cells hold formulas; the values that were last worked out were read")
    assert [len(one.answers) for one in found.survey.respondents] == [1, 2, 2, 2]
