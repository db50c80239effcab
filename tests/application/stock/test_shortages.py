"""What the floor store had run out of can't be put in at a check, and is missing at the next one."""

from datetime import date
from typing import Any

import pytest
from support.hotels.application import Application
from support.hotels.simulated import done, points, sql


@pytest.fixture
def hotel(installed: Application) -> Application:
    """Rooms without guests but 5, and a floor store that holds product 2 all the time."""
    installed.recorded(date(2025, 10, 1), date(2025, 11, 20))
    _store(installed, 2, 100, {"2025-11-01 09:00": 100})
    return installed


def _store(hotel: Application, product: int, now: int, given: dict[str, int]) -> None:
    """What the floor store holds of a product, and what was put into it."""
    sql(
        hotel.url,
        "INSERT INTO otel_zimmet_stok (id, otel_id, urun_id, toplam_miktar, kullanilan_miktar, kalan_miktar,"
        " son_guncelleme) VALUES (:product, 1, :product, :now, 0, :now, '2025-11-16 12:00');"
        " INSERT INTO stok_fifo_kayitlari (id, otel_id, urun_id, giris_miktari, kalan_miktar, giris_tarihi)"
        " VALUES (:product, 1, :product, 500, 400, '2025-11-01')",
        product=product, now=now,
    )  # fmt: skip
    for at, units in given.items():
        sql(
            hotel.url,
            "INSERT INTO stok_fifo_kullanimlari (fifo_kayit_id, miktar, islem_tipi, islem_tarihi)"
            " VALUES (:product, :units, 'zimmet_transfer', CAST(:at AS timestamptz))",
            product=product, units=units, at=at,
        )  # fmt: skip


def _drawn(hotel: Application, product: int, units: int, at: str) -> None:
    sql(
        hotel.url,
        "INSERT INTO personel_zimmet_kullanim (otel_zimmet_stok_id, personel_id, urun_id, kullanilan_miktar,"
        " islem_tarihi, islem_tipi)"
        " VALUES (:product, 1, :product, :units, CAST(:at AS timestamptz), 'minibar_kullanim')",
        product=product, units=units, at=at,
    )  # fmt: skip


def _found(hotel: Application, as_of: str = "2025-11-17") -> tuple[float, dict[str, Any]]:
    done(hotel.url, "collect", "--as-of", as_of, "--quiet")
    return next(
        (value, context) for key, (value, context) in points(hotel.url, "vacant_consumption").items()
        if key[1] == 1 and key[2][:10] == "2025-11-13"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("filled_at", "missing"),
    [
        # Nothing was there from the 8th on, until after the check of the 10th.
        ("2025-11-12 09:00", {"2": 3}),
        # In the morning of the 10th there was nothing, in the evening there was.
        ("2025-11-10 17:00", {"2": 3}),
        ("2025-11-09 09:00", {"1": 1, "2": 3}),
    ],
)
def test_what_could_not_be_put_in_is_not_missing_again(
    hotel: Application, filled_at: str, missing: dict[str, int]
) -> None:
    _store(hotel, 1, 70, {"2025-11-01 09:00": 30, filled_at: 70})
    _drawn(hotel, 1, 30, "2025-11-08 10:00")
    for day in ("05", "09", "10"):
        hotel.empty(1, f"2025-11-{day} 10:00")
    for product, units in ((1, 1), (2, 3)):
        hotel.setup(1, f"2025-11-13 10:00:0{product}", product, units)
    value, context = _found(hotel)
    assert (value, context["products"]) == (sum(missing.values()), missing)
    # A later run that no longer reads these days of the floor store comes to the same.
    done(hotel.url, "collect", "--as-of", "2025-11-17T12:00", "--quiet")
    assert _found(hotel, "2025-11-18T02:00") == (value, context)


@pytest.mark.parametrize(("left", "missing"), [(1, {"2": 3}), (3, {"1": 1, "2": 3})])
def test_of_what_is_nearly_used_up_the_last_may_be_missing_from_the_shelf(
    hotel: Application, left: int, missing: dict[str, int]
) -> None:
    # Used are 120 in four weeks, four to five a day.
    for day in range(17, 31):
        hotel.setup(4, f"2025-10-{day} 11:00", 1, 5)
    for day in range(1, 13):
        hotel.setup(4, f"2025-11-{day:02d} 11:00", 1, 5)
    _store(hotel, 1, 70 + left, {"2025-11-01 09:00": 30 + left, "2025-11-12 09:00": 70})
    _drawn(hotel, 1, 30, "2025-11-08 10:00")
    for day in ("05", "10"):
        hotel.empty(1, f"2025-11-{day} 10:00")
    for product, units in ((1, 1), (2, 3)):
        hotel.setup(1, f"2025-11-13 10:00:0{product}", product, units)
    value, context = _found(hotel)
    assert (value, context["products"]) == (sum(missing.values()), missing)
    done(hotel.url, "collect", "--as-of", "2025-11-17T12:00", "--quiet")
    assert _found(hotel, "2025-11-18T02:00") == (value, context)


@pytest.mark.parametrize(("last_filled", "missing"), [("09", {"2": 3}), ("10", {"1": 1, "2": 3})])
def test_what_no_room_got_on_a_day_was_not_on_the_shelf_whatever_the_book_says(
    hotel: Application, last_filled: str, missing: dict[str, int]
) -> None:
    for day in range(13, 31):
        hotel.setup(4, f"2025-10-{day} 11:00", 1, 8)
    for day in range(1, 1 + int(last_filled)):
        hotel.setup(4, f"2025-11-{day:02d} 11:00", 1, 8)
    _store(hotel, 1, 70, {"2025-11-01 09:00": 70})
    for day in ("05", "10"):
        hotel.empty(1, f"2025-11-{day} 10:00")
    for product, units in ((1, 1), (2, 3)):
        hotel.setup(1, f"2025-11-13 10:00:0{product}", product, units)
    value, context = _found(hotel)
    assert (value, context["products"]) == (sum(missing.values()), missing)
