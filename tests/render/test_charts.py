"""The charts' geometry says what the figures say."""

from datetime import date

import pytest

from minibar_ml.domain.reporting.alert_counts import Week
from minibar_ml.domain.reporting.rows import Count
from minibar_ml.render import charts


def test_columns_are_as_high_as_their_weeks_and_end_on_the_same_line() -> None:
    start = date(2026, 2, 2)
    found = charts.stacks([Week(start, (1, 0, 2, 1)), Week(start, (2, 0, 0, 0)), Week(start, None)])
    assert [[(layer.severity, layer.alerts) for layer in stack.layers] for stack in found] == [
        [("critical", 1), ("medium", 2), ("low", 1)],
        [("critical", 2)],
        [],
    ]
    heights = [sum(layer.height for layer in stack.layers) for stack in found]
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.2)
    assert {stack.layers[0].y + stack.layers[0].height for stack in found[:2]} == {charts.STACKS_HEIGHT - charts.FOOT}


def test_a_spark_line_ends_with_the_last_week() -> None:
    drawn = [(one.x, one.y, one.height, one.is_last) for one in charts.spark([2, None, 0, 4], 40, 10)]
    assert drawn == [(0.0, 5.0, 5.0, False), (20.0, 9.0, 1.0, False), (30.0, 0.0, 10.0, True)], (
        "nothing is a line, and what is not known is nowhere"
    )


def test_a_week_that_is_not_whole_is_drawn_as_such() -> None:
    day = date(2026, 3, 2)
    weeks = [Week(day, (1, 0, 0, 0), watched, is_running) for watched, is_running in ((7, False), (6, False))]
    weeks += [Week(day, (1, 0, 0, 0), 5), Week(day, (1, 0, 0, 0), 7, is_running=True), Week(day, None, 0)]
    assert [one.is_partial for one in charts.spark(weeks)] == [False, False, True, True]


def test_bars_are_as_long_as_their_figures() -> None:
    first, second = charts.bars([Count("a", 10, 20), Count("b", 5, None)])
    assert (first.previous_width, first.width, second.width) == pytest.approx((300, 150, 75))
    assert second.previous_width == 0
