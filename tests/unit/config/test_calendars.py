"""The calendar: a country's holidays, the hotel's own events, and what a file must look like."""

from datetime import date
from pathlib import Path

import pytest

from minibar_ml.config import calendars, events_file
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.hotels.calendar import ORDINARY, Calendar, SpecialDay

REPUBLIC_DAY = date(2026, 10, 29).toordinal()
NEW_YEAR = date(2027, 1, 1).toordinal()
HEADER = "starts_on,ends_on,name,hotel_id\n"


def _read(country: str = "", events: Path | str = "", lang: str = "en") -> Calendar:
    known = "tr" if lang == "tr" else "en"
    by_hotel = events_file.events(Path(events)) if events else {}
    return calendars.read(country, by_hotel, known, date(2026, 1, 1), date(2027, 1, 31))


def _file(folder: Path, text: str) -> Path:
    path = folder / "events.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_country_and_file_every_day_is_ordinary() -> None:
    assert _read() == ORDINARY
    assert not ORDINARY.of_hotel(1).special_days()


@pytest.mark.parametrize(("lang", "name"), [("en", "Republic Day"), ("tr", "Cumhuriyet Bayramı")])
def test_a_holiday_has_its_name_in_the_language_of_messages(lang: str, name: str) -> None:
    assert _read("TR", lang=lang).of_hotel(3).special_before(REPUBLIC_DAY) == SpecialDay("holiday", name)


def test_a_country_without_turkish_names_has_english_ones() -> None:
    assert _read("CY", lang="tr").every_hotel[NEW_YEAR] == SpecialDay("holiday", "New Year's Day")


def test_the_years_asked_for_are_there_and_no_others() -> None:
    assert {date.fromordinal(day).year for day in _read("TR").every_hotel} == {2026, 2027}


def test_a_country_that_is_none_is_refused_with_the_way_to_find_its_code() -> None:
    with pytest.raises(ConfigurationError, match=r"country 'ZZ'.*ISO 3166-1"):
        _read("ZZ")


def test_the_evening_before_a_holiday_is_special_and_that_before_an_event_is_not(tmp_path: Path) -> None:
    events = _file(tmp_path, HEADER + "2026-11-06,2026-11-07,Wedding fair,\n")
    fair = date(2026, 11, 6).toordinal()
    special_days = _read("TR", events).of_hotel(1).special_days()
    assert {REPUBLIC_DAY - 1, REPUBLIC_DAY, NEW_YEAR - 1, NEW_YEAR, fair, fair + 1} <= special_days
    assert not {REPUBLIC_DAY + 1, NEW_YEAR + 1, fair - 1, fair + 2} & special_days


def test_what_is_found_is_explained_by_the_evening_before_it_and_by_its_own_day() -> None:
    known = _read("TR").of_hotel(1)
    days = [REPUBLIC_DAY + n for n in (-1, 0, 1, 2)]
    assert [known.special_before(day) is not None for day in days] == [False, True, True, False]


def test_an_event_of_one_hotel_is_none_of_another(tmp_path: Path) -> None:
    known = _read(events=_file(tmp_path, HEADER + "2026-11-06,2026-11-06,Gala,2\n2026-11-06,2026-11-06,Fair,\n"))
    day = date(2026, 11, 6).toordinal()
    assert known.of_hotel(1).special_before(day) == SpecialDay("event", "Fair")
    assert known.of_hotel(2).special_before(day) == SpecialDay("event", "Fair, Gala")
    assert known.of_hotel(2).of_hotel(2) == known.of_hotel(2)


def test_an_event_on_a_holiday_is_named_with_it_and_the_eve_stays(tmp_path: Path) -> None:
    known = _read("TR", _file(tmp_path, HEADER + "2026-10-29,2026-10-29,Gala,2\n")).of_hotel(2)
    assert known.special_before(REPUBLIC_DAY) == SpecialDay("holiday", "Republic Day, Gala")
    assert REPUBLIC_DAY - 1 in known.special_days()


def test_the_column_of_hotels_may_be_missing_and_a_byte_order_mark_is_tolerated(tmp_path: Path) -> None:
    path = _file(tmp_path, '\ufeffstarts_on,ends_on,name\n2026-07-20,2026-07-20,"Peace, and Freedom"\n\n')
    assert _read(events=path).every_hotel == {date(2026, 7, 20).toordinal(): SpecialDay("event", "Peace, and Freedom")}


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "column starts_on is missing"),
        ("starts_on;ends_on;name\n", 1, "separated by commas"),
        (HEADER + "2026-11-06,2026-11-06,Fair,\n06.11.2026,2026-11-06,Gala,\n", 3, "starts_on is '06.11.2026'"),
        (HEADER + "2026-11-06,,Fair,\n", 2, "ends_on is ''"),
        (HEADER + "2026-11-06,2026-11-05,Fair,\n", 2, "ends on 2026-11-05"),
        (HEADER + "2026-11-06,2028-11-06,Fair,\n", 2, "lasts 1 to 366 days"),
        (HEADER + "2026-11-06,2026-11-06,,\n", 2, "name is ''"),
        (HEADER + "2026-11-06,2026-11-06,\x1b[2J,\n", 2, "printable"),
        (HEADER + "2026-11-06,2026-11-06,Fair,Hilton\n", 2, "hotel_id is 'Hilton'"),
        (HEADER + "2026-11-06,2026-11-06,Fair, and a gala,1\n", 2, "more cells than the header"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_its_line(text: str, line: int, problem: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=rf"events\.csv, line {line}: ") as refused:
        _read(events=_file(tmp_path, text))
    assert problem in str(refused.value)


@pytest.mark.parametrize("content", [None, b"starts_on,ends_on,name\n2026-11-06,2026-11-06,D\xfc\xf0\xfcn\n"])
def test_a_file_that_cannot_be_read_is_named(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"ML_EVENTS_FILE=.*events\.csv"):
        _read(events=path)
