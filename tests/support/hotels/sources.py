"""A small hotel of layout A, written by hand row by row: rooms 1 to 5, attendant 1, products 1 and 2."""

from collections.abc import Mapping

from support.hotels.simulated import sql

_HOTEL = """
INSERT INTO oteller (id, ad) VALUES (1, 'Hotel');
INSERT INTO katlar (id, otel_id, kat_adi, kat_no) VALUES (1, 1, 'KAT', 1);
INSERT INTO oda_tipleri (id, ad) VALUES (1, 'STANDARD');
INSERT INTO odalar (id, kat_id, oda_no, oda_tipi_id) SELECT n, 1, CAST(100 + n AS text), 1 FROM generate_series(1, 5) n;
INSERT INTO kullanicilar (id, kullanici_adi, ad, soyad, rol, otel_id) VALUES (1, 'a', 'A', 'B', 'kat_sorumlusu', 1);
INSERT INTO urun_gruplari (id, grup_adi) VALUES (1, 'G');
INSERT INTO urunler (id, grup_id, urun_adi, satis_fiyati) SELECT n, 1, 'P' || n, 10 FROM generate_series(1, 2) n;
"""


class SmallHotel:
    """Writes source rows; times are the hotel's wall clock, None is NULL."""

    def __init__(self, url: str) -> None:
        self.url = url
        sql(url, _HOTEL)

    def visit(
        self, room: int, at: str | None, consumed: Mapping[int, int | None] | None = None, kind: str = "kontrol"
    ) -> int:
        """A visit and a line for each product consumed; returns its id."""
        visit: int = sql(
            self.url,
            "INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi)"
            " VALUES (:room, 1, :kind, CAST(:at AS timestamp)) RETURNING id",
            room=room, kind=kind, at=at,
        )[0][0]  # fmt: skip
        for product, units in (consumed or {}).items():
            sql(
                self.url,
                "INSERT INTO minibar_islem_detay (islem_id, urun_id, tuketim, eklenen_miktar)"
                " VALUES (:visit, :product, :units, 0)",
                visit=visit, product=product, units=units,
            )  # fmt: skip
        return visit

    def stay(self, room: int, arrives: str, departs: str, guests: int = 2) -> None:
        """A stay; each end is a date, with a space and an hour where that is known."""
        (arrives_on, _, arrives_at), (departs_on, _, departs_at) = arrives.partition(" "), departs.partition(" ")
        sql(
            self.url,
            "INSERT INTO misafir_kayitlari (oda_id, islem_kodu, misafir_sayisi, giris_tarihi, giris_saati,"
            " cikis_tarihi, cikis_saati, kayit_tipi) VALUES (:room, 'x', :guests, CAST(:a AS date),"
            " CAST(:ah AS time), CAST(:d AS date), CAST(:dh AS time), 'in_house')",
            room=room, guests=guests, a=arrives_on, ah=arrives_at or None, d=departs_on, dh=departs_at or None,
        )  # fmt: skip

    def movement(self, product: int, kind: str, units: int, at: str | None) -> None:
        """A row of the warehouse ledger."""
        sql(
            self.url,
            "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_tarihi)"
            " VALUES (:product, :kind, :units, CAST(:at AS timestamp))",
            product=product, kind=kind, units=units, at=at,
        )  # fmt: skip
