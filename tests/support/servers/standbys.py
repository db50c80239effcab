"""Servers of a drill's own: a primary and its standby, and a pooler in front of a server."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
from conftest import program
from sqlalchemy import make_url

from support.servers.postgres import account

SECONDS = 60


def _owned(folder: Path, owner: str | None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if owner:
        shutil.chown(folder, owner, owner)
        folder.chmod(0o700)
    return folder


class Server:
    """A PostgreSQL server in a folder, reached by a socket in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = _owned(folder, account())

    @property
    def data(self) -> Path:
        """The cluster's files."""
        return self.folder / "data"

    def url(self, database: str = "postgres") -> str:
        """The URL of a database of this server."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [program(name), *arguments], check=True, capture_output=True, text=True, user=account(),
            cwd=self.folder, timeout=SECONDS,
        )  # fmt: skip

    def make(self) -> None:
        """Make an empty cluster."""
        self._run("initdb", "--pgdata", str(self.data), "--username", "postgres", "--auth", "trust",
                  "--encoding", "UTF8", "--locale", "C", "--no-sync")  # fmt: skip

    def copy(self, primary: "Server") -> None:
        """Make a standby of a running server."""
        self._run("pg_basebackup", "--pgdata", str(self.data), "--host", str(primary.folder), "--username", "postgres",
                  "--write-recovery-conf", "--wal-method", "stream", "--checkpoint", "fast", "--no-sync")  # fmt: skip

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c hot_standby_feedback=on"
        self._run("pg_ctl", "start", "--pgdata", str(self.data), "--log", str(self.folder / "log"), "--wait",
                  "--options", options)  # fmt: skip

    def stop(self, mode: str = "fast") -> None:
        """Stop it; `immediate` is how a server dies."""
        self._run("pg_ctl", "stop", "--pgdata", str(self.data), "--mode", mode, "--wait")

    def promote(self) -> None:
        """Make a primary of a standby."""
        self._run("pg_ctl", "promote", "--pgdata", str(self.data), "--wait")


def caught_up(primary: Server, standby: Server) -> None:
    """Wait until the standby has replayed what the primary has written."""
    with closing(psycopg2.connect(primary.url())) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_flush_lsn()")
        (wanted,) = cursor.fetchone()
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with closing(psycopg2.connect(standby.url())) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_last_wal_replay_lsn() >= %s", (wanted,))
            if cursor.fetchone() == (True,):
                return
        time.sleep(0.1)
    raise TimeoutError("the standby did not catch up")


@contextmanager
def pooler(url: str, folder: Path, *, pool_size: int = 4) -> Iterator[str]:
    """The URL of the same database through PgBouncer, which gives each transaction a session of its choice."""
    behind, port = make_url(url), _free_port()
    # Its socket lies in a folder that only the server's account may enter.
    owner = Path(behind.query["host"]).owner() if os.geteuid() == 0 else None
    config = _owned(folder, owner) / "pgbouncer.ini"
    config.write_text(
        f"[databases]\n{behind.database} = host={behind.query['host']} user={behind.username}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        f"pool_mode = transaction\ndefault_pool_size = {pool_size}\nlogfile = {folder}/log\npidfile = {folder}/pid\n"
    )
    command = [shutil.which("pgbouncer") or "/usr/sbin/pgbouncer", str(config)]
    process = subprocess.Popen(command, user=owner, stderr=subprocess.DEVNULL, cwd=folder)
    try:
        _listening(port)
        yield f"postgresql://{behind.username}@127.0.0.1:{port}/{behind.database}"
    finally:
        process.terminate()
        process.wait(SECONDS)


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        number: int = free.getsockname()[1]
        return number


def _listening(port: int) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise TimeoutError("PgBouncer did not start")
