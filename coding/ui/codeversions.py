"""The versions of the codebook: listed, compared in words, written as YAML, put in force again."""

from __future__ import annotations

import streamlit as st

from coding.codebook import CodebookChange, diff_codebooks, diff_words, dump_codebook
from coding.edits import SetCodebook
from coding.model import Codebook
from coding.store import Project
from coding.ui.parts import Block, sheet
from coding.ui.widgets import act, count
from coding.versions import CodebookVersion, codebook_versions

FIELDS = {
    "name": "Name",
    "version": "Version",
    "language": "Language",
    "description": "Description",
    "parent": "Stands under",
    "definition": "Definition",
    "include": "Apply when",
    "exclude": "Do not apply when",
    "examples": "Examples",
    "contrary_examples": "Contrary examples",
    "colour": "Colour",
    "source": "Source",
    "codable": "Kind",
}
"""What people read for the fields of a codebook and its codes."""

_SAID = {"added": "new", "removed": "taken out", "changed": "changed"}


def versions_view(project: Project, who: str | None) -> None:
    """Show the versions and what differs between two of them."""
    found = _versions(str(project.path), project.rev())
    if not found:
        st.info("There are no codes yet, so there are no versions of the codebook.", icon=":material/history:")
        return
    newest = found[-1]
    st.text(
        f"{count(len(found), 'version')}. Every change of the codebook is kept; the newest is in force. "
        "Choose one to see what changed, to download it, or to put it in force again."
    )
    by_number = {version.number: version for version in found}
    numbers = [version.number for version in reversed(found)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.selectbox(
            "Version", numbers, format_func=lambda one: _name(by_number[one], newest), key="version-chosen"
        )
        others = [0, *(one for one in numbers if one != number)]
        other = st.selectbox(
            "Compared with",
            others,
            format_func=lambda one: "The one before" if not one else _name(by_number[one], newest),
            key=f"version-compared-{number}",
        )
    chosen = by_number[number]
    before = by_number.get(other or number - 1)
    with st.container(horizontal=True, vertical_alignment="center"):
        when = f", {chosen.at[:16].replace('T', ' ')} UTC" if chosen.at else ""
        st.text(f"{chosen.summary}. {chosen.coder}{when}" if chosen.coder else chosen.summary, width="stretch")
        st.download_button(
            "Download as YAML",
            dump_codebook(chosen.codebook),
            file_name=f"codebook {chosen.codebook.version} {chosen.number}.yaml",
            mime="application/yaml",
            icon=":material/download:",
            on_click="ignore",
        )
        again = chosen is not newest and st.button(
            "Put in force again",
            icon=":material/settings_backup_restore:",
            disabled=who is None,
            help="Codes that it does not have retire; their codings stay. One undo takes it back.",
        )
    if again and who is not None:
        act(project, [SetCodebook(chosen.codebook)], coder=who, done=f"Version {chosen.label} is in force again")
    _difference(before, chosen)
    st.subheader("All versions", anchor=False)
    _table(found)


def _name(version: CodebookVersion, newest: CodebookVersion) -> str:
    state = ", in force" if version is newest else ""
    return f"{version.label}{state}: {version.summary}"


@st.cache_data(max_entries=4, show_spinner=False)
def _versions(path: str, rev: int) -> tuple[CodebookVersion, ...]:
    """Return the versions as they are after edit ``rev``."""
    with Project.open(path) as project:
        return codebook_versions(project)


def _difference(before: CodebookVersion | None, after: CodebookVersion) -> None:
    old = Codebook("", version="", language=after.codebook.language) if before is None else before.codebook
    changes = diff_codebooks(old, after.codebook)
    label = "Nothing differs" if not changes else f"What changed since {before.label}" if before else "The first codes"
    sheet([change_block(changes, old, after.codebook, label)], key="version-changes")


def change_block(changes: tuple[CodebookChange, ...], old: Codebook, new: Codebook, label: str) -> Block:
    """Return the differences between two codebooks for a sheet, a part for each code."""
    items: dict[str | None, dict[str, object]] = {}
    for change in changes:
        code_id = change.code_id
        if code_id not in items:
            book = new if code_id is None or code_id in new else old
            name = "The codebook" if code_id is None else book[code_id].name
            mark = change.kind if change.kind in ("added", "removed") else "changed"
            items[code_id] = {"name": name, "mark": mark, "said": _SAID[mark], "fields": []}
            if mark == "added" and code_id is not None and new[code_id].definition:
                items[code_id]["fields"] = [
                    {"label": "Definition", "parts": [["same", new[code_id].definition]]},
                ]
        fields = items[code_id]["fields"]
        if change.field is not None and isinstance(fields, list):
            fields.append(_field(change, old, new))
    return {"kind": "changes", "label": label, "items": list(items.values())}


def _field(change: CodebookChange, old: Codebook, new: Codebook) -> dict[str, object]:
    label = FIELDS.get(change.field or "", "The order of the codes")
    before, after = change.before, change.after
    if isinstance(before, tuple) and isinstance(after, tuple):
        if change.kind == "reordered":
            return {"label": label, "parts": [["same", "They stand in another order."]]}
        gone, came = [one for one in before if one not in after], [one for one in after if one not in before]
        if not gone and not came:
            return {"label": label, "parts": [["same", "They stand in another order."]]}
        return {"label": label, "gone": gone, "new": came}
    if change.field == "parent":
        before, after = _place(old, before), _place(new, after)
        return {"label": label, "parts": [["gone", before], ["same", " "], ["new", after]]}
    if change.field == "codable":
        kinds = {True: "a code", False: "a group"}
        return {"label": label, "parts": [["gone", kinds[bool(before)]], ["same", " "], ["new", kinds[bool(after)]]]}
    return {"label": label, "parts": [list(part) for part in diff_words(str(before or ""), str(after or ""))]}


def _place(codebook: Codebook, code_id: object) -> str:
    if code_id is None:
        return "the top"
    return codebook[str(code_id)].name if str(code_id) in codebook else str(code_id)


def _table(found: tuple[CodebookVersion, ...]) -> None:
    rows = [
        {
            "Number": version.number,
            "Version": version.codebook.version,
            "Time": version.at[:16].replace("T", " "),
            "Coder": version.coder,
            "What": version.summary,
            "Codes": len(version.codebook.codable),
        }
        for version in reversed(found)
    ]
    st.dataframe(
        rows,
        hide_index=True,
        height=min(420, 38 + 35 * len(rows)),
        column_config={
            "Number": st.column_config.NumberColumn(width="small"),
            "Version": st.column_config.TextColumn(width="small"),
            "Time": st.column_config.TextColumn("Time (UTC)", width="small"),
            "Coder": st.column_config.TextColumn(width="small"),
            "What": st.column_config.TextColumn(width="large"),
            "Codes": st.column_config.NumberColumn(width="small"),
        },
        key="versions-table",
    )
