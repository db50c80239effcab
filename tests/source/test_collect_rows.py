"""collect on rows written by hand: what a check says, when a room is vacant, and what can't be true."""

from datetime import UTC, datetime, timedelta

import pytest
from support.hotels.simulated import Points, command, done, points, sql
from support.hotels.sources import SmallHotel

AS_OF = "2025-11-17"


@pytest.fixture
def small(store_url: str) -> SmallHotel:
    """The small hotel without stays, visits and movements."""
    return SmallHotel(store_url)


@pytest.fixture
def recorded(small: SmallHotel) -> SmallHotel:
    """The same with a stay in room 5 that ends and one that starts each day, so that occupancy is known."""
    for day in range(1, 17):
        small.stay(5, f"2025-11-{day:02d} 15:00", f"2025-11-{day + 1:02d} 11:00", guests=1)
    return small


def _collect(hotel: SmallHotel, *metrics: str, as_of: str = AS_OF) -> Points:
    done(hotel.url, "collect", "--as-of", as_of, "--quiet")
    return points(hotel.url, *metrics)


UNCERTAIN = {"after_departure_check", "before_arrival"}


def _vacant(hotel: SmallHotel, room: int = 1) -> dict[str, float]:
    """Units by day at checks of a room in which nobody can have been."""
    found = _collect(hotel, "vacant_consumption")
    return {
        at[:10]: value
        for (_, entity, at), (value, context) in found.items()
        if entity == room and not UNCERTAIN & context.keys()
    }


def test_a_room_has_a_row_only_where_it_was_checked_and_zero_only_there(recorded: SmallHotel) -> None:
    recorded.visit(1, "2025-11-10 10:00")
    recorded.visit(2, "2025-11-10 10:20", {1: 0, 2: None})
    recorded.visit(3, "2025-11-10 10:40", {1: 2, 2: 1})
    recorded.visit(3, "2025-11-10 18:00", {1: 1})
    found = {key[1]: value for key, (value, _) in _collect(recorded, "room_consumption").items()}
    assert found == {1: 0, 2: 0, 3: 4}


def test_a_visit_that_was_stored_twice_counts_once(recorded: SmallHotel) -> None:
    for _ in range(2):
        recorded.visit(1, "2025-11-10 10:00", {1: 2})
    assert [value for value, _ in _collect(recorded, "room_consumption").values()] == [2]


def test_units_gone_from_a_room_without_guests_are_vacant_consumption(recorded: SmallHotel) -> None:
    recorded.visit(1, "2025-11-08 10:00")
    recorded.visit(1, "2025-11-10 10:00", {1: 2})
    assert _vacant(recorded) == {"2025-11-10": 2}


def test_what_is_found_on_the_departure_day_is_the_guests(recorded: SmallHotel) -> None:
    recorded.stay(1, "2025-11-08 15:00", "2025-11-10 11:00")
    recorded.visit(1, "2025-11-09 10:00")
    recorded.visit(1, "2025-11-10 14:00", {1: 2})
    assert _vacant(recorded) == {}


def test_what_is_found_on_the_arrival_day_after_the_arrival_is_the_guests(recorded: SmallHotel) -> None:
    recorded.visit(1, "2025-11-09 10:00")
    recorded.stay(1, "2025-11-10 14:00", "2025-11-12 11:00")
    recorded.visit(1, "2025-11-10 18:00", {1: 2})
    assert _vacant(recorded) == {}


def test_before_an_arrival_at_a_known_hour_the_room_is_vacant_and_at_an_unknown_one_it_is_not(
    recorded: SmallHotel,
) -> None:
    for room, arrives in ((1, "2025-11-10 16:00"), (2, "2025-11-10")):
        recorded.visit(room, "2025-11-09 10:00")
        recorded.visit(room, "2025-11-10 10:00", {1: 2})
        recorded.stay(room, arrives, "2025-11-12")
    assert _vacant(recorded, 1) == {"2025-11-10": 2}
    assert _vacant(recorded, 2) == {}


def test_two_stays_on_one_day_leave_no_vacancy_and_each_night_counts_once(recorded: SmallHotel) -> None:
    recorded.stay(1, "2025-11-08 15:00", "2025-11-10 11:00", guests=2)
    recorded.stay(1, "2025-11-10 15:00", "2025-11-12 11:00", guests=3)
    recorded.visit(1, "2025-11-09 10:00")
    recorded.visit(1, "2025-11-10 13:00", {1: 1})
    recorded.visit(1, "2025-11-11 13:00", {1: 1})
    assert _vacant(recorded) == {}
    contexts = {key[2][:10]: context for key, (_, context) in points(recorded.url, "room_consumption").items()}
    assert [contexts[day]["guest_nights"] for day in ("2025-11-10", "2025-11-11")] == [2, 3]
    assert contexts["2025-11-10"]["arriving"] == 3


def test_lists_of_one_stay_are_one_stay_with_the_hours_that_any_of_them_knows(recorded: SmallHotel) -> None:
    for arrives, departs in (
        ("2025-11-08 15:00", "2025-11-10"),
        ("2025-11-08", "2025-11-10"),
        ("2025-11-08", "2025-11-10 09:00"),
    ):
        recorded.stay(1, arrives, departs)
    recorded.visit(1, "2025-11-08 10:00")
    recorded.visit(1, "2025-11-10 12:30", {1: 1})
    recorded.visit(1, "2025-11-10 20:00", {1: 2})
    assert _vacant(recorded) == {"2025-11-10": 2}
    nights = {key[2][:10]: context for key, (_, context) in points(recorded.url, "room_consumption").items()}
    assert nights["2025-11-10"]["nights"] == 2


def test_without_any_stay_on_record_nothing_is_known_to_be_vacant(small: SmallHotel) -> None:
    small.visit(1, "2025-11-08 10:00")
    small.visit(1, "2025-11-10 10:00", {1: 2})
    assert _collect(small, "vacant_consumption", "occupancy") == {}
    assert not any(context["known"] for _, context in points(small.url, "room_consumption").values())


def test_before_the_first_departure_on_record_nothing_is_known(small: SmallHotel) -> None:
    small.stay(5, "2025-11-01", "2025-11-09")
    small.stay(5, "2025-11-09", "2025-11-12")
    for day in ("07", "08", "10"):
        small.visit(1, f"2025-11-{day} 10:00", {1: 2})
    small.visit(1, "2025-11-11 10:00", {1: 3})
    assert _vacant(small) == {"2025-11-11": 3}
    assert min(at[:10] for _, _, at in points(small.url, "occupancy")) == "2025-11-09"


def test_a_hotel_that_stops_recording_stays_falls_silent(small: SmallHotel) -> None:
    small.stay(5, "2025-11-01", "2025-11-02")
    small.stay(5, "2025-11-02", "2025-11-03")
    for day in ("03", "04", "05", "06", "09", "10"):
        small.visit(1, f"2025-11-{day} 10:00", {1: 1})
    assert set(_vacant(small)) == {"2025-11-04", "2025-11-05"}


def test_what_cannot_be_true_is_counted_named_and_skipped(
    recorded: SmallHotel, capsys: pytest.CaptureFixture[str]
) -> None:
    good = recorded.visit(1, "2025-11-10 10:00", {1: 1})
    recorded.visit(1, "2025-11-10 10:05", {1: -4})
    recorded.visit(2, None, {1: 3})
    recorded.visit(3, "2025-11-10 11:00", {1: 1}, kind="bilinmeyen")
    recorded.stay(2, "2025-11-10", "2025-11-12", guests=0)
    recorded.stay(3, "2025-11-12", "2025-11-10")
    recorded.movement(1, "devir", 20, "2025-11-01 08:00")
    recorded.movement(1, "cikis", -5, "2025-11-02 08:00")
    recorded.movement(1, "hediye", 5, "2025-11-03 08:00")
    recorded.movement(1, "giris", 5, None)
    assert command(recorded.url, "collect", "--as-of", AS_OF) == 0
    said = capsys.readouterr().err
    for what in (
        "visit lines: 1 row refused, units not between 0 and 1000",
        "stays: 1 row refused, guests not between 1 and 50",
        "stays: 1 row refused, departure before arrival",
        "stock movements: 1 row refused, negative units",
        "stock movements: 1 row refused, unknown type hediye",
        "visits: 1 without a time",
        "stock movements: 1 without a time",
        "unknown type bilinmeyen",
    ):
        assert what in said, what
    assert "Traceback" not in said
    found = points(recorded.url)
    assert {key[1]: value for key, (value, _) in found.items() if key[0] == "room_consumption"} == {1: 1}
    assert [value for key, (value, _) in found.items() if key[0] == "stock_level"] == [20]
    assert good


def test_rows_of_the_future_are_named_and_wait_for_their_time(
    recorded: SmallHotel, capsys: pytest.CaptureFixture[str]
) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    recorded.visit(1, tomorrow.isoformat(" ", "seconds")[:19], {1: 1})
    recorded.movement(1, "devir", 20, tomorrow.isoformat(" ", "seconds")[:19])
    assert command(recorded.url, "collect") == 0
    said = capsys.readouterr().err
    assert "visits: 1 in the future" in said
    assert "stock movements: 1 in the future" in said
    assert points(recorded.url, "room_consumption", "stock_level") == {}


def test_a_chain_keeps_its_ledger_apart_and_one_hotel_has_its_own(small: SmallHotel) -> None:
    small.movement(1, "devir", 20, "2025-11-01 08:00")
    done(small.url, "collect", "--as-of", AS_OF, "--quiet")
    of = "SELECT DISTINCT hotel_id FROM minibar_ml.ml_metrics WHERE metric_type = 'stock_level'"
    assert sql(small.url, of) == [(1,)]
    sql(small.url, "INSERT INTO oteller (id, ad) VALUES (2, 'Zweites')")
    done(small.url, "collect", "--as-of", AS_OF, "--quiet")
    assert sql(small.url, of) == [(0,)]


def test_the_ledger_adds_and_takes_as_each_type_means(small: SmallHotel) -> None:
    moves = (("devir", 20), ("giris", 10), ("cikis", 6), ("fire", 1), ("sayim", -3), ("transfer", 9))
    for hour, (kind, units) in enumerate(moves):
        small.movement(1, kind, units, f"2025-11-01 {hour + 8:02d}:00")
    found = _collect(small, "stock_level", "stock_outflow")
    levels = [value for key, (value, _) in sorted(found.items()) if key[0] == "stock_level"]
    assert levels == [20, 30, 24, 23, 20, 20]
    assert [value for key, (value, _) in found.items() if key[0] == "stock_outflow"] == [7]
