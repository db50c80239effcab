"""A count of the shelf that is corrected days later is read again by the next run, not by the first of the next day."""

import pytest
from support.hotels.application import Application
from support.hotels.simulated import done, points, sql

MORNING = "2025-11-16T06:00"
LATER = "2025-11-16T10:00"
LEDGER = (
    "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_yapan_id, islem_tarihi) VALUES"
    " (1, 'giris', 200, 2, '2025-10-20 09:00+02'), (1, 'cikis', 173, 2, '2025-11-03 09:00+02'),"
    " (1, 'sayim', 173, 2, '2025-11-05 16:00+02'), (1, 'cikis', 12, 2, '2025-11-07 09:00+02'),"
    " (1, 'cikis', 12, 2, '2025-11-15 09:00+02'), (2, 'giris', 50, 2, '2025-11-05 09:00+02')"
)
COUNT = "hareket_tipi = 'sayim'"


@pytest.mark.parametrize(
    "edit",
    [
        f"UPDATE stok_hareketleri SET miktar = 100 WHERE {COUNT}",
        f"DELETE FROM stok_hareketleri WHERE {COUNT}",
        f"UPDATE stok_hareketleri SET islem_tarihi = islem_tarihi + interval '1 day' WHERE {COUNT}",
        f"UPDATE stok_hareketleri SET hareket_tipi = 'giris' WHERE {COUNT}",
        f"UPDATE stok_hareketleri SET urun_id = 3 WHERE {COUNT}",
        "UPDATE stok_hareketleri SET miktar = 17 WHERE miktar = 173 AND hareket_tipi = 'cikis'",
    ],
    ids=["units", "deleted", "another day", "no count", "another product", "the issue"],
)
def test_an_edit_of_last_week_s_ledger_is_read_by_the_next_run(installed: Application, edit: str) -> None:
    sql(installed.url, LEDGER)
    done(installed.url, "collect", "--as-of", "2025-11-15T20:00", "--quiet")
    done(installed.url, "collect", "--as-of", MORNING, "--quiet")
    sql(installed.url, edit)
    done(installed.url, "collect", "--as-of", LATER, "--quiet")
    seen = points(installed.url, "stock_level", "stock_outflow")
    changed = "SELECT DISTINCT entity_id FROM minibar_ml.ml_changed_days WHERE metric_type = 'stock_level'"
    assert 2 not in (found := {row.entity_id for row in sql(installed.url, changed)}) and 1 in found
    sql(installed.url, "TRUNCATE minibar_ml.ml_metrics, minibar_ml.ml_watermarks, minibar_ml.ml_job_runs CASCADE")
    done(installed.url, "collect", "--as-of", LATER, "--quiet")
    assert points(installed.url, "stock_level", "stock_outflow") == seen
