"""The page Codebook: the tree of codes, what each says, its quotations, and everything that can be done to codes."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from coding.codebook import diff_codebooks, dump_codebook, parse_codebook
from coding.edits import SetCodebook
from coding.edits.codebook import AddCode, ChangeCodebook, RestoreCode, in_tree_order
from coding.errors import CodebookError, CodingError
from coding.model import Code, Codebook, tree_order
from coding.roles import CoderRole
from coding.store import Project
from coding.ui import session
from coding.ui.codeforms import change_form, lines, merge_form, place_form, retire_form, split_form
from coding.ui.codeversions import change_block, versions_view
from coding.ui.disputed import show_disputed, show_worst
from coding.ui.notes import memo_box
from coding.ui.parts import Block, code_tree, sheet
from coding.ui.quotations import quotations
from coding.ui.widgets import act, ask_name, count, plain, show_error, show_page, undo_bar

_CHOSEN = "focus_code"
_CHANGING = "focus_code_changing"
_TREE = "code-tree"
_CODES, _VERSIONS = "Codes", "Versions"


def main() -> None:
    """Show the page."""
    show_page(_page, needs=CoderRole.RESEARCHER)


def _page(project: Project) -> None:
    codebook = project.codebook()
    who = session.coder()
    if who is None:
        ask_name("Your name stands beside what you change. It is asked for once.", key="codebook")
    undo_bar(project, who, key="codebook")
    if _view() == _VERSIONS:
        versions_view(project, who)
        return
    left, right = st.columns([4, 10], gap="medium")
    with left:
        _tree(project, codebook)
        with st.popover("Add a code", icon=":material/add:", disabled=who is None, width="stretch"):
            _add(project, codebook, who or "")
        with st.popover("Codebook file", icon=":material/description:", width="stretch"):
            _file(project, codebook, who)
        retired = project.retired_codes()
        if retired:
            with st.popover(f"Retired codes ({len(retired)})", icon=":material/archive:", width="stretch"):
                _retired(project, retired, who)
    with right:
        _missing(project, codebook)
        code_id = _chosen(codebook)
        if code_id is None:
            _nothing_yet(codebook)
            show_worst(project)
        else:
            _code(project, codebook, codebook[code_id], who)


def _view() -> str:
    """Ask whether codes or versions are looked at; the link of the page remembers it."""
    views = (_CODES, _VERSIONS)
    linked = _VERSIONS if st.query_params.get("view") == "versions" else _CODES
    chosen = st.segmented_control(
        "What to look at", views, default=linked, required=True, label_visibility="collapsed", key="codebook-view"
    )
    if chosen == _VERSIONS:
        st.query_params["view"] = "versions"
    else:
        st.query_params.pop("view", None)
    return str(chosen)


def _missing(project: Project, codebook: Codebook) -> None:
    """Say what became of a code that a link names and that is not in the codebook."""
    linked = st.query_params.get("code")
    if not linked or linked in codebook or st.session_state.get(_CHOSEN):
        return
    retired = project.retired_codes().get(linked)
    if retired is None:
        st.warning("The link names a code that this project does not have. Choose one from the list.")
    else:
        st.warning(plain(f"“{retired.name}” has been retired. It can be restored under “Retired codes”."))


def _chosen(codebook: Codebook) -> str | None:
    """Return the code that is looked at: the one chosen here, or the one that the link names."""
    wanted = st.session_state.get(_CHOSEN) or st.query_params.get("code")
    return str(wanted) if wanted in codebook else None


def _choose(code_id: str | None) -> None:
    st.session_state[_CHOSEN] = code_id
    if code_id:
        st.query_params["code"] = code_id


def _nothing_yet(codebook: Codebook) -> None:
    if not codebook.codes:
        st.info("There are no codes yet. Add one, or upload a codebook file.", icon=":material/account_tree:")
        return
    blocks: list[Block] = [
        {
            "kind": "title",
            "text": codebook.name,
            "note": f"Version {codebook.version}, {count(len(codebook.codable), 'code')}",
        },
        {"kind": "text", "text": codebook.description},
        {"kind": "text", "text": "Choose a code to see what it means and what was coded with it.", "quiet": True},
    ]
    sheet(blocks, key="codebook-head")


def _tree(project: Project, codebook: Codebook) -> None:
    used = project.codes_in_use()
    rows: list[dict[str, object]] = []
    for code, depth in tree_order(codebook):
        words = " ".join((code.name, code.id, code.definition, *code.include, *code.examples)).lower()
        number = sum(n for code_id, n in used.items() if code_id in codebook and code in codebook.path(code_id))
        rows.append(
            {
                "id": code.id,
                "name": code.name,
                "depth": depth,
                "colour": code.colour or "",
                "count": number,
                "codable": code.codable,
                "words": words,
            }
        )
    if rows:
        code_tree(rows, selected=_chosen(codebook), key=_TREE, height=470, on_select=_take_choice)


def _take_choice() -> None:
    value = st.session_state[_TREE].get("chosen")
    if isinstance(value, str):
        _choose(value)


# one code


def _code(project: Project, codebook: Codebook, code: Code, who: str | None) -> None:
    above = " / ".join(item.name for item in codebook.path(code.id)[:-1])
    coders = Counter(coding.coder for coding in project.codings(code_id=code.id))
    number = coders.total()
    note = ", ".join(f"{name} {many}" for name, many in coders.items())
    title: Block = {
        "kind": "title",
        "text": code.name,
        "colour": code.colour or "",
        "above": above,
        "note": f"{count(number, 'coding')}{': ' + note if note else ''}" if code.codable else "A group of codes",
    }
    sheet([title], key="code-title")
    show_disputed(project, code.id)
    reading, place = st.tabs([f"Meaning and quotations ({number})", "Move, merge, split, retire"])
    with reading:
        meaning, said = st.columns(2, gap="medium")
        with meaning:
            _meaning(project, code, who)
        with said:
            quotations(project, code, who)
    with place:
        if who is None:
            st.info("Type your name first; it stands beside what you change.")
        else:
            place_form(project, codebook, code, who)
            merge_form(project, codebook, code, who)
            split_form(project, codebook, code, who)
            retire_form(project, codebook, code, who)


def _meaning(project: Project, code: Code, who: str | None) -> None:
    """Show what a code says, to be read or changed beside its quotations."""
    if st.session_state.get(_CHANGING) == code.id and who is not None:
        if st.button("Leave it as it is", icon=":material/close:", key=f"leave-{code.id}"):
            st.session_state.pop(_CHANGING)
            session.rerun()
        change_form(project, code, who, on_kept=lambda: st.session_state.pop(_CHANGING, None))
        return
    if st.button("Change", icon=":material/edit:", disabled=who is None, key=f"edit-{code.id}"):
        st.session_state[_CHANGING] = code.id
        session.rerun()
    sheet(_says(code), key="code-sheet")
    memo_box(project, f"code:{code.id}", who, key=f"code-{code.id}")


def _says(code: Code) -> list[Block]:
    blocks: list[Block] = []
    if code.definition:
        blocks.append({"kind": "text", "text": code.definition})
    for label, items, quoted in (
        ("Apply", code.include, False),
        ("Do not apply", code.exclude, False),
        ("Examples", code.examples, True),
        ("Contrary examples", code.contrary_examples, True),
    ):
        if items:
            blocks.append({"kind": "list", "label": label, "items": list(items), "quoted": quoted})
    if code.source:
        blocks.append({"kind": "text", "label": "Source", "text": code.source})
    blocks.append({"kind": "text", "label": "Id", "text": code.id, "quiet": True})
    if not code.definition:
        blocks.insert(0, {"kind": "text", "text": "This code has no definition yet.", "quiet": True})
    return blocks


# the codebook as a whole


def _add(project: Project, codebook: Codebook, who: str) -> None:
    with st.form("add-code", border=False, clear_on_submit=False):
        name = st.text_input("Name", max_chars=120)
        parents = [None, *(code.id for code, _ in tree_order(codebook))]
        chosen = codebook[_chosen(codebook) or ""] if _chosen(codebook) else None
        at_hand = None if chosen is None else chosen.parent if chosen.codable else chosen.id
        parent = st.selectbox(
            "Under",
            parents,
            index=parents.index(at_hand),
            format_func=lambda code_id: "The top" if code_id is None else codebook[code_id].name,
        )
        definition = st.text_area("Definition", height="content")
        examples = st.text_area("Examples, one on each line", height="content")
        group = st.checkbox("Only a group of other codes")
        added = st.form_submit_button("Add the code", type="primary")
    if added:
        code = AddCode(name, parent, definition=definition, examples=lines(examples), codable=not group)
        act(project, [code], coder=who)


def _retired(project: Project, retired: dict[str, Code], who: str | None) -> None:
    used = project.codes_in_use()
    for code in retired.values():
        with st.container(horizontal=True, vertical_alignment="center", key=f"retired-{code.id}"):
            st.text(f"{code.name}, {count(used.get(code.id, 0), 'coding')}", width="stretch")
            if st.button("Restore", key=f"restore-{code.id}", disabled=who is None) and who:
                act(project, [RestoreCode(code.id)], coder=who)


def _file(project: Project, codebook: Codebook, who: str | None) -> None:
    if codebook.codes:
        st.download_button(
            "Download as YAML",
            dump_codebook(in_tree_order(codebook)),
            file_name="codebook.yaml",
            mime="application/yaml",
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
        )
    if who is None:
        return
    with st.form("codebook-head-form", border=False):
        name = st.text_input("Name of the codebook", value=codebook.name, max_chars=120)
        version = st.text_input("Version", value=codebook.version, max_chars=40, help="Every coding notes it.")
        if st.form_submit_button("Keep"):
            act(project, [ChangeCodebook(name=name, version=version)], coder=who)
    number = st.session_state.setdefault("focus_codebook_uploads", 0)
    file = st.file_uploader("Upload a codebook", type=["yaml", "yml"], key=f"codebook-file-{number}", max_upload_size=5)
    if file is None:
        return
    try:
        new = parse_codebook(_decode(file.getvalue(), file.name), path=file.name)
    except CodingError as err:
        show_error(err)
        return
    changes = diff_codebooks(in_tree_order(codebook), new)
    if not changes:
        st.info("This is the codebook that is in force; nothing would change.")
        return
    used = project.codes_in_use()
    losing = [code.name for code in codebook.codes if code.id not in new and used.get(code.id)]
    block = change_block(changes, in_tree_order(codebook), new, count(len(changes), "change"))
    sheet([block], key="codebook-diff", height=260)
    if losing:
        st.warning(plain(f"These codes have codings and would retire: {', '.join(losing)}"), icon=":material/warning:")
    if st.button("Put this codebook in force", type="primary"):
        st.session_state["focus_codebook_uploads"] += 1
        act(project, [SetCodebook(new)], coder=who)


def _decode(data: bytes, name: str) -> str:
    """Return the text of an upload.

    Raises:
        CodebookError: It is not UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        raise CodebookError("the file is not UTF-8, so save it in that encoding", path=name, line=line) from err


main()
