"""How figures and dates are written in both languages, compared with Babel's CLDR."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st

from minibar_ml.i18n import Lang
from minibar_ml.i18n.formats import (
    UNKNOWN,
    UNSET,
    change,
    counted,
    day,
    day_cell,
    days,
    duration,
    fixed,
    moment,
    moment_cell,
    money,
    number,
    one_of,
    percent,
    short_day,
    weekday,
    whole,
)  # fmt: skip

LANGS = pytest.mark.parametrize("lang", get_args(Lang))
FIGURES = (
    st.floats(-1e12, 1e12, allow_nan=False) | st.decimals(-(10**9), 10**9, places=4) | st.integers(-(10**9), 10**9)
)


def _both(write: Any, *value: Any, **options: Any) -> tuple[str, str]:
    return write(*value, "en", **options), write(*value, "tr", **options)


@LANGS
@given(value=FIGURES)
def test_numbers_are_written_as_babel_writes_them(lang: Lang, value: float | Decimal | int) -> None:
    def babel(pattern: str) -> str:
        written = format_decimal(value, format=pattern, locale=lang)
        return written.removeprefix("-") if not written.strip("-0.,") else written

    assert number(value, lang) == babel("#,##0.#")
    assert money(value, lang) == babel("#,##0.00")
    assert whole(value, lang) == babel("#,##0")


@LANGS
@given(value=st.integers(-5000, 5000))
def test_percentages_are_written_as_babel_writes_them(lang: Lang, value: int) -> None:
    assert percent(value, lang) == format_percent(Decimal(value) / 100, format=None, locale=lang)


@LANGS
@given(value=st.dates())
def test_names_of_months_and_weekdays_are_babels(lang: Lang, value: date) -> None:
    assert day(value, lang) == format_date(value, "d MMM y", locale=lang)
    assert short_day(value, lang) == format_date(value, "d MMM", locale=lang)
    assert weekday(value, lang) == format_date(value, "EEE", locale=lang)


@pytest.mark.parametrize(
    ("value", "en", "tr"),
    [(3.0, "3", "3"), (3.14, "3.1", "3,1"), (-0.04, "0", "0"), (1234.5, "1,234.5", "1.234,5"), (None, "?", "?"),
     (float("nan"), "?", "?"), (10, "10", "10"), ("many", "?", "?")],
)  # fmt: skip
def test_a_number_has_at_most_one_decimal_and_separators(value: Any, en: str, tr: str) -> None:
    assert _both(number, value) == (en, tr)


def test_a_column_has_as_many_decimals_in_every_row() -> None:
    assert [fixed(value, "en", 2) for value in (1234.5, 3, 0.125)] == ["1,234.50", "3.00", "0.12"]
    assert _both(money, 1234.5) == ("1,234.50", "1.234,50")
    assert _both(money, None) == (UNSET, UNSET)


def test_a_percent_sign_stands_where_the_language_has_it() -> None:
    assert _both(percent, 40) == ("40%", "%40")
    assert _both(percent, 12.6) == ("12.6%", "%12,6")
    assert _both(percent, -30) == ("-30%", "-%30")
    assert _both(percent, 40, signed=True) == ("+40%", "+%40")
    assert _both(percent, 0.01, signed=True) == ("0%", "%0")
    assert _both(percent, None) == (UNKNOWN, UNKNOWN)


def test_a_change_beyond_a_thousand_percent_is_a_multiple() -> None:
    assert _both(change, 999.4) == ("+999%", "+%999")
    assert _both(change, -30.4) == ("-30%", "-%30")
    assert _both(change, 12500) == ("126 times", "126 katı")
    assert _both(change, 138649) == ("1,387 times", "1.387 katı")
    assert _both(change, None) == (UNKNOWN, UNKNOWN)


def test_one_thing_is_singular() -> None:
    assert [counted("unit", value, "en") for value in (0, 1.0, 1.5, 2)] == ["0 units", "1 unit", "1.5 units", "2 units"]
    assert counted("unit", 1.04, "en") == "1 unit"
    assert counted("unit", 19.6, "en", digits=0) == "20 units"
    assert _both(counted, "unit", 1234) == ("1,234 units", "1.234 adet")


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 minutes"), (1, "1 minute"), (9.46, "9.5 minutes"), (65.2, "65 minutes"), (120, "2 hours"),
     (205, "3 hours 25 minutes"), (181, "3 hours 1 minute"), (26 * 60, "26 hours"), (48 * 60, "2 days"),
     (53 * 60, "2 days 5 hours"), (None, "?")],
)  # fmt: skip
def test_a_duration_has_its_two_largest_units(minutes: float | None, said: str) -> None:
    assert duration(minutes, "en") == said


def test_a_duration_is_turkish_in_turkish() -> None:
    assert [duration(minutes, "tr") for minutes in (9.46, 205)] == ["9,5 dakika", "3 saat 25 dakika"]


def test_a_date_has_one_form_in_texts_and_one_in_tables() -> None:
    assert _both(day, "2026-11-09") == ("9 Nov 2026", "9 Kas 2026")
    assert _both(day_cell, "2026-11-09") == ("9 Nov 2026", "09.11.2026")
    assert _both(day, "soon") == _both(day_cell, "soon") == (UNKNOWN, UNKNOWN)


def test_the_year_is_left_out_near_a_date_of_the_same_year() -> None:
    assert day("2026-11-09", "en", near=date(2026, 1, 1)) == "9 Nov"
    assert day("2025-12-31", "en", near=date(2026, 1, 1)) == "31 Dec 2025"


@pytest.mark.parametrize(
    ("length", "en", "tr"),
    [(0, "28 Nov 2026", "28 Kas 2026"), (2, "28–30 Nov 2026", "28–30 Kas 2026"),
     (5, "28 Nov – 3 Dec 2026", "28 Kas – 3 Ara 2026"), (35, "28 Nov 2026 – 2 Jan 2027", "28 Kas 2026 – 2 Oca 2027")],
)  # fmt: skip
def test_a_span_of_days_names_month_and_year_once(length: int, en: str, tr: str) -> None:
    first = date(2026, 11, 28)
    assert _both(days, first, first + timedelta(days=length)) == (en, tr)


def test_an_instant_shows_the_clock_of_its_own_zone() -> None:
    at = "2026-11-09T08:05:00+02:00"
    assert _both(moment, at) == ("9 Nov 2026 08:05", "9 Kas 2026 08:05")
    assert moment_cell(datetime.fromisoformat(at), "tr") == "09.11.2026 08:05"
    assert moment(None, "en") == moment_cell("soon", "en") == UNKNOWN


@pytest.mark.parametrize(("lang", "written"), [("en", "0.1, 0.3 or 0.6"), ("tr", "0,1, 0,3 veya 0,6")])
def test_words_to_choose_from_have_an_or_before_the_last(lang: Lang, written: str) -> None:
    assert one_of([number(size, lang) for size in (0.1, 0.3, 0.6)], lang) == written
