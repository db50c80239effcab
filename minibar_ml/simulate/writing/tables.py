"""Write simulated tables into an empty PostgreSQL database, in one of the two source layouts."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, inspect

from minibar_ml.domain.errors import PreconditionFailed
from minibar_ml.simulate.hotel import SourceData
from minibar_ml.simulate.writing.layouts import YOUNG_TABLES, Layout, in_layout
from minibar_ml.simulate.writing.stays import STAY_RECORDS

PACKAGE = Path(__file__).parents[2]
YOUNG_TYPES = ("gorev_tipi_enum", "gorev_durum_enum")
# parents before children: the order in which rows can be loaded
TABLES = (
    "oteller", "katlar", "oda_tipleri", "odalar", "kullanicilar", "kullanici_otel", "urun_gruplari", "urunler",
    "setuplar", "setup_icerik", "oda_tipi_setup", "stok_hareketleri", "ana_depo_tedarikleri",
    "ana_depo_tedarik_detaylari", "stok_fifo_kayitlari", "stok_fifo_kullanimlari", "urun_stok", "otel_zimmet_stok",
    "personel_zimmet_kullanim", "personel_zimmet", "personel_zimmet_detay", "minibar_islemleri",
    "minibar_islem_detay", "minibar_dolum_talepleri", STAY_RECORDS, "dosya_yuklemeleri", "yukleme_gorevleri",
    "gunluk_gorevler", "gorev_detaylari", "gorev_durum_loglari", "dnd_kontroller", "oda_dnd_kayitlari",
    "oda_dnd_kontrolleri", "oda_kontrol_kayitlari", "qr_kod_okutma_loglari", "kat_sorumlusu_siparis_talepleri",
    "kat_sorumlusu_siparis_talep_detaylari", "satin_alma_siparisleri", "satin_alma_siparis_detaylari",
)  # fmt: skip
WITHOUT_ID = frozenset({"oda_tipi_setup"})


class SourceTablesExistError(PreconditionFailed):
    """The database already holds tables of the hotel application: simulate only into an empty database."""


def write(target: Engine | Connection, data: SourceData, layout: Layout, timezone: str) -> None:
    """Create the source tables and load them, in one transaction; refuses where any of them exists.

    ``timezone`` is the zone of layout A's wall clocks. Given a connection, the caller commits. Raises ValueError where
    the data's manner is not of that layout.
    """
    if isinstance(target, Engine):
        with target.begin() as connection:
            write(connection, data, layout, timezone)
        return
    _refuse_existing(target)
    tables = in_layout(data, layout, timezone)
    # the DB-API cursor: SQLAlchemy would take percent signs for binds and has no COPY
    cursor = target.connection.cursor()
    cursor.execute(_ddl(layout))
    if layout == "a" and data.manner is not None:
        cursor.execute(_young_ddl())
    for name in TABLES:
        if name in tables:
            _copy(cursor, name, tables[name])
    cursor.close()


def rewrite(connection: Connection, data: SourceData, layout: Layout, timezone: str) -> None:
    """Put other rows into some of the tables that `write` has made; the caller commits."""
    tables = in_layout(data, layout, timezone)
    names = [name for name in TABLES if name in tables]
    # CASCADE for tables of the other way of writing, which are empty
    connection.exec_driver_sql(f"TRUNCATE {', '.join(names)} CASCADE")
    cursor = connection.connection.cursor()
    for name in names:
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
    """The layout's DDL, next to the package in a checkout and inside it in a wheel."""
    for root in (PACKAGE / "sql", PACKAGE.parent / "sql"):
        path = root / "simulate" / f"layout_{layout}.sql"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError(f"sql/simulate/layout_{layout}.sql is neither next to the package nor in it")


def _young_ddl() -> str:
    """The statements of layout B that make the tables which stand in databases of late 2025, too."""
    lines = (line for line in _ddl("b").splitlines() if not line.lstrip().startswith("--"))
    statements = "\n".join(lines).split(";\n")
    return ";\n".join(statement for statement in statements if _is_of(statement, (*YOUNG_TABLES, *YOUNG_TYPES)))


def _is_of(statement: str, names: Iterable[str]) -> bool:
    head = statement.split("(")[0].split()
    return any(name in head for name in names)


def _copy(cursor: Any, name: str, table: pd.DataFrame) -> None:
    text = io.StringIO()
    table.to_csv(text, index=False, header=False)
    text.seek(0)
    columns = ", ".join(table.columns)
    cursor.copy_expert(f"COPY {name} ({columns}) FROM STDIN (FORMAT csv)", text)
    if name not in WITHOUT_ID:
        last = "coalesce(max(id), 1), max(id) IS NOT NULL"
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {last}) FROM {name}")
