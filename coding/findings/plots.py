"""Plots: interactive ones for the page, vector ones for the report.

Both draw a :class:`~coding.findings.charts.Chart`. Text is drawn as typed. The vector plot has no background, and its
text takes the colour of the text around it, so that it can be read on light and on dark; the same chart gives the same
bytes.
"""

from __future__ import annotations

import html
import io
from typing import TYPE_CHECKING, Any

from coding.findings.charts import BLUE, Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from plotly.graph_objects import Figure as Interactive

ROW_PX = 22
LONGEST = 44
"""A label is cut behind so many characters; its whole stands in the tooltip and in the numbers."""

_INK = "#0a0b0c"
_FAINT = "#0a0b0d"
_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "focus-coding",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "text.parse_math": False,
    "text.color": _INK,
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
}


def draw(chart: Chart) -> Interactive:
    """Return a plot for the page; its colours fit light and dark, and the page's theme adds the rest."""
    import plotly.graph_objects as go

    figure = go.Figure()
    {"bars": _bars, "opposed": _opposed, "grid": _grid, "steps": _steps, "dots": _dots}[chart.kind](figure, chart)
    rows = len(chart.labels) if chart.kind in ("bars", "opposed", "grid") else 14
    figure.update_layout(
        height=max(220, 90 + ROW_PX * rows),
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        showlegend=chart.kind in ("opposed", "steps"),
        bargap=0.25,
        dragmode=False,
    )
    return figure


def draw_svg(chart: Chart, *, width_in: float = 7.0) -> str:
    """Return a plot for the report as SVG, without anything in front of the element.

    Args:
        chart: What to draw.
        width_in: Its width in inches.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    with rc_context(_SETTINGS):
        figure = _figure(chart, width_in)
        out = io.BytesIO()
        FigureCanvasSVG(figure)
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = out.getvalue().decode("utf-8")
    svg = text[text.index("<svg") :].replace(_INK, "currentColor").replace(_FAINT, "currentColor")
    label = html.escape(chart.title, quote=True)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


def draw_png(chart: Chart, *, width_in: float = 6.5, dots_per_inch: int = 300) -> bytes:
    """Return a plot as PNG on white, for documents that take no vector plots.

    Args:
        chart: What to draw.
        width_in: Its width in inches.
        dots_per_inch: How fine.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with rc_context(_SETTINGS):
        figure = _figure(chart, width_in)
        FigureCanvasAgg(figure)
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=dots_per_inch, facecolor="white", metadata={"Software": None})
    return out.getvalue()


def short(label: str) -> str:
    """Return a label on one line that is not too long for an axis."""
    flat = " ".join(label.split())
    return flat if len(flat) <= LONGEST else f"{flat[: LONGEST - 1].rstrip()}…"


# for the page


def _text(label: str) -> str:
    """Return text that plotly does not read as markup."""
    return html.escape(label, quote=False)


def _places(chart: Chart) -> dict[str, Any]:
    """Return an axis of labels by number, since two labels may be cut to the same text."""
    return {"tickvals": list(range(len(chart.labels))), "ticktext": [_text(short(label)) for label in chart.labels]}


def _bars(figure: Interactive, chart: Chart) -> None:
    import plotly.graph_objects as go

    for one in chart.series:
        figure.add_trace(
            go.Bar(
                x=one.values,
                y=list(range(len(chart.labels))),
                orientation="h",
                name=_text(one.name),
                marker={"color": one.colour},
                customdata=[_text(label) for label in chart.labels],
                hovertemplate="%{customdata}: %{x:,.4~g}<extra></extra>",
            )
        )
    figure.update_yaxes(autorange="reversed", automargin=True, **_places(chart))
    figure.update_xaxes(title=_text(chart.across), rangemode="tozero")


def _opposed(figure: Interactive, chart: Chart) -> None:
    import plotly.graph_objects as go

    most = max((value for one in chart.series for value in one.values), default=0)
    for one, sign in zip(chart.series, (1, -1), strict=True):
        figure.add_trace(
            go.Bar(
                x=[sign * value for value in one.values],
                y=list(range(len(chart.labels))),
                orientation="h",
                name=_text(one.name),
                marker={"color": one.colour, "pattern": {"shape": "" if sign > 0 else "/"}},
                customdata=[(_text(label), value) for label, value in zip(chart.labels, one.values, strict=True)],
                hovertemplate="%{customdata[0]}: %{customdata[1]:,}<extra>" + _text(one.name) + "</extra>",
            )
        )
    step = max(1, round(most / 4))
    ticks = list(range(-step * (int(most) // step), int(most) + 1, step))
    figure.update_layout(barmode="relative")
    figure.update_yaxes(autorange="reversed", automargin=True, **_places(chart))
    figure.update_xaxes(title=_text(chart.across), tickvals=ticks, ticktext=[f"{abs(tick):,}" for tick in ticks])


def _grid(figure: Interactive, chart: Chart) -> None:
    import plotly.graph_objects as go

    columns = [_text(one.name) for one in chart.series]
    rows = [[one.values[at] for one in chart.series] for at in range(len(chart.labels))]
    figure.add_trace(
        go.Heatmap(
            z=rows,
            x=list(range(len(columns))),
            y=list(range(len(chart.labels))),
            customdata=[[(_text(label), column) for column in columns] for label in chart.labels],
            # The page shines through where there is little, whichever colour it has.
            colorscale=[[0, "rgba(0,114,178,0.04)"], [1, "rgba(0,114,178,1)"]],
            hovertemplate="%{customdata[0]}, %{customdata[1]}: %{z:,.4~g}<extra></extra>",
            xgap=1,
            ygap=1,
        )
    )
    figure.update_yaxes(autorange="reversed", automargin=True, title=_text(chart.up), **_places(chart))
    figure.update_xaxes(
        automargin=True,
        title=_text(chart.across),
        tickvals=list(range(len(columns))),
        ticktext=[_text(short(one.name)) for one in chart.series],
    )


def _steps(figure: Interactive, chart: Chart) -> None:
    import plotly.graph_objects as go

    at = list(range(len(chart.labels)))
    first, *lines = chart.series
    shared = {"customdata": [_text(label) for label in chart.labels], "x": at}
    hover = "%{customdata}: %{y:,.4~g}<extra></extra>"
    figure.add_trace(
        go.Bar(y=first.values, name=_text(first.name), marker={"color": first.colour}, hovertemplate=hover, **shared)
    )
    for one, dash in zip(lines, ("solid", "dot", "dash"), strict=False):
        figure.add_trace(
            go.Scatter(
                y=one.values,
                name=_text(one.name),
                mode="lines+markers",
                line={"color": one.colour, "dash": dash},
                hovertemplate=hover,
                **shared,
            )
        )
    figure.update_xaxes(automargin=True, **_places(chart))
    figure.update_yaxes(title=_text(chart.across), rangemode="tozero")


def _dots(figure: Interactive, chart: Chart) -> None:
    import plotly.graph_objects as go

    x, y = chart.series[:2]
    figure.add_trace(
        go.Scatter(
            x=x.values,
            y=y.values,
            mode="markers",
            marker={"color": y.colour, "size": 10},
            customdata=[_text(label) for label in chart.labels],
            hovertemplate="%{customdata}<br>%{x:,.3~g}, %{y:,.3~g}<extra></extra>",
        )
    )
    figure.update_xaxes(title=_text(x.name))
    figure.update_yaxes(title=_text(y.name))


# for the report


def _figure(chart: Chart, width_in: float) -> Figure:
    from matplotlib.figure import Figure as Drawn

    rows = len(chart.labels) if chart.kind in ("bars", "opposed", "grid") else 14
    figure = Drawn(figsize=(width_in, max(2.2, 0.9 + 0.22 * rows)), layout="constrained")
    axes = figure.subplots()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    marks = {"bars": _draw_bars, "opposed": _draw_opposed, "grid": _draw_grid, "steps": _draw_steps, "dots": _draw_dots}
    marks[chart.kind](axes, chart)
    return figure


def _draw_bars(axes: Axes, chart: Chart) -> None:
    places = range(len(chart.labels))
    for one in chart.series:
        drawn = axes.barh(list(places), one.values, color=one.colour, height=0.7)
        axes.bar_label(drawn, fmt="{:,.3g}", padding=2, fontsize=8)
    _rows(axes, chart)
    axes.set_xlabel(chart.across)
    axes.margins(x=0.08)


def _draw_opposed(axes: Axes, chart: Chart) -> None:
    places = list(range(len(chart.labels)))
    for one, sign in zip(chart.series, (1, -1), strict=True):
        drawn = axes.barh(
            places,
            [sign * value for value in one.values],
            color=one.colour,
            height=0.7,
            label=one.name,
            hatch=None if sign > 0 else "///",
            edgecolor="white" if sign < 0 else one.colour,
            linewidth=0,
        )
        axes.bar_label(drawn, labels=[f"{value:,.0f}" if value else "" for value in one.values], padding=2, fontsize=8)
    _rows(axes, chart)
    axes.axvline(0, color=_FAINT, linewidth=0.8)
    axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")
    axes.set_xlabel(chart.across)
    axes.margins(x=0.1)
    _legend(axes)


def _draw_grid(axes: Axes, chart: Chart) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    rows = [[one.values[at] for one in chart.series] for at in range(len(chart.labels))]
    most = max((value for row in rows for value in row if value == value), default=0.0) or 1.0
    shades = LinearSegmentedColormap.from_list("shades", ["#eef4f8", BLUE])
    axes.imshow(rows, cmap=shades, vmin=0, vmax=most, aspect="auto")
    if len(chart.series) <= 14:
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value == value:
                    colour = "white" if value > 0.55 * most else "#1d2429"
                    axes.text(column, at, f"{value:,.3g}", ha="center", va="center", fontsize=8, color=colour)
    _rows(axes, chart, reverse=False)
    labels = [short(one.name) for one in chart.series]
    turn = 0 if sum(map(len, labels)) < 70 else 60
    axes.set_xticks(range(len(labels)), labels, rotation=turn, ha="right" if turn else "center")
    axes.set_xlabel(chart.across)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def _draw_steps(axes: Axes, chart: Chart) -> None:
    places = list(range(len(chart.labels)))
    first, *lines = chart.series
    drawn = axes.bar(places, first.values, color=first.colour, width=0.6, label=first.name)
    axes.bar_label(drawn, fmt="{:,.0f}", fontsize=8)
    for one, style in zip(lines, ("-", ":", "--"), strict=False):
        axes.plot(places, one.values, style, color=one.colour, marker="o", markersize=4, label=one.name)
    labels = [short(label) for label in chart.labels]
    turn = 0 if sum(map(len, labels)) < 70 else 45
    axes.set_xticks(places, labels, rotation=turn, ha="right" if turn else "center")
    axes.set_ylabel(chart.across)
    axes.set_ylim(bottom=0)
    _legend(axes)


def _draw_dots(axes: Axes, chart: Chart) -> None:
    x, y = chart.series[:2]
    axes.scatter(x.values, y.values, color=y.colour, s=28)
    for label, across, up in zip(chart.labels, x.values, y.values, strict=True):
        if across == across and up == up:
            axes.annotate(short(label), (across, up), xytext=(4, 3), textcoords="offset points", fontsize=7)
    axes.set_xlabel(x.name)
    axes.set_ylabel(y.name)


def _rows(axes: Axes, chart: Chart, *, reverse: bool = True) -> None:
    axes.set_yticks(range(len(chart.labels)), [short(label) for label in chart.labels])
    axes.tick_params(axis="y", length=0)
    if chart.up:
        axes.set_ylabel(chart.up)
    if reverse:
        axes.set_ylim(len(chart.labels) - 0.4, -0.6)


def _legend(axes: Axes) -> None:
    axes.legend(frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0, 1), fontsize=8, borderaxespad=0.2)
