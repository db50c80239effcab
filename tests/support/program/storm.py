"""Attacks on runs of jobs, by a seed: what a bad day and a hostile login do to a hotel."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2

from minibar_ml.domain.errors import ExitCode
from support.hotels.simulated import KEY, ZONE, sql
from support.servers.mail_server import Mailbox

RUN = (
    "import threading, time; time.sleep = lambda seconds: threading.Event().wait(seconds)\n"
    "from minibar_ml.cli.app import run; run()"
)
"""Where faketime leaves the monotonic clock alone, it refuses the sleep by which a job waits before it tries again."""
Job = tuple[str, ...]
LOCKABLE = ("ml_metrics", "ml_alerts", "ml_models", "ml_outbox", "ml_people", "ml_job_runs", "ml_audit_head")
FINE = (ExitCode.OK, ExitCode.PARTLY_DONE)
EXPECTED = (*FINE, ExitCode.DATABASE_UNREACHABLE, ExitCode.PRECONDITION, ExitCode.LOCKED, -signal.SIGKILL)
"""How a run under attack may end; anything else is a fault."""


@dataclass
class Hotel:
    """One of the two: its database, what was mailed, and how the runs of its jobs ended."""

    url: str
    mailbox: Mailbox
    folder: Path
    ended: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def start(self, job: Job, now: datetime, limit: int | None = None) -> subprocess.Popen[bytes]:
        """Start a job whose clock says `now`; `limit`: bytes that it may write into a file."""
        settings = {"ML_DATABASE_URL": self.url, "ML_TIMEZONE": ZONE, "ML_ENCRYPTION_KEYS": KEY, "ML_SMTP_TIMEOUT": "2",
                    "ML_REPORT_DIR": str(self.folder), "DONT_FAKE_MONOTONIC": "1"}  # fmt: skip
        clock = ["faketime", "-f", f"@{now.astimezone(UTC):%Y-%m-%d %H:%M:%S}"]
        full = ["prlimit", f"--fsize={limit}"] if limit else []
        return subprocess.Popen(
            [*full, *clock, sys.executable, "-c", RUN, *job, "--quiet"],
            env={**os.environ, **settings, **self.mailbox.settings(), "TZ": "UTC"},
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=self.folder, start_new_session=True,
        )  # fmt: skip

    def finish(self, run: subprocess.Popen[bytes], job: Job, how: str) -> int:
        """Wait for a run and note how it ended."""
        said = run.communicate(timeout=300)[1].decode(errors="replace")
        for left in (f"sem.faketime_sem_{run.pid}", f"faketime_shm_{run.pid}"):
            # Of a killed run; another process with its number could not start.
            (Path("/dev/shm") / left).unlink(missing_ok=True)
        self.ended[f"{how}: {run.returncode}"] += 1
        # A report says which folder is full.
        is_full = how == "full disk" and run.returncode in (ExitCode.UNEXPECTED, ExitCode.CONFIGURATION)
        if (run.returncode not in EXPECTED and not is_full) or "Traceback" in said or "SELECT" in said:
            self.faults.append(f"{' '.join(job)} ({how}) ended with {run.returncode}: {said[-2000:]}")
        return run.returncode

    def in_peace(self, job: Job, now: datetime) -> None:
        """Run a job until it is done, as cron would; where its clock was ahead before, as an operator does it."""
        for _ in range(5):
            code = self.finish(self.start(job, now), job, "in peace")
            if code in FINE:
                return
            if code == ExitCode.PRECONDITION:
                self.finish(
                    self.start(("collect", "--as-of", now.isoformat()), now + timedelta(seconds=1)), job, "cured"
                )
        self.faults.append(f"{' '.join(job)} at {now} was never done")


class Storm:
    """What happens to a run, by a seed."""

    def __init__(self, hotel: Hotel, admin: str, seed: int) -> None:
        self._hotel, self._admin, self._random = hotel, admin, random.Random(seed)
        self.attacks: Counter[str] = Counter()
        self._ways: dict[str, Callable[[Job, datetime], None]] = {
            "kill": self._kill, "terminate": self._terminate, "lost lock": self._lose_lock, "lock": self._lock,
            "no connections": self._crowd, "drip": self._drip, "full disk": self._full, "clock": self._clock,
            "overlap": self._overlap,
        }  # fmt: skip

    def strike(self, job: Job, now: datetime) -> None:
        """Attack a run of a job, or two of them, each in one of the ways that there are for it."""
        for _ in range(self._random.randint(1, 2)):
            self._strike(job, now)

    def _strike(self, job: Job, now: datetime) -> None:
        how = self._random.choice([*self._ways])
        if how == "drip" and job != ("alerts", "notify"):
            how = "kill"
        if how == "clock" and job[-1] in ("notify", "dashboard"):
            how = "terminate"
        self.attacks[how] += 1
        self._ways[how](job, now)

    def _later(self, most: float = 6) -> None:
        time.sleep(self._random.uniform(0.2, most))

    def _kill(self, job: Job, now: datetime) -> None:
        run = self._hotel.start(job, now)
        self._later()
        with suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        self._hotel.finish(run, job, "kill")

    def _terminate(self, job: Job, now: datetime, where: str = "true") -> None:
        run = self._hotel.start(job, now)
        for _ in range(self._random.randint(1, 4)):
            self._later(2)
            sessions = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            sql(self._hotel.url, f"SELECT pg_terminate_backend(pid) {sessions} AND {where}")
        self._hotel.finish(run, job, "terminate")

    def _lose_lock(self, job: Job, now: datetime) -> None:
        held = "pid IN (SELECT pid FROM pg_locks WHERE relation = CAST('minibar_ml.ml_job_locks' AS regclass))"
        self._terminate(job, now, held)

    def _lock(self, job: Job, now: datetime) -> None:
        with closing(psycopg2.connect(self._hotel.url)) as other, other.cursor() as cursor:
            table = self._random.choice(LOCKABLE)
            cursor.execute(f"LOCK TABLE minibar_ml.{table} IN ACCESS EXCLUSIVE MODE")
            run = self._hotel.start(job, now)
            self._later(4)
            other.rollback()
        self._hotel.finish(run, job, "lock")

    def _crowd(self, job: Job, now: datetime) -> None:
        with ExitStack() as crowd:
            run = self._hotel.start(job, now)
            with suppress(psycopg2.OperationalError):
                while True:
                    crowd.enter_context(closing(psycopg2.connect(self._admin)))
            self._later()
        self._hotel.finish(run, job, "no connections")

    def _drip(self, job: Job, now: datetime) -> None:
        with _dripping() as port:
            mailbox, self._hotel.mailbox = self._hotel.mailbox, Mailbox()
            self._hotel.mailbox.port = port
            run = self._hotel.start(job, now)
            self._hotel.mailbox = mailbox
            self._hotel.finish(run, job, "drip")

    def _full(self, job: Job, now: datetime) -> None:
        self._hotel.finish(self._hotel.start(job, now, limit=4096), job, "full disk")

    def _clock(self, job: Job, now: datetime) -> None:
        ahead = timedelta(hours=self._random.choice([2, 20, 30, 24 * 9, 24 * 400]))
        self._hotel.finish(self._hotel.start(job, now + ahead), job, "clock")

    def _overlap(self, job: Job, now: datetime) -> None:
        for run in [self._hotel.start(job, now) for _ in range(2)]:
            self._hotel.finish(run, job, "overlap")


@contextmanager
def _dripping() -> Iterator[int]:
    """A mail server that greets with a byte now and then."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def talk(line: socket.socket) -> None:
        with closing(line), suppress(OSError):
            line.sendall(b"220-")
            while not over.wait(0.2):
                line.sendall(b"x")

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=talk, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        over.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()
