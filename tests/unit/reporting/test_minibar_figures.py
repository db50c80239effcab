"""What was consumed: sums, occupied rooms, and what is compared with what."""

from datetime import date
from decimal import Decimal

import pytest

from minibar_ml.domain.reporting.minibar import Consumed, Range, minibar, spans
from minibar_ml.domain.reporting.periods import week_ending

LATER = date(2026, 3, 5)
WEEK = spans(week_ending(date(2026, 3, 1)), LATER)
KNOWN = Range({1: "Kola", 2: "Soda"}, {1: Decimal("2.50")}, {11: "Standart", 12: None}, {5: 10, 6: 20})
ROWS = [
    *(Consumed(1, "product", 1, 30.0, 7), Consumed(1, "product", 2, 5.0, 3), Consumed(2, "product", 1, 20.0, 7)),
    *(Consumed(1, "room", 11, 25.0, 7), Consumed(1, "room", 12, 10.0, 4), Consumed(2, "room", 11, 20.0, 9)),
    *(Consumed(1, "occupancy", 5, 3.5, 7), Consumed(1, "occupancy", 6, 0.0, 7), Consumed(2, "occupancy", 5, 7.0, 7)),
    *(Consumed(1, "weekday", 7, 35.0, 2), Consumed(1, "day", 0, 0.0, 7), Consumed(2, "day", 0, 0.0, 6)),
    *(Consumed(3, "day", 0, 0.0, 2), Consumed(3, "product", 1, 99.0, 2)),
]


def test_figures_are_those_of_the_period_and_the_one_before() -> None:
    made = minibar(ROWS, KNOWN, WEEK)
    assert made is not None
    assert (made.units.now, made.units.previous, made.units.change_percent) == (35, 20, 75)
    assert made.value.now == 75, "Soda has no price"
    assert made.occupancy.now == pytest.approx(0.25)
    assert made.per_night.now == pytest.approx(1.0), "35 units, half of ten rooms for seven nights"
    assert made.checks.now == pytest.approx(11 / 35)
    assert [(one.key, one.units.now, one.value) for one in made.products] == [("Kola", 30, 75), ("Soda", 5, None)]
    assert [(one.key, one.units.now) for one in made.room_types] == [("Standart", 25), ("", 10)]


def test_rooms_of_no_type_in_which_nothing_was_counted_are_no_line_of_zeros() -> None:
    made = minibar(
        [*ROWS[:-1], Consumed(1, "room", 99, 0.0, 7)], Range({}, {}, {11: "Suit", 12: "Suit"}, {5: 10}), WEEK
    )
    assert made is not None
    assert [(one.key, one.units.now) for one in made.room_types] == [("Suit", 35)]


def test_units_count_at_what_they_were_sold_for_where_that_is_on_record() -> None:
    rows = [*ROWS[1:], Consumed(1, "product", 1, 30.0, 7, charged_units=12.0, charged_amount=20.0)]
    made = minibar(rows, KNOWN, WEEK)
    assert made is not None
    assert made.value.now == 20 + 18 * 2.5, "twelve brought 20, some of them nothing"
    assert made.products[0].value == 65


def test_a_year_that_was_hardly_recorded_is_not_compared_with() -> None:
    made = minibar(ROWS, KNOWN, WEEK)
    assert made is not None
    assert made.units.year_before is None
    whole = minibar([*ROWS, Consumed(3, "day", 0, 0.0, 4)], KNOWN, WEEK)
    assert whole is not None
    assert whole.units.year_before == 99


def test_the_year_before_has_the_same_weekdays() -> None:
    assert WEEK[2].since == date(2025, 2, 24)
    assert {one.since.weekday() for one in WEEK} == {0}


def test_a_week_that_still_runs_is_compared_by_its_days_that_are_over() -> None:
    now, before, year_before = spans(week_ending(date(2026, 3, 1)), date(2026, 2, 27))
    assert (now.days()[0], now.last_day) == (date(2026, 2, 23), date(2026, 2, 26))
    assert (before.days()[0], before.last_day) == (date(2026, 2, 16), date(2026, 2, 19))
    assert (year_before.days()[0], year_before.last_day) == (date(2025, 2, 24), date(2025, 2, 27))


def test_a_few_units_are_no_base_of_a_change_in_percent() -> None:
    few = [Consumed(2, "product", 1, 4.0, 7) if row.span == 2 and row.grain == "product" else row for row in ROWS]
    made = minibar(few, KNOWN, WEEK)
    assert made is not None
    assert (made.units.now, made.units.previous) == (35, 4), "both are shown"
    changes = [one.change_percent for one in (made.units, made.value, made.per_night)]
    assert changes == [None] * 3
    assert [(one.units.now, one.units.change_percent) for one in made.products] == [(30, None), (5, None)]
    assert made.checks.change_percent is not None, "nine checks"
    assert made.occupancy.change_points == pytest.approx(100 * (3.5 / 14 - 1.0))


def test_nothing_counted_is_nothing_known() -> None:
    assert minibar([Consumed(2, "product", 1, 20.0, 7)], KNOWN, WEEK) is None
