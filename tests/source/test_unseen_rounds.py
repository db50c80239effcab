"""Checks that were entered faster than anybody can walk are no checks; what was walked and typed in later is."""

from typing import Any

import pytest
from support.hotels.simulated import done, points, sql
from support.hotels.sources import SmallHotel

ROOMS = range(11, 21)
DAY = "2025-11-14"
WALKED_DAYS = range(3, 14)


def _visits(
    hotel: SmallHotel, day: str, at: str, seconds: int, found: tuple[int, ...] = (), attendant: int = 1
) -> None:
    """A round of ten rooms, with two units of product 1 found in some of them."""
    sql(
        hotel.url,
        "WITH visits AS (INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi)"
        " SELECT room, :who, 'kontrol', CAST(:start AS timestamp) + (room - 11) * make_interval(secs => :seconds)"
        " FROM generate_series(11, 20) room RETURNING id, oda_id)"
        " INSERT INTO minibar_islem_detay (islem_id, urun_id, tuketim, eklenen_miktar)"
        " SELECT id, 1, 2, 0 FROM visits WHERE oda_id = ANY(:found)",
        who=attendant, start=f"{day} {at}", seconds=seconds, found=list(found),
    )  # fmt: skip


@pytest.fixture
def walked(store_url: str) -> SmallHotel:
    """A hotel whose ten rooms more have been walked through each morning, six minutes a room."""
    made = SmallHotel(store_url)
    sql(
        made.url,
        "INSERT INTO odalar SELECT (jsonb_populate_record(o, jsonb_build_object('id', n, 'oda_no', CAST(n AS text)))).*"
        " FROM odalar o CROSS JOIN generate_series(11, 20) n WHERE o.id = 1",
    )
    sql(
        made.url,
        'INSERT INTO kullanicilar SELECT (jsonb_populate_record(k, \'{"id": 2, "kullanici_adi": "second"}\')).*'
        " FROM kullanicilar k WHERE id = 1",
    )
    for day in range(1, 17):
        made.stay(5, f"2025-11-{day:02d} 15:00", f"2025-11-{day + 1:02d} 11:00", guests=1)
    for day in WALKED_DAYS:
        _visits(made, f"2025-11-{day:02d}", "09:00", 360, found=(11,))
    return made


def _collected(hotel: SmallHotel, metric: str, as_of: str = "2025-11-17") -> dict[tuple[int, str], tuple[float, Any]]:
    done(hotel.url, "collect", "--as-of", as_of, "--quiet")
    return {(key[1], key[2][:10]): found for key, found in points(hotel.url, metric).items()}


def _unseen(hotel: SmallHotel, day: str = DAY, attendant: int = 1) -> list[int]:
    _, context = _collected(hotel, "refill_duration")[attendant, day]
    return [one["room"] for one in context.get("unseen", ())]


def test_a_round_entered_in_seconds_without_consumption_is_unseen(walked: SmallHotel) -> None:
    _visits(walked, DAY, "10:00", 15)
    assert _unseen(walked) == list(ROOMS)


def test_its_empty_checks_are_no_checks_and_its_finds_are(walked: SmallHotel) -> None:
    _visits(walked, DAY, "10:00", 15, found=(12, 13))
    checked = _collected(walked, "room_consumption")
    assert [room for room in ROOMS if (room, DAY) in checked] == [12, 13]


def test_a_round_at_a_walker_s_pace_is_not(walked: SmallHotel) -> None:
    _visits(walked, DAY, "10:00", 100)
    assert _unseen(walked) == []


def test_seven_checks_are_too_few(walked: SmallHotel) -> None:
    _visits(walked, DAY, "10:00", 15)
    sql(walked.url, "DELETE FROM minibar_islemleri WHERE oda_id > 17 AND CAST(islem_tarihi AS date) = :day", day=DAY)
    assert _unseen(walked) == []


def test_a_round_with_what_was_found_was_typed_in_after_it(walked: SmallHotel) -> None:
    _visits(walked, DAY, "10:00", 15, found=(11, 12, 13))
    assert _unseen(walked) == []


@pytest.mark.parametrize("typed_on", ["2025-11-04", DAY])
def test_of_who_types_in_whole_rounds_nothing_is_said(walked: SmallHotel, typed_on: str) -> None:
    _visits(walked, typed_on, "16:00", 15, found=(11, 12, 13))
    _visits(walked, DAY, "10:00", 15)
    assert _unseen(walked) == []


def test_another_person_s_habit_says_nothing(walked: SmallHotel) -> None:
    _visits(walked, "2025-11-10", "16:00", 15, found=(11, 12, 13), attendant=2)
    _visits(walked, DAY, "10:00", 15)
    assert _unseen(walked) == list(ROOMS)


def test_a_hotel_that_always_is_so_quick_has_no_pace_to_compare_with(store_url: str, walked: SmallHotel) -> None:
    sql(walked.url, "DELETE FROM minibar_islemleri WHERE CAST(islem_tarihi AS date) < :day", day="2025-11-11")
    _visits(walked, DAY, "10:00", 15)
    assert _unseen(walked) == []


def test_the_next_check_is_measured_from_the_one_before(walked: SmallHotel) -> None:
    _visits(walked, DAY, "10:00", 15)
    _visits(walked, "2025-11-15", "09:00", 360, found=(14,))
    _, context = _collected(walked, "room_consumption")[14, "2025-11-15"]
    assert context["previous_on"] == "2025-11-13"


def test_a_guest_who_left_before_it_leaves_no_theft_behind(walked: SmallHotel) -> None:
    walked.stay(14, "2025-11-12 15:00", "2025-11-14 09:00")
    sql(walked.url, "DELETE FROM minibar_islemleri WHERE oda_id = 14 AND CAST(islem_tarihi AS date) = '2025-11-13'")
    _visits(walked, DAY, "12:00", 15)
    _visits(walked, "2025-11-15", "09:00", 360, found=(14,))
    assert (14, "2025-11-15") not in _collected(walked, "vacant_consumption")


def test_a_run_that_no_longer_reads_the_round_comes_to_the_same(walked: SmallHotel) -> None:
    _visits(walked, DAY, "10:00", 15)
    _visits(walked, "2025-11-16", "09:00", 360, found=(14,))
    whole = _collected(walked, "room_consumption", as_of="2025-11-17T05:00")
    later = _collected(walked, "room_consumption", as_of="2025-11-17T06:00")
    assert later == whole
    sql(walked.url, "UPDATE minibar_ml.ml_metrics SET metric_value = 99 WHERE metric_type = 'room_consumption'")
    done(walked.url, "collect", "--as-of", "2025-11-18T06:00", "--since", "2025-11-16", "--quiet")
    found = {(key[1], key[2][:10]): value for key, value in points(walked.url, "room_consumption").items()}
    assert found[14, "2025-11-16"] == whole[14, "2025-11-16"]
    assert found[14, "2025-11-16"][1]["previous_on"] == "2025-11-13"


def test_gaps_of_such_rounds_are_nobody_s_pace(walked: SmallHotel) -> None:
    _visits(walked, DAY, "10:00", 15)
    value, context = _collected(walked, "refill_duration")[1, DAY]
    assert "gap_minutes" not in context
    assert (value, context["usual_minutes"]) == (0.25, 6)
