"""No password, key or token is shown by any command, however its services fail; the commands are taken from the app."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import make_url
from support.hotels.simulated import command, sql
from support.hotels.sources import SmallHotel
from support.program.commands import COMMANDS, call

Capture = pytest.CaptureFixture[str]
PASSWORD, TOKEN = "s3cr3t-Passw0rd", "t0ken-of-the-watcher"
KEY, OTHER_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()
SECRETS = (PASSWORD, TOKEN, KEY, OTHER_KEY, KEY[:20], OTHER_KEY[:20])
PING = f"http://127.0.0.1:1/{TOKEN}/{{job}}"
EVERY = pytest.mark.parametrize("path", COMMANDS, ids="_".join)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trying again need not wait here."""
    monkeypatch.setattr("minibar_ml.store.failures.time.sleep", lambda _seconds: None)


def kept(text: str, what: object) -> None:
    assert not [one for one in SECRETS if one in text], (what, text)


def run(capsys: Capture, url: str, path: tuple[str, ...], **environment: str) -> None:
    given = {"ML_ENCRYPTION_KEYS": KEY, "ML_PING_URL": PING} | environment
    command(url, *call(path), "--verbose", **given)
    shown = capsys.readouterr()
    kept(shown.out + shown.err, path)


@EVERY
def test_with_a_server_that_is_down_or_a_url_that_is_none(path: tuple[str, ...], capsys: Capture) -> None:
    run(capsys, f"postgresql://minibar:{PASSWORD}@127.0.0.1:1/hotel", path)
    run(capsys, f"postgresql://minibar:{PASSWORD}@host:port/hotel", path)
    run(capsys, f"postgresql//minibar:{PASSWORD}@nowhere", path)
    run(capsys, f"postgresql://minibar:{PASSWORD}@127.0.0.1:1/hotel?sslmode=odd", path)
    run(capsys, f"postgresql://127.0.0.1:1/hotel?user=minibar&password={PASSWORD}", path)
    run(capsys, f"postgresql://minibar:with@{PASSWORD}@127.0.0.1:1/hotel", path)


@pytest.fixture(scope="module")
def locked(server: str) -> Iterator[str]:
    """A URL with a wrong password for a role that needs one."""
    hba = Path(sql(server, "SHOW hba_file")[0][0])
    if not os.access(hba, os.W_OK):
        pytest.skip("the server's pg_hba.conf is not ours to write")
    before = hba.read_text()
    sql(server, "CREATE ROLE swept LOGIN PASSWORD 'another'")
    hba.write_text(f"local all swept scram-sha-256\n{before}")
    sql(server, "SELECT pg_reload_conf()")
    yield make_url(server).set(username="swept", password=PASSWORD).render_as_string(hide_password=False)
    hba.write_text(before)
    sql(server, "SELECT pg_reload_conf()")
    sql(server, "DROP ROLE swept")


@EVERY
def test_with_a_wrong_password(path: tuple[str, ...], locked: str, capsys: Capture) -> None:
    run(capsys, locked, path)


@EVERY
def test_with_malformed_keys_unsafe_files_and_a_bad_ping_url(
    path: tuple[str, ...], store_url: str, tmp_path: Path, capsys: Capture
) -> None:
    opened = tmp_path / "open.key"
    opened.write_text(f"{KEY}\n")
    opened.chmod(0o644)
    run(capsys, store_url, path, ML_ENCRYPTION_KEYS="", ML_KEY_FILE=str(opened))
    opened.chmod(0o600)
    opened.write_text(f"{KEY}\n{OTHER_KEY}=")
    run(capsys, store_url, path, ML_ENCRYPTION_KEYS="", ML_KEY_FILE=str(opened))
    run(capsys, store_url, path, ML_ENCRYPTION_KEYS=f"{KEY},{OTHER_KEY}x")
    run(capsys, store_url, path, ML_PING_URL=f"http://example.com/{TOKEN}")


def test_nothing_of_them_is_kept_in_the_store_or_left_in_files(store_url: str, tmp_path: Path, capsys: Capture) -> None:
    hotel = SmallHotel(store_url)
    for day in range(1, 17):
        hotel.visit(1, f"2025-11-{day:02} 10:00", {1: 1})
    key_file = tmp_path / "a.key"
    key_file.write_text(f"{KEY}\n")
    key_file.chmod(0o600)
    for keys in (KEY, OTHER_KEY, ""):  # the right key, a wrong one, and those of a file that rotates
        for path in COMMANDS:
            run(capsys, store_url, path, ML_ENCRYPTION_KEYS=keys, ML_KEY_FILE=str(key_file))
    secrets = [*SECRETS, *key_file.read_text().split()]
    assert len(set(secrets)) > len(SECRETS), "the file was rotated"
    tables = sql(
        store_url,
        "SELECT relname FROM pg_class WHERE relnamespace = 'minibar_ml'::regnamespace AND relkind IN ('r', 'p')",
    )
    for (table,) in tables:
        for (row,) in sql(store_url, f"SELECT CAST(t AS text) FROM minibar_ml.{table} t"):
            assert not [one for one in secrets if one in row], table
    for path in tmp_path.rglob("*"):
        if path.is_file() and path != key_file:
            text = path.read_text(errors="replace")
            assert not [one for one in secrets if one in text], path


def test_no_option_takes_a_secret() -> None:
    names = [(path, one.name) for path, found in COMMANDS.items() for one in found.params]
    assert not [one for one in names if any(word in one[1] for word in ("password", "secret", "token", "key", "url"))]


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc")
def test_ps_shows_none_while_a_job_runs(tmp_path: Path) -> None:
    environment = {
        **os.environ, "ML_DATABASE_URL": f"postgresql://minibar:{PASSWORD}@127.0.0.1:1/hotel",
        "ML_ENCRYPTION_KEYS": KEY, "ML_PING_URL": PING,
    }  # fmt: skip
    job = [sys.executable, "-c", "from minibar_ml.cli.app import run; run()", "train", "--verbose"]
    looks = 0
    with subprocess.Popen(job, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            for shown in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    kept(shown.read_bytes().decode(errors="replace"), shown)
                except OSError:  # it has ended
                    continue
            looks += 1
            time.sleep(0.05)
        assert process.stderr is not None
        kept(process.stderr.read(), "stderr")
    assert looks > 2
    assert process.returncode == 4
