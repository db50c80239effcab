"""What happens after the as-of instant changes nothing of what collect and detect say as of it."""

from collections.abc import Callable
from typing import Any

import pytest
from support.hotels.simulated import alerts, checksum, command, sql, state

from minibar_ml.simulate import Layout

AS_OF = "2025-11-12T15:00"
A_DAY_LATER = "2025-11-13T15:00"
GENEROUS = {"ML_ALERT_BUDGET": "100"}
"""A budget under which a small hotel has alerts, with scores, of every kind to compare."""
NOW = "TIMESTAMP '2025-11-12 15:00'"
FUTURE_CHANGED = (
    f"DELETE FROM minibar_islem_detay WHERE id % 3 = 0"
    f" AND islem_id IN (SELECT id FROM minibar_islemleri WHERE islem_tarihi >= {NOW})",
    f"UPDATE minibar_islem_detay SET tuketim = tuketim + 4, eklenen_miktar = eklenen_miktar + 9"
    f" WHERE islem_id IN (SELECT id FROM minibar_islemleri WHERE islem_tarihi >= {NOW})",
    f"UPDATE minibar_islemleri SET islem_tarihi = islem_tarihi + interval '7 minutes' WHERE islem_tarihi >= {NOW}",
    f"INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi)"
    f" SELECT oda_id, personel_id, islem_tipi, {NOW} + interval '2 hours'"
    f" FROM minibar_islemleri WHERE islem_tarihi >= {NOW} - interval '1 day'",
    f"UPDATE stok_hareketleri SET miktar = miktar * 9 WHERE islem_tarihi >= {NOW}",
    f"DELETE FROM minibar_dolum_talepleri WHERE talep_tarihi >= {NOW} AND id % 2 = 0",
    f"UPDATE minibar_dolum_talepleri SET tamamlanma_tarihi = NULL WHERE tamamlanma_tarihi >= {NOW}",
    f"UPDATE personel_zimmet_detay SET kalan_miktar = 0, iade_edilen_miktar = 0"
    f" WHERE zimmet_id IN (SELECT id FROM personel_zimmet WHERE iade_tarihi >= {NOW})",
    f"DELETE FROM misafir_kayitlari WHERE giris_tarihi > {NOW} AND id % 3 = 0",
    f"UPDATE misafir_kayitlari SET misafir_sayisi = misafir_sayisi + 3 WHERE giris_tarihi > {NOW}",
)
"""Visits, lines, ledger rows, requests, returns of custody and stays of later than the instant."""
Pair = tuple[str, str]


@pytest.fixture(scope="module")
def futures(make_database: Callable[..., str], hotel_sources: dict[Layout, str]) -> Pair:
    """Two hotels with one past and two futures, each collected as of the instant; cloned."""
    urls = make_database(hotel_sources["a"]), make_database(hotel_sources["a"])
    for statement in FUTURE_CHANGED:
        sql(urls[1], statement)
    for url in urls:
        assert command(url, "collect", "--as-of", AS_OF, "--quiet") == 0
    return urls


def _found(url: str, *jobs: list[str]) -> list[tuple[Any, ...]]:
    for job in jobs:
        state(url, **GENEROUS)
        assert command(url, *job, "--quiet") == 0, job
    return alerts(url)


def test_points_are_the_same_whatever_comes_later(futures: Pair) -> None:
    assert checksum(futures[0]) == checksum(futures[1])


def test_a_live_run_says_the_same_whatever_comes_later(futures: Pair, make_database: Callable[..., str]) -> None:
    jobs = ["train", "--as-of", "2025-11-12"], ["detect", "--as-of", AS_OF]
    found = [_found(make_database(url), *jobs) for url in futures]
    assert len({alert[0] for alert in found[0]}) >= 3
    assert found[0] == found[1]


def test_a_walk_says_the_same_whatever_comes_later(futures: Pair, make_database: Callable[..., str]) -> None:
    walk = ["detect", "--since", "2025-11-08", "--as-of", AS_OF]
    found = [_found(make_database(url), walk) for url in futures]
    assert len({alert[0] for alert in found[0]}) >= 3
    assert found[0] == found[1]


def test_a_walk_that_ends_today_finds_the_same_after_tomorrow_has_come(
    futures: Pair, make_database: Callable[..., str]
) -> None:
    walk = ["detect", "--since", "2025-11-08", "--until", "2025-11-12", "--as-of", A_DAY_LATER]
    found = [_found(make_database(url), ["collect", "--as-of", A_DAY_LATER], walk) for url in futures]
    assert len({alert[0] for alert in found[0]}) >= 3
    assert found[0] == found[1]


def test_the_two_futures_are_not_the_same(futures: Pair, make_database: Callable[..., str]) -> None:
    jobs = ["collect", "--as-of", A_DAY_LATER], ["detect", "--as-of", A_DAY_LATER]
    one, other = (_found(make_database(url), *jobs) for url in futures)
    assert one != other
