"""Times as people write them, in both languages, before now or after it."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from minibar_ml.cli.arguments.moments import clock, read
from minibar_ml.i18n import Lang
from minibar_ml.i18n.formats import day, day_cell, short_day

NOW = datetime(2026, 3, 27, 10, 30, tzinfo=ZoneInfo("Europe/Nicosia"))
"""A Friday; the clock goes forward on Sunday."""


@pytest.mark.parametrize(
    ("text", "past", "ahead"),
    [
        ("now", "2026-03-27T10:30", "2026-03-27T10:30"),
        ("şimdi", "2026-03-27T10:30", "2026-03-27T10:30"),
        ("today", "2026-03-27T00:00", "2026-03-27T00:00"),
        ("Bugün", "2026-03-27T00:00", "2026-03-27T00:00"),
        ("yesterday", "2026-03-26T00:00", "2026-03-26T00:00"),
        ("dün", "2026-03-26T00:00", "2026-03-26T00:00"),
        ("DÜN 18:05", "2026-03-26T18:05", "2026-03-26T18:05"),
        ("yarın 8.00", "2026-03-28T08:00", "2026-03-28T08:00"),
        ("tomorrow 8:00", "2026-03-28T08:00", "2026-03-28T08:00"),
        ("monday", "2026-03-23T00:00", "2026-03-30T00:00"),
        ("Pazartesi 9:15", "2026-03-23T09:15", "2026-03-30T09:15"),
        ("cuma", "2026-03-27T00:00", "2026-04-03T00:00"),
        ("ÇARŞAMBA", "2026-03-25T00:00", "2026-04-01T00:00"),
        ("8:00", "2026-03-27T08:00", "2026-03-28T08:00"),
        ("23:00", "2026-03-26T23:00", "2026-03-27T23:00"),
        ("3d", "2026-03-24T10:30", "2026-03-30T10:30"),
        ("3 gün", "2026-03-24T10:30", "2026-03-30T10:30"),
        ("2h", "2026-03-27T08:30", "2026-03-27T12:30"),
        ("2 saat önce", "2026-03-27T08:30", "2026-03-27T08:30"),
        ("2 days ago", "2026-03-25T10:30", "2026-03-25T10:30"),
        ("3 gün sonra", "2026-03-30T10:30", "2026-03-30T10:30"),
        ("2h later", "2026-03-27T12:30", "2026-03-27T12:30"),
        ("30 dk", "2026-03-27T10:00", "2026-03-27T11:00"),
        ("1 hafta", "2026-03-20T10:30", "2026-04-03T10:30"),
        ("16.11.2025", "2025-11-16T00:00", "2025-11-16T00:00"),
        ("1.3.2026 8:00", "2026-03-01T08:00", "2026-03-01T08:00"),
        ("16 Nov", "2025-11-16T00:00", "2026-11-16T00:00"),
        ("16 Kas 18:05", "2025-11-16T18:05", "2026-11-16T18:05"),
        ("27 Mart", "2026-03-27T00:00", "2026-03-27T00:00"),
        ("2 Mar", "2026-03-02T00:00", "2027-03-02T00:00"),
        ("16 Kasım 2024", "2024-11-16T00:00", "2024-11-16T00:00"),
        ("3 Sept 2025 9:00", "2025-09-03T09:00", "2025-09-03T09:00"),
    ],
)
def test_words_name_an_instant_of_the_hotels_clock(text: str, past: str, ahead: str) -> None:
    for wanted, is_ahead in ((past, False), (ahead, True)):
        found = read(text, NOW, ahead=is_ahead)
        assert found is not None
        assert f"{found:%Y-%m-%dT%H:%M}" == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "25:00",
        "8:60",
        "monday 25:00",
        "3 fortnights",
        "3",
        "today today",
        "31.2.2026",
        "31 Feb",
        "16 Nov x",
    ],
)
def test_other_words_name_none(text: str) -> None:
    assert read(text, NOW) is None


def test_days_keep_the_time_of_the_clock_and_hours_their_length() -> None:
    days, hours = read("3d", NOW, ahead=True), read("71h", NOW, ahead=True)
    assert days is not None
    assert hours is not None
    assert f"{days:%d %H:%M}" == "30 10:30"
    assert f"{hours:%d %H:%M}" == "30 10:30"


def test_a_time_of_day_needs_no_leading_zero() -> None:
    assert [clock("8:00"), clock("08:00"), clock("8"), clock("24:00")] == [time(8), time(8), None, None]


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_a_date_is_read_as_it_is_printed(lang: Lang) -> None:
    for ordinal in range(NOW.date().toordinal() - 360, NOW.date().toordinal() + 1):
        printed = date.fromordinal(ordinal)
        for text in (day(printed, lang), short_day(printed, lang), day_cell(printed, lang)):
            found = read(text, NOW)
            assert found is not None, text
            assert found.date() == printed
