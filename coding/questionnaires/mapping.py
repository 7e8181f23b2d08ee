"""Which item asks about which behaviour: proposed from the wording, written as YAML, confirmed by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.errors import CodingError
from coding.model import Codebook
from coding.survey import Item, Survey

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

    from coding.encoders import EmbeddingCache, Encoder

MOST_BYTES = 2 * 1024 * 1024
MOST_ITEMS = 500
MOST_WORDING = 2_000
MOST_POINTS = 101

_KEYS = {"name", "respondent", "attributes", "scale", "items"}
_ITEM_KEYS = {"column", "wording", "code", "reversed", "scale"}
_SCALE_KEYS = {"low", "high", "labels"}


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a YAML file says about the columns of a survey.

    Attributes:
        name: What the survey is called.
        items: The items; their ids are the names of their columns.
        respondent: The column that names respondents, or ``None``.
        attributes: Columns with attributes of respondents.
    """

    name: str
    items: tuple[Item, ...]
    respondent: str | None = None
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """The code that an item seems to ask about.

    Attributes:
        item_id: The item.
        code_id: The code.
        probability: How likely, by the engine that suggests codes for talk.
        reversed: Whether the item seems to ask about the lack.
    """

    item_id: str
    code_id: str
    probability: float
    reversed: bool


def load_mapping(path: str | Path, codebook: Codebook | None = None) -> Mapping:
    """Read a mapping from a YAML file.

    Args:
        path: The file.
        codebook: Where given, codes that it does not have are refused.

    Raises:
        CodingError: The file cannot be read or is no mapping; says what is wrong.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as err:
        raise CodingError(f"the mapping cannot be read ({err.strerror})", path=path) from err
    if len(data) > MOST_BYTES:
        raise CodingError("the mapping is larger than 2 MB", path=path)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as err:
        raise CodingError("the mapping is not UTF-8, so save it in that encoding", path=path) from err
    return parse_mapping(text, codebook, path=str(path))


def parse_mapping(text: str, codebook: Codebook | None = None, *, path: str = "<mapping>") -> Mapping:
    r"""Read a mapping from the text of a YAML file.

    Args:
        text: The YAML.
        codebook: Where given, codes that it does not have are refused.
        path: The file's name for messages.

    Raises:
        CodingError: It is no mapping; says what is wrong.

    >>> parse_mapping("name: Leaders\nitems:\n  - column: q1\n    code: calls-back\n").items[0].code_id
    'calls-back'
    """
    import yaml

    try:
        # Anchors let a small file stand for an endless one; nobody needs them here.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise CodingError("a mapping has no anchors and aliases; write the values out", path=path)
        data = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as err:
        mark = getattr(err, "problem_mark", None)
        raise CodingError(
            f"the mapping is no YAML ({getattr(err, 'problem', None) or 'it cannot be read'})",
            path=path,
            line=None if mark is None else mark.line + 1,
        ) from err
    try:
        return _mapping(data, codebook)
    except CodingError as err:
        raise CodingError(err.message, path=path) from err


def dump_mapping(
    survey: Survey, *, respondent: str | None = None, attributes: Sequence[str] = (), proposals: Sequence[Proposal] = ()
) -> str:
    """Return the mapping of a survey as YAML that :func:`parse_mapping` reads back.

    Args:
        survey: The survey.
        respondent: The column that names respondents.
        attributes: Columns with attributes.
        proposals: Codes for items that have none yet.
    """
    import yaml

    proposed = {one.item_id: one for one in proposals}
    items: list[dict[str, object]] = []
    for item in survey.items:
        one = proposed.get(item.id) if item.code_id is None else None
        made: dict[str, object] = {"column": item.id}
        if item.wording != item.id:
            made["wording"] = item.wording
        code_id = item.code_id or (one.code_id if one else None)
        if code_id:
            made["code"] = code_id
        if item.reversed or (one is not None and one.reversed):
            made["reversed"] = True
        made["scale"] = {"low": item.low, "high": item.high, **({"labels": list(item.labels)} if item.labels else {})}
        items.append(made)
    data: dict[str, object] = {"name": survey.name}
    if respondent:
        data["respondent"] = respondent
    if attributes:
        data["attributes"] = list(attributes)
    data["items"] = items
    return str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120))


def propose_codes(
    items: Sequence[Item], codebook: Codebook, encoder: Encoder, *, cache: EmbeddingCache | None = None
) -> list[Proposal]:
    """Propose a code for each item from its wording, by the engine that suggests codes for talk.

    Nothing is decided by it: a person confirms each.

    Args:
        items: The items.
        codebook: Their behaviours.
        encoder: The language model.
        cache: Where embeddings are kept, such as a project, which has read its codebook before.
    """
    from coding.encoders import embed
    from coding.model import Valence
    from coding.suggest import Suggester, Unit

    if not items or not codebook.codable:
        return []
    units = [Unit(f"item:{at}", item.wording) for at, item in enumerate(items)]

    def encode(texts: Sequence[str]) -> NDArray[float32]:
        return embed(texts, encoder=encoder, cache=cache)

    model = Suggester.fit(codebook, units, encode([item.wording for item in items]), encode=encode)
    found = []
    for at, item in enumerate(items):
        best = int(model.scores[at].argmax())
        code_id = model.codes[best]
        lacking = model.valence(at, code_id) is Valence.LACKING
        found.append(Proposal(item.id, code_id, float(model.probabilities[at, best]), lacking))
    return found


# parsing


def _mapping(data: object, codebook: Codebook | None) -> Mapping:
    top = _keys(data, _KEYS, "the mapping")
    scale = _scale(top.get("scale"), (1, 5, ()))
    raw = top.get("items")
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_ITEMS:
        raise CodingError(f"a mapping needs a list of 1 to {MOST_ITEMS} items under 'items'")
    items = [_item(one, scale, codebook) for one in raw]
    ids = [item.id for item in items]
    if len(set(ids)) < len(ids):
        raise CodingError(f"the column {next(one for one in ids if ids.count(one) > 1)!r} is there twice")
    attributes = top.get("attributes", [])
    if not isinstance(attributes, list):
        raise CodingError("'attributes' is a list of columns")
    respondent = top.get("respondent")
    return Mapping(
        _line(top.get("name", "Survey"), "name", 200),
        tuple(items),
        None if respondent is None else _line(respondent, "respondent", 200),
        tuple(_line(one, "attributes", 200) for one in attributes),
    )


def _item(data: object, scale: tuple[int, int, tuple[str, ...]], codebook: Codebook | None) -> Item:
    one = _keys(data, _ITEM_KEYS, "an item")
    if "column" not in one:
        raise CodingError("an item needs the 'column' that holds its answers")
    column = _line(one["column"], "column", 400)
    code = one.get("code")
    if code is not None and (not isinstance(code, str) or (codebook is not None and code not in codebook)):
        raise CodingError(f"the item {column!r} names the code {code!r}, which is not in the codebook")
    turned = one.get("reversed", False)
    if not isinstance(turned, bool):
        raise CodingError(f"the item {column!r}: 'reversed' is true or false")
    low, high, labels = _scale(one.get("scale"), scale)
    wording = _line(one.get("wording", column), "wording", MOST_WORDING)
    return Item(column, wording, code, turned, low, high, labels, confirmed=code is not None)


def _scale(data: object, default: tuple[int, int, tuple[str, ...]]) -> tuple[int, int, tuple[str, ...]]:
    if data is None:
        return default
    one = _keys(data, _SCALE_KEYS, "a scale")
    labels = one.get("labels", [])
    if not isinstance(labels, list):
        raise CodingError("the labels of a scale are a list, the lowest answer first")
    named = tuple(_line(label, "labels", 200).casefold() for label in labels)
    low = one.get("low", 1)
    high = one.get("high", low + len(named) - 1 if named and isinstance(low, int) else default[1])
    numbers = isinstance(low, int) and isinstance(high, int) and not isinstance(low, bool)
    if not numbers or not 1 <= high - low < MOST_POINTS:
        raise CodingError(
            f"a scale goes from a whole number 'low' to a larger one 'high', {MOST_POINTS} points at most"
        )
    if named and (len(named) != high - low + 1 or len(set(named)) < len(named)):
        raise CodingError(f"a scale of {low} to {high} needs {high - low + 1} different labels; there are {len(named)}")
    return low, high, named


def _keys(data: object, known: set[str], what: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise CodingError(f"{what} is made of keys and values")
    for key in data:
        if key not in known:
            raise CodingError(f"{what} has the unknown key {str(key)[:80]!r}; it takes {', '.join(sorted(known))}")
    return data


def _line(value: object, key: str, most: int) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise CodingError(f"'{key}' is text")
    text = " ".join(str(value).split())
    if not 0 < len(text) <= most:
        raise CodingError(f"'{key}' is text of 1 to {most} characters")
    return text
