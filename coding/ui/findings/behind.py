"""Tables whose numbers lead to what was said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from coding.export.csv import Table, to_csv
from coding.findings import Material, quotations
from coding.findings.charts import Chart
from coding.findings.plots import draw
from coding.store import Project
from coding.ui import session
from coding.ui.parts import sheet
from coding.ui.quotations import STEP, open_place
from coding.ui.widgets import count, plain

if TYPE_CHECKING:
    from pandas import DataFrame

_OPEN = "findings-open"


@dataclass(frozen=True)
class View:
    """One table of the page.

    Attributes:
        name: Names the view in keys and files.
        table: The numbers.
        behind: Returns what a click stands for: the rows of codings, or a frame with quotations, and what to call it.
            It gets the row and the column that was clicked, or ``None`` for the column of a mark in a plot.
        wide: Whether the index is the first column.
        shown: The columns to show, each with its heading; all where it is empty.
        chart: The same as a plot.
        note: What to know before reading it.
        config: Formats of columns.
        shade: Shade the cells by their numbers.
        download: What the file holds; the table where it is ``None``.
    """

    name: str
    table: DataFrame
    behind: Callable[[int, str | None], tuple[list[int] | DataFrame, str]] | None = None
    wide: bool = False
    shown: Mapping[str, str] | None = None
    chart: Chart | None = None
    note: str = ""
    config: Mapping[str, Any] | None = None
    shade: bool = False
    download: DataFrame | None = None


def show_view(project: Project, material: Material, view: View) -> None:
    """Show a table or its plot, a download, and beside them what was said."""
    if view.note:
        st.caption(plain(view.note))
    with st.container(horizontal=True, vertical_alignment="center"):
        plotted = False
        if view.chart is not None and not view.chart.empty:
            shapes = ["Numbers", "Plot"]
            shape = st.segmented_control(
                "Shown as", shapes, default="Numbers", label_visibility="collapsed", key=f"shape-{view.name}"
            )
            plotted = shape == "Plot"
        st.download_button(
            "Download CSV",
            data=lambda: to_csv(_csv(view.table if view.download is None else view.download)),
            file_name=f"{session.project_name(project.path)} {view.name}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"download-{view.name}",
        )
    left, right = st.columns([8, 5], gap="medium") if view.behind else (st.container(), st.container())
    with left:
        clicked = _plot(view) if plotted else _numbers(view)
    if view.behind is None:
        return
    with right:
        if clicked is None:
            st.text(f"Click a {'mark' if plotted else 'number'} to read what is behind it.")
            return
        found, title = view.behind(*clicked)
        _said(project, material, found, title, f"{view.name}-{clicked[0]}-{clicked[1]}")


def _numbers(view: View) -> tuple[int, str | None] | None:
    shown: Any = view.table
    if view.shown:
        shown = view.table[list(view.shown)].rename(columns=dict(view.shown))
    config = {(view.shown or {}).get(name, name): one for name, one in (view.config or {}).items()}
    columns = list(shown.columns)
    if view.shade and shown.size <= 20_000:
        shown = shown.style.map(_shade(shown))
    event: Any = st.dataframe(
        shown,
        hide_index=not view.wide,
        column_config=config,
        on_select="rerun" if view.behind else "ignore",
        selection_mode="single-cell",
        height="auto" if len(view.table) < 20 else 640,
        placeholder="",
        key=f"table-{view.name}",
    )
    chosen = event.selection.cells if view.behind else []
    if not chosen or chosen[0][1] not in columns:
        return None
    names = {heading: name for name, heading in (view.shown or {}).items()}
    return int(chosen[0][0]), names.get(str(chosen[0][1]), str(chosen[0][1]))


def _plot(view: View) -> tuple[int, str | None] | None:
    chart = view.chart
    if chart is None:
        return None
    event: Any = st.plotly_chart(
        draw(chart),
        on_select="rerun" if view.behind else "ignore",
        selection_mode="points",
        config={"displayModeBar": False, "scrollZoom": False},
        key=f"plot-{view.name}",
    )
    if not view.behind or chart.kind not in ("bars", "opposed", "steps", "dots"):
        return None
    points = event.selection.points
    if not points:
        return None
    label = chart.labels[int(points[0]["point_index"])]
    names = view.table["code"] if "code" in view.table else view.table.iloc[:, 0]
    rows = [at for at, name in enumerate(names) if name == label]
    return (rows[0], None) if rows else None


def _shade(table: DataFrame) -> Callable[[object], str]:
    numbers = table.select_dtypes("number")
    most = float(numbers.max().max()) if numbers.size else 0.0

    def style(value: object) -> str:
        if not isinstance(value, (int, float)) or value != value or most <= 0:
            return ""
        return f"background-color: rgba(0, 114, 178, {0.5 * max(0.0, value) / most:.3f})"

    return style


def _said(project: Project, material: Material, found: list[int] | DataFrame, title: str, key: str) -> None:
    many = st.session_state.get(f"many-{key}", STEP)
    total = len(found)
    told = quotations(project, material, found, most=many) if isinstance(found, list) else found.head(many)
    st.markdown(f"**{plain(title)}**")
    st.text(count(total, "coding") if isinstance(found, list) else count(total, "turn"))
    rows = told.to_dict("records")
    places = {str(at): (str(row["transcript_id"]), int(row["start_char"])) for at, row in enumerate(rows)}
    items = [_item(str(at), row) for at, row in enumerate(rows)]
    if items:
        sheet([{"kind": "quotes", "items": items}], key=f"said-{key}", on_open=_note(f"said-{key}"), height=600)
    if total > many and st.button(f"Show {min(STEP, total - many)} more", key=f"more-{key}"):
        st.session_state[f"many-{key}"] = many + STEP
        session.rerun()
    wanted = places.get(str(st.session_state.pop(_OPEN, "")))
    if wanted is not None:
        open_place(project, *wanted)


def _item(number: str, row: Mapping[Any, Any]) -> dict[str, object]:
    about = [row["transcript"], row.get("participant", ""), row.get("coder", "")]
    valence = row.get("valence", "")
    return {
        "id": number,
        "head": row.get("code", ""),
        "text": row["quotation"],
        "about": ", ".join(filter(None, map(str, about))),
        "valence": "" if valence == "shown" else valence,
    }


def _note(key: str) -> Callable[[], None]:
    def note() -> None:
        st.session_state[_OPEN] = st.session_state[key].get("open")

    return note


def _csv(table: DataFrame) -> Table:
    flat = table.reset_index() if table.index.name else table
    cells = flat.astype(object).where(flat.notna(), None)
    return Table(tuple(map(str, flat.columns)), tuple(tuple(_cell(one) for one in row) for row in cells.to_numpy()))


def _cell(value: Any) -> str | int | float | None:  # noqa: ANN401 - whatever a frame holds
    plain_value = value.item() if hasattr(value, "item") else value
    return plain_value if isinstance(plain_value, (str, int, float)) or plain_value is None else str(plain_value)
