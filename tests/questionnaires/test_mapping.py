import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.errors import CodingError
from coding.questionnaires import Item, Proposal, Survey, dump_mapping, load_mapping, parse_mapping, propose_codes
from tests.small import CODEBOOK

TEXT = """
name: Leaders
respondent: id
attributes: [sector]
scale: {labels: [Never, Sometimes, Always]}
items:
  - column: q1
    wording: Tried the service.
    code: tries-service
  - {column: q2, code: tells-early, reversed: true, scale: {low: 0, high: 10}}
  - {column: q3}
"""


def test_a_mapping_is_read():
    found = parse_mapping(TEXT, CODEBOOK)
    assert (found.name, found.respondent, found.attributes) == ("Leaders", "id", ("sector",))
    assert found.items == (
        Item("q1", "Tried the service.", "tries-service", False, 1, 3, ("never", "sometimes", "always"), True),
        Item("q2", "q2", "tells-early", True, 0, 10, (), True),
        Item("q3", "q3", None, False, 1, 3, ("never", "sometimes", "always")),
    )


def test_what_is_written_is_read_back():
    mapping = parse_mapping(TEXT)
    text = dump_mapping(Survey(mapping.name, mapping.items), respondent="id", attributes=["sector"])
    assert parse_mapping(text) == mapping


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[", "no YAML"),
        ("- a", "the mapping is made of keys"),
        ("name: x", "a list of 1 to 500 items"),
        ("items: []", "a list of 1 to 500 items"),
        ("items: [{wording: x}]", "needs the 'column'"),
        ("items: [{column: q1}, {column: q1}]", "'q1' is there twice"),
        ("items: [{column: q1, colour: red}]", "unknown key 'colour'"),
        ("items: [{column: q1, code: gone}]", "'gone', which is not in the codebook"),
        ("items: [{column: q1, reversed: 1}]", "'reversed' is true or false"),
        ("items: [{column: [1]}]", "'column' is text"),
        ("items: [{column: ''}]", "'column' is text of 1"),
        ("items: [{column: q1, scale: {low: 5, high: 1}}]", "a scale goes from"),
        ("items: [{column: q1, scale: {low: 1, high: 5, labels: [a, b]}}]", "needs 5 different labels"),
        ("items: [{column: q1, scale: {labels: a}}]", "labels of a scale are a list"),
        ("attributes: x\nitems: [{column: q1}]", "'attributes' is a list"),
        ("items: &a [{column: q1}]\nattributes: *a", "no anchors"),
    ],
)
def test_what_is_no_mapping_is_refused(text, word):
    with pytest.raises(CodingError, match=word):
        parse_mapping(text, CODEBOOK)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(CodingError, match=r"gone\.yaml: the mapping cannot be read"):
        load_mapping(tmp_path / "gone.yaml")
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(CodingError, match="not UTF-8"):
        load_mapping(tmp_path / "bad.yaml")
    (tmp_path / "large.yaml").write_bytes(b"#" * (2 * 1024 * 1024 + 1))
    with pytest.raises(CodingError, match="larger than 2 MB"):
        load_mapping(tmp_path / "large.yaml")


words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)


@given(words, st.lists(words, min_size=1, max_size=4, unique=True))
def test_any_words_survive(name, columns):
    survey = Survey(name, tuple(Item(column, column) for column in columns))
    assert parse_mapping(dump_mapping(survey)).items == survey.items


class Bag:
    """An encoder that counts a few words."""

    id = "bag"
    words = ("customer", "service", "told", "wrong", "help")

    def encode(self, texts):
        found = np.array([[word in text.lower() for word in self.words] for text in texts], dtype=np.float32) + 0.01
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_codes_are_proposed_from_the_wording():
    items = [Item("q1", "Uses the service like a customer."), Item("q2", "Says at once what has gone wrong.")]
    found = propose_codes(items, CODEBOOK, Bag())
    assert [one.code_id for one in found] == ["tries-service", "tells-early"]
    assert all(0 <= one.probability <= 1 for one in found)
    assert propose_codes([], CODEBOOK, Bag()) == []


def test_a_proposal_overrules_nobody():
    items = (Item("q1", "x"), Item("q2", "y", "tells-early", confirmed=True))
    proposals = [Proposal("q1", "tries-service", 0.5, True), Proposal("q2", "tries-service", 0.9, True)]
    text = dump_mapping(Survey("s", items), proposals=proposals)
    assert [item.code_id for item in parse_mapping(text).items] == ["tries-service", "tells-early"]


def test_the_engine_finds_what_an_item_asks_about(encoder):
    items = [
        Item("q1", "Rang our own help line to hear how long it takes."),
        Item("q2", "Told customers of faults early."),
    ]
    assert [one.code_id for one in propose_codes(items, CODEBOOK, encoder)] == ["tries-service", "tells-early"]
