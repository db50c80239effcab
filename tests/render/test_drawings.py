"""The charts on paper show the figures, with a word and a mark for every colour."""

import itertools
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, Rect, String, Wedge
from reportlab.lib.colors import HexColor
from support.report_values import MONTH, ZONE, a_report

import minibar_ml.render
from minibar_ml.domain.reporting.periods import week_ending
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


def test_the_line_is_cut_where_a_day_is_unknown() -> None:
    report = a_report()
    drawing = drawings.trend(report, WORDS, WIDTH)
    solid = [line for line in shapes(drawing, PolyLine) if not line.strokeDashArray]
    assert [len(line.points) // 2 for line in solid] == [2, 25]
    assert len(shapes(drawing, Circle)) == 27, "a dot for each day that is known"
    assert {"This month", "Previous month"} <= set(texts(drawing))


@pytest.mark.parametrize("period", [MONTH, week_ending(MONTH.last_day)])
def test_no_two_days_labels_touch(period: Any) -> None:
    drawing = drawings.trend(a_report(period), WORDS, WIDTH)
    days = sorted(shape.x for shape in shapes(drawing, String) if re.fullmatch(r"[A-Z][a-z]{2}", shape.text))
    assert min(b - a for a, b in itertools.pairwise(days)) >= 20


def test_bars_are_as_long_as_their_figures() -> None:
    report = a_report(by_type=(Count("stock_anomaly", 40, 80), Count("refill_delay", 20, None)))
    drawing = drawings.bars(report, report.by_type, "type", WORDS, WIDTH)
    before, _in_legend = (bar.width for bar in shapes(drawing, Rect) if bar.fillColor is None)
    first, second, _legend = (bar.width for bar in shapes(drawing, Rect) if bar.fillColor is not None)
    assert (before / first, second / first) == pytest.approx((2, 0.5))
    assert {"40", "20", "Unusual stock movement"} <= set(texts(drawing))


def test_a_severity_has_a_mark_and_a_word_too() -> None:
    drawing = drawings.pie(a_report().by_severity, "severity", WORDS, WIDTH)
    wanted = {WORDS.label(key, "severity") for key in SEVERITY_MARKS} | set(SEVERITY_MARKS.values())
    assert wanted <= set(texts(drawing))


def test_a_legend_looks_like_what_is_drawn_and_names_nothing_else() -> None:
    report = a_report(by_type=(Count("stock_anomaly", 40, 0), Count("refill_delay", 20, None)))
    drawing = drawings.bars(report, report.by_type, "type", WORDS, WIDTH)
    assert {bar.fillColor for bar in shapes(drawing, Rect)} == {HexColor(palette.LINE)}
    assert len(shapes(drawing, Rect)) == 3, "two bars, and one of the legend"
    assert shapes(drawing, Line) == []
    assert "Previous month" not in texts(drawing)
    alone = replace(report, trend=tuple(replace(day, previous=None) for day in report.trend))
    assert "Previous month" not in texts(drawings.trend(alone, WORDS, WIDTH))


@pytest.mark.parametrize("colour", sorted({*palette.SEVERITIES.values(), *palette.STATUSES.values()}))
def test_black_stands_out_on_every_colour_of_a_part(colour: str) -> None:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    assert (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) / 0.05 > 4.5


def test_the_parts_of_the_pie_make_a_whole() -> None:
    counts = (Count("open", 1, 0), Count("resolved", 3, 0), Count("false_positive", 0, 0))
    drawing = drawings.pie(counts, "status", WORDS, WIDTH)
    angles = [wedge.endangledegrees - wedge.startangledegrees for wedge in shapes(drawing, Wedge)]
    assert angles == pytest.approx([90, 270])
    assert {"25%", "75%", "0%", "4"} <= set(texts(drawing))


def test_one_part_alone_is_a_closed_ring_and_nothing_makes_none() -> None:
    whole = drawings.pie((Count("open", 5, 0),), "status", WORDS, WIDTH)
    assert len(shapes(whole, Wedge)) == 1
    nothing = drawings.pie((Count("open", 0, 0), Count("resolved", None, None)), "status", WORDS, WIDTH)
    assert shapes(nothing, Wedge) == []


def test_an_empty_trend_draws_its_axis() -> None:
    report = replace(a_report(), trend=())
    assert shapes(drawings.trend(report, WORDS, WIDTH), PolyLine) == []


def test_page_and_paper_use_the_same_colours() -> None:
    style = (Path(minibar_ml.render.__file__).parent / "page" / "templates" / "style.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", style.partition("@media")[0]))
    wanted = {**palette.SEVERITIES, "line": palette.LINE, "before": palette.BEFORE, "text": palette.TEXT}
    wanted |= {"soft": palette.SOFT, "rule": palette.RULE, "wash": palette.WASH}
    assert {name: light.get(name) for name in wanted} == wanted
    assert dict(re.findall(r"\.([a-z_]+) \{ --own: (#[0-9a-f]{6})", style)) == palette.STATUSES
