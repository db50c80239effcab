"""What one process costs: wall and CPU seconds, peak memory, and the database server's CPU."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Spent:
    """One run's cost; `server` is CPU of the whole database server meanwhile, 0 where it is unknown."""

    wall: float
    cpu: float
    server: float
    peak_mb: float
    output: str = ""


def python(code: str, *arguments: str) -> list[str]:
    """The command line that runs code in a fresh interpreter."""
    return [sys.executable, "-c", code, *arguments]


def measured(command: Sequence[str], settings: Mapping[str, str], folder: Path, server: int | None = None) -> Spent:
    """Run a command to its end and measure it; raises RuntimeError with its stderr where it fails."""
    before = server_seconds(server)
    started = time.perf_counter()
    with (folder / "stdout").open("w+") as out, (folder / "stderr").open("w+") as problems:
        process = subprocess.Popen(
            command, env=_environment(settings), cwd=folder, stdout=out, stderr=problems, stdin=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        problems.seek(0)
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {problems.read()}")
        time.sleep(0.05)  # its backend ends after it, and hands its CPU to the postmaster only then
        peak = usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
        cpu = usage.ru_utime + usage.ru_stime
        return Spent(wall, cpu, server_seconds(server) - before, peak, out.read())


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    """This process's, without settings of somebody's; bytecode is cached, as it is where the program is installed."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ML_") and k != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"} | dict(settings)


def server_seconds(postmaster: int | None) -> float:
    """CPU seconds of a database server so far: its postmaster, every backend that ended, every one alive."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*") if postmaster else ():
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        own, ended = (sum(map(int, part)) for part in (fields[11:13], fields[13:15]))
        if folder.name == str(postmaster):
            total += own + ended
        elif fields[1] == str(postmaster):
            total += own
    return total / os.sysconf("SC_CLK_TCK")


def median(runs: Sequence[Spent]) -> Spent:
    """The middle of each figure by itself."""
    figures = [[getattr(run, name) for run in runs] for name in ("wall", "cpu", "server", "peak_mb")]
    return Spent(*map(statistics.median, figures))
