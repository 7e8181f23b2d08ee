"""Parts of pages that Streamlit does not have: a tree of codes, and a sheet of text shown as typed.

Whatever comes from people or files reaches the browser as data and is put there by ``textContent`` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st

Block = dict[str, object]
"""One block of a sheet: ``kind`` is ``title``, ``text``, ``list``, ``quotes`` or ``changes``."""


@cache
def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def sheet(
    blocks: Sequence[Block],
    *,
    key: str,
    on_open: Callable[[], None] | None = None,
    deeds: Mapping[str, Callable[[], None]] | None = None,
    height: int | None = None,
) -> Any:  # noqa: ANN401
    """Show blocks of text as typed.

    Args:
        blocks: What to show.
        key: The key of the element.
        on_open: Called when a quotation's place is asked for; its id is then in ``st.session_state[key]["open"]``.
        deeds: What further buttons of quotations do, by the name of the deed; the id of the quotation is then in
            ``st.session_state[key][name]``. A quotation lists its own as ``deeds``: ``name`` and ``label`` of each.
        height: In pixels; what is longer is scrolled, by keyboard too.
    """
    part = st.components.v2.component("focus_sheet", js=_read("sheet.js"), css=_read("sheet.css"))
    calls = {**(deeds or {}), **({"open": on_open} if on_open else {})}
    heard: dict[str, Any] = {f"on_{name}_change": call for name, call in calls.items()}
    return part(key=key, data={"blocks": list(blocks), "height": height, "open": on_open is not None}, **heard)


def code_tree(
    codes: Sequence[dict[str, object]], *, selected: str | None, key: str, height: int, on_select: Callable[[], None]
) -> Any:  # noqa: ANN401
    """Show codes as a tree to choose one from.

    Args:
        codes: In the order of the tree: ``id``, ``name``, ``depth``, ``colour``, ``count``, ``codable``, ``words``.
        selected: The id of the code that is chosen.
        key: The key of the element.
        height: In pixels.
        on_select: Called when one is chosen; its id is then in ``st.session_state[key]["chosen"]``.
    """
    part = st.components.v2.component("focus_code_tree", js=_read("tree.js"), css=_read("tree.css"))
    data = {"codes": list(codes), "selected": selected, "height": height}
    return part(key=key, data=data, on_chosen_change=on_select)


def turn_list(turns: Sequence[dict[str, object]], *, label: str, key: str) -> Any:  # noqa: ANN401
    """Show turns as they were read, each with a bar in its speaker's colour.

    Args:
        turns: In order: ``who``, ``hue`` (degrees, or ``None`` where nobody is known), ``time``, ``text``, ``more``
            (a word about what is not shown of it) and ``heading``.
        label: What the list is called for those who cannot see it.
        key: The key of the element.
    """
    part = st.components.v2.component("focus_turns", js=_read("turns.js"), css=_read("turns.css"))
    return part(key=key, data={"turns": list(turns), "label": label})


def outline(
    items: Sequence[dict[str, object]],
    *,
    selected: str | None,
    editable: bool,
    key: str,
    height: int,
    on_select: Callable[[], None],
    on_move: Callable[[], None],
) -> Any:  # noqa: ANN401
    """Show clusters with what stands in them, to choose one and to order them.

    Args:
        items: In order: ``kind`` (``cluster`` or ``behaviour``), ``id``, ``name``, ``cluster`` (its id, of a
            behaviour), ``count``, ``share`` (0 to 1) and ``says`` (the two in words).
        selected: The id of what is chosen.
        editable: Whether it can be ordered.
        key: The key of the element.
        height: In pixels.
        on_select: Called when one is chosen; its id is then in ``st.session_state[key]["chosen"]``.
        on_move: Called when one is moved; ``kind``, ``id``, ``cluster`` and ``before`` are then in
            ``st.session_state[key]["moved"]``.
    """
    part = st.components.v2.component("focus_outline", js=_read("outline.js"), css=_read("outline.css"))
    data = {"items": list(items), "selected": selected, "height": height, "editable": editable}
    return part(key=key, data=data, on_chosen_change=on_select, on_moved_change=on_move)


def picker(
    items: Sequence[dict[str, object]],
    chosen: Sequence[tuple[str, bool]],
    *,
    behaviour: str,
    editable: bool,
    key: str,
    on_pick: Callable[[], None],
    on_open: Callable[[], None],
) -> Any:  # noqa: ANN401
    """Show passages to choose quotations from.

    Args:
        items: In reading order: ``id``, ``text``, ``about``, ``says`` and ``contrary``.
        chosen: The ids of those that are chosen, in order, each with whether it tells of the lack.
        behaviour: The id of the behaviour that they are for.
        editable: Whether it can be changed.
        key: The key of the element.
        on_pick: Called when the choice changes; ``behaviour`` and ``picked`` are then in
            ``st.session_state[key]["picked"]``.
        on_open: Called when a passage's place is asked for; its id is then in ``st.session_state[key]["open"]``.
    """
    part = st.components.v2.component("focus_picker", js=_read("picker.js"), css=_read("picker.css"))
    data = {"items": list(items), "chosen": [list(one) for one in chosen], "behaviour": behaviour, "editable": editable}
    return part(key=key, data=data, on_picked_change=on_pick, on_open_change=on_open)


def mend_names() -> None:
    """Let screen readers say the names of fields as people typed them; shows nothing."""
    # The script is this project's own and is given no data, so nothing that people typed can become a part of it.
    st.html(f"<script>{_read('names.js')}</script>", unsafe_allow_javascript=True)
