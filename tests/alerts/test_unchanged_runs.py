"""A run that finds nothing changed ends at once, and leaves the store as a full run would have."""

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from support.hotels import edited_hotel
from support.hotels.simulated import KEY, ZONE, command, sql
from support.program.cron_runs import EDITS, INTERVALS, STEPS, at, chosen, cron, differing, notify, store
from support.servers.mail_server import Mailbox, serving

from minibar_ml.cli import entry
from minibar_ml.domain.errors import ExitCode
from minibar_ml.store.engine import make_engine
from minibar_ml.store.jobs.locks import exclusive

MORNING = datetime(2025, 11, 12, 6, tzinfo=UTC)
RUNS = 24
ANSWERED = (
    "UPDATE minibar_dolum_talepleri SET durum = 'tamamlandi', tamamlanma_tarihi = talep_tarihi"
    " WHERE talep_tarihi < '2025-11-12' AND (durum = 'beklemede' OR tamamlanma_tarihi > '2025-11-12')"
)


@pytest.fixture(scope="module")
def evening(make_database: Callable[..., str]) -> str:
    """A small hotel on the evening before, with models and alerts; cloned, never used itself."""
    url = make_database()
    edited_hotel.begin(url, rooms=12)
    # While a guest waits for too long, each run has news.
    sql(url, ANSWERED)
    return url


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server that takes everything."""
    with serving(Mailbox()) as box:
        yield box


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_runs_that_end_at_once_leave_the_store_as_full_runs_do(
    passing_database: Callable[..., str], evening: str, mailbox: Mailbox, seed: int
) -> None:
    stores, chance, instant = (
        {passing_database(evening): True, passing_database(evening): False},
        random.Random(seed),
        MORNING,
    )
    rooms = [row.id for row in sql(evening, "SELECT id FROM odalar ORDER BY id")]
    ended, done = Counter[str](), []
    for _ in range(RUNS):
        instant += chance.choice(STEPS)
        name, values = chosen(chance, rooms, instant)
        jobs = [job for job in ("collect", "detect", "notify") if job != "collect" or chance.random() < 0.4]
        done.append(f"{instant:%d %H:%M} {name} {values}, {' '.join(jobs)}")
        found = []
        for url, short in stores.items():
            sql(url, EDITS[name], **values)
            for job in jobs:
                at_once = (
                    notify(url, instant, mailbox, short=short)
                    if job == "notify"
                    else cron(url, instant, job, short=short, **mailbox.settings(), **INTERVALS)
                )
                ended[job] += at_once
            found.append(store(url))
        assert not (lines := differing(*found)), "\n".join([*done, *lines])
    assert ended["detect"], ended
    assert ended["notify"] > RUNS / 4, ended


RUNS_OF = (
    "SELECT outcome, jsonb_exists(counts, 'unchanged') FROM minibar_ml.ml_job_runs WHERE job = :job"
    " ORDER BY id DESC LIMIT 1"
)
SETTLED = MORNING + timedelta(minutes=10)
LATER = SETTLED + timedelta(minutes=1)


@pytest.fixture(scope="module")
def quiet_morning(make_database: Callable[..., str], evening: str) -> str:
    """The hotel in the morning, when runs have found and announced what there is; nothing is written to it."""
    url = make_database(evening)
    cron(url, MORNING, "collect", short=True)
    for number in range(3):
        instant = SETTLED - timedelta(minutes=3 - number)
        cron(url, instant, "detect", short=False)
        cron(url, instant, "alerts", "notify", short=False)
    return url


@pytest.fixture
def settled(passing_database: Callable[..., str], quiet_morning: str) -> str:
    """The same, to be written to."""
    return passing_database(quiet_morning)


@pytest.mark.parametrize("words", [("detect",), ("alerts", "notify")])
def test_a_run_that_has_nothing_to_do_is_on_record_as_done(settled: str, words: tuple[str, ...]) -> None:
    assert cron(settled, LATER, *words, short=True)
    assert [tuple(row) for row in sql(settled, RUNS_OF, job=words[-1])] == [("done", True)]
    with at(LATER, settled):
        assert entry.is_unchanged(words, LATER + timedelta(minutes=1)), "a run after it has nothing to do either"


def test_a_run_that_has_nothing_to_do_says_so_in_the_language_of_the_hotels(
    settled: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for lang, said in (("tr", "hiçbir şey değişmedi"), ("en", "nothing has changed")):
        sql(
            settled,
            "INSERT INTO minibar_ml.ml_facts (fact, value, since) VALUES ('lang', :lang, :at)",
            lang=lang,
            at=SETTLED,
        )
        for _ in range(2):
            cron(settled, LATER, "detect", short=False)
        with at(LATER, settled):
            assert entry.is_unchanged(["detect"], LATER)
        assert said in capsys.readouterr().err


@pytest.mark.parametrize("words", [("detect",), ("alerts", "notify")])
@pytest.mark.parametrize(
    "settings",
    [
        {"ML_ENABLED": "false"}, {"ML_ALERT_BUDGET": "2"}, {"ML_SMTP_TIMEOUT": "9"}, {"ML_MISSPELT": "1"},
        {"ML_TIMEZONE": "Mars"}, {"ML_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}, {"ML_DATABASE_URL": "x"},
        {"ML_DATABASE_URL": ""}, {"ML_ENCRYPTION_KEYS": ""},
    ],
)  # fmt: skip
def test_other_settings_leave_the_run_to_the_command(
    quiet_morning: str, words: tuple[str, ...], settings: dict[str, str]
) -> None:
    with at(LATER, quiet_morning, **settings):
        assert not entry.is_unchanged(words, LATER)


@pytest.mark.parametrize(
    "words",
    [
        ("detect", "--json"), ("detect", "--since", "2025-11-01"), ("detect", "--as-of", "2025-11-12"),
        ("alerts", "notify", "--retry-failed"), ("alerts",), ("collect", "--since", "2025-11-01"), (),
    ],
)  # fmt: skip
def test_other_words_leave_the_run_to_the_command(quiet_morning: str, words: tuple[str, ...]) -> None:
    with at(LATER, quiet_morning):
        assert not entry.is_unchanged(words, LATER)


@pytest.mark.parametrize("words", [("detect",), ("alerts", "notify")])
def test_a_run_beside_another_of_the_job_ends_as_such(settled: str, words: tuple[str, ...]) -> None:
    with make_engine(settled, ZONE).connect() as connection, exclusive(connection, words[-1]), at(LATER, settled):
        assert not entry.is_unchanged(words, LATER)
    assert command(settled, *words, "--as-of", LATER.isoformat()) == ExitCode.OK
    with at(LATER, settled):
        assert not entry.is_unchanged(words, LATER), "a run as of an instant leaves nothing to compare with"


@pytest.mark.parametrize("instant", [SETTLED - timedelta(hours=1), SETTLED + timedelta(days=1)])
def test_another_day_or_a_clock_that_went_back_is_a_full_run(quiet_morning: str, instant: datetime) -> None:
    with at(instant, quiet_morning):
        assert not entry.is_unchanged(["detect"], instant)


def test_a_hotel_that_collect_could_not_do_is_a_full_run_of_detect(settled: str) -> None:
    failed = (
        "jsonb_build_object('failed_hotels', jsonb_build_object('7', jsonb_build_object('error', 'E', 'since', NULL)))"
    )
    last = "SELECT max(id) FROM minibar_ml.ml_job_runs WHERE job = 'collect'"
    sql(settled, f"UPDATE minibar_ml.ml_job_runs SET counts = counts || {failed} WHERE id = ({last})")
    assert not cron(settled, LATER, "detect", short=True)
    found = sql(settled, "SELECT entity_id FROM minibar_ml.ml_alerts WHERE type = 'job_late' AND status = 'open'")
    assert 7 in [row.entity_id for row in found]


def test_a_run_that_has_nothing_to_do_imports_nothing_slow(settled: str) -> None:
    code = (
        "import sys; from datetime import datetime; from minibar_ml.cli import entry;"
        f"assert entry.is_unchanged(['detect', '-q'], datetime.fromisoformat({LATER.isoformat()!r}));"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    environment = {"ML_DATABASE_URL": settled, "ML_TIMEZONE": ZONE, "ML_ENCRYPTION_KEYS": KEY, "NO_COLOR": "1"}
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True, timeout=60
    )
    assert "psycopg2" in found.stdout
    slow = {"sqlalchemy", "pandas", "numpy", "scipy", "sklearn", "rich", "typer", "jinja2", "cryptography"}
    assert slow.isdisjoint(found.stdout.split())
