"""One theme on the page Themes: what it is, what covers it, and what a researcher decides about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from coding.edits.themes import BringThemeBack, MakeThemeCode, MergeTheme, RenameTheme, SetThemeAside
from coding.model import Code, tree_order
from coding.store import Project
from coding.theme_model import Theme, ThemeDecision, Themes, steadiness_words
from coding.themes.gap import Cover, percent
from coding.ui.parts import Block, sheet
from coding.ui.quotations import flat, open_place
from coding.ui.widgets import act, count

SHOWN = 5
"""So many quotations stand under a theme at first."""

OFFERED = 12
"""So many quotations are offered as examples of a code."""

_OPEN = "focus_open_stretch"


def show_theme(
    project: Project,
    themes: Themes,
    cover: Cover,
    name: str,
    decision: ThemeDecision | None,
    who: str | None,
    about: Mapping[int, str],
) -> None:
    """Show one theme with everything that can be done with it."""
    theme = cover.theme
    _open_chosen(project, themes)
    key = f"theme-{theme.id}"
    codes = project.known_codes()
    many = st.session_state.get(f"shown-{key}", SHOWN)
    quotes = [
        {"id": str(member), "text": _words(project, themes, member), "about": about.get(member, "")}
        for member in theme.members[:many]
    ]
    blocks: list[Block] = [
        {"kind": "title", "text": name, "above": _state(decision, codes), "note": _steady(theme)},
        {"kind": "text", "label": "Words", "text": ", ".join(theme.terms) or "no common words"},
        {"kind": "text", "label": "Against your codebook", "text": _covered(cover, codes, themes.settings.unit)},
        {"kind": "quotes", "label": "Typical quotations", "items": quotes},
    ]
    if who is not None:
        _decide(project, themes, theme, name, decision, who)
    sheet(blocks, key=key, on_open=lambda: _note(key))
    if len(theme.members) > many and st.button(
        f"Show {min(20, len(theme.members) - many)} more", key=f"more-{key}", icon=":material/expand_more:"
    ):
        st.session_state[f"shown-{key}"] = many + 20
        st.rerun()


def _note(key: str) -> None:
    st.session_state[_OPEN] = st.session_state[key].get("open")


def _open_chosen(project: Project, themes: Themes) -> None:
    wanted = str(st.session_state.pop(_OPEN, "") or "")
    if wanted.isdecimal() and len(wanted) < 9 and int(wanted) < len(themes.stretches):
        stretch = themes.stretches[int(wanted)]
        open_place(project, stretch.transcript_id, stretch.start_char)


def _words(project: Project, themes: Themes, member: int) -> str:
    stretch = themes.stretches[member]
    return project.text(stretch.transcript_id)[stretch.start_char : stretch.end_char]


def _state(decision: ThemeDecision | None, codes: Mapping[str, Code]) -> str:
    if decision is None or not decision.state:
        return "Theme"
    code = codes.get(decision.code_id or "")
    name = code.name if code else decision.code_id or ""
    said = {
        "code": f"Became the code {name}",
        "merged": f"Went into the code {name}",
        "aside": f"Set aside: {decision.reason}",
    }
    return f"{said[decision.state]} ({decision.coder})"


def _steady(theme: Theme) -> str:
    if theme.steadiness is None:
        return "How steady it is was not measured."
    words = steadiness_words(theme.steadiness)
    return f"Steadiness {theme.steadiness:.2f}: {words} when a tenth of the talk was left out."


def _covered(cover: Cover, codes: Mapping[str, Code], unit: str) -> str:
    said = (
        f"{percent(cover.gap)} of {count(cover.size, unit)} in no code: "
        f"{cover.coded} coded, {cover.suggested} suggested, {cover.missed} neither."
    )
    used = [
        f"{codes[code_id].name if code_id in codes else code_id} ({coded + proposed})"
        for code_id, coded, proposed in cover.codes[:6]
    ]
    return f"{said} Codes in it: {', '.join(used)}." if used else said


def _decide(
    project: Project, themes: Themes, theme: Theme, name: str, decision: ThemeDecision | None, who: str
) -> None:
    state = decision.state if decision else ""
    codebook = project.codebook()
    in_code = state in ("code", "merged") and decision is not None and decision.code_id in codebook
    with st.container(horizontal=True, key=f"decide-{theme.id}"):
        if not in_code:
            with st.popover("Make it a code", icon=":material/add_circle:"):
                _make_code(project, themes, theme, name, who)
            with st.popover("Add to a code", icon=":material/merge:", disabled=not codebook.codable):
                _merge(project, themes, theme, who)
            if state == "aside":
                if st.button("Take up again", icon=":material/undo:", key=f"back-{theme.id}"):
                    act(project, [BringThemeBack(theme.id)], coder=who)
            else:
                with st.popover("Set aside", icon=":material/visibility_off:"):
                    _set_aside(project, theme, who)
        with st.popover("Rename", icon=":material/edit:"), st.form(f"rename-{theme.id}-{name}", border=False):
            typed = st.text_input("Name of the theme", value=name, max_chars=200, help="Empty for the machine's own.")
            if st.form_submit_button("Keep", type="primary"):
                act(project, [RenameTheme(theme.id, typed)], coder=who)


def _examples(project: Project, themes: Themes, theme: Theme, *, key: str) -> tuple[str, ...]:
    """Let the researcher choose which typical quotations become examples; the first three are chosen already."""
    offered = list(dict.fromkeys(flat(_words(project, themes, member)) for member in theme.members[:OFFERED]))
    chosen: Sequence[str] = st.multiselect(
        "Quotations as examples",
        offered,
        default=offered[:3],
        key=f"examples-{key}-{theme.id}",
        help="Suggestions learn from them at once.",
    )
    return tuple(chosen)


def _make_code(project: Project, themes: Themes, theme: Theme, name: str, who: str) -> None:
    codebook = project.codebook()
    parents = [None, *(code.id for code, _ in tree_order(codebook))]
    with st.form(f"make-code-{theme.id}-{name}", border=False):
        typed = st.text_input("Name of the code", value=name, max_chars=120)
        definition = st.text_area("Definition", placeholder="What it is, in one or two sentences", height="content")
        parent = st.selectbox(
            "Under", parents, format_func=lambda code_id: "The top" if code_id is None else codebook[code_id].name
        )
        examples = _examples(project, themes, theme, key="make")
        if st.form_submit_button("Make the code", type="primary"):
            act(project, [MakeThemeCode(theme.id, typed, definition, examples, parent)], coder=who)


def _merge(project: Project, themes: Themes, theme: Theme, who: str) -> None:
    codebook = project.codebook()
    with st.form(f"merge-{theme.id}", border=False):
        codes = [code.id for code, _ in tree_order(codebook) if code.codable]
        code_id = st.selectbox("Code", codes, format_func=lambda code_id: codebook[code_id].name)
        examples = _examples(project, themes, theme, key="merge")
        if st.form_submit_button("Add to this code", type="primary") and code_id is not None:
            act(project, [MergeTheme(theme.id, code_id, examples)], coder=who)


def _set_aside(project: Project, theme: Theme, who: str) -> None:
    with st.form(f"aside-{theme.id}", border=False):
        reason = st.text_input("Why", max_chars=200, placeholder="Such as: small talk at the beginning")
        if st.form_submit_button("Set aside", type="primary"):
            act(project, [SetThemeAside(theme.id, reason)], coder=who)
