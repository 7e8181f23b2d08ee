"""The page Agreement: how far coders agree, by code and overall."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from coding.agreement import (
    BY_CODE,
    COEFFICIENTS,
    READ_IT,
    UNITS,
    Agreement,
    CodeAgreement,
    Comparison,
    Estimate,
    agree,
    describe,
    show_value,
    sort_codes,
)
from coding.consensus import layer
from coding.export import Table, to_csv
from coding.model import CONSENSUS, tree_order
from coding.store import Project
from coding.ui import session
from coding.ui.widgets import plain, show_page

NAMES = {
    "percent": "Percent",
    "kappa": "Kappa",
    "alpha": "Alpha",
    "ac1": "AC1",
    "brennan_prediger": "Brennan-Prediger",
    "code_u_alpha": "u-alpha",
}
COLUMNS = (
    "coders",
    "kind",
    "condition",
    "unit",
    "units",
    "code_id",
    "code",
    "coefficient",
    "value",
    "low",
    "high",
    "reading",
    "reason",
)


def main() -> None:
    """Show the page."""
    show_page(_page)


def _page(project: Project) -> None:
    left, right = st.columns([4, 9], gap="medium")
    with left:
        people = [*project.coders(), *([CONSENSUS] if project.settlements() else [])]
        coders = st.multiselect("Coders", people, placeholder="Everybody who coded", key="agreement-coders")
        unit = st.selectbox("Unit", UNITS, format_func=str.capitalize, key="agreement-unit")
        codebook = project.codebook()
        names = {code.id: code.name for code in codebook.codes}
        codes = st.multiselect(
            "Codes",
            [code.id for code, _ in tree_order(codebook)],
            format_func=lambda code_id: names[code_id],
            placeholder="All codes in use",
            help="A group stands for all codes below it.",
            key="agreement-codes",
        )
        moderators = st.checkbox("Also what moderators say", key="agreement-moderators")
        st.markdown(plain(READ_IT))
        if st.button("See where they differ", icon=":material/rule:"):
            session.go("disagreements.py")
    found = _agree(str(project.path), project.rev(), tuple(coders), unit, tuple(codes), moderators)
    with right:
        _result(found, project.path)


@st.cache_data(show_spinner="Comparing the coders", max_entries=8)
def _agree(
    path: str, rev: int, coders: tuple[str, ...], unit: str, codes: tuple[str, ...], moderators: bool
) -> Agreement:
    """Compare once for each state of the project and each choice; ``rev`` tells the states apart."""
    with Project.open(Path(path)) as project:
        seen = layer(project, "all") if CONSENSUS in coders else project
        return agree(seen, coders=coders or None, unit=unit, codes=codes or None, moderators=moderators)


def _result(found: Agreement, path: Path) -> None:
    for note in found.notes:
        st.info(plain(note), icon=":material/balance:")
    if not found.comparisons:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.selectbox(
            "Compared",
            range(len(found.comparisons)),
            format_func=lambda at: describe(found.comparisons[at], found.unit),
            key="agreement-compared",
        )
        st.download_button(
            "Download CSV",
            to_csv(_table(found)),
            file_name=f"{session.project_name(path)} agreement.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
    comparison = found.comparisons[number]
    for note in comparison.notes:
        st.info(plain(f"{note[:1].upper()}{note[1:]}."))
    st.subheader("All codes together", anchor=False)
    st.dataframe(
        [_overall_row(name, comparison.estimates[name]) for name in COEFFICIENTS],
        hide_index=True,
        key="agreement-overall",
    )
    st.subheader("By code, the lowest alpha first", anchor=False)
    st.dataframe(
        [_code_row(comparison, code, found.names[code.code_id]) for code in sort_codes(comparison)],
        hide_index=True,
        column_config={
            **{NAMES[name]: st.column_config.NumberColumn(format="%.3f") for name in BY_CODE},
            NAMES["percent"]: st.column_config.NumberColumn(format="percent"),
        },
        key="agreement-codes-table",
    )


def _overall_row(name: str, estimate: Estimate) -> dict[str, str]:
    value, _, ends = show_value(name, estimate).partition(" [")
    return {
        "Coefficient": COEFFICIENTS[name],
        "Value": value,
        "95 % interval": f"[{ends}" if ends else "",
        "Reading": "; ".join(part for part in (estimate.reading, estimate.reason) if part),
    }


def _code_row(comparison: Comparison, code: CodeAgreement, name: str) -> dict[str, object]:
    alpha = code.estimates["alpha"]
    row: dict[str, object] = {"Code": name, "Reading": alpha.reading or alpha.reason}
    for key in ("alpha", "kappa", "ac1", "code_u_alpha", "percent"):
        row[NAMES[key]] = _rounded(code.estimates[key].value, 3)
        if key == "alpha":
            row["95 % interval"] = show_value("alpha", alpha).partition(" ")[2]
    for coder, coded in zip(comparison.coders, code.coded, strict=True):
        row[f"Coded by {coder}"] = coded
    row["By both" if len(comparison.coders) == 2 else "By all"] = code.coded_by_all
    return row


def _table(found: Agreement) -> Table:
    """Return a row for each coefficient of each code in each comparison; without a code for all codes together."""
    rows: list[tuple[str | int | float | None, ...]] = []
    for comparison in found.comparisons:
        head = ("; ".join(comparison.coders), comparison.kind, comparison.condition, found.unit, comparison.units)
        rows += [(*head, "", "", *_cells(name, comparison.estimates[name])) for name in COEFFICIENTS]
        for code in comparison.codes:
            where = (*head, code.code_id, found.names[code.code_id])
            rows += [(*where, *_cells(name, code.estimates[name])) for name in BY_CODE]
    return Table(COLUMNS, tuple(rows))


def _cells(name: str, estimate: Estimate) -> Sequence[str | float | None]:
    numbers = (_rounded(number, 6) for number in (estimate.value, estimate.low, estimate.high))
    return (COEFFICIENTS[name], *numbers, estimate.reading, estimate.reason)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


main()
