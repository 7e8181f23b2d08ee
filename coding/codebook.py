"""Read, write and compare codebooks.

A codebook comes from outside, so it is hostile until it is read: the YAML is never turned into Python objects. Its
nodes are walked one by one, which also gives every error its line.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import yaml

from coding.errors import CodebookError
from coding.model import Code, Codebook

CODE_ID = re.compile(r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z")
"""What a code's id looks like: lower-case letters and digits, with single hyphens between them."""

MAX_BYTES = 5_000_000
"""The largest file that is read."""

MAX_CODES = 5_000
"""The most codes that one codebook can hold."""

# Both are far above what a real codebook needs, and are checked before the recursive composer sees the text.
_MAX_DEPTH = 16
_MAX_EVENTS = 500_000

_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_COLOUR = re.compile(r"\A#[0-9a-fA-F]{6}\Z")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_TAB_INDENT = re.compile(r"^ *\t[ \t]*\S", re.MULTILINE)
# YAML 1.1 ends a line at these three and editors do not, which would shift the line numbers.
_ODD_BREAKS = str.maketrans({"\x85": " ", "\u2028": " ", "\u2029": " "})

_NO_TAGS = "tags (words that start with '!') are not allowed, so delete the tag or put the text in quotes"
_NO_ANCHORS = "anchors and aliases (words that start with '&' or '*') are not allowed, so put the text in quotes"
_TOO_LARGE = f"the codebook is larger than 5 MB or {_MAX_EVENTS:,} parts, so split it or shorten it"

# Part of the parser's own message, what to tell a person, and whether the fault lies where the construct began.
_ADVICE: tuple[tuple[str, str, bool], ...] = (
    ("found unexpected end of stream", "a quotation mark is opened here and never closed, so close it", True),
    ("while parsing a flow", "a bracket is not closed or holds a stray comma or colon, so correct the list", True),
    ("could not find expected ':'", "a key has no colon behind it, so add one or put the text in quotes", True),
    ("escape", r"a backslash in double quotes starts an unknown escape, so double it or use single quotes", False),
    ("not allowed", "a colon, dash or question mark is misread here, so indent the line or quote the text", False),
    ("cannot start any token", "text cannot start with this character, so put the text in quotes", False),
    ("scanning an a", _NO_ANCHORS, False),
    ("tag", _NO_TAGS, False),
    ("document", "a codebook is one document, so delete the '---', '...' or '%' line", False),
    ("parsing a block", "the indentation or a quotation mark does not fit the lines above, so correct it", False),
)


@dataclass(frozen=True, slots=True)
class CodebookChange:
    """One difference between two versions of a codebook.

    Attributes:
        kind: ``added``, ``removed``, ``renamed`` (name), ``moved`` (parent), ``redefined`` (definition, include or
            exclude), ``reordered`` (the codes stand in another order) or ``changed`` (any other field).
        code_id: The code, or ``None`` for a change of the codebook itself.
        field: The field that differs, or ``None`` where a whole code came or went.
        before: The old value; the code's name where it was removed.
        after: The new value; the code's name where it was added.

    >>> print(CodebookChange("renamed", "coaches", "name", "Coaches", "Coaches people"))
    coaches: renamed from 'Coaches' to 'Coaches people'
    """

    kind: str
    code_id: str | None
    field: str | None
    before: str | bool | tuple[str, ...] | None
    after: str | bool | tuple[str, ...] | None

    def __str__(self) -> str:
        """Return the change on one line."""
        where = f"{self.code_id or 'codebook'}: {self.kind}"
        if self.field is None:
            return f"{where} ({self.after or self.before})"
        if self.kind not in ("renamed", "moved"):
            where += f" {self.field}"
        if isinstance(self.before, tuple) and isinstance(self.after, tuple):
            gone, come = len(set(self.before) - set(self.after)), len(set(self.after) - set(self.before))
            return f"{where} ({come} added, {gone} removed)" if gone or come else where
        return f"{where} from {_quote(self.before)} to {_quote(self.after)}"


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
        raise CodebookError(_TOO_LARGE, path=path, line=1)
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
        return _read_codebook(_compose(text))
    except CodebookError as err:
        raise CodebookError(err.message, path=path or "<codebook>", line=err.line) from err.__cause__


def dump_codebook(codebook: Codebook) -> str:
    r"""Return the codebook as YAML that :func:`parse_codebook` reads back unchanged.

    Keys stand in the order of the contract, fields with their default value are left out, and white space is tidied as
    on reading. The codes are not checked: to check a codebook that was put together by hand, parse what this returns.

    >>> print(dump_codebook(Codebook("Leading", codes=(Code("coaches", "Coaches people"),))), end="")
    name: Leading
    version: '1'
    language: en
    <BLANKLINE>
    codes:
      - id: coaches
        name: Coaches people
    """
    parts = [_dump(_to_plain(codebook, _HEAD_READERS))]
    # Each code is written alone so that a blank line can stand between codes without a search through quoted text.
    blocks = [_dump({"codes": [_to_plain(code, _CODE_READERS)]}).removeprefix("codes:\n") for code in codebook.codes]
    parts.append("codes:\n" + "\n".join(blocks) if blocks else "codes: []\n")
    return "\n".join(parts)


def diff_codebooks(old: Codebook, new: Codebook) -> tuple[CodebookChange, ...]:
    """Return what changed from one version of a codebook to the next; nothing if they are equal.

    Changes of the codebook itself come first, then the codes in the order of ``old``, then the codes that were added.

    >>> diff_codebooks(Codebook("Leading"), Codebook("Leading", codes=(Code("coaches", "Coaches"),)))
    (CodebookChange(kind='added', code_id='coaches', field=None, before=None, after='Coaches'),)
    """
    changes = _diff_fields(None, old, new, _HEAD_READERS)
    old_order = tuple(code.id for code in old.codes if code.id in new)
    new_order = tuple(code.id for code in new.codes if code.id in old)
    if old_order != new_order:
        changes.append(CodebookChange("reordered", None, "codes", old_order, new_order))
    for code in old.codes:
        if code.id in new:
            changes += _diff_fields(code.id, code, new[code.id], _CODE_READERS)
        else:
            changes.append(CodebookChange("removed", code.id, None, code.name, None))
    changes += [CodebookChange("added", code.id, None, None, code.name) for code in new.codes if code.id not in old]
    return tuple(changes)


def make_code_id(name: str, taken: Collection[str]) -> str:
    """Return an id for a new code that reads like its name and is not in ``taken``.

    >>> make_code_id("Learns from failure!", taken=["learns-from-failure"])
    'learns-from-failure-2'
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode("ascii")
    slug = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "").lower())[:60].strip("-") or "code"
    used = set(taken)
    candidate, number = slug, 1
    while candidate in used:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate


def valid_colour(value: str) -> bool:
    """Tell whether ``value`` is a colour as the codebook has it: ``#rrggbb``.

    >>> valid_colour("#4477aa"), valid_colour("blue")
    (True, False)
    """
    return _COLOUR.match(value) is not None


def _compose(text: str) -> yaml.Node:
    """Return the root node of the text once nothing in it can harm the parser."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").translate(_ODD_BREAKS)
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise CodebookError(_TOO_LARGE, line=1)
    if found := _FORBIDDEN.search(text) or _TAB_INDENT.search(text):
        raise CodebookError(_refuse(found.group()), line=text.count("\n", 0, found.start()) + 1)
    try:
        _check_events(text)
        root: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, ValueError, OverflowError) as err:  # the last two are PyYAML's on "\UFFFFFFFF"
        raise _explain(err) from err
    if root is None:
        raise CodebookError("the codebook is empty, so start it with 'name:' and 'codes:'", line=1)
    return root


def _check_events(text: str) -> None:
    """Refuse anchors, aliases, tags, a second document, and more depth or length than any codebook needs."""
    depth = documents = 0
    for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        faults = {
            _NO_ANCHORS: getattr(event, "anchor", None),
            _NO_TAGS: getattr(event, "tag", None),
            "this is nested too deep, so take brackets or indentation out": depth > _MAX_DEPTH,
            _TOO_LARGE: count >= _MAX_EVENTS,
            "a codebook is one document, so delete the second '---' and what follows": documents > 1,
        }
        for problem, found in faults.items():
            if found:
                raise _error(event, problem)


def _explain(err: Exception) -> CodebookError:
    """Turn PyYAML's message, which runs over many lines, into one sentence with advice."""
    problem = getattr(err, "problem", None) or "an escape has no character"
    message = f"{getattr(err, 'context', None) or ''} {problem}"
    start, mark = getattr(err, "context_mark", None), getattr(err, "problem_mark", None)
    advice = f"this is not valid YAML ({problem}), so check the quotation marks, colons and indentation"
    for part, sentence, at_start in _ADVICE:
        if part in message:
            advice = sentence
            mark = (start or mark) if at_start else mark
            break
    return CodebookError(advice, line=mark.line + 1 if mark else 1)


def _read_codebook(root: yaml.Node) -> Codebook:
    values = _read_mapping(root, "the codebook", _CODEBOOK_READERS, required=("name",))
    return Codebook(**{key: _CODEBOOK_READERS[key](key, value) for key, value in values.items()})


def _read_codes(key: str, node: yaml.Node) -> tuple[Code, ...]:
    items = _read_sequence(key, node)
    if len(items) > MAX_CODES:
        raise _error(items[MAX_CODES], f"there are more than {MAX_CODES:,} codes, so delete some or merge them")
    codes: dict[str, Code] = {}
    nodes: dict[str, dict[str, yaml.Node]] = {}
    for item in items:
        values = _read_mapping(item, "a code", _CODE_READERS, required=("id", "name"))
        code = Code(**{name: _CODE_READERS[name](name, value) for name, value in values.items()})
        if code.id in codes:
            first = nodes[code.id]["id"].start_mark.line + 1
            raise _error(values["id"], f"the id {_quote(code.id)} stands on line {first} already, so choose another")
        codes[code.id], nodes[code.id] = code, values
    _check_parents(codes, {code_id: values["parent"] for code_id, values in nodes.items() if "parent" in values})
    return tuple(codes.values())


def _check_parents(codes: dict[str, Code], nodes: dict[str, yaml.Node]) -> None:
    """Refuse parents that do not exist and chains of parents that never end."""
    for code_id, node in nodes.items():
        parent = codes[code_id].parent or ""
        if parent not in codes:
            hint = _suggest(parent, codes) or "add it or correct the name"
            raise _error(node, f"the parent {_quote(parent)} is not a code, so {hint}")
    try:
        TopologicalSorter({code_id: [codes[code_id].parent] for code_id in nodes}).prepare()
    except CycleError as err:
        first = next(code_id for code_id in nodes if code_id in err.args[1])
        raise _error(nodes[first], f"{_quote(first)} stands below itself, so give it another parent") from err


def _read_mapping(
    node: yaml.Node, what: str, known: Collection[str], *, required: tuple[str, ...]
) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise _error(node, f"{what} must be keys with values, not {_kind(node)}, so start it with '{required[0]}:'")
    values: dict[str, yaml.Node] = {}
    for key_node, value in node.value:
        key = key_node.value
        if not isinstance(key, str):
            raise _error(key_node, f"a key must be a word, not {_kind(key_node)}, so correct it")
        if key not in known:
            hint = _suggest(key, known) or f"delete it or use one of {', '.join(known)}"
            raise _error(key_node, f"the key {_quote(key)} is unknown, so {hint}")
        if key in values:
            raise _error(key_node, f"the key {_quote(key)} stands twice in {what}, so delete one of the two")
        values[key] = value
    if missing := [key for key in required if key not in values]:
        raise _error(node, f"{what} has no '{missing[0]}', so add it")
    return values


def _read_sequence(key: str, node: yaml.Node) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise _error(node, f"'{key}' must be a list, not {_kind(node)}, so start each item with '- ' on its own line")
    items: list[yaml.Node] = node.value
    return items


def _read_texts(key: str, node: yaml.Node) -> tuple[str, ...]:
    texts = []
    for item in _read_sequence(key, node):
        if _kind(item) == "nothing" or not (text := _read_text(key, item)):
            raise _error(item, f"'{key}' has an empty item, so fill it in or delete it")
        texts.append(text)
    return tuple(texts)


def _read_text(key: str, node: yaml.Node) -> str:
    kind = _kind(node)
    if kind == "nothing":
        hint = " ('#' starts a comment outside quotes)" if key == "colour" else ""
        raise _error(node, f"'{key}' is empty, so put a value in quotes{hint} or delete the key")
    if kind != "text":
        hint = "put it in quotes" if isinstance(node, yaml.ScalarNode) else "write it on one line"
        raise _error(node, f"'{key}' must be text, not {kind}, so {hint}")
    if found := _FORBIDDEN.search(node.value):
        raise _error(node, _refuse(found.group()))
    return _tidy(node.value)


def _read_filled(key: str, node: yaml.Node) -> str:
    text = _read_text(key, node)
    if not text:
        raise _error(node, f"'{key}' is empty, so fill it in")
    return text


def _read_version(key: str, node: yaml.Node) -> str:
    # Kept as written, so that 1.10 stays apart from 1.1.
    return node.value.strip() if _kind(node) in ("a number", "a date") else _read_filled(key, node)


def _read_id(key: str, node: yaml.Node) -> str:
    text = _read_text(key, node)
    if not CODE_ID.match(text):
        hint = "use lower-case letters, digits and single hyphens"
        raise _error(node, f"'{key}' cannot be {_quote(text)}, so {hint}, such as '{make_code_id(text[:99], ())}'")
    return text


def _read_colour(key: str, node: yaml.Node) -> str:
    text = _read_text(key, node)
    if not valid_colour(text):
        raise _error(node, f"'{key}' cannot be {_quote(text)}, so write it in quotes like \"#4477aa\"")
    return text


def _read_bool(key: str, node: yaml.Node) -> bool:
    if _kind(node) != "true or false":
        raise _error(node, f"'{key}' must be true or false, not {_kind(node)}, so write one of them without quotes")
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
_CODEBOOK_READERS = {**_HEAD_READERS, "codes": _read_codes}

_KINDS = {"str": "text", "seq": "a list", "map": "keys with values", "null": "nothing", "bool": "true or false"}
_KINDS |= {"int": "a number", "float": "a number", "timestamp": "a date"}


def _kind(node: yaml.Node) -> str:
    return _KINDS.get(node.tag.rpartition(":")[2], "a special value of YAML")


def _error(where: yaml.Node | yaml.Event, message: str) -> CodebookError:
    return CodebookError(message, line=where.start_mark.line + 1 if where.start_mark else 1)


def _refuse(found: str) -> str:
    if found.lstrip(" ").startswith("\t"):
        return "a tab is used for indentation, so replace it with spaces"
    return f"the text holds the control character U+{ord(found):04X}, so delete it"


def _suggest(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word[:80], known, n=1)
    return f"write '{near[0]}' if that is what it means" if near else ""


def _quote(value: object) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 70 else f"{text[:60]}…{text[-1]}"


def _tidy(text: str) -> str:
    return " ".join(text.split())


class _Dumper(yaml.SafeDumper):
    """Indent lists below their key, as the contract shows them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _dump(data: dict[str, object]) -> str:
    # PyYAML breaks a line only behind the word that crosses the width.
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, default_flow_style=False, sort_keys=False, width=92)


def _to_plain(source: Code | Codebook, keys: Iterable[str]) -> dict[str, object]:
    """Return the fields that say something; that a code is codable goes without saying."""
    plain: dict[str, object] = {}
    for key in keys:
        value = getattr(source, key)
        if isinstance(value, tuple):
            value = [_tidy(item) for item in value]
        elif isinstance(value, str):
            value = _tidy(value)
        if value not in (None, "", [], True):
            plain[key] = value
    return plain


def _diff_fields(code_id: str | None, old: object, new: object, names: Iterable[str]) -> list[CodebookChange]:
    kinds = {"name": "renamed", "parent": "moved"} | dict.fromkeys(("definition", "include", "exclude"), "redefined")
    return [
        CodebookChange(kinds.get(name, "changed"), code_id, name, getattr(old, name), getattr(new, name))
        for name in names
        if getattr(old, name) != getattr(new, name)
    ]
