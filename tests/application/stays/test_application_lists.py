"""Guest lists and daily room tasks in the manner of today's application."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool
from support.hotels.application_hotel import MANNER, PLAN, none, one
from support.hotels.simulated import ZONE, sql

from minibar_ml.simulate import SourceData, evenings, generate, rewrite, write

DAYS = PLAN.days * PLAN.hotels


def test_three_lists_a_day_and_hotel_are_asked_for_the_evening_before(application: str) -> None:
    assert one(application, "SELECT count(*) FROM yukleme_gorevleri") == 3 * DAYS
    kinds = sql(application, "SELECT DISTINCT dosya_tipi FROM yukleme_gorevleri ORDER BY 1")
    assert [row[0] for row in kinds] == ["arrivals", "departures", "inhouse"]
    made = "(olusturma_tarihi AT TIME ZONE 'UTC')::time <> '22:01' OR (olusturma_tarihi AT TIME ZONE 'UTC')::date"
    assert none(application, f"SELECT 1 FROM yukleme_gorevleri WHERE {made} <> gorev_tarihi - 1")


def test_some_lists_never_come_and_a_completed_one_names_its_file(application: str) -> None:
    pending = one(application, "SELECT count(*) FROM yukleme_gorevleri WHERE durum = 'pending'")
    assert 0.4 * MANNER.missed_lists < pending / (3 * DAYS) < 4 * MANNER.missed_lists
    assert none(
        application,
        "SELECT 1 FROM yukleme_gorevleri t LEFT JOIN dosya_yuklemeleri f ON f.id = t.dosya_yukleme_id"
        " WHERE (t.durum = 'completed') <> (f.id IS NOT NULL AND f.yukleme_tarihi = t.yukleme_zamani)",
    )


def test_a_standard_file_counts_each_good_row_twice(application: str) -> None:
    files = "SELECT toplam_satir, basarili_satir, hatali_satir FROM dosya_yuklemeleri"
    assert none(application, f"SELECT 1 FROM ({files}) f WHERE basarili_satir <> 2 * (toplam_satir - hatali_satir)")
    assert one(application, f"SELECT count(*) FROM ({files}) f WHERE hatali_satir > 0") > 20
    kinds = sql(application, "SELECT DISTINCT dosya_tipi FROM dosya_yuklemeleri ORDER BY 1")
    assert [row[0] for row in kinds] == ["arrivals", "departures", "in_house"]


def test_a_deleted_file_takes_its_stays_along(application: str) -> None:
    assert one(application, "SELECT max(id) - count(*) FROM dosya_yuklemeleri") > 2
    orphans = "SELECT 1 FROM misafir_kayitlari m LEFT JOIN dosya_yuklemeleri f USING (islem_kodu) WHERE f.id IS NULL"
    assert none(application, orphans)
    assert one(application, "SELECT max(id) - count(*) FROM misafir_kayitlari") > 50


def test_hours_stand_only_with_the_list_that_has_them(application: str) -> None:
    hours = "kayit_tipi, count(giris_saati) > 0, count(cikis_saati) > 0"
    assert [tuple(row) for row in sql(application, f"SELECT {hours} FROM misafir_kayitlari GROUP BY 1 ORDER BY 1")] == [
        ("arrival", True, False), ("departure", False, True), ("in_house", False, False),
    ]  # fmt: skip


def test_departures_name_one_guest_and_other_lists_the_party(application: str) -> None:
    guests = "SELECT kayit_tipi, max(misafir_sayisi) FROM misafir_kayitlari GROUP BY 1 ORDER BY 1"
    assert [tuple(row) for row in sql(application, guests)] == [("arrival", 4), ("departure", 1), ("in_house", 4)]


def test_overwriting_leaves_no_two_rows_of_a_room_and_kind_that_touch(application: str) -> None:
    other = "b.oda_id = a.oda_id AND b.kayit_tipi = a.kayit_tipi AND b.id > a.id"
    touching = "b.giris_tarihi <= a.cikis_tarihi AND b.cikis_tarihi >= a.giris_tarihi"
    pairs = f"SELECT count(*) FROM misafir_kayitlari a JOIN misafir_kayitlari b ON {other} AND {touching}"
    rows = one(application, "SELECT count(*) FROM misafir_kayitlari")
    # what was dated back by a changed stay may touch an older row
    assert one(application, pairs) < 0.02 * rows
    assert one(application, "SELECT count(*) FROM misafir_kayitlari WHERE guncelleme_tarihi IS NOT NULL") > 0.3 * rows


def test_no_shows_stay_on_the_arrival_lists(application: str, application_data: SourceData) -> None:
    arrivals = "SELECT oda_id, giris_tarihi FROM misafir_kayitlari WHERE kayit_tipi = 'arrival'"
    empty = [
        room for room, day in sql(application, arrivals)
        if not application_data.occupied[room - 1, (day - PLAN.starts_on).days]
    ]  # fmt: skip
    assert len(empty) > 10


def test_room_tasks_are_made_only_on_days_with_all_three_lists(application: str) -> None:
    facts = "otel_id, gorev_tarihi, count(*) AS kinds, min(olusturma_tarihi) AS at"
    made = f"SELECT {facts} FROM gunluk_gorevler GROUP BY 1, 2"
    # an in-house list that was deleted afterwards waits again, and the day's tasks stay
    waiting = "SELECT * FROM yukleme_gorevleri WHERE durum = 'pending' AND dosya_tipi <> 'inhouse'"
    assert none(application, f"SELECT 1 FROM ({made}) m JOIN ({waiting}) w USING (otel_id, gorev_tarihi)")
    assert none(application, f"SELECT 1 FROM ({made}) m WHERE (at AT TIME ZONE '{ZONE}')::date <> gorev_tarihi")
    assert none(application, f"SELECT 1 FROM ({made}) m WHERE kinds > 3")
    assert 0.6 * DAYS < one(application, f"SELECT count(*) FROM ({made}) m") < DAYS
    assert none(application, "SELECT 1 FROM gunluk_gorevler WHERE personel_id IS NOT NULL")


def test_a_task_holds_the_rooms_of_its_day_with_hours_copied_then(application: str) -> None:
    rooms = "gorev_detaylari d JOIN gunluk_gorevler g ON g.id = d.gorev_id"
    hours = f"SELECT gorev_tipi::text, count(varis_saati), count(cikis_saati) FROM {rooms} GROUP BY 1 ORDER BY 1"
    arrival, departure, in_house = (tuple(row) for row in sql(application, hours))
    assert arrival[1] > 100 and arrival[2] == 0
    assert departure[1] == 0 and departure[2] > 100
    assert in_house[1:] == (0, 0)
    assert none(application, "SELECT 1 FROM gorev_detaylari GROUP BY gorev_id, oda_id HAVING count(*) > 1")
    both = (
        "SELECT count(*) FROM (SELECT d.oda_id, g.gorev_tarihi FROM gorev_detaylari d JOIN gunluk_gorevler g"
        " ON g.id = d.gorev_id WHERE gorev_tipi IN ('inhouse_kontrol', 'departure_kontrol') GROUP BY 1, 2"
        " HAVING count(*) = 2) b"
    )
    assert one(application, both) > 200


def test_departures_are_ordered_by_hour(application: str) -> None:
    rooms = (
        "SELECT row_number() OVER (PARTITION BY gorev_id ORDER BY oncelik_sirasi) AS nth, rank() OVER"
        " (PARTITION BY gorev_id ORDER BY cikis_saati) AS by_hour, oncelik_sirasi AS place FROM gorev_detaylari"
        " WHERE cikis_saati IS NOT NULL"
    )
    assert none(application, f"SELECT 1 FROM ({rooms}) r WHERE by_hour > place")
    assert none(application, "SELECT 1 FROM gorev_detaylari WHERE cikis_saati IS NULL AND oncelik_sirasi <> 999")


def test_copied_hours_survive_what_is_overwritten_later(application: str) -> None:
    differing = (
        "SELECT count(*) FROM gorev_detaylari d JOIN misafir_kayitlari m ON m.id = d.misafir_kayit_id"
        " WHERE d.cikis_saati <> m.cikis_saati"
        f" OR m.giris_tarihi > (d.kontrol_zamani AT TIME ZONE '{ZONE}')::date"
    )
    assert one(application, differing) > 20


def test_a_write_closes_one_row_of_the_rooms_day_and_a_button_needs_no_visit(application: str) -> None:
    closed = "gorev_detaylari d WHERE d.durum = 'completed'"
    by_write = f"SELECT count(*) FROM {closed} AND EXISTS (SELECT 1 FROM minibar_islemleri i WHERE i.oda_id = d.oda_id"
    written = one(application, f"{by_write} AND i.islem_tarihi = d.kontrol_zamani)")
    total = one(application, f"SELECT count(*) FROM {closed}")
    assert 0.7 * total < written < total
    assert none(application, f"SELECT 1 FROM {closed} AND d.kontrol_zamani IS NULL")
    assert one(application, "SELECT count(*) FROM gorev_detaylari WHERE durum = 'pending'") > 100
    twice = (
        "SELECT 1 FROM gorev_detaylari WHERE durum = 'completed' GROUP BY oda_id, kontrol_zamani HAVING count(*) > 1"
    )
    assert none(application, twice)


def test_one_knock_leaves_a_row_incomplete_and_the_second_completes_it(application: str) -> None:
    incomplete = "SELECT DISTINCT dnd_sayisi FROM gorev_detaylari WHERE durum = 'incomplete'"
    assert [row[0] for row in sql(application, incomplete)] == [1]
    assert one(application, "SELECT count(*) FROM gorev_detaylari WHERE durum = 'completed' AND dnd_sayisi >= 2") > 50
    evening = "SELECT DISTINCT (degisiklik_zamani AT TIME ZONE 'UTC')::time::text FROM gorev_durum_loglari"
    assert [row[0] for row in sql(application, f"{evening} WHERE yeni_durum = 'incomplete'")] == ["21:59:00"]


def test_every_state_is_in_the_log_with_who_gave_it(application: str) -> None:
    last = (
        "SELECT DISTINCT ON (gorev_detay_id) gorev_detay_id, yeni_durum, degistiren_id FROM gorev_durum_loglari"
        " ORDER BY gorev_detay_id, degisiklik_zamani DESC, id DESC"
    )
    assert none(
        application,
        f"SELECT 1 FROM gorev_detaylari d LEFT JOIN ({last}) l ON l.gorev_detay_id = d.id"
        " WHERE d.durum <> coalesce(l.yeni_durum, 'pending')",
    )
    assert none(application, f"SELECT 1 FROM ({last}) l WHERE (degistiren_id IS NULL) <> (yeni_durum = 'incomplete')")


def test_headers_say_whether_all_some_or_none_is_done(application: str) -> None:
    state = (
        "SELECT g.durum::text, bool_and(d.durum = 'completed'), bool_or(d.durum = 'completed'),"
        " count(tamamlanma_tarihi) = count(*) FROM gunluk_gorevler g JOIN gorev_detaylari d ON d.gorev_id = g.id"
        " GROUP BY g.id, g.durum"
    )
    assert {tuple(row) for row in sql(application, state)} == {
        ("completed", True, True, True), ("in_progress", False, True, False), ("pending", False, False, False),
    }  # fmt: skip


def test_an_evenings_lists_take_the_place_of_what_is_there(make_database: Callable[..., str]) -> None:
    url = make_database()
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    plan = replace(PLAN, rooms=12, days=20, hotels=1)
    write(engine, generate(plan), "b", ZONE)
    visits = one(url, "SELECT count(*) FROM minibar_islemleri")
    evening = next(evenings(plan, since=10))
    with engine.connect() as connection:
        rewrite(connection, evening, "b", ZONE)
        connection.commit()
    for name, table in evening.tables.items():
        assert one(url, f"SELECT count(*) FROM {name}") == len(table), name
    assert one(url, "SELECT max(gorev_tarihi) FROM yukleme_gorevleri") == plan.date_of(10)
    assert one(url, "SELECT count(*) FROM minibar_islemleri") == visits
