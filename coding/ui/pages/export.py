"""The page Export: coded themes as CSV, with a look at the first rows."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import streamlit as st

from coding.consensus import LAYERS, layer, open_places
from coding.export import Table, codings_table, export, segments_table
from coding.model import CONSENSUS, tree_order
from coding.roles import ANYBODY, CoderRole
from coding.store import Project
from coding.ui import session
from coding.ui.reporting import offer_report
from coding.ui.widgets import count, plain, refusal, show_page

PREVIEW = 50
OTHER = (
    (".xlsx", "Workbook (XLSX)"),
    (".qdpx", "Project for NVivo, ATLAS.ti, MAXQDA (QDPX)"),
    (".qdc", "Codebook for other tools (QDC)"),
    (".yaml", "Codebook (YAML)"),
    (".zip", "Archive of everything, without names (ZIP)"),
)
CODEBOOKS = (".qdc", ".yaml")
BY_CODING, BY_SEGMENT = "A row for each coding", "A row for each segment, a column for each code"


def main() -> None:
    """Show the page."""
    show_page(_page)


def _page(project: Project) -> None:
    if not project.counts()[0]:
        st.info("There are no transcripts yet, so there is nothing to export.", icon=":material/download:")
        if st.button("Bring transcripts in", type="primary"):
            session.go("study.py")
        return
    left, right = st.columns([4, 9], gap="medium")
    with left:
        shape = st.radio("Rows", [BY_CODING, BY_SEGMENT], key="export-shape")
        chosen = _layer(project)
        seen = layer(project, chosen)
        coders = st.multiselect("Coders", seen.coders(), placeholder="Everybody", key="export-coders")
        codebook = project.codebook()
        names = {code.id: code.name for code in (*codebook.codes, *project.retired_codes().values())}
        order = [code.id for code, _ in tree_order(codebook)]
        order += [code_id for code_id in names if code_id not in order]
        codes = st.multiselect(
            "Codes",
            order,
            format_func=lambda code_id: names[code_id],
            placeholder="All codes",
            help="A group stands for all codes below it.",
            key="export-codes",
        )
        uncoded = st.checkbox("Also segments without codes", value=shape == BY_SEGMENT, key=f"export-uncoded-{shape}")
        with st.popover("Findings report", icon=":material/article:", width="stretch"):
            offer_report(project, layer=chosen)
        with st.popover("Other formats", icon=":material/inventory_2:", width="stretch"):
            _other_formats(project, tuple(coders), chosen)
    wide = shape == BY_SEGMENT
    make = segments_table if wide else codings_table
    table = make(seen, coders=coders or None, code_ids=codes or None, without_codes=uncoded)
    with right:
        if chosen != "coders":
            _left_open(seen)
        how: dict[str, Any] = {
            "wide": wide,
            "coders": coders or None,
            "code_ids": codes or None,
            "without_codes": uncoded,
        }
        how["layer"] = chosen
        _result(project, table, how)


def _layer(project: Project) -> str:
    """Let the person choose whose codings; there is a choice once two people have coded."""
    if len(project.coders()) < 2:
        return "coders"
    names = {"coders": "What each coder coded", CONSENSUS: "What they settled on", "all": "Both"}
    return st.radio("Codings", LAYERS, format_func=lambda one: names[one], key="export-layer")


def _left_open(seen: Project) -> None:
    left = open_places(seen)
    if left:
        st.info(
            f"Coders differ at {count(left, 'segment')} that nobody has settled. What they differ on is not in the "
            "consensus; the page Disagreements lists it.",
            icon=":material/rule:",
        )


def _other_formats(project: Project, coders: tuple[str, ...], chosen: str) -> None:
    path = project.path
    st.text("All codes and segments; only the choice of codings and coders counts, and an archive holds everything.")
    for suffix, label in OTHER:
        how = {} if suffix == ".zip" else {"coders": coders or None, "layer": chosen}
        closed = refusal(project, ANYBODY if suffix in CODEBOOKS else CoderRole.LEAD, writes=False)
        st.download_button(
            label,
            partial(_make, path, suffix, session.coder(), how),
            disabled=bool(closed),
            help=closed or None,
            file_name=f"{session.project_name(path)}{suffix}",
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
            key=f"export{suffix}",
        )


def _make(path: Path, suffix: str, by: str | None, how: dict[str, Any]) -> bytes:
    """Return the bytes of an export, when they are asked for."""
    with TemporaryDirectory() as folder, Project.open(path) as project:
        out = Path(folder) / f"export{suffix}"
        export(project, out, by=by, **how)
        return out.read_bytes()


def _result(project: Project, table: Table, how: dict[str, Any]) -> None:
    if not table.rows:
        st.info("Nothing has been coded that fits these choices.", icon=":material/filter_alt:")
        return
    name = session.project_name(project.path)
    closed = refusal(project, CoderRole.LEAD, writes=False)
    if closed:
        st.info(plain(closed), icon=":material/lock:")
        who = session.coder()
        if who is not None and session.is_blind(project, who):
            st.info("You review blind, so what others coded is not shown here.", icon=":material/visibility_off:")
            return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{count(len(table.rows), 'row')}, {count(len(table.columns), 'column')}", width="stretch")
        st.download_button(
            "Download CSV",
            partial(_make, project.path, ".csv", session.coder(), how),
            file_name=f"{name} segments.csv" if how["wide"] else f"{name} codings.csv",
            mime="text/csv",
            disabled=bool(closed),
            help=closed or None,
            # White words on a button that is closed cannot be read.
            type="secondary" if closed else "primary",
            icon=":material/download:",
            on_click="ignore",
        )
    texts = (tuple("" if cell is None else str(cell) for cell in row) for row in table.rows[:PREVIEW])
    shown = [dict(zip(table.columns, row, strict=True)) for row in texts]
    st.dataframe(shown, hide_index=True, height=480, key="export-preview")
    if len(table.rows) > PREVIEW:
        st.text(f"The first {PREVIEW} rows are shown; the file has all of them.")
    st.text("Cells that a spreadsheet would run as a formula get an apostrophe in front in the file.")


main()
