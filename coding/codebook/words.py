"""Ids, colours and texts of codes as people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

CODE_ID = re.compile(r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z")
"""What a code's id looks like: lower-case letters and digits, with single hyphens between them."""

_COLOUR = re.compile(r"\A#[0-9a-fA-F]{6}\Z")


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


def quoted(value: object) -> str:
    """Return a value in quotes, cut where it is long."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 70 else f"{text[:60]}…{text[-1]}"


def tidy(text: str) -> str:
    """Return a text without white space at its ends and with single spaces inside."""
    return " ".join(text.split())
