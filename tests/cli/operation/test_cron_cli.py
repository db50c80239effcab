"""`minibar-ml cron` prints a crontab that matches the settings; what cron can't keep is refused everywhere."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection

from minibar_ml.cli.app import main
from minibar_ml.cli.cron import Job
from minibar_ml.domain.errors import ConfigurationError, ExitCode
from minibar_ml.store.jobs.locks import exclusive

EXAMPLE = Path(__file__).parents[3] / "crontab.example"


def printed(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main(["cron", *options]) == ExitCode.OK
    return capsys.readouterr().out


def schedules(text: str) -> dict[str, str]:
    """Job -> its five fields."""
    lines = [line.split() for line in text.splitlines() if line and line[0] in "*0123456789"]
    return {line[line.index("&&") + 2]: " ".join(line[:5]) for line in lines}


def fires(field: str, low: int, high: int) -> list[int]:
    """The values at which a field of the crontab fires."""
    span, _, step = field.partition("/")
    start, _, end = span.partition("-")
    if span == "*":
        start, end = str(low), str(high)
    return list(range(int(start), int(end or start) + 1, int(step or 1)))


def test_the_example_is_the_default_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys) == EXAMPLE.read_text(encoding="utf-8")


def test_every_line_is_quiet_absolute_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys).splitlines()
    jobs = [number for number, line in enumerate(lines) if "minibar-ml " in line and not line.startswith("#")]
    assert len(jobs) == 8
    for number in jobs:
        assert lines[number].endswith(" --quiet")
        assert " cd /etc/minibar-ml && /opt/minibar-ml/.venv/bin/minibar-ml " in lines[number]
        assert lines[number - 1].startswith("# ")


@pytest.mark.parametrize("minutes", [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440])
def test_an_interval_is_kept_around_the_clock(
    minutes: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ML_DATA_COLLECTION_INTERVAL", str(minutes * 60))
    monkeypatch.setenv("ML_ANOMALY_CHECK_INTERVAL", str(minutes * 60))
    found = schedules(printed(capsys))
    for job in ("collect", "detect"):
        minute, hour, *rest = found[job].split()
        times = [60 * h + m for h in fires(hour, 0, 23) for m in fires(minute, 0, 59)]
        assert rest == ["*", "*", "*"]
        assert times == list(range(times[0], 1440, minutes))
    collects, detects = (fires(found[job].split()[0], 0, 59) for job in ("collect", "detect"))
    assert minutes == 1 or not set(collects) & set(detects)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (420, "7 minutes evenly; use 360 (6 minutes) or 600 (10 minutes)"),
        (5400, "90 minutes evenly; use 3600 (1 hour) or 7200 (2 hours)"),
        (54000, "15 hours evenly; use 43200 (12 hours) or 86400 (24 hours)"),
    ],
)
def test_an_interval_that_cron_cannot_keep_is_refused_with_the_nearest(
    seconds: int, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ML_ANOMALY_CHECK_INTERVAL", str(seconds))
    assert main(["cron"]) == ExitCode.CONFIGURATION
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"ML_ANOMALY_CHECK_INTERVAL={seconds}: cron can't keep {words}" in shown.err


@pytest.mark.parametrize("schedule", ["0 3 * * *", "30  2 * * 1-5", "0 0,12 1 jan Sun", "*/30 8-18/2 * * *"])
def test_a_schedule_is_taken_as_it_is(
    schedule: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ML_TRAINING_SCHEDULE", schedule)
    assert schedules(printed(capsys))["train"] == " ".join(schedule.split())


@pytest.mark.parametrize(
    "schedule",
    ["60 0 * * *", "0 24 * * *", "0 0 0 * *", "0 0 * 13 *", "0 0 * * 8", "a 0 * * *", "0 5-3 * * *", "5/5 0 * * *"],
)
def test_a_schedule_that_cron_would_refuse_is_refused_first(
    schedule: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ML_REPORT_SCHEDULE", schedule)
    assert main(["cron"]) == ExitCode.CONFIGURATION
    assert "ML_REPORT_SCHEDULE" in capsys.readouterr().err


def test_odd_paths_are_quoted_for_the_shell_and_for_cron(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "--directory", "/srv/a b/100%", "--command", "/opt/it's/minibar-ml")
    assert r"cd '/srv/a b/100\%' && '/opt/it'\"'\"'s/minibar-ml' collect".replace('\\"', '"') in text
    assert main(["cron", "--directory", "etc"]) == ExitCode.USAGE


def test_a_file_for_cron_d_names_the_user_and_here_names_this_installation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "\n0 0 * * * minibar cd /etc/minibar-ml && " in printed(capsys, "--user", "minibar")
    script = Path(sys.executable).with_name("minibar-ml")
    if script.exists():
        assert f"cd {tmp_path} && {script} train" in printed(capsys, "--here")


def test_a_taken_lock_is_silent_under_quiet(connection: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    with exclusive(connection, "collect"):
        assert main(["collect", "--quiet"]) == ExitCode.LOCKED
        assert capsys.readouterr() == ("", "")
        assert main(["collect"]) == ExitCode.LOCKED
        shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("Another collect run is in progress.")


def test_the_commands_are_listed_without_loading_what_only_jobs_need() -> None:
    heavy = {"numpy", "pandas", "sklearn", "skops", "cryptography", "sqlalchemy"}
    code = f"import sys, minibar_ml.cli.app; print(sorted({heavy!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "options",
    [
        ["--user", "a b"], ["--user", "root\n* * * * * root id"], ["--user", ""], ["--user", "a;id"],
        ["--mail-to", "a@b\nSHELL=/bin/evil"], ["--mail-to", "a b"],
        ["--command", "/bin/a\nb"], ["--directory", "/srv/\x1b[31m"],
    ],
)  # fmt: skip
def test_a_word_that_would_make_another_line_or_command_is_refused(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cron", *options]) == ExitCode.USAGE
    shown = capsys.readouterr()
    assert shown.out == ""
    assert options[0] in shown.err
    assert "\x1b" not in shown.err


@pytest.mark.parametrize("options", [[], ["--systemd"], ["--user", "minibar"], ["--fleet"]])
@pytest.mark.parametrize("variable", ["ML_IMPORT_INBOX", "ML_REPORT_DIR"])
def test_a_setting_of_the_jobs_account_adds_no_line_that_root_installs(
    variable: str, options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, 'https://a/"\n* * * * * root touch /pwned #\nUser=root')
    assert main(["cron", *options]) == ExitCode.CONFIGURATION
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"{variable} must be one line" in shown.err


@pytest.mark.parametrize("control", ["\n", "\r", "\x0b", "\x1b[31m", "\x85", "\u2028"])
def test_a_job_is_one_line_wherever_its_words_come_from(control: str) -> None:
    with pytest.raises(ConfigurationError, match="must not contain control characters"):
        Job("why", "* * * * *", ("import", "--inbox", f"/srv/in{control}* * * * * root id"))
    with pytest.raises(ConfigurationError, match="must not contain control characters"):
        Job("why", f"* * * * *{control}", ("train",))


def test_a_users_name_is_put_before_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert " minibar-ml_1 cd " in printed(capsys, "--user", "minibar-ml_1")


def test_a_fleet_s_crontab_runs_every_job_on_its_members(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cron", "--fleet"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "minibar-ml fleet" in line]
    assert [line.split(" -- ")[1].split(" --")[0] for line in lines] == [
        "collect", "detect", "alerts notify", "train", "rounds", "report weekly", "report monthly",
        "report dashboard",
    ]  # fmt: skip
    assert all("fleet run --jitter 20 --quiet -- " in line for line in lines)
    assert not any("--out" in line for line in lines)


def test_a_turkish_crontab_differs_in_its_comments_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = []
    for language in ("en", "tr"):
        monkeypatch.setenv("ML_LANG", language)
        assert main(["cron"]) == 0
        texts.append(capsys.readouterr().out.splitlines())
    english, turkish = ([line for line in lines if line and not line.startswith("#")] for lines in texts)
    assert english == turkish
    comments = [{line for line in lines if line.startswith("#")} for lines in texts]
    assert not comments[0] & comments[1]
    assert "# 15 dakika arayla; kaçırılan çalıştırmayı bir sonraki tamamlar." in comments[1]
