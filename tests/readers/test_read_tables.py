"""CSV, TSV, XLSX and JSON: a turn a row, the columns found by name or by what they hold."""

import datetime
import io
import json

import pytest
from openpyxl import Workbook

from coding.errors import ReadError
from coding.readers import read_bytes
from tests.readers.test_read_typed import said

ROWS = [
    ("0:01", "Anna", "Hello, all of you."),
    ("0:05", "Bob", 'He said "hi": yes.'),
    ("0:09", "Anna", "So?"),
    ("0:12", "Bob", "Well; no."),
]
WANTED = [(speaker, words) for _, speaker, words in ROWS]


def table(rows, delimiter=","):
    import csv

    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def read(text, name="x.csv", **options):
    return read_bytes(text.encode(), name, **options)


def book(*sheets):
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets:
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "header",
    [("Time", "Speaker", "Text"), ("Timespan", "Who", "Content"), ("start (s)", "Participant ID", "Utterance")],
)
def test_columns_are_found_by_name(delimiter, header):
    transcript = read(table([header, *ROWS], delimiter))

    assert said(transcript) == WANTED
    assert [turn.start_s for turn in transcript.turns] == [1, 5, 9, 12]
    assert transcript.report.warnings == ()
    assert (transcript.report.cues_in, transcript.report.cues_out) == (4, 4)


def test_columns_are_found_by_what_they_hold_and_that_is_said():
    transcript = read(table([(at, *row) for at, row in enumerate(ROWS, start=1)]))

    assert said(transcript) == WANTED
    assert "please check: text is column 4" in transcript.report.warnings[0].message


def test_columns_that_the_user_names():
    rows = [
        ("A", "B", "C"),
        ("Hello all of you.", "this is a much longer note about it", "Anna"),
        ("Hi.", "and this is another one of them", "Bob"),
    ]
    transcript = read(table(rows), columns={"text": "A", "speaker": 2})

    assert said(transcript) == [("Anna", "Hello all of you."), ("Bob", "Hi.")]
    with pytest.raises(ReadError, match="no column 'D'"):
        read(table(rows), columns={"text": "D"})
    with pytest.raises(ReadError, match="no column 7"):
        read(table(rows), columns={"text": 7})


def test_other_columns_are_reported():
    transcript = read(table([("speaker", "text", "tags"), ("Anna", "Hi.", "greeting"), ("Bob", "Ho.", "")]))

    assert [(item.text, item.reason, item.line) for item in transcript.report.left_out][1:] == [
        ("greeting", "column tags", 2)
    ]


def test_entities_in_cells_are_decoded_and_line_breaks_kept():
    assert said(read(table([("speaker", "text"), ("A", "one &amp; two&#8212;three"), ("B", "four\nfive")]))) == [
        ("A", "one & two—three"),
        ("B", "four\nfive"),
    ]


def test_whisper_table_in_milliseconds():
    transcript = read(
        'start\tend\ttext\n0\t2500\tHello there, all.\n2500\t4100\tHow "are you?\n9000\t9900\tFine.\n', "x.tsv"
    )

    assert said(transcript) == [(None, 'Hello there, all. How "are you?'), (None, "Fine.")]
    assert (transcript.turns[0].start_s, transcript.turns[0].end_s) == (0, 4.1)


def test_labels_inside_the_words_of_a_table():
    rows = [
        ("start", "end", "text"),
        ("0", "1", "Anna: Hello."),
        ("1", "2", "Bob: Hi."),
        ("2", "3", "Anna: So."),
        ("3", "4", "Bob: Yes."),
    ]

    assert said(read(table(rows))) == [("Anna", "Hello."), ("Bob", "Hi."), ("Anna", "So."), ("Bob", "Yes.")]


def test_workbook_with_a_turn_a_row():
    rows = [
        (datetime.time(0, 0, 1), "Anna", "Hello, all."),
        (datetime.time(0, 1, 5), "Bob", "Hi."),
        (datetime.time(1, 0, 0), "Anna", 3.0),
    ]
    transcript = read_bytes(
        book(("Talk", [("Time", "Speaker", "Content"), *rows]), ("Notes", [("who", "what"), ("me", "checked")])),
        "x.xlsx",
    )

    assert said(transcript) == [("Anna", "Hello, all."), ("Bob", "Hi."), ("Anna", "3")]
    assert [turn.start_s for turn in transcript.turns] == [1, 65, 3600]
    assert any("Notes" in note.message for note in transcript.report.warnings)
    assert ("me checked", "sheet Notes") in [(item.text, item.reason) for item in transcript.report.left_out]


def test_empty_or_damaged_workbooks_are_refused():
    with pytest.raises(ReadError, match="no words"):
        read_bytes(book(("Empty", [])), "x.xlsx")
    with pytest.raises(ReadError, match=r"x\.xlsx: "):
        read_bytes(book(("A", [("a", "b")]))[:-200], "x.xlsx")


def test_text_under_the_name_of_a_table_is_read_as_text():
    transcript = read("Anna: Hello.\nBob: Hi, you.\nAnna: So.\nBob: Yes.\n")

    assert said(transcript) == [("Anna", "Hello."), ("Bob", "Hi, you."), ("Anna", "So."), ("Bob", "Yes.")]


TURNS = [{"speaker": "Anna", "text": "Hello."}, {"speaker": "Bob", "text": "Hi."}]


@pytest.mark.parametrize(
    "content",
    [
        TURNS,
        {"turns": TURNS},
        {"data": {"transcript": TURNS}},
        [{"name": "Anna", "content": "Hello."}, {"name": "Bob", "content": "Hi."}],
        [
            {"Speaker": {"id": 1, "name": "Anna"}, "Utterance": "Hello."},
            {"Speaker": {"id": 2, "name": "Bob"}, "Utterance": "Hi."},
        ],
        {"results": [{"who": "Anna", "words": ["Hello."]}, {"who": "Bob", "words": [{"word": "Hi."}]}]},
        [
            {"speaker": "Anna:", "value": "Hello.", "start": "00:01", "end": "00:02"},
            {"speaker": "Bob", "value": "Hi.", "start": 3.5, "end": 4},
        ],
    ],
)
def test_json_with_turns_under_any_usual_name(content):
    assert said(read(json.dumps(content), "x.json")) == [("Anna", "Hello."), ("Bob", "Hi.")]


def test_json_lines():
    assert said(read("\n".join(json.dumps(turn) for turn in TURNS), "x.jsonl")) == [("Anna", "Hello."), ("Bob", "Hi.")]


def test_rev_elements_and_numbered_speakers():
    said_words = [
        {"type": "text", "value": "Hello"},
        {"type": "punct", "value": ", "},
        {"type": "text", "value": "all"},
        {"type": "punct", "value": "."},
    ]
    content = {"monologues": [{"speaker": 0, "elements": said_words}, {"speaker": 1, "elements": said_words[:1]}]}

    assert said(read(json.dumps(content), "x.json")) == [("Speaker 0", "Hello, all."), ("Speaker 1", "Hello")]


def test_whisper_segments_with_times_and_words():
    segments = [
        {
            "id": at,
            "start": at * 2.0,
            "end": at * 2.0 + 1.5,
            "text": f" Line {at}.",
            "words": [{"word": " Line", "start": 0.0}, {"word": f" {at}."}],
        }
        for at in range(3)
    ]
    transcript = read(
        json.dumps({"text": "".join(one["text"] for one in segments), "segments": segments, "language": "en"}), "x.json"
    )

    assert transcript.text == "Line 0. Line 1. Line 2."
    assert (transcript.turns[0].start_s, transcript.turns[0].end_s) == (0, 5.5)
    assert [(item.text, item.reason) for item in transcript.report.left_out] == [("en", "field language")]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{" + '"a":{' * 50_000,
        '{"a": 1',
        "[1, 2, 3]",
        '{"a": {"b": "c"}}',
        "[" + "9" * 5000 + "]",
        "{}",
        "[]",
    ],
)
def test_json_that_is_no_transcript_is_refused(text):
    with pytest.raises(ReadError, match=r"x\.json"):
        read(text, "x.json")


def test_lone_surrogates_are_replaced():
    transcript = read('[{"speaker": "A", "text": "x \\ud83d y \\ud83d\\ude00"}]', "x.json")

    assert transcript.text == "A: x \ufffd y 😀"
    assert any("surrogates" in note.message for note in transcript.report.warnings)
