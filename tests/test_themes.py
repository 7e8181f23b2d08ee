"""Themes: what is found, how steady it is, and what of it the codebook misses."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from coding.cli import main
from coding.edits import AddCoding, SetAttributes, SetCodebook, apply_edits
from coding.errors import CodingError
from coding.model import ImportReport, Segment, Transcript, Turn
from coding.store import Project
from coding.theme_model import Stretch, Themes, ThemeSettings, steadiness_words
from coding.themes import find_themes
from coding.themes.gap import Cover, Spans, compare_with_codebook
from coding.themes.graph import _without_crumbs, modularity, neighbour_graph, neighbours_for, sizes_to_try
from coding.themes.spread import spread, theme_places
from coding.themes.steady import leave_out_parts, steadiness
from coding.themes.words import content, spellings, terms_of
from tests.small import CODEBOOK
from tests.themed import set_themes

SUBJECTS = {
    "parking": "car park space ticket barrier meter kerb permit".split(),
    "food": "soup dinner menu kitchen plate bread tray cook".split(),
    "letters": "letter envelope stamp post signature paper printer address".split(),
}


class WordEncoder:
    """Embeds a text as the mean of a fixed random direction for each of its words; quick, and no model to load."""

    id = "words"

    def encode(self, texts):
        rows = []
        for text in texts:
            words = [word for run in content(text) for word in run] or [text]
            seeds = [int(hashlib.sha256(word.encode()).hexdigest()[:8], 16) for word in words]
            row = np.sum([np.random.default_rng(seed).normal(size=48) for seed in seeds], axis=0)
            rows.append(row / np.linalg.norm(row))
        return np.array(rows, np.float32)


def remarks(each: int, *, seed: int = 0) -> list[tuple[str, str, str]]:
    """Return speaker, words and subject of ``each`` remarks about each subject, in no order."""
    lots = random.Random(seed)
    made = []
    for subject, words in SUBJECTS.items():
        for number in range(each):
            some = lots.sample(words, 4)
            text = f"The {some[0]} and the {some[1]} were by the {some[2]}, near the {some[3]}."
            made.append((f"P{number % 3}", text, subject))
    lots.shuffle(made)
    return made


def talk(lines, name="group", moderators=("Moderator",)) -> tuple[Transcript, list[Segment]]:
    text, turns = "", []
    for index, (speaker, words) in enumerate(lines):
        start = len(text) + len(speaker) + 2
        text += f"{speaker}: {words}\n"
        turns.append(Turn(index, speaker, start, start + len(words)))
    text = text.removesuffix("\n")
    sha = hashlib.sha256(text.encode()).hexdigest()
    made = Transcript(
        name, text, tuple(turns), f"{name}.txt", sha, ImportReport("text"), group=name, moderators=frozenset(moderators)
    )
    return made, [Segment(made.id, turn.index, turn.start_char, turn.end_char) for turn in turns]


def make(path: Path, lines, **named) -> Project:
    project = Project.open(path, create=True)
    source, segments = talk(lines, **named)
    project.add_transcript(source, segments, by="Ada")
    apply_edits(project, [SetCodebook(CODEBOOK)], coder="Ada")
    return project


@pytest.fixture(scope="module")
def group(tmp_path_factory) -> Iterator[Project]:
    """Return a small group: thirty remarks about three subjects, with a moderator and a filler between them."""
    lines = [(speaker, text) for speaker, text, _ in remarks(10)]
    lines[5:5] = [
        ("Moderator", "And what about the moderation, the moderation of everything?"),
        ("P1", "Yeah, um, okay."),
    ]
    with make(tmp_path_factory.mktemp("themes") / "group.sqlite", lines) as project:
        yield project


@pytest.fixture(scope="module")
def found(group: Project) -> Themes:
    return find_themes(group, WordEncoder(), ThemeSettings(resamples=4), by="Ada")


def words_of(project: Project, stretch: Stretch) -> str:
    return project.text(stretch.transcript_id)[stretch.start_char : stretch.end_char]


def test_a_small_group_gets_its_subjects_as_themes(group, found):
    subject = {text: name for _, text, name in remarks(10)}
    truth = [subject[words_of(group, stretch)] for stretch in found.stretches]
    assert len(found.stretches) == 30
    assert adjusted_rand_score(truth, found.labels) > 0.8


def test_nothing_is_an_outlier_unless_asked_for(found):
    assert found.outliers == ()
    assert sum(len(theme.members) for theme in found.themes) == len(found.stretches)


def test_moderators_and_filler_are_left_out_and_counted(group, found):
    spoken = " ".join(words_of(group, stretch) for stretch in found.stretches)
    assert "moderation" not in spoken
    assert found.silent == 1
    assert len(find_themes(group, WordEncoder(), ThemeSettings(moderators=True, resamples=0)).stretches) == 31


def test_terms_are_words_of_the_theme(found):
    known = {word for words in SUBJECTS.values() for word in words}
    assert all(theme.terms for theme in found.themes)
    assert {word for theme in found.themes for term in theme.terms for word in term.split()} <= known


def test_names_tell_themes_apart(found):
    assert len({theme.name for theme in found.themes}) == len(found.themes)


def test_the_same_talk_gives_the_same_themes_and_they_are_stored(group, found):
    again = find_themes(group, WordEncoder(), ThemeSettings(resamples=4), by="Ada")
    assert [theme.id for theme in again.themes] == [theme.id for theme in found.themes]
    assert again.themes == found.themes
    assert again.points == found.points
    assert group.themes() == again


def test_settings_seed_and_versions_stand_with_the_result(group, found):
    stored = group.themes()
    assert stored.settings == ThemeSettings(resamples=4)
    assert {"bertopic", "scikit-learn", "umap-learn", "model"} <= set(stored.versions)
    assert stored.found_by == "Ada"


def test_another_seed_is_another_search(group, found):
    other = find_themes(group, WordEncoder(), ThemeSettings(resamples=0, seed=1))
    assert other.id != found.id


def test_the_number_of_themes_can_be_set(group):
    assert len(find_themes(group, WordEncoder(), ThemeSettings(themes=5, resamples=0)).themes) == 5


def test_turns_can_be_the_unit(group):
    turns = find_themes(group, WordEncoder(), ThemeSettings(unit="turn", resamples=0))
    assert len(turns.stretches) == 30


def test_the_tree_joins_all_themes(found):
    count = len(found.themes)
    assert len(found.joins) == count - 1
    assert sorted(end for join in found.joins for end in (join.left, join.right)) == list(range(2 * count - 2))


def test_themes_of_clear_subjects_are_steady(group):
    themes = find_themes(group, WordEncoder(), ThemeSettings(themes=3, resamples=4)).themes
    assert [steadiness_words(theme.steadiness) for theme in themes] == ["steady"] * 3


def test_guiding_by_the_codebook_finds_themes_too(group):
    assert len(find_themes(group, WordEncoder(), ThemeSettings(guided=True, resamples=0)).themes) >= 2


def test_too_little_talk_is_said_in_one_sentence(tmp_path):
    with make(tmp_path / "tiny.sqlite", [(who, text) for who, text, _ in remarks(2)]) as project:
        with pytest.raises(CodingError, match="there are 6 different segments"):
            find_themes(project, WordEncoder())
        with (
            pytest.raises(CodingError, match="no transcripts"),
            Project.open(tmp_path / "n.sqlite", create=True) as new,
        ):
            find_themes(new, WordEncoder())


@pytest.mark.parametrize(
    "wrong", [{"themes": 1}, {"unit": "word"}, {"method": "magic"}, {"resamples": -1}, {"seed": -1}, {"themes": 501}]
)
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(CodingError):
        ThemeSettings(**wrong)


def test_equal_remarks_do_no_harm(tmp_path):
    lines = [(who, text) for who, text, _ in remarks(4)] + [("P1", "The lift was out of order.")] * 20
    with make(tmp_path / "equal.sqlite", lines) as project:
        found = find_themes(project, WordEncoder(), ThemeSettings(resamples=2))
        assert len(found.stretches) == 32


def test_a_theme_says_what_is_coded_in_it_and_what_is_missed(group, found):
    theme = found.themes[0]
    for member in theme.members[1:]:
        stretch = found.stretches[member]
        apply_edits(
            group,
            [AddCoding(stretch.transcript_id, stretch.start_char, stretch.end_char, "tells-early")],
            coder="Ada",
        )
    covers = {cover.theme.number: cover for cover in compare_with_codebook(group, found)}
    assert covers[0].coded == len(theme.members) - 1
    assert covers[0].missed == 1
    assert covers[0].codes == (("tells-early", len(theme.members) - 1, 0),)
    assert compare_with_codebook(group, found)[-1].theme == theme


def test_the_gap_of_few_stretches_counts_for_less(found):
    theme = found.themes[0]
    assert Cover(theme, 0, 0, 30).sure_gap > Cover(theme, 0, 0, 3).sure_gap
    assert Cover(theme, 0, 0, 3).gap == 1.0


def test_a_span_counts_when_half_of_the_shorter_is_shared():
    spans = Spans([("t", 0, 10, "a"), ("t", 8, 30, "b"), ("u", 0, 10, "c")])
    assert spans.codes_at(Stretch("t", 0, 0, 10)) == {"a"}
    assert spans.codes_at(Stretch("t", 0, 9, 20)) == {"b"}
    assert spans.codes_at(Stretch("v", 0, 0, 10)) == set()


def test_earlier_searches_go_when_nobody_decided_about_them(group):
    first = find_themes(group, WordEncoder(), ThemeSettings(resamples=0, seed=5))
    second = find_themes(group, WordEncoder(), ThemeSettings(resamples=0, seed=6))
    assert group.themes() == second
    assert group.themes(first.id) is None
    assert group.theme_runs() == [second.id]


def test_the_command_shows_what_was_found(group, found, capsys):
    group.set_themes(found)
    main(["themes", str(group.path), "--stored", "--json"])
    data = json.loads(capsys.readouterr().out)
    assert data["id"] == found.id
    assert {theme["id"] for theme in data["themes"]} == {theme.id for theme in found.themes}
    assert all(quotation["text"] for theme in data["themes"] for quotation in theme["quotations"])
    main(["themes", str(group.path), "--stored"])
    assert found.themes[0].name in capsys.readouterr().out


def test_the_command_says_when_there_is_nothing_to_show(tmp_path, capsys):
    make(tmp_path / "new.sqlite", [("P1", "Hello there, lift.")]).close()
    with pytest.raises(SystemExit, match="2"):
        main(["themes", str(tmp_path / "new.sqlite"), "--stored"])
    assert "no themes were sought" in capsys.readouterr().err


def test_filler_and_what_transcribers_note_is_no_content():
    assert content("Um, you know, [laughs] I mean, yeah {disfmarker} okay.") == []
    assert terms_of("We weren't allowed in the waiting room.") == ["allowed", "waiting", "room", "waiting room"]


def test_terms_are_written_as_people_write_them():
    assert spellings(["nhs", "car park"], ["The NHS car park.", "Car park of the NHS"]) == {
        "nhs": "NHS",
        "car park": "car park",
    }


@given(st.text(max_size=200))
def test_any_text_has_its_content_read(text):
    assert all(word == word.lower() and len(word) >= 3 for run in content(text) for word in run)


def test_numbers_of_themes_that_are_tried_fit_the_material():
    assert sizes_to_try(12) == [2]
    assert sizes_to_try(2000)[-1] == 45
    assert [neighbours_for(n) for n in (5, 25, 10_000)] == [3, 5, 15]


def test_a_text_is_no_neighbour_of_its_own_in_a_large_graph(monkeypatch):
    class Index:
        """Gives what pynndescent gives: each text first, but for one whose equal comes first and pushes it out."""

        def __init__(self, rows, **options):
            assert options["n_neighbors"] == 3
            near = np.array([[0, 1, 2], [1, 0, 2], [2, 1, 0], [2, 1, 0]])
            self.neighbor_graph = near, np.array([[0.0, 0.2, 0.4]] * 4, np.float32)

    monkeypatch.setattr("coding.themes.graph._EXACT", 1)
    monkeypatch.setattr("pynndescent.NNDescent", Index)
    graph = neighbour_graph(np.eye(4, dtype=np.float32), neighbours=2)
    assert graph.diagonal().tolist() == [0, 0, 0, 0]
    assert graph[3].nonzero()[1].tolist() == [1, 2]
    assert (graph != graph.T).nnz == 0


def test_modularity_is_higher_for_clusters_that_hang_together():
    rows = np.repeat(np.eye(2, dtype=np.float32), 10, axis=0) + np.arange(20, dtype=np.float32)[:, None] / 1000
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    graph = neighbour_graph(rows, neighbours=3)
    whole = np.repeat([0, 1], 10)
    assert modularity(graph, whole) > 0.4 > modularity(graph, np.tile([0, 1], 10))


def test_one_or_two_texts_are_no_cluster_as_long_as_two_others_are_left():
    rows = np.array([[0.0, 0], [0, 1], [0, 2], [9, 0], [9, 1], [9, 2], [7, 1], [50, 50]])
    assert _without_crumbs(rows, np.array([0, 0, 0, 1, 1, 1, 2, 3])).tolist() == [0, 0, 0, 1, 1, 1, 1, 1]
    assert _without_crumbs(rows[:4], np.array([0, 0, 0, 1])).tolist() == [0, 0, 0, 1]


def test_a_theme_that_falls_apart_is_not_steady():
    labels = np.array([0] * 10 + [1] * 10)
    torn = np.array([0, 1] * 10)
    none = np.zeros(0, np.int64)
    assert steadiness(labels, [labels, labels], [none, none]) == [1.0, 1.0]
    assert max(steadiness(labels, [torn, torn], [none, none])) < 0.5
    assert steadiness_words(0.4) == "did not come back"


def test_ten_parts_leave_each_place_out_once():
    parts = leave_out_parts(23, 10, seed=0)
    assert sorted(np.concatenate(parts).tolist()) == list(range(23))


def test_themes_are_spread_over_groups_speakers_attributes_and_the_session(sentence_study):
    themes = set_themes(sentence_study)
    ann = next(p for p in sentence_study.participants() if p.name == "Ann")
    apply_edits(sentence_study, [SetAttributes(ann.id, (("sector", "Housing"),))], coder="Ada")
    places = theme_places(sentence_study, themes)
    assert len(places) == len(themes.stretches)
    assert set(places["speaker"]) == {"Ann", "Bob", "Ruth"}
    assert set(places["attribute:sector"]) == {"Housing", "not known"}
    assert places["part"].between(1, 10).all()
    for by in ("group", "speaker", "part", "attribute:sector"):
        table = spread(places, by, themes=2)
        assert table["count"].sum() == len(places)
        assert table.groupby("by")["share"].sum().isin([0.0, 1.0]).all()
