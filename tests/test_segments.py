import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.errors import CodingError, ModelError
from coding.model import ImportReport, Transcript, Turn
from coding.segments import Segmentation, join_sentences, load_pipeline, segment_transcript
from tests.small import make_transcript


def words_of(transcript, segments):
    return [transcript.text[s.start_char : s.end_char] for s in segments]


def test_a_segment_is_a_sentence_or_a_few_short_ones(transcript):
    assert words_of(transcript, segment_transcript(transcript))[1:4] == [
        "She rang her own help line every Monday morning, to hear how long it took. Nobody else did that.",
        "Mm. Ours never left the office. 😀 He had a chart on the wall, and that was his customer.",
        "The car park was full again, by the way.",
    ]


def test_long_sentences_stand_alone():
    words = (
        "The whole of the front desk was moved to another floor without telling any of the people who came in. "
        "So on the Monday there were forty of them standing in the rain with nobody to let them in at all."
    )
    transcript = make_transcript([("A", words)])
    assert len(segment_transcript(transcript)) == 2


def test_no_segment_crosses_turns(transcript):
    for segment in segment_transcript(transcript, Segmentation(min_words=50, max_words=500)):
        turn = transcript.turns[segment.turn]
        assert turn.start_char <= segment.start_char < segment.end_char <= turn.end_char


def test_the_size_is_a_setting(transcript):
    small = segment_transcript(transcript, Segmentation(min_words=1, max_words=60))
    large = segment_transcript(transcript, Segmentation(min_words=20, max_words=60))
    assert len(small) > len(large)


def test_talk_without_full_stops_is_cut_at_clauses():
    words = "and then we went out to the yard, " * 40
    segments = segment_transcript(make_transcript([("A", words.strip())]), Segmentation(max_words=30))
    assert all(len(text.split()) <= 30 for text in words_of(make_transcript([("A", words.strip())]), segments))
    assert len(segments) > 8


def test_headings_get_no_segments():
    text = "Question one\nA: Well, I liked her."
    turns = (Turn(0, None, 0, 12, heading=True), Turn(1, "A", 16, len(text)))
    transcript = Transcript("t", text, turns, "t.txt", "ab" * 32, ImportReport("text"))
    assert [segment.turn for segment in segment_transcript(transcript)] == [1]


def test_a_turn_longer_than_the_pipeline_takes_is_whole():
    words = "word " * 300_000
    transcript = make_transcript([("A", words.strip())])
    segments = segment_transcript(transcript, Segmentation(max_words=200))
    assert sum(len(text.split()) for text in words_of(transcript, segments)) == 300_000


@pytest.mark.parametrize(("least", "most"), [(0, 5), (6, 5)])
def test_impossible_sizes_are_refused(least, most):
    with pytest.raises(CodingError, match="not possible"):
        Segmentation(min_words=least, max_words=most)


def test_a_missing_pipeline_is_named():
    with pytest.raises(ModelError, match="no_such_pipeline"):
        load_pipeline("no_such_pipeline")


def test_a_pipeline_of_other_weights_is_refused(monkeypatch):
    monkeypatch.setattr("coding.segments._PIPELINE_SHA256", "0" * 64)
    load_pipeline.cache_clear()
    with pytest.raises(ModelError, match="not the one that was tested"):
        load_pipeline()
    load_pipeline.cache_clear()


def test_another_pipeline_can_be_named(tmp_path, transcript):
    import spacy

    spacy.blank("en").to_disk(tmp_path / "blank")
    segments = segment_transcript(transcript, Segmentation(min_words=1, pipeline=str(tmp_path / "blank")))
    assert "Mm." in words_of(transcript, segments)


TEXT = st.text(
    alphabet=st.sampled_from("ab é😀.?!,\u0301\n\t\u00a0\u200f1") | st.characters(codec="utf-8"), max_size=200
)


@settings(max_examples=60, deadline=None)
@given(turns=st.lists(TEXT.map(str.strip).filter(bool), min_size=1, max_size=6), least=st.integers(1, 12))
def test_every_word_is_in_exactly_one_segment(turns, least):
    transcript = make_transcript([("A", words) for words in turns])
    segments = segment_transcript(transcript, Segmentation(min_words=least, max_words=20))
    covered = [False] * len(transcript.text)
    for segment in segments:
        assert not transcript.text[segment.start_char].isspace()
        assert not transcript.text[segment.end_char - 1].isspace()
        for at in range(segment.start_char, segment.end_char):
            assert not covered[at]
            covered[at] = True
    for turn in transcript.turns:
        for match in re.finditer(r"\S", transcript.words_of(turn)):
            assert covered[turn.start_char + match.start()]


def test_sentences_of_white_space_are_nothing():
    assert join_sentences("  \n ", [(0, 4)]) == []
