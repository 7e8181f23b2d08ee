import numpy as np
import pytest
from scipy.stats import entropy

from coding import frames
from coding.findings import read_material
from coding.findings.speaking import talk_by_group, talk_share, turns_behind
from coding.store import Project
from tests.findings.support import build


def test_turns_and_words_are_those_of_the_table_of_turns(small, material):
    there = frames.turns(small)
    expected = there[there["role"] == "participant"].groupby(["group", "participant"])["words"].agg(["size", "sum"])
    found = talk_share(material).set_index(["group", "participant"])
    assert found.loc[expected.index, ["turns", "words"]].to_numpy().tolist() == expected.to_numpy().tolist()
    assert found.groupby("group")["share"].sum().to_list() == pytest.approx([1, 1])


def test_what_was_coded_of_what_somebody_says(material):
    bob = talk_share(material).set_index("participant").loc["Bob"]
    assert bob[["codings", "coded_words", "coded_share"]].to_list() == [3, 9, 1.0]
    assert np.isnan(bob["seconds"])


def test_seconds_where_there_are_times(study):
    found = talk_share(read_material(study)).set_index("participant")
    assert found["seconds"].to_dict() == {"Bob": 1.0, "Ann": 1.0}


def test_moderators_on_request(material):
    assert set(talk_share(material)["role"]) == {"participant"}
    assert set(talk_share(material.choose(moderators=True))["role"]) == {"participant", "moderator"}


def test_how_evenly_a_group_speaks(small, material):
    found = talk_by_group(material).set_index("group")
    turns = frames.turns(small)
    retail = (
        turns[(turns["group"] == "Retail") & (turns["role"] == "participant")].groupby("participant")["words"].sum()
    )
    assert found.loc["Retail", "evenness"] == pytest.approx(entropy(retail, base=len(retail)))
    assert found.loc["Bank", "moderator_share"] == pytest.approx(2 / 16)
    assert found["people"].to_list() == [3, 2]


def test_one_participant_has_no_evenness(tmp_path):
    with Project.open(build(tmp_path / "s.sqlite", {"G": [("A", "Yes.", [])]})) as project:
        found = talk_by_group(read_material(project))
    assert np.isnan(found["evenness"]).all()


def test_the_turns_behind_a_share(small, material):
    talk = talk_share(material).set_index("participant")
    found = turns_behind(small, material, group="Retail", person_id=talk.loc["Bob", "person_id"])
    assert found["quotation"].to_list() == ["She met them every week.", "She rang back too."]


def test_nobody_speaks_in_an_empty_project(tmp_path):
    with Project.open(tmp_path / "s.sqlite", create=True) as project:
        material = read_material(project)
    assert talk_share(material).empty
    assert talk_by_group(material).empty
