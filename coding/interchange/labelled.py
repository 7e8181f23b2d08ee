"""Labelled segments as JSONL: one object a line with ``text``, ``codes`` and where it comes from."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from coding.errors import ReadError
from coding.export.identity import make_guid
from coding.interchange.positions import decode_text
from coding.interchange.study import Source, Study, StudyCode, StudyCoding
from coding.model import Turn

CODER = "Labels"
"""Whose codings they are: the file does not say."""
MOST_LINES = 1_000_000


def is_labelled(head: bytes) -> bool:
    """Tell by its first line whether a file holds labelled segments."""
    first = head.decode("utf-8-sig", "replace").strip().split("\n", 1)[0]
    return first.startswith("{") and '"text"' in first and '"codes"' in first


def read_labelled(data: bytes, name: str) -> Study:
    """Read labelled segments: each source becomes a transcript with a turn a segment, each label a coding.

    Raises:
        ReadError: A line is not such an object; names the line.
    """
    sources: dict[str, list[tuple[float, dict[str, Any]]]] = {}
    try:
        lines = decode_text(data).text.split("\n")
    except ValueError as err:
        raise ReadError(str(err), path=name) from err
    if len(lines) > MOST_LINES:
        raise ReadError(f"the file has more than {MOST_LINES:,} lines; split it", path=name)
    for number, line in enumerate(lines, start=1):
        if line.strip():
            row = _row(line, name, number)
            order = row.get("order")
            rows = sources.setdefault(str(row.get("source") or "segments"), [])
            rows.append((order if isinstance(order, (int, float)) else number, row))
    codes: dict[str, StudyCode] = {}
    coder = make_guid("labels", CODER)
    made = tuple(_source(title, rows, codes, coder) for title, rows in sources.items())
    return Study("labelled segments", coders={coder: CODER}, codes=tuple(codes.values()), sources=made)


def _row(line: str, name: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as err:
        raise ReadError("this line is not JSON", path=name, line=number) from err
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not row["text"].strip():
        raise ReadError("this line has no “text” with words", path=name, line=number)
    codes = row.get("codes")
    if codes is not None and not (isinstance(codes, list) and all(isinstance(code, str) and code for code in codes)):
        raise ReadError("“codes” has to be a list of code ids, or null", path=name, line=number)
    return row


def _source(title: str, rows: list[tuple[float, dict[str, Any]]], codes: dict[str, StudyCode], coder: str) -> Source:
    text, turns, codings = "", [], []
    for index, (_, row) in enumerate(sorted(rows, key=lambda item: item[0])):
        speaker = " ".join(str(row.get("speaker") or "").split()) or None
        words = row["text"].replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd").strip()
        text += f"{speaker}: " if speaker else ""
        turns.append(Turn(index, speaker, len(text), len(text) + len(words)))
        for code in dict.fromkeys(row.get("codes") or ()):
            key = make_guid("labels-code", code)
            codes.setdefault(code, StudyCode(key, code.replace("-", " ").capitalize(), code_id=code, named_by_id=True))
            place = turns[-1].start_char, turns[-1].end_char
            codings.append(
                StudyCoding(make_guid("labels-coding", f"{title}:{index}:{code}:{words}"), *place, key, coder)
            )
        text += words + "\n"
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    key = make_guid("labels-source", f"{title}:{digest}")
    return Source(key, title, text, digest, turns=tuple(turns), codings=tuple(codings))
