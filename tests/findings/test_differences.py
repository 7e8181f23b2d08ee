from itertools import permutations, product

import numpy as np
import pytest
from scipy.stats import permutation_test, spearmanr
from statsmodels.stats.multitest import multipletests

from coding.errors import CodingError
from coding.findings import differences as module
from coding.findings import read_material
from coding.findings.differences import benjamini_hochberg, compare_people, holm
from coding.store import Project
from tests.findings.support import build


def sample(stratum, level, *, numeric=False):
    stratum, level = np.array(stratum), np.array(level)
    names = () if numeric else tuple(str(at) for at in range(level.max() + 1))
    return module._Sample(np.arange(len(level)), stratum, level, names, numeric, (), "")


def groups(has, *, per_group=6):
    """Make groups in which the people of ``has`` have a code, every second one senior."""
    made, attributes = {}, {}
    for number in range(4):
        talk = []
        for person in range(per_group):
            senior = person % 2 == 0
            label = f"P{person}"
            talk.append((label, "Some words.", [("meets", "shown", "Ada")] if has(senior, person) else []))
            attributes[f"G{number}/{label}"] = {
                "level": "senior" if senior else "junior",
                "years": str(10 * senior + person),
                "group": f"G{number}",
                "job": f"{number}-{person}",
            }
        made[f"G{number}"] = talk
    return made, attributes


@pytest.fixture(scope="module")
def divided(tmp_path_factory):
    made, attributes = groups(lambda senior, person: senior)
    with Project.open(build(tmp_path_factory.mktemp("divided") / "s.sqlite", made, attributes=attributes)) as project:
        yield read_material(project)


def test_a_difference_within_groups_is_found(divided):
    found = compare_people(divided, "level", measure="people", resamples=999)
    row = found.table.set_index("code_id").loc["meets"]
    assert found.reason == ""
    assert found.levels == (("junior", 12), ("senior", 12))
    assert found.means.loc[0].to_dict() == {"junior": 0, "senior": 1}
    assert row["effect"] == 1
    assert row["p"] == 1 / 1000
    assert row["p_holm"] == row["p_bh"] == row["p"]


def test_codes_that_hardly_anybody_has_are_withheld(divided):
    row = compare_people(divided, "level", resamples=99).table.set_index("code_id").loc["calls"]
    assert np.isnan(row["p"])
    assert row["reason"] == "fewer than 5 people have it, or have it not"


def test_what_cannot_be_told_from_the_group_is_withheld(divided):
    found = compare_people(divided, "group")
    assert "cannot be told from the group itself" in found.reason
    assert found.table["p"].isna().all()
    assert len(found.means.columns) == 4


def test_everybody_different_is_withheld(divided):
    found = compare_people(divided, "job")
    assert found.reason == "There are no two kinds of people by “job” with 3 members each to compare."
    assert found.notes[0].startswith("24 people left out, whose value fewer than 3 have: ")
    assert found.notes[0].endswith("and 19 more")


def test_a_number_is_compared_by_rank(divided):
    found = compare_people(divided, "years", measure="people", resamples=999)
    assert found.levels == ()
    assert found.table.set_index("code_id").loc["meets", "effect"] > 0.8
    assert found.table.set_index("code_id").loc["meets", "p"] <= 0.002


def test_people_without_a_value_are_left_out(tmp_path):
    made, attributes = groups(lambda senior, person: senior)
    attributes["G0/P0"] = {"level": ""}
    with Project.open(build(tmp_path / "s.sqlite", made, attributes=attributes)) as project:
        found = compare_people(read_material(project), "level", resamples=99)
    assert found.people == 23
    assert found.notes == ("1 person without a value of “level” left out",)


def test_too_few_ways_to_swap_are_said(tmp_path):
    made, attributes = groups(lambda senior, person: senior, per_group=2)
    made = {name: talk if name == "G0" else talk[:1] for name, talk in made.items()}
    more = {"G1": "junior", "G2": "junior", "G3": "senior"}
    attributes.update({f"{name}/P0": {"level": level} for name, level in more.items()})
    made["G4"], attributes["G4/P0"] = [("P0", "Yes.", [])], {"level": "senior"}
    with Project.open(build(tmp_path / "s.sqlite", made, attributes=attributes)) as project:
        found = compare_people(read_material(project), "level")
    assert found.reason == "There are only 2 ways to swap “level” within focus groups: too few for any test."


def test_one_kind_of_people_is_said(divided):
    everybody = divided.attributes.assign(level="senior")
    from dataclasses import replace

    found = compare_people(replace(divided, attributes=everybody), "level")
    assert found.reason == "Everybody who can be compared has the same value of “level”: senior."


def test_nothing_coded_has_nothing_to_compare(tmp_path):
    talk = {"G": [("A", "Yes.", [])]}
    with Project.open(build(tmp_path / "s.sqlite", talk, attributes={"G/A": {"level": "x"}})) as project:
        material = read_material(project)
    found = compare_people(material, "level")
    assert "no two kinds" in found.reason
    with pytest.raises(CodingError, match="no participant has the attribute"):
        compare_people(material, "age")


@pytest.mark.parametrize("bad", [{"measure": "turns"}, {"resamples": 0}, {"seed": -1}])
def test_impossible_choices_are_refused(divided, bad):
    with pytest.raises(CodingError):
        compare_people(divided, "level", **bad)


def test_the_same_seed_gives_the_same(divided):
    first, second = (compare_people(divided, "level", resamples=99, seed=3).table["p"].to_list() for _ in range(2))
    assert first == pytest.approx(second, nan_ok=True)


def test_p_is_near_that_of_all_arrangements():
    rng = np.random.default_rng(1)
    stratum, level = [0, 0, 0, 0, 1, 1, 1, 1], [0, 1, 0, 1, 0, 0, 1, 1]
    values = rng.random((8, 3)) + np.array(stratum)[:, None]
    centred = values - np.array([values[:4].mean(0), values[4:].mean(0)])[stratum]

    def apart(order):
        return sum(centred[[at for at in range(8) if order[at] == kind]].sum(axis=0) ** 2 / 4 for kind in (0, 1))

    every = [apart([*one, *two]) for one, two in product(set(permutations(level[:4])), set(permutations(level[4:])))]
    exact = (np.array(every) >= apart(level) - 1e-12).mean(axis=0)
    found = module._p_values(sample(stratum, level), values, 20_000, 0)
    assert found == pytest.approx(exact, abs=0.015)


def test_one_group_is_that_of_a_plain_permutation_test():
    rng = np.random.default_rng(2)
    one, two = rng.normal(size=7), rng.normal(0.8, size=8)
    plain = permutation_test(
        (one, two), lambda a, b: abs(a.mean() - b.mean()), n_resamples=20_000, alternative="greater", rng=0
    )
    values = np.concatenate([one, two])[:, None]
    found = module._p_values(sample([0] * 15, [0] * 7 + [1] * 8), values, 20_000, 0)
    assert found[0] == pytest.approx(plain.pvalue, abs=0.015)


def test_ranks_of_one_group_are_those_of_spearman():
    rng = np.random.default_rng(3)
    values, years = rng.normal(size=12), rng.normal(size=12)
    plain = spearmanr(values, years)
    ranks = sample([0] * 12, np.argsort(np.argsort(years)) + 1.0, numeric=True)
    assert module._rank_correlation(ranks, values[:, None])[0] == pytest.approx(plain.statistic)
    assert module._p_values(ranks, values[:, None], 20_000, 0)[0] == pytest.approx(plain.pvalue, abs=0.02)


def test_chance_alone_is_found_as_often_as_it_should_be():
    # Groups differ much, kinds of people not at all, and groups hold different shares of them.
    rng = np.random.default_rng(4)
    stratum = np.repeat(np.arange(4), 8)
    level = np.concatenate([rng.permutation([0] * seniors + [1] * (8 - seniors)) for seniors in (2, 3, 5, 6)])
    values = rng.normal(size=(32, 1000)) + 3 * stratum[:, None]
    p = module._p_values(sample(stratum, level), values, 199, 0)
    assert 0.03 < (p <= 0.05).mean() < 0.07


def test_corrections_are_those_of_statsmodels():
    rng = np.random.default_rng(5)
    for size in range(1, 30):
        p = np.round(rng.random(size) ** 3, 3)
        assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])
        assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1])


def test_what_was_not_tested_does_not_count_as_a_test():
    assert holm(np.array([0.02, np.nan, 0.5])) == pytest.approx([0.04, np.nan, 0.5], nan_ok=True)
    assert benjamini_hochberg(np.array([np.nan])) == pytest.approx([np.nan], nan_ok=True)
