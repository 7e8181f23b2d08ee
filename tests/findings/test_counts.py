import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from coding import frames
from coding.errors import CodingError
from coding.findings import quotations, read_material
from coding.findings.counts import (
    NOT_KNOWN,
    codes_by_attribute,
    codes_by_group,
    codes_by_participant,
    codes_overall,
    codings_behind,
    matrix,
    shown_against_lacking,
)
from coding.store import Project
from tests.findings.support import build, coded


def rows(table, *keys):
    return table.set_index(list(keys))


def test_codes_overall(material):
    found = rows(codes_overall(material), "code_id").loc["meets"]
    assert found[["codings", "shown", "lacking"]].to_list() == [3, 2, 1]
    assert found[["people", "of_people", "groups", "of_groups"]].to_list() == [2, 5, 1, 2]
    # Two coders coded the same five words; they count once.
    assert found[["words", "of_words"]].to_list() == [5 + 3, 5 + 3 + 4 + 5 + 5 + 9]


def test_codes_by_group_are_those_of_a_pivot_table(small, material):
    there = frames.codings(small)
    there = there[there["role"] == "participant"]
    expected = there.pivot_table(index="code_id", columns="group", values="coding_id", aggfunc="count", fill_value=0)
    found = codes_by_group(material).pivot(index="code_id", columns="group", values="codings")
    assert found.loc[expected.index, expected.columns].to_numpy().tolist() == expected.to_numpy().tolist()


def test_people_by_attribute(material):
    found = rows(codes_by_attribute(material, "level"), "code_id", "level")
    assert found.loc[("meets", "senior"), ["people", "of_people"]].to_list() == [1, 3]
    assert found.loc[("tells", "junior"), ["people", "of_people"]].to_list() == [1, 2]
    with pytest.raises(CodingError, match="no participant has the attribute"):
        codes_by_attribute(material, "age")


def test_whose_attribute_is_not_known_is_shown_last(tmp_path):
    talk = {"G": [("A", "Yes.", [("meets", "shown", "Ada")]), ("B", "No.", []), ("C", "So.", [])]}
    values = {"G/B": {"years": "10"}, "G/C": {"years": "9"}}
    with Project.open(build(tmp_path / "s.sqlite", talk, attributes=values)) as project:
        found = read_material(project)
    table = codes_by_attribute(found, "years")
    assert table["level"].drop_duplicates().to_list() == ["9", "10", NOT_KNOWN]
    assert codings_behind(found, attribute=("years", NOT_KNOWN)) == [0]


def test_groups_of_codes(material):
    found = rows(codes_overall(material.by_cluster()), "code_id")
    assert found["codings"].to_dict() == {"near": 5, "after": 3}
    assert found.loc["near", "people"] == 2
    assert found.loc["after", "words"] == 5 + 9
    assert len(codings_behind(material.by_cluster(), code_id="near")) == 5


def test_shown_against_lacking(material):
    found = rows(shown_against_lacking(material), "code_id")
    assert found.loc["meets", ["people_shown", "people_lacking", "people_both"]].to_list() == [1, 1, 0]
    assert found.loc["calls", "balance"] == 0
    assert found.loc["meets", "balance"] == pytest.approx(1 / 3)
    assert np.isnan(shown_against_lacking(material.choose(coders=["Ben"])).set_index("code_id").loc["calls", "balance"])


def test_a_group_that_nobody_began_is_not_counted_among_how_many(material):
    ben = codes_overall(material.choose(coders=["Ben"]))
    assert set(ben["of_people"]) == {3}
    assert set(ben["of_groups"]) == {1}


def test_a_wide_table_keeps_the_order(material):
    wide = matrix(codes_by_group(material), "people")
    assert list(wide.columns) == ["Retail", "Bank"]
    assert list(wide.index) == ["Meets customers", "Calls back", "Learns", "Tells early"]
    assert wide.to_numpy().tolist() == [[2, 0], [2, 0], [0, 1], [0, 2]]


def test_unknown_valence_is_refused(material):
    with pytest.raises(CodingError, match="no valence 'maybe'"):
        codings_behind(material, valence="maybe")


def test_the_words_behind_a_number(small, material):
    found = quotations(small, material, codings_behind(material, code_id="meets", valence="lacking"))
    assert found[["quotation", "participant", "coder"]].values.tolist() == [["Mine never did.", "Ann", "Ada"]]


def test_an_empty_project_has_tables_without_rows(tmp_path):
    with Project.open(tmp_path / "s.sqlite", create=True) as project:
        found = read_material(project)
    for table in (codes_overall, codes_by_group, codes_by_participant, shown_against_lacking):
        assert len(table(found)) == 0
    assert matrix(codes_by_group(found)).shape == (0, 0)


few = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


@few
@given(one=coded, two=coded)
def test_every_number_is_that_of_a_plain_count(tmp_path_factory, one, two):
    path = build(tmp_path_factory.mktemp("counts") / "s.sqlite", {"One": one, "Two": two})
    with Project.open(path) as project:
        material = read_material(project)
        codings, turns = frames.codings(project), frames.turns(project)
    spoken = turns[turns["role"] == "participant"]
    told = codings.merge(
        spoken[["transcript", "start_char", "participant_id", "words"]], on=["transcript", "start_char"]
    )
    by_person = rows(codes_by_participant(material), "code_id", "person_id")
    by_group = rows(codes_by_group(material), "code_id", "group")
    overall = rows(codes_overall(material), "code_id")
    for (code_id, person_id), cell in by_person.iterrows():
        here = told[(told["code_id"] == code_id) & (told["participant_id"] == person_id)]
        assert cell["codings"] == len(here)
        assert cell["words"] == here.drop_duplicates("start_char")["words"].sum()
        assert cell["of_words"] == spoken.loc[spoken["participant_id"] == person_id, "words"].sum()
        assert cell["people"] == (len(here) > 0)
        assert len(codings_behind(material, code_id=code_id, person_id=person_id)) == cell["codings"]
    for (code_id, group), cell in by_group.iterrows():
        here = told[(told["code_id"] == code_id) & (told["group"] == group)]
        assert (cell["codings"], cell["people"]) == (len(here), here["participant_id"].nunique())
        assert cell[["shown", "lacking", "unclear"]].sum() == cell["codings"]
        assert len(codings_behind(material, code_id=code_id, group=group)) == cell["codings"]
    for table in (by_person, by_group):
        sums = table.groupby("code_id")[["codings", "people", "words", "shown", "lacking", "unclear"]].sum()
        assert sums.to_dict("index") == overall.loc[sums.index, sums.columns].to_dict("index")


@few
@given(talk=coded)
def test_the_order_of_groups_changes_no_number(tmp_path_factory, talk):
    other = [("Zed", "One more.", [("meets", "shown", "Ada")])]
    tables = []
    for groups in ({"A": talk, "B": other}, {"B": other, "A": talk}):
        with Project.open(build(tmp_path_factory.mktemp("order") / "s.sqlite", groups)) as project:
            material = read_material(project)
        tables.append(codes_by_group(material).sort_values(["code_id", "group"]).reset_index(drop=True))
    pd.testing.assert_frame_equal(*tables)


def test_every_pair_of_choices_leads_to_its_codings(material):
    people = material.people.loc[~material.people["moderator"], "person_id"]
    every = [
        codings_behind(material, person_id=person, valence=valence)
        for person, valence in itertools.product(people, ["shown", "lacking", "unclear"])
    ]
    assert sorted(itertools.chain(*every)) == codings_behind(material)
