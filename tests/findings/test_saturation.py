from itertools import permutations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.errors import CodingError
from coding.findings import Rule, code_saturation, read_material, saturation
from coding.findings.saturation import expected_total, first_codings
from coding.store import Project
from tests.findings.support import build


def seen(*sessions):
    return pd.DataFrame(
        [(at, item) for at, items in enumerate(sessions) for item in items], columns=["session", "item"]
    )


def test_the_run_moves_on_until_it_brings_little():
    # A base of 37, then runs of 5 and 6, 6 and 7: 3 new of 37 are 8 %, 1 of 37 is under 5 %.
    sessions = [range(20), range(20, 30), range(30, 35), range(35, 37), [37, 38], [39], [], []]
    found = saturation(seen(*sessions), range(8))
    assert found.base_found == 37
    assert found.curve["run_new"].dropna().to_list() == [3, 1, 0]
    assert found.curve["share"].dropna().to_list() == pytest.approx([3 / 37, 1 / 37, 0])
    assert (found.reached, found.notation, found.reason) == (5, "5+2 at ≤5%", "")


def test_no_new_information_at_all_can_be_asked_for():
    found = saturation(seen([1, 2], [3], [4], [1]), range(4), rule=Rule(2, 1, 0))
    assert (found.reached, found.notation) == (3, "3+1 at 0%")


def test_it_says_how_much_is_still_new():
    found = saturation(seen([1, 2], [3, 4], [5, 6], [7]), range(4), rule=Rule(2, 1))
    assert found.reached is None
    assert found.notation == ""
    assert found.reason == "The last run still brings 25 % of the base in new codes."


def test_too_few_sessions_are_said():
    found = saturation(seen([1, 2]), range(1))
    assert found.reason == "A base of 4 and a run of 2 need 6 sessions; there are 1 session."
    assert found.base_found is None


def test_nothing_found_is_said():
    found = saturation(seen(), range(6), what="themes")
    assert found.reason == "The first 4 sessions have no themes, so there is nothing to compare with."
    assert found.curve["expected"].to_list() == [0] * 6


@pytest.mark.parametrize("bad", [(0, 1, 0.1), (1, 0, 0.1), (1, 1, 1.5), (1, 1, -0.1)])
def test_impossible_rules_are_refused(bad):
    with pytest.raises(CodingError):
        Rule(*bad)


studies = st.lists(st.sets(st.integers(0, 6), max_size=5), min_size=1, max_size=5)


@given(studies)
def test_the_curve_adds_up(sessions):
    curve = saturation(seen(*sessions), range(len(sessions)), rule=Rule(1, 1)).curve
    every = set().union(*sessions)
    assert curve["new"].sum() == len(every)
    assert curve["total"].is_monotonic_increasing
    assert curve["expected"].iat[-1] == pytest.approx(len(every))
    assert curve["found"].to_list() == [len(items) for items in sessions]


@given(studies)
def test_what_is_expected_is_the_mean_over_all_orders(sessions):
    held = [sum(item in items for items in sessions) for item in set().union(*sessions)]
    orders = list(permutations(sessions))
    means = [sum(len(set().union(*order[:k])) for order in orders) / len(orders) for k in range(1, len(sessions) + 1)]
    assert expected_total(held, len(sessions)) == pytest.approx(means)


def test_codes_by_session(material):
    found = code_saturation(material, rule=Rule(1, 1))
    assert found.curve["new"].to_list() == [2, 2]
    assert found.curve["total"].to_list() == [2, 4]
    shown_and_lacking = code_saturation(material, rule=Rule(1, 1), valence=True)
    assert shown_and_lacking.curve["new"].to_list() == [4, 2]


def test_codes_in_another_order(material):
    ids = material.sessions["transcript_id"].to_list()
    found = code_saturation(material, rule=Rule(1, 1), order=[ids[1]])
    assert found.curve["session"].to_list() == [ids[1], ids[0]]
    with pytest.raises(CodingError, match="no transcript 'x'"):
        code_saturation(material, order=["x"])


def test_each_new_code_leads_to_its_codings(small, material):
    ids = material.sessions["transcript_id"].to_list()
    there = {at: material.codings["code"][first_codings(material, at)].nunique() for at in ids}
    curve = code_saturation(material).curve
    assert list(there.values()) == curve["new"].to_list()
    with pytest.raises(CodingError, match="no transcript"):
        first_codings(material, "x")


def test_a_session_that_nobody_coded_is_no_sign_of_saturation(tmp_path, small):
    groups = {
        "One": [("A", "Yes.", [("meets", "shown", "Ada")])],
        "Two": [("B", "No.", [])],
    }
    with Project.open(build(tmp_path / "s.sqlite", groups)) as project:
        found = read_material(project)
    assert code_saturation(found, rule=Rule(1, 1)).curve["found"].to_list() == [1, 0]
    ben = read_material(small, coders=["Ben"])
    assert len(code_saturation(ben).curve) == 1
