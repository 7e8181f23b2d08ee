from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import Table

from coding.errors import CodingError
from coding.findings import read_material
from coding.findings.sequences import (
    following,
    following_behind,
    take_up_behind,
    take_ups,
    what_is_taken_up,
    who_takes_up_whom,
)
from coding.store import Project
from tests.findings.support import build, coded

few = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
VERY = [("A", "Yes.", [("meets", "shown", "Ada")]), ("B", "Yes.", [("calls", "shown", "Ada")])]


def cell(table, a, b):
    return table[(table["a_id"] == a) & (table["b_id"] == b)].iloc[0]


def test_what_follows(material):
    found = following(material)
    assert cell(found, "meets", "calls")[["n", "of"]].to_list() == [2, 2]
    assert cell(found, "calls", "meets")["n"] == 0
    assert set(found["reason"]) == {"fewer than 5 expected"}


def test_sessions_do_not_follow_each_other(material):
    assert cell(following(material), "calls", "tells")["n"] == 0


def test_the_codings_behind_what_follows(material):
    behind = following_behind(material, "meets", "calls")
    codes = material.codes["code_id"].to_numpy()[material.codings["code"].iloc[behind]]
    assert sorted(codes) == ["calls", "calls", "meets", "meets", "meets"]


def test_a_residual_is_that_of_its_table_of_two_by_two(tmp_path):
    talk = [*VERY * 12, ("A", "No.", []), *VERY[::-1] * 4]
    with Project.open(build(tmp_path / "s.sqlite", {"G": talk})) as project:
        found = cell(following(read_material(project)), "meets", "calls")
    sets = [{code for code, _, _ in codings} for _, _, codings in talk]
    table = np.zeros((2, 2))
    for one, two in pairwise(sets):
        table[int("meets" not in one), int("calls" not in two)] += 1
    residuals = Table(table, shift_zeros=False).standardized_resids
    assert found["residual"] == pytest.approx(residuals[0, 0])
    assert found["expected"] == pytest.approx(Table(table, shift_zeros=False).fittedvalues[0, 0])
    assert found["reason"] == ""


@few
@given(one=coded, two=coded, lag=st.integers(1, 3))
def test_what_follows_is_that_of_plain_loops(tmp_path_factory, one, two, lag):
    with Project.open(build(tmp_path_factory.mktemp("follow") / "s.sqlite", {"One": one, "Two": two})) as project:
        material = read_material(project)
    counts: dict[tuple[str, str], int] = {}
    for talk in (one, two):
        turns = [{code for code, _, _ in codings} for speaker, _, codings in talk if speaker != "M"]
        for at in range(len(turns) - lag):
            for a in turns[at]:
                for b in turns[at + lag]:
                    counts[a, b] = counts.get((a, b), 0) + 1
    found = following(material, lag=lag)
    assert {(row.a_id, row.b_id): row.n for row in found.itertuples() if row.n} == counts
    for a, b in counts:
        assert following_behind(material, a, b, lag=lag)


def test_who_takes_up_whom(material):
    taken = take_ups(material)
    assert taken[["code_id", "from", "to", "turns"]].values.tolist() == [
        ["meets", "Bob", "Ann", 1],
        ["calls", "Ann", "Bob", 1],
        ["tells", "Cat", "Dan", 1],
    ]
    found = who_takes_up_whom(taken)
    assert found["times"].to_list() == [1, 1, 1]
    share = what_is_taken_up(material, taken).set_index("code_id")
    assert share.loc["meets", ["turns", "taken_up"]].to_list() == [2, 1]
    assert share.loc["learns", "share"] == 0


def test_the_codings_behind_a_take_up(small, material):
    taken = take_ups(material)
    bob, ann = (person for person in taken.iloc[0][["from_id", "to_id"]])
    behind = material.codings.iloc[take_up_behind(material, taken, from_id=bob, to_id=ann)]
    assert len(behind) == 3
    assert len(material.codings.iloc[take_up_behind(material, taken, code_id="tells")]) == 2


@few
@given(talk=coded, within=st.integers(1, 4))
def test_take_ups_are_those_of_plain_loops(tmp_path_factory, talk, within):
    with Project.open(build(tmp_path_factory.mktemp("taken") / "s.sqlite", {"G": talk})) as project:
        material = read_material(project)
    turns = [(speaker, {code for code, _, _ in codings}) for speaker, _, codings in talk if speaker != "M"]
    expected = set()
    for at, (speaker, codes) in enumerate(turns):
        for code in codes:
            earlier = [e for e in range(at) if code in turns[e][1] and turns[e][0] != speaker]
            if earlier and at - earlier[-1] <= within:
                expected.add((code, turns[earlier[-1]][0], speaker, earlier[-1], at))
    found = take_ups(material, within=within)
    assert {tuple(row) for row in found[["code_id", "from", "to", "from_turn", "to_turn"]].values.tolist()} == expected


def test_nothing_coded_has_nothing_that_follows(tmp_path):
    with Project.open(tmp_path / "s.sqlite", create=True) as project:
        material = read_material(project)
    taken = take_ups(material)
    for table in (following(material), taken, who_takes_up_whom(taken), what_is_taken_up(material, taken)):
        assert isinstance(table, pd.DataFrame)
        assert table.empty


def test_impossible_distances_are_refused(material):
    for table in (lambda: following(material, lag=0), lambda: take_ups(material, within=99)):
        with pytest.raises(CodingError, match="choose 1 to 50"):
            table()
