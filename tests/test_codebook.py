from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coding.codebook import (
    CODE_ID,
    MAX_BYTES,
    MAX_CODES,
    CodebookChange,
    diff_codebooks,
    dump_codebook,
    load_codebook,
    make_code_id,
    nodes,
    parse_codebook,
    valid_colour,
)
from coding.errors import CodebookError
from coding.model import Code, Codebook

STUDY = Path(__file__).parents[1] / "codebook.yaml"

FULL = """\
name: Leading
version: "2"
language: en
description: >
  First line
  and second.

  A new paragraph.
codes:
  - id: learning
    name: Learning
    codable: false
  - id: learns-from-failure
    name: "  Learns from   service failures "
    parent: learning
    definition: |
      Looks for the cause
      and mends it.
    include: [when something was changed]
    exclude:
      - 'use learning: not this'
    examples: ["We mended it."]
    contrary_examples: ["Nobody asked why."]
    colour: "#4477aa"
    source: Hales
"""


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def _each_loader(request, monkeypatch):
    if not hasattr(yaml, request.param):
        pytest.skip("PyYAML was built without libyaml")
    monkeypatch.setattr(nodes, "_LOADER", getattr(yaml, request.param))


each_loader = pytest.mark.usefixtures("_each_loader")


def code_lines(*lines: str) -> str:
    """Return a codebook whose one code has these further lines, the first of them on line 5."""
    return "\n".join(["name: N", "codes:", "  - id: a", "    name: A", *(f"    {line}" for line in lines)]) + "\n"


# Reading what is valid


@each_loader
def test_every_field_of_a_full_codebook_is_read(tmp_path):
    path = tmp_path / "codebook.yaml"
    path.write_text(FULL, encoding="utf-8")

    codebook = load_codebook(path)

    assert codebook == Codebook(
        name="Leading",
        version="2",
        language="en",
        description="First line and second. A new paragraph.",
        codes=(
            Code("learning", "Learning", codable=False),
            Code(
                id="learns-from-failure",
                name="Learns from service failures",
                parent="learning",
                definition="Looks for the cause and mends it.",
                include=("when something was changed",),
                exclude=("use learning: not this",),
                examples=("We mended it.",),
                contrary_examples=("Nobody asked why.",),
                colour="#4477aa",
                source="Hales",
            ),
        ),
    )


def test_only_the_name_of_the_codebook_is_required():
    assert parse_codebook("name: Empty\n") == Codebook("Empty")


def test_only_id_and_name_of_a_code_are_required():
    assert parse_codebook(code_lines()).codes == (Code("a", "A"),)


def test_a_path_may_be_a_string(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("name: N", encoding="utf-8")
    assert load_codebook(str(path)).name == "N"


@each_loader
@pytest.mark.parametrize("written", ["1", "1.10", "0x1F", "2024-05-01", "'3'", "v4"])
def test_a_version_is_kept_as_it_is_written(written):
    assert parse_codebook(f"name: N\nversion: {written}\n").version == written.strip("'")


@pytest.mark.parametrize(("written", "codable"), [("true", True), ("no", False), ("Off", False), ("YES", True)])
def test_codable_takes_the_truth_values_of_yaml(written, codable):
    assert parse_codebook(code_lines(f"codable: {written}"))["a"].codable is codable


@each_loader
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_byte_order_mark_and_any_line_ends_are_read(tmp_path, newline):
    path = tmp_path / "codebook.yaml"
    path.write_bytes(("\ufeff" + FULL).replace("\n", newline).encode())
    assert load_codebook(path) == parse_codebook(FULL)


@each_loader
def test_an_odd_line_break_of_unicode_does_not_shift_the_line():
    with pytest.raises(CodebookError) as caught:
        parse_codebook("name: a\u2028b # c\x85d\nvershun: 1\n")
    assert caught.value.line == 2


def test_a_child_may_stand_before_its_parent():
    codebook = parse_codebook("name: N\ncodes:\n- {id: a, name: A, parent: b}\n- {id: b, name: B}\n")
    assert [code.id for code in codebook.path("a")] == ["b", "a"]


# Refusing what is not: the text, its line and words of the message

BAD = {
    "empty": ("", 1, "is empty"),
    "only a comment": ("# nothing\n", 1, "is empty"),
    "top is a list": ("\n- a\n", 2, "the codebook must be keys with values, not a list"),
    "top is text": ("hello\n", 1, "the codebook must be keys with values, not text"),
    "no name": ("\nversion: 1\n", 2, "has no 'name'"),
    "name empty": ("name: ''\n", 1, "'name' is empty"),
    "name null": ("version: 1\nname:\n", 2, "'name' is empty"),
    "name a truth value": ("name: yes\n", 1, "'name' must be text, not true or false, so put it in quotes"),
    "name a number": ("name: 12\n", 1, "'name' must be text, not a number"),
    "name a list": ("name: [a]\n", 1, "'name' must be text, not a list"),
    "name a mapping": ("name:\n  a: b\n", 2, "'name' must be text, not keys with values"),
    "name a special value": ("name: =\n", 1, "not a special value of YAML"),
    "language a truth value": ("name: N\nlanguage: no\n", 2, "put it in quotes"),
    "version a truth value": ("name: N\nversion: on\n", 2, "'version' must be text"),
    "version a list": ("name: N\nversion: [1]\n", 2, "'version' must be text"),
    "unknown top key": ("name: N\nlangauge: en\n", 2, "'langauge' is unknown, so write 'language'"),
    "unknown key, none near": ("name: N\nzzz: 1\n", 2, "use one of name, version, language, description, codes"),
    "merge key": ("name: N\n<<: {version: 1}\n", 2, "'<<' is unknown"),
    "duplicate top key": ("name: N\nversion: 1\nname: M\n", 3, "'name' stands twice"),
    "key a list": ("name: N\n? [a]\n: b\n", 2, "a key must be a word"),
    "codes a mapping": ("name: N\ncodes:\n  a: b\n", 3, "'codes' must be a list, not keys with values"),
    "codes null": ("name: N\ncodes:\n", 2, "'codes' must be a list, not nothing"),
    "code is text": ("name: N\ncodes:\n  - a\n", 3, "a code must be keys with values, not text"),
    "code is nothing": ("name: N\ncodes:\n  -\n", 3, "a code must be keys with values, not nothing"),
    "code without id": ("name: N\ncodes:\n\n  - name: A\n", 4, "a code has no 'id'"),
    "code without name": ("name: N\ncodes:\n\n  - id: a\n", 4, "a code has no 'name'"),
    "unknown code key": (code_lines("color: '#aabbcc'"), 5, "'color' is unknown, so write 'colour'"),
    "duplicate code key": (code_lines("definition: x", "name: B"), 6, "'name' stands twice in a code"),
    "duplicate id": (
        "name: N\ncodes:\n- id: a\n  name: A\n- name: B\n  id: a\n",
        6,
        "'a' stands on line 3 already",
    ),
    "id a number": ("name: N\ncodes:\n- name: A\n  id: 1\n", 4, "'id' must be text, not a number"),
    "id with capitals": (
        "name: N\ncodes:\n- name: A\n  id: Learns Fast\n",
        4,
        "'Learns Fast', so use lower-case letters, digits and single hyphens, such as 'learns-fast'",
    ),
    "id with a line break": ('name: N\ncodes:\n- name: A\n  id: "a\\nb"\n', 4, "'id' cannot be 'a b'"),
    "id empty": ("name: N\ncodes:\n- name: A\n  id: ''\n", 4, "'id' cannot be ''"),
    "unknown parent": (code_lines("definition: x", "parent: nobody"), 6, "the parent 'nobody' is not a code"),
    "misspelt parent": (
        "name: N\ncodes:\n- {id: people, name: P}\n- {id: a, name: A, parent: poeple}\n",
        4,
        "write 'people'",
    ),
    "own parent": (code_lines("parent: a"), 5, "'a' stands below itself"),
    "parent null": (code_lines("parent:"), 5, "'parent' is empty"),
    "parent cycle": (
        "name: N\ncodes:\n"
        "- {id: x, name: X, parent: a}\n- {id: a, name: A, parent: b}\n- {id: b, name: B, parent: a}\n",
        4,
        "'a' stands below itself",
    ),
    "text for a list": (code_lines("examples: just one"), 5, "'examples' must be a list, not text"),
    "empty item": (code_lines("examples:", "  - a", "  - ''"), 7, "'examples' has an empty item"),
    "blank item": (code_lines("include: [a, '  ']"), 5, "'include' has an empty item"),
    "null item": (code_lines("exclude:", "  - a", "  -"), 7, "'exclude' has an empty item"),
    "number as item": (code_lines("examples:", "  - 12"), 6, "'examples' must be text, not a number"),
    "mapping as item": (code_lines("examples:", "  - note: this"), 6, "'examples' must be text, not keys with values"),
    "colour by name": (code_lines("colour: blue"), 5, "'colour' cannot be 'blue'"),
    "short colour": (code_lines("colour: '#abc'"), 5, "'colour' cannot be '#abc'"),
    "colour read as a comment": (code_lines("colour: #4477aa"), 5, "'#' starts a comment"),
    "codable in quotes": (code_lines("codable: 'no'"), 5, "'codable' must be true or false, not text"),
    "definition a date": (code_lines("definition: 2024-05-01"), 5, "'definition' must be text, not a date"),
    "tab": ("name: N\ncodes:\n\t- id: a\n", 3, "a tab is used for indentation"),
    "tab behind spaces": (code_lines("definition: x", "\tsource: y"), 6, "a tab is used for indentation"),
    "python object": ("name: !!python/object/apply:os.system [ls]\n", 1, "tags (words that start with '!')"),
    "harmless tag": ("name: N\nversion: !!str 1\n", 2, "tags (words that start with '!')"),
    "local tag": ("name: N\nversion: !important 1\n", 2, "tags (words that start with '!')"),
    "undefined tag handle": ("name: N\nversion: !a!b 1\n", 2, "tags (words that start with '!')"),
    "anchor": ("name: N\nversion: &v 1\n", 2, "anchors and aliases"),
    "alias": ("name: N\nversion: *v\n", 2, "anchors and aliases"),
    "billion laughs": (
        "name: N\nversion: &a [x, x]\nlanguage: &b [*a, *a]\ndescription: [*b, *b]\n",
        2,
        "anchors and aliases",
    ),
    "bold text": ("name: **N**\n", 1, "put the text in quotes"),
    "ampersand": ("name: & sons\n", 1, "put the text in quotes"),
    "nested too deep": ("name: N\ncodes:\n  " + "[" * 100_000, 3, "nested too deep"),
    "nested too deep in blocks": ("- " * 50_000 + "a", 1, "nested too deep"),
    "two documents": ("name: N\n---\nname: M\n", 2, "one document"),
    "text after the end": ("name: N\n...\nversion: 1\n", 3, "one document"),
    "control character": ("name: N\nversion: '1\x07'\n", 2, "control character U+0007"),
    "nul": ("name: N\nversion: 1\n\x00", 3, "control character U+0000"),
    "control character as an escape": ('name: N\nlanguage: "e\\x1bn"\n', 2, "control character U+001B"),
    "invisible no-break space": ("name: N\nversion: 'a\ufeff'\n", 2, "control character U+FEFF"),
    "lone surrogate": ("name: N\nversion: '\ud800'\n", 2, "control character U+D800"),
    "escape without a character": ('name: "\\UFFFFFFFF"\n', 1, "escape"),
    "unknown escape": ('name: N\nversion: "a\\qb"\n', 2, "unknown escape"),
    "quotation mark not closed": ('name: N\ndescription: "abc\nversion: 1\n', 2, "never closed"),
    "bracket not closed": ("name: N\ncodes: [a, b\nlanguage: en\n", 2, "bracket is not closed"),
    "colon in the text": ("name: N\ndescription: Note: this\n", 2, "a colon"),
    "key without a colon": ("name: N\nversion\nlanguage: en\n", 2, "a key has no colon"),
    "wrong indentation": ("name: N\ncodes:\n  - id: a\n   name: A\n", 4, "indentation"),
    "character that starts nothing": ("name: N\nversion: @1\n", 2, "cannot start with this character"),
    "something else": ("name: |x\n  a\n", 1, "this is not valid YAML"),
}


@each_loader
@pytest.mark.parametrize(("text", "line", "words"), BAD.values(), ids=BAD.keys())
def test_bad_text_is_one_error_with_its_line(text, line, words):
    with pytest.raises(CodebookError) as caught:
        parse_codebook(text, path="codebook.yaml")

    error = caught.value
    assert str(error).startswith(f"codebook.yaml:{line}: ")
    assert words in error.message
    assert ", so " in error.message
    assert len(str(error)) < 400


def test_an_error_names_the_file_that_was_loaded(tmp_path):
    path = tmp_path / "codebook.yaml"
    path.write_text("name: N\nzzz: 1\n", encoding="utf-8")
    with pytest.raises(CodebookError, match=re.escape(f"{path}:2: ")):
        load_codebook(path)


def test_an_error_in_text_without_a_file_names_the_line():
    with pytest.raises(CodebookError, match=r"^<codebook>:1: "):
        parse_codebook("")


def test_not_utf8_is_an_error_with_its_line(tmp_path):
    path = tmp_path / "codebook.yaml"
    path.write_bytes("name: N\ndescription: Zoë\n".encode("latin-1"))
    with pytest.raises(CodebookError, match=r":2: the file is not UTF-8"):
        load_codebook(path)


def test_utf16_is_an_error(tmp_path):
    path = tmp_path / "codebook.yaml"
    path.write_text("name: N\n", encoding="utf-16")
    with pytest.raises(CodebookError, match=r":1: the file is not UTF-8"):
        load_codebook(path)


def test_an_empty_file_is_an_error(tmp_path):
    path = tmp_path / "codebook.yaml"
    path.touch()
    with pytest.raises(CodebookError, match=r":1: the codebook is empty"):
        load_codebook(path)


@pytest.mark.parametrize("name", ["missing.yaml", ".", "a\0b"])
def test_a_file_that_cannot_be_opened_is_an_error(tmp_path, name):
    with pytest.raises(CodebookError, match="cannot be read"):
        load_codebook(f"{tmp_path}/{name}")


def test_a_file_that_is_too_large_is_an_error(tmp_path):
    path = tmp_path / "codebook.yaml"
    path.write_bytes(b"name: N\n#" + b"x" * MAX_BYTES)
    with pytest.raises(CodebookError, match=r":1: the codebook is larger than 5 MB"):
        load_codebook(path)


def test_text_that_is_too_large_in_bytes_is_an_error():
    with pytest.raises(CodebookError, match="larger than 5 MB"):
        parse_codebook("name: N\n#" + "é" * (MAX_BYTES // 2))


def test_a_flood_of_tiny_items_is_an_error():
    with pytest.raises(CodebookError, match=":3: the codebook is larger"):
        parse_codebook("name: N\ncodes:\n  [" + "a," * 600_000 + "]\n")


def test_more_codes_than_allowed_is_an_error_at_the_first_too_many():
    text = "name: N\ncodes:\n" + "".join(f"- {{id: c{number}, name: C}}\n" for number in range(MAX_CODES + 1))
    with pytest.raises(CodebookError, match=f":{MAX_CODES + 3}: there are more than 5,000 codes"):
        parse_codebook(text)


def test_as_many_codes_as_allowed_in_one_long_chain_are_read():
    codes = [Code("c0", "C")] + [Code(f"c{n}", "C", parent=f"c{n - 1}") for n in range(1, MAX_CODES)]
    assert parse_codebook(dump_codebook(Codebook("N", codes=tuple(codes)))).codes == tuple(codes)


@settings(max_examples=300)
@given(
    st.text(alphabet=st.sampled_from("aid:name-codes \n\t'\"[]{}#&*!|>%@?,1é\x00\ud800\u2028\ufeff\\U"), max_size=80)
)
def test_no_text_raises_anything_but_a_codebook_error(text):
    for head in ("", "name: N\ncodes:\n  - id: a\n    name: "):
        try:
            parse_codebook(head + text)
        except CodebookError as error:
            assert error.line is not None  # noqa: PT017
            assert 1 <= error.line <= (head + text).count("\n") + (head + text).count("\r") + 2  # noqa: PT017


# Writing

PLAIN = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff")
)
AWKWARD = st.sampled_from(
    [
        *"🙂 👩🏽‍💻 : a: - -- --- ... # #c yes No null ~ 1 1.5 0x1F 1e5 12:30 2024-05-01 é 中文 שלום".split(),
        *"' \" it's '' \"x\" \\ \\n !!str &a *a | > % @ ` {a} [b] ? << = , codes: id: w\\".split(),
        "- b",
        "? x",
        "w" * 300,
        "\u200b",
        "\u00ad",
        "\U0010ffff",
    ]
)
TEXT = st.lists(AWKWARD | PLAIN, max_size=25).map(lambda words: " ".join(" ".join(words).split()))
FILLED = TEXT.filter(bool)
TEXTS = st.lists(FILLED, max_size=3).map(tuple)
CODE_IDS = st.from_regex(CODE_ID) | st.sampled_from(["1", "no", "null", "1e5", "0", "y", "2024-05-01"])


@st.composite
def codebooks(draw):
    ids = draw(st.lists(CODE_IDS, unique=True, max_size=5))
    codes = [
        Code(
            id=code_id,
            name=draw(FILLED),
            parent=draw(st.none() | st.sampled_from(ids[:position])) if position else None,
            definition=draw(TEXT),
            include=draw(TEXTS),
            exclude=draw(TEXTS),
            examples=draw(TEXTS),
            contrary_examples=draw(TEXTS),
            colour=draw(st.none() | st.from_regex(r"\A#[0-9a-fA-F]{6}\Z")),
            source=draw(TEXT),
            codable=draw(st.booleans()),
        )
        for position, code_id in enumerate(ids)
    ]
    order = draw(st.permutations(codes))
    return Codebook(draw(FILLED), draw(FILLED), draw(FILLED), draw(TEXT), tuple(order))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(codebook=codebooks())
def test_what_is_written_is_read_back_unchanged(codebook):
    assert parse_codebook(dump_codebook(codebook)) == codebook


@each_loader
@pytest.mark.parametrize(
    "words",
    [
        "---",
        "yes",
        "1",
        "a: b # c",
        "- a",
        "'quoted'",
        '"',
        "🙂" * 200,
        "w" * 5000,
        "x " * 90 + "- id: b",
        "a #b",
        "null",
    ],
)
def test_awkward_words_are_read_back_by_both_parsers(words):
    codebook = Codebook(words.strip(), description=words.strip(), codes=(Code("a", words.strip()),))
    assert parse_codebook(dump_codebook(codebook)) == codebook


def test_leading_spaces_and_line_breaks_are_tidied_on_writing():
    codebook = Codebook("  N ", codes=(Code("a", "\n A\tb", examples=("  c\n\nd ",)),))
    tidy = Codebook("N", codes=(Code("a", "A b", examples=("c d",)),))
    assert parse_codebook(dump_codebook(codebook)) == tidy


def test_the_keys_are_written_in_the_order_of_the_contract():
    text = dump_codebook(parse_codebook(FULL))
    top = re.findall(r"^(\w+):", text, re.MULTILINE)
    assert top == ["name", "version", "language", "description", "codes"]
    last = text[text.index("id: learns-from-failure") :]
    keys = re.findall(r"(?:^|^    )(\w+):", last, re.MULTILINE)
    assert keys == [field.name for field in fields(Code) if field.name != "codable"]


def test_the_written_text_is_readable_and_the_same_every_time():
    codebook = parse_codebook(FULL)
    long = replace(codebook, description="several plain words in a row " * 20, codes=codebook.codes[:1])
    text = dump_codebook(long)
    assert text == dump_codebook(replace(long))
    assert max(map(len, text.splitlines())) <= 105
    assert text.endswith("words in a row\n\ncodes:\n  - id: learning\n    name: Learning\n    codable: false\n")


def test_lists_are_written_in_block_style():
    text = dump_codebook(Codebook("N", codes=(Code("a", "A", examples=("one", "two")),)))
    assert "    examples:\n      - one\n      - two\n" in text


def test_emoji_are_written_as_themselves():
    assert "name: Zoë 🙂\n" in dump_codebook(Codebook("Zoë 🙂"))


def test_a_codebook_without_codes_is_written():
    assert parse_codebook(dump_codebook(Codebook("N"))) == Codebook("N")


# Comparing

OLD = Codebook("N", codes=(Code("a", "A"), Code("b", "B", parent="a", examples=("x", "y"))))


def changed_b(**values) -> Codebook:
    return replace(OLD, codes=(OLD["a"], replace(OLD["b"], **values)))


def test_equal_codebooks_have_no_changes():
    assert diff_codebooks(OLD, replace(OLD)) == ()


def test_an_added_code_is_a_change():
    (change,) = diff_codebooks(replace(OLD, codes=OLD.codes[:1]), OLD)
    assert change == CodebookChange("added", "b", None, None, "B")
    assert str(change) == "b: added (B)"


def test_a_removed_code_is_a_change():
    (change,) = diff_codebooks(OLD, replace(OLD, codes=OLD.codes[:1]))
    assert change == CodebookChange("removed", "b", None, "B", None)
    assert str(change) == "b: removed (B)"


@pytest.mark.parametrize(
    ("values", "kind", "line"),
    [
        ({"name": "Bee"}, "renamed", "b: renamed from 'B' to 'Bee'"),
        ({"parent": None}, "moved", "b: moved from 'a' to nothing"),
        ({"definition": "d"}, "redefined", "b: redefined definition from '' to 'd'"),
        ({"include": ("i",)}, "redefined", "b: redefined include (1 added, 0 removed)"),
        ({"exclude": ("e",)}, "redefined", "b: redefined exclude (1 added, 0 removed)"),
        ({"examples": ("x", "z")}, "changed", "b: changed examples (1 added, 1 removed)"),
        ({"examples": ("y", "x")}, "changed", "b: changed examples"),
        ({"colour": "#000000"}, "changed", "b: changed colour from nothing to '#000000'"),
        ({"codable": False}, "changed", "b: changed codable from True to False"),
    ],
)
def test_a_changed_field_is_a_change_that_reads_as_one_line(values, kind, line):
    (change,) = diff_codebooks(OLD, changed_b(**values))
    ((field, after),) = values.items()
    assert change == CodebookChange(kind, "b", field, getattr(OLD["b"], field), after)
    assert str(change) == line


def test_a_change_of_the_codebook_itself_has_no_code():
    (change,) = diff_codebooks(OLD, replace(OLD, version="2"))
    assert change == CodebookChange("changed", None, "version", "1", "2")
    assert str(change) == "codebook: changed version from '1' to '2'"


def test_another_order_is_one_change():
    (change,) = diff_codebooks(OLD, replace(OLD, codes=OLD.codes[::-1]))
    assert change == CodebookChange("reordered", None, "codes", ("a", "b"), ("b", "a"))
    assert str(change) == "codebook: reordered codes"


def test_a_long_value_is_cut_in_the_line():
    (change,) = diff_codebooks(OLD, changed_b(definition="long\n" * 100))
    assert len(str(change)) < 120
    assert "\n" not in str(change)


def test_a_change_is_frozen():
    with pytest.raises(FrozenInstanceError):
        CodebookChange("added", "a", None, None, "A").kind = "removed"


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(old=codebooks(), new=codebooks())
def test_there_are_changes_exactly_where_codebooks_differ(old, new):
    assert bool(diff_codebooks(old, new)) == (old != new)


# Ids and colours


@pytest.mark.parametrize(
    ("name", "code_id"),
    [
        ("Learns from failure!", "learns-from-failure"),
        ("  Zoë's Café ", "zoes-cafe"),
        ("Don\u2019t blame", "dont-blame"),
        ("Straße 7", "strasse-7"),
        ("中文", "code"),
        ("🙂", "code"),
        ("", "code"),
        ("--a--", "a"),
    ],
)
def test_an_id_reads_like_the_name(name, code_id):
    assert make_code_id(name, taken=()) == code_id


def test_an_id_that_is_taken_gets_the_next_number():
    assert make_code_id("A", taken={"a", "a-2", "a-4"}) == "a-3"


@given(name=st.text(), taken=st.lists(CODE_IDS))
def test_every_id_that_is_made_is_valid_and_free(name, taken):
    code_id = make_code_id(name, taken)
    assert CODE_ID.match(code_id)
    assert code_id not in taken
    assert len(code_id) < 70


@pytest.mark.parametrize("code_id", ["", "A", "a b", "a_b", "-a", "a-", "a--b", "a\n", "é", "٣"])
def test_other_ids_are_not_valid(code_id):
    assert not CODE_ID.match(code_id)


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ("#4477aa", True),
        ("#4477AA", True),
        ("#47a", False),
        ("4477aa", False),
        ("#4477aa\n", False),
        ("#44\u06677aa", False),
    ],
)
def test_a_colour_is_six_hexadecimal_digits(value, valid):
    assert valid_colour(value) is valid


# The study's own codebook


@pytest.fixture
def study():
    if not STUDY.exists():
        pytest.skip("codebook.yaml is not written yet")
    return load_codebook(STUDY)


def test_the_study_has_at_least_22_codable_codes(study):
    assert len(study.codable) >= 22


def test_every_code_of_the_study_is_written_out(study):
    poor = [
        code.id
        for code in study.codable
        if len(code.examples) < 4
        or len(code.contrary_examples) < 2
        or not (code.definition and code.include and code.exclude and code.source)
    ]
    assert poor == []


def test_every_code_that_the_study_points_to_exists(study):
    # Two hyphens or the word "use" in front mark an id; a plain English compound such as "first-hand" is none.
    pointer = re.compile(r"\b(?:[Uu]se ([a-z0-9]+(?:-[a-z0-9]+)+)|([a-z0-9]+(?:-[a-z0-9]+){2,}))\b")
    pointed = {
        (code.id, found.group(1) or found.group(2))
        for code in study.codes
        for rule in code.exclude
        for found in pointer.finditer(rule)
    }
    assert pointed
    assert [pair for pair in sorted(pointed) if pair[1] not in study] == []


def test_the_study_is_written_and_read_back_unchanged(study):
    assert parse_codebook(dump_codebook(study)) == study
