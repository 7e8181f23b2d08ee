"""Codebooks as tables: CSV, Excel, or a table in a Word document.

The first row names the columns. What is called ``code``, ``name``, ``tag`` or ``theme`` is the name; there may be an
id, a parent, a definition, rules, examples and a colour under the names that people give them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coding.codebook import CODE_ID, dump_codebook, make_code_id, parse_codebook, valid_colour
from coding.errors import CodebookError
from coding.export.csv import from_cell
from coding.model import Code, Codebook
from coding.readers.source import Source

if TYPE_CHECKING:
    from lxml.etree import _Element

SUFFIXES = (".csv", ".tsv", ".xlsx", ".docx")

_NAMES = {
    "code_id": ("id", "code id", "code_id", "key"),
    "name": ("name", "code name", "code", "tag", "theme", "label", "title", "category"),
    "parent": ("parent", "parent code", "parent id", "parent_id", "above", "group", "parent theme"),
    "definition": ("definition", "description", "meaning", "what it means", "memo"),
    "include": ("include", "when to use", "when to apply", "inclusion", "inclusion criteria", "use when"),
    "exclude": (
        "exclude",
        "when not to use",
        "when not to apply",
        "exclusion",
        "exclusion criteria",
        "do not use when",
    ),
    "examples": ("examples", "example", "quotation", "example quotation", "typical exemplars", "quote"),
    "contrary_examples": ("contrary examples", "contrary_examples", "counter examples", "counter-examples"),
    "colour": ("colour", "color"),
    "source": ("source", "reference", "where from"),
    "codable": ("codable", "is codable", "iscodable"),
}
_FIELDS = {alias: field for field, aliases in _NAMES.items() for alias in aliases}
_NO = ("no", "false", "0", "n")
Rows = Sequence[Sequence[str]]


def read_codebook_table(path: str | Path, data: bytes | None = None) -> Codebook:
    """Read a codebook from a table.

    Args:
        path: The file, or the name of an upload.
        data: The bytes of an upload.

    Raises:
        CodebookError: It cannot be read, or no row names a column of codes; says where.
    """
    path = Path(path)
    if data is None:
        try:
            data = path.read_bytes()
        except OSError as err:
            raise CodebookError(f"the codebook cannot be read ({err.strerror})", path=path) from err
    for rows in _tables(path, data):
        head = next((at for at, row in enumerate(rows) if "name" in _columns(row).values()), None)
        if head is not None:
            return _codebook(rows, head, path)
    raise CodebookError("there is no table with a column called “code” or “name” in this file", path=path)


def _tables(path: Path, data: bytes) -> list[Rows]:
    source, suffix = Source(data, path.name), path.suffix.lower()
    if suffix in (".csv", ".tsv"):
        import csv
        import io

        text = source.text
        delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
        try:
            return [list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))]
        except csv.Error as err:
            raise CodebookError(f"the table cannot be read ({err})", path=path) from err
    if suffix == ".xlsx":
        from coding.readers.archives import open_archive
        from coding.readers.xlsx import _sheets

        open_archive(source)
        return [_filled(rows) for _, rows in _sheets(source)]
    if suffix == ".docx":
        return _word_tables(source, path)
    raise CodebookError(f"“{path.suffix}” is no table of codes; those are {', '.join(SUFFIXES)}", path=path)


def _filled(rows: Sequence[tuple[int, Sequence[str]]]) -> Rows:
    """Return the rows at their own places, so that messages name the right line."""
    out: list[Sequence[str]] = []
    for line, row in rows:
        out += [[] for _ in range(line - 1 - len(out))]
        out.append(row)
    return out


def _word_tables(source: Source, path: Path) -> list[Rows]:
    from coding.readers.archives import open_archive

    archive = open_archive(source)
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    if "word/document.xml" not in archive:
        raise CodebookError("this is not a Word document", path=path)
    root = archive.xml("word/document.xml")
    return [
        [
            ["\n".join(_paragraph(p, w) for p in cell.iter(f"{w}p")) for cell in row.iter(f"{w}tc")]
            for row in table.iter(f"{w}tr")
        ]
        for table in root.iter(f"{w}tbl")
    ]


def _paragraph(paragraph: _Element, w: str) -> str:
    return "".join("\n" if part.tag == f"{w}br" else part.text or "" for part in paragraph.iter(f"{w}t", f"{w}br"))


def _columns(row: Sequence[str]) -> dict[int, str]:
    """Return which field each column holds; the first of two with the same field counts."""
    found: dict[int, str] = {}
    for at, cell in enumerate(row):
        field = _FIELDS.get(" ".join(cell.casefold().replace("*", "").split()).strip(": "))
        if field is not None and field not in found.values():
            found[at] = field
    return found


def _codebook(rows: Rows, head: int, path: Path) -> Codebook:
    columns = _columns(rows[head])
    codes: list[Code] = []
    parents: list[tuple[int, str]] = []
    ids: dict[str, str] = {}
    for line, row in enumerate(rows[head + 1 :], start=head + 2):
        cells = {field: from_cell(row[at]).strip() for at, field in columns.items() if at < len(row)}
        name = " ".join(cells.get("name", "").split())
        if not name:
            continue
        wanted = cells.get("code_id", "")
        taken = {code.id for code in codes}
        if wanted in taken:
            raise CodebookError(f"the id {wanted!r} stands in the table twice", path=path, line=line)
        code_id = wanted if CODE_ID.match(wanted) else make_code_id(wanted or name, taken)
        ids.setdefault(code_id, code_id)
        ids.setdefault(name.casefold(), code_id)
        if wanted:
            ids.setdefault(wanted.casefold(), code_id)
        parents.append((line, cells.get("parent", "")))
        codes.append(_code(code_id, name, cells))
    if not codes:
        raise CodebookError("there are no codes in the table", path=path, line=head + 1)
    made = _with_parents(codes, parents, ids, path)
    # What is read from a table has to hold what a codebook has to hold, such as that no code stands below itself.
    return parse_codebook(dump_codebook(Codebook(path.stem, codes=tuple(made))), path=path.name)


def _code(code_id: str, name: str, cells: dict[str, str]) -> Code:
    colour = cells.get("colour", "")
    return Code(
        code_id,
        name,
        definition=cells.get("definition", ""),
        include=_lines(cells.get("include", "")),
        exclude=_lines(cells.get("exclude", "")),
        examples=_lines(cells.get("examples", "")),
        contrary_examples=_lines(cells.get("contrary_examples", "")),
        colour=colour if valid_colour(colour) else None,
        source=cells.get("source", ""),
        codable=cells.get("codable", "").casefold() not in _NO,
    )


def _with_parents(codes: list[Code], parents: list[tuple[int, str]], ids: dict[str, str], path: Path) -> list[Code]:
    from dataclasses import replace

    made: list[Code] = []
    groups: dict[str, str] = {}
    for code, (line, parent) in zip(codes, parents, strict=True):
        above = ids.get(parent) or ids.get(" ".join(parent.casefold().split())) if parent else None
        if parent and above is None:
            # A column of groups names them without rows of their own.
            above = groups.get(parent.casefold())
            if above is None:
                above = make_code_id(parent, {code.id for code in codes} | set(groups.values()))
                groups[parent.casefold()] = above
                made.append(Code(above, " ".join(parent.split()), codable=False))
        if above == code.id:
            raise CodebookError(f"{code.name!r} stands below itself", path=path, line=line)
        made.append(replace(code, parent=above))
    return made


def _lines(text: str) -> tuple[str, ...]:
    """Return the items of a cell: a line each, without bullets."""
    items = (re.sub(r"^\s*(?:[-–•*·]|\d+[.)])\s+", "", line).strip() for line in text.splitlines())
    return tuple(item for item in items if item)
