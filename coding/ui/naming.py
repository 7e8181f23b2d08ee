"""Names out at import: what to look for, a table to confirm, and where the key is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from coding.errors import CodingError
from coding.model import Transcript
from coding.store import Project
from coding.ui.widgets import show_error

if TYPE_CHECKING:
    from coding.pseudonyms import Identifier, Key, Pseudonymiser

_FOUND = "focus_names"
_CONTEXTS = 3


@dataclass(frozen=True, slots=True)
class Names:
    """What is to be done about names.

    Attributes:
        replace: True to replace them.
        path: Where the key is kept.
        key: The key, where there is one already.
        allowed: True where the files may be imported as things stand.
    """

    replace: bool
    path: Path
    key: Key | None = None
    allowed: bool = True


def ask(project: Project) -> Names:
    """Ask whether names are to be replaced, and where the key is kept."""
    from coding.pseudonyms import SETTING, check_key_path, load_key

    key_id = project.setting(SETTING)
    usual = project.path.with_suffix(".key.json")
    wanted = st.toggle("Replace names before anything is stored", value=bool(key_id), key=f"pseudonyms-{project.path}")
    if not wanted:
        if not key_id:
            return Names(False, usual)
        st.warning("This project has pseudonyms. Files imported as they are bring names into it.")
        return Names(False, usual, allowed=st.checkbox("Import with names all the same"))
    typed = st.text_input(
        "Where the key is kept",
        value=str(usual),
        help="Whoever has the key can tell who said what. Keep it apart from the project and its exports.",
        key=f"key-{project.path}",
    )
    path = Path(typed.strip() or usual).expanduser()
    try:
        check_key_path(path, project.path)
        key = load_key(path) if path.exists() else None
        if key_id and (key is None or key.id != key_id):
            raise CodingError("name the key that was made at the first import with pseudonyms", path=path)
    except CodingError as err:
        show_error(err)
        return Names(True, path, allowed=False)
    return Names(True, path, key)


def with_moderators(transcript: Transcript, moderators: frozenset[str] | None) -> Transcript:
    """Return a transcript with the moderators that somebody chose; as they were guessed where nobody did."""
    return transcript if moderators is None else replace(transcript, moderators=moderators)


def confirm(names: Names, transcripts: Sequence[Transcript]) -> tuple[Identifier, ...] | None:
    """Show the names in the files for confirmation; returns what was decided, or ``None`` before it can be."""
    if not names.allowed:
        return None
    if not names.replace:
        return ()
    mark = (str(names.path), "" if names.key is None else names.key.id, tuple(_mark(one) for one in transcripts))
    stored = st.session_state.get(_FOUND)
    if stored is not None and stored[0] != mark:
        st.text("The files or the choices have changed since names were looked for.")
        stored = None
    if stored is None:
        if not st.button("Look for names", icon=":material/search:"):
            return None
        from coding.pseudonyms import find_identifiers

        try:
            with st.spinner("Looking for names"):
                stored = (mark, find_identifiers(transcripts, key=names.key))
        except CodingError as err:
            show_error(err)
            return None
        st.session_state[_FOUND] = stored
    return _table(stored[1], key=f"names-{hash(mark)}")


def _mark(transcript: Transcript) -> tuple[object, ...]:
    report = transcript.report
    return transcript.source_sha256, len(transcript.text), report.format, tuple(sorted(transcript.moderators))


def _table(found: tuple[Identifier, ...], *, key: str) -> tuple[Identifier, ...]:
    if not found:
        st.text("No names were found. Read the transcripts through: a name in small letters is easily missed.")
        return ()
    st.text("What may identify somebody. Untick what is to stay, and change what is to take its place.")
    rows = [
        {
            "Replace": one.replace,
            "Name": one.text,
            "Replacement": one.replacement,
            "Kind": one.kind.value,
            "Count": one.count,
            "Sure": "sure" if one.sure else "please check",
            "Why": one.reason,
            "Where": " … ".join(" ".join(place.snippet.split()) for place in one.contexts[:_CONTEXTS]),
        }
        for one in found
    ]
    edited = st.data_editor(
        rows,
        hide_index=True,
        disabled=("Name", "Kind", "Count", "Sure", "Why", "Where"),
        column_config={"Replacement": st.column_config.TextColumn(max_chars=120, required=True)},
        key=key,
    )
    return tuple(
        replace(one, replace=bool(row["Replace"]), replacement=str(row["Replacement"] or "").strip())
        for one, row in zip(found, edited, strict=True)
    )


def begin(
    project: Project, names: Names, decided: tuple[Identifier, ...], transcripts: Sequence[Transcript]
) -> Pseudonymiser | None:
    """Return what takes the names out, with its key on disk and noted in the project; ``None`` where they stay.

    Raises:
        PseudonymError: A replacement cannot be used, or the key cannot be written.
    """
    if not names.replace:
        return None
    from coding.pseudonyms import SETTING, Pseudonymiser, apply_pseudonyms, rules_for, save_key

    for transcript in transcripts:
        # Tried out here, so that what cannot be used is said before anything is imported.
        apply_pseudonyms(transcript, rules_for(transcript, decided), key=names.key)
    made = Pseudonymiser.from_file(
        names.path, project=project.path, key_id=project.setting(SETTING) or "", decided=decided
    )
    made.key = save_key(made.key, names.path, project=project.path)
    if not project.setting(SETTING):
        project.set_setting(SETTING, made.key.id)
    st.session_state.pop(_FOUND, None)
    return made
