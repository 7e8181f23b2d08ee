"""The drawings of the page Themes. Whatever people said or typed reaches them as text and is shown as typed."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coding.theme_model import Themes

if TYPE_CHECKING:
    from pandas import DataFrame

MOST_POINTS = 5_000
"""So many stretches are drawn on the map; of more, every second, third … one."""

FEW_POINTS = 2_000
_WIDTH = 60
_LINES = 6
_JOINER = "\u2060"
_PALETTE = (
    "#1f77b4", "#d1650f", "#2b8a3e", "#c0392b", "#7d5ba6", "#8c564b", "#c2549d", "#64748b", "#8f8a1c", "#0e8f9c",
    "#5b8def", "#e08a1e", "#58a55c", "#e06666", "#a07cc5", "#b07d62", "#e37fc0", "#94a3b8", "#b5b02c", "#3bb3c3",
)  # fmt: skip
GREY = "#9aa4a8"


def shown(text: str, *, wrap: bool = False) -> str:
    """Return text so that a drawing shows it as typed, whatever marks are in it.

    >>> shown("<b>a</b> & c")
    '&lt;b&gt;a&lt;/b&gt; &amp; c'
    """
    flat = " ".join(text.split())
    lines = textwrap.wrap(flat, _WIDTH) if wrap else [flat]
    if len(lines) > _LINES:
        lines = [*lines[:_LINES], "…"]
    # Between two dollar signs the drawing would look for a formula.
    return "<br>".join(html.escape(line, quote=False).replace("$", "$" + _JOINER) for line in lines)


def colour_of(number: int) -> str:
    """Return a theme's colour; there are twenty, and then they begin again."""
    return GREY if number < 0 else _PALETTE[number % len(_PALETTE)]


def map_figure(
    themes: Themes,
    names: Sequence[str],
    words: Mapping[int, str],
    about: Mapping[int, str],
    kinds: Mapping[int, tuple[str, str]],
    *,
    chosen: int | None,
    dark: bool,
) -> Any:  # noqa: ANN401 - plotly gives no types
    """Draw a point for each stretch of talk.

    Args:
        themes: With points.
        names: Of the themes, by number.
        words: What was said, by the stretch's place; only these stretches are drawn.
        about: Who said it and where.
        kinds: Into which heap of the legend each stretch goes, and its colour.
        chosen: The theme that stands out.
        dark: For a dark background.
    """
    import plotly.graph_objects as go

    labels = themes.labels
    heaps: dict[tuple[str, str], list[int]] = {}
    for place in words:
        heaps.setdefault(kinds[place], []).append(place)
    figure = go.Figure()
    # Few points need no graphics card, which not every machine has.
    scatter = go.Scatter if len(words) <= FEW_POINTS else go.Scattergl
    for (heap, colour), places in heaps.items():
        figure.add_trace(
            scatter(
                x=[themes.points[place][0] for place in places],
                y=[themes.points[place][1] for place in places],
                mode="markers",
                name=shown(textwrap.shorten(heap, 40, placeholder="…")),
                marker={
                    "color": colour,
                    "size": [8 if labels[place] == chosen else 6 for place in places],
                    "opacity": [0.9 if chosen is None or labels[place] == chosen else 0.15 for place in places],
                    "line": {"width": 0},
                },
                customdata=places,
                text=[
                    f"<b>{shown(names[labels[place]]) if labels[place] >= 0 else 'Fits no theme'}</b><br>"
                    f"{shown(words[place], wrap=True)}<br><i>{shown(about[place])}</i>"
                    for place in places
                ],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    for x, y, number in _labels(themes, chosen):
        figure.add_annotation(
            x=x,
            y=y,
            text=shown(textwrap.shorten(names[number], 28, placeholder="…")),
            showarrow=False,
            captureevents=False,
            font={"size": 12, "color": "#e6e9e6" if dark else "#1d2429"},
            bgcolor="rgba(20,25,28,.7)" if dark else "rgba(252,252,250,.8)",
        )
    figure.update_layout(
        height=560,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        legend={"itemsizing": "constant", "orientation": "h", "yanchor": "top", "y": 0},
        showlegend=len(heaps) <= 12,
        hoverlabel={"align": "left"},
        dragmode="pan",
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return figure


def _labels(themes: Themes, chosen: int | None) -> list[tuple[float, float, int]]:
    """Return where the names of themes stand: the largest first, and none over another."""
    wide, high = (max(axis) - min(axis) or 1.0 for axis in zip(*themes.points, strict=True))
    placed: list[tuple[float, float, int]] = []
    for theme in themes.themes:
        if chosen not in (None, theme.number):
            continue
        # The middle of its points; a mean would be drawn away by a single one that lies far off.
        x, y = (sorted(themes.points[m][axis] for m in theme.members)[len(theme.members) // 2] for axis in (0, 1))
        if all(abs(x - a) > 0.17 * wide or abs(y - b) > 0.045 * high for a, b, _ in placed):
            placed.append((x, y, theme.number))
    return placed


def spread_figure(table: DataFrame, names: Sequence[str], *, title: str, dark: bool) -> Any:  # noqa: ANN401
    """Draw how much of each group's talk is in each theme as a table of shades.

    Args:
        table: As :func:`coding.themes.spread.spread` gives it.
        names: Of the themes, by number.
        title: What the columns are.
        dark: For a dark background.
    """
    import plotly.graph_objects as go

    wide = table.pivot(index="theme", columns="by", values="share").reindex(columns=list(dict.fromkeys(table["by"])))
    counts = table.pivot(index="theme", columns="by", values="count").reindex(columns=wide.columns)
    figure = go.Figure(
        go.Heatmap(
            z=wide.to_numpy(dtype=float),
            x=[shown(textwrap.shorten(str(value), 24, placeholder="…")) for value in wide.columns],
            y=[shown(textwrap.shorten(names[number], 40, placeholder="…")) for number in wide.index],
            customdata=counts.to_numpy(dtype=int),
            colorscale=[[0, "#1e2529" if dark else "#f4f5f1"], [1, "#58b8b2" if dark else "#0b6264"]],
            zmin=0,
            hovertemplate="%{y}<br>%{x}: %{z:.0%} of the talk, %{customdata} stretches<extra></extra>",
            colorbar={"tickformat": ".0%", "thickness": 10},
            xgap=1,
            ygap=1,
        )
    )
    figure.update_layout(height=120 + 26 * len(wide.index), margin={"l": 0, "r": 0, "t": 8, "b": 0})
    figure.update_xaxes(title=title, type="category", side="bottom")
    figure.update_yaxes(autorange="reversed", type="category")
    return figure


def tree_figure(themes: Themes, names: Sequence[str], *, dark: bool) -> Any:  # noqa: ANN401
    """Draw how themes join into larger ones, those that are most alike first."""
    import plotly.graph_objects as go

    count = len(themes.themes)
    order = _leaves(themes)
    at = {number: float(place) for place, number in enumerate(order)}
    height = {number: 0.0 for number in order}
    ink = "#7cd0ca" if dark else "#0b6264"
    figure = go.Figure()
    dots: list[tuple[float, float, str]] = []
    for step, join in enumerate(themes.joins):
        left, right, top = at[join.left], at[join.right], join.distance
        figure.add_trace(
            go.Scatter(
                x=[height[join.left], top, top, height[join.right]],
                y=[left, left, right, right],
                mode="lines",
                line={"color": ink, "width": 1.5},
                hoverinfo="skip",
            )
        )
        at[count + step], height[count + step] = (left + right) / 2, top
        dots.append((top, (left + right) / 2, ", ".join(join.terms) or "no common words"))
    figure.add_trace(
        go.Scatter(
            x=[x for x, _, _ in dots],
            y=[y for _, y, _ in dots],
            mode="markers",
            marker={"color": ink, "size": 9},
            text=[shown(words) for _, _, words in dots],
            hovertemplate="In common: %{text}<extra></extra>",
        )
    )
    figure.update_layout(height=110 + 26 * count, margin={"l": 0, "r": 8, "t": 8, "b": 0}, showlegend=False)
    figure.update_yaxes(
        tickvals=list(range(count)),
        ticktext=[shown(textwrap.shorten(names[number], 44, placeholder="…")) for number in order],
        range=[count - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
    )
    figure.update_xaxes(title="How unlike the two are", rangemode="tozero", zeroline=False)
    return figure


def _leaves(themes: Themes) -> list[int]:
    """Return the themes in an order in which no lines of the tree cross."""
    count = len(themes.themes)
    inside: list[list[int]] = [[number] for number in range(count)]
    for join in themes.joins:
        inside.append(inside[join.left] + inside[join.right])
    return inside[-1] if themes.joins else list(range(count))


def saturation_figure(curves: Mapping[str, DataFrame], *, dark: bool) -> Any:  # noqa: ANN401
    """Draw how many different codes and themes were found after each session, and how many of them were new."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for (what, curve), colour in zip(curves.items(), ("#58b8b2" if dark else "#0b6264", "#d1650f"), strict=False):
        sessions = [shown(str(name)) for name in curve["session"]]
        figure.add_trace(
            go.Scatter(
                x=sessions,
                y=curve["total"],
                mode="lines+markers",
                name=f"{what} found so far",
                line={"color": colour},
                customdata=curve["new"],
                hovertemplate="%{x}: %{y} so far, %{customdata} new<extra></extra>",
            )
        )
        figure.add_trace(
            go.Bar(
                x=sessions, y=curve["new"], name=f"new {what}", marker={"color": colour}, opacity=0.35, hoverinfo="skip"
            )
        )
    figure.update_layout(
        height=380,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        barmode="group",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0},
    )
    figure.update_yaxes(rangemode="tozero", title="Codes and themes")
    figure.update_xaxes(type="category")
    return figure
