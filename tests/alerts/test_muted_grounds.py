"""Muted findings end with their ground, as alerts do."""

from datetime import date
from typing import Any

import pytest
from support.hotels.application import Application
from support.hotels.simulated import alerts, sql

FINDINGS = "SELECT entity_id, value, CAST(impact AS integer) FROM minibar_ml.ml_muted_findings ORDER BY 1, 2"


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The hotel; a guest of room 1 left on the ninth, and a mute covers the hotel from then on."""
    installed.recorded(date(2025, 10, 1), date(2025, 11, 30))
    installed.stay(1, "2025-11-07 15:00", "2025-11-09 08:00")
    for at in ("2025-11-09 14:00", "2025-11-09 19:00", "2025-11-10 11:30"):
        installed.empty(1, at)
    sql(installed.url, "INSERT INTO minibar_ml.ml_mutes (hotel_id, since, until, reason, added_by)"
                  " VALUES (1, '2025-11-08', '2025-11-20', 'works', 'a')")  # fmt: skip
    return installed


def _run(hotel: Application, as_of: str) -> list[Any]:
    hotel.judged(as_of)
    assert alerts(hotel.url) == []
    return sql(hotel.url, FINDINGS)


def test_a_muted_finding_whose_row_was_deleted_is_forgotten(hotel: Application) -> None:
    row = hotel.setup(1, "2025-11-10 12:30", 1, 40)
    assert _run(hotel, "2025-11-10T20:00") == [(1, 40.0, 400)]
    assert _run(hotel, "2025-11-12T20:00") == [(1, 40.0, 400)]
    sql(hotel.url, "DELETE FROM minibar_islem_detay WHERE islem_id = :row", row=row)
    sql(hotel.url, "DELETE FROM minibar_islemleri WHERE id = :row", row=row)
    assert _run(hotel, "2025-11-13T20:00") == []


def test_a_muted_finding_whose_row_was_corrected_has_the_figures_of_today(hotel: Application) -> None:
    row = hotel.setup(1, "2025-11-10 12:30", 1, 40)
    _run(hotel, "2025-11-10T20:00")
    sql(hotel.url, "UPDATE minibar_islem_detay SET eklenen_miktar = 4 WHERE islem_id = :row", row=row)
    assert _run(hotel, "2025-11-13T20:00") == [(1, 4.0, 40)]


def test_a_muted_finding_of_the_same_day_goes_with_its_row(hotel: Application) -> None:
    row = hotel.setup(1, "2025-11-10 12:30", 1, 40)
    assert _run(hotel, "2025-11-10T15:00") == [(1, 40.0, 400)]
    sql(hotel.url, "DELETE FROM minibar_islem_detay WHERE islem_id = :row", row=row)
    assert _run(hotel, "2025-11-10T16:00") == []
