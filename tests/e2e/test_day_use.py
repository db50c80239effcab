"""A room that is let for the day, from its row on a list to an alert."""

from collections.abc import Callable

import pytest
from support.hotels.simulated import AS_OF, LAST_DAY, alerts, done, points, sql

from minibar_ml.simulate import Layout

FREE = """
SELECT min(o.id) FROM odalar o
WHERE NOT EXISTS (SELECT FROM misafir_kayitlari m WHERE m.oda_id = o.id AND m.cikis_tarihi >= CAST(:day AS date) - 3
                  AND m.giris_tarihi <= CAST(:day AS date))
  AND EXISTS (SELECT FROM minibar_islemleri i WHERE i.oda_id = o.id AND i.islem_tarihi >= CAST(:day AS date) - 3
              AND i.islem_tarihi < :day)
  AND NOT EXISTS (SELECT FROM minibar_islemleri i WHERE i.oda_id = o.id AND i.islem_tarihi >= CAST(:day AS date))
"""


def _let_for_the_day(url: str, hours: tuple[str | None, str | None], units: int) -> int:
    """Two guests in an otherwise free room on the last day, and what the check after them found; the room's id."""
    room: int = sql(url, FREE, day=LAST_DAY)[0][0]
    sql(
        url,
        "INSERT INTO misafir_kayitlari (oda_id, islem_kodu, misafir_sayisi, giris_tarihi, giris_saati, cikis_tarihi,"
        " cikis_saati, kayit_tipi, olusturma_tarihi) VALUES (:room, 'day', 2, :day, CAST(:come AS time), :day,"
        " CAST(:leave AS time), 'in_house', CAST(:day AS date) + time '08:00')",
        room=room, day=LAST_DAY, come=hours[0], leave=hours[1],
    )  # fmt: skip
    visit = sql(
        url,
        "INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi) SELECT :room, min(id),"
        " 'setup_kontrol', CAST(:day AS date) + time '18:00' FROM kullanicilar WHERE rol = 'kat_sorumlusu'"
        " RETURNING id",
        room=room, day=LAST_DAY,
    )[0][0]  # fmt: skip
    sql(
        url,
        "INSERT INTO minibar_islem_detay (islem_id, urun_id, tuketim, eklenen_miktar, ekstra_miktar, bedelsiz)"
        " SELECT :visit, min(id), 0, :units, 0, false FROM urunler",
        visit=visit, units=units,
    )  # fmt: skip
    done(url, "collect", "--as-of", AS_OF, "--quiet")
    return room


@pytest.mark.parametrize("hours", [("10:00", "17:00"), (None, None)], ids=["hours on record", "no hours"])
@pytest.mark.parametrize("units", [30, 2])
def test_thirty_units_gone_from_a_room_let_for_the_day_are_an_alert_and_two_are_none(
    make_database: Callable[..., str], hotel_points: dict[Layout, str], units: int, hours: tuple[str | None, str | None]
) -> None:
    url = make_database(hotel_points["b"])
    room = _let_for_the_day(url, hours, units)
    done(url, "detect", "--as-of", AS_OF, "--quiet")
    raised = alerts(url, f"entity_type = 'room' AND entity_id = {room} AND occurred_on = '{LAST_DAY}'", "type, value")
    assert raised == ([("consumption_anomaly", 30)] if units == 30 else [])
    context = next(c for key, (_, c) in points(url, "room_consumption").items()
                   if key[1] == room and key[2].startswith(LAST_DAY.isoformat()))  # fmt: skip
    assert (context["known"], context["day_use"]) == (True, True)
