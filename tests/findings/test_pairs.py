import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import jaccard_score

from coding import frames
from coding.errors import CodingError
from coding.findings import read_material
from coding.findings.pairs import co_occurrence, nearness, pair_behind, square
from coding.store import Project
from tests.findings.support import build, coded

few = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def pair(table, a, b):
    found = table[(table["a_id"] == a) & (table["b_id"] == b) | (table["a_id"] == b) & (table["b_id"] == a)]
    return found.iloc[0]


def test_in_the_same_turn(material):
    found = co_occurrence(material)
    assert pair(found, "learns", "tells")[["n12", "c"]].to_list() == [1, 0.5]
    assert pair(found, "meets", "calls")["n12"] == 1
    assert found["c"].is_monotonic_decreasing


def test_within_a_few_turns(material):
    # Bob meets, Ann both, Bob calls: within one turn all three count.
    near = pair(co_occurrence(material, near=1), "meets", "calls")
    assert near[["n12", "c"]].to_list() == [3, 1.0]


def test_in_the_same_words(material):
    found = pair(co_occurrence(material, unit="word"), "meets", "calls")
    assert found["n12"] == 3
    assert found["c"] == pytest.approx(3 / (8 + 7 - 3))


def test_both_sides_of_the_diagonal_are_alike(material):
    wide = square(co_occurrence(material))
    assert np.array_equal(wide, wide.T, equal_nan=True)
    assert wide.to_numpy().diagonal().tolist() == pytest.approx([np.nan] * 4, nan_ok=True)


def test_other_units_are_refused(material):
    with pytest.raises(CodingError, match="no unit 'page'"):
        co_occurrence(material, unit="page")
    with pytest.raises(CodingError, match="choose 0 to 50"):
        co_occurrence(material, near=51)
    with pytest.raises(CodingError, match="words are either"):
        co_occurrence(material, unit="word", near=1)


def test_nearness_never_falls(material):
    found = nearness(material, furthest=3)[[f"within_{distance}" for distance in range(4)]]
    assert (found.diff(axis=1).iloc[:, 1:] >= 0).to_numpy().all()


def test_the_codings_behind_a_pair(small, material):
    behind = material.codings.iloc[pair_behind(material, "meets", "calls")]
    assert set(behind["start_char"]) == {small.turns(small.transcripts()[0].id)[2].start_char}
    assert len(pair_behind(material, "meets", "calls", near=1)) == 5
    assert pair_behind(material, "meets", "tells") == []
    assert pair_behind(material, "meets", "calls", unit="word") == behind.index.to_list()


def test_nothing_coded_has_no_pairs(tmp_path):
    with Project.open(tmp_path / "s.sqlite", create=True) as project:
        material = read_material(project)
    assert len(co_occurrence(material)) == len(co_occurrence(material, unit="word")) == 0
    assert square(co_occurrence(material)).shape == (0, 0)


@few
@given(talk=coded, near=st.integers(0, 3))
def test_the_coefficient_is_that_of_plain_sets(tmp_path_factory, talk, near):
    with Project.open(build(tmp_path_factory.mktemp("pairs") / "s.sqlite", {"G": talk})) as project:
        material = read_material(project)
        codings, turns = frames.codings(project), frames.turns(project)
    codings = codings[codings["role"] == "participant"]
    place = dict(zip(turns["start_char"], turns["turn"], strict=True))
    has = {code: {place[at] for at in rows["start_char"]} for code, rows in codings.groupby("code_id")}
    for row in co_occurrence(material, near=near).itertuples():
        one, two = has[row.a_id], has[row.b_id]
        both = {t for t in one if any(abs(t - o) <= near for o in two)}
        both |= {t for t in two if any(abs(t - o) <= near for o in one)}
        assert (row.n1, row.n2, row.n12) == (len(one), len(two), len(both))
        assert row.c == pytest.approx(len(both) / len(one | two))
        if near == 0:
            flags = [[turn in side for turn in turns["turn"]] for side in (one, two)]
            assert row.c == pytest.approx(jaccard_score(*flags))
        behind = material.codings.iloc[pair_behind(material, row.a_id, row.b_id, near=near)]
        assert {place[at] for at in behind["start_char"]} == both


@few
@given(talk=coded)
def test_words_that_both_have_are_those_of_plain_sets(tmp_path_factory, talk):
    with Project.open(build(tmp_path_factory.mktemp("words") / "s.sqlite", {"G": talk})) as project:
        material = read_material(project)
    has = {
        code: {
            word for first, end in zip(rows["first_word"], rows["end_word"], strict=True) for word in range(first, end)
        }
        for code, rows in material.parts.groupby(material.codes["code_id"].to_numpy()[material.parts["code"]])
    }
    for row in co_occurrence(material, unit="word").itertuples():
        one, two = has[row.a_id], has[row.b_id]
        assert (row.n1, row.n2, row.n12) == (len(one), len(two), len(one & two))
        behind = pair_behind(material, row.a_id, row.b_id, unit="word")
        assert bool(behind) == bool(one & two)
