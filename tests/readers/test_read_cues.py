"""WebVTT and SubRip, with the faults that real files have."""

import pytest

from coding.errors import ReadError
from coding.readers import read_bytes
from tests.readers.test_read_typed import said


def vtt(*cues, head="WEBVTT\n\n"):
    return read_bytes((head + "\n\n".join(cues) + "\n").encode(), "call.vtt")


def srt(*cues):
    numbered = (f"{at}\n00:00:{at:02},000 --> 00:00:{at:02},900\n{words}" for at, words in enumerate(cues, start=1))
    return read_bytes(("\n\n".join(numbered) + "\n").encode(), "call.srt")


def left(transcript, reason):
    return [item.text for item in transcript.report.left_out if item.reason == reason]


def test_cues_of_one_speaker_become_one_turn_with_its_times():
    transcript = vtt(
        "00:01.000 --> 00:02.000\n<v Lee, Bob>Hi. How</v>",
        "00:02.500 --> 00:04.000\n<v Lee, Bob>are\nyou?</v>",
        "00:05.000 --> 00:06.000\n<v Smith, Anna>Fine.</v>",
    )

    assert transcript.text == "Lee, Bob: Hi. How are you?\nSmith, Anna: Fine."
    assert [(turn.start_s, turn.end_s) for turn in transcript.turns] == [(1, 4), (5, 6)]
    assert (transcript.report.cues_in, transcript.report.cues_out) == (3, 3)


def test_several_voices_in_a_cue_become_several_turns():
    transcript = vtt(
        "00:01.000 --> 00:02.000\n<v Anna>Hello.</v>\n<v Bob>Hi!</v>", "00:03.000 --> 00:04.000\n<v Anna>So."
    )

    assert said(transcript) == [("Anna", "Hello."), ("Bob", "Hi!"), ("Anna", "So.")]


def test_markup_goes_and_words_stay():
    words = (
        "<v.loud Anna B.>It &amp; <i>this</i> <c.yellow>is</c> <00:00:01.500>x&lt;y <ehm> <b>so</b> 1<2 &#8212; "
        "<unrecognisable_speech></v>"
    )
    transcript = vtt(f"00:01.000 --> 00:02.000\n{words}", "00:03.000 --> 00:04.000\n<v Bob>Ok.</v>")

    assert said(transcript)[0] == ("Anna B.", "It & this is x<y <ehm> so 1<2 — <unrecognisable_speech>")


def test_times_that_teams_did_not_pad_are_milliseconds():
    transcript = vtt("0:0:10.20 --> 0:0:14.490\n<v A>One.</v>", "0:10:12.5 --> 0:11:13.50\n<v B>Two.</v>")

    assert [(turn.start_s, turn.end_s) for turn in transcript.turns] == [(10.02, 14.49), (612.005, 673.05)]


def test_malformed_times_keep_the_words_and_warn_with_the_line():
    transcript = vtt(
        "0:0:-6.-820 --> 0:0:8.970\n<v A>One.</v>",
        "00:00:0x --> 00:00:12.000\n<v B>Two.</v>",
        "00:12:::3 --> 00:00:12.000\n<v A>Three.</v>",
        "00:00:09.000 --> 00:00:08.000\n<v B>Four.</v>",
    )

    assert said(transcript)[0][1] == "One."
    assert {"Two.", "Three.", "Four."} <= set(transcript.text.replace("\n", " ").split())
    assert transcript.turns[0].start_s == 0
    assert {3, 9, 12} <= {note.line for note in transcript.report.warnings}


def test_notes_styles_and_regions_are_reported():
    transcript = vtt(
        "NOTE made by hand\nsecond line",
        "STYLE\n::cue { color: red }",
        "REGION\nid:fred",
        "1 - intro\n00:01.000 --> 00:02.000 align:start\n<v A>One.</v>",
        head="WEBVTT - A title\nKind: captions\n\n",
    )

    assert said(transcript) == [("A", "One.")]
    assert left(transcript, "header") == ["WEBVTT - A title\nKind: captions"]
    assert left(transcript, "comment") == [
        "NOTE made by hand\nsecond line",
        "STYLE\n::cue { color: red }",
        "REGION\nid:fred",
    ]
    assert left(transcript, "cue id") == ["1 - intro"]


def test_words_that_begin_like_a_comment_are_words():
    transcript = vtt(
        "00:01.000 --> 00:02.000\n<v A>One.\n\nNOTEBOOKS are dear.", "00:03.000 --> 00:04.000\n<v A>STYLE matters.</v>"
    )

    assert transcript.words_of(transcript.turns[0]) == "One. NOTEBOOKS are dear. STYLE matters."


def test_blank_lines_inside_and_none_between_cues():
    transcript = vtt(
        "00:01.000 --> 00:02.000\n<v A>One\n\ntwo.</v>\n2\n00:03.000 --> 00:04.000\n<v B>Three.</v>\n00:05.000 "
        "--> 00:06.000\n<v A>Four."
    )

    assert said(transcript) == [("A", "One two."), ("B", "Three."), ("A", "Four.")]
    assert transcript.report.cues_in == 3
    assert any("blank line" in note.message for note in transcript.report.warnings)


def test_zoom_labels_with_links_colons_and_odd_names():
    talk = (
        "anna: see https://a.b/c: it works",
        "Lee | Firm: 10:30 is fine: yes",
        "pk910: Note: this",
        "🦄 Kim (she/her): ok",
        "Lee | Firm: x",
    )
    cues = [f"{at}\n00:00:{at:02}.000 --> 00:00:{at:02}.900\n{words}" for at, words in enumerate(talk * 2, start=1)]

    assert said(vtt(*cues))[:5] == [
        ("anna", "see https://a.b/c: it works"),
        ("Lee | Firm", "10:30 is fine: yes"),
        ("pk910", "Note: this"),
        ("🦄 Kim (she/her)", "ok"),
        ("Lee | Firm", "x"),
    ]


def test_colons_in_cues_of_a_file_without_speakers_are_words():
    talk = [f"so this is part {at} of it" for at in range(30)]
    talk[3] = "Note: it is late."
    talk[9] = "https://example.org is the page."
    talk[12] = "London: what a place."
    transcript = srt(*talk)

    assert transcript.speakers == ()
    assert "London: what" in transcript.text


def test_speaker_named_only_when_it_changes():
    transcript = srt("Speaker 1: Hello", "and welcome.", "Speaker 2: Hi.", "Thanks.", "Speaker 1: So", "let us begin.")

    assert said(transcript) == [
        ("Speaker 1", "Hello and welcome."),
        ("Speaker 2", "Hi. Thanks."),
        ("Speaker 1", "So let us begin."),
    ]
    assert any("only when the speaker changes" in note.message for note in transcript.report.warnings)


def test_names_in_brackets_and_dashes():
    assert said(srt("[Anna] Hello.", "[Bob] Hi.", "[Anna] So.", "[Bob] Yes.")) == [
        ("Anna", "Hello."),
        ("Bob", "Hi."),
        ("Anna", "So."),
        ("Bob", "Yes."),
    ]
    assert said(srt("- [Anna] Hello.\n- [Bob] Hi.", "- [Anna] So.", "- [Bob] Yes.")) == [
        ("Anna", "Hello."),
        ("Bob", "Hi."),
        ("Anna", "So."),
        ("Bob", "Yes."),
    ]
    assert said(srt(">> ANNA: Hello.", ">> BOB: Hi.", ">> ANNA: So.", ">> BOB: Yes."))[0] == ("ANNA", "Hello.")


def test_cues_without_speakers_join_at_sentence_ends():
    pause = (
        "1\n00:00:01,000 --> 00:00:02,000\nOne.\n\n2\n00:00:09,000 --> 00:00:10,000\nTwo.\n\n3\n00:00:10,000 --> "
        "00:00:11,000\nThree.\n"
    )
    transcript = read_bytes(pause.encode(), "x.srt")

    assert said(transcript) == [(None, "One."), (None, "Two. Three.")]
    assert "no speakers" in transcript.report.warnings[0].message
    long = srt(*["twenty words " * 10 + "."] * 9)
    assert max(len(words.split()) for _, words in said(long)) <= 90


def test_cue_without_voice_among_voices_has_no_speaker():
    transcript = vtt(
        "00:01.000 --> 00:02.000\n<v A>One.</v>",
        "00:03.000 --> 00:04.000\nTwo.",
        "00:05.000 --> 00:06.000\n<v A>Three.</v>",
    )

    assert said(transcript) == [("A", "One."), (None, "Two."), ("A", "Three.")]
    assert any("no speaker" in note.message and note.line == 6 for note in transcript.report.warnings)


def test_srt_under_the_name_of_vtt_and_the_other_way_round():
    one = read_bytes(b"1\n00:00:01,000 --> 00:00:02,000\nAnna: Hi.\n", "x.vtt")
    two = read_bytes(b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>Hi.</v>\n", "x.txt")

    assert one.report.warnings[0].message == "named .vtt, but it is SubRip"
    assert two.report.warnings[0].message == "named .txt, but it is WebVTT"
    assert said(two) == [("Anna", "Hi.")]


@pytest.mark.parametrize(
    "text", ["WEBVTT", "WEBVTT\n\n", "WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "WEBVTT\n\nNOTE nothing\n"]
)
def test_files_without_words_are_refused(text):
    with pytest.raises(ReadError, match="no words"):
        read_bytes(text.encode(), "x.vtt")


def test_onedrive_file_with_bom_and_guids():
    data = "\ufeffWEBVTT\r\n\r\nGUID-0\r\n00:00:01.000 --> 00:00:02.000\r\nHello there.\r\n".encode()
    transcript = read_bytes(data, "x.vtt")

    assert transcript.text == "Hello there."
    assert left(transcript, "cue id") == ["GUID-0"]
    assert transcript.report.encoding == "UTF-8 with BOM"
