"""The charts on paper show the figures, with a word and a mark for every colour."""

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import HexColor
from support.reports.report_values import ZONE, a_report

import minibar_ml.render
from minibar_ml.domain.reporting.rows import Count
from minibar_ml.i18n.labels import SEVERITY_MARKS
from minibar_ml.render import palette
from minibar_ml.render.paper import drawings
from minibar_ml.render.paper.text import register_fonts
from minibar_ml.render.words import Words

WORDS = Words("en", ZoneInfo(ZONE))
WIDTH = 500.0


@pytest.fixture(autouse=True)
def _fonts() -> None:
    register_fonts()


def shapes(drawing: Drawing, kind: type) -> list[Any]:
    return [shape for shape in drawing.contents if isinstance(shape, kind)]


def texts(drawing: Drawing) -> list[str]:
    return [shape.text for shape in shapes(drawing, String)]


def test_a_weeks_column_has_its_number_and_a_mark_for_each_colour() -> None:
    report = a_report()
    drawing = drawings.weeks(report, WORDS, WIDTH)
    drawn = [str(week.alerts) for week in report.weeks if week.alerts is not None]
    assert [text for text in texts(drawing) if text.isdigit()] == drawn
    assert "–" in texts(drawing), "a week that nobody watched"
    assert set(texts(drawing)) >= {SEVERITY_MARKS["critical"], SEVERITY_MARKS["high"]}


def test_bars_are_as_long_as_their_figures() -> None:
    report = a_report(by_type=(Count("stock_anomaly", 40, 80), Count("refill_delay", 20, None)))
    drawing = drawings.bars(report, report.by_type, "type", WORDS, WIDTH)
    before, _in_legend = (bar.width for bar in shapes(drawing, Rect) if bar.fillColor is None)
    first, second, _legend = (bar.width for bar in shapes(drawing, Rect) if bar.fillColor is not None)
    assert (before / first, second / first) == pytest.approx((2, 0.5))
    assert {"40", "20", "Unusual stock movement"} <= set(texts(drawing))


def test_a_legend_looks_like_what_is_drawn_and_names_nothing_else() -> None:
    report = a_report(by_type=(Count("stock_anomaly", 40, 0), Count("refill_delay", 20, None)))
    drawing = drawings.bars(report, report.by_type, "type", WORDS, WIDTH)
    assert {bar.fillColor for bar in shapes(drawing, Rect)} == {HexColor(palette.LINE)}
    assert len(shapes(drawing, Rect)) == 3, "two bars, and one of the legend"
    assert shapes(drawing, Line) == []
    assert "January" not in texts(drawing)


@pytest.mark.parametrize("colour", sorted(palette.SEVERITIES.values()))
def test_black_stands_out_on_every_colour_of_a_part(colour: str) -> None:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    assert (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) / 0.05 > 4.5


def test_page_and_paper_use_the_same_colours() -> None:
    style = (Path(minibar_ml.render.__file__).parent / "page" / "templates" / "style.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", style.partition("@media")[0]))
    wanted = {**palette.SEVERITIES, "line": palette.LINE, "before": palette.BEFORE, "text": palette.TEXT}
    wanted |= {"soft": palette.SOFT, "rule": palette.RULE, "wash": palette.WASH}
    assert {name: light.get(name) for name in wanted} == wanted
