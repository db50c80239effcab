"""The charts on paper show the figures, with words and marks beside every colour."""

import itertools
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from report_values import MONTH, ZONE, a_report
from reportlab.graphics.shapes import Circle, Drawing, PolyLine, Rect, String, Wedge

import minibar_ml.render
from minibar_ml.domain.report import Count, week_ending
from minibar_ml.render import drawings, palette
from minibar_ml.render.pdf_text import register_fonts
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
    assert {"This month", "The month before"} <= set(texts(drawing))


@pytest.mark.parametrize("period", [MONTH, week_ending(MONTH.last_day)])
def test_no_two_days_labels_touch(period: Any) -> None:
    drawing = drawings.trend(a_report(period), WORDS, WIDTH)
    days = sorted(shape.x for shape in shapes(drawing, String) if re.fullmatch(r"[A-Z][a-z]{2}", shape.text))
    assert min(b - a for a, b in itertools.pairwise(days)) >= 20


def test_bars_are_as_long_as_their_figures() -> None:
    report = a_report(by_type=(Count("stock_anomaly", 40, 80), Count("refill_delay", 20, None)))
    drawing = drawings.bars(report, report.by_type, "type", WORDS, WIDTH)
    (before,) = (bar.width for bar in shapes(drawing, Rect) if bar.fillColor is None)
    first, second = (bar.width for bar in shapes(drawing, Rect) if bar.fillColor is not None)
    assert (before / first, second / first) == pytest.approx((2, 0.5))
    assert {"40", "20", "Unusual stock movement"} <= set(texts(drawing))


def test_a_severity_is_told_by_mark_and_word_too() -> None:
    report = a_report()
    drawing = drawings.bars(report, report.by_severity, "severity", WORDS, WIDTH)
    assert {f"{mark} {WORDS.label(key, 'severity')}" for key, mark in palette.MARKS.items()} <= set(texts(drawing))


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
    style = (Path(minibar_ml.render.__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", style.partition("@media")[0]))
    wanted = {**palette.SEVERITIES, "line": palette.LINE, "before": palette.BEFORE, "text": palette.TEXT}
    wanted |= {"soft": palette.SOFT, "rule": palette.RULE, "wash": palette.WASH}
    assert {name: light.get(name) for name in wanted} == wanted
