"""systemd's units say the same as the crontab, and systemd takes them."""

import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim

from minibar_ml.cli.app import main
from minibar_ml.cli.systemd import on_calendar, units
from minibar_ml.config.settings import Settings

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = [
    pytest.mark.debian("systemd"),
    pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed: apt-get install systemd"),
]
ZONE = "Europe/Nicosia"


def test_every_job_of_the_crontab_has_a_service_and_a_timer() -> None:
    found = units(Settings(), Path("/opt/m/bin/minibar-ml"), Path("/etc/minibar-ml"), "minibar", "minibar-ml")
    jobs = ("collect", "detect", "notify", "train", "rounds", "weekly", "monthly", "dashboard")
    assert list(found) == [f"minibar-ml-{job}.{kind}" for job in jobs for kind in ("service", "timer")]
    assert "User=minibar\n" in found["minibar-ml-collect.service"]
    assert "ExecStart=/opt/m/bin/minibar-ml alerts notify --quiet\n" in found["minibar-ml-notify.service"]
    assert f"OnCalendar=*-*-* 00:00:00 {ZONE}\n" in found["minibar-ml-train.timer"]


@pytest.mark.parametrize(
    ("expression", "calendar"),
    [
        ("0 7 * * 1", [f"Mon *-*-* 07:00:00 {ZONE}"]),
        ("*/30 8-10 * 1,7 7", [f"Sun *-01,07-* 08,09,10:00,30:00 {ZONE}"]),
        ("0 0 1 * mon", [f"Mon *-*-* 00:00:00 {ZONE}", f"*-*-01 00:00:00 {ZONE}"]),
    ],
)
def test_a_cron_expression_becomes_calendar_events(expression: str, calendar: list[str]) -> None:
    assert on_calendar(expression, ZONE) == calendar


@pytest.mark.parametrize("expression", ["2-59/5 * * * *", "0 7 1 * *", "15 3 * * 1-5", "0 4 13 * 5"])
@pytest.mark.usefixtures("_systemd")
def test_systemd_reads_the_next_time_that_cron_would_name(expression: str) -> None:
    now = datetime.now(ZoneInfo(ZONE))
    due = next(CronSim(expression, now)).replace(second=0, microsecond=0)
    said = [_analyze("calendar", one).stdout for one in on_calendar(expression, ZONE)]
    assert any(f"{due.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M}" in one for one in said), (due, said)


@pytest.mark.usefixtures("_systemd")
def test_systemd_finds_no_fault_with_the_units(tmp_path: Path) -> None:
    directory = tmp_path / "with a blank"
    found = units(Settings(), Path("/bin/true"), directory, "root", "minibar-ml")
    for name, text in found.items():
        (tmp_path / name).write_text(text)
    done = _analyze("verify", *(str(tmp_path / name) for name in found))
    assert [line for line in done.stderr.splitlines() if "minibar-ml" in line] == []


@pytest.fixture(params=[pytest.param(None, marks=needs_systemd)])
def _systemd() -> None:
    """systemd's own reader is there."""


def _analyze(*words: str) -> "subprocess.CompletedProcess[str]":
    assert ANALYZE is not None
    return subprocess.run([ANALYZE, *words], capture_output=True, text=True, check=False, env={"TZ": "UTC"})


def test_cron_prints_the_units_with_their_paths(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cron", "--systemd", "--user", "minibar"]) == 0
    shown = capsys.readouterr().out
    assert "# /etc/systemd/system/minibar-ml-collect.timer\n" in shown
    assert shown.count("[Install]") == 8
