"""A small hotel of the application's present version, written as its pages write: rooms 1 to 5."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from conftest import load_sql

from minibar_ml.store.sql_files import sql_folder
from support.hotels.simulated import done, one_session, sql

LAYOUT = sql_folder() / "simulate" / "layout_b.sql"
_HOTEL = """
INSERT INTO oteller (id, ad, aktif) VALUES (1, 'Hotel', true);
INSERT INTO katlar (id, otel_id, kat_adi, kat_no) VALUES (1, 1, 'KAT', 1);
INSERT INTO oda_tipleri (id, ad) VALUES (1, 'STANDARD');
INSERT INTO odalar (id, kat_id, oda_no, oda_tipi_id) SELECT n, 1, CAST(100 + n AS text), 1 FROM generate_series(1, 5) n;
INSERT INTO kullanicilar (id, kullanici_adi, ad, soyad, rol, otel_id)
    VALUES (1, 'a', 'A', 'B', 'kat_sorumlusu', 1), (2, 'b', 'C', 'D', 'superadmin', NULL);
INSERT INTO urun_gruplari (id, grup_adi) VALUES (1, 'G');
INSERT INTO urunler (id, grup_id, urun_adi, satis_fiyati) SELECT n, 1, 'P' || n, 10 FROM generate_series(1, 3) n;
"""


class Application:
    """Writes as the application does; times are the hotel's wall clock."""

    def __init__(self, url: str) -> None:
        self.url = url

    def row(self, room: int, at: str, kind: str, *lines: tuple[int, int, int, int]) -> int:
        """A row of a visit with its lines: product, tuketim, eklenen_miktar, ekstra_miktar; returns its id."""
        made: int = sql(
            self.url,
            "INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi)"
            " VALUES (:room, 1, :kind, CAST(:at AS timestamptz)) RETURNING id",
            room=room, kind=kind, at=at,
        )[0][0]  # fmt: skip
        for product, used, added, extra in lines:
            sql(
                self.url,
                "INSERT INTO minibar_islem_detay (islem_id, urun_id, tuketim, eklenen_miktar, ekstra_miktar, bedelsiz)"
                " VALUES (:made, :product, :used, :added, :extra, false)",
                made=made, product=product, used=used, added=added, extra=extra,
            )  # fmt: skip
        return made

    def setup(self, room: int, at: str, product: int, units: int) -> int:
        """A setup product on the room page, in a setup of one: every refill after the first says that it used 0."""
        return self.row(room, at, "setup_kontrol", (product, 0, units, 0))

    def empty(self, room: int, at: str) -> int:
        """A check that found nothing."""
        return self.row(room, at, "sarfiyat_yok")

    def stay(
        self,
        room: int,
        arrives: str,
        departs: str,
        guests: int = 2,
        kind: str = "in_house",
        made: str | None = None,
        code: str = "x",
    ) -> int:
        """A row of a guest list; each end is a date, with a space and an hour where that is known. `made`: when."""
        (arrives_on, _, arrives_at), (departs_on, _, departs_at) = arrives.partition(" "), departs.partition(" ")
        found: int = sql(
            self.url,
            "INSERT INTO misafir_kayitlari (oda_id, islem_kodu, misafir_sayisi, giris_tarihi, giris_saati,"
            " cikis_tarihi, cikis_saati, kayit_tipi, olusturma_tarihi) VALUES (:room, :code, :guests, CAST(:a AS date),"
            " CAST(:ah AS time), CAST(:d AS date), CAST(:dh AS time), :kind, CAST(:made AS timestamptz)) RETURNING id",
            room=room, code=code, guests=guests, a=arrives_on, ah=arrives_at or None, d=departs_on,
            dh=departs_at or None, kind=kind, made=made or arrives_on,
        )[0][0]  # fmt: skip
        return found

    def overwrite(self, stay: int, arrives_on: str, departs_on: str, at: str) -> None:
        """What a later list does to a row of the same room and kind that it touches."""
        sql(
            self.url,
            "UPDATE misafir_kayitlari SET giris_tarihi = CAST(:a AS date), cikis_tarihi = CAST(:d AS date),"
            " guncelleme_tarihi = CAST(:at AS timestamptz) WHERE id = :stay",
            stay=stay, a=arrives_on, d=departs_on, at=at,
        )  # fmt: skip

    def uploads(self, first: date, last: date, *without: date, hour: str = "08:00") -> None:
        """The day's three lists, loaded every day at that hour but on the days `without`."""
        sql(
            self.url,
            "INSERT INTO yukleme_gorevleri (otel_id, depo_sorumlusu_id, gorev_tarihi, dosya_tipi, durum,"
            " yukleme_zamani, olusturma_tarihi) SELECT 1, 2, day, kind, CAST(CASE WHEN day = ANY(:without)"
            " THEN 'pending' ELSE 'completed' END AS gorev_durum_enum), day + CAST(:hour AS time), day"
            " FROM (SELECT CAST(:first AS date) + n AS day FROM generate_series(0, :last - CAST(:first AS date)) n) d"
            " CROSS JOIN unnest(ARRAY['inhouse', 'arrivals', 'departures']) kind ON CONFLICT DO NOTHING",
            first=first, last=last, without=list(without), hour=hour,
        )  # fmt: skip

    def file(self, at: str, kind: str, lines: int, rejected: int) -> None:
        """A file of a guest list, in_house, arrivals or departures, and how many of its rows were rejected."""
        sql(
            self.url,
            "INSERT INTO dosya_yuklemeleri (islem_kodu, otel_id, dosya_tipi, yukleme_tarihi, durum, toplam_satir,"
            " basarili_satir, hatali_satir) VALUES (CAST(:kind AS text) || CAST(:at AS text), 1, :kind,"
            " CAST(:at AS timestamptz), 'tamamlandi', :lines, 2 * (:lines - :rejected), :rejected)",
            at=at, kind=kind, lines=lines, rejected=rejected,
        )  # fmt: skip

    def recorded(self, first: date, last: date) -> None:
        """A guest of room 5 who leaves and one who comes every day, so that occupancy is known without uploads."""
        sql(
            self.url,
            "INSERT INTO misafir_kayitlari (oda_id, islem_kodu, misafir_sayisi, giris_tarihi, giris_saati,"
            " cikis_tarihi, cikis_saati, kayit_tipi, olusturma_tarihi) SELECT 5, 'r' || n, 1, day, '15:00', day + 1,"
            " '11:00', 'in_house', CAST(day AS timestamptz)"
            " FROM (SELECT n, CAST(:first AS date) + n AS day"
            " FROM generate_series(0, :last - CAST(:first AS date)) n) d ORDER BY n",
            first=first, last=last,
        )  # fmt: skip

    def left(self) -> None:
        """A guest of room 1 left on 9 November; the checks up to the next morning found the minibar full."""
        self.recorded(date(2025, 10, 1), date(2025, 11, 16))
        self.stay(1, "2025-11-07 15:00", "2025-11-09 08:00")
        for at in ("2025-11-09 14:00", "2025-11-09 19:00", "2025-11-10 11:30"):
            self.empty(1, at)

    def judged(self, as_of: str) -> None:
        """Collect and detect as of an instant."""
        done(self.url, "collect", "--as-of", as_of, "--quiet")
        done(self.url, "detect", "--as-of", as_of, "--quiet")


def written(url: str) -> Application:
    """The hotel in an empty database, without a store."""
    load_sql(url, LAYOUT)
    sql(url, _HOTEL)
    return Application(url)


@pytest.fixture(scope="session")
def installed_template(make_database: Callable[..., str]) -> str:
    """The hotel and the store; cloned, never used itself."""
    made = written(make_database())
    done(made.url, "db", "init", "--quiet")
    return made.url


@pytest.fixture
def installed(passing_database: Callable[..., str], installed_template: str) -> Iterator[Application]:
    """The hotel and the store: rooms, products and people, and nothing that happened; written to in one session."""
    url = passing_database(installed_template)
    with one_session(url):
        yield Application(url)
