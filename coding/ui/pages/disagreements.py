"""The page Disagreements: where coders differ, side by side, to be settled one after the other."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from coding.consensus import UNITS, Difference, Differences, settle
from coding.edits import Operation, Unsettle
from coding.errors import CodingError
from coding.model import Code, Valence, tree_order
from coding.roles import CoderRole
from coding.store import Project
from coding.ui import session
from coding.ui.disputed import differences
from coding.ui.parts import Block, sheet
from coding.ui.widgets import act, ask_name, count, plain, refusal, show_error, show_page, undo_bar

_AT = "focus_disagreement"
BOTH, ANOTHER, NONE = "both", "another", "none"
AROUND_CHARS = 400


def main() -> None:
    """Show the page."""
    show_page(_page)


def _page(project: Project) -> None:
    who = session.coder()
    if who is None:
        ask_name("Your name stands beside what you settle. It is asked for once.", key="disagreements")
        return
    undo_bar(project, who, key="disagreements")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        coders = st.multiselect("Coders", project.coders(), placeholder="Everybody who coded", key="differ-coders")
        unit = st.selectbox("Unit", UNITS, format_func=str.capitalize, key="differ-unit")
        which = st.segmented_control("Show", ["Open", "Settled", "All"], default="Open", key="differ-which") or "All"
    try:
        found = differences(str(project.path), project.rev(), tuple(coders), unit)
    except CodingError as err:
        show_error(err)
        return
    if not found.compared:
        st.info(
            "No place has been finished by two coders yet. Once two have finished the same talk, the places where they "
            "differ stand here.",
            icon=":material/balance:",
        )
        return
    closed = refusal(project, CoderRole.LEAD)
    if closed:
        st.info(plain(closed), icon=":material/lock:")
    st.text(
        f"{' and '.join(found.coders)} finished {count(found.compared, unit)} together and differ at {found.differ:,}. "
        f"That makes {count(len(found.places), 'place')} to settle; {found.open:,} of them are open."
    )
    known = project.known_codes()
    left, right = st.columns([1, 2], gap="medium")
    with left:
        chosen = _codes(found, known) or _linked(found, known)
    wanted = [
        one
        for one in found.places
        if (chosen is None or chosen in one.code_ids) and (which == "All" or one.open is (which == "Open"))
    ]
    with right:
        if not wanted:
            st.success("Nothing is left here.", icon=":material/check:")
            return
        at = _step(wanted, f"{chosen}-{which}-{unit}")
        _place(project, wanted[at], known, who, closed=closed)


def _codes(found: Differences, known: dict[str, Code]) -> str | None:
    """Show the codes that are differed on, and return the one that was chosen."""
    if not found.codes:
        return None
    st.subheader("Codes, the worst first", anchor=False)
    event = st.dataframe(
        [
            {
                "Code": _name(known, one.code_id),
                "Differ": f"{one.differ:,} of {one.used:,}",
                "Open": one.open,
            }
            for one in found.codes
        ],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=420,
        column_config={
            "Code": st.column_config.TextColumn(width=164),
            "Differ": st.column_config.TextColumn(help="Of the places where anybody has the code", width=64),
            "Open": st.column_config.NumberColumn(help="Not settled", width=44),
        },
        key="differ-codes",
    )
    st.text("Choose a row to see the places of one code.")
    rows = event.selection.rows
    return found.codes[rows[0]].code_id if rows and rows[0] < len(found.codes) else None


def _linked(found: Differences, known: dict[str, Code]) -> str | None:
    """Return the code that the address of the page names, until the person wants to see all of them."""
    code_id = st.query_params.get("code")
    if code_id not in {one.code_id for one in found.codes}:
        return None
    st.text(f"Only {_name(known, code_id)}.")
    if st.button("Show all codes", icon=":material/close:", key="differ-all"):
        st.query_params.pop("code", None)
        session.rerun()
    return code_id


def _step(wanted: Sequence[Difference], list_key: str) -> int:
    """Let the person go from place to place, and return where they are."""
    stored = st.session_state.get(_AT)
    at = min(stored[1], len(wanted) - 1) if stored and stored[0] == list_key else 0
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"Place {at + 1:,} of {len(wanted):,}", width="stretch")
        back = st.button("Previous", icon=":material/arrow_back:", disabled=at == 0, key="differ-back")
        on = st.button("Next", icon=":material/arrow_forward:", disabled=at + 1 >= len(wanted), key="differ-next")
    if back or on:
        st.session_state[_AT] = (list_key, at + (1 if on else -1))
        session.rerun()
    st.session_state[_AT] = (list_key, at)
    return at


def _place(project: Project, one: Difference, known: dict[str, Code], who: str, *, closed: str) -> None:
    info = next(info for info in project.transcripts() if info.id == one.transcript_id)
    text = project.text(one.transcript_id)
    key = f"{one.transcript_id}-{one.start_char}-{one.end_char}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(info.name)}**")
        with st.popover("What was said around it", type="tertiary", key=f"around-it-{key}"):
            sheet(_around(text, one), key=f"around-{key}")
        if st.button("See it in the transcript", type="tertiary", icon=":material/rate_review:", key=f"see-{key}"):
            segment = f"{one.transcript_id}:{one.start_char}-{one.end_char}"
            session.go("review.py", transcript=one.transcript_id, segment=segment)
    sheet([{"kind": "text", "label": "The place", "text": text[one.start_char : one.end_char]}], key=f"place-{key}")
    for column, side in zip(st.columns(len(one.sides)), one.sides, strict=True):
        with column, st.container(border=True):
            blocks: list[Block] = [{"kind": "title", "text": side.coder}]
            for coding in side.codings:
                words = text[coding.start_char : coding.end_char]
                blocks.append(
                    {
                        "kind": "text",
                        "label": f"{_name(known, coding.code_id)}, {coding.valence}, {_origin(coding.origin)}",
                        "text": f"“{words}”",
                    }
                )
                if coding.memo:
                    blocks.append({"kind": "text", "label": "Note", "text": coding.memo})
            if not side.codings:
                blocks.append({"kind": "text", "label": "", "text": "None of these codes."})
            sheet(blocks, key=f"side-{key}-{side.coder}")
    if one.shared:
        st.text(f"Both have: {', '.join(_name(known, code_id) for code_id in one.shared)}.")
    _settled(project, one, known, who, key, closed=closed)
    if not closed:
        _settle(project, one, known, who, key)
    with st.expander("What the codes mean", expanded=len(one.code_ids) < 3):
        sheet(_definitions(one, known), key=f"codes-{key}")


def _around(text: str, one: Difference) -> list[Block]:
    first, last = max(0, one.start_char - AROUND_CHARS), one.end_char + AROUND_CHARS
    return [{"kind": "text", "text": f"… {text[first:last].strip()} …"}]


def _definitions(one: Difference, known: dict[str, Code]) -> list[Block]:
    blocks: list[Block] = []
    for code_id in one.code_ids:
        code = known.get(code_id)
        if code is None:
            continue
        blocks.append({"kind": "title", "text": code.name})
        blocks.append({"kind": "text", "label": "", "text": code.definition or "This code has no definition yet."})
        for label, items in (("Apply", code.include), ("Do not apply", code.exclude)):
            if items:
                blocks.append({"kind": "list", "label": label, "items": list(items)})
    return blocks


def _settled(project: Project, one: Difference, known: dict[str, Code], who: str, key: str, *, closed: str) -> None:
    done = one.settlement
    if done is None:
        return
    stands = ", ".join(f"{_name(known, o.code_id)} ({o.valence})" for o in done.outcome) or "no code"
    how = f"{done.kept}'s was kept: " if done.kept else ""
    with st.container(border=True):
        sheet(
            [
                {"kind": "text", "label": f"Settled by {done.set_by}, {done.set_at[:10]}", "text": f"{how}{stands}"},
                {"kind": "text", "label": "Why", "text": done.reason},
            ],
            key=f"settled-{key}",
        )
        if one.open:
            st.text("A code has come in since, so the place is open again for it.")
        if not closed and st.button("Leave it open again", key=f"unsettle-{key}"):
            operation = Unsettle(done.transcript_id, done.start_char, done.end_char)
            act(project, [operation], coder=who)


def _settle(project: Project, one: Difference, known: dict[str, Code], who: str, key: str) -> None:
    codebook = project.codebook()
    choices = [*(f"keep {side.coder}" for side in one.sides), BOTH, ANOTHER, NONE]
    labels = {f"keep {side.coder}": _keep(side.coder, bool(side.codings)) for side in one.sides}
    labels |= {
        BOTH: "Both" if len(one.sides) == 2 else "All",
        ANOTHER: "Another code",
        NONE: "No code",
    }
    with st.container(border=True):
        choice = st.radio(
            "What stands",
            choices,
            index=None,
            format_func=lambda one_choice: plain(labels[one_choice]),
            horizontal=True,
            key=f"choice-{key}",
        )
        codes: list[tuple[str, Valence]] = []
        if choice == ANOTHER:
            with st.container(horizontal=True, vertical_alignment="bottom"):
                code_id = st.selectbox(
                    "Code",
                    [code.id for code, _ in tree_order(codebook) if code.codable],
                    index=None,
                    format_func=lambda chosen: known[chosen].name,
                    placeholder="Choose",
                    key=f"another-{key}",
                )
                valence = st.selectbox("As", list(Valence), format_func=str.capitalize, key=f"as-{key}")
            codes = [(code_id, valence or Valence.SHOWN)] if code_id else []
        reason = st.text_area(
            "Why", height=70, max_chars=4000, placeholder="So that others can follow it", key=f"reason-{key}"
        )
        ready = choice is not None and bool(reason.strip()) and (choice != ANOTHER or bool(codes))
        if st.button("Settle", type="primary", icon=":material/check:", key=f"settle-{key}"):
            if not ready or choice is None:
                st.info("Choose what stands, and say why.")
                return
            kept = choice.removeprefix("keep ") if choice.startswith("keep ") else ""
            operations: list[Operation] = [
                settle(one, "keep" if kept else choice, reason=reason, coder=kept, codes=codes)
            ]
            act(project, operations, coder=who)


def _keep(coder: str, has: bool) -> str:
    return f"{coder}'s" if has else f"{coder}'s: none of these"


def _origin(origin: str) -> str:
    return {
        "own": "own",
        "accepted": "accepted as suggested",
        "changed": "changed from a suggestion",
        "blind": "coded blind",
    }.get(origin, origin)


def _name(known: dict[str, Code], code_id: str) -> str:
    return known[code_id].name if code_id in known else code_id


main()
