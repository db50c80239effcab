"""Debian's cron runs our crontab, in its own bare environment, against a real PostgreSQL."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from minibar_ml.cli.app import main
from minibar_ml.store.engine import make_engine

CRON = Path("/usr/sbin/cron")
CRON_D = Path("/etc/cron.d")
PID_FILE = Path("/run/crond.pid")
LAUNCHER = Path(__file__).parents[2] / "cli.py"
EXAMPLE = LAUNCHER.with_name("crontab.example")
WAIT_SECONDS = 150
"""The next minute, cron's own minute of noticing a new file, and a slow start of Python."""

pytestmark = [
    pytest.mark.debian("cron"),
    pytest.mark.skipif(not CRON.exists(), reason="Debian's cron is not installed: apt-get install cron"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may write to /etc/cron.d"),
]


def _is_running() -> bool:
    try:
        os.kill(int(PID_FILE.read_text()), 0)
    except (OSError, ValueError):
        return False
    return True


@pytest.fixture
def cron_daemon() -> Iterator[None]:
    """A running cron: the machine's own, or one started here with nothing in its environment."""
    if _is_running():
        yield
        return
    daemon = subprocess.Popen([str(CRON), "-f"], env={}, stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        daemon.terminate()
        daemon.wait(timeout=10)


@pytest.fixture
def install() -> Iterator[Callable[[str], None]]:
    """Installs a text as a file of /etc/cron.d and takes it away again."""
    path = CRON_D / f"minibar-ml-test-{os.getpid()}"
    for left in CRON_D.glob("minibar-ml-test-*"):
        if not Path("/proc", left.name.rpartition("-")[2]).exists():
            left.unlink()  # a run's that was killed

    def write(content: str) -> None:
        path.write_text(content, encoding="utf-8")
        path.chmod(0o644)

    try:
        yield write
    finally:
        path.unlink(missing_ok=True)


def _command(folder: Path) -> Path:
    """A console script of this checkout, which also notes the environment it was given and how it ended."""
    script = folder / "minibar-ml"
    script.write_text(
        "#!/bin/sh\n"
        f"env > {folder}/environment\n"
        f'{sys.executable} {LAUNCHER} "$@" > {folder}/out 2> {folder}/err\n'
        f"echo $? > {folder}/status.new && mv {folder}/status.new {folder}/status\n"
    )
    script.chmod(0o755)
    return script


def _only_collect(crontab: str) -> str:
    """The printed crontab without the jobs that are not due in a minute; its head stays as it is."""
    lines = crontab.splitlines(keepends=True)
    return "".join(line for line in lines if " && " not in line or " collect " in line)


def _collects(url: str) -> list[tuple[str, str | None]]:
    with make_engine(url, "UTC").connect() as connection:
        rows = connection.execute(text("SELECT outcome, error FROM minibar_ml.ml_job_runs WHERE job = 'collect'"))
        return [(row.outcome, row.error) for row in rows]


def _wait_for(path: Path) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not path.exists():
        assert time.monotonic() < until, f"cron did not run the job within {WAIT_SECONDS} s"
        time.sleep(0.5)


@pytest.mark.slow
@pytest.mark.usefixtures("cron_daemon")
def test_collect_succeeds_every_minute_under_crons_bare_environment(
    store_url: str,
    tmp_path: Path,
    install: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = tmp_path / "etc"
    settings.mkdir()
    (settings / ".env").write_text(f"ML_DATABASE_URL='{store_url}'\nML_TIMEZONE=Europe/Nicosia\n")
    (settings / ".env").chmod(0o600)
    monkeypatch.setenv("ML_DATA_COLLECTION_INTERVAL", "60")
    options = ["--directory", str(settings), "--command", str(_command(tmp_path)), "--user", "root"]
    assert main(["cron", *options]) == 0
    install(_only_collect(capsys.readouterr().out))

    _wait_for(tmp_path / "status")

    assert (tmp_path / "err").read_text() == ""
    assert (tmp_path / "out").read_text() == ""
    assert (tmp_path / "status").read_text().strip() == "0"
    assert ("done", None) in _collects(store_url)
    environment = (tmp_path / "environment").read_text().splitlines()
    assert "PATH=/usr/local/bin:/usr/bin:/bin" in environment
    assert not [line for line in environment if line.startswith(("ML_", "PYTHONPATH", "VIRTUAL_ENV"))]


@pytest.mark.skipif(shutil.which("crontab") is None, reason="Debian's cron is not installed: apt-get install cron")
def test_the_example_is_a_crontab_that_debians_cron_accepts() -> None:
    # For a system user who has none, and taken away at once; what it would run is not installed here.
    user = ["crontab", "-u", "games"]
    if subprocess.run([*user, "-l"], capture_output=True, check=False).returncode == 0:
        pytest.skip("the user games has a crontab of its own")
    try:
        done = subprocess.run([*user, str(EXAMPLE)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    finally:
        subprocess.run([*user, "-r"], capture_output=True, check=False)
