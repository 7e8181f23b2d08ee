"""Figures for print: vector, readable without colour, and the same each time.

Nothing in a label is read as mathematics, and no clock and no random number goes into a file.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coding.export.report.content import clean
from coding.findings.charts import BLUE, GREY, RED, Chart
from coding.findings.plots import draw_png, draw_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK = "#010203"
"""Stands for the colour of the text; the page that shows a figure puts its own in its place."""
SHOWN, LACKING, UNCLEAR = BLUE, RED, GREY
"""The colours of the page Findings, told apart with any kind of colour blindness, on white and on black."""

WIDTH_IN = 6.5
_ROW_IN = 0.183
_DPI = 300
_LONGEST = 46
_STYLE = re.compile(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>", re.DOTALL)
_META = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_NAMED = re.compile(r'<svg role="img" aria-label="[^"]*" ')
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_ID = re.compile(r' id="([^"]*)"')
_REFERENCE = re.compile(r'(?:url\(|href=")#([^")]+)')
_FONT = re.compile(r"font:\s*(?:[\w.]+\s+)*?(\d+(?:\.\d+)?)px[^;\"]*")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure as a vector drawing and as an image, with its size in inches."""

    svg: str
    png: bytes
    width_in: float
    height_in: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a figure: a heading over others, or a label with its numbers."""

    label: str
    values: tuple[float, ...] = ()
    heading: bool = False
    low: float | None = None
    high: float | None = None


def draw_valence(rows: Sequence[Row]) -> Drawing:
    """Draw how many passages tell of each behaviour, to the right, and of its lack, to the left.

    Args:
        rows: Shown, lacking and unclear for each behaviour; headings between them.
    """
    figure, axes = _canvas(len(rows))
    most = max((max(row.values[0] + row.values[2], row.values[1]) for row in rows if row.values), default=1) or 1
    for at, row in enumerate(rows):
        if row.heading:
            continue
        shown, lacking, unclear = row.values
        axes.barh(at, shown, height=0.62, color=SHOWN, linewidth=0)
        axes.barh(at, -lacking, height=0.62, color="none", edgecolor=LACKING, hatch="//////", linewidth=0.8)
        axes.barh(at, unclear, left=shown, height=0.62, color="none", edgecolor=UNCLEAR, linewidth=0.8)
        for value, place, side in ((shown + unclear, shown + unclear, "left"), (lacking, -lacking, "right")):
            if value:
                shift = most * (0.02 if side == "left" else -0.02)
                axes.text(place + shift, at, f"{value:.0f}", va="center", ha=side, fontsize=7, color=INK)
    _labels(axes, rows)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_xlim(-most * 1.14, most * 1.14)
    axes.set_xticks([])
    _legend(
        axes,
        [("lacking", {"facecolor": "none", "edgecolor": LACKING, "hatch": "//////"}), ("shown", {"color": SHOWN})]
        + (
            [("unclear", {"facecolor": "none", "edgecolor": UNCLEAR})]
            if any(row.values and row.values[2] for row in rows)
            else []
        ),
    )
    return _finish(figure)


def draw_groups(rows: Sequence[Row], groups: Sequence[tuple[str, int]]) -> Drawing:
    """Draw in how much of each group a behaviour is told: the number of people, on a field as dark as their share.

    Args:
        rows: The number of people in each group.
        groups: Names of the groups, each with how many people it has.
    """
    figure, axes = _canvas(len(rows) + 1)
    for at, row in enumerate(rows):
        for place, value in enumerate(row.values):
            share = value / groups[place][1] if groups[place][1] else 0.0
            if value:
                axes.add_patch(
                    _rectangle((place - 0.47, at - 0.44), 0.94, 0.88, facecolor=SHOWN, alpha=_depth(share), linewidth=0)
                )
                dark = share > 0.5
                axes.text(
                    place,
                    at,
                    f"{value:.0f}",
                    va="center",
                    ha="center",
                    fontsize=7,
                    color="white" if dark else INK,
                )
            elif not row.heading:
                axes.text(place, at, "·", va="center", ha="center", fontsize=7, color=UNCLEAR)
    _labels(axes, rows)
    axes.set_xlim(-0.6, len(groups) - 0.4)
    axes.set_xticks(range(len(groups)))
    long = max((len(name) for name, _ in groups), default=0) * len(groups) > 60
    axes.set_xticklabels(
        [f"{_cut(name, 24)} ({people})" for name, people in groups],
        rotation=40 if long else 0,
        ha="left" if long else "center",
        fontsize=7,
        color=INK,
    )
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0)
    return _finish(figure)


def draw_agreement(rows: Sequence[Row]) -> Drawing:
    """Draw Krippendorff's alpha of each code with its interval, beside the two marks that readers know.

    Args:
        rows: One value each, with the ends of its interval.
    """
    figure, axes = _canvas(len(rows))
    for mark, words in ((0.667, ".667"), (0.8, ".80")):
        axes.axvline(mark, color=UNCLEAR, linewidth=0.8, linestyle=(0, (3, 2)))
        axes.text(mark, -1.1, words, ha="center", va="bottom", fontsize=7, color=INK)
    least = 0.0
    for at, row in enumerate(rows):
        if not row.values:
            continue
        if row.low is not None and row.high is not None:
            axes.plot([row.low, row.high], [at, at], color=SHOWN, linewidth=1.6, solid_capstyle="butt")
            least = min(least, row.low)
        axes.plot([row.values[0]], [at], marker="o", markersize=4.2, color=SHOWN, linestyle="none")
        least = min(least, row.values[0])
    _labels(axes, rows)
    axes.set_xlim(max(-1.0, least - 0.05), 1.02)
    axes.tick_params(axis="x", labelsize=7, colors=INK, length=2)
    axes.set_xlabel("Krippendorff's alpha", fontsize=7.5, color=INK)
    axes.spines["bottom"].set_visible(True)
    return _finish(figure)


def draw_joint(rows: Sequence[Row], ends: tuple[float, float]) -> Drawing:
    """Draw ratings with their intervals, and beside them the share of participants who tell of the same behaviour.

    Args:
        rows: The rating and the share in per cent of each, with the ends of the rating's interval.
        ends: The lowest and the highest rating that is possible.
    """
    figure = _figure(0.75 + _ROW_IN * max(len(rows), 3))
    left, right = figure.subplots(1, 2, sharey=True)
    for at, row in enumerate(rows):
        rating, share = row.values
        if row.low is not None and row.high is not None:
            left.plot([row.low, row.high], [at, at], color=SHOWN, linewidth=1.6, solid_capstyle="butt")
        left.plot([rating], [at], marker="o", markersize=4.2, color=SHOWN, linestyle="none")
        right.barh(at, share, height=0.62, color=UNCLEAR, linewidth=0)
        right.text(share + 1.5, at, f"{share:.0f}", va="center", ha="left", fontsize=7, color=INK)
    for axes, title in ((left, "Rating with 95 % interval"), (right, "Participants who tell of it, %")):
        _bare(axes)
        axes.set_xlabel(title, fontsize=7.5, color=INK)
        axes.tick_params(axis="x", labelsize=7, colors=INK, length=2)
        axes.spines["bottom"].set_visible(True)
        axes.tick_params(axis="y", length=0)
    _labels(left, rows)
    left.set_xlim(*ends)
    right.set_xlim(0, 112)
    right.set_xticks([0, 50, 100])
    return _finish(figure)


def draw_chart(chart: Chart) -> Drawing:
    """Draw a chart as the page Findings has it."""
    svg = _inline(_NAMED.sub("<svg ", draw_svg(chart, width_in=WIDTH_IN), count=1))
    box = _BOX.search(svg)
    height = float(box[2]) / float(box[1]) * WIDTH_IN if box else WIDTH_IN
    return Drawing(svg, draw_png(chart, width_in=WIDTH_IN, dots_per_inch=_DPI), WIDTH_IN, height)


# parts


def _figure(height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH_IN, height), layout="constrained")


def _canvas(lines: int) -> tuple[Figure, Any]:
    """Return an empty figure with a line for each label, the first one on top."""
    figure = _figure(0.55 + _ROW_IN * max(lines, 3))
    axes = figure.add_subplot()
    _bare(axes)
    return figure, axes


def _bare(axes: Any) -> None:  # noqa: ANN401 - matplotlib's axes
    for side, spine in axes.spines.items():
        spine.set_visible(False)
        if side == "bottom":
            spine.set_color(INK)
            spine.set_linewidth(0.6)


def _labels(axes: Any, rows: Sequence[Row]) -> None:  # noqa: ANN401
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)))
    axes.set_yticklabels([_cut(row.label, _LONGEST) for row in rows], fontsize=7.5, color=INK)
    axes.tick_params(axis="y", length=0)
    for label, row in zip(axes.get_yticklabels(), rows, strict=True):
        if row.heading:
            label.set_fontweight("bold")


def _legend(axes: Any, entries: Sequence[tuple[str, dict[str, Any]]]) -> None:  # noqa: ANN401
    from matplotlib.patches import Patch

    legend = axes.legend(
        handles=[Patch(label=label, linewidth=0.8, **options) for label, options in entries],
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=len(entries),
        frameon=False,
        fontsize=7.5,
        handlelength=1.2,
        handleheight=0.9,
    )
    for text in legend.get_texts():
        text.set_color(INK)


def _rectangle(place: tuple[float, float], width: float, height: float, **options: object) -> Any:  # noqa: ANN401
    from matplotlib.patches import Rectangle

    return Rectangle(place, width, height, **options)  # type: ignore[arg-type]


def _depth(share: float) -> float:
    """Return how much of a field's colour covers the page, so that it is darker on white and brighter on black."""
    return 0.18 + 0.82 * min(1.0, max(0.0, share))


def _cut(text: str, most: int) -> str:
    line = " ".join(clean(text).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _finish(figure: Figure) -> Drawing:
    """Return the figure as SVG whose text is text, and as an image on white."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    options: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": "coding",
        "text.parse_math": False,
        "font.family": "DejaVu Sans",
        "hatch.linewidth": 0.8,
    }
    for text in figure.findobj(lambda artist: hasattr(artist, "set_parse_math")):
        text.set_parse_math(False)  # type: ignore[attr-defined]
    vector, image = io.BytesIO(), io.BytesIO()
    with mpl.rc_context(options):
        FigureCanvasAgg(figure)
        figure.savefig(image, format="png", dpi=_DPI, facecolor="white", metadata={"Software": None})
        FigureCanvasSVG(figure)
        figure.savefig(vector, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    width, height = figure.get_size_inches()
    return Drawing(_inline(vector.getvalue().decode("utf-8")), image.getvalue(), float(width), float(height))


def _inline(svg: str) -> str:
    """Return a drawing to stand in a page: no prologue, no style of its own, text in the page's colour and font."""
    body = svg[svg.index("<svg") :]
    body = _META.sub("", _STYLE.sub("", body))
    body = _FONT.sub(lambda found: f"font-size: {found[1]}px", body)
    return _own_ids(body).replace(INK, "currentColor").strip()


def _own_ids(svg: str) -> str:
    """Return a drawing in which only what is referred to has an id, and one that no other drawing of a page has."""
    wanted = set(_REFERENCE.findall(svg))
    mark = hashlib.sha256(svg.encode("utf-8", "replace")).hexdigest()[:8]
    named = _ID.sub(lambda found: f' id="{mark}{found[1]}"' if found[1] in wanted else "", svg)
    return _REFERENCE.sub(lambda found: found[0].replace(f"#{found[1]}", f"#{mark}{found[1]}"), named)
