"""Published values, worked by hand, and properties that every coefficient has."""

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from coding.agreement import (
    UnitizingAlpha,
    brennan_prediger,
    cohen_kappa,
    gwet_ac1,
    krippendorff_alpha,
    masi_alpha,
    percent_agreement,
    unitizing_alpha,
)

CHANCE_CORRECTED = (krippendorff_alpha, gwet_ac1, brennan_prediger)

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C: four observers, twelve units. Gwet (2014)
# has the same data for AC1.
FOUR_OBSERVERS = list(
    zip(
        (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
        (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
        (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
        (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
        strict=True,
    )
)

# Krippendorff (2019), figure 12.11: three coders of one continuum of 60, places from 1 and with their ends.
FIGURE_12_11 = (
    ((1, 7, 1), (8, 13, 2), (31, 32, 5), (33, 37, 6), (38, 44, 6), (45, 60, 7)),
    ((1, 7, 1), (8, 13, 3), (14, 21, 5), (33, 44, 6)),
    ((1, 7, 1), (8, 13, 4), (14, 21, 5), (33, 37, 6), (38, 41, 6), (42, 44, 6)),
)


def table(counts):
    """Return ratings and weights of a table of two coders."""
    return list(counts), list(counts.values())


def test_coders_who_agree_by_chance_alone_have_a_kappa_of_zero():
    # 500 of 1,000 characters each, 250 of them shared: another tool makes 0.2987 of this.
    ratings, weights = table({(1, 1): 250, (1, 0): 250, (0, 1): 250, (0, 0): 250})
    assert cohen_kappa(ratings, weights=weights) == pytest.approx(0.0, abs=1e-12)


def test_percent_agreement_of_the_commercial_example():
    # 1,000 characters, 50 coded by both, 150 by one, 800 by neither.
    ratings, weights = table({(1, 1): 50, (1, 0): 150, (0, 0): 800})
    assert percent_agreement(ratings, weights=weights) == pytest.approx(0.85)


@pytest.mark.parametrize(
    ("counts", "kappa"),
    [
        ({(1, 1): 20, (1, 0): 5, (0, 1): 10, (0, 0): 15}, 0.400),
        ({(1, 1): 45, (1, 0): 15, (0, 1): 25, (0, 0): 15}, 0.130),
        ({(1, 1): 25, (1, 0): 35, (0, 1): 5, (0, 0): 35}, 0.259),
        # Fleiss, Levin and Paik (2003), table 18.1: psychotic, neurotic, organic.
        (
            {(1, 1): 75, (1, 2): 1, (1, 3): 4, (2, 1): 5, (2, 2): 4, (2, 3): 1, (3, 1): 0, (3, 2): 0, (3, 3): 10},
            0.676,
        ),
        # Gwet (2002): high agreement, and kappa below zero since one category is rare.
        ({(1, 1): 118, (1, 0): 5, (0, 1): 2, (0, 0): 0}, -0.023),
    ],
)
def test_published_values_of_kappa(counts, kappa):
    ratings, weights = table(counts)
    assert cohen_kappa(ratings, weights=weights) == pytest.approx(kappa, abs=0.0005)


def test_published_value_of_ac1_for_two_coders():
    ratings, weights = table({(1, 1): 118, (1, 0): 5, (0, 1): 2, (0, 0): 0})
    assert gwet_ac1(ratings, weights=weights) == pytest.approx(0.941, abs=0.0005)


def test_published_values_for_four_observers_with_missing_data():
    assert krippendorff_alpha(FOUR_OBSERVERS) == pytest.approx(0.743, abs=0.0005)
    assert gwet_ac1(FOUR_OBSERVERS) == pytest.approx(0.775, abs=0.0005)
    assert brennan_prediger(FOUR_OBSERVERS) == pytest.approx(0.773, abs=0.0005)
    assert percent_agreement(FOUR_OBSERVERS) == pytest.approx(0.818, abs=0.0005)


def test_published_values_of_alpha_for_two_and_three_observers():
    # Krippendorff (2011), section A; and the reliability data by which alpha is often shown.
    binary = zip((0, 1, 0, 0, 0, 0, 0, 0, 1, 0), (1, 1, 1, 0, 0, 1, 0, 0, 0, 0), strict=True)
    assert krippendorff_alpha(list(binary)) == pytest.approx(0.095, abs=0.0005)
    rows = zip(
        (None, None, None, None, None, 3, 4, 1, 2, 1, 1, 3, 3, None, 3),
        (1, None, 2, 1, 3, 3, 4, 3, None, None, None, None, None, None, None),
        (None, None, 2, 1, 3, 4, 4, None, 2, 1, 1, 3, 3, None, 4),
        strict=True,
    )
    assert krippendorff_alpha(list(rows)) == pytest.approx(0.691, abs=0.0005)


def test_unitizing_alpha_of_figure_12_11():
    coders = [[(start - 1, end, code) for start, end, code in units] for units in FIGURE_12_11]
    found = unitizing_alpha(coders, length=60)
    assert found.u == pytest.approx(0.510, abs=0.0005)
    assert found.binary == pytest.approx(0.413, abs=0.001)
    assert found.cu == pytest.approx(0.724, abs=0.0005)


def test_plain_alpha_of_the_same_characters_is_another_value():
    coded = [
        [any(start <= place <= end for start, end, _ in units) for units in FIGURE_12_11] for place in range(1, 61)
    ]
    assert krippendorff_alpha(coded) == pytest.approx(0.3986, abs=0.00005)


def test_touching_units_are_two_and_overlapping_ones_are_one():
    touching = unitizing_alpha([[(0, 3, 0), (3, 6, 0)], [(0, 6, 0)]], length=10)
    overlapping = unitizing_alpha([[(0, 4, 0), (3, 6, 0)], [(0, 6, 0)]], length=10)
    whole = unitizing_alpha([[(0, 6, 0)], [(0, 6, 0)]], length=10)
    assert overlapping == whole == UnitizingAlpha(1.0, 1.0, None)
    assert touching.u == 1.0


def test_codes_of_one_coder_that_overlap_leave_only_the_binary_form():
    found = unitizing_alpha([[(0, 4, 0), (2, 6, 1)], [(0, 6, 1)]], length=10)
    assert (found.u, found.binary, found.cu) == (None, 1.0, None)


@pytest.mark.parametrize("units", [[[(0, 1, 0)]], [[(0, 0, 0)], []], [[(0, 11, 0)], []], [[(0, 1, -1)], []]])
def test_units_that_are_not_possible_are_refused(units):
    with pytest.raises(ValueError, match=r"two coders|continuum"):
        unitizing_alpha(units, length=10)


def test_kappa_of_three_coders_is_refused():
    with pytest.raises(ValueError, match="two coders"):
        cohen_kappa([(1, 1, 1)])


@pytest.mark.parametrize("function", [percent_agreement, cohen_kappa, *CHANCE_CORRECTED])
def test_without_a_unit_that_two_rated_nothing_is_defined(function):
    assert function([]) is None
    assert function([(None, None)]) is None
    assert function([(1, None), (None, 0)]) is None


def test_without_variation_nothing_chance_corrected_is_defined():
    same = [("yes", "yes")] * 9
    assert percent_agreement(same) == 1.0
    assert [cohen_kappa(same), *(function(same) for function in CHANCE_CORRECTED)] == [None] * 4


def test_a_category_that_nobody_used_counts_for_ac1_and_brennan_prediger():
    rows = [(1, 1), (1, 1), (1, 2), (2, 2)]
    assert brennan_prediger(rows, categories=(1, 2, 3)) == pytest.approx(1 - 0.25 / (2 / 3))
    assert gwet_ac1(rows, categories=(1, 2, 3)) > gwet_ac1(rows)


def test_alpha_over_sets_by_hand():
    # Distances: {a} and {a, b} are 2/3, {b} and {b} 0, {} and {a} 1; the last unit was rated once only.
    rows = [({"a"}, {"a", "b"}), ({"b"}, {"b"}), (set(), {"a"}), ({"a"}, None)]
    used = [{"a"}, {"a", "b"}, {"b"}, {"b"}, set(), {"a"}]
    expected = sum(_masi(one, other) for one in used for other in used) / 30
    assert masi_alpha(rows) == pytest.approx(1 - 2 * (2 / 3 + 0 + 1) / 6 / expected)


def test_alpha_over_sets_without_codes_or_variation_is_not_defined():
    assert masi_alpha([(set(), set())]) is None
    assert masi_alpha([({"a"}, {"a"})]) is None


RATINGS = st.integers(2, 4).flatmap(
    lambda coders: st.lists(st.tuples(*[st.sampled_from([None, "a", "b", "c"])] * coders), min_size=2, max_size=30)
)
UNITS = st.lists(
    st.lists(st.tuples(st.integers(0, 28), st.integers(1, 12), st.integers(0, 3)), max_size=5), min_size=2, max_size=4
)
SETS = st.lists(st.tuples(*[st.none() | st.frozensets(st.sampled_from("abcd"))] * 3), min_size=2, max_size=15)


@given(RATINGS, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_order_of_coders_and_names_of_codes_do_not_matter(rows, random):
    order = list(range(len(rows[0])))
    random.shuffle(order)
    names = {None: None, "a": 7, "b": "x", "c": ("y",)}
    changed = [tuple(names[row[coder]] for coder in order) for row in rows]
    functions = [percent_agreement, *CHANCE_CORRECTED] + ([cohen_kappa] if len(order) == 2 else [])
    for function in functions:
        assert function(changed) == pytest.approx(function(rows), nan_ok=True)


@given(RATINGS)
@settings(max_examples=150, deadline=None)
def test_values_are_at_most_one_and_one_only_without_disagreement(rows):
    differ = any(len({value for value in row if value is not None}) > 1 for row in rows)
    functions = [percent_agreement, *CHANCE_CORRECTED] + ([cohen_kappa] if len(rows[0]) == 2 else [])
    for function in functions:
        value = function(rows)
        assert value is None or (value < 1 if differ else value == pytest.approx(1))


@given(RATINGS)
@settings(max_examples=150, deadline=None)
def test_alpha_is_that_of_the_package(rows):
    found = krippendorff_alpha(rows)
    if found is not None:
        assert found == pytest.approx(_alpha_of_package(rows))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=30))
@settings(max_examples=150, deadline=None)
def test_kappa_is_that_of_scikit_learn(rows):
    found = cohen_kappa(rows)
    if found is not None:
        assert found == pytest.approx(cohen_kappa_score(*zip(*rows, strict=True)))


@given(RATINGS, st.integers(1, 4))
@settings(max_examples=50, deadline=None)
def test_a_weight_is_as_many_equal_units(rows, weight):
    for function in (percent_agreement, *CHANCE_CORRECTED):
        assert function(rows, weights=[weight] * len(rows)) == pytest.approx(function(rows * weight), nan_ok=True)


@given(UNITS)
@settings(max_examples=150, deadline=None)
def test_unitizing_alpha_is_that_of_a_matrix_of_characters(units):
    coders = [_apart(found) for found in units]
    found, expected = unitizing_alpha(coders, length=40), _unitizing_by_matrix(coders, 40)
    assert (found.u is None) == np.isnan(expected)
    if found.u is not None:
        assert found.u == pytest.approx(expected)
    assert unitizing_alpha(coders[::-1], length=40).u == pytest.approx(found.u, nan_ok=True)


@given(UNITS)
@settings(max_examples=80, deadline=None)
def test_coders_with_the_same_units_agree_wholly(units):
    same = _apart(units[0])
    found = unitizing_alpha([same, same, same], length=40)
    assert all(value is None or value == pytest.approx(1) for value in (found.u, found.binary, found.cu))


@given(SETS)
@settings(max_examples=100, deadline=None)
def test_alpha_over_sets_is_that_of_the_package(rows):
    found = masi_alpha(rows)
    if found is not None:
        sets = sorted({value for row in rows for value in row if value is not None}, key=sorted)
        data = [[np.nan if row[coder] is None else sets.index(row[coder]) for row in rows] for coder in range(3)]

        def distance(v1, v2, i1, i2, n_v, dtype=float):
            measured = np.array([[_masi(one, other) for other in sets] for one in sets])
            return measured[v1.astype(int), v2.astype(int)]

        package = krippendorff.alpha(
            data, value_domain=np.arange(len(sets), dtype=float), level_of_measurement=distance
        )
        assert found == pytest.approx(package)


def _alpha_of_package(rows):
    numbers = {value: number for number, value in enumerate({v for row in rows for v in row if v is not None})}
    data = [[np.nan if value is None else numbers[value] for value in coder] for coder in zip(*rows, strict=True)]
    return krippendorff.alpha(data, level_of_measurement="nominal")


def _masi(one, other):
    if one == other:
        return 0.0
    shared = len(one & other)
    kind = 2 / 3 if one <= other or other <= one else 1 / 3 if shared else 0
    return 1 - shared / len(one | other) * kind


def _apart(found):
    """Return units that do not overlap."""
    units, at = [], 0
    for start, length, code in sorted(found):
        first = max(at, start)
        if first < min(first + length, 40):
            units.append((first, min(first + length, 40), code))
            at = units[-1][1]
    return units


def _unitizing_by_matrix(coders, length):
    """Return u-alpha by the definition, character for character."""
    m = len(coders)
    labels = np.zeros((m, length), int)
    taken_out = np.zeros(5)
    for number, units in enumerate(coders):
        for start, end, code in units:
            labels[number, start:end] = code + 1
            taken_out[code + 1] += (end - start) ** 2
    observed = np.zeros((5, 5))
    for one in range(m):
        for other in range(m):
            if one != other:
                np.add.at(observed, (labels[one], labels[other]), 1 / (m - 1))
    lengths = np.bincount(labels.ravel(), minlength=5).astype(float)
    taken_out[0] = lengths[0]
    total = m * length
    expected = (np.outer(lengths, lengths) - np.diag(taken_out)) / (total - taken_out.sum() / total)
    apart = ~np.eye(5, dtype=bool)
    return 1 - observed[apart].sum() / expected[apart].sum() if expected[apart].sum() > 1e-9 else np.nan
