"""The page Memos: every memo and flag of the study, found by words, kind and coder, each with a way to its place."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from coding.edits import ChangeCoding, WriteMemo
from coding.export import Table, to_csv
from coding.memos import KINDS, Note, all_notes, find_notes
from coding.store import Project
from coding.ui import session
from coding.ui.blindness import hidden_from
from coding.ui.notes import memo_box
from coding.ui.parts import sheet
from coding.ui.quotations import open_place
from coding.ui.widgets import act, ask_name, count, show_page, undo_bar

# How many memos are shown at first, and how many more at a time.
STEP = 50
COLUMNS = ("on", "code_id", "code", "transcript", "start_char", "end_char", "quotation", "memo", "coder", "written_at")

_NAMES = {
    "coding": "On codings",
    "segment": "On segments",
    "code": "On codes",
    "transcript": "On transcripts",
    "project": "On the project",
    "flag": "Flags for discussion",
}
_BLIND = ":material/visibility_off:"
_LIST = "memo-list"
_DEED = "focus_memo_deed"
_MORE = "focus_memos_shown"


def main() -> None:
    """Show the page."""
    show_page(_page)


def _page(project: Project) -> None:
    who = session.coder()
    if who is None:
        ask_name("Your name stands beside what you note. It is asked for once.", key="memos")
    undo_bar(project, who, key="memos")
    notes = all_notes(project)
    hidden = hidden_from(project, who)
    if hidden is not None:
        seen = [n for n in notes if not hidden(n.coder, n.transcript_id, n.start_char or 0, n.end_char or 0)]
        if len(seen) < len(notes):
            st.info("You review blind: what others noted is shown where you have finished.", icon=_BLIND)
        notes = seen
    if not notes:
        st.info(
            "Nobody has written a memo yet. On the page Review the key m writes one, and f flags a segment for "
            "discussion; codes have theirs on the page Codebook. All of them stand here.",
            icon=":material/sticky_note_2:",
        )
        memo_box(project, "project", who, key="project")
        return
    codes = {code_id: code.name for code_id, code in project.known_codes().items()}
    transcripts = {info.id: info.name for info in project.transcripts()}
    found = _filtered(notes, codes)
    with st.container(horizontal=True, vertical_alignment="center"):
        number = count(len(found), "memo or flag", "memos and flags")
        st.text(number if len(found) == len(notes) else f"{number} of {len(notes)}", width="stretch")
        memo_box(project, "project", who, key="project", label="memo on the project", shown=False)
        st.download_button(
            "Download CSV",
            lambda: to_csv(_table(found, codes, transcripts)),
            file_name=f"{session.project_name(project.path)} memos.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            disabled=not found,
        )
    if not found:
        st.info("No memo fits these choices.", icon=":material/filter_alt:")
    many = st.session_state.get(_MORE, STEP)
    items = [_item(note, codes, transcripts, who) for note in found[:many]]
    deeds = {name: _note(name) for name in ("open", "code", "remove")}
    sheet([{"kind": "quotes", "items": items}], key=_LIST, deeds=deeds)
    if len(found) > many and st.button(f"Show {min(STEP, len(found) - many)} more"):
        st.session_state[_MORE] = many + STEP
        session.rerun()
    _do(project, notes, who)


def _filtered(notes: list[Note], codes: dict[str, str]) -> list[Note]:
    first, second, third = st.columns([4, 5, 3], vertical_alignment="bottom")
    words = first.text_input("Words", placeholder="Search memos, quotations and codes", key="memo-words")
    present = [kind for kind in KINDS if any(note.kind == kind for note in notes)]
    kinds = second.multiselect(
        "Kind", present, format_func=_NAMES.__getitem__, placeholder="All kinds", key="memo-kinds"
    )
    coders = [None, *dict.fromkeys(note.coder for note in notes)]
    coder = third.selectbox("Coder", coders, format_func=lambda name: name or "Everybody", key="memo-coder")
    return find_notes(notes, words=words, kinds=kinds, coder=coder, names=codes)


def _head(note: Note, codes: dict[str, str], transcripts: dict[str, str]) -> str:
    where = transcripts.get(note.transcript_id or "", "")
    code = codes.get(note.code_id or "", note.code_id or "")
    return {
        "coding": f"{code}, in {where}",
        "segment": f"Segment in {where}",
        "code": f"The code {code}",
        "transcript": f"The transcript {where}",
        "project": "The project",
        "flag": f"Flagged for discussion, in {where}",
    }[note.kind]


def _item(note: Note, codes: dict[str, str], transcripts: dict[str, str], who: str | None) -> dict[str, object]:
    deeds = []
    if note.transcript_id is not None:
        deeds.append({"name": "open", "label": "Show in transcript"})
    if note.code_id is not None:
        deeds.append({"name": "code", "label": "Show the code"})
    if note.coder == who:
        deeds.append({"name": "remove", "label": "Take the flag away" if note.kind == "flag" else "Remove"})
    return {
        "id": note.id,
        "head": _head(note, codes, transcripts),
        "text": note.quotation,
        "memo": note.text,
        "about": f"{note.coder}, {note.at[:16].replace('T', ' ')} UTC",
        "deeds": deeds,
    }


def _note(name: str) -> Callable[[], None]:
    def note() -> None:
        st.session_state[_DEED] = (name, st.session_state[_LIST].get(name))

    return note


def _do(project: Project, notes: list[Note], who: str | None) -> None:
    name, note_id = st.session_state.pop(_DEED, ("", ""))
    note = next((one for one in notes if one.id == note_id), None)
    if note is None:
        return
    if name == "open" and note.transcript_id is not None:
        open_place(project, note.transcript_id, note.start_char or 0)
    elif name == "code" and note.code_id is not None:
        session.go("codebook.py", code=note.code_id)
    elif name == "remove" and who is not None:
        on_coding = note.kind == "coding" and project.coding(note.target) is not None
        change = ChangeCoding(note.target, memo="") if on_coding else WriteMemo(note.target, "")
        act(project, [change], coder=who)


def _table(notes: list[Note], codes: dict[str, str], transcripts: dict[str, str]) -> Table:
    rows = tuple(
        (
            note.kind,
            note.code_id,
            codes.get(note.code_id or "", ""),
            transcripts.get(note.transcript_id or "", ""),
            note.start_char,
            note.end_char,
            note.quotation,
            note.text,
            note.coder,
            note.at,
        )
        for note in notes
    )
    return Table(COLUMNS, rows)


main()
