"""Typed transcripts: every way of writing a label that real files show."""

import pytest

from coding.readers import read_bytes


def read(text, name="group.txt", **options):
    return read_bytes(text.encode(), name, **options)


def said(transcript):
    """Return (speaker, words) of each turn; headings as speaker "#"."""
    return [("#" if turn.heading else turn.speaker, transcript.words_of(turn)) for turn in transcript.turns]


PLAIN = [("Anna", "Hello all."), ("Bob", "Hi. How are you?"), ("Anna", "Fine, thanks."), ("Bob", "Good.")]


@pytest.mark.parametrize(
    "text",
    [
        "Anna: Hello all.\nBob: Hi. How are you?\nAnna: Fine, thanks.\nBob: Good.\n",
        "Anna: Hello all.\n\nBob: Hi. How are you?\n\nAnna: Fine, thanks.\n\nBob: Good.\n",
        "Anna:\nHello all.\n\nBob:\nHi. How are you?\n\nAnna:\nFine, thanks.\n\nBob:\nGood.\n",
        "Anna  0:04\nHello all.\n\nBob  0:09\nHi. How are you?\n\nAnna  0:12\nFine, thanks.\n\nBob  1:00:12\nGood.\n",
        (
            "Anna (00:04):\nHello all.\n\nBob (00:09):\nHi. How are you?\n\nAnna (00:12):\nFine, thanks.\n\nBob "
            "(01:00):\nGood.\n"
        ),
        (
            "Anna [00:00:04]: Hello all.\nBob [00:00:09]: Hi. How are you?\nAnna [00:00:12]: Fine, thanks.\nBob "
            "[01:00:00]: Good.\n"
        ),
        (
            "[00:00:04] Anna: Hello all.\n[00:00:09] Bob: Hi. How are you?\n[00:00:12] Anna: Fine, thanks.\n"
            "[00:01:00] Bob: Good.\n"
        ),
        "[00:00:04 --> 00:00:06] Anna: Hello all.\n[00:00:09 --> 00:00:11] Bob: Hi. How are you?\n"
        "[00:00:12 --> 00:00:15] Anna: Fine, thanks.\n[00:01:00 --> 00:01:02] Bob: Good.\n",
        "00:04 Anna: Hello all.\n00:09 Bob: Hi. How are you?\n00:12 Anna: Fine, thanks.\n01:00 Bob: Good.\n",
        "**Anna:** Hello all.\n\n**Bob:** Hi. How are you?\n\n**Anna:** Fine, thanks.\n\n**Bob:** Good.\n",
        "**Anna**: Hello all.\n\n**Bob**: Hi. How are you?\n\n**Anna**: Fine, thanks.\n\n**Bob**: Good.\n",
        "**Anna:** [00:00:04] Hello all.\n\n**Bob:** Hi. How are you?\n\n**Anna:** Fine, thanks.\n\n**Bob:** Good.\n",
        (
            "**Anna**  0:04  \nHello all.\n\n**Bob**  0:09  \nHi. How are you?\n\n**Anna**  0:12  \nFine, thanks.\n"
            "\n**Bob**  1:00  \nGood.\n"
        ),
        "[Anna] Hello all.\n[Bob] Hi. How are you?\n[Anna] Fine, thanks.\n[Bob] Good.\n",
        (
            "[Anna] 14:01:22\nHello all.\n\n[Bob] 14:01:25\nHi. How are you?\n\n[Anna] 14:01:28\nFine, thanks.\n\n"
            "[Bob] 14:02:22\nGood.\n"
        ),
        "- Anna: Hello all.\n- Bob: Hi. How are you?\n- Anna: Fine, thanks.\n- Bob: Good.\n",
        "Anna\tHello all.\nBob\tHi. How are you?\nAnna\tFine, thanks.\nBob\tGood.\nAnna\t.\nBob\t.\n",
        "1 Anna: Hello all.\n2 Bob: Hi. How are you?\n3 Anna: Fine, thanks.\n4 Bob: Good.\n",
        "0:04\nAnna\nHello all.\n\n0:09\nBob\nHi. How are you?\n\n0:12\nAnna\nFine, thanks.\n\n1:00\nBob\nGood.\n",
        "0:04 Anna\nHello all.\n\n0:09 Bob\nHi. How are you?\n\n0:12 Anna\nFine, thanks.\n\n1:00 Bob\nGood.\n",
        (
            "00:00:04 - Anna\nHello all.\n\n00:00:09 - Bob\nHi. How are you?\n\n00:00:12 - Anna\nFine, thanks.\n\n"
            "00:01:00 - Bob\nGood.\n"
        ),
        (
            "Anna | 00:04\nHello all.\n\nBob | 00:09\nHi. How are you?\n\nAnna | 00:12\nFine, thanks.\n\nBob | "
            "01:00\nGood.\n"
        ),
        "**Anna**\nHello all.\n\n**Bob**\nHi. How are you?\n\n**Anna**\nFine, thanks.\n\n**Bob**\nGood.\n",
        "Anna\nHello all.\n\nBob\nHi. How are you?\n\nAnna\nFine, thanks.\n\nBob\nGood.\n",
        "0:0:4.0 --> 0:0:5.10\nAnna\nHello all.\n\n0:0:9.0 --> 0:0:10.1\nBob\nHi. How are you?\n\n0:0:12.0 --> "
        "0:0:13.1\nAnna\n"
        "Fine, thanks.\n\n0:1:0.0 --> 0:1:1.0\nBob\nGood.\n",
    ],
)
def test_labels_are_found_however_they_are_written(text):
    transcript = read(text)

    assert [pair for pair in said(transcript) if pair[1] != "."] == PLAIN


@pytest.mark.parametrize(
    "text",
    [
        "Anna  0:04\nHello all.\n\nBob  0:09\nHi.\n",
        "[00:00:04] Anna: Hello all.\n[00:00:09] Bob: Hi.\n",
        "Anna (00:04):\nHello all.\n\nBob (00:09):\nHi.\n",
        "Anna [00:00:04]: Hello all.\nBob [00:00:09]: Hi.\n",
        "00:00:04\nAnna: Hello all.\n\n00:00:09\nBob: Hi.\n",
        "Anna: [00:00:04] Hello all.\nBob: [00:00:09] Hi.\n",
    ],
)
def test_times_beside_labels_are_the_turns_times(text):
    transcript = read(text)

    assert said(transcript) == [("Anna", "Hello all."), ("Bob", "Hi.")]
    assert [turn.start_s for turn in transcript.turns] == [4, 9]
    assert {item.reason for item in transcript.report.left_out} == {"timestamp"}


@pytest.mark.parametrize(
    "label",
    [
        "MODERATOR",
        "P3",
        "Name B.",
        "Speaker 1",
        "Interviewer",
        "Dr Ian van Dyke",
        "FG1-P2",
        "Siân",
        "Łukasz",
        "O'Hara",
        "P.3",
    ],
)
def test_labels_of_many_kinds(label):
    text = f"{label}: So what happened?\nP7: Nothing.\n{label}: Really?\nP7: No.\n"

    assert [turn.speaker for turn in read(text).turns] == [label, "P7", label, "P7"]


def test_what_only_looks_like_a_label_stays_in_the_words():
    text = (
        "Anna: We met at 10:30.\nNote: this was late.\nhttps://example.org/a:b is the page.\n"
        "Bob: One thing: time.\n10:30 it was.\nShe said: no.\nAnna: Yes.\nBob: No.\n"
    )

    assert said(read(text)) == [
        ("Anna", "We met at 10:30.\nNote: this was late.\nhttps://example.org/a:b is the page."),
        ("Bob", "One thing: time.\n10:30 it was.\nShe said: no."),
        ("Anna", "Yes."),
        ("Bob", "No."),
    ]


def test_question_headings_are_turns_that_nobody_spoke():
    text = "MODERATOR: Hello.\nP1: Hi.\n\nQuestion 2: Who was the best leader?\n\nP1: My first boss.\nP2: Mine too.\n"

    assert said(read(text)) == [
        ("MODERATOR", "Hello."),
        ("P1", "Hi."),
        ("#", "Question 2: Who was the best leader?"),
        ("P1", "My first boss."),
        ("P2", "Mine too."),
    ]


def test_numbered_questions_keep_their_label():
    text = (
        "Q1 Chair: Welcome. What went wrong?\n\nProfessor Smith: Much.\n\nQ2 Robert Hall: Such as?\n\nProfessor "
        "Smith: Trains.\n\nChair: Ah.\n"
    )
    transcript = read(text)

    assert [turn.speaker for turn in transcript.turns] == [
        "Chair",
        "Professor Smith",
        "Robert Hall",
        "Professor Smith",
        "Chair",
    ]
    assert ("Q1\nQ2", "number") in [(item.text, item.reason) for item in transcript.report.left_out]


def test_head_before_the_first_turn_is_reported():
    text = (
        "Focus group 3\nDate: 4 March 2025\nModerator: Jane Smith\nParticipants: 6\n\nJS: Welcome.\nP1: Hi.\nJS: "
        "So.\nP1: Yes.\n"
    )
    transcript = read(text)

    assert said(transcript) == [("JS", "Welcome."), ("P1", "Hi."), ("JS", "So."), ("P1", "Yes.")]
    assert [item.text for item in transcript.report.left_out if item.reason == "header"] == [
        "Focus group 3",
        "Date: 4 March 2025",
        "Moderator: Jane Smith",
        "Participants: 6",
    ]


def test_long_talk_before_the_first_label_is_kept():
    opening = "So before we start I would like to say a few words about why we are here today. " * 5
    transcript = read(f"{opening}\n\nAnna: Thanks.\nBob: Yes.\nAnna: Go on.\nBob: Right.\n")

    assert said(transcript)[0] == (None, opening.strip())


def test_hard_wrapped_lines_become_one_paragraph():
    text = (
        "ANNA: This is a line that somebody wrapped at about seventy characters\nbecause the programme did so, "
        "and it goes on here until it reaches the\n"
        "end of what was said.\n\nBOB: And this is the other person, who also talks for long enough that\nthe "
        "line has to be broken at the same place, "
        "more or less, until the\nwords are over.\n\nANNA: Yes.\nBOB: No.\n"
    )
    turns = said(read(text))

    assert all("\n" not in words for _, words in turns)
    assert turns[0][1].endswith("until it reaches the end of what was said.")


def test_paragraphs_inside_a_turn_stay_apart():
    assert said(read("Anna: One.\n\nTwo.\n\nBob: Three.\nAnna: Four.\nBob: Five.\n"))[0] == ("Anna", "One.\nTwo.")


def test_unknown_speakers_stay_unknown():
    transcript = read(
        "Anna  0:04\nHi.\n\nUnknown Speaker  0:06\nWho?\n\nUnknown Speaker  0:08\nMe.\n\nAnna  0:10\nOh.\n"
    )

    assert said(transcript) == [("Anna", "Hi."), (None, "Who?"), (None, "Me."), ("Anna", "Oh.")]
    assert [item.text for item in transcript.report.left_out if item.reason == "unknown speaker"] == [
        "Unknown Speaker"
    ] * 2


def test_recorders_notices_are_reported():
    transcript = read("Anna  0:04\nHi.\n\nBob  0:08\nHello.\n\nTranscribed by https://otter.ai\n")

    assert said(transcript) == [("Anna", "Hi."), ("Bob", "Hello.")]
    assert ("Transcribed by https://otter.ai", "recorder's notice") in [
        (item.text, item.reason) for item in transcript.report.left_out
    ]


def test_noises_in_brackets_are_words_and_no_speakers():
    text = (
        "P1: Well (.) yes. [laughter]\n[laughter]\nP2: No.\n[Crosstalk] what?\n[unintelligible] maybe.\nP1: Ah.\n"
        "[Crosstalk]\n"
    )

    assert said(read(text)) == [
        ("P1", "Well (.) yes. [laughter]\n[laughter]"),
        ("P2", "No.\n[Crosstalk] what?\n[unintelligible] maybe."),
        ("P1", "Ah.\n[Crosstalk]"),
    ]


def test_times_inside_the_words_are_taken_out_without_losing_a_word():
    transcript = read("Anna: One [00:01:00] two.\nBob: a good[00:02:00]thing.\nAnna: x\nBob: y\n")

    assert said(transcript)[:2] == [("Anna", "One two."), ("Bob", "a good thing.")]


def test_text_without_speakers_is_a_turn_a_paragraph():
    transcript = read("I went there once.\nIt was fine.\n\nThen we left.\n")

    assert said(transcript) == [(None, "I went there once.\nIt was fine."), (None, "Then we left.")]
    assert "no speakers" in transcript.report.warnings[0].message


def test_timed_lines_without_speakers_join_to_sentences():
    text = "".join(f"0:{at:02}\nwords of line {at}{'.' if at % 4 == 3 else ''}\n" for at in range(40))
    transcript = read(text)

    assert transcript.turns[0].start_s == 0
    assert 1 < len(transcript.turns) < 10


def test_speakers_can_be_switched_off():
    transcript = read("Anna: Hello.\n\nBob: Hi.\n", speakers=False)

    assert transcript.speakers == ()
    assert transcript.text == "Anna: Hello.\nBob: Hi."


def test_moderators_by_label_and_by_talk():
    assert read("MODERATOR: Hi?\nP1: Yes.\nP2: No.\nMODERATOR: Ok.\n").moderators == {"MODERATOR"}
    asking = "".join(
        f"Ruth: What about {at}?\nTom: Well, I think that it was good and long enough.\nIda: I do not.\n"
        for at in range(5)
    )
    assert read(asking).moderators == {"Ruth"}
    assert read("Ruth: Yes.\nTom: No.\nRuth: Oh.\nTom: Ah.\n").moderators == frozenset()
