"""Codes of a study into the codebook of a project."""

from __future__ import annotations

from dataclasses import replace

from coding.codebook import CODE_ID, MAX_CODES, make_code_id
from coding.edits.imported import ImportCodes
from coding.errors import CodingError
from coding.export.refi_codes import unique_names
from coding.interchange.matching import Match
from coding.interchange.place.state import Placing, Thing, words_of
from coding.interchange.prepare import clean_text
from coding.interchange.study import StudyCode
from coding.model import Code

_COMPARED = ("name", "parent", "definition", "include", "exclude", "examples", "contrary_examples", "colour")


def add_codes(at: Placing, *, empty: bool) -> None:
    """Add the codes that are new and compare those that are there.

    Args:
        at: What is worked out so far.
        empty: The project has nothing yet, so the codebook's own words are taken too.

    Raises:
        CodingError: There would be more codes than a codebook can hold.
    """
    codebook = at.project.codebook()
    retired = at.project.retired_codes()
    known = {**retired, **{code.id: code for code in codebook.codes}}
    at.code_names = {code.id: code.name for code in known.values()}
    match = Match.of(known, at.guids, at.study.codes)
    shown = unique_names(codebook)
    taken = set(known)
    made: list[Code] = []
    for theirs in at.study.codes:
        code_id = match.find(theirs)
        if code_id is None:
            code_id = _new_id(theirs, taken)
            taken.add(code_id)
            made.append(_new_code(at, theirs, code_id))
            at.code_names[code_id] = made[-1].name
            at.guids = at.guids.with_guid("code", code_id, theirs.key)
            at.new_codes.append(made[-1].name)
        else:
            at.counts["codes_there"] += 1
            same = at.guids.get("code", code_id) == theirs.key
            made += _compared(at, theirs, known[code_id], shown.get(code_id, ""), same=same)
        at.codes[theirs.key] = code_id
    if len(taken) > MAX_CODES:
        raise CodingError(f"the codebook would have more than {MAX_CODES:,} codes; import fewer", path=at.file)
    words = _words(at, empty=empty)
    gone = frozenset(at.codes[code.key] for code in at.study.codes if code.retired)
    if made or words:
        at.operations.append(ImportCodes(tuple(made), gone, words))


def _words(at: Placing, *, empty: bool) -> tuple[tuple[str, str], ...]:
    """Return what the codebook says of itself."""
    head = at.study.head if empty else None
    if head is not None:
        words = (("name", head.name), ("version", head.version), ("language", head.language))
        return (*words, ("description", head.description))
    if empty and at.study.codes:
        return (("name", at.study.name or "Imported codebook"), ("version", "1"))
    return ()


def _new_id(theirs: StudyCode, taken: set[str]) -> str:
    wanted = theirs.code_id
    if wanted is not None and len(wanted) <= 80 and CODE_ID.match(wanted) and wanted not in taken:
        return wanted
    return make_code_id(theirs.name, taken)


def _new_code(at: Placing, theirs: StudyCode, code_id: str) -> Code:
    said = at.study.own or theirs.source
    return Code(
        id=code_id,
        name=clean_text(theirs.name) or "Code",
        parent=None if theirs.parent is None else at.codes.get(theirs.parent),
        definition=clean_text(theirs.definition),
        include=tuple(map(clean_text, theirs.include)),
        exclude=tuple(map(clean_text, theirs.exclude)),
        examples=tuple(map(clean_text, theirs.examples)),
        contrary_examples=tuple(map(clean_text, theirs.contrary_examples)),
        colour=theirs.colour,
        source=clean_text(theirs.source) if said else f"Imported from {at.study.format}",
        codable=theirs.codable,
    )


def _compared(at: Placing, theirs: StudyCode, ours: Code, shown: str, *, same: bool) -> list[Code]:
    """Return the code as it is to be, where that is not as it is; ``same`` where both have one GUID."""
    there = _new_code(at, theirs, ours.id)
    if theirs.name == shown:
        there = replace(there, name=ours.name)
    if not at.study.own:
        # Other tools keep a definition, and nothing of the rest.
        there = replace(there, source=ours.source)
        if theirs.named_by_id and theirs.code_id == ours.id:
            there = replace(there, name=ours.name)
    thing = Thing("code", ours.id, ours.name, "codes" if same else "", ours.id)
    new = ours
    for name in _COMPARED:
        mine, other = getattr(ours, name), getattr(there, name)
        # What another tool does not say of a code, it does not deny either.
        silent = not at.study.own and other in ("", None, ())
        words = (lambda value: at.code_names.get(str(value), "")) if name == "parent" else words_of
        if mine != other and not silent and at.differ(thing, name, mine, other, shown=words):
            new = replace(new, **{name: other})
    return [new] if new != ours else []
