"""Read the answers to a survey: CSV or XLSX, a row a respondent or a row an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from coding.errors import CodingError
from coding.model import Note
from coding.people.tables import Bounds, read_table
from coding.questionnaires.mapping import Mapping
from coding.questionnaires.scales import find_labels, find_range, is_missing, to_number
from coding.survey import Item, Respondent, Survey

BOUNDS = Bounds(columns=600, rows=50_000, chars=4_000, row_of="respondent")
FEWEST_READABLE = 0.6
"""A column is an item when at least this share of what stands in it can be read as an answer."""
MOST_LEVELS = 40
"""Text with more different values than this is no attribute but a free answer."""
MOST_LEVEL_CHARS = 60
"""So is text that is longer than this."""
MOST_NOTES = 200

_RESPONDENT = ("respondent", "respondent_id", "respondentid", "response_id", "responseid", "id", "case", "participant")
_ITEM = ("item", "question", "variable", "statement")
_ANSWER = ("answer", "response", "value", "rating", "score")


@dataclass(frozen=True, slots=True)
class Reading:
    """A survey as it was read.

    Attributes:
        survey: The survey.
        notes: What a person should look at, with lines of the file where they are known.
        rows: How many rows of answers there were.
    """

    survey: Survey
    notes: tuple[Note, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A row a respondent."""

    header: tuple[str, ...]
    wordings: dict[str, str]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_survey(file: str | Path | bytes, *, name: str | None = None, mapping: Mapping | None = None) -> Reading:
    """Read the answers to a survey.

    Without a mapping, a column is an item when most of what stands in it are numbers of one scale or labels of a known
    one; other columns with few different values are attributes of respondents. A second line that holds the wording of
    the questions is read as that. An answer that cannot be read, or that is off the scale, is left out with a note.

    Args:
        file: Its path, or its bytes.
        name: What the bytes were called.
        mapping: Which columns are items, and what they ask about.

    Raises:
        ReadError: The file is no table, damaged, empty or too large.
        CodingError: A column that the mapping names is missing, there are no answers, or a respondent has no id.
    """
    where = name or (Path(file).name if isinstance(file, str | Path) else "survey")
    table = read_table(file, name=name, bounds=BOUNDS)
    notes: list[Note] = []
    if table.formulas:
        notes.append(Note("cells hold formulas; the values that were last worked out were read"))
    _check_header(table.header, where)
    sheet = _wide(table.header, table.rows, notes, where)
    if mapping is not None:
        _check_mapping(sheet, mapping, where)
    column = _respondents(sheet, mapping)
    items, attributes = _columns(sheet, column, mapping, notes)
    if not items:
        raise CodingError(
            "no column holds answers on a scale; say in a mapping which columns are items, and their scale", path=where
        )
    respondents = _read_rows(sheet, column, items, attributes, notes)
    survey = Survey(mapping.name if mapping else Path(where).stem, tuple(items), tuple(respondents))
    _check_alike(survey, notes)
    if len(notes) > MOST_NOTES:
        notes = [*notes[:MOST_NOTES], Note(f"and {len(notes) - MOST_NOTES:,} more of the kind")]
    return Reading(survey, tuple(notes), len(sheet.rows))


def _check_header(header: Sequence[str], where: str) -> None:
    twice = [name for name, times in Counter(filter(None, header)).items() if times > 1]
    if twice:
        raise CodingError(f"two columns are called {twice[0]!r}; give each its own name", path=where, line=1)


def _wide(
    header: tuple[str, ...], rows: tuple[tuple[int, tuple[str, ...]], ...], notes: list[Note], where: str
) -> _Sheet:
    """Return a row a respondent, whichever way the answers lie."""
    lower = [name.casefold() for name in header]
    item = next((lower.index(name) for name in _ITEM if name in lower), None)
    answer = next((lower.index(name) for name in _ANSWER if name in lower), None)
    person = next((lower.index(name) for name in _RESPONDENT if name in lower), None)
    if item is None or answer is None:
        return _second_header(header, rows, notes)
    if person is None:
        raise CodingError(
            f"each row has one answer, but no column says whose; call it {_RESPONDENT[0]!r}", path=where, line=1
        )
    return _pivot(header, rows, (person, item, answer), notes)


def _pivot(
    header: tuple[str, ...],
    rows: tuple[tuple[int, tuple[str, ...]], ...],
    places: tuple[int, int, int],
    notes: list[Note],
) -> _Sheet:
    person, item, answer = places
    more = [at for at in range(len(header)) if at not in places]
    items = list(dict.fromkeys(cells[item] for _, cells in rows if cells[item]))
    found: dict[str, tuple[int, dict[str, str]]] = {}
    for line, cells in rows:
        if not cells[person] or not cells[item]:
            notes.append(Note("a row without respondent or item was left out", line))
            continue
        first, answers = found.setdefault(cells[person], (line, {}))
        if cells[item] in answers:
            notes.append(Note(f"a second answer of {cells[person]} to {cells[item]} was left out", line))
            continue
        answers[cells[item]] = cells[answer]
        answers.update({f"\0{at}": cells[at] for at in more if cells[at]})
        found[cells[person]] = (first, answers)
    made = tuple(
        (line, (who, *(answers.get(one, "") for one in items), *(answers.get(f"\0{at}", "") for at in more)))
        for who, (line, answers) in found.items()
    )
    names = (header[person], *items, *(header[at] for at in more))
    return _Sheet(names, {one: one for one in names}, made)


def _second_header(header: tuple[str, ...], rows: tuple[tuple[int, tuple[str, ...]], ...], notes: list[Note]) -> _Sheet:
    """Take a second line of wordings, and a third one of codes of the survey's maker, from the answers."""
    wordings = {name: name for name in header}
    body = list(rows)
    if len(body) > 1 and _is_wording(body[0][1], [cells for _, cells in body[1:]]):
        line, cells = body.pop(0)
        wordings = {name: cell or name for name, cell in zip(header, cells, strict=True)}
        notes.append(Note("the second line was read as the wording of the questions", line))
        if body and sum("importid" in cell.casefold() for cell in body[0][1]) * 2 >= len(header):
            line, _ = body.pop(0)
            notes.append(Note("a line with codes of the survey's maker was left out", line))
    return _Sheet(header, wordings, tuple(body))


def _is_wording(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Tell whether a row is words where the rows below it are answers."""
    words, columns = 0, 0
    for at, cell in enumerate(first):
        below = [cells[at] for cells in others[:200] if not is_missing(cells[at])]
        readable = sum(to_number(one) is not None for one in below)
        labels = find_labels(below[1:])
        if below and (readable >= FEWEST_READABLE * len(below) or labels):
            columns += 1
            words += to_number(cell, labels) is None and not is_missing(cell)
    return columns > 0 and words * 2 > columns


def _check_mapping(sheet: _Sheet, mapping: Mapping, where: str) -> None:
    wanted = [*(item.id for item in mapping.items), *mapping.attributes, *filter(None, [mapping.respondent])]
    missing = [name for name in wanted if name not in sheet.header]
    if missing:
        there = ", ".join(filter(None, sheet.header[:12])) + (" …" if len(sheet.header) > 12 else "")
        raise CodingError(f"the column {missing[0]!r} is missing; there are {there}", path=where, line=1)


def _respondents(sheet: _Sheet, mapping: Mapping | None) -> int | None:
    if mapping is not None and mapping.respondent:
        return sheet.header.index(mapping.respondent)
    lower = [name.casefold().replace(" ", "_") for name in sheet.header]
    return next((lower.index(name) for name in _RESPONDENT if name in lower), None)


def _columns(
    sheet: _Sheet, person: int | None, mapping: Mapping | None, notes: list[Note]
) -> tuple[list[Item], list[str]]:
    """Return what each column is."""
    if mapping is not None:
        items = [
            replace(item, wording=sheet.wordings[item.id] if item.wording == item.id else item.wording)
            for item in mapping.items
        ]
        return items, list(mapping.attributes)
    items, attributes, left = [], [], []
    for at, name in enumerate(sheet.header):
        cells = [row[at] for _, row in sheet.rows if not is_missing(row[at])]
        if at == person or not name or not cells:
            continue
        item = _as_item(name, sheet.wordings[name], cells)
        if item is not None:
            items.append(item)
        elif len(set(cells)) <= MOST_LEVELS and max(map(len, cells)) <= MOST_LEVEL_CHARS:
            attributes.append(name)
        else:
            left.append(name)
    if left:
        notes.append(Note(f"left out, since they hold neither answers on a scale nor kinds of people: {_some(left)}"))
    return items, attributes


def _as_item(name: str, wording: str, cells: Sequence[str]) -> Item | None:
    labels = _labels_of_most(cells)
    if labels:
        return Item(name, wording, low=1, high=len(labels), labels=labels)
    numbers = [number for cell in cells if (number := to_number(cell)) is not None]
    if len(numbers) < FEWEST_READABLE * len(cells):
        return None
    common = [number for number, times in Counter(numbers).items() if times > max(1, 0.01 * len(numbers))]
    scale = find_range(common or numbers)
    return None if scale is None else Item(name, wording, low=scale[0], high=scale[1])


def _labels_of_most(cells: Sequence[str]) -> tuple[str, ...]:
    labels = find_labels(cells)
    if labels:
        return labels
    frequent = [cell for cell, times in Counter(cells).items() if times > 0.02 * len(cells)]
    known = find_labels(frequent)
    return (
        known if known and sum(to_number(c, known) is not None for c in cells) >= FEWEST_READABLE * len(cells) else ()
    )


def _read_rows(
    sheet: _Sheet, person: int | None, items: Sequence[Item], attributes: Sequence[str], notes: list[Note]
) -> list[Respondent]:
    places = [(item, sheet.header.index(item.id)) for item in items]
    more = [(name, sheet.header.index(name)) for name in attributes]
    found: dict[str, Respondent] = {}
    for number, (line, cells) in enumerate(sheet.rows, start=1):
        who = cells[person] if person is not None else str(number)
        if not who:
            notes.append(Note("a row without a respondent was left out", line))
            continue
        if who in found:
            notes.append(Note(f"the respondent {who} is there already; this row was left out", line))
            continue
        answers = []
        for item, at in places:
            value = _answer(item, cells[at], line, notes)
            if value is not None:
                answers.append((item.id, value))
        if not answers:
            notes.append(Note(f"the respondent {who} answered nothing and was left out", line))
            continue
        found[who] = Respondent(who, tuple(answers), tuple((name, cells[at]) for name, at in more if cells[at]))
    return list(found.values())


def _answer(item: Item, cell: str, line: int, notes: list[Note]) -> float | None:
    if is_missing(cell):
        return None
    value = to_number(cell, item.labels, item.low)
    if value is None:
        what = "a formula" if cell.startswith("=") else "no answer on its scale"
        notes.append(Note(f"{item.id}: {_short(cell)} is {what}; left out", line))
        return None
    if not item.low <= value <= item.high:
        notes.append(Note(f"{item.id}: {value:g} is off the scale of {item.low} to {item.high}; left out", line))
        return None
    return value


def _check_alike(survey: Survey, notes: list[Note]) -> None:
    """Note respondents who answered everything alike, and are perhaps one."""
    if len(survey.items) < 5:
        return
    seen: dict[tuple[object, ...], str] = {}
    for one in survey.respondents:
        same = seen.setdefault((one.answers, one.attributes), one.id)
        if same != one.id and len(one.answers) >= 5:
            notes.append(Note(f"the respondents {same} and {one.id} gave the same answers throughout; are they one?"))


def _short(text: str) -> str:
    return f"“{text if len(text) <= 40 else text[:39] + '…'}”"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
