from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kendalltau, rankdata

from coding.codebook import load_codebook
from coding.edits import AddCoding, SetCodebook, apply_edits
from coding.findings import read_material
from coding.findings.joint import (
    BETWEEN,
    CONVERGENCE,
    DIVERGENCE,
    SILENCE,
    chart_joint,
    joint_display,
    rank_interval,
)
from coding.findings.plots import draw, draw_svg
from coding.store import Project
from coding.survey import Item, Respondent, Survey
from tests.findings.support import build
from tests.small import ROOT


def survey(ratings, *, confirmed=True):
    items = tuple(Item(f"q-{code}", code, code, confirmed=confirmed) for code in ratings)
    people = tuple(
        Respondent(f"R{n}", tuple((f"q-{code}", float(min(5, max(1, rating + n)))) for code, rating in ratings.items()))
        for n in (-1, 0, 1)
    )
    return Survey("Survey", items, people)


@pytest.fixture(scope="module")
def twelve(tmp_path_factory):
    """Make a study in which the first of twelve codes is told of by twelve people, the last by one."""
    codes = load_codebook(ROOT / "codebook.yaml").codable[:13]
    book = load_codebook(ROOT / "codebook.yaml")
    talk = {"G": [(f"P{n}", f"Words of person {n}.", []) for n in range(12)]}
    path = build(tmp_path_factory.mktemp("joint") / "s.sqlite", talk)
    with Project.open(path) as project:
        apply_edits(project, [SetCodebook(book)], coder="Ada")
        where = project.transcripts()[0].id
        turns = project.turns(where)
        operations = [
            AddCoding(where, turn.start_char, turn.end_char, code.id)
            for at, code in enumerate(codes[:12])
            for turn in turns[: 12 - at]
        ]
        apply_edits(project, operations, coder="Ada")
        yield read_material(project), [code.id for code in codes]


def test_strands_that_order_alike_converge(twelve):
    material, codes = twelve
    found = joint_display(material, survey({code: 4.6 - at / 5 for at, code in enumerate(codes[:12])}))
    assert set(found.table["verdict"]) == {CONVERGENCE}
    assert found.correlation == pytest.approx(1)
    assert (found.low, found.high) == (found.correlation, found.correlation)
    assert (found.bottom, found.top, found.behaviours) == (1, 5, 12)


def test_strands_that_order_the_other_way_diverge(twelve):
    material, codes = twelve
    found = joint_display(material, survey({code: 2.2 + at / 5 for at, code in enumerate(codes[:12])}))
    verdicts = found.table["verdict"].value_counts().to_dict()
    assert verdicts == {DIVERGENCE: 8, CONVERGENCE: 4}
    assert found.correlation == pytest.approx(-1)
    first = found.table.iloc[0]
    assert first["why"] == "rated in the upper third, told in the lower third"


def test_silence_on_either_side_is_told(twelve):
    material, codes = twelve
    found = joint_display(material, survey({code: 4.6 - at / 5 for at, code in enumerate(codes[1:])}))
    table = found.table.set_index("code_id")
    assert table.loc[codes[0], ["verdict", "why"]].to_list() == [SILENCE, "no item asks about it"]
    assert table.loc[codes[12], ["verdict", "why"]].to_list() == [SILENCE, "nobody tells of it in the groups"]


def test_neighbouring_thirds_are_neither(twelve):
    material, codes = twelve
    order = [*codes[4:8], *codes[:4], *codes[8:12]]
    found = joint_display(material, survey({code: 4.6 - at / 5 for at, code in enumerate(order)}))
    assert found.table["verdict"].value_counts().to_dict() == {BETWEEN: 8, CONVERGENCE: 4}


def test_the_correlation_is_that_of_ranks_by_hand(twelve):
    material, codes = twelve
    rng = np.random.default_rng(0)
    ratings = dict(zip(codes[:12], rng.permutation(np.linspace(2.1, 3.9, 12)), strict=True))
    found = joint_display(material, survey(ratings))
    people = np.arange(12, 0, -1)
    expected = np.corrcoef(rankdata(list(ratings.values())), rankdata(people))[0, 1]
    assert found.correlation == pytest.approx(expected)
    assert found.low < expected < found.high
    assert np.sign(kendalltau(list(ratings.values()), people).statistic) == np.sign(expected)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(1)
    truth = 6 / np.pi * np.arcsin(0.6 / 2)  # Spearman's correlation of two normal variables that correlate by .6.
    inside = 0
    for _ in range(400):
        x = rng.normal(size=30)
        y = 0.6 * x + 0.8 * rng.normal(size=30)
        low, high = rank_interval(float(np.corrcoef(rankdata(x), rankdata(y))[0, 1]), 30)
        inside += low <= truth <= high
    assert 0.92 <= inside / 400 <= 0.98


def test_few_behaviours_have_no_verdict_and_no_correlation(material):
    found = joint_display(material, survey({"meets": 4.0, "calls": 2.0}))
    assert found.correlation is None
    assert found.reason == "2 behaviours are in both strands; a correlation needs 10"
    assert found.table.set_index("code_id").loc["meets", "verdict"] == ""


def test_only_what_a_person_confirmed_counts(material):
    found = joint_display(material, survey({"meets": 4.0}, confirmed=False))
    assert found.unconfirmed == 1
    assert found.table["rating"].isna().all()


def test_a_study_without_codings_is_all_silence(tmp_path, twelve):
    _, codes = twelve
    with Project.open(tmp_path / "s.sqlite", create=True) as project:
        apply_edits(project, [SetCodebook(load_codebook(ROOT / "codebook.yaml"))], coder="Ada")
        found = joint_display(read_material(project), survey(dict.fromkeys(codes, 3.0)))
    assert set(found.table["why"]) == {"nobody was asked"} or set(found.table["verdict"]) == {SILENCE}
    assert found.behaviours == 0
    assert joint_display(replace(twelve[0]), Survey("None")).correlation is None


def test_both_strands_in_one_plot(twelve):
    material, codes = twelve
    chart = chart_joint(joint_display(material, survey({code: 4.6 - at / 5 for at, code in enumerate(codes[:12])})))
    assert len(chart.labels) == 12
    assert draw_svg(chart)
    assert len(draw(chart).data[0].x) == 12
