"""Memos on one thing, to be read and written where that thing is shown."""

from __future__ import annotations

import streamlit as st

from coding.edits import WriteMemo
from coding.store import Project
from coding.ui.parts import Block, sheet
from coding.ui.widgets import act

MOST_CHARS = 20_000
"""The longest memo."""


def memo_box(
    project: Project, target: str, who: str | None, *, key: str, label: str = "memo", shown: bool = True
) -> None:
    """Show everybody's memos on ``target`` and let a person write their own.

    Args:
        project: The project.
        target: What :class:`coding.edits.WriteMemo` calls the thing, such as ``code:calls-back`` or ``project``.
        who: The person; ``None`` may only read.
        key: Keeps apart what is typed about different things.
        label: What the memo is called on the button.
        shown: False to show only the button.
    """
    memos = project.memos(target)
    if memos and shown:
        blocks: list[Block] = [
            {
                "kind": "quotes",
                "label": "Memos",
                "items": [{"id": memo.key, "memo": memo.text, "about": memo.coder} for memo in memos],
            }
        ]
        sheet(blocks, key=f"memos-{key}")
    if who is None:
        return
    own = next((memo.text for memo in memos if memo.coder == who), "")
    with (
        st.popover(
            f"Change your {label}" if own else f"Write a {label}", icon=":material/edit_note:", key=f"memo-open-{key}"
        ),
        st.form(f"memo-form-{key}-{len(own)}", border=False),
    ):
        text = st.text_area("Your memo", own, max_chars=MOST_CHARS, height=160, key=f"memo-text-{key}-{hash(own)}")
        kept = st.form_submit_button("Keep", type="primary")
    if kept:
        act(project, [WriteMemo(target, text)], coder=who)
