"""Shapes of files that services and people make, each as small as it can be."""

import datetime
import json

import pytest

from coding.readers import read_bytes
from tests.readers.test_read_tables import book, read
from tests.readers.test_read_typed import PLAIN, said


def text(content, **options):
    return read_bytes(content.encode(), "x.txt", **options)


def reasons(transcript):
    return {item.reason for item in transcript.report.left_out}


def test_deidentified_ids_in_round_brackets():
    transcript = text("(PERSON1) Hello all\n(PERSON2) <other_noise> Yes.\n(unintelligible) maybe\n(PERSON1) So.\n")

    assert said(transcript) == [
        ("PERSON1", "Hello all"),
        ("PERSON2", "<other_noise> Yes.\n(unintelligible) maybe"),
        ("PERSON1", "So."),
    ]


@pytest.mark.parametrize(
    "labels",
    [
        ("I", "R"),
        ("Q", "A"),
        ("Question", "Answer"),
        ("p1", "p2"),
        ("JANE SMITH", "TOM"),
        ("Prof. Lee", "Mrs. Ray"),
        ("主持人", "王芳"),
    ],
)
def test_labels_of_two_people(labels):
    one, two = labels
    transcript = text(
        f"{one}: so what happened?\n{two}: nothing much.\n{one}: really?\n{two}: yes.\n{one}: ok\n{two}: right\n"
    )

    assert [turn.speaker for turn in transcript.turns] == [one, two] * 3


def test_dashes_behind_roles():
    transcript = text("P1 - Well, I think so.\nMOD – And you?\nP1 - Yes.\nMOD - Ok - fine.\nP2 - No.\n")

    assert said(transcript)[3] == ("MOD", "Ok - fine.")
    assert transcript.moderators == {"MOD"}


def test_headings_with_times_are_labels():
    transcript = text(
        "# Talk\n\n## Anna Smith (0:04)\n\nHello.\n\n## Bob (0:09)\n\nHi.\n\n## Anna Smith (0:12)\n\nSo.\n"
    )

    assert said(transcript) == [("Anna Smith", "Hello."), ("Bob", "Hi."), ("Anna Smith", "So.")]


def test_who_interviewed_is_head_even_if_it_is_a_label_below():
    transcript = text(
        "Project: X\nDate: 3 May\nInterviewer: Tom Jones\n\nInterviewer: Hello?\nJane: Hi.\nInterviewer: So?\n"
        "Jane: Yes.\n"
    )

    assert said(transcript)[0] == ("Interviewer", "Hello?")
    assert len(transcript.turns) == 4


def test_head_without_a_blank_line_below_does_not_eat_turns():
    transcript = text("Date: 3 May\nAnna: Hello.\nBob: Hi.\n\nAnna: So.\nBob: Yes.\n")

    assert said(transcript) == [("Anna", "Hello."), ("Bob", "Hi."), ("Anna", "So."), ("Bob", "Yes.")]


def test_whisper_lines_with_time_spans():
    transcript = text(
        "[00:00.000 --> 00:04.000]  Hello there.\n[00:04.000 --> 00:08.000]  How are you?\n[00:12.000 --> "
        "00:14.000]  Fine.\n[00:15.000 --> 00:16.000]  Ok.\n"
    )

    assert said(transcript) == [(None, "Hello there. How are you?"), (None, "Fine. Ok.")]
    assert (transcript.turns[0].start_s, transcript.turns[0].end_s) == (0, 8)


def test_rolling_captions_are_read_once():
    cues = (
        (
            f"00:00:{at:02}.000 --> 00:00:{at + 1:02}.000\nline {at} of it\nline<00:00:{at:02}.500><c> {at + 1}</c><c> "
            f"of</c> it\n"
        )
        for at in range(1, 9)
    )
    transcript = read_bytes(("WEBVTT\n\n" + "\n".join(cues)).encode(), "x.vtt")

    assert transcript.text == " ".join(f"line {at} of it" for at in range(1, 10))
    assert "repeated line" in reasons(transcript)


def test_deepgram_paragraphs_win_over_words_and_text():
    words = [
        {"word": "hello", "punctuated_word": "Hello", "start": 0.1, "speaker": 0},
        {"word": "hi", "punctuated_word": "Hi.", "start": 1.3, "speaker": 1},
    ]
    paragraphs = [
        {"sentences": [{"text": "Hello"}], "speaker": 0, "start": 0.1, "end": 0.4},
        {"sentences": [{"text": "Hi."}], "speaker": 1, "start": 1.3, "end": 1.4},
    ]
    alternative = {
        "transcript": "Hello Hi.",
        "words": words,
        "paragraphs": {"transcript": "Hello Hi.", "paragraphs": paragraphs},
    }
    transcript = read(json.dumps({"results": {"channels": [{"alternatives": [alternative]}]}}), "x.json")

    assert said(transcript) == [("Speaker 0", "Hello"), ("Speaker 1", "Hi.")]


def test_utterances_in_milliseconds_win_over_words():
    utterances = [
        {
            "speaker": "A",
            "text": "Hello there all.",
            "start": 0,
            "end": 2500,
            "words": [{"text": word, "start": 1} for word in ("Hello", "there", "all.")],
        },
        {"speaker": "B", "text": "Hi.", "start": 2600, "end": 3900, "words": [{"text": "Hi.", "start": 2600}]},
    ]
    transcript = read(
        json.dumps({"id": "abc", "text": "Hello there all. Hi.", "utterances": utterances, "words": []}), "x.json"
    )

    assert said(transcript) == [("A", "Hello there all."), ("B", "Hi.")]
    assert [turn.end_s for turn in transcript.turns] == [2.5, 3.9]


def test_json_strings_outside_the_turns_are_reported():
    transcript = read(
        json.dumps(
            {
                "title": "Group one",
                "turns": [{"speaker": "Unknown", "text": "Hi"}, {"speaker": "Bob", "text": "", "time": True}],
            }
        ),
        "x.json",
    )

    assert said(transcript) == [(None, "Hi")]
    assert reasons(transcript) == {"field title", "unknown speaker", "speaker without words"}


def test_title_rows_above_the_header_of_a_table():
    transcript = read("Focus group 3,,\n,,\nTime,Speaker,Comment\n0:01,Anna,Hello\n0:05,Bob,Hi\n")

    assert said(transcript) == [("Anna", "Hello"), ("Bob", "Hi")]


def test_times_of_a_workbook_in_every_form():
    rows = [
        ("Start", "Who", "Text"),
        (datetime.timedelta(seconds=75), "Anna", "Hi"),
        (datetime.datetime(1900, 1, 1, 0, 2), "Bob", "Ho"),
        ("noon", "Anna", "x"),
    ]
    transcript = read_bytes(book(("A", rows)), "x.xlsx")

    assert [turn.start_s for turn in transcript.turns] == [75, 120, None]
    assert any("cannot be read" in note.message and note.line == 4 for note in transcript.report.warnings)


def test_rtf_tables():
    rows = "".join(
        f"\\trowd\\cellx3000\\cellx6000\\intbl {who}\\cell {words}\\cell\\row\n"
        for who, words in (("Speaker", "Text"), *PLAIN)
    )
    transcript = read_bytes(("{\\rtf1\\ansi Group one\\par\n" + rows + "}").encode(), "x.rtf")

    assert said(transcript) == PLAIN


def test_text_that_begins_like_json_or_a_table_is_text():
    assert said(text("[{laughs}] well\n\nAnna: Hi.\nBob: Ho.\nAnna: So.\nBob: Yes.\n"))[-1] == ("Bob", "Yes.")
    assert said(text("Session, transcript\n\nAnna: Hi.\nBob: Ho.\nAnna: So.\nBob: Yes.\n"))[0] == ("Anna", "Hi.")


def test_spoken_lines_that_speak_of_questions_are_no_headings():
    transcript = text("Anna: First.\nQuestion two was hard for me.\nBob: Yes.\nAnna: So.\nBob: No.\n")

    assert said(transcript)[0] == ("Anna", "First.\nQuestion two was hard for me.")


def test_headers_footers_and_notes_of_rtf_are_reported():
    head = "{\\header Project Lighthouse\\par}{\\footerf Page caf\\'e9}"
    content = (
        "{\\rtf1\\ansi\\ansicpg1252 "
        + head
        + "Anna: Hi.{\\footnote he \\{laughed\\}}\\par Bob: Ho.\\par Anna: So.\\par Bob: Yes.\\par}"
    )
    transcript = read_bytes(content.encode(), "x.rtf")

    assert said(transcript)[0] == ("Anna", "Hi.")
    assert [(item.text, item.reason) for item in transcript.report.left_out] == [
        ("Project Lighthouse", "header"),
        ("Page café", "footer"),
        ("he {laughed}", "footnote"),
    ]


def test_initials_are_no_moderators():
    assert text("M: so?\nK: no.\nM: ok?\nK: yes.\n").moderators == frozenset()
    assert text("M: so?\nP: no.\nM: ok?\nP: yes.\n").moderators == {"M"}


def test_comments_of_web_pages_are_reported():
    transcript = read_bytes(b"<html><body><!-- draft two --><p>Anna: Hi.<p>Bob: Ho.</body></html>", "x.html")

    assert ("draft two", "comment") in [(item.text, item.reason) for item in transcript.report.left_out]


def test_headings_that_only_their_look_shows():
    transcript = text(
        "MODERATOR: Hello.\nP1: Hi.\n\n**What makes a good leader?**\n\nP1: Time.\n\n2. And a bad one?\n\n"
        "P2: Haste.\n\nTHE WORST LEADERS\n\nMODERATOR: Go on.\n\nThat is **all**.\n"
    )

    assert said(transcript) == [
        ("MODERATOR", "Hello."),
        ("P1", "Hi."),
        ("#", "What makes a good leader?"),
        ("P1", "Time."),
        ("#", "2. And a bad one?"),
        ("P2", "Haste."),
        ("#", "THE WORST LEADERS"),
        ("MODERATOR", "Go on.\nThat is **all**."),
    ]
