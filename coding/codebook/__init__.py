"""Read, write and compare codebooks.

A codebook comes from outside, so it is hostile until it is read: the YAML is never turned into Python objects.
"""

from __future__ import annotations

from coding.codebook.differences import CodebookChange, diff_codebooks, diff_words
from coding.codebook.nodes import MAX_BYTES
from coding.codebook.read import MAX_CODES, load_codebook, parse_codebook
from coding.codebook.words import CODE_ID, make_code_id, valid_colour
from coding.codebook.write import dump_codebook

__all__ = [
    "CODE_ID",
    "MAX_BYTES",
    "MAX_CODES",
    "CodebookChange",
    "diff_codebooks",
    "diff_words",
    "dump_codebook",
    "load_codebook",
    "make_code_id",
    "parse_codebook",
    "valid_colour",
]
