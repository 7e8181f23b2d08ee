import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.multivariate.factor import Factor
from statsmodels.stats.weightstats import DescrStatsW

from coding.questionnaires import Item, Respondent, Survey
from coding.questionnaires.statistics import (
    alpha_interval,
    answers,
    cronbach_alpha,
    mcdonald_omega,
    reliability,
    scores,
    summarise_behaviours,
    summarise_items,
    summarise_scales,
)
from tests.small import CODEBOOK

# A survey of 30 departments that textbooks use (Chatterjee and Price 1977); its alpha is given as .84.
ATTITUDE = np.array(
    [
        "43 63 71 61 81 43 58 71 72 67 64 67 69 68 77 81 74 65 65 50 50 64 53 40 63 66 78 48 85 82".split(),
        "51 64 70 63 78 55 67 75 82 61 53 60 62 83 77 90 85 60 70 58 40 61 66 37 54 77 75 57 85 82".split(),
        "30 51 68 45 56 49 42 50 72 45 53 47 57 83 54 50 64 65 46 68 33 52 52 42 42 66 58 44 71 39".split(),
        "39 54 69 47 66 44 56 55 67 47 58 39 42 45 72 72 69 75 57 54 34 62 50 58 48 63 74 45 71 59".split(),
        "61 63 76 54 71 54 66 70 71 62 58 59 55 59 79 60 79 55 75 64 43 66 63 50 66 88 80 51 77 64".split(),
        "92 73 86 84 83 49 68 66 83 80 67 74 63 77 77 54 79 80 85 78 64 80 80 57 75 76 78 83 74 78".split(),
        "45 47 48 35 47 34 35 41 31 41 34 41 25 35 46 36 63 60 46 52 33 41 37 49 33 72 49 38 55 39".split(),
    ],
    dtype=float,
).T


def survey(rows, items=None):
    made = items or tuple(Item(f"q{n}", f"Item {n}", "tries-service") for n in range(len(rows[0])))
    people = tuple(
        Respondent(f"R{at}", tuple((i.id, float(v)) for i, v in zip(made, row, strict=True) if v is not None))
        for at, row in enumerate(rows)
    )
    return Survey("Survey", made, people)


def test_alpha_is_the_one_that_is_published():
    assert cronbach_alpha(ATTITUDE) == pytest.approx(0.84, abs=0.005)


def test_alpha_is_that_of_an_analysis_of_variance():
    # Hoyt (1941): one less the ratio of the mean squares of what is left and of people.
    people, items = ATTITUDE.shape
    left = ATTITUDE - ATTITUDE.mean(1, keepdims=True) - ATTITUDE.mean(0) + ATTITUDE.mean()
    between = items * ((ATTITUDE.mean(1) - ATTITUDE.mean()) ** 2).sum() / (people - 1)
    assert cronbach_alpha(ATTITUDE) == pytest.approx(1 - (left**2).sum() / ((people - 1) * (items - 1)) / between)


def test_the_interval_of_alpha_holds_it_and_shrinks_with_people():
    low, high = alpha_interval(0.84, 30, 7)
    assert low < 0.84 < high
    more = alpha_interval(0.84, 300, 7)
    assert low < more[0] < more[1] < high


def test_the_interval_of_alpha_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    truth = 4 * 0.5 / (1 + 3 * 0.5)  # Four items that correlate by .5.
    inside = 0
    for _ in range(300):
        values = rng.normal(size=(60, 1)) * 0.5**0.5 + rng.normal(size=(60, 4)) * 0.5**0.5
        low, high = alpha_interval(cronbach_alpha(values), 60, 4)
        inside += low <= truth <= high
    assert 0.91 <= inside / 300 <= 0.985


def test_omega_is_that_of_another_implementation_of_maximum_likelihood():
    other = Factor(ATTITUDE, n_factor=1, method="ml").fit()
    spread = ATTITUDE.std(axis=0, ddof=1)
    loadings, unique = other.loadings[:, 0] * spread, other.uniqueness * spread**2
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + unique.sum())
    assert mcdonald_omega(ATTITUDE) == pytest.approx(expected, abs=0.002)


def test_omega_is_known_where_loadings_are_known():
    rng = np.random.default_rng(1)
    loadings = np.array([0.8, 0.7, 0.6, 0.5])
    values = rng.normal(size=(20_000, 1)) * loadings + rng.normal(size=(20_000, 4)) * np.sqrt(1 - loadings**2)
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    assert mcdonald_omega(values) == pytest.approx(expected, abs=0.01)


def test_equal_loadings_make_omega_and_alpha_alike():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(5_000, 1)) + rng.normal(size=(5_000, 5))
    assert mcdonald_omega(values) == pytest.approx(cronbach_alpha(values), abs=0.01)


def test_omega_is_withheld_where_an_item_runs_against_the_others():
    turned = ATTITUDE * np.array([-1, 1, 1, 1, 1, 1, 1])
    assert reliability(turned).omega is None
    assert "one factor does not fit" in reliability(turned).reason


@pytest.mark.parametrize(
    ("values", "word"),
    [
        (np.ones((20, 1)), "one item"),
        (np.ones((5, 3)), "fewer than 10"),
        (np.ones((20, 3)), "answered the same by everybody"),
        (np.vstack([ATTITUDE[:, :3], [[np.nan, 1, 1]]])[-5:], "fewer than 10"),
    ],
)
def test_reliability_is_withheld_with_a_reason(values, word):
    found = reliability(values)
    assert found.alpha is None
    assert word in found.reason


def test_two_items_have_alpha_and_no_omega():
    found = reliability(ATTITUDE[:, :2])
    assert found.alpha is not None
    assert found.reason == "omega needs three items"


@given(arrays(float, (12, 4), elements=st.integers(1, 5).map(float)))
def test_alpha_does_not_depend_on_the_order_or_on_what_is_added(values):
    if (values.std(axis=0) == 0).any() or values.sum(axis=1).std() < 1e-9:
        return
    assert cronbach_alpha(values[:, ::-1] + 7) == pytest.approx(cronbach_alpha(values))
    assert cronbach_alpha(values) <= 1 + 1e-9


def test_reversed_items_are_turned_round():
    items = (Item("a", "a", "tries-service"), Item("b", "b", "tries-service", reversed=True, low=0, high=10))
    made = survey([[5, 0], [1, 10], [None, 5]], items)
    assert answers(made)["b"].to_list() == [10, 0, 5]
    assert answers(made, as_given=True)["b"].to_list() == [0, 10, 5]
    assert scores(made).loc["R0"].to_list() == [100, 100]
    found = summarise_behaviours(made).iloc[0]
    assert found[["bottom", "top", "items", "respondents"]].to_list() == [0, 100, 2, 3]
    assert found["rating"] == pytest.approx(50)


def test_a_mean_has_the_interval_of_t():
    rows = [[1], [2], [4], [5], [5]]
    found = summarise_items(survey(rows)).iloc[0]
    low, high = DescrStatsW(np.array(rows)[:, 0]).tconfint_mean()
    assert found[["low", "high"]].to_list() == pytest.approx([low, high])
    assert found[["answered", "missing", "highest", "lowest"]].to_list() == [5, 0, 0.4, 0.2]
    assert found["sd"] == pytest.approx(pd.Series([1, 2, 4, 5, 5]).std())


def test_an_item_that_runs_against_the_others_shows():
    rows = [[n, n, n, 6 - n] for n in (1, 2, 3, 4, 5, 3, 2)]
    found = summarise_items(survey(rows)).set_index("item")["rest"]
    assert found["q3"] == pytest.approx(-1)
    assert found["q0"] > 0


def test_ratings_are_on_the_scale_of_the_items():
    found = summarise_behaviours(survey([[1, 3], [5, 5]])).iloc[0]
    assert found[["rating", "bottom", "top"]].to_list() == [3.5, 1, 5]
    assert summarise_behaviours(survey([[1, 3]]), confirmed=True).empty


def test_scales_are_groups_of_codes_and_codes_with_two_items():
    rng = np.random.default_rng(3)
    rows = (3 + np.clip(np.round(rng.normal(size=(40, 1)) + 0.5 * rng.normal(size=(40, 3))), -2, 2)).tolist()
    items = (
        Item("a", "a", "tries-service"),
        Item("b", "b", "tries-service"),
        Item("c", "c", "tells-early"),
    )
    found = summarise_scales(survey(rows, items), CODEBOOK)
    assert found[["scale", "items"]].values.tolist() == [["People", 3], ["Tries the service", 2], ["All items", 3]]
    assert found["alpha"].notna().all()


def test_one_respondent_has_no_interval():
    found = summarise_items(survey([[4]])).iloc[0]
    assert found["mean"] == 4
    assert np.isnan(found["low"])
