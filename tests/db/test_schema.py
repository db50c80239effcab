"""The store's schema: migrations give exactly sql/schema.sql, by whatever way they are run; every query is used."""

import re
import runpy
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import load_sql, program
from support.hotels.simulated import command, done, sql

from minibar_ml import cli
from minibar_ml.domain.errors import ExitCode
from minibar_ml.ml.frames import TABLES
from minibar_ml.store.engine import make_engine
from minibar_ml.store.queries import query
from minibar_ml.store.schema import grants
from minibar_ml.store.sql_files import query_files, sections, sql_folder

GOLDEN = sql_folder() / "schema.sql"
HEADER = (
    "-- The store's schema as all migrations leave it; `pytest tests/db/test_schema.py --rewrite` rewrites it.\n\n"
    "-- Functions stand before the tables that they read.\nSET check_function_bodies = off;\n\n"
)
CODE = Path(cli.__file__).parents[1]
DOCS = CODE.parent / "docs"
FAMILIES = ("metrics", "collect", "frames", "intake", "intake_migrations", "migrations", "report")
"""Subjects whose queries are named by what is asked for: `metrics.{metric}`, `report.{name}`."""
NAMES = [(path.stem, name) for path in query_files().values() for name in sections(path)]


def _schema(url: str) -> str:
    """What pg_dump says of the store, without what differs from machine to machine."""
    options = ["--schema-only", "--no-owner", "--no-privileges", "--schema=minibar_ml"]
    asked = [program("pg_dump"), *options, "-d", url]
    dump = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    kept = [line for line in dump.splitlines() if not re.match(r"--|SET |SELECT pg_catalog|\\", line)]
    return HEADER + re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip() + "\n"


@pytest.fixture
def on_file(make_database: Callable[..., str]) -> str:
    """The schema on file, as this server prints it: versions of PostgreSQL differ in words."""
    url = make_database()
    load_sql(url, GOLDEN)
    return _schema(url)


@pytest.fixture
def upgraded(database: str) -> str:
    """A database with the store alone, made by the migrations."""
    done(database, "db", "upgrade", "--quiet")
    return database


def test_migrations_give_exactly_the_schema_on_file(upgraded: str, request: pytest.FixtureRequest) -> None:
    found = _schema(upgraded)
    if request.config.getoption("--rewrite"):
        GOLDEN.write_text(found, encoding="utf-8")
    assert found == request.getfixturevalue("on_file")


def test_the_page_about_the_schema_is_current(upgraded: str) -> None:
    """`make docs` makes it, from the comments and grants."""
    generated = runpy.run_path(str(DOCS / "generate.py"))
    with make_engine(upgraded, "UTC").connect() as connection:
        grants.apply(connection)
        found = generated["schema"](connection)
        connection.rollback()
    assert "| None |" not in found, "a table or column has no comment"
    assert found == (DOCS / "schema.md").read_text(encoding="utf-8"), "run `make docs`"


def test_the_printed_script_run_by_psql_gives_the_same_and_leaves_nothing_to_do(
    database: str, on_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done(database, "db", "upgrade", "--sql")
    script = tmp_path / "upgrade.sql"
    script.write_text(capsys.readouterr().out, encoding="utf-8")
    assert sql(database, "SELECT to_regnamespace('minibar_ml')") == [(None,)], "printing must change nothing"
    load_sql(database, script)
    assert _schema(database) == on_file
    done(database, "db", "upgrade", "--sql")
    assert capsys.readouterr().out == ""
    done(database, "db", "status", "--json")
    assert '"applied": false' not in capsys.readouterr().out


def test_upgrading_twice_changes_nothing(upgraded: str) -> None:
    applied = sql(upgraded, "SELECT version, applied_at FROM minibar_ml.ml_schema_migrations")
    done(upgraded, "db", "upgrade", "--quiet")
    assert sql(upgraded, "SELECT version, applied_at FROM minibar_ml.ml_schema_migrations") == applied


def test_a_migration_that_was_changed_after_it_was_applied_is_refused(
    upgraded: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(upgraded, "UPDATE minibar_ml.ml_schema_migrations SET checksum = 'other'")
    assert command(upgraded, "db", "upgrade") == ExitCode.PRECONDITION
    said = capsys.readouterr().err
    assert "0001_store" in said
    assert "checksums differ" in said


def test_a_schema_newer_than_the_program_is_refused_with_the_cure(
    store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(store_url, "INSERT INTO minibar_ml.ml_schema_migrations (version, name, checksum) VALUES (9999, 'x', 'y')")
    for arguments in (["alerts", "list"], ["collect"], ["db", "upgrade"]):
        assert command(store_url, *arguments) == ExitCode.PRECONDITION
        assert "install the newer minibar-ml" in capsys.readouterr().err


def test_a_schema_that_lacks_a_migration_is_refused_with_the_cure(
    store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(store_url, "DELETE FROM minibar_ml.ml_schema_migrations WHERE version = 1")
    for arguments in (["alerts", "list"], ["collect"], ["detect"]):
        assert command(store_url, *arguments) == ExitCode.PRECONDITION
        said = capsys.readouterr().err
        assert "0001_store" in said
        assert "minibar-ml db upgrade" in said


@pytest.mark.parametrize(("subject", "name"), NAMES)
def test_a_named_query_loads_says_what_it_is_and_is_used(subject: str, name: str) -> None:
    first = sections(query_files()[subject])[name].partition("\n")[0]
    assert re.match(r"-- [A-Z].+[.;:,a-z]$", first), first
    assert str(query(f"{subject}.{name}").text).strip()
    code = "\n".join(path.read_text(encoding="utf-8") for path in CODE.rglob("*.py"))
    is_frame = subject == "frames" and name in TABLES
    assert f'"{subject}.{name}"' in code or is_frame or (subject in FAMILIES and f'"{name}"' in code)
