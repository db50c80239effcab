"""Whatever lists are loaded, in whatever order: a night known as occupied, or named by a list, never becomes vacant."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.application import Application
from support.hotels import done, sql

FIRST = date(2025, 11, 3)
DAYS = 8
ROOMS = (1, 2)

stays = st.tuples(st.sampled_from(ROOMS), st.integers(-3, DAYS), st.integers(0, 4), st.integers(0, 3))
uploads = st.tuples(
    st.just("upload"),
    st.sampled_from(["in_house", "arrival", "departure"]),
    st.sampled_from(["", "08:00", "20:30"]),
    st.lists(stays, max_size=4),
)
"""A list; the hour at which it was loaded, where the hotel's own list of uploads has it."""
deletions = st.tuples(st.just("delete"), st.integers(0, 20))
moves = st.one_of(uploads, deletions)
weeks = st.lists(st.lists(moves, max_size=3), min_size=DAYS, max_size=DAYS)


@pytest.fixture(scope="module")
def hotel(make_database: Callable[..., str]) -> Application:
    """The hotel without stays, and the store; every example begins with that."""
    made = Application(make_database())
    done(made.url, "db", "init", "--quiet")
    return made


def _upload(
    hotel: Application, day: date, hour: str, number: int, kind: str, listed: list[tuple[int, int, int, int]]
) -> None:
    """A standard list: a row of the same room and kind that touches is overwritten, else one is inserted."""
    for room, arrives, nights, guests in listed:
        a, d = FIRST + timedelta(days=arrives), FIRST + timedelta(days=arrives + nights)
        sql(
            hotel.url,
            "WITH old AS (UPDATE misafir_kayitlari SET giris_tarihi = :a, cikis_tarihi = :d, misafir_sayisi = :guests,"
            " islem_kodu = :code, guncelleme_tarihi = :day + CAST(:hour AS time) WHERE id = (SELECT min(id)"
            " FROM misafir_kayitlari WHERE oda_id = :room AND kayit_tipi = :kind AND giris_tarihi <= :d"
            " AND cikis_tarihi >= :a) RETURNING id)"
            " INSERT INTO misafir_kayitlari (oda_id, islem_kodu, misafir_sayisi, giris_tarihi, cikis_tarihi,"
            " kayit_tipi, olusturma_tarihi) SELECT :room, :code, :guests, :a, :d, :kind, :day + CAST(:hour AS time)"
            " WHERE NOT EXISTS (SELECT FROM old)",
            room=room, a=a, d=d, guests=guests, kind=kind, code=f"u{number}", day=day, hour=hour,
        )  # fmt: skip


def _known_as(hotel: Application, word: str) -> set[tuple[int, date]]:
    """Nights of which the record's last word is this."""
    rows = sql(
        hotel.url,
        "SELECT room_id, night FROM (SELECT DISTINCT ON (room_id, night) room_id, night, state"
        " FROM minibar_ml.ml_nights WHERE state <> 'day_use' ORDER BY room_id, night, id DESC) l WHERE state = :word",
        word=word,
    )
    return {(room, night) for room, night in rows}


def _named(hotel: Application, day: date) -> set[tuple[int, date]]:
    """The nights before the days on which a list of guests in house names somebody who had come before."""
    rows = sql(
        hotel.url,
        "SELECT oda_id FROM misafir_kayitlari WHERE kayit_tipi = 'in_house' AND giris_tarihi < :day"
        " AND cikis_tarihi > giris_tarihi AND cikis_tarihi > :day - 7"
        " AND CAST(coalesce(guncelleme_tarihi, olusturma_tarihi) AS date) = :day",
        day=day,
    )
    return {(room, day - timedelta(days=1)) for (room,) in rows}


def _called_vacant(hotel: Application) -> set[tuple[int, date]]:
    """Every night of which some point says that nobody was in the room."""
    rows = sql(
        hotel.url,
        "SELECT entity_id, CAST(night AS date) FROM minibar_ml.ml_metrics, generate_series("
        " CAST(context ->> 'previous_on' AS date), business_date - 1, interval '1 day') AS night"
        " WHERE metric_type = 'vacant_consumption'"
        " AND NOT jsonb_exists_any(context, '{after_departure_check,before_arrival,around_departure}')",
    )
    return {(room, night) for room, night in rows}


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(week=weeks)
def test_no_night_known_as_occupied_or_named_by_a_list_is_ever_vacant(
    hotel: Application, week: list[list[Any]]
) -> None:
    sql(
        hotel.url,
        "TRUNCATE misafir_kayitlari, yukleme_gorevleri, minibar_islemleri RESTART IDENTITY CASCADE;"
        " TRUNCATE minibar_ml.ml_nights, minibar_ml.ml_metrics, minibar_ml.ml_watermarks, minibar_ml.ml_changed_days,"
        " minibar_ml.ml_job_runs",
    )
    hotel.recorded(FIRST - timedelta(days=3), FIRST + timedelta(days=DAYS))
    number, occupied, named = 0, set[tuple[int, date]](), set[tuple[int, date]]()
    for offset, moves in enumerate(week):
        day = FIRST + timedelta(days=offset)
        for move in moves:
            if move[0] == "upload":
                number += 1
                _upload(hotel, day, move[2] or "08:00", number, move[1], move[3])
                if move[2] and move[1] == "in_house":
                    hotel.uploads(day, day, hour=move[2])
            else:
                sql(hotel.url, "DELETE FROM misafir_kayitlari WHERE islem_kodu = :code", code=f"u{move[1]}")
                # What a list named that is deleted was wrong; what was known as occupied stays so or unknown.
                named.clear()
        for room in ROOMS:
            hotel.setup(room, f"{day} 10:00", 1, 1)
            hotel.setup(room, f"{day} 19:00", 1, 1)
        done(hotel.url, "collect", "--as-of", f"{day}T22:00", "--quiet")
        occupied |= _known_as(hotel, "occupied")
        named |= _named(hotel, day)
        lost = occupied - _known_as(hotel, "occupied") - _known_as(hotel, "unknown")
        assert not lost
        assert not (occupied | named) & _called_vacant(hotel)
