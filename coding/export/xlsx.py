"""Coded themes as an Excel workbook: codings, segments, codebook, participants, and a sheet that explains them.

The parts of the workbook are written here rather than by a library: the same project then always gives the same bytes,
and a hundred thousand codings take seconds. Every text is stored as text, which no spreadsheet runs; cells that would
become formulas in a CSV saved from the workbook get the same apostrophe as in :mod:`coding.export.csv`.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from xml.sax.saxutils import escape

from coding.errors import ExportError
from coding.export.csv import CODING_COLUMNS, SEGMENT_COLUMNS, Cell, Table, codings_table, segments_table, to_cell
from coding.export.files import Step, told
from coding.export.framework import FRAMEWORK_COLUMNS, read_framework_table
from coding.export.framework import MEANINGS as FRAMEWORK
from coding.export.results import MEANINGS, RESULTS
from coding.model import Participant
from coding.store import Project

MOST_ROWS = 1_048_576
"""Rows of a sheet, with the header; the limit of Excel."""

MOST_COLUMNS = 16_384
MOST_CHARS = 32_767
"""Characters of a cell; the limit of Excel."""

CODEBOOK_COLUMNS = (
    "code_id",
    "code",
    "parent_id",
    "codable",
    "retired",
    "definition",
    "include",
    "exclude",
    "examples",
    "contrary_examples",
    "colour",
    "source",
    "codings",
)

PARTICIPANT_COLUMNS = ("participant_id", "participant", "role", "transcripts", "turns", "words")

EXPLAINED = {
    "coding_id": "Names the coding; stays the same from one export to the next.",
    "transcript": "The recorded session.",
    "group": "The focus group that was recorded.",
    "participant": "Who speaks; several are separated by a semicolon.",
    "role": "Moderator or participant.",
    "start_time_s": "When the words were said, in seconds from the start of the recording, where times are known.",
    "start_char": "Where the words start in the transcript, in Unicode characters, the first is 0.",
    "end_char": "Where they end; the character at this place is no longer part of them.",
    "quotation": "The words themselves.",
    "code_id": "The code's id, which never changes.",
    "code": "The code's name.",
    "parent": "The name of the code above.",
    "valence": "Whether the words tell of the behaviour (shown), of its lack (lacking), or neither clearly (unclear).",
    "coder": "Who coded.",
    "origin": "own: coded without a suggestion; accepted: as suggested; changed: from a suggestion; blind: unseen.",
    "score": "The machine's score, where the coding came from a suggestion.",
    "probability": "The machine's probability, where the coding came from a suggestion.",
    "memo": "The coder's note.",
    "codebook_version": "The codebook in force when it was coded.",
    "created_at": "When it was coded, in UTC.",
    "segment_id": "Names the segment: transcript and place.",
    "coders": "Who coded something in the segment.",
    "finished_by": "Who has finished the segment: a 0 of theirs says that the code is not there.",
}

# A layer is chosen for the whole workbook, and assignments are a matter of the team's work and not of the study.
_NO_SHEET = ("Consensus", "Assignments")
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN = re.compile("[^\x00-\x1f&<>\ud800-\udfff\ufffe\uffff]*")
# Large sheets are mostly repetition, which the quickest levels find as well.
_LEVEL = 2
_MOST_WIDE = 60
_MOST_LINES = 24
_DATE = (1980, 1, 1, 0, 0, 0)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def to_xlsx(
    project: Project,
    *,
    coders: Collection[str] | None = None,
    without_codes: bool = False,
    step: Step | None = None,
) -> tuple[int, bytes]:
    """Return how many codings there are, and the workbook's bytes.

    Args:
        project: The project.
        coders: Only what these coders coded; everybody where it is ``None``.
        without_codes: Also a row among the codings for each segment that has none.
        step: Told of progress.

    Raises:
        ExportError: A coder is unknown, or there are more rows or columns than a sheet can hold.
    """
    codings = codings_table(project, coders=coders, without_codes=without_codes, step=step)
    sheets = {
        "Codings": codings,
        "Segments": segments_table(project, coders=coders, step=step),
        "Codebook": codebook_table(project),
        "Participants": participants_table(project),
    }
    if project.themes() is not None:
        from coding.export.themes import theme_stretches_table, themes_table

        sheets |= {"Themes": themes_table(project), "Theme segments": theme_stretches_table(project)}
    framework = read_framework_table(project)
    if framework.rows:
        sheets["Framework"] = framework
    found = {name: make(project) for make, name, _ in RESULTS.values() if name not in _NO_SHEET}
    sheets |= {name: table for name, table in found.items() if table.rows}
    sheets["README"] = _readme(project, sheets)
    return len(codings.rows), write_workbook(sheets, step=step)


def codebook_table(project: Project) -> Table:
    """Return a row a code, in the codebook's order, those in force first; several texts stand on lines of their own."""
    used = project.codes_in_use()
    in_force = project.codebook().codes
    retired = project.retired_codes().values()
    rows = tuple(
        (
            code.id,
            code.name,
            code.parent or "",
            "yes" if code.codable else "no",
            "no" if at < len(in_force) else "yes",
            code.definition,
            *("\n".join(texts) for texts in (code.include, code.exclude, code.examples, code.contrary_examples)),
            code.colour or "",
            code.source,
            used.get(code.id, 0),
        )
        for at, code in enumerate((*in_force, *retired))
    )
    return Table(CODEBOOK_COLUMNS, rows)


def participants_table(project: Project) -> Table:
    """Return a row a participant: where they speak, how often, how many words, and a column an attribute."""
    people = project.participants()
    where, turns, words = _talk(project)
    names = tuple(dict.fromkeys(name for person in people for name, _ in person.attributes))
    rows = tuple(
        (
            person.id,
            person.name,
            person.role.value,
            "; ".join(where[person.id]),
            turns[person.id],
            words[person.id],
            *_attributes(person, names),
        )
        for person in people
    )
    columns = [f"attribute_{name}" if name in PARTICIPANT_COLUMNS else name for name in names]
    return Table((*PARTICIPANT_COLUMNS, *columns), rows)


def _attributes(person: Participant, names: Iterable[str]) -> list[str]:
    values = dict(person.attributes)
    return [values.get(name, "") for name in names]


def _talk(project: Project) -> tuple[dict[str, list[str]], Counter[str], Counter[str]]:
    where: dict[str, list[str]] = {}
    turns: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for info in project.transcripts():
        speakers = project.speakers(info.id)
        text = project.text(info.id)
        for person in dict.fromkeys(person.id for person in speakers.values()):
            where.setdefault(person, []).append(info.name)
        for turn in project.turns(info.id):
            if turn.speaker in speakers:
                person = speakers[turn.speaker].id
                turns[person] += 1
                words[person] += len(text[turn.start_char : turn.end_char].split())
    return where, turns, words


def _readme(project: Project, sheets: dict[str, Table]) -> Table:
    codebook = project.codebook()
    cut = sum(isinstance(cell, str) and len(cell) > MOST_CHARS for t in sheets.values() for r in t.rows for cell in r)
    about = [
        ("Codings", "", "A row a coding: one code that one coder gave to one stretch of talk."),
        ("Segments", "", "A row a segment, with 1 for each code that it has and 0 for each that it has not."),
        ("Codebook", "", f"{codebook.name}, version {codebook.version}; a row a code."),
        ("Participants", "", "A row a participant; attributes are the last columns."),
        ("Codings", "", "An apostrophe in front of =, +, - or @ keeps a spreadsheet from running the text; drop it."),
    ]
    if "Themes" in sheets:
        about.append(("Themes", "", "A row a theme that was found in the talk, what the codebook misses most first."))
        about.append(("Theme segments", "", "A row a stretch of talk that is in a theme."))
    if "Framework" in sheets:
        about.append(("Framework", "", "A row a behaviour of the framework, with its evidence."))
    if cut:
        about.append(("Codings", "", f"{cut} cells are longer than a spreadsheet holds and end with …; see the CSV."))
    about += [(name, "", f"{words[:1].upper()}{words[1:]}.") for _, name, words in RESULTS.values() if name in sheets]
    columns = [("Codings", name, EXPLAINED[name]) for name in CODING_COLUMNS]
    columns += [("Segments", name, EXPLAINED[name]) for name in SEGMENT_COLUMNS]
    if "Themes" in sheets:
        from coding.export.themes import MEANINGS as MEANINGS_OF_THEMES
        from coding.export.themes import STRETCH_COLUMNS, THEME_COLUMNS

        known = {**EXPLAINED, **MEANINGS_OF_THEMES}
        columns += [("Themes", name, known[name]) for name in THEME_COLUMNS]
        columns += [("Theme segments", name, known[name]) for name in STRETCH_COLUMNS]
    if "Framework" in sheets:
        columns += [("Framework", name, FRAMEWORK[name]) for name in FRAMEWORK_COLUMNS]
    known = {**EXPLAINED, **MEANINGS}
    for _, name, _ in RESULTS.values():
        columns += [(name, column, known[column]) for column in sheets[name].columns] if name in sheets else []
    return Table(("sheet", "column", "meaning"), (*about, *columns))


# the workbook


def write_workbook(sheets: dict[str, Table], *, step: Step | None = None) -> bytes:
    """Return a workbook with a sheet for each table, the columns' names in bold in the first row.

    Args:
        sheets: The tables by the names of their sheets.
        step: Told of progress.

    Raises:
        ExportError: A table has more rows or columns than a sheet can hold.
    """
    for name, table in sheets.items():
        if len(table.rows) >= MOST_ROWS or len(table.columns) > MOST_COLUMNS:
            raise ExportError(f"the sheet {name} would be larger than Excel can hold; write .csv instead")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, content in _frame(list(sheets)):
            archive.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED, _LEVEL)
        for number, table in enumerate(told(list(sheets.values()), step, "Writing sheets"), start=1):
            part = zipfile.ZipInfo(f"xl/worksheets/sheet{number}.xml", _DATE)
            text = "".join(_sheet(table))
            archive.writestr(part, text.encode("utf-8", "replace"), zipfile.ZIP_DEFLATED, _LEVEL)
    return buffer.getvalue()


def _frame(names: list[str]) -> Iterator[tuple[str, str]]:
    numbers = range(1, len(names) + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in numbers
    )
    yield (
        "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{types}</Types>',
    )
    yield (
        "_rels/.rels",
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    sheets = "".join(f'<sheet name="{escape(names[n - 1])}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    # The names of the columns stand on every page that is printed.
    titles = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{n - 1}">\'{escape(names[n - 1])}\'!$1:$1</definedName>'
        for n in numbers
    )
    yield (
        "xl/workbook.xml",
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets>'
        f"<definedNames>{titles}</definedNames></workbook>",
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}'
        f'<Relationship Id="rId{len(names) + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    )
    yield "xl/styles.xml", _STYLES


_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFEEF0EB"/></patternFill></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">'
    '<alignment vertical="top"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def _sheet(table: Table) -> Iterator[str]:
    columns = [_letters(at) for at in range(len(table.columns))]
    widths = _widths(table)
    wide = "".join(f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, 1))
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/>{f"<cols>{wide}</cols>" if wide else ""}<sheetData>'
    )
    yield _head(columns, table.columns)
    for number, row in enumerate(table.rows, start=2):
        yield _row(number, columns, widths, row)
    # Every column can be filtered, and on paper a page is as wide as the table.
    where = f"A1:{columns[-1]}{len(table.rows) + 1}" if columns else "A1"
    yield f'</sheetData><autoFilter ref="{where}"/><pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5"'
    yield ' header="0.3" footer="0.3"/><pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'


def _widths(table: Table) -> list[int]:
    """Return how wide columns are, in characters: as their first rows need it, and no wider than can be read."""
    widths = []
    for at, name in enumerate(table.columns):
        longest = max((len(str(row[at])) for row in table.rows[:50] if row[at] is not None), default=0)
        # The button of the filter stands beside the name.
        widths.append(min(_MOST_WIDE, max(len(name) + 3, longest + 2)))
    return widths


def _head(columns: list[str], names: Iterable[str]) -> str:
    cells = (
        f'<c r="{column}1" s="1" t="inlineStr"><is>{_text(str(to_cell(name)))}</is></c>'
        for column, name in zip(columns, names, strict=True)
    )
    return f'<row r="1">{"".join(cells)}</row>'


def _row(number: int, columns: list[str], widths: list[int], cells: Iterable[Cell]) -> str:
    parts = []
    lines = 1
    for column, width, cell in zip(columns, widths, cells, strict=True):
        if cell is None or cell == "":
            continue
        if isinstance(cell, str):
            # What people said is read in lines below each other; all else stands at the top beside it.
            style = 3
            if len(cell) > width - 2 or "\n" in cell:
                style, lines = 2, max(lines, _lines(cell, width))
            parts.append(f'<c r="{column}{number}" s="{style}" t="inlineStr"><is>{_text(str(to_cell(cell)))}</is></c>')
        elif cell in (0, 1):
            # Most of a large workbook are these; a style on each would make it a fifth larger.
            parts.append(f'<c r="{column}{number}"><v>{cell!r}</v></c>')
        else:
            parts.append(f'<c r="{column}{number}" s="3"><v>{cell!r}</v></c>')
    # No spreadsheet works the heights out when it opens a file, and lines would lie on each other.
    height = f' ht="{15 * min(lines, _MOST_LINES)}" customHeight="1"' if lines > 1 else ""
    return f'<row r="{number}"{height}>{"".join(parts)}</row>'


def _lines(text: str, width: int) -> int:
    """Return how many lines a text takes in a column of that many characters, or a little more."""
    return sum(1 + int(len(line) / (1.05 * width)) for line in text[: _MOST_LINES * width].split("\n"))


def _text(text: str) -> str:
    if len(text) > MOST_CHARS:
        text = text[: MOST_CHARS - 1] + "…"
    if _PLAIN.fullmatch(text):
        return f'<t xml:space="preserve">{text}</t>'
    # A bare carriage return would come back as a line feed.
    return f'<t xml:space="preserve">{escape(_ILLEGAL.sub(chr(0xFFFD), text), {chr(13): "&#13;"})}</t>'


def _letters(at: int) -> str:
    """Return the name of the column at that place, from 0.

    >>> _letters(0), _letters(26), _letters(701)
    ('A', 'AA', 'ZZ')
    """
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(65 + rest) + name
    return name
