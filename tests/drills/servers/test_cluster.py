"""A fleet's jobs by the workers of a Dask cluster: real processes on this machine, which speak TLS alone."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.hotels.simulated import KEY, ZONE, done, engine_of, sql
from support.servers.dask_cluster import Cluster, certificates, cluster

from minibar_ml.domain.errors import ExitCode
from minibar_ml.simulate import HotelPlan, generate, write

pytest.importorskip("distributed", reason="needs the extra cluster")
PLAN = HotelPlan(seed=3, ends_on=date(2025, 11, 16), rooms=12, days=40, timezone=ZONE)
AS_OF = ("--as-of", "2025-11-17")
SECONDS = 120
RUNS = "SELECT count(*) FROM minibar_ml.ml_job_runs WHERE job = 'train' AND outcome = 'done'"
TRAININGS = "SELECT count(*), count(DISTINCT (model, metric_type, hotel_id)) FROM minibar_ml.ml_training_logs"
STORED = (
    "SELECT * FROM minibar_ml.ml_metrics ORDER BY 1, 2, 3, 4, 5, 6",
    "SELECT model_type, metric_type, hotel_id, version, data_points, accuracy, precision, recall"
    " FROM minibar_ml.ml_models ORDER BY 1, 2, 3",
    "SELECT hotel_id, product_id, days_left, reason, figures FROM minibar_ml.ml_forecasts ORDER BY 1, 2",
    "SELECT type, hotel_id, entity_type, entity_id, occurred_on, severity, value, expected, score, facts, message"
    " FROM minibar_ml.ml_alerts ORDER BY 1, 2, 3, 4, 5",
)
DIES = """
import os, signal
from pathlib import Path
from minibar_ml.jobs import fleet
run = fleet._run
def run_and_die(*arguments):
    came = run(*arguments)
    if not Path("died").exists():
        Path("died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return came
fleet._run = run_and_die
"""
"""The first worker whose command has ended dies before it answers."""
OLDER = "import minibar_ml; minibar_ml.__version__ = '0.0.9'"


@pytest.fixture
def stores(make_database: Callable[..., str]) -> dict[str, str]:
    """The databases of two equal hotels, with points."""
    world, urls = generate(PLAN), {}
    for name in ("deniz", "liman"):
        urls[name] = make_database()
        write(engine_of(urls[name]), world, "b", ZONE)
        done(urls[name], "db", "init", "--quiet")
        done(urls[name], "collect", *AS_OF, "--quiet")
    return urls


@pytest.fixture
def environment(stores: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """What all processes of the cluster have; in their folder the inventory of both hotels."""
    text = "".join(f'[[member]]\nname = "{name}"\nurl = "{url}"\n' for name, url in stores.items())
    (tmp_path / "fleet.toml").write_text(text, encoding="utf-8")
    (tmp_path / "fleet.toml").chmod(0o600)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ML_", "DASK_"))}
    return kept | certificates(tmp_path) | {"ML_TIMEZONE": ZONE, "ML_ENCRYPTION_KEYS": KEY, "NO_COLOR": "1"}


@pytest.fixture
def running(environment: dict[str, str], tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler without workers."""
    with cluster(tmp_path, environment) as made:
        yield made


class Asked:
    """`fleet run` with the workers of a cluster, in a process of its own."""

    def __init__(self, running: Cluster, environment: dict[str, str], *words: str) -> None:
        command = [sys.executable, "-m", "minibar_ml", "fleet", "run", "--json", "--cluster", running.url, *words]
        self._process = subprocess.Popen(
            command, cwd=running.folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def answers(self) -> tuple[int, dict[str, Any], str]:
        """Exit status, answers by member, and what was said to stderr."""
        out, said = self._process.communicate(timeout=SECONDS)
        answers = {one["member"]: one for one in json.loads(out or "[]")}
        return self._process.returncode, answers, said


def _states(answers: dict[str, Any]) -> dict[str, str]:
    return {name: one["state"] for name, one in answers.items()}


def test_two_workers_store_what_one_process_does(
    running: Cluster, environment: dict[str, str], stores: dict[str, str], make_database: Callable[..., str]
) -> None:
    for name in ("w1", "w2"):
        running.worker(name)
    for job in ("train", "detect"):
        status, answers, said = Asked(running, environment, "--", job, *AS_OF).answers()
        assert (status, _states(answers)) == (ExitCode.OK, {"deniz": "done", "liman": "done"}), (answers, said)
    alone = make_database()
    write(engine_of(alone), generate(PLAN), "b", ZONE)
    done(alone, "db", "init", "--quiet")
    for job in ("collect", "train", "detect"):
        done(alone, job, *AS_OF, "--quiet")
    for stored in STORED:
        expected = sql(alone, stored)
        assert [sql(url, stored) for url in stores.values()] == [expected, expected]
        assert expected


def test_a_worker_that_dies_before_it_has_stored_leaves_the_job_to_another(
    running: Cluster, environment: dict[str, str], stores: dict[str, str]
) -> None:
    running.worker("w1")
    with engine_of(stores["deniz"]).begin() as other:
        other.exec_driver_sql("LOCK TABLE minibar_ml.ml_models IN ACCESS EXCLUSIVE MODE")
        asked = Asked(running, environment, "--member", "deniz", "--", "train", *AS_OF)
        _until(stores["deniz"], "SELECT FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database"
                                " WHERE datname = current_database())")  # fmt: skip
        running.kill("w1")
    running.worker("w2")
    status, answers, said = asked.answers()
    assert (status, _states(answers)) == (ExitCode.OK, {"deniz": "done"}), (answers, said)
    assert sql(stores["deniz"], RUNS) == [(1,)]
    count, distinct = sql(stores["deniz"], TRAININGS)[0]
    assert count == distinct > 0


def test_a_worker_that_dies_after_it_has_stored_has_nothing_done_twice(
    running: Cluster, environment: dict[str, str], stores: dict[str, str]
) -> None:
    for name in ("w1", "w2"):
        running.worker(name, DIES)
    status, answers, said = Asked(running, environment, "--", "train", *AS_OF).answers()
    assert (status, _states(answers)) == (ExitCode.OK, {"deniz": "done", "liman": "done"}), (answers, said)
    assert (running.folder / "died").exists()
    for url in stores.values():
        assert sql(url, RUNS) == [(1,)]
        count, distinct = sql(url, TRAININGS)[0]
        assert count == distinct > 0


def test_two_schedulers_at_once_do_nothing_twice(
    running: Cluster, environment: dict[str, str], stores: dict[str, str], tmp_path: Path
) -> None:
    second = tmp_path / "second"
    second.mkdir()
    (second / "fleet.toml").write_bytes((tmp_path / "fleet.toml").read_bytes())
    (second / "fleet.toml").chmod(0o600)
    with cluster(second, environment) as other:
        for one in (running, other):
            one.worker("w1")
        _early_in_a_minute()
        both = [Asked(one, environment, "--", "train") for one in (running, other)]
        for asked in both:
            status, answers, said = asked.answers()
            assert status == ExitCode.OK, (answers, said)
            assert set(_states(answers).values()) <= {"done", "locked"}
    for url in stores.values():
        assert sql(url, RUNS) == [(1,)]


def test_workers_of_another_version_or_without_the_key_are_named_and_get_nothing(
    running: Cluster, environment: dict[str, str], stores: dict[str, str]
) -> None:
    running.worker("older", OLDER)
    running.worker("keyless", ML_ENCRYPTION_KEYS="", ML_KEY_FILE="/nowhere/minibar-ml.key")
    status, answers, said = Asked(running, environment, "--", "detect", *AS_OF).answers()
    assert (status, answers) == (ExitCode.PRECONDITION, {})
    assert "worker older refused: it has minibar-ml 0.0.9" in said
    assert "worker keyless refused: No key" in said
    running.worker("good")
    status, answers, said = Asked(running, environment, "--", "detect", *AS_OF).answers()
    assert (status, _states(answers)) == (ExitCode.OK, {"deniz": "done", "liman": "done"}), (answers, said)
    assert "worker older refused" in said and "worker keyless refused" in said


def test_a_member_that_does_not_answer_is_named(
    running: Cluster, environment: dict[str, str], stores: dict[str, str], tmp_path: Path
) -> None:
    with (tmp_path / "fleet.toml").open("a", encoding="utf-8") as inventory:
        inventory.write('[[member]]\nname = "gone"\nurl = "postgresql://postgres@127.0.0.1:1/nobody"\n')
    running.worker("w1")
    status, answers, _ = Asked(running, environment, "--", "collect", *AS_OF).answers()
    assert status == ExitCode.PARTLY_DONE
    assert _states(answers) == {"deniz": "done", "liman": "done", "gone": "failed"}
    assert "127.0.0.1" in answers["gone"]["why"]


def test_without_workers_scheduler_or_certificates_it_is_said_which(
    running: Cluster, environment: dict[str, str], tmp_path: Path
) -> None:
    status, _, said = Asked(running, environment, "collect").answers()
    assert (status, "No worker is connected" in said) == (ExitCode.PRECONDITION, True), said
    bare = {name: value for name, value in environment.items() if not name.startswith("DASK_")}
    status, _, said = Asked(running, bare, "collect").answers()
    assert (status, "Can't reach the scheduler" in said) == (ExitCode.PRECONDITION, True), said
    running.close()
    status, _, said = Asked(running, environment, "collect").answers()
    assert (status, "Can't reach the scheduler" in said) == (ExitCode.PRECONDITION, True), said


def _until(url: str, query: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not sql(url, query):
        assert time.monotonic() < deadline, "nobody waits for the lock"
        time.sleep(0.2)


def _early_in_a_minute() -> None:
    """Two runs of the same minute are the same; wait where one of them might be of the next."""
    if time.time() % 60 > 50:
        time.sleep(11)
