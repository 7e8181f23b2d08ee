"""Turn what a coder did on the screen into edits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from coding.codebook import make_code_id
from coding.edits import (
    Accepted,
    AddCoding,
    AddCodings,
    ChangeCoding,
    Many,
    MarkReviewed,
    Operation,
    RejectSuggestion,
    RemoveCoding,
    Reopen,
    SetCodebook,
    WriteMemo,
    apply_edits,
    quote,
    redo,
    undo,
)
from coding.edits.segments import MergeSegments, SplitSegment, WithdrawRejection
from coding.errors import EditError
from coding.model import Code, Coding, Origin, Valence, about_the_same
from coding.store import Project
from coding.ui.review import events
from coding.ui.review.board import Found
from coding.ui.review.events import Event, Place
from coding.ui.review.wire import REVIEW_KINDS

FLAG = "flagged"


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who reviews which project, and what the machine told them.

    Attributes:
        project: The project.
        coder: The person.
        blind: Suggestions and other people's codings are hidden until a segment is finished.
        find: Says what the machine suggests for a code at a place.
        here: The transcript that is on the screen; what was done in another just before comes in too.
    """

    project: Project
    coder: str
    blind: bool
    find: Callable[[Place, str], Found | None]
    here: str = ""


def carry_out(reviewer: Reviewer, event: Event) -> None:
    """Do what an event wants, once: the same event again changes nothing.

    Raises:
        CodingError: It cannot be done on the project as it is now.
    """
    project, coder = reviewer.project, reviewer.coder
    deed = event.deed
    if isinstance(deed, events.Undo):
        last = deed.batch or project.last_open_batch(coder, kinds=REVIEW_KINDS)
        act = None if last is None else project.act(last)
        if act is not None and act.standing and act.coder == coder:
            undo(project, coder=coder, batch=act.batch)
        return
    if isinstance(deed, events.Redo):
        redo(project, coder=coder)
        return
    with project.transaction():
        apply_edits(project, operations(reviewer, deed), coder=coder, batch=event.id)


def operations(reviewer: Reviewer, deed: events.Deed) -> Sequence[Operation | Many]:
    """Return the operations that a deed stands for.

    Raises:
        CodingError: What it is about is not there.
    """
    match deed:
        case events.OnCode():
            return _on_code(reviewer, deed)
        case events.OnPlace():
            return _on_place(reviewer, deed)
        case events.Recode():
            return _recode(reviewer, deed.place, deed.code_id, deed.new_code_id)
        case events.SetValence():
            coding = _mine(reviewer, deed.place, deed.code_id)
            return [ChangeCoding(coding.id, valence=deed.valence)]
        case events.Move():
            coding = _mine(reviewer, deed.place, deed.code_id)
            return [ChangeCoding(coding.id, start_char=deed.start_char, end_char=deed.end_char)]
        case events.NewCode():
            return _new_code(reviewer, deed)
        case events.Split():
            return [SplitSegment(deed.place.transcript_id, deed.place.start_char, deed.place.end_char, deed.at_char)]
        case events.Note():
            return [_note(reviewer, deed)]
        case events.Bulk():
            return _bulk(reviewer, deed)
        case _:
            return []


def _span(place: Place) -> tuple[str, int, int]:
    return place.transcript_id, place.start_char, place.end_char


def _find_mine(reviewer: Reviewer, place: Place, code_id: str) -> Coding | None:
    return reviewer.project.coding_at(*_span(place), code_id=code_id, coder=reviewer.coder)


def _mine(reviewer: Reviewer, place: Place, code_id: str) -> Coding:
    coding = _find_mine(reviewer, place, code_id)
    if coding is None:
        raise EditError("you have no such coding at this place; it was removed or changed in the meantime")
    return coding


def _is_blind(reviewer: Reviewer, place: Place) -> bool:
    return _BlindSpots(reviewer, place.transcript_id).at(place.start_char, place.end_char)


def _add(
    reviewer: Reviewer, place: Place, code_id: str, origin: Origin, valence: Valence | None = None
) -> list[Operation]:
    found = None
    if _is_blind(reviewer, place):
        origin = Origin.BLIND
    elif origin is not Origin.OWN:
        found = reviewer.find(place, code_id)
        if found is None and origin is Origin.ACCEPTED:
            origin = Origin.OWN
    return [
        WithdrawRejection(*_span(place), code_id),
        AddCoding(
            *_span(place),
            code_id,
            valence=valence or (found.valence if found else Valence.SHOWN),
            origin=origin,
            score=found.score if found else None,
            probability=found.probability if found else None,
        ),
    ]


def _reject(reviewer: Reviewer, place: Place, code_id: str) -> Operation:
    found = reviewer.find(place, code_id)
    return RejectSuggestion(
        *_span(place), code_id, score=found.score if found else None, probability=found.probability if found else None
    )


def _on_code(reviewer: Reviewer, deed: events.OnCode) -> list[Operation]:
    if deed.act in ("accept", "code"):
        origin = Origin.ACCEPTED if deed.act == "accept" else Origin.OWN
        return _add(reviewer, deed.place, deed.code_id, origin, deed.valence)
    if deed.act == "reject":
        return [_reject(reviewer, deed.place, deed.code_id)]
    coding = _find_mine(reviewer, deed.place, deed.code_id)
    if coding is None:
        return []
    refused = [_reject(reviewer, deed.place, deed.code_id)] if coding.origin is Origin.ACCEPTED else []
    return [RemoveCoding(coding.id), *refused]


def _on_place(reviewer: Reviewer, deed: events.OnPlace) -> list[Operation]:
    place = _span(deed.place)
    if deed.act == "finish":
        return [MarkReviewed(*place, blind=_is_blind(reviewer, deed.place))]
    if deed.act == "reopen":
        return [Reopen(*place)]
    return [MergeSegments(*place)]


def _recode(reviewer: Reviewer, place: Place, code_id: str, new_code_id: str) -> list[Operation]:
    coding = _find_mine(reviewer, place, code_id)
    if coding is None:
        return [*_add(reviewer, place, new_code_id, Origin.CHANGED), _reject(reviewer, place, code_id)]
    if _find_mine(reviewer, place, new_code_id) is not None:
        return [RemoveCoding(coding.id)]
    return [WithdrawRejection(*_span(place), new_code_id), ChangeCoding(coding.id, code_id=new_code_id)]


def _new_code(reviewer: Reviewer, deed: events.NewCode) -> list[Operation]:
    codebook = reviewer.project.codebook()
    same = [c for c in codebook.codable if c.name.casefold() == deed.name.casefold()]
    taken = {code.id for code in codebook.codes} | set(reviewer.project.retired_codes())
    code = same[0] if same else Code(make_code_id(deed.name, taken), deed.name)
    first: list[Operation] = [] if same else [SetCodebook(replace(codebook, codes=(*codebook.codes, code)))]
    if deed.replaces is not None:
        return [*first, *_recode(reviewer, deed.place, deed.replaces, code.id)]
    return [*first, *_add(reviewer, deed.place, code.id, Origin.OWN)]


def _note(reviewer: Reviewer, deed: events.Note) -> Operation:
    place = deed.place
    if deed.target == "coding":
        return ChangeCoding(_mine(reviewer, place, deed.code_id or "").id, memo=deed.text.strip())
    if deed.target == "code" and deed.code_id not in reviewer.project.codebook():
        raise EditError(f"there is no code {deed.code_id!r} in the codebook")
    quote(reviewer.project, *_span(place))
    key = f"{place.transcript_id}:{place.start_char}-{place.end_char}"
    targets = {
        "segment": f"segment:{key}",
        "flag": f"flag:segment:{key}",
        "code": f"code:{deed.code_id}",
        "transcript": f"transcript:{place.transcript_id}",
        "project": "project",
    }
    return WriteMemo(targets[deed.target], FLAG if deed.target == "flag" and deed.text else deed.text)


def _bulk(reviewer: Reviewer, deed: events.Bulk) -> list[Operation | Many]:
    blind = _BlindSpots(reviewer, deed.transcript_id)
    places = []
    for start, end in deed.accept:
        place = Place(deed.transcript_id, start, end)
        found = None if blind.at(start, end) else reviewer.find(place, deed.code_id)
        origin = Origin.BLIND if blind.at(start, end) else Origin.ACCEPTED if found else Origin.OWN
        told = (found.valence, found.score, found.probability) if found else (Valence.SHOWN, None, None)
        places.append(Accepted(start, end, origin, *told))
    many: list[Operation | Many] = [AddCodings(deed.transcript_id, deed.code_id, tuple(places))] if places else []
    return [*many, *(_reject(reviewer, Place(deed.transcript_id, *span), deed.code_id) for span in deed.reject)]


class _BlindSpots:
    """Says where a coder decides blind, for many places of one transcript."""

    def __init__(self, reviewer: Reviewer, transcript_id: str) -> None:
        project, coder = reviewer.project, reviewer.coder
        elsewhere = transcript_id != reviewer.here
        self._blind = reviewer.blind or (elsewhere and project.is_assigned_blind(transcript_id, coder))
        reviews = project.reviews(transcript_id, coder=coder) if self._blind else []
        self._finished = {(review.start_char, review.end_char) for review in reviews}

    def at(self, start: int, end: int) -> bool:
        if not self._blind or (start, end) in self._finished:
            return False
        return not any(about_the_same(start, end, *span) for span in self._finished)
