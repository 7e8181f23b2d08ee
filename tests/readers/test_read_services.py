"""What recorders, services and typists write, each as a small file: who spoke, when, and no word lost."""

import json

import pytest

from coding.errors import ReadError
from coding.readers import read_bytes
from tests.readers.test_read_typed import said

TALK = [
    ("Sarah Miles", "Welcome, everyone."),
    ("Tom Brown", "The best boss was Joan."),
    ("Sarah Miles", "Why was that?"),
]
STARTS = [1.0, 12.0, 31.0]


def read(text, name="x.txt"):
    return read_bytes(text.encode() if isinstance(text, str) else text, name)


def starts(transcript):
    return [turn.start_s for turn in transcript.turns]


FILES = {
    "trint": "Sarah Miles [00:00:01] Welcome, everyone.\n\nTom Brown [00:00:12] The best boss was Joan.\n\n"
    "Sarah Miles [00:00:31] Why was that?\n",
    "happy scribe": "[00:00:01.00] - Sarah Miles\nWelcome, everyone.\n\n[00:00:12.00] - Tom Brown\n"
    "The best boss was Joan.\n\n[00:00:31.00] - Sarah Miles\nWhy was that?\n",
    "fireflies": "Focus group 3\nTranscript\nParticipants: Sarah Miles, Tom Brown\n\n00:01 - Sarah Miles\n"
    "Welcome, everyone.\n\n00:12 - Tom Brown\nThe best boss was Joan.\n\n00:31 - Sarah Miles\nWhy was that?\n",
    "gong": "0:01 | Sarah Miles\nWelcome, everyone.\n\n0:12 | Tom Brown\nThe best boss was Joan.\n\n"
    "0:31 | Sarah Miles\nWhy was that?\n",
    "inqscribe": "[00:00:01.00] SARAH MILES: Welcome, everyone.\n\n[00:00:12.00] TOM BROWN: The best boss was Joan.\n\n"
    "[00:00:31.00] SARAH MILES: Why was that?\n",
    "teams copied": "Sarah Miles\n0 minutes 1 second0:01\nSarah Miles 0 minutes 1 second\nWelcome, everyone.\n"
    "Tom Brown\n0 minutes 12 seconds0:12\nTom Brown 0 minutes 12 seconds\nThe best boss was Joan.\nSarah Miles\n"
    "0 minutes 31 seconds0:31\nSarah Miles 0 minutes 31 seconds\nWhy was that?\n",
    "time code": "00:00:01:12 SARAH MILES\nWelcome, everyone.\n\n00:00:12:03 TOM BROWN\nThe best boss was Joan.\n\n"
    "00:00:31:00 SARAH MILES\nWhy was that?\n",
    "grain": "Sarah Miles (0:01 - 0:12)\nWelcome, everyone.\n\nTom Brown (0:12 - 0:31)\nThe best boss was Joan.\n\n"
    "Sarah Miles (0:31 - 0:35)\nWhy was that?\n",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_services_that_write_text(text):
    transcript = read(text)

    assert [(who.title(), words) for who, words in said(transcript)] == TALK
    assert starts(transcript) == STARTS


def test_webex_names_speakers_in_the_ids_of_cues():
    cues = (
        f'{at} "{who}" (2459{len(who)}03072)\n00:00:{start:02.0f}.000 --> 00:00:{start + 2:02.0f}.000\n{words}\n'
        for at, ((who, words), start) in enumerate(zip(TALK, STARTS, strict=True), 1)
    )
    transcript = read("WEBVTT\n\n" + "\n".join(cues), "x.vtt")

    assert said(transcript) == TALK
    assert transcript.report.format == "vtt (Webex)"


def test_ids_that_are_no_names_are_none():
    cues = "".join(f"cue {at}\n00:00:0{at}.000 --> 00:00:0{at}.900\nwords {at}\n\n" for at in range(1, 6))

    assert read("WEBVTT\n\n" + cues, "x.vtt").speakers == ()


@pytest.mark.parametrize("name", ["x.sbv", "x.txt"])
def test_youtube_and_meet_captions(name):
    cues = (
        f"0:00:{start:06.3f},0:00:{start + 2:06.3f}\n{mark}{who}: {words}\n"
        for (who, words), start, mark in zip(TALK, STARTS, (">> ", "", ">> "), strict=True)
    )
    transcript = read("\n".join(cues), name)

    assert said(transcript) == TALK
    assert starts(transcript) == STARTS
    assert (transcript.report.format, transcript.report.cues_in) == ("sbv", 3)


TTML = """<?xml version="1.0" encoding="utf-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" xmlns:ttp="http://www.w3.org/ns/ttml#parameter"
 ttp:tickRate="1000"><head><metadata><ttm:title>Group 3</ttm:title>
<ttm:agent xml:id="a1" type="person"><ttm:name type="full">Sarah Miles</ttm:name></ttm:agent>
<ttm:agent xml:id="a2" type="person"><ttm:name type="full">Tom Brown</ttm:name></ttm:agent></metadata></head><body><div>
<p begin="00:00:01.000" end="00:00:04.000" ttm:agent="a1">Welcome,<br/>everyone.</p>
<p begin="12s" dur="3s" ttm:agent="a2">The best boss was <span>Joan</span>.</p>
<p begin="31000t" end="32000t" ttm:agent="a1">Why was that?</p></div></body></tt>"""


def test_broadcast_captions_name_their_agents():
    transcript = read(TTML, "x.xml")

    assert said(transcript) == TALK
    assert [(turn.start_s, turn.end_s) for turn in transcript.turns] == [(1, 4), (12, 15), (31, 32)]
    assert any(item.text == "Group 3" for item in transcript.report.left_out)


def test_broadcast_captions_with_entities_are_refused():
    bomb = TTML.replace("<tt ", '<!DOCTYPE tt [<!ENTITY a "ha">]><tt ', 1).replace("Welcome", "&a;")

    with pytest.raises(ReadError, match="entities"):
        read(bomb, "x.ttml")


def test_other_xml_is_refused_in_one_sentence():
    with pytest.raises(ReadError, match=r"x\.xml: this is XML of a kind that no reader reads"):
        read('<?xml version="1.0"?><TEI><p>Anna: Hello.</p></TEI>', "x.xml")


def test_subtitle_scripts():
    rows = (
        f"Dialogue: 0,0:00:{start:05.2f},0:00:{start + 1:05.2f},Default,{who},0,0,0,,{{\\i1}}{words}"
        for (who, words), start in zip(TALK, STARTS, strict=True)
    )
    text = "[Script Info]\nTitle: x\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, "
    transcript = read(text + "Effect, Text\n" + "\n".join(rows) + "\n", "x.ass")

    assert said(transcript) == TALK
    assert starts(transcript) == STARTS


def test_times_between_hashes_end_the_turns_before_them():
    transcript = read(
        "I: Wo war das? #00:00:12-3#\nB1: Auf der Arbeit. #00:00:20-1#\nI: Warum? #00:00:31-0#\nB1: Darum.\n"
    )

    assert said(transcript) == [("I", "Wo war das?"), ("B1", "Auf der Arbeit."), ("I", "Warum?"), ("B1", "Darum.")]
    assert [(turn.start_s, turn.end_s) for turn in transcript.turns[:3]] == [(None, 12.3), (12.3, 20.1), (20.1, 31)]


def test_line_numbers_are_no_words():
    lines = ["MOD: What makes a", "good boss?", "P1: Listening.", "MOD: Why?", "P1: Because it", "is fair."]
    transcript = read("\n".join(f"{at:>3}  {line}" for at, line in enumerate(lines, 1)))

    assert [words.replace("\n", " ") for _, words in said(transcript)] == [
        "What makes a good boss?",
        "Listening.",
        "Why?",
        "Because it is fair.",
    ]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("JS  Hello all.\n\nTB  Hi.\n\nJS  So?\n\nTB  Yes.\n\nJS  Why?\n", ["JS", "TB", "JS", "TB", "JS"]),
        ("Speaker 1\nHello.\n\nSpeaker 2\nHi.\n\nSpeaker 1\nSo?\n\nSpeaker 2\nYes.\n", ["Speaker 1", "Speaker 2"] * 2),
        (
            "(Interviewer) Hello.\n(Participant A) Hi.\n(Interviewer) So?\n(Participant B) (laughs) Yes.\n",
            ["Interviewer", "Participant A", "Interviewer", "Participant B"],
        ),
        (
            "Moderatorin: Hallo.\nTeilnehmer 1: Ja.\nModeratorin: Und?\nTN2: Nein.\n",
            ["Moderatorin", "Teilnehmer 1", "Moderatorin", "TN2"],
        ),
        (
            "主持人：大家好。\n受访者1：你好。\n主持人：为什么？\n受访者2：对。\n",
            ["主持人", "受访者1", "主持人", "受访者2"],
        ),
        ("Q: Who?\n\nA: Joan.\n\nQ: Why?\n\nA: She listened.\n", ["Q", "A", "Q", "A"]),
    ],
)
def test_labels_as_people_type_them(text, labels):
    assert [who for who, _ in said(read(text))] == labels


@pytest.mark.parametrize(
    ("text", "moderator"),
    [
        ("Moderatorin: Hallo.\nTeilnehmer 1: Ja.\nModeratorin: Und?\nTN2: Nein.\n", "Moderatorin"),
        ("ENTREVISTADORA: ¿Por qué?\nE1: Porque sí.\nENTREVISTADORA: ¿Y?\nE1: Nada.\n", "ENTREVISTADORA"),
        ("Animatrice : Pourquoi ?\nParticipant 1 : Voilà.\nAnimatrice : Et ?\nParticipant 2 : Non.\n", "Animatrice"),
    ],
)
def test_moderators_in_other_languages(text, moderator):
    assert read(text).moderators == {moderator}


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "gb18030", "shift_jis"])
def test_scripts_that_are_not_latin_in_old_encodings(encoding):
    russian = "Модератор: Кто был лучшим начальником и почему?\nУчастник 1: Мария Ивановна. Она всегда слушала нас.\n"
    chinese = "主持人：谁是最好的领导？请你们谈一谈。\n受访者1：李经理。她很会听别人说话。\n"
    japanese = "司会：いちばん良い上司は誰でしたか。\n参加者1：山田さんです。よく話を聞いてくれました。\n"
    text = {"gb18030": chinese, "shift_jis": japanese}.get(encoding, russian) * 4

    assert read(text.encode(encoding)).turns[1].speaker in {"Участник 1", "受访者1", "参加者1"}


def test_dashes_in_a_cue_are_two_speakers_that_nobody_named():
    text = "1\n00:00:01,000 --> 00:00:02,000\nAnna: Hello.\n\n2\n00:00:03,000 --> 00:00:04,000\n- Why?\n- Because.\n"
    text += "\n3\n00:00:05,000 --> 00:00:06,000\nBob: Hi.\n\n4\n00:00:07,000 --> 00:00:08,000\nAnna: So.\n"

    assert said(read(text, "x.srt")) == [
        ("Anna", "Hello."),
        (None, "Why?"),
        (None, "Because."),
        ("Bob", "Hi."),
        ("Anna", "So."),
    ]


def test_dialogue_set_with_dashes_is_a_turn_a_line():
    assert said(read("– Bonjour.\n– Bonjour, ça va ?\n– Oui.\n– Bien.\n")) == [
        (None, "Bonjour."),
        (None, "Bonjour, ça va ?"),
        (None, "Oui."),
        (None, "Bien."),
    ]


def test_messengers_own_lines_are_notices_and_their_afternoons_count():
    text = (
        "12/03/2024, 11:58 am - Messages and calls are end-to-end encrypted.\n"
        "12/03/2024, 11:59 am - Sarah: What makes a good boss?\n12/03/2024, 12:01 pm - Tom: Listening\nand being fair\n"
        "12/03/2024, 1:00 pm - Sarah: Why?\n"
    )
    transcript = read(text)

    assert said(transcript) == [
        ("Sarah", "What makes a good boss?"),
        ("Tom", "Listening\nand being fair"),
        ("Sarah", "Why?"),
    ]
    assert starts(transcript) == [0, 120, 3660]


def test_a_chat_of_several_days_has_no_times():
    transcript = read(
        "12/03/2024, 11:59 - Sarah: So?\n13/03/2024, 08:01 - Tom: Listening\n14/03/2024, 09:01 - Bo: Yes\n"
    )

    assert starts(transcript) == [None] * 3
    assert "3 days" in transcript.report.warnings[0].message


AMAZON = {
    "results": {
        "transcripts": [{"transcript": "Welcome. The best boss."}],
        "speaker_labels": {
            "segments": [
                {
                    "start_time": "0.1",
                    "speaker_label": "spk_0",
                    "items": [{"start_time": "0.1", "speaker_label": "spk_0"}],
                },
                {
                    "start_time": "1.2",
                    "speaker_label": "spk_1",
                    "items": [{"start_time": at, "speaker_label": "spk_1"} for at in ("1.2", "1.5", "1.8")],
                },
            ]
        },
        "items": [
            {"start_time": "0.1", "end_time": "0.9", "alternatives": [{"content": "Welcome"}], "type": "pronunciation"},
            {"alternatives": [{"content": "."}], "type": "punctuation"},
            {"start_time": "1.2", "end_time": "1.5", "alternatives": [{"content": "The"}], "type": "pronunciation"},
            {"start_time": "1.5", "end_time": "1.8", "alternatives": [{"content": "best"}], "type": "pronunciation"},
            {"start_time": "1.8", "end_time": "2.2", "alternatives": [{"content": "boss"}], "type": "pronunciation"},
            {"alternatives": [{"content": "."}], "type": "punctuation"},
        ],
    }
}
GOOGLE = {
    "results": [
        {"alternatives": [{"transcript": "Welcome. The best boss."}]},
        {
            "alternatives": [
                {
                    "words": [
                        {"word": word, "speakerTag": tag, "startTime": f"{at}s", "endTime": f"{at + 1}s"}
                        for at, (word, tag) in enumerate((("Welcome.", 1), ("The", 2), ("best", 2), ("boss.", 2)))
                    ]
                }
            ]
        },
    ]
}
AZURE = {
    "combinedRecognizedPhrases": [{"display": "Welcome. The best boss."}],
    "recognizedPhrases": [
        {
            "speaker": at,
            "offsetInTicks": at * 1e7,
            "durationInTicks": 5e6,
            "nBest": [{"lexical": "x", "display": words}],
        }
        for at, words in ((1, "Welcome."), (2, "The best boss."))
    ],
}


@pytest.mark.parametrize("top", [AMAZON, GOOGLE, AZURE], ids=["amazon", "google", "azure"])
def test_services_that_keep_words_and_speakers_apart(top):
    transcript = read(json.dumps(top), "x.json")

    assert [words for _, words in said(transcript)] == ["Welcome.", "The best boss."]
    assert len(transcript.speakers) == 2
    assert all(turn.start_s is not None and turn.end_s is not None for turn in transcript.turns)


def test_a_column_called_line_may_hold_numbers():
    transcript = read("Line,Talk of all\n1,MOD: Hello there.\n2,P1: Hi.\n3,MOD: So?\n", "x.csv")

    assert said(transcript) == [("MOD", "Hello there."), ("P1", "Hi."), ("MOD", "So?")]


def test_names_that_a_style_sheet_sets_apart_do_not_stick_to_their_times():
    turns = "".join(
        f'<div><span class="speaker">{who}</span><span class="time">00:{start:02.0f}</span><p>{words}</p></div>'
        for (who, words), start in zip(TALK, STARTS, strict=True)
    )
    transcript = read(f"<!DOCTYPE html><html><body>{turns}</body></html>", "x.html")

    assert said(transcript) == TALK
    assert starts(transcript) == STARTS
