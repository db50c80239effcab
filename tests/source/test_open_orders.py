"""Open orders at suppliers count in a live run's forecast: what is still to come, and when it is due."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from support.hotels.simulated import AS_OF, ZONE, sql

from minibar_ml.cli import plans
from minibar_ml.config.facts import House
from minibar_ml.config.settings import Settings
from minibar_ml.jobs.detection.detection_run import read_hotels
from minibar_ml.jobs.forecasts import night_forecasts
from minibar_ml.simulate import Layout
from minibar_ml.store.engine import make_engine
from minibar_ml.store.points import forecasts
from minibar_ml.store.source import contract as source

NOW = datetime.fromisoformat(AS_OF).replace(hour=9, tzinfo=ZoneInfo(ZONE))
ORDERS = {
    "approved": ("onaylandi", "2025-11-14", "2025-11-19", 96, 12),
    "overdue": ("beklemede", "2025-11-01", "2025-11-13", 24, 0),
    "forgotten": ("beklemede", "2025-10-01", "2025-11-05", 500, 0),
    "received": ("teslim_alindi", "2025-11-10", "2025-11-19", 500, 500),
    "cancelled": ("iptal", "2025-11-10", "2025-11-19", 500, 0),
    "of an unknown status": ("bekletildi", "2025-11-10", "2025-11-19", 500, 0),
    "of the future": ("onaylandi", "2025-11-20", "2025-11-25", 500, 0),
}


@pytest.fixture
def url(make_database: Callable[..., str], hotel_points: dict[Layout, str]) -> str:
    """The simulated hotel in the present layout with orders of its first product, each in another state."""
    made = make_database(hotel_points["b"])
    for number, (status, ordered, due, units, received) in enumerate(ORDERS.values()):
        sql(
            made,
            "WITH o AS (INSERT INTO public.satin_alma_siparisleri (siparis_no, otel_id, siparis_tarihi,"
            " tahmini_teslimat_tarihi, durum, olusturma_tarihi) SELECT :number, min(id), CAST(:ordered AS timestamptz),"
            " CAST(:due AS date), :status, CAST(:ordered AS timestamptz) FROM public.oteller RETURNING id)"
            " INSERT INTO public.satin_alma_siparis_detaylari (siparis_id, urun_id, miktar, birim_fiyat,"
            " teslim_alinan_miktar) SELECT o.id, (SELECT min(id) FROM public.urunler), :units, 1, :received FROM o",
            number=str(number), ordered=ordered, due=due, status=status, units=units, received=received,
        )  # fmt: skip
    return made


def test_a_live_detect_reads_what_is_still_to_come(url: str) -> None:
    house = House(Settings(database_url=url, timezone=ZONE, order_cover_days=28))
    with make_engine(url, ZONE).connect() as connection:
        usable = source.read(connection).usable
        live, past = (
            read_hotels(connection, plans.detection(house, NOW, is_live=is_live), NOW.date(), usable)
            for is_live in (True, False)
        )
    (orders,) = [frames.orders for frames in live.values() if len(frames.orders)]
    due = {
        datetime.fromordinal(day).date().isoformat(): units
        for day, units in zip(orders.due_on, orders.units, strict=True)
    }
    assert due == {"2025-11-13": 24, "2025-11-19": 84}
    assert not [frames for frames in past.values() if len(frames.orders)]


def test_the_night_s_forecast_shows_what_is_on_order_and_orders_so_much_less(url: str) -> None:
    house = House(Settings(database_url=url, timezone=ZONE, order_cover_days=28))
    quantities = {}
    with make_engine(url, ZONE).connect() as connection:
        usable = source.read(connection).usable
        hotels = read_hotels(connection, plans.detection(house, NOW), NOW.date(), usable)
        for is_live in (False, True):
            plan = plans.training(house, NOW, is_live=is_live)
            # Without stays, so that demand is the same and only the orders differ.
            readable = usable - {"source_stays"}
            known = night_forecasts.read(connection, hotels, plan, readable)
            made = [one for hotel, frames in known.items() for one in night_forecasts.compute(hotel, frames, plan)]
            night_forecasts.store(connection, made, hotels, plan)
            (quantities[is_live], *_) = sorted(
                forecasts.fetch_newest(connection, NOW, None, {}), key=lambda one: (one.product_id, one.hotel_id)
            )
    plain, live = quantities[False], quantities[True]
    assert (plain.ordered_units, plain.due_on) == (None, None)
    assert (live.ordered_units, str(live.due_on)) == (108, "2025-11-13")
    assert plain.order_quantity is not None
    assert live.order_quantity == max(plain.order_quantity - 108, 0)
    assert live.days == plain.days
