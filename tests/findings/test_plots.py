import io
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
from PIL import Image

from coding.findings import code_saturation
from coding.findings.charts import (
    Chart,
    Series,
    chart_codes,
    chart_grid,
    chart_saturation,
    chart_talk,
    chart_valence,
    numbers,
)
from coding.findings.counts import codes_by_group, codes_overall, matrix, shown_against_lacking
from coding.findings.plots import draw, draw_png, draw_svg, short
from coding.findings.speaking import talk_share

HOSTILE = ("<img src=x onerror=alert(1)>", "$a$ & $b$", "<b>x</b>")

NONE = float("nan")
CHARTS: dict[str, Callable[..., Chart]] = {
    "bars": lambda m: chart_codes(codes_overall(m)),
    "opposed": lambda m: chart_valence(shown_against_lacking(m)),
    "grid": lambda m: chart_grid(matrix(codes_by_group(m)), "Codes by group"),
    "talk": lambda m: chart_talk(talk_share(m.choose(groups=["Retail"]))),
    "steps": lambda m: chart_saturation(code_saturation(m)),
    "dots": lambda m: Chart(
        "dots", "x", ("a", "b"), (Series("Rating", (1.0, float("nan"))), Series("People", (2.0, 3.0)))
    ),
}


@pytest.fixture(params=CHARTS)
def chart(request, material):
    return CHARTS[request.param](material)


def test_the_same_chart_gives_the_same_bytes_without_a_date(chart):
    svg = draw_svg(chart)
    assert svg == draw_svg(chart)
    assert draw_png(chart, dots_per_inch=40) == draw_png(chart, dots_per_inch=40)
    assert "date" not in svg.lower()


def test_the_vector_plot_takes_the_colour_of_its_text_and_has_no_background(chart):
    root = ET.fromstring(draw_svg(chart))
    assert root.tag.endswith("svg")
    assert root.attrib["role"] == "img"
    assert "currentColor" in ET.tostring(root, encoding="unicode")
    assert not root.findall(".//{http://www.w3.org/2000/svg}g[@id='patch_1']/*[@style='fill: #ffffff']")


def test_the_page_draws_every_mark(chart):
    figure = draw(chart)
    drawn = figure.data[0].z if chart.kind == "grid" else figure.data
    assert len(drawn) == (
        len(chart.labels) if chart.kind == "grid" else 1 if chart.kind == "dots" else len(chart.series)
    )


def test_a_picture_is_as_wide_as_was_asked_for(chart):
    picture = Image.open(io.BytesIO(draw_png(chart, width_in=5, dots_per_inch=60)))
    assert picture.width == 300


def test_numbers_stand_beside_the_plot(chart):
    table = numbers(chart)
    assert list(table.columns) == ["", *(one.name for one in chart.series)]
    assert len(table) == len(chart.labels)


def test_text_is_drawn_as_typed():
    made = Chart("grid", HOSTILE[0], HOSTILE, tuple(Series(name, (1.0, 2.0, 3.0)) for name in HOSTILE))
    root = ET.fromstring(draw_svg(made))
    texts = {"".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert set(HOSTILE) <= texts
    assert root.attrib["aria-label"] == HOSTILE[0]
    axis = draw(made).layout.yaxis.ticktext
    assert axis[0] == "&lt;img src=x onerror=alert(1)&gt;"


def test_the_most_frequent_code_comes_first(material):
    made = chart_codes(codes_overall(material), values="codings")
    assert made.labels[0] == "Meets customers"
    assert list(made.series[0].values) == sorted(made.series[0].values, reverse=True)
    assert chart_codes(codes_overall(material)).across == "People of 5"


def test_nothing_to_draw_is_told(material):
    assert chart_codes(codes_overall(material).iloc[:0]).empty


def test_long_labels_are_cut():
    assert short("word " * 20).endswith("…")
    assert len(short("word " * 20)) <= 44
