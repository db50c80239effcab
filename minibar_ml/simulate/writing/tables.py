"""Write simulated tables into an empty PostgreSQL database, in one of the two source layouts."""

import io
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, inspect

from minibar_ml.domain.errors import PreconditionFailed
from minibar_ml.simulate.hotel import SourceData

Layout = Literal["a", "b"]

PACKAGE = Path(__file__).parents[2]
STAY_RECORDS = "misafir_kayitlari"
# parents before children: the order in which rows can be loaded
TABLES = (
    "oteller", "katlar", "oda_tipleri", "odalar", "kullanicilar", "kullanici_otel", "urun_gruplari",
    "urunler", "stok_hareketleri", "personel_zimmet", "personel_zimmet_detay", "minibar_islemleri",
    "minibar_islem_detay", "minibar_dolum_talepleri", STAY_RECORDS,
)  # fmt: skip


class SourceTablesExistError(PreconditionFailed):
    """The database already holds tables of the hotel application: simulate only into an empty database."""


def write(target: Engine | Connection, data: SourceData, layout: Layout, timezone: str) -> None:
    """Create the source tables and load them, in one transaction; refuses where any of them exists.

    ``timezone`` is the zone of layout A's wall clocks. Given a connection, the caller commits.
    """
    if isinstance(target, Engine):
        with target.begin() as connection:
            write(connection, data, layout, timezone)
        return
    _refuse_existing(target)
    tables = _as_layout_a(data.tables, timezone) if layout == "a" else data.tables
    # the DB-API cursor: SQLAlchemy would take percent signs for binds and has no COPY
    cursor = target.connection.cursor()
    cursor.execute(_ddl(layout))
    for name in TABLES:
        _copy(cursor, name, tables[name])
    cursor.close()


def _refuse_existing(connection: Connection) -> None:
    schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    existing = sorted(set(inspect(connection).get_table_names(schema)) & set(TABLES))
    if existing:
        raise SourceTablesExistError(
            f"the database already holds {', '.join(existing)}; nothing was written: choose an empty database"
        )


def _ddl(layout: Layout) -> str:
    """The layout's DDL, beside the package in a checkout and inside it in a wheel."""
    for root in (PACKAGE / "sql", PACKAGE.parent / "sql"):
        path = root / "simulate" / f"layout_{layout}.sql"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError(f"sql/simulate/layout_{layout}.sql is not beside or in the package")


def _copy(cursor: Any, name: str, table: pd.DataFrame) -> None:
    text = io.StringIO()
    table.to_csv(text, index=False, header=False)
    text.seek(0)
    columns = ", ".join(table.columns)
    cursor.copy_expert(f"COPY {name} ({columns}) FROM STDIN (FORMAT csv)", text)
    last = "coalesce(max(id), 1), max(id) IS NOT NULL"
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {last}) FROM {name}")


def _as_layout_a(tables: dict[str, pd.DataFrame], timezone: str) -> dict[str, pd.DataFrame]:
    """Naive local timestamps, a stay under several kinds, and NULLs that mean the default."""
    converted = {name: _with_nulls(name, _localised(table, timezone)) for name, table in tables.items()}
    converted["personel_zimmet"] = converted["personel_zimmet"].drop(columns="otel_id")
    converted[STAY_RECORDS] = _stays_by_kind(tables[STAY_RECORDS])
    return converted


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


def _stays_by_kind(stays: pd.DataFrame) -> pd.DataFrame:
    """Each stay as the front desk lists it: arrival and departure with their hours, in house without."""
    valid = stays[stays["durum"] == "aktif"]
    arrival = valid.assign(cikis_saati=None, kayit_tipi="arrival", code="A", place=0)
    in_house = valid.assign(giris_saati=None, cikis_saati=None, kayit_tipi="in_house", code="I", place=1)
    departure = valid.assign(giris_saati=None, kayit_tipi="departure", code="D", place=2)
    known_arrival = arrival["giris_saati"].notna() | (arrival["id"] % 3 > 0)
    known_departure = departure["cikis_saati"].notna()
    listed = (in_house["id"] % 4 > 0) | ~(known_arrival | known_departure)
    rows = pd.concat([arrival[known_arrival], in_house[listed], departure[known_departure]])
    rows["islem_kodu"] = rows["islem_kodu"] + np.asarray(rows["code"])
    rows["id"] = rows["id"] * 3 + rows["place"]
    return rows.sort_values("id").drop(columns=["durum", "otel_id", "code", "place"])
