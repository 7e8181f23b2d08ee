"""What was coded with a code so far, beside what the code says: to read, to open, to make an example of."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from coding.edits.codebook import ChangeCode
from coding.model import Code, Coding, Valence
from coding.store import Project
from coding.ui import session
from coding.ui.blindness import hidden_from
from coding.ui.parts import sheet
from coding.ui.widgets import act, count

STEP = 30
"""How many quotations are shown at first, and how many more at a time."""

FEW = 5
"""Up to so many need no filters."""

_BLIND = ":material/visibility_off:"
_KEY = "code-quotations"
_DEED = "focus_quotation_deed"


def quotations(project: Project, code: Code, who: str | None) -> None:
    """Show the quotations of a code with what can be done with each."""
    codings = project.codings(code_id=code.id)
    hidden = hidden_from(project, who)
    if hidden is not None:
        seen = [c for c in codings if not hidden(c.coder, c.transcript_id, c.start_char, c.end_char)]
        if len(seen) < len(codings):
            st.info("You review blind: what others coded is shown where you have finished.", icon=_BLIND)
        codings = seen
    if not codings:
        st.text("Nothing has been coded with this code yet.")
        return
    texts = {transcript_id: project.text(transcript_id) for transcript_id in {c.transcript_id for c in codings}}
    words = {c.id: texts[c.transcript_id][c.start_char : c.end_char] for c in codings}
    found = _filtered(codings, words, code) if len(codings) > FEW else codings
    many = st.session_state.get(f"shown-{code.id}", STEP)
    names = {info.id: info.name for info in project.transcripts()}
    items = [_item(coding, words[coding.id], names[coding.transcript_id], code, who) for coding in found[:many]]
    if not items:
        st.text("No quotation fits these choices.")
    # Made anew for another code, so that a click on the old one cannot reach the new.
    key = f"{_KEY}-{code.id}"
    deeds = {name: _note(key, name) for name in ("example", "contrary", "drop")}
    sheet([{"kind": "quotes", "items": items}], key=key, on_open=_note(key, "open"), deeds=deeds)
    if len(found) > many:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{many} of {count(len(found), 'quotation')}")
            if st.button(f"Show {min(STEP, len(found) - many)} more", key=f"more-{code.id}"):
                st.session_state[f"shown-{code.id}"] = many + STEP
                session.rerun()
    name, coding_id = st.session_state.pop(_DEED, ("", ""))
    coding = next((one for one in codings if one.id == coding_id), None)
    if coding is None:
        return
    if name == "open":
        open_place(project, coding.transcript_id, coding.start_char)
    elif who is not None:
        _make_example(project, code, flat(words[coding.id]), name, who)


def open_place(project: Project, transcript_id: str, start_char: int) -> None:
    """Go to the segment at a place in a transcript on the page Review; does not return."""
    segment = next((s for s in project.segments(transcript_id) if s.end_char > start_char), None)
    more = {} if segment is None else {"segment": segment.key}
    session.go("review.py", transcript=transcript_id, **more)


def flat(words: str) -> str:
    r"""Return words on one line, as examples stand in a codebook.

    >>> flat("said sorry.\nAnn: Yes")
    'said sorry. Ann: Yes'
    """
    return " ".join(words.split())


def _filtered(codings: list[Coding], words: dict[str, str], code: Code) -> list[Coding]:
    first, second, third = st.columns([4, 3, 3], gap="small", vertical_alignment="bottom")
    said = first.text_input("Words", key=f"quotation-words-{code.id}", placeholder="Search the quotations")
    coders = [None, *dict.fromkeys(coding.coder for coding in codings)]
    coder = second.selectbox(
        "Coder", coders, format_func=lambda name: name or "Everybody", key=f"quotation-coder-{code.id}"
    )
    valence = third.selectbox(
        "Valence",
        [None, *Valence],
        format_func=lambda one: "All" if one is None else one.value,
        key=f"quotation-valence-{code.id}",
    )
    wanted = said.casefold().split()
    return [
        coding
        for coding in codings
        if (coder is None or coding.coder == coder)
        and (valence is None or coding.valence is valence)
        and all(word in words[coding.id].casefold() for word in wanted)
    ]


def _item(coding: Coding, words: str, transcript: str, code: Code, who: str | None) -> dict[str, object]:
    one = flat(words)
    deeds: list[dict[str, str]] = []
    mark = ""
    if one in code.examples or one in code.contrary_examples:
        mark = "example" if one in code.examples else "contrary example"
        deeds.append({"name": "drop", "label": "No longer an example"})
    elif coding.valence is Valence.LACKING:
        deeds.append({"name": "contrary", "label": "Make it a contrary example"})
    else:
        deeds.append({"name": "example", "label": "Make it an example"})
    return {
        "id": coding.id,
        "text": words,
        "about": f"{transcript}, coded by {coding.coder}",
        "valence": "" if coding.valence is Valence.SHOWN else coding.valence.value,
        "memo": coding.memo,
        "mark": mark,
        "deeds": deeds if who is not None else [],
    }


def _note(key: str, name: str) -> Callable[[], None]:
    def note() -> None:
        st.session_state[_DEED] = (name, st.session_state[key].get(name))

    return note


def _make_example(project: Project, code: Code, words: str, name: str, who: str) -> None:
    if name == "drop":
        change = ChangeCode(
            code.id,
            examples=tuple(one for one in code.examples if one != words),
            contrary_examples=tuple(one for one in code.contrary_examples if one != words),
        )
        act(project, [change], coder=who, done=f"No longer an example of “{code.name}”")
    elif name == "contrary":
        change = ChangeCode(code.id, contrary_examples=(*code.contrary_examples, words))
        act(project, [change], coder=who, done=f"A contrary example of “{code.name}” now")
    else:
        change = ChangeCode(code.id, examples=(*code.examples, words))
        act(project, [change], coder=who, done=f"An example of “{code.name}” now")
