"""Databases that are hardened, read-only, of another encoding or prepared by somebody else: a sentence, never a bug."""

from collections.abc import Callable, Iterator

import psycopg2
import pytest
from conftest import load_sql
from sqlalchemy import make_url
from support.hotels.simulated import command, done, sql
from support.servers.logins import drop_logins, login, psql

from minibar_ml.domain.errors import ExitCode
from minibar_ml.store.sql_files import sql_folder

NAME = "SELECT quote_ident(current_database())"
JOBS = (("collect",), ("train",), ("detect",), ("alerts", "notify"), ("db", "init"))


def _set(url: str, setting: str) -> None:
    sql(url, f"ALTER DATABASE {sql(url, NAME)[0][0]} SET {setting}")


@pytest.mark.parametrize("words", JOBS)
def test_a_database_that_is_read_only_ends_a_command_with_a_sentence(
    words: tuple[str, ...], store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if words == ("db", "init"):
        sql(store_url, "DELETE FROM minibar_ml.ml_schema_migrations WHERE version > 5")
    _set(store_url, "default_transaction_read_only = on")
    assert command(store_url, *words, "--quiet") == ExitCode.PRECONDITION
    assert "it is a standby, or set to read-only" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["LATIN5", "SQL_ASCII"])
def test_a_database_of_another_encoding_is_refused_before_anything_is_made(
    encoding: str, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"encoded_{encoding.lower()}"
    maintenance = psycopg2.connect(server)
    maintenance.autocommit = True
    try:
        with maintenance.cursor() as cursor:
            cursor.execute(
                f"CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
            )
        url = make_url(server).set(database=name).render_as_string(hide_password=False)
        load_sql(url, sql_folder() / "simulate" / "layout_a.sql")
        assert command(url, "db", "init") == ExitCode.PRECONDITION
        assert f"encoding is {encoding}; minibar-ml needs UTF8" in capsys.readouterr().err
        assert sql(url, "SELECT FROM pg_namespace WHERE nspname = 'minibar_ml'") == []
    finally:
        with maintenance.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        maintenance.close()


@pytest.fixture
def prepared(make_database: Callable[..., str]) -> Iterator[str]:
    """An empty database in which another login has made the store's schema."""
    url = make_database()
    load_sql(url, sql_folder() / "simulate" / "layout_a.sql")
    hostile = login(url, "hostile")
    sql(url, f"GRANT CREATE ON DATABASE {sql(url, NAME)[0][0]} TO {make_url(hostile).username}")
    psql(hostile, "CREATE SCHEMA minibar_ml")
    yield url
    sql(url, "DROP SCHEMA minibar_ml CASCADE")
    drop_logins(url)


def test_a_schema_that_another_login_has_made_beforehand_is_refused(
    prepared: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(prepared, "db", "init") == ExitCode.PRECONDITION
    assert "Schema minibar_ml belongs to role hostile_" in capsys.readouterr().err
    assert sql(prepared, "SELECT FROM pg_class WHERE relnamespace = CAST('minibar_ml' AS regnamespace)") == []


@pytest.mark.parametrize("who", ["its first owner", "a superuser"])
def test_a_store_that_was_given_to_the_group_role_is_upgraded_without_create_on_the_database(
    who: str, make_database: Callable[..., str]
) -> None:
    url = make_database()
    load_sql(url, sql_folder() / "simulate" / "layout_a.sql")
    keeper = login(url, "minibar")
    role, database = make_url(keeper).username, sql(url, NAME)[0][0]
    sql(url, f"GRANT CREATE, TEMPORARY ON DATABASE {database} TO {role}")
    sql(url, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    done(keeper, "db", "init", "--quiet")
    done(url, "db", "roles", "--apply", "--quiet")
    sql(url, f"REVOKE CREATE ON DATABASE {database} FROM {role}")
    sql(url, "DROP FUNCTION minibar_ml.noted_settings(text)")
    sql(url, "DELETE FROM minibar_ml.ml_schema_migrations WHERE name = 'settings_by_file'")
    done(keeper if who == "its first owner" else url, "db", "upgrade", "--quiet")
    done(url, "db", "roles", "--apply", "--quiet")  # as after every upgrade
    done(keeper, "collect", "--quiet")
    sql(url, "DROP SCHEMA minibar_ml CASCADE")
    drop_logins(url)


def test_partitions_are_made_for_a_hotels_years_and_no_more(store_url: str) -> None:
    made = "SELECT minibar_ml.ensure_partitions(CAST(:since AS timestamptz), CAST(:until AS timestamptz))"
    assert sql(store_url, made, since="2016-01-01", until="2026-01-01")[0][0] > 100
    for since, until in (("1900-01-01", "2026-01-01"), ("2026-01-01", "2999-01-01"), ("-infinity", "2026-01-01")):
        with pytest.raises(Exception, match="no partitions are made"):
            sql(store_url, made, since=since, until=until)


def test_a_login_asks_for_its_own_hotels_alone(store_url: str) -> None:
    sql(store_url, "INSERT INTO oteller (ad, aktif) VALUES ('Deniz', true), ('Kale', true)")
    done(store_url, "db", "roles", "--apply", "--quiet")
    keeper = login(store_url, "keeper", "--as", "storekeeper", "--hotel", "1")
    boss = login(store_url, "boss", "--as", "administrator", "--hotel", "2")
    chief = login(store_url, "chief", "--as", "administrator", "--all-hotels")
    asked = "SELECT minibar_ml.hotels_as('{}', ARRAY['administrator', 'storekeeper'])"
    try:
        assert "{1,0}" in psql(keeper, asked.format(make_url(keeper).username))
        assert "{2,0}" not in psql(keeper, asked.format(make_url(boss).username))
        for function in ("is_any", "is_everywhere"):
            asked = f"SELECT minibar_ml.{function}('{make_url(chief).username}', ARRAY['administrator'])"
            assert (psql(chief, asked), psql(keeper, asked)) == ("t", "f")
    finally:
        drop_logins(store_url)
