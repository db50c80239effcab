"""Many rows of one room or product, as a guest with a QR code or a program writes them: no run grows by a square."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool
from support.hotels.application_hotel import MANNER
from support.hotels.simulated import ZONE, command, done, sql

from minibar_ml.domain.errors import ExitCode
from minibar_ml.simulate import HotelPlan, generate, write

AS_OF = "2026-04-01"
PLAN = HotelPlan(seed=7, ends_on=date(2026, 3, 31), rooms=12, days=40, products=8, manner=MANNER)
LIMIT = "15s"
"""Of any one statement. Compared pair by pair, each of these floods took half a minute and more; now they take 3 s."""
REQUESTS = """
INSERT INTO minibar_dolum_talepleri (oda_id, talep_tarihi, durum, tamamlanma_tarihi)
SELECT (SELECT min(id) FROM odalar), a.at,
       CAST(CASE WHEN n % 2 = 0 THEN 'beklemede' ELSE 'tamamlandi' END AS dolum_talep_durum),
       CASE WHEN n % 2 = 1 THEN a.at + interval '5 seconds' END
FROM generate_series(1, 16000) n
CROSS JOIN LATERAL (SELECT timestamptz '2026-03-31 09:00+00' + n * interval '100 ms' AS at) a
"""
VISITS = """
WITH visits AS (
    INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi)
    SELECT (SELECT min(id) FROM odalar), (SELECT min(id) FROM kullanicilar WHERE rol = 'kat_sorumlusu'),
           'setup_kontrol', timestamptz '2026-03-31 00:00+00' + n * interval '1 second'
    FROM generate_series(1, 30000) n RETURNING id)
INSERT INTO minibar_islem_detay (islem_id, urun_id, eklenen_miktar)
SELECT id, (SELECT min(id) FROM urunler), 1 FROM visits
"""


LEDGER = """
INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, aciklama, islem_tarihi)
SELECT (SELECT min(id) FROM urunler), CAST(CASE n % 2 WHEN 0 THEN 'giris' ELSE 'cikis' END AS hareket_tipi), 1 + n % 7,
       CASE WHEN n % 2 = 0 THEN 'Zimmet iadesi - x' ELSE 'Zimmet - x' END,
       timestamptz '2026-03-31 00:00+00' + n * interval '1 second'
FROM generate_series(1, 20000) n
"""


@pytest.mark.parametrize("flood", [REQUESTS, VISITS, LEDGER], ids=["requests", "visits", "ledger"])
def test_thousands_of_rows_of_one_room_or_product_hold_no_run_up(
    make_database: Callable[..., str], flood: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = make_database()
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    write(engine, generate(PLAN), "b", ZONE)
    done(url, "db", "init", "--quiet")
    done(url, "collect", "--as-of", "2026-03-31", "--quiet")
    sql(url, flood)
    sql(url, "ANALYZE")
    sql(url, f"ALTER DATABASE \"{make_url(url).database}\" SET statement_timeout = '{LIMIT}'")
    for arguments in (("collect", "--as-of", AS_OF), ("detect", "--as-of", AS_OF)):
        assert command(url, *arguments, "--quiet") == ExitCode.OK, capsys.readouterr().err
