"""Who leads a session, guessed by label and by talk."""

import pytest

from coding.bundled import bundled
from coding.readers import read_transcript
from coding.readers.moderators import find_moderators, guess_by_talk
from coding.readers.source import Piece


def talk(*turns):
    return [Piece(words, speaker) for speaker, words in turns]


@pytest.mark.parametrize(
    ("name", "moderator"),
    [
        ("group-1-retail.txt", "MODERATOR"),
        ("group-2-bank.vtt", "Ashdown, Ruth"),
        ("group-3-council.docx", "Moderator"),
        ("group-4-engineering.docx", "Imran Qureshi"),
        ("group-5-hospital.srt", "Ruth Ashdown"),
        ("group-6-rail.csv", "Moderator"),
    ],
)
def test_moderators_of_the_example_study_are_found_by_talk_alone(name, moderator):
    transcript = read_transcript(bundled("transcripts") / name)
    pieces = [Piece(transcript.words_of(turn), turn.speaker, heading=turn.heading) for turn in transcript.turns]

    assert transcript.moderators == {moderator}
    assert guess_by_talk(pieces) == {moderator}


def test_friends_who_ask_each_other_have_no_moderator():
    friends = talk(*[("Ann", "Did you see it?"), ("Bo", "I did. And you?"), ("Cy", "No."), ("Ann", "Why not?")] * 8)

    assert find_moderators(friends) == frozenset()


def test_who_says_most_is_no_moderator():
    monologue = talk(
        *[("Ann", "Can you see the slide? It shows what we did all year in every region."), ("Bo", "Yes.")] * 8
    )

    assert find_moderators(monologue) == frozenset()


def test_a_chair_among_members_who_ask_is_found_by_the_opening():
    committee = talk(
        ("Chair Lee", "Welcome to the committee. We have received apologies. I ask for declarations of interest."),
        ("Chair Lee", "We'll move on to the first item. Would you like to start, Ana?"),
        *[("Ana", "Why was the money not spent?"), ("Minister", "Because it was late."), ("Bea", "When will it be?")]
        * 6,
        ("Chair Lee", "Can we move on? Thank you."),
    )

    assert guess_by_talk(committee) == {"Chair Lee"}


def test_questions_are_enough_in_a_language_whose_phrases_are_not_known():
    group = talk(
        *[("Ute", "Wie war das für Sie?"), ("Max", "Das war gut. Sehr gut."), ("Eva", "Nein. Gar nicht.")] * 20
    )

    assert guess_by_talk(group) == {"Ute"}
