"""The two layouts of the application's tables: how each stores instants, stays and what it has no column for."""

from typing import Literal

import pandas as pd

from minibar_ml.simulate.hotel import SourceData
from minibar_ml.simulate.writing.stays import STAY_RECORDS, list_stays

Layout = Literal["a", "b"]
Tables = dict[str, pd.DataFrame]

# born in late 2025, so in layout B's shape wherever they are
YOUNG_TABLES = (
    "setuplar", "setup_icerik", "oda_tipi_setup", "dosya_yuklemeleri", "yukleme_gorevleri", "gunluk_gorevler",
    "gorev_detaylari", "gorev_durum_loglari", "dnd_kontroller", "oda_kontrol_kayitlari",
    "kat_sorumlusu_siparis_talepleri", "kat_sorumlusu_siparis_talep_detaylari", "satin_alma_siparisleri",
    "satin_alma_siparis_detaylari",
)  # fmt: skip
NOT_IN_2025 = {
    STAY_RECORDS: ("olusturma_tarihi", "guncelleme_tarihi", "olusturan_id"),
    "minibar_dolum_talepleri": ("notlar",),
}


def in_layout(data: SourceData, layout: Layout, timezone: str) -> Tables:
    """The tables as a layout stores them; ``timezone`` is the zone of layout A's wall clocks.

    Raises ValueError where a manner of the application is asked for in the other's layout.
    """
    if data.manner is None:
        return _as_layout_a(data.tables, timezone) if layout == "a" else _as_layout_b(data.tables)
    if (data.manner.paths == "present") != (layout == "b"):
        raise ValueError("the application writes layout B at present and layout A in 2025")
    if layout == "b":
        return data.tables
    old = {name: table for name, table in data.tables.items() if name not in YOUNG_TABLES}
    young = {name: table for name, table in data.tables.items() if name in YOUNG_TABLES}
    old = {name: table.drop(columns=list(NOT_IN_2025.get(name, ()))) for name, table in old.items()}
    return {name: _with_nulls(name, _localised(table, timezone)) for name, table in old.items()} | young


def _as_layout_a(tables: Tables, timezone: str) -> Tables:
    """Naive local timestamps, a stay under several kinds, and NULLs that mean the default."""
    converted = {name: _with_nulls(name, _localised(table, timezone)) for name, table in tables.items()}
    converted["personel_zimmet"] = converted["personel_zimmet"].drop(columns="otel_id")
    converted[STAY_RECORDS] = list_stays(tables[STAY_RECORDS], leave_out=True)
    return converted


def _as_layout_b(tables: Tables) -> Tables:
    """Its own word for a custody that is closed, and stays by kind with the instant at which they were written.

    A departure is written down after its hour, which so is a fact.
    """
    custody, stays = tables["personel_zimmet"], list_stays(tables[STAY_RECORDS], leave_out=False)
    left = stays["kayit_tipi"] == "departure"
    written = stays["giris_tarihi"].mask(left, stays["cikis_tarihi"] + pd.Timedelta(days=1)).dt.tz_localize("UTC")
    latest = tables["minibar_islemleri"]["islem_tarihi"].max()
    return {
        **tables,
        "personel_zimmet": custody.assign(durum=custody["durum"].replace("tamamlandi", "iade_edildi")),
        STAY_RECORDS: stays.assign(olusturma_tarihi=written.clip(upper=latest)),
    }


def _localised(table: pd.DataFrame, timezone: str) -> pd.DataFrame:
    zoned = table.select_dtypes("datetimetz").columns
    return table.assign(**{name: table[name].dt.tz_convert(timezone).dt.tz_localize(None) for name in zoned})


def _with_nulls(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Some flags never set (they count as active), some zero lines without a figure (it counts as 0)."""
    if "aktif" in table:
        unset = table["aktif"] & (table["id"] % 23 == 11)
        return table.assign(aktif=table["aktif"].astype("boolean").mask(unset))
    if name == "minibar_islem_detay":
        unset = (table["tuketim"] == 0) & (table["id"] % 37 == 5)
        return table.assign(tuketim=table["tuketim"].astype("Int64").mask(unset))
    return table
