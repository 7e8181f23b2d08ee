"""Write a codebook as YAML."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from coding.codebook.read import CODE_FIELDS, HEAD_FIELDS
from coding.codebook.words import tidy
from coding.model import Code, Codebook


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
    parts = [_dump(_to_plain(codebook, HEAD_FIELDS))]
    # Each code is written alone so that a blank line can stand between codes without a search through quoted text.
    blocks = [_dump({"codes": [_to_plain(code, CODE_FIELDS)]}).removeprefix("codes:\n") for code in codebook.codes]
    parts.append("codes:\n" + "\n".join(blocks) if blocks else "codes: []\n")
    return "\n".join(parts)


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
            value = [tidy(item) for item in value]
        elif isinstance(value, str):
            value = tidy(value)
        if value not in (None, "", [], True):
            plain[key] = value
    return plain
