"""The forms of the page Codebook for one code: change, move, merge, split, retire."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import streamlit as st

from coding.codebook import make_code_id
from coding.edits.codebook import AddCode, ChangeCode, MergeCodes, MoveCode, RecodeCodings, RetireCode
from coding.model import Code, Codebook, tree_order
from coding.store import Project
from coding.ui.widgets import act, count

DEFAULT_COLOUR = "#6b7280"
_NEW = ""


def lines(text: str) -> tuple[str, ...]:
    r"""Return the lines that hold something.

    >>> lines("one\n\n two ")
    ('one', 'two')
    """
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def change_form(project: Project, code: Code, who: str, *, on_kept: Callable[[], object]) -> None:
    """Show what a code says, to be changed.

    The fields carry a mark of what the code says now, so that they are made afresh when anybody changes it.

    Args:
        project: The project.
        code: The code.
        who: Who changes it.
        on_kept: Called before the page runs again with what was kept.
    """
    mark = hashlib.sha256(repr(code).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    with st.form(f"change-{code.id}-{mark}", border=False):
        first, second = st.columns([6, 1], vertical_alignment="bottom")
        name = first.text_input("Name", value=code.name, max_chars=120, key=f"name-{code.id}-{mark}")
        colour = second.color_picker("Colour", value=code.colour or DEFAULT_COLOUR, key=f"colour-{code.id}-{mark}")
        definition = st.text_area("Definition", code.definition, height="content", key=f"definition-{code.id}-{mark}")
        fields: dict[str, Any] = {}
        for field, label in (
            ("include", "Apply when, one rule on each line"),
            ("exclude", "Do not apply when, one rule on each line"),
            ("examples", "Examples, one on each line"),
            ("contrary_examples", "Contrary examples, one on each line"),
        ):
            text = "\n".join(getattr(code, field))
            fields[field] = lines(st.text_area(label, text, height="content", key=f"{field}-{code.id}-{mark}"))
        kept = st.form_submit_button("Keep the changes", type="primary")
    if kept:
        recoloured = code.colour is not None or colour != DEFAULT_COLOUR
        change = ChangeCode(code.id, name, definition, **fields, colour=colour if recoloured else None)
        act(project, [change], coder=who, on_done=on_kept)


def place_form(project: Project, codebook: Codebook, code: Code, who: str) -> None:
    """Show where a code stands, to be moved."""
    st.subheader("Move", anchor=False)
    below = {item.id for item, _ in tree_order(codebook) if code in codebook.path(item.id)}
    parents = [None, *(item.id for item, _ in tree_order(codebook) if item.id not in below)]
    parent = st.selectbox(
        "Under",
        parents,
        index=parents.index(code.parent),
        format_func=lambda code_id: "The top" if code_id is None else codebook[code_id].name,
        key=f"under-{code.id}-{code.parent}",
    )
    siblings = [item.id for item in codebook.children(parent) if item.id != code.id]
    own = [item.id for item in codebook.children(code.parent)]
    behind = own[own.index(code.id) + 1 :] if parent == code.parent else []
    before = st.selectbox(
        "In front of",
        [*siblings, None],
        index=siblings.index(behind[0]) if behind else len(siblings),
        format_func=lambda code_id: "Behind all others" if code_id is None else codebook[code_id].name,
        key=f"before-{code.id}-{parent}-{'-'.join(own)}",
    )
    if st.button("Move the code", key=f"move-{code.id}"):
        act(project, [MoveCode(code.id, parent, before)], coder=who)


def merge_form(project: Project, codebook: Codebook, code: Code, who: str) -> None:
    """Show what a code can be merged into, and its codings to be given to another code."""
    others = [item.id for item, _ in tree_order(codebook) if item.codable and item.id != code.id]
    if not others:
        return
    codings = project.codings(code_id=code.id)
    coders = {coding.coder for coding in codings}
    st.subheader("Merge", anchor=False)
    into = st.selectbox(
        "Into", others, index=None, format_func=lambda code_id: codebook[code_id].name, key=f"into-{code.id}",
        placeholder="Choose the code that stays",
    )  # fmt: skip
    with_words = st.checkbox("Keep its examples with the code that stays", value=True, key=f"words-{code.id}")
    if into is not None:
        whose = f" of {count(len(coders), 'coder')}" if coders else ""
        st.text(
            f"“{code.name}” retires, and {count(len(codings), 'coding')}{whose} become codings of "
            f"“{codebook[into].name}”. One undo takes all of it back."
        )
    if st.button("Merge the codes", key=f"merge-{code.id}", disabled=into is None) and into is not None:
        act(project, [MergeCodes(code.id, into, with_words=with_words)], coder=who)


def split_form(project: Project, codebook: Codebook, code: Code, who: str) -> None:
    """Show a code's quotations, some of which are to get another code, which may be a new one."""
    codings = project.codings(code_id=code.id)
    if not codings:
        return
    st.subheader("Split", anchor=False)
    texts = {transcript_id: project.text(transcript_id) for transcript_id in {c.transcript_id for c in codings}}
    rows = [
        {"Quotation": texts[c.transcript_id][c.start_char : c.end_char], "Coder": c.coder, "Valence": c.valence.value}
        for c in codings
    ]
    st.text("Choose the quotations that belong to another code.")
    table = st.dataframe(
        rows,
        hide_index=True,
        height=min(300, 38 + 35 * len(rows)),
        on_select="rerun",
        selection_mode="multi-row",
        key=f"split-{code.id}",
    )
    chosen = tuple(codings[at].id for at in table["selection"]["rows"] if at < len(codings))
    others = [item.id for item, _ in tree_order(codebook) if item.codable and item.id != code.id]
    into = st.selectbox(
        "Give them the code",
        [_NEW, *others],
        index=None,
        format_func=lambda code_id: "A new code" if code_id == _NEW else codebook[code_id].name,
        key=f"split-into-{code.id}",
        placeholder="Choose a code, or a new one",
    )
    name = ""
    if into == _NEW:
        name = st.text_input("Name of the new code", max_chars=120, key=f"split-name-{code.id}").strip()
    ready = bool(chosen) and into is not None and (into != _NEW or bool(name))
    go = st.button(f"Recode {count(len(chosen), 'coding')}", key=f"recode-{code.id}", disabled=not ready)
    if not go or into is None:
        return
    if into != _NEW:
        act(project, [RecodeCodings(chosen, into)], coder=who)
        return
    # One act, so that one undo takes back the new code together with its codings.
    new_id = make_code_id(name, project.known_codes())
    new = AddCode(name, code.parent, colour=code.colour, code_id=new_id)
    act(project, [new, RecodeCodings(chosen, new_id)], coder=who)


def retire_form(project: Project, codebook: Codebook, code: Code, who: str) -> None:
    """Show what it means to take a code out of the codebook."""
    st.subheader("Retire", anchor=False)
    below = codebook.children(code.id)
    if below:
        st.text(f"“{code.name}” has {count(len(below), 'code')} below it. Move, merge or retire those first.")
        return
    number = project.codes_in_use().get(code.id, 0)
    kept = f"Its {count(number, 'coding')} stay and can be read." if number else "It has no codings."
    st.text(f"The code is taken out of the codebook and can be restored. {kept}")
    if st.button("Retire the code", key=f"retire-{code.id}", icon=":material/archive:"):
        act(project, [RetireCode(code.id)], coder=who)
