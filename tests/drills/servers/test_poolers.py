"""PgBouncer in transaction mode: every transaction may be another session's, and may follow another client's."""

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from support.hotels.simulated import AS_OF, alerts, checksum, command, done, sql
from support.servers.standbys import pooler

from minibar_ml.domain.errors import ExitCode
from minibar_ml.store.engine import connect, make_engine, session_of
from minibar_ml.store.jobs.locks import exclusive

SETTINGS = (
    "SELECT current_setting('search_path'), current_setting('TimeZone'), current_setting('lock_timeout'),"
    " current_setting('jit')"
)

pytestmark = pytest.mark.skipif(
    shutil.which("pgbouncer") is None and not Path("/usr/sbin/pgbouncer").exists(), reason="pgbouncer is not installed"
)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="mb-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def _busy(url: str, until: threading.Event) -> None:
    """Another client of the same pool, whose transactions come in between and who has other settings."""
    while not until.is_set():
        with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
            cursor.execute("SET search_path = public; SET TimeZone = 'Pacific/Auckland'")
            connection.commit()
            cursor.execute("SELECT pg_sleep(0.01)")
            connection.commit()


@pytest.fixture
def pooled(hotel_sources: dict[str, str], make_database: Callable[..., str], folder: Path) -> Iterator[tuple[str, str]]:
    """A hotel's database behind a pooler with other clients, and directly."""
    url = make_database(hotel_sources["a"])
    with pooler(url, folder / "pooler") as through:
        over = threading.Event()
        others = [threading.Thread(target=_busy, args=(through, over)) for _ in range(3)]
        for one in others:
            one.start()
        yield through, url
        over.set()
        for one in others:
            one.join()


def test_every_transaction_has_our_settings_and_leaves_none_behind(pooled: tuple[str, str]) -> None:
    through, direct = pooled
    with connect(make_engine(direct, "Europe/Nicosia")) as connection:
        assert not session_of(connection).is_pooled
        wanted = connection.exec_driver_sql(SETTINGS).one()
    with connect(make_engine(through, "Europe/Nicosia")) as connection:
        assert session_of(connection).is_pooled
        for _ in range(30):
            assert connection.exec_driver_sql(SETTINGS).one() == wanted
            connection.rollback()
    with closing(psycopg2.connect(through)) as other, other.cursor() as cursor:
        for _ in range(10):
            cursor.execute("SELECT current_setting('search_path')")
            assert "minibar_ml" not in cursor.fetchone()[0]
            other.commit()


def test_jobs_through_a_pooler_give_what_they_give_without(
    pooled: tuple[str, str], hotel_sources: dict[str, str], make_database: Callable[..., str]
) -> None:
    through, direct = pooled
    undisturbed = make_database(hotel_sources["a"])
    for job in ("collect", "train", "detect"):
        done(through, job, "--as-of", AS_OF, "--quiet")
        done(undisturbed, job, "--as-of", AS_OF, "--quiet")
    assert checksum(direct) == checksum(undisturbed)
    assert alerts(direct) == alerts(undisturbed) != []
    for words in (("alerts", "list"), ("status",), ("report", "weekly", "--as-of", AS_OF, "--json")):
        assert command(through, *words, "--quiet") in (ExitCode.OK, ExitCode.UNEXPECTED)


def test_a_lock_holds_through_a_pooler_and_is_free_after_it(
    pooled: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    through, direct = pooled
    for holder, other in ((through, through), (through, direct), (direct, through)):
        with connect(make_engine(holder, "UTC", "minibar-ml train")) as connection, exclusive(connection, "train"):
            assert command(other, "train", "--as-of", AS_OF) == ExitCode.LOCKED
            assert "(minibar-ml train)" in capsys.readouterr().err
        with connect(make_engine(other, "UTC")) as connection, exclusive(connection, "train"):
            assert sql(direct, "SELECT 1")


def test_what_needs_a_session_of_its_own_is_refused(
    pooled: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    through, direct = pooled
    done(direct, "collect", "--as-of", AS_OF, "--quiet")
    for words in (("backtest", "--as-of", AS_OF), ("db", "roles", "--apply")):
        assert command(through, *words) == ExitCode.PRECONDITION
        assert "goes through a pooler" in capsys.readouterr().err
    assert alerts(direct) == []
