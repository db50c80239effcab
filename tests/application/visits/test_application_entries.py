"""What is typed about a room: checks saved twice, more than the minibar holds, and what units were sold for."""

from datetime import date

import pytest
from support.hotels.application import Application
from support.hotels.simulated import alerts, done, points, sql

AS_OF = "2025-11-17"
DAY = "2025-11-10"
EVENING = f"{DAY}T20:00"


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The hotel with stays of room 5 alone, a setup of 2, 4 and 1 units, and the store."""
    installed.recorded(date(2025, 11, 1), date(2025, 11, 16))
    sql(
        installed.url,
        "INSERT INTO setuplar (id, ad, aktif) VALUES (1, 'S', true);"
        " INSERT INTO setup_icerik (setup_id, urun_id, adet) VALUES (1, 1, 2), (1, 2, 4), (1, 3, 1);"
        " INSERT INTO oda_tipi_setup (otel_id, oda_tipi_id, setup_id) VALUES (1, 1, 1)",
    )
    return installed


def _collect(hotel: Application, as_of: str = AS_OF) -> None:
    done(hotel.url, "collect", "--as-of", as_of, "--quiet")


def _units(hotel: Application, room: int = 1) -> float:
    """What was found in the room on the day."""
    _collect(hotel)
    return points(hotel.url, "room_consumption")["room_consumption", room, f"{DAY} 00:00:00+02"][0]


def _context(hotel: Application, metric: str = "room_consumption", entity: int = 1) -> dict[str, object]:
    _collect(hotel)
    found: dict[str, object] = points(hotel.url, metric)[metric, entity, f"{DAY} 00:00:00+02"][1]
    return found


# Checks that are saved twice


def _typed(hotel: Application, *rows: tuple[str, int, int], room: int = 1) -> None:
    """Setup rows of one room: minute and second, product, units."""
    for at, product, units in rows:
        hotel.setup(room, f"{DAY} 10:{at}", product, units)


def test_a_list_that_took_longer_than_a_minute_to_save_again_is_one_check(hotel: Application) -> None:
    _typed(hotel, ("00:00", 1, 1), ("00:30", 2, 1), ("01:00", 3, 1))
    _typed(hotel, ("01:40", 1, 1), ("02:10", 2, 1), ("02:40", 3, 1))
    assert _units(hotel) == 3


@pytest.mark.parametrize(
    ("again", "units"),
    [
        ([("01:40", 1, 1), ("02:10", 2, 2), ("02:40", 3, 1)], 7),
        ([("01:40", 1, 1), ("02:10", 2, 1)], 5),
        ([("01:40", 2, 1), ("02:10", 1, 1), ("02:40", 3, 1)], 6),
        ([("04:40", 1, 1), ("05:10", 2, 1), ("05:40", 3, 1)], 6),
    ],
    ids=["another number", "broken off", "another order", "four minutes later"],
)
def test_a_list_that_differs_or_comes_later_is_more(
    hotel: Application, again: list[tuple[str, int, int]], units: int
) -> None:
    sql(hotel.url, "DELETE FROM setup_icerik")
    _typed(hotel, ("00:00", 1, 1), ("00:30", 2, 1), ("01:00", 3, 1), *again)
    assert _units(hotel) == units


def test_one_product_again_after_two_minutes_is_a_copy_where_the_room_holds_no_more(hotel: Application) -> None:
    _typed(hotel, ("00:00", 1, 2), ("02:00", 1, 2))
    _typed(hotel, ("00:00", 2, 2), ("02:00", 2, 2), room=2)
    assert (_units(hotel), _units(hotel, 2)) == (2, 4)


def test_a_list_saved_three_times_is_one_check_and_somebody_else_s_is_another(hotel: Application) -> None:
    for start in (0, 2, 4):
        _typed(hotel, (f"0{start}:00", 1, 1), (f"0{start}:45", 2, 1))
    sql(hotel.url, "UPDATE minibar_islemleri SET personel_id = 2 WHERE islem_tarihi >= CAST(:at AS timestamptz)",
        at=f"{DAY} 10:04:00")  # fmt: skip
    assert _units(hotel) == 4


# More than the minibar holds


def test_more_than_the_room_holds_is_named_with_what_it_holds(hotel: Application) -> None:
    hotel.row(1, f"{DAY} 10:00", "setup_kontrol", (1, 0, 12, 0), (2, 0, 4, 0))
    context = _context(hotel)
    assert context["products"] == {"1": 12, "2": 4}
    assert context["holds"] == {"1": 2}


def test_a_product_names_the_rooms_for_which_more_was_entered_than_they_hold(hotel: Application) -> None:
    _typed(hotel, ("12:00", 1, 12), ("12:01", 2, 2))
    _typed(hotel, ("13:00", 1, 40), room=2)
    _typed(hotel, ("14:00", 1, 2), room=3)
    _collect(hotel)
    assert _context(hotel, "product_consumption")["over_rooms"] == [[2, 40, 2], [1, 12, 2]]
    assert "over_rooms" not in _context(hotel, "product_consumption", 2)


def test_what_a_setup_held_before_it_was_lowered_is_not_too_much(hotel: Application) -> None:
    hotel.setup(1, f"{DAY} 10:00", 2, 4)
    _collect(hotel, "2025-11-11")
    sql(hotel.url, "UPDATE setup_icerik SET adet = 1 WHERE urun_id = 2")
    for as_of in ("2025-11-12", "2025-11-13"):
        _collect(hotel, as_of)
        assert "holds" not in points(hotel.url, "room_consumption")["room_consumption", 1, f"{DAY} 00:00:00+02"][1]
    hotel.setup(2, "2025-11-13 10:00", 2, 4)
    _collect(hotel, "2025-11-14")
    assert points(hotel.url, "room_consumption")["room_consumption", 2, "2025-11-13 00:00:00+02"][1]["holds"] == {
        "2": 1
    }


def test_a_setup_that_is_often_exceeded_is_not_what_the_rooms_hold(hotel: Application) -> None:
    for room in (1, 2, 3):
        hotel.setup(room, f"{DAY} 10:00", 1, 3)
    _collect(hotel)
    assert [c for _, c in points(hotel.url, "room_consumption").values() if "holds" in c] == []


def _theft(hotel: Application, *lines: tuple[int, int, int, int]) -> tuple[object, ...]:
    """Severity, impact, message and action of the alert on a room in which nobody was, by what its check says."""
    hotel.empty(1, "2025-11-08 10:00")
    hotel.row(1, f"{DAY} 10:00", "setup_kontrol", *lines)
    _collect(hotel, EVENING)
    done(hotel.url, "detect", "--as-of", EVENING, "--quiet")
    (found,) = alerts(
        hotel.url, "type = 'vacant_consumption' AND entity_id = 1", "severity, impact, message, suggested_action"
    )
    return found


def test_an_alert_on_more_than_the_room_holds_says_so_and_is_not_severe(hotel: Application) -> None:
    severity, impact, message, action = _theft(hotel, (1, 0, 40, 0))
    assert (severity, impact) == ("medium", 20)
    assert "More than the minibar holds (40 × P1, holds 2): check the entry first." in str(message)
    assert str(action).startswith("If the entry is wrong, correct it.")


def test_an_alert_on_what_the_room_holds_does_not(hotel: Application) -> None:
    severity, impact, message, _ = _theft(hotel, (1, 0, 2, 0), (2, 0, 4, 0))
    assert (severity, impact) == ("critical", 60)
    assert "holds" not in str(message)


def _of_guests(hotel: Application, product: int, units: int) -> list[tuple[object, ...]]:
    """Reason, severity and message of the alerts on room 5, whose guests are known, by what its check says."""
    hotel.empty(5, "2025-11-09 10:00")
    hotel.setup(5, f"{DAY} 10:00", product, units)
    _collect(hotel, EVENING)
    done(hotel.url, "detect", "--as-of", EVENING, "--quiet")
    return alerts(hotel.url, "entity_type = 'room'", "type, reason, severity, message")


def test_an_entry_that_no_minibar_holds_is_an_alert_without_any_history(hotel: Application) -> None:
    ((kind, reason, severity, message),) = _of_guests(hotel, 1, 12)
    assert (kind, reason, severity) == ("consumption_anomaly", "over_setup", "medium")
    assert "12 units entered as consumed." in str(message)
    assert "More than the minibar holds (12 × P1, holds 2): check the entry first." in str(message)


@pytest.mark.parametrize(("product", "units"), [(1, 4), (2, 8), (2, 7), (3, 3)])
def test_up_to_twice_what_it_holds_or_a_bottle_or_two_more_is_not(hotel: Application, product: int, units: int) -> None:
    assert _of_guests(hotel, product, units) == []


# What units were sold for


def _priced(hotel: Application, price: float | None, is_free: bool = False) -> None:
    sql(hotel.url, "UPDATE minibar_islem_detay SET satis_fiyati = :price, bedelsiz = :free", price=price, free=is_free)


def test_units_on_record_keep_their_price_and_free_ones_are_units_without_money(hotel: Application) -> None:
    hotel.setup(1, f"{DAY} 10:00", 1, 2)
    _priced(hotel, 7.5)
    hotel.setup(1, f"{DAY} 10:02", 2, 3)
    assert _context(hotel)["charged"] == {"1": [2, 15]}
    assert _context(hotel, "product_consumption")["charged"] == [2, 15]
    assert "charged" not in _context(hotel, "product_consumption", 2)
    _priced(hotel, 7.5, is_free=True)
    _collect(hotel, "2025-11-18")
    value, context = points(hotel.url, "room_consumption")["room_consumption", 1, f"{DAY} 00:00:00+02"]
    assert (value, context["charged"]) == (5, {"1": [2, 0], "2": [3, 0]})


def test_a_price_of_zero_on_a_line_that_is_not_free_is_no_price(hotel: Application) -> None:
    hotel.setup(1, f"{DAY} 10:00", 1, 2)
    _priced(hotel, 0)
    assert "charged" not in _context(hotel)


@pytest.mark.parametrize(("price", "is_free", "impact"), [(None, False, 20), (7.5, False, 15), (None, True, 0)])
def test_money_at_stake_is_what_the_units_were_sold_for(
    hotel: Application, price: float | None, is_free: bool, impact: float
) -> None:
    hotel.empty(1, "2025-11-08 10:00")
    hotel.setup(1, f"{DAY} 10:00", 1, 2)
    _priced(hotel, price, is_free)
    _collect(hotel, EVENING)
    done(hotel.url, "detect", "--as-of", EVENING, "--quiet")
    found = alerts(hotel.url, "type = 'vacant_consumption' AND entity_id = 1", "value, impact")
    assert found == [(2, impact)]


def test_an_application_without_complimentary_lines_has_prices_all_the_same(hotel: Application) -> None:
    hotel.setup(1, f"{DAY} 10:00", 1, 2)
    _priced(hotel, 7.5)
    sql(hotel.url, "ALTER TABLE minibar_islem_detay DROP COLUMN bedelsiz")
    done(hotel.url, "db", "init", "--quiet")
    assert _context(hotel)["charged"] == {"1": [2, 15]}


def test_check_names_line_prices_and_what_they_are_good_for(
    hotel: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    hotel.setup(1, f"{DAY} 10:00", 1, 2)
    _priced(hotel, 7.5)
    done(hotel.url, "db", "check")
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "line_prices" in line]
    assert " 1 " in line and "price" in line


@pytest.mark.parametrize(("change", "rows"), [("SELECT 1", "3"), ("DELETE FROM oda_tipi_setup", "0")])
def test_check_counts_only_the_setups_that_a_room_type_has(
    hotel: Application, capsys: pytest.CaptureFixture[str], change: str, rows: str
) -> None:
    sql(hotel.url, change)
    done(hotel.url, "db", "check")
    (line,) = [line.split() for line in capsys.readouterr().out.splitlines() if "setups" in line.split()[:2]]
    assert rows in line


# Rooms that are closed


@pytest.mark.parametrize(
    ("closing", "raised"),
    [
        (None, 1),
        ("UPDATE odalar SET aktif = false WHERE id = 1", 0),
        ("UPDATE katlar SET aktif = false", 0),
        ("UPDATE odalar SET aktif = NULL", 1),
    ],
    ids=["in use", "room closed", "floor closed", "not said"],
)
def test_a_room_that_is_closed_raises_no_alert(hotel: Application, closing: str | None, raised: int) -> None:
    hotel.empty(1, "2025-11-08 10:00")
    hotel.setup(1, f"{DAY} 10:00", 1, 2)
    if closing:
        sql(hotel.url, closing)
    _collect(hotel, EVENING)
    done(hotel.url, "detect", "--as-of", EVENING, "--quiet")
    assert len(alerts(hotel.url, "type = 'vacant_consumption' AND entity_id = 1")) == raised
