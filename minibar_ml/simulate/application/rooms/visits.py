"""minibar_islemleri and minibar_islem_detay as the room page (present) or the older paths (2025) fill them."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.application.rooms.rows import EXTRA, NO_PRODUCT, NOTHING, OUTSIDE, SETUP, USED_UP
from minibar_ml.simulate.truth import Truth

REFILL, FIRST_FILL = "yeniden_dolum", "ilk_dolum"


def number_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in order of time with the ids that the application gave them, deleted ones included."""
    rows = rows.sort_values("at", kind="stable", ignore_index=True)
    return rows.assign(id=np.arange(1, len(rows) + 1))


def visit_tables(rows: pd.DataFrame, columns: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that are still there, and their lines; ``columns`` are the lines' figures, by row."""
    stays = rows["gone_at"].isna()
    kept = rows[stays]
    visits = pd.DataFrame(
        {
            "id": kept["id"],
            "oda_id": kept["oda_id"],
            "personel_id": kept["personel_id"],
            "islem_tipi": columns.loc[stays, "islem_tipi"],
            "islem_tarihi": kept["at"],
            "aciklama": None,
        }
    )
    has_line = rows["urun_id"] != NO_PRODUCT
    line_id = has_line.cumsum()
    lines = columns.drop(columns="islem_tipi").assign(urun_id=rows["urun_id"], islem_id=rows["id"], id=line_id)
    return visits, lines[stays & has_line]


def room_page(rows: pd.DataFrame) -> pd.DataFrame:
    """The figures that the room page writes: `bitis` is what was typed, `tuketim` compares it with the setup."""
    kind, n, setup = rows["kind"], rows["n"], rows["setup"]
    last = _last(rows, n)
    last_extra = _last(rows, n.where(kind == EXTRA), fill=True).fillna(0)
    known = last.fillna(0)
    consumed = np.select([kind == SETUP, kind == USED_UP], [np.minimum(n, np.maximum(setup - known, 0)), last_extra], 0)
    return pd.DataFrame(
        {
            "islem_tipi": kind,
            "baslangic_stok": np.select([kind == SETUP, kind == OUTSIDE], [last.fillna(setup), 0], known).astype(int),
            "bitis_stok": n,
            "tuketim": consumed.astype(int),
            "eklenen_miktar": n,
            "ekstra_miktar": n.where(kind == EXTRA, 0),
            "setup_miktari": 0,
            "bedelsiz": False,
        }
    )


def older_paths(truth: Truth, rows: pd.DataFrame) -> pd.DataFrame:
    """The figures of the paths of 2025: `yeniden_dolum` from custody, the older page's extras."""
    kind, n = rows["kind"], rows["n"]
    refill, first, extra = kind == SETUP, kind == OUTSIDE, kind == EXTRA
    last = _last(rows, n.where(first), fill=True).fillna(rows["setup"])
    last_extra = _last(rows, n.where(extra), fill=True).fillna(0)
    prices = truth.building.tables["urunler"].set_index("id").reindex(rows["urun_id"])
    older_page = extra | (kind == USED_UP)
    return pd.DataFrame(
        {
            "islem_tipi": kind.replace({SETUP: REFILL, OUTSIDE: FIRST_FILL}),
            "baslangic_stok": np.select([refill], [last - n], 0).astype(int),
            "bitis_stok": np.select([refill, first], [last, n], 0).astype(int),
            "tuketim": np.select([refill, kind == USED_UP], [n, last_extra], 0).astype(int),
            "eklenen_miktar": n.where(refill | first, 0),
            "ekstra_miktar": n.where(extra, 0),
            "setup_miktari": rows["setup"].where(older_page, 0),
            "satis_fiyati": prices["satis_fiyati"].to_numpy(dtype=float, na_value=np.nan),
            "alis_fiyati": prices["alis_fiyati"].to_numpy(dtype=float, na_value=np.nan),
            "bedelsiz": False,
        }
    ).assign(
        satis_fiyati=lambda table: table["satis_fiyati"].where(older_page),
        alis_fiyati=lambda table: table["alis_fiyati"].where(older_page),
    )


def _last(rows: pd.DataFrame, value: pd.Series, *, fill: bool = False) -> pd.Series:
    """The value of the room's last row of the product before each row; with ``fill`` its last known value."""
    key = [rows["oda_id"], rows["urun_id"]]
    before = value.astype(float).groupby(key).shift()
    return before.groupby(key).ffill() if fill else before


def without_visit_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Before 2026 an empty check wrote no row here: only oda_kontrol_kayitlari has a row of it."""
    return rows[rows["kind"] != NOTHING]
