"""Read a codebook: from nodes of YAML to frozen types, with the line of every fault."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import yaml

from coding.codebook.nodes import FORBIDDEN, MAX_BYTES, TOO_LARGE, compose, error_at, kind_of, refuse
from coding.codebook.words import CODE_ID, make_code_id, quoted, tidy, valid_colour
from coding.errors import CodebookError
from coding.model import Code, Codebook

MAX_CODES = 5_000
"""The most codes that one codebook can hold."""


def load_codebook(path: str | Path) -> Codebook:
    """Read the codebook in a YAML file.

    Raises:
        CodebookError: If the file cannot be read, is not UTF-8 or is not a valid codebook; says where and what to do.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as err:
        reason = getattr(err, "strerror", None) or err
        raise CodebookError(f"the codebook cannot be read ({reason}), so check the path", path=path) from err
    if len(data) > MAX_BYTES:
        raise CodebookError(TOO_LARGE, path=path, line=1)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        raise CodebookError("the file is not UTF-8, so save it in that encoding", path=path, line=line) from err
    return parse_codebook(text, path=str(path))


def parse_codebook(text: str, *, path: str | None = None) -> Codebook:
    r"""Read a codebook from the text of a YAML file.

    White space at the ends of a string is dropped, and any run of it inside becomes one space.

    Args:
        text: The YAML.
        path: The file's name for the error messages.

    Raises:
        CodebookError: If the text is not a valid codebook; names the file and the line and says what to do.

    >>> codebook = parse_codebook("name: Leading\ncodes:\n  - id: coaches\n    name: Coaches people\n")
    >>> codebook["coaches"].name
    'Coaches people'
    """
    try:
        return _read_codebook(compose(text))
    except CodebookError as err:
        raise CodebookError(err.message, path=path or "<codebook>", line=err.line) from err.__cause__


def _read_codebook(root: yaml.Node) -> Codebook:
    values = _read_mapping(root, "the codebook", _CODEBOOK_READERS, required=("name",))
    return Codebook(**{key: _CODEBOOK_READERS[key](key, value) for key, value in values.items()})


def _read_codes(key: str, node: yaml.Node) -> tuple[Code, ...]:
    items = _read_sequence(key, node)
    if len(items) > MAX_CODES:
        raise error_at(items[MAX_CODES], f"there are more than {MAX_CODES:,} codes, so delete some or merge them")
    codes: dict[str, Code] = {}
    nodes: dict[str, dict[str, yaml.Node]] = {}
    for item in items:
        values = _read_mapping(item, "a code", _CODE_READERS, required=("id", "name"))
        code = Code(**{name: _CODE_READERS[name](name, value) for name, value in values.items()})
        if code.id in codes:
            first = nodes[code.id]["id"].start_mark.line + 1
            raise error_at(values["id"], f"the id {quoted(code.id)} stands on line {first} already, so choose another")
        codes[code.id], nodes[code.id] = code, values
    _check_parents(codes, {code_id: values["parent"] for code_id, values in nodes.items() if "parent" in values})
    return tuple(codes.values())


def _check_parents(codes: dict[str, Code], nodes: dict[str, yaml.Node]) -> None:
    """Refuse parents that do not exist and chains of parents that never end."""
    for code_id, node in nodes.items():
        parent = codes[code_id].parent or ""
        if parent not in codes:
            hint = _suggest(parent, codes) or "add it or correct the name"
            raise error_at(node, f"the parent {quoted(parent)} is not a code, so {hint}")
    try:
        TopologicalSorter({code_id: [codes[code_id].parent] for code_id in nodes}).prepare()
    except CycleError as err:
        first = next(code_id for code_id in nodes if code_id in err.args[1])
        raise error_at(nodes[first], f"{quoted(first)} stands below itself, so give it another parent") from err


def _read_mapping(
    node: yaml.Node, what: str, known: Collection[str], *, required: tuple[str, ...]
) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise error_at(node, f"{what} must be keys with values, not {kind_of(node)}, so start it with '{required[0]}:'")
    values: dict[str, yaml.Node] = {}
    for key_node, value in node.value:
        key = key_node.value
        if not isinstance(key, str):
            raise error_at(key_node, f"a key must be a word, not {kind_of(key_node)}, so correct it")
        if key not in known:
            hint = _suggest(key, known) or f"delete it or use one of {', '.join(known)}"
            raise error_at(key_node, f"the key {quoted(key)} is unknown, so {hint}")
        if key in values:
            raise error_at(key_node, f"the key {quoted(key)} stands twice in {what}, so delete one of the two")
        values[key] = value
    if missing := [key for key in required if key not in values]:
        raise error_at(node, f"{what} has no '{missing[0]}', so add it")
    return values


def _read_sequence(key: str, node: yaml.Node) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise error_at(
            node, f"'{key}' must be a list, not {kind_of(node)}, so start each item with '- ' on its own line"
        )
    items: list[yaml.Node] = node.value
    return items


def _read_texts(key: str, node: yaml.Node) -> tuple[str, ...]:
    texts = []
    for item in _read_sequence(key, node):
        if kind_of(item) == "nothing" or not (text := _read_text(key, item)):
            raise error_at(item, f"'{key}' has an empty item, so fill it in or delete it")
        texts.append(text)
    return tuple(texts)


def _read_text(key: str, node: yaml.Node) -> str:
    kind = kind_of(node)
    if kind == "nothing":
        hint = " ('#' starts a comment outside quotes)" if key == "colour" else ""
        raise error_at(node, f"'{key}' is empty, so put a value in quotes{hint} or delete the key")
    if kind != "text":
        hint = "put it in quotes" if isinstance(node, yaml.ScalarNode) else "write it on one line"
        raise error_at(node, f"'{key}' must be text, not {kind}, so {hint}")
    if found := FORBIDDEN.search(node.value):
        raise error_at(node, refuse(found.group()))
    return tidy(node.value)


def _read_filled(key: str, node: yaml.Node) -> str:
    text = _read_text(key, node)
    if not text:
        raise error_at(node, f"'{key}' is empty, so fill it in")
    return text


def _read_version(key: str, node: yaml.Node) -> str:
    # Kept as written, so that 1.10 stays apart from 1.1.
    return node.value.strip() if kind_of(node) in ("a number", "a date") else _read_filled(key, node)


def _read_id(key: str, node: yaml.Node) -> str:
    text = _read_text(key, node)
    if not CODE_ID.match(text):
        hint = "use lower-case letters, digits and single hyphens"
        raise error_at(node, f"'{key}' cannot be {quoted(text)}, so {hint}, such as '{make_code_id(text[:99], ())}'")
    return text


def _read_colour(key: str, node: yaml.Node) -> str:
    text = _read_text(key, node)
    if not valid_colour(text):
        raise error_at(node, f"'{key}' cannot be {quoted(text)}, so write it in quotes like \"#4477aa\"")
    return text


def _read_bool(key: str, node: yaml.Node) -> bool:
    if kind_of(node) != "true or false":
        raise error_at(node, f"'{key}' must be true or false, not {kind_of(node)}, so write one of them without quotes")
    return node.value.lower() in ("true", "yes", "on")


# The keys in the order of the contract, which is also the order in which they are written.
_CODE_READERS: dict[str, Callable[[str, yaml.Node], Any]] = {
    "id": _read_id,
    "name": _read_filled,
    "parent": _read_id,
    "definition": _read_text,
    **dict.fromkeys(("include", "exclude", "examples", "contrary_examples"), _read_texts),
    "colour": _read_colour,
    "source": _read_text,
    "codable": _read_bool,
}


_HEAD_READERS: dict[str, Callable[[str, yaml.Node], Any]] = {
    "name": _read_filled,
    "version": _read_version,
    "language": _read_filled,
    "description": _read_text,
}


CODE_FIELDS = tuple(_CODE_READERS)
"""The fields of a code in the order of the contract."""

HEAD_FIELDS = tuple(_HEAD_READERS)
"""The fields of the codebook itself."""

_CODEBOOK_READERS = {**_HEAD_READERS, "codes": _read_codes}


def _suggest(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word[:80], known, n=1)
    return f"write '{near[0]}' if that is what it means" if near else ""
