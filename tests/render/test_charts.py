"""The charts' geometry says what the figures say."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from minibar_ml.domain.reporting.rows import Count, Day
from minibar_ml.render import charts


def days(*values: int | None) -> list[Day]:
    start = date(2026, 2, 23)
    return [
        Day(start + timedelta(days=n), value, start + timedelta(days=n - 7), None) for n, value in enumerate(values)
    ]


@pytest.mark.parametrize("highest", [0, 1, 2, 4, 5, 9, 10, 11, 99, 100, 101, 12_345])
def test_the_axis_reaches_the_highest_value_in_a_few_round_steps(highest: int) -> None:
    marks = charts.ticks(highest)
    assert marks[0] == 0
    assert marks[-1] >= max(highest, 1)
    assert 2 <= len(marks) <= 6
    assert len({b - a for a, b in pairwise(marks)}) == 1


def test_a_line_is_cut_where_a_day_is_unknown() -> None:
    chart = charts.line_chart(days(1, 2, None, 4, 0))
    assert [[point.value for point in run] for run in chart.current] == [[1, 2], [4, 0]]
    assert chart.previous == ()
    assert chart.current[1][1].y == chart.baseline


def test_bars_are_as_long_as_their_figures() -> None:
    first, second = charts.bars([Count("a", 10, 20), Count("b", 5, None)])
    assert (first.previous_width, first.width, second.width) == pytest.approx((300, 150, 75))
    assert second.previous_width == 0


def test_a_ring_of_one_part_is_closed_and_nothing_makes_no_ring() -> None:
    (whole,) = charts.ring([Count("high", 3, 0), Count("low", 0, 0), Count("medium", None, None)])
    assert (whole.key, whole.dash) == ("high", 100.0)
    assert charts.ring([Count("low", 0, 0)]) == ()
