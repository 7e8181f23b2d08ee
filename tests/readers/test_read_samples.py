"""Real transcripts: every word, the right speakers, every cue."""

from collections import Counter

import pytest

from coding.readers import read_transcript
from tests.readers.support import SAMPLE_FILES, SAMPLES, missing, needs_samples, words_of_source

pytestmark = needs_samples


@pytest.mark.parametrize("path", SAMPLE_FILES, ids=lambda path: path.name)
def test_every_word_of_a_sample_is_kept_or_reported(path):
    transcript = read_transcript(path)
    merged = path.suffix in {".vtt", ".srt"}

    assert not missing(transcript, words_of_source(path.read_bytes(), path.name), labels_repeat=merged)


@pytest.mark.parametrize("path", SAMPLE_FILES, ids=lambda path: path.name)
def test_offsets_of_a_sample_give_words_behind_labels(path):
    transcript = read_transcript(path)

    lines = []
    for turn in transcript.turns:
        assert transcript.words_of(turn).strip() == transcript.words_of(turn) != ""
        lines.append(("" if turn.speaker is None else f"{turn.speaker}: ") + transcript.words_of(turn))
    assert "\n".join(lines) == transcript.text


@pytest.mark.parametrize("path", SAMPLE_FILES, ids=lambda path: path.name)
def test_cues_in_equal_cues_out(path):
    report = read_transcript(path).report

    assert report.cues_in == report.cues_out


@pytest.mark.parametrize(
    ("name", "speakers"),
    [
        ("03_teams_v_tag.vtt", {"Hurst, Peter", "Wright, Steve"}),
        ("05_teams_premium.vtt", {"Charles", "Janaki"}),
        ("07_srt_no_speaker.srt", set()),
        ("10_whisper_segments.json", set()),
        ("11_interview_bold.md", {"Jonas Rosland", "Ben Walker", "Kyla Fury", "Ryan Anderson"}),
        ("12_otter_bold_time.md", {"Ali", "Amal Hussein", "Emma"}),
        ("20_interview.pdf", {"Dan", "Participant"}),
        ("25_elitr_person_tags.txt", {"PERSON7", "PERSON27", "PERSON54", "PERSON55"}),
        ("29_oral_history_tags.csv", {"DB", "LG", "KRISTIN"}),
        ("35_group_interview.md", {"Jonas Rosland", "Nick Zaleski", "Eric Kesterson", "Saun Conlin", "Jim Bochanski"}),
        ("37_teams_new_format.vtt", set()),
    ],
)
def test_speakers_of_a_sample(name, speakers):
    assert set(read_transcript(SAMPLES / name).speakers) == speakers


def test_every_cue_of_the_zoom_sample_has_its_speaker():
    path = SAMPLES / "01_zoom_speaker_prefix.vtt"
    transcript = read_transcript(path)
    labels = {line.split(": ")[0] for line in path.read_text("utf-8").splitlines() if ": " in line[:40]}

    assert set(transcript.speakers) <= labels
    assert all(turn.speaker for turn in transcript.turns)
    assert transcript.speakers[:3] == ("stokes", "Trent", "Josh Davis")


def test_committee_turns_keep_their_speakers_in_order():
    import json

    path = SAMPLES / "28_committee_qmsum.json"
    wanted = [item["speaker"] for item in json.loads(path.read_bytes())["meeting_transcripts"]]

    assert [turn.speaker for turn in read_transcript(path).turns] == wanted


def test_otter_sample_keeps_times_and_leaves_unknown_speakers_unknown():
    transcript = read_transcript(SAMPLES / "12_otter_bold_time.md")
    counts = Counter(turn.speaker for turn in transcript.turns)

    assert [turn.start_s for turn in transcript.turns[:4]] == [0, 20, 28, 87]
    assert counts[None] == 4


def test_moderators_are_found_where_it_is_clear():
    assert read_transcript(SAMPLES / "20_interview.pdf").moderators == {"Dan"}
    assert read_transcript(SAMPLES / "03_teams_v_tag.vtt").moderators == frozenset()


@pytest.mark.parametrize(
    ("name", "moderator"),
    [
        ("11_interview_bold.md", "Jonas Rosland"),
        ("28_committee_qmsum.json", "Lynne Neagle AM"),
        ("29_oral_history_tags.csv", "DB"),
        ("35_group_interview.md", "Jonas Rosland"),
    ],
)
def test_who_leads_is_guessed_by_talk(name, moderator):
    assert read_transcript(SAMPLES / name).moderators == {moderator}
