"""The YAML of a codebook as nodes, once nothing in it can harm whoever reads it.

The YAML is never turned into Python objects. Its nodes are walked one by one, which also gives every error its line.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from coding.errors import CodebookError

MAX_BYTES = 5_000_000
"""The largest file that is read."""

# Both are far above what a real codebook needs, and are checked before the recursive composer sees the text.
_MAX_DEPTH = 16

_MAX_EVENTS = 500_000

_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")

_TAB_INDENT = re.compile(r"^ *\t[ \t]*\S", re.MULTILINE)

# YAML 1.1 ends a line at these three and editors do not, which would shift the line numbers.
_ODD_BREAKS = str.maketrans({"\x85": " ", "\u2028": " ", "\u2029": " "})

_NO_TAGS = "tags (words that start with '!') are not allowed, so delete the tag or put the text in quotes"

_NO_ANCHORS = "anchors and aliases (words that start with '&' or '*') are not allowed, so put the text in quotes"

TOO_LARGE = f"the codebook is larger than 5 MB or {_MAX_EVENTS:,} parts, so split it or shorten it"

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

_KINDS = {"str": "text", "seq": "a list", "map": "keys with values", "null": "nothing", "bool": "true or false"}

_KINDS |= {"int": "a number", "float": "a number", "timestamp": "a date"}


def compose(text: str) -> yaml.Node:
    """Return the root node of the text once nothing in it can harm the parser."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").translate(_ODD_BREAKS)
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise CodebookError(TOO_LARGE, line=1)
    if found := FORBIDDEN.search(text) or _TAB_INDENT.search(text):
        raise CodebookError(refuse(found.group()), line=text.count("\n", 0, found.start()) + 1)
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
            TOO_LARGE: count >= _MAX_EVENTS,
            "a codebook is one document, so delete the second '---' and what follows": documents > 1,
        }
        for problem, found in faults.items():
            if found:
                raise error_at(event, problem)


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


def kind_of(node: yaml.Node) -> str:
    """Return in words what kind of value a node is."""
    return _KINDS.get(node.tag.rpartition(":")[2], "a special value of YAML")


def error_at(where: yaml.Node | yaml.Event, message: str) -> CodebookError:
    """Return an error with the line of a node."""
    return CodebookError(message, line=where.start_mark.line + 1 if where.start_mark else 1)


def refuse(found: str) -> str:
    """Return why a character cannot be in a codebook, and what to do."""
    if found.lstrip(" ").startswith("\t"):
        return "a tab is used for indentation, so replace it with spaces"
    return f"the text holds the control character U+{ord(found):04X}, so delete it"
