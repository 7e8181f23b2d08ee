"""The page From other tools: a project or codebook of another tool, looked at, asked about, and imported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from coding.interchange import READ, Difference, Dropped, StudyReport
from coding.roles import CoderRole
from coding.store import Project
from coding.ui import session
from coding.ui.incoming import Incoming, mark_of
from coding.ui.parts import Block, sheet
from coding.ui.shell import work_bar
from coding.ui.widgets import ask_name, count, plain, refusal, show_page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coding.interchange import Prefer

# So many questions stand on the page at once.
SHOWN_AT_ONCE = 10

MOST_LISTED = 200
MOST_MB = 1024
_INCOMING = "focus_incoming"
_UPLOADS = "focus_exchange_uploads"
_SHOWN = "focus_exchange_shown"
_DONE = "focus_exchange_done"
_SHORT_S = 0.4

_KINDS = {
    "NVivo, ATLAS.ti, MAXQDA, QualCoder and other tools": "REFI-QDA project (.qdpx) or codebook (.qdc)",
    "Taguette": "project (.sqlite3) or highlights (.csv)",
    "A codebook as a table": "CSV, Excel or Word, with a column called “code” or “name”; or YAML",
    "Labelled segments": "JSONL: a line each, with “text” and “codes”",
}
_SIDES: dict[Prefer, str] = {"ours": "Keep ours", "theirs": "Take theirs"}
_FIELDS = {
    "parent": "the code above",
    "include": "when to apply it",
    "exclude": "when not to apply it",
    "contrary_examples": "contrary examples",
    "state": "removed here, changed there",
}


def main() -> None:
    """Show the page."""
    show_page(_page)


def _page(project: Project) -> None:
    who = session.coder()
    if who is None:
        ask_name("Your name stands beside what you bring in. It is asked for once.", key="exchange")
        return
    refused = refusal(project, CoderRole.LEAD)
    if refused:
        st.info(plain(refused), icon=":material/lock:")
        return
    if session.desk(project.path).importing:
        _watch_import(project.path)
        return
    number = st.session_state.setdefault(_UPLOADS, 0)
    upload = st.file_uploader(
        "A project or codebook of another tool",
        type=[suffix.removeprefix(".") for suffix in READ],
        max_upload_size=MOST_MB,
        key=f"exchange-{number}",
    )
    if upload is None:
        st.session_state.pop(_INCOMING, None)
        _result(project.path)
        _what_can_come()
        return
    st.session_state.pop(_DONE, None)
    found: Incoming | None = st.session_state.get(_INCOMING)
    if found is None or (found.upload, found.path, found.by) != (upload.file_id, project.path, who):
        found = Incoming(upload.file_id, upload.name, upload.getvalue(), project.path, who)
        st.session_state[_INCOMING] = found
        st.session_state[_SHOWN] = SHOWN_AT_ONCE
    found.look(mark_of(project))
    if not found.wait(_SHORT_S):
        _watch_look(found)
        return
    _look(found)


@st.fragment(run_every=0.5)
def _watch_import(path: Path) -> None:
    place = session.desk(path)
    if not place.importing:
        st.rerun()
    work_bar(place.status)
    st.text("You can go on to another page meanwhile.")


@st.fragment(run_every=0.5)
def _watch_look(found: Incoming) -> None:
    if not found.status.busy:
        st.rerun()
    work_bar(found.status)
    st.text("Nothing is stored before you say so.")


def _what_can_come() -> None:
    sheet([{"kind": "text", "label": tool, "text": words} for tool, words in _KINDS.items()], key="exchange-kinds")
    st.text("You see what will come in, and what has no place here, before anything is stored.")
    if st.button("Transcripts are brought in on the page Project", type="tertiary", icon=":material/upload_file:"):
        session.go("study.py")


# a look before anything is stored


def _look(found: Incoming) -> None:
    if found.status.error or found.report is None:
        st.error(plain(found.status.error or "The file could not be read."), icon=":material/error:")
        return
    report = found.report
    _counts(report)
    _lists(report)
    _questions(found, report.questions)
    _button(found, report)


def _counts(report: StudyReport) -> None:
    """Show how much is new, and how much is here already."""
    st.markdown(f"**{plain(report.file)}** · {plain(report.format)}")
    rows: list[tuple[str, int, int | str]] = [
        ("Transcripts", len(report.transcripts), len(report.transcripts_there)),
        ("Codes", report.codes, report.codes_there),
        ("Codings", report.codings, report.codings_there),
        ("Participants named or described", report.people, ""),
        ("Memos", report.memos, ""),
        ("Suggestions of the machine", report.suggestions, ""),
        ("Finished places", report.finished, ""),
        ("Refused suggestions", report.refused, ""),
    ]
    kept = [(what, f"{new:,}", f"{there:,}" if isinstance(there, int) else there) for what, new, there in rows]
    shown = [row for row, (_, new, there) in zip(kept, rows, strict=True) if new or there]
    if shown:
        columns = ("", "New" if report.previewed else "Came in", "Here already")
        st.table(
            {name: [row[at] for row in shown] for at, name in enumerate(columns)}, hide_index=True, width="content"
        )
    notes = []
    if report.only_here:
        notes.append(f"{count(report.only_here, 'coding')} of these transcripts stand here alone; they stay.")
    if report.stay_removed:
        notes.append(f"{count(report.stay_removed, 'coding')} of the file were removed here since; they stay away.")
    if report.coders:
        notes.append(f"Coders in the file: {', '.join(report.coders)}.")
    if notes:
        st.text("\n".join(notes))


def _lists(report: StudyReport) -> None:
    """Show what comes in and what does not, each list folded up behind its length."""
    changed = [str(one) for one in report.differences if not one.asks]
    _folded("new transcript", report.transcripts, key="transcripts")
    _folded("new code", report.new_codes, key="codes")
    _folded(
        "change that only the file has; it will be taken",
        changed,
        key="changed",
        many="changes that only the file has; they will be taken",
    )
    _by_kind("thing without a place here", report.dropped, key="dropped", many="things without a place here")
    _by_kind("thing kept in another form", report.mended, key="mended", many="things kept in another form")
    for warning in report.warnings[:MOST_LISTED]:
        st.warning(plain(warning), icon=":material/warning:")


def _folded(what: str, items: Sequence[str], *, key: str, many: str | None = None) -> None:
    if not items:
        return
    with st.expander(count(len(items), what, many), on_change="rerun", key=f"exchange-open-{key}") as more:
        if more.open:
            sheet([_list("", items)], key=f"exchange-{key}")


def _by_kind(what: str, items: Sequence[Dropped], *, key: str, many: str) -> None:
    """Show what was dropped or mended, by its kind and why."""
    if not items:
        return
    kinds: dict[tuple[str, str], list[str]] = {}
    for one in items:
        kinds.setdefault((one.what, one.why), []).append(one.name or one.what)
    with st.expander(count(len(items), what, many), on_change="rerun", key=f"exchange-open-{key}") as more:
        if more.open:
            blocks = [
                _list(f"{kind} ({len(names):,}): {why}", names)
                for (kind, why), names in list(kinds.items())[:MOST_LISTED]
            ]
            sheet(blocks, key=f"exchange-{key}")


def _list(label: str, items: Sequence[str]) -> Block:
    more = [f"and {len(items) - MOST_LISTED:,} more"] if len(items) > MOST_LISTED else []
    return {"kind": "list", "label": label, "items": [*items[:MOST_LISTED], *more]}


# what both sides changed


def _questions(found: Incoming, questions: Sequence[Difference]) -> None:
    if not questions:
        return
    st.subheader(f"Changed on both sides: {len(questions):,}", anchor=False)
    st.text("Say which side stands. What you do not take stays in the history or in the file.")
    with st.container(horizontal=True):
        for side, words in _SIDES.items():
            st.button(f"{words} for all", on_click=_answer_all(found, side), key=f"exchange-all-{side}")
    shown = questions[: st.session_state.get(_SHOWN, SHOWN_AT_ONCE)]
    for number, one in enumerate(shown):
        _question(found, one, number)
    left = len(questions) - len(shown)
    if left and st.button(f"Show {min(left, SHOWN_AT_ONCE)} more of {left:,}"):
        st.session_state[_SHOWN] = len(shown) + SHOWN_AT_ONCE
        session.rerun()


def _answer_all(found: Incoming, side: Prefer) -> Callable[[], None]:
    def answer() -> None:
        found.answer_all(side)
        for key in [key for key in st.session_state if str(key).startswith(f"exchange-answer-{found.upload}-")]:
            del st.session_state[key]

    return answer


def _question(found: Incoming, one: Difference, number: int) -> None:
    about = (
        f"{one.what.capitalize()} {one.name}: {_FIELDS.get(one.field, one.field) if one.what == 'code' else one.field}"
    )
    key = f"exchange-answer-{found.upload}-{'|'.join(one.key)}"
    if key not in st.session_state:
        st.session_state[key] = found.answers.get(one.key)
    with st.container(border=True, key=f"exchange-question-{number}"):
        st.markdown(f"**{plain(about)}**")
        for place, label, words in zip(st.columns(2), ("Ours", "Theirs"), (one.ours, one.theirs), strict=True):
            with place:
                sheet([_side(label, words)], key=f"exchange-side-{number}-{label}")
        taken = st.radio(
            f"Which side stands for {plain(about)}",
            list(_SIDES),
            format_func=lambda side: _SIDES[side],
            index=None,
            horizontal=True,
            label_visibility="collapsed",
            key=key,
        )
    if taken is not None:
        found.answers[one.key] = taken


def _side(label: str, words: str) -> Block:
    return {"kind": "text", "label": label, "text": words or "(nothing)", "quiet": not words}


def _button(found: Incoming, report: StudyReport) -> None:
    left = len(found.open)
    if left:
        st.text(f"{count(left, 'place')} to decide before it can be imported.")
    elif not _brings(report):
        st.text("Everything in this file is here already; importing it changes nothing.")
    if st.button("Import", type="primary", icon=":material/move_to_inbox:", disabled=bool(left)) and found.study:
        session.desk(found.path).take_in(found.study, by=found.by, file=found.file, decided=found.answers)
        st.session_state.pop(_INCOMING, None)
        st.session_state[_UPLOADS] += 1
        st.session_state[_DONE] = True
        session.rerun()


def _brings(report: StudyReport) -> bool:
    new = (report.transcripts, report.codes, report.codings, report.people, report.memos, report.differences)
    return any(new) or bool(report.finished or report.refused)


# what was done


def _result(path: Path) -> None:
    """Show what the last import of this browser session did."""
    desk = session.desk(path)
    if not st.session_state.get(_DONE):
        return
    if desk.reading.status.error:
        st.error(plain(desk.reading.status.error), icon=":material/error:")
        st.text("Nothing of the file was stored.")
        return
    report = desk.taken
    if report is None:
        return
    with st.container(border=True, key="exchange-done"):
        st.success("Imported.", icon=":material/check:")
        _counts(report)
        _lists(report)
        st.text("On the page History it can be undone as one act; new transcripts stay.")
        with st.container(horizontal=True):
            if report.transcripts and st.button("Review", type="primary", icon=":material/rate_review:"):
                session.go("review.py")
            if report.codes and st.button("Look at the codebook", icon=":material/account_tree:"):
                session.go("codebook.py")


main()
