"""The source contract is recognised, complete, and says what is missing."""

from collections.abc import Callable

import pytest
from conftest import ZONE, load_sql
from support.hotels.simulated import sql

from minibar_ml.domain.errors import SourceIncomplete
from minibar_ml.store.engine import make_engine
from minibar_ml.store.schema import migrations
from minibar_ml.store.source import contract as source
from minibar_ml.store.sql_files import sql_folder

VERSIONS = {year: sql_folder() / "simulate" / f"layout_{letter}.sql" for year, letter in (("2025", "a"), ("2026", "b"))}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_of_the_application_is_recognised_and_can_be_used(
    make_database: Callable[..., str], version: str
) -> None:
    url = make_database()
    load_sql(url, VERSIONS[version])
    with make_engine(url, ZONE).connect() as connection:
        migrations.upgrade(connection)
        contract = source.install(connection)
    assert contract.layout == "minibar"
    assert contract.gaps == ()
    assert "source_visits" in contract.usable
    assert ("source_room_tasks" in contract.usable) == (version == "2026")


def test_a_database_without_the_application_is_refused_by_name(database: str) -> None:
    with make_engine(database, ZONE).connect() as connection:
        migrations.upgrade(connection)
        with pytest.raises(SourceIncomplete, match=r"minibar_islemleri\.islem_tarihi"):
            source.install(connection)


ARGUMENTS = {
    "timestamp with time zone": "timestamptz '2025-11-01'",
    "date": "date '2025-11-01'",
    "bigint": "0",
    "bigint[]": "'{1}'",
}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_function_that_can_be_used_can_be_called(make_database: Callable[..., str], version: str) -> None:
    url = make_database()
    load_sql(url, VERSIONS[version])
    with make_engine(url, ZONE).connect() as connection:
        migrations.upgrade(connection)
        contract = source.install(connection)
        connection.commit()
    found = sql(
        url,
        "SELECT p.proname, CAST(p.proargtypes AS regtype[])::text[] FROM pg_proc p"
        " WHERE p.pronamespace = CAST('minibar_ml' AS regnamespace) AND p.proname LIKE 'source\\_%'",
    )
    assert {name for name, _ in found} >= contract.usable
    for name, types in found:
        if name in contract.usable:
            given = ", ".join(ARGUMENTS[kind] for kind in types)
            sql(url, f"SELECT * FROM minibar_ml.{name}({given})")
