"""Taguette: a project as SQLite, or its highlights as CSV.

A document is HTML; a highlight counts bytes of its UTF-8 text without the tags. The path of a tag has a full stop
between a tag and the one above.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from coding.errors import ReadError
from coding.export.files import Step, told
from coding.export.identity import make_guid
from coding.interchange.positions import decode_text
from coding.interchange.study import Dropped, Source, Study, StudyCode, StudyCoding, StudyMemo
from coding.store.connection import APPLICATION_ID
from coding.store.foreign import read_tables

_TABLES = {
    "projects": ("id", "name", "description"),
    "documents": ("id", "name", "description", "filename", "project_id", "contents"),
    "tags": ("id", "project_id", "path", "description"),
    "highlights": ("id", "document_id", "start_offset", "end_offset", "snippet"),
    "highlight_tags": ("highlight_id", "tag_id"),
    "commands": ("id", "date", "user_login", "payload"),
}
CSV_COLUMNS = {"id", "document", "tag", "content"}
UNKNOWN = "Unknown coder"
_LONGEST_CELL = 1 << 24

Row = dict[str, Any]


def read_taguette(data: bytes, name: str, step: Step | None = None) -> Study:
    """Read a Taguette project.

    Args:
        data: The file's bytes.
        name: Its name.
        step: Told how many documents are read.

    Raises:
        ReadError: It is no SQLite file, or not one of Taguette.
    """
    if data[68:72] == APPLICATION_ID.to_bytes(4, "big"):
        raise ReadError("this is a project of this tool; open it on the page Project", path=name)
    tables = read_tables(data, _TABLES, name=name)
    if not {"documents", "tags", "highlights"} <= set(tables):
        raise ReadError("this is a SQLite file, but not of Taguette", path=name)
    return _Project(tables).study(step)


class _Project:
    def __init__(self, tables: dict[str, list[Row]]) -> None:
        self.tables = tables
        self.dropped: list[Dropped] = []
        self.coders: dict[str, str] = {}
        self.tags: dict[str, list[str]] = defaultdict(list)
        for row in tables.get("highlight_tags", ()):
            self.tags[str(row["highlight_id"])].append(str(row["tag_id"]))
        self.made = _commands(tables.get("commands", []))

    def study(self, step: Step | None) -> Study:
        projects = self.tables.get("projects", [])
        many = len(projects) > 1
        names = {row["id"]: _text(row.get("name")) for row in projects}
        codes, keys = tag_codes(
            [
                (
                    str(row["id"]),
                    f"{names.get(row.get('project_id'), '')}." * many + _text(row.get("path")),
                    _text(row.get("description")),
                )
                for row in self.tables["tags"]
            ]
        )
        highlights: dict[Any, list[Row]] = defaultdict(list)
        for row in self.tables["highlights"]:
            highlights[row["document_id"]].append(row)
        sources, memos = [], []
        for row in told(self.tables["documents"], step, "Reading documents"):
            group = names.get(row.get("project_id")) if many else None
            source = self.source(row, highlights.pop(row["id"], []), keys, group)
            if source is None:
                continue
            sources.append(source)
            if _text(row.get("description")):
                memos.append(StudyMemo("transcript", source.key, self.coder(None), _text(row["description"])))
        for row in projects:
            if _text(row.get("description")):
                memos.append(StudyMemo("project", "", self.coder(None), _text(row["description"])))
        for rows in highlights.values():
            self.dropped += [Dropped("highlight", str(row["id"]), "its document is not in the file") for row in rows]
        return Study(
            "Taguette",
            name=next(iter(names.values()), ""),
            coders=self.coders,
            codes=codes,
            sources=tuple(sources),
            memos=tuple(memos),
            dropped=tuple(self.dropped),
        )

    def coder(self, login: str | None) -> str:
        name = (login or UNKNOWN)[:70]
        key = make_guid("taguette-user", name)
        self.coders[key] = f"{name} (a person)" if name.casefold() == "machine" else name
        return key

    def source(self, row: Row, highlights: list[Row], keys: Mapping[str, str], group: str | None) -> Source | None:
        from bs4 import BeautifulSoup

        name = " ".join(_text(row.get("name")).split()) or "Document"
        text = (
            BeautifulSoup(_text(row.get("contents")), "lxml").get_text().replace("\r\n", "\n").replace("\0", "\ufffd")
        )
        if not text.strip():
            self.dropped.append(Dropped("document", name, "there are no words in it"))
            return None
        key = make_guid("taguette-document", f"{row['id']}:{hashlib.sha256(text.encode()).hexdigest()}")
        codings: list[StudyCoding] = []
        for highlight in highlights:
            codings += self.codings(highlight, name, key, text, keys)
        digest = hashlib.sha256(f"{key}\n{text}".encode()).hexdigest()
        return Source(key, name, text, digest, group, _text(row.get("filename")), codings=tuple(codings))

    def codings(self, row: Row, name: str, key: str, text: str, keys: Mapping[str, str]) -> list[StudyCoding]:
        where = f"{row['id']} in {name}"
        place = _bytes_to_chars(text, row.get("start_offset"), row.get("end_offset"))
        if place is None:
            self.dropped.append(Dropped("highlight", where, "there are no words at its place"))
            return []
        tags = [tag for tag in self.tags[str(row["id"])] if tag in keys]
        if not tags:
            self.dropped.append(Dropped("highlight", where, "it has no tag"))
        login, at = self.made.get(row["id"], (None, ""))
        return [
            StudyCoding(
                make_guid("taguette-highlight", f"{key}:{row['id']}:{tag}"), *place, keys[tag], self.coder(login), at
            )
            for tag in dict.fromkeys(tags)
        ]


def tag_codes(tags: list[tuple[str, str, str]]) -> tuple[tuple[StudyCode, ...], dict[str, str]]:
    """Return the codes of tags (id, path, description), and the key of the code of each tag.

    >>> codes, keys = tag_codes([("1", "people.boss", "Leads.")])
    >>> [(code.name, code.codable) for code in codes]
    [('people', False), ('boss', True)]
    """
    described = {path: description for _, path, description in tags}
    codes: dict[str, StudyCode] = {}
    for _, path, _ in sorted(tags, key=lambda tag: tag[1]):
        names = path.split(".")
        for depth in range(1, len(names) + 1):
            whole = ".".join(names[:depth])
            if whole in codes:
                continue
            above = ".".join(names[: depth - 1])
            codes[whole] = StudyCode(
                make_guid("taguette-tag", whole),
                names[depth - 1].strip() or "Tag without a name",
                make_guid("taguette-tag", above) if depth > 1 else None,
                described.get(whole, ""),
                codable=whole in described,
            )
    return tuple(codes.values()), {tag: codes[path].key for tag, path, _ in tags}


def _commands(rows: list[Row]) -> dict[Any, tuple[str | None, str]]:
    """Return who made each highlight, and when."""
    made: dict[Any, tuple[str | None, str]] = {}
    for row in rows:
        try:
            payload = json.loads(row["payload"])
        except (KeyError, TypeError, ValueError, RecursionError):
            continue
        if isinstance(payload, dict) and payload.get("type") == "highlight_add":
            highlight = payload.get("highlight_id")
            if isinstance(highlight, int):
                made.setdefault(highlight, (_text(row.get("user_login")) or None, _text(row.get("date"))))
    return made


def _bytes_to_chars(text: str, start: object, end: object) -> tuple[int, int] | None:
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end:
        return None
    data = text.encode()
    place = len(data[:start].decode("utf-8", "ignore")), len(data[:end].decode("utf-8", "ignore"))
    return place if text[place[0] : place[1]].strip() else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


# highlights as CSV


def is_taguette_csv(head: bytes) -> bool:
    """Tell by its first line whether a file holds highlights of Taguette."""
    first = head.decode("utf-8-sig", "replace").split("\n", 1)[0].strip().replace('"', "")
    return set(first.split(",")) == CSV_COLUMNS


def read_taguette_csv(data: bytes, name: str, texts: Mapping[str, str]) -> Study:
    """Read highlights, which come without their documents.

    Args:
        data: The file's bytes.
        name: Its name.
        texts: The transcripts that are there, by name; a highlight is placed where its words stand once in the one
            that has the document's name.

    Raises:
        ReadError: It is not such a table.
    """
    csv.field_size_limit(_LONGEST_CELL)
    try:
        rows = list(csv.DictReader(io.StringIO(decode_text(data).text, newline="")))
    except (csv.Error, ValueError) as err:
        raise ReadError(f"the highlights cannot be read ({err})", path=name) from err
    dropped: list[Dropped] = []
    paths = dict.fromkeys(path for row in rows if (path := row.get("tag") or ""))
    codes, keys = tag_codes([(path, path, "") for path in paths])
    coder = make_guid("taguette-user", UNKNOWN)
    by_name = {_stem(title): (title, text) for title, text in texts.items()}
    found: dict[str, list[StudyCoding]] = defaultdict(list)
    for row in rows:
        document, words, path = (row.get(column) or "" for column in ("document", "content", "tag"))
        where = f"{row.get('id')} in {document}"
        title, text = by_name.get(_stem(document), ("", ""))
        words = words.strip()
        count = text.count(words) if words else 0
        if not title or not path or count != 1:
            why = "it has no tag" if not path else f"its words stand {count} times in that transcript"
            dropped.append(Dropped("highlight", where, why if title else "there is no transcript of that name here"))
            continue
        at = text.index(words)
        key = make_guid("taguette-row", f"{document}:{row.get('id')}:{path}")
        found[title].append(StudyCoding(key, at, at + len(words), keys[path], coder))
    sources = tuple(
        Source(make_guid("taguette-title", title), title, texts[title], "", codings=tuple(codings))
        for title, codings in found.items()
    )
    coders = {coder: UNKNOWN} if found else {}
    return Study("Taguette highlights", coders=coders, codes=codes, sources=sources, dropped=tuple(dropped))


def _stem(name: str) -> str:
    return name.rpartition(".")[0].casefold() or name.casefold() if name[-5:].count(".") else name.casefold()
