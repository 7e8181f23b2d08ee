import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding import frames
from coding.consensus import layer
from coding.edits import AddCoding, SetCodebook, apply_edits
from coding.errors import CodingError
from coding.findings import quotations, read_material
from coding.findings.material import covered
from coding.findings.reading import _Words
from coding.model import Codebook
from coding.store import Project


def test_moderators_are_out_unless_asked_for(material):
    assert len(material.parts) == 8
    assert len(material.choose(moderators=True).parts) == 9
    assert len(material.turns) == 6


def test_turns_have_the_words_that_the_tables_of_the_project_have(small, material):
    whole = material.choose(moderators=True)
    there = frames.turns(small)
    assert (whole.turns["end_word"] - whole.turns["first_word"]).to_list() == there["words"].to_list()
    assert whole.people["participant"].reindex(whole.turns["person"]).to_list() == there["participant"].to_list()


def test_codings_stand_in_reading_order_with_the_quotations_of_the_export(small, material):
    found = quotations(small, material, range(len(material.codings))).replace("M (Retail)", "M")
    there = frames.codings(small)
    key = ["transcript", "start_char", "code_id", "coder"]
    columns = ["quotation", "participant", "group", "code", "valence", "coding_id"]
    assert found.sort_values(key)[columns].values.tolist() == there.sort_values(key)[columns].values.tolist()


def test_choosing_again_starts_from_the_whole(material):
    one = material.choose(groups=["Bank"], coders=["Ada"])
    assert one.used_groups.tolist() == [1]
    assert one.choose(coders=["Ben"]).parts["group"].to_list() == [0]


def test_a_group_of_codes_stands_for_those_below_it(material):
    near = material.choose(code_ids=["near"])
    assert set(material.codes["code_id"].iloc[near.parts["code"]]) == {"meets", "calls"}


@pytest.mark.parametrize(
    ("choice", "word"),
    [
        ({"coders": ["Zoe"]}, "no coder 'Zoe' here; there are Ada"),
        ({"groups": ["Rail"]}, "no group 'Rail' here; there are Retail, Bank"),
        ({"code_ids": ["x"]}, "no code 'x'"),
    ],
)
def test_unknown_choices_are_refused(material, choice, word):
    with pytest.raises(CodingError, match=word):
        material.choose(**choice)


def test_unknown_things_are_refused(material):
    with pytest.raises(CodingError, match="no participant has the attribute 'age'; there are level, sector"):
        material.levels("age")
    with pytest.raises(CodingError, match="no code"):
        material.code("zzz")
    with pytest.raises(CodingError, match="no participant"):
        material.person("zzz")


def test_sessions_that_the_chosen_coders_have_not_begun_are_not_looked_at(material):
    ben = material.choose(coders=["Ben"])
    assert ben.not_looked_at == ("Bank",)
    assert material.not_looked_at == ()
    assert set(ben.coded_turns["group"]) == {0}


def test_an_empty_project_has_empty_material(tmp_path):
    with Project.open(tmp_path / "s.sqlite", create=True) as project:
        found = read_material(project)
    assert [len(found.parts), len(found.turns), len(found.people), len(found.codes)] == [0, 0, 0, 0]
    assert found.speakers.tolist() == []


def test_a_coding_over_two_turns_belongs_to_both_speakers(study):
    turns = study.turns(study.transcripts()[0].id)
    place = (study.transcripts()[0].id, turns[1].start_char + 4, turns[2].end_char)
    apply_edits(study, [AddCoding(*place, "tries-service")], coder="Ada")
    found = read_material(study)
    assert found.people["participant"].iloc[found.parts["person"]].to_list() == ["Bob", "Ann"]
    assert quotations(study, found, [0])["participant"].to_list() == ["Bob; Ann"]
    words = (found.parts["end_word"] - found.parts["first_word"]).to_list()
    text = study.text(place[0])
    assert words == [
        len(text[place[1] : turns[1].end_char].split()),
        len(text[turns[2].start_char : turns[2].end_char].split()),
    ]


def test_a_retired_code_with_codings_comes_last(study):
    turn = study.turns(study.transcripts()[0].id)[1]
    place = (study.transcripts()[0].id, turn.start_char, turn.end_char)
    apply_edits(study, [AddCoding(*place, "tries-service")], coder="Ada")
    codebook = study.codebook()
    kept = Codebook("Leaders", "2", codes=tuple(code for code in codebook.codes if code.id != "tries-service"))
    apply_edits(study, [SetCodebook(kept)], coder="Ada")
    found = read_material(study)
    assert found.codes["code_id"].to_list() == ["tells-early", "tries-service"]
    assert found.codes["in_force"].to_list() == [True, False]
    assert found.codes["code"].iloc[found.parts["code"]].to_list() == ["Tries the service"]


def test_two_people_of_one_name_are_told_apart(tmp_path):
    from tests.findings.support import build

    groups = {name: [("P1", "Yes.", []), ("P2", "No.", [])] for name in ("North", "South")}
    with Project.open(build(tmp_path / "s.sqlite", groups)) as project:
        labels = read_material(project).people["label"].to_list()
    assert labels == ["P1 (North)", "P2 (North)", "P1 (South)", "P2 (South)"]


words = st.text(alphabet="ab \t\n\x0b\x1c\x85\u2003\u3000\u00a0\U0001f600", max_size=30)


@given(words, st.data())
def test_words_are_counted_as_split_counts_them(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    if start == end:
        return
    first, last = _Words(text).range(np.array([start]), np.array([end]))
    assert last[0] - first[0] == len(text[start:end].split())


ranges = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20), st.integers(0, 8)), max_size=12)


@given(ranges)
def test_what_ranges_share_is_counted_once(given_ranges):
    key, first, length = (np.array([row[at] for row in given_ranges], dtype=int) for at in range(3))
    expected = [
        len({word for k, f, n in given_ranges if k == wanted for word in range(f, f + n)}) for wanted in range(4)
    ]
    assert covered(key, first, first + length, 4).tolist() == expected


def test_the_consensus_is_read_in_place_of_the_coders(small):
    found = read_material(small, layer="consensus")
    assert found.coders == ("consensus",)
    there = [(one.id, one.start_char, one.code_id) for one in layer(small, "consensus").codings()]
    codes = found.codes["code_id"].to_numpy()[found.codings["code"]]
    mine = zip(found.codings["coding_id"], found.codings["start_char"], codes, strict=True)
    assert sorted(mine) == sorted(there)
    assert len(found.codings) < len(read_material(small).codings)
    with pytest.raises(CodingError, match="no layer"):
        read_material(small, layer="x")
