"""`status` says of each job whether it keeps its schedule, and ends with 1 when one does not."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.hotels.simulated import command, done, sql
from support.servers.logins import drop_logins, login

from minibar_ml.cli.app import main
from minibar_ml.domain.errors import ExitCode
from minibar_ml.store.engine import make_engine
from minibar_ml.store.jobs.locks import exclusive

INSERT = (
    "INSERT INTO minibar_ml.ml_job_runs (job, as_of, started_at, ended_at, outcome, error, counts)"
    " VALUES (:job, :at, :at, :ended, :outcome, :error, CAST(:counts AS jsonb))"
)


def ran(url: str, job: str, ago: timedelta, outcome: str = "done", error: str | None = None, **counts: Any) -> None:
    """Put a run on record."""
    at = datetime.now(UTC) - ago
    ended = None if outcome == "running" else at
    sql(url, INSERT, job=job, at=at, ended=ended, outcome=outcome, error=error, counts=json.dumps(counts))


@pytest.fixture
def kept(store_url: str) -> str:
    """A store made long ago, whose jobs have all just run."""
    sql(store_url, "UPDATE minibar_ml.ml_schema_migrations SET applied_at = now() - interval '90 days'")
    for job in ("collect", "detect", "notify", "train", "rounds", "report", "monthly", "dashboard"):
        ran(store_url, job, timedelta(minutes=1))
    return store_url


def document_of(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    main(["status", "--json", *options])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def states(document: dict[str, Any]) -> dict[str, str]:
    return {one["job"]: one["state"] for one in document["jobs"]}


@pytest.mark.usefixtures("kept")
def test_jobs_that_ran_in_time_are_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert "late" not in shown
    assert "open alerts: critical 0, high 0, medium 0, low 0" in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("job", "ago", "is_late"),
    [
        ("collect", timedelta(minutes=29), False),
        ("collect", timedelta(minutes=31), True),
        ("detect", timedelta(minutes=14), False),
        ("detect", timedelta(minutes=16), True),
        ("train", timedelta(hours=26), True),
        ("report", timedelta(days=4), False),
        ("report", timedelta(days=8), True),
    ],
)
def test_a_job_is_late_by_its_own_schedule(
    kept: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    job: str,
    ago: timedelta,
    is_late: bool,
) -> None:
    monkeypatch.setenv("ML_REPORT_SCHEDULE", f"0 0 * * {(datetime.now(UTC) - timedelta(days=5)).isoweekday()}")
    sql(kept, "DELETE FROM minibar_ml.ml_job_runs WHERE job = :job", job=job)
    ran(kept, job, ago)
    assert main(["status"]) == (ExitCode.UNEXPECTED if is_late else ExitCode.OK)
    assert (f"{job} is late" in capsys.readouterr().out) == is_late


def test_the_last_success_counts_and_not_the_last_run(kept: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran(kept, "collect", timedelta(seconds=5), "failed", "OperationalError: disk full")
    assert main(["status"]) == ExitCode.UNEXPECTED
    shown = capsys.readouterr().out
    assert "collect is broken: last run failed; last success" in shown
    assert "disk full" in shown


def test_an_error_before_a_success_is_shown_and_breaks_nothing(kept: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran(kept, "collect", timedelta(minutes=20), "failed", "gone\x1b[2J")
    assert main(["status"]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert "collect: last error" in shown
    assert "\x1b" not in shown


def test_a_run_is_at_work_while_it_has_its_lock_and_was_killed_without(
    kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(kept, "train", timedelta(seconds=5), "running")
    with make_engine(kept, "UTC").connect() as other, exclusive(other, "train"):
        document = document_of(capsys)
        assert (states(document)["train"], document["ok"]) == ("running", True)
    document = document_of(capsys)
    train = next(one for one in document["jobs"] if one["job"] == "train")
    assert (train["state"], train["outcome"], document["ok"]) == ("failed", "killed", False)


@pytest.mark.usefixtures("store_url")
def test_a_new_installation_shows_how_to_start_and_is_not_late(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == ExitCode.OK
    assert capsys.readouterr().out.startswith("No job has run yet. Start with `minibar-ml collect`")
    assert set(states(document_of(capsys)).values()) == {"never"}


def test_what_never_ran_in_an_old_installation_is_late(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    sql(store_url, "UPDATE minibar_ml.ml_schema_migrations SET applied_at = now() - interval '90 days'")
    assert main(["status"]) == ExitCode.UNEXPECTED
    shown = capsys.readouterr().out
    assert shown.startswith("No job has run yet.")
    assert "report is late: no success yet" in shown


def test_a_pause_is_no_lateness(kept: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    sql(kept, "DELETE FROM minibar_ml.ml_job_runs")
    monkeypatch.setenv("ML_ENABLED", "false")
    assert main(["status"]) == ExitCode.OK
    assert "collect is paused: ML_ENABLED is false" in capsys.readouterr().out


def test_as_of_a_past_instant_later_runs_are_unknown(kept: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran(kept, "collect", timedelta(days=3))
    asked = (datetime.now(UTC) - timedelta(days=3) + timedelta(minutes=10)).isoformat()
    document = document_of(capsys, "--as-of", asked)
    late = dict.fromkeys(["detect", "notify", "train", "rounds", "report", "monthly", "dashboard"], "late")
    assert states(document) == {"collect": "ok", **late}
    assert 590 < document["jobs"][0]["age_seconds"] < 660


def test_a_run_of_some_past_instant_proves_nothing_of_today(kept: str, capsys: pytest.CaptureFixture[str]) -> None:
    sql(kept, "UPDATE minibar_ml.ml_job_runs SET as_of = now() - interval '30 days' WHERE job = 'detect'")
    assert states(document_of(capsys))["detect"] == "late"


@pytest.mark.parametrize("columns", [80, 120])
def test_lines_fit_the_terminal(
    kept: str, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    ran(kept, "train", timedelta(seconds=1), "failed", "a long story " * 20)
    ran(
        kept,
        "detect",
        timedelta(seconds=1),
        phases={"1": {"days": 9, "phase": "provisional"}},
        refused={"m": "w " * 99},
    )
    main(["status"])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= columns


def test_the_longest_name_of_a_job_leaves_room_before_its_state(
    kept: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ML_LANG", "tr")
    main(["status"])
    heading, *lines = capsys.readouterr().out.splitlines()
    state = heading.index("durum")
    jobs = [line for line in lines if line.startswith(("collect", "gösterge paneli"))]
    assert len(jobs) == 2
    assert {line[state - 1] for line in jobs} == {" "}
    assert all(line[state] != " " for line in jobs)


def test_phases_and_refused_models_of_the_last_detect_are_shown(kept: str, capsys: pytest.CaptureFixture[str]) -> None:
    why = {"room_consumption, hotel 1": "its bytes were changed"}
    ran(kept, "detect", timedelta(seconds=2), phases={"1": {"days": 9, "phase": "provisional"}}, refused=why)
    assert main(["status"]) == ExitCode.UNEXPECTED
    shown = capsys.readouterr().out
    assert "Hotel 1: phase provisional, 9 days of history" in shown
    assert "model refused, room_consumption, hotel 1: its bytes were changed" in shown
    assert document_of(capsys)["hotels"] == [{"hotel_id": 1, "days": 9, "phase": "provisional", "silent_days": 0}]


def test_a_schedule_that_never_comes_is_named(
    store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for expression in ("0 0 31 2 *", "0 0 * * someday", "0 0 L * *", "0 0 * * mon-fri"):
        monkeypatch.setenv("ML_TRAINING_SCHEDULE", expression)
        assert main(["status"]) == ExitCode.CONFIGURATION
        assert f"ML_TRAINING_SCHEDULE='{expression}'" in capsys.readouterr().err


def test_metrics_have_help_type_and_one_sample_a_line(
    kept: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "minibar_ml.prom"
    path.write_text("old")
    sql(kept, "DELETE FROM minibar_ml.ml_job_runs WHERE job = 'detect'")
    assert main(["status", "--prometheus", str(path)]) == ExitCode.UNEXPECTED
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [found.name for found in tmp_path.iterdir()] == ["minibar_ml.prom"]
    lines = path.read_text().splitlines()
    described = [line.split()[2] for line in lines if line.startswith("# HELP ")]
    assert described == [line.split()[2] for line in lines if line.startswith("# TYPE ") and line.endswith(" gauge")]
    samples = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert {name.partition("{")[0] for name in samples} <= set(described)
    assert all(name.startswith("minibar_ml_") and float(value) >= 0 for name, value in samples.items())
    assert samples["minibar_ml_up"] == "1.0"
    assert samples["minibar_ml_healthy"] == "0.0"
    assert samples['minibar_ml_broken{task="detect"}'] == "1.0"
    assert samples['minibar_ml_broken{task="collect"}'] == "0.0"
    assert 'minibar_ml_last_run_timestamp_seconds{task="detect"}' not in samples
    assert samples['minibar_ml_open_alerts{severity="critical"}'] == "0.0"


def test_metrics_of_an_unreachable_store_say_so_instead_of_the_last_good_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    monkeypatch.setenv("ML_DATABASE_URL", database)
    path = tmp_path / "minibar_ml.prom"
    assert main(["status", "--prometheus", str(path)]) == ExitCode.PRECONDITION
    assert "minibar_ml_up 0.0\n" in path.read_text()
    assert "healthy" not in path.read_text()


@pytest.mark.usefixtures("kept")
def test_a_metrics_file_that_nobody_would_read_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--prometheus", str(tmp_path / "minibar.txt")]) == ExitCode.USAGE
    assert "ends in .prom" in capsys.readouterr().err
    assert main(["status", "--prometheus", "/proc/nowhere/minibar.prom"]) == ExitCode.CONFIGURATION
    assert "--prometheus" in capsys.readouterr().err


def test_a_hotel_without_data_is_in_no_phase(kept: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran(kept, "detect", timedelta(seconds=2), phases={"1": {"days": 60, "phase": "normal", "silent_days": 28}})
    assert main(["status"]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert "Hotel 1: no data for 28 days" in shown
    assert "phase normal" not in shown
    (found,) = document_of(capsys)["hotels"]
    assert (found["phase"], found["silent_days"]) == ("no data", 28)


def _point(url: str, metric: str) -> None:
    """A point of today."""
    sql(url, "SELECT minibar_ml.ensure_partitions(now() - interval '1 day', now())")
    columns = "metric_type, hotel_id, entity_type, entity_id, metric_value, observed_at, business_date"
    sql(
        url,
        f"INSERT INTO minibar_ml.ml_metrics ({columns}) VALUES (:metric, 1, 'room', 1, 0, now(), CURRENT_DATE)",
        metric=metric,
    )


def test_days_without_data_are_counted_to_today_and_not_to_the_last_run(
    kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(kept, "DELETE FROM minibar_ml.ml_job_runs WHERE job = 'detect'")
    ran(kept, "detect", timedelta(days=7), phases={"1": {"days": 60, "phase": "normal", "silent_days": 0}})
    main(["status"])
    assert "Hotel 1: no data for 7 days" in capsys.readouterr().out
    _point(kept, "floor_stock")
    _point(kept, "occupancy")
    main(["status"])
    assert "Hotel 1: no data for 7 days" in capsys.readouterr().out, "these are computed for days without data too"
    main(["doctor"])
    assert "Hotel 1: no data for 7 days" in " ".join(capsys.readouterr().out.split())


def test_a_hotel_of_which_data_came_in_today_is_not_without_data(kept: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran(kept, "detect", timedelta(seconds=2), phases={"1": {"days": 60, "phase": "normal", "silent_days": 6}})
    _point(kept, "room_consumption")
    main(["status"])
    assert "no data" not in capsys.readouterr().out


PROBLEM = (
    "INSERT INTO minibar_ml.ml_source_problems"
    " (day, source, problem, affected, example_id, is_of_new_rows, seen_at, first_on)"
    " SELECT CAST(now() AS date) - ago, :source, :problem, affected, 17, :is_new, now(), CAST(now() AS date) - ago"
    " FROM unnest(CAST(:ago AS integer[]), CAST(:rows AS integer[])) AS u (ago, affected)"
)


@pytest.mark.parametrize(
    ("ago", "rows", "is_new", "affected", "has_grown"),
    [
        ([0], [200], False, 200, True),
        ([0, 1], [200, 180], False, 380, True),
        ([0], [9], False, 9, False),
        ([0, 8], [100, 150], False, 250, False),
        ([0, 8], [150, 150], False, 300, True),
        ([0, 3, 8], [6, 6, 3], True, 12, True),
        ([8], [200], False, 200, False),
        ([8], [200], True, None, False),
        ([36], [200], False, None, False),
    ],
)
def test_what_was_refused_is_shown_while_it_is_read_and_known_to_grow(
    kept: str,
    capsys: pytest.CaptureFixture[str],
    ago: list[int],
    rows: list[int],
    is_new: bool,
    affected: int | None,
    has_grown: bool,
) -> None:
    sql(kept, PROBLEM, source="stays", problem="departure before arrival", ago=ago, rows=rows, is_new=is_new)
    main(["status"])
    shown = " ".join(capsys.readouterr().out.split())
    found = document_of(capsys)["source_problems"]
    if affected is None:
        assert found == []
        return
    assert f"refused: stays, departure before arrival: {affected} rows since" in shown
    assert "for example id 17" in shown
    assert [(one["affected"], one["has_grown"]) for one in found] == [(affected, has_grown)]


def test_a_mute_in_force_is_shown(kept: str, capsys: pytest.CaptureFixture[str]) -> None:
    add = (
        "INSERT INTO minibar_ml.ml_mutes (hotel_id, since, until, reason, added_by) VALUES"
        " (1, now() - interval '1 day', now() + interval '1 day', 'closed', 'a'),"
        " (2, now() + interval '1 day', now() + interval '2 days', 'later', 'a')"
    )
    sql(kept, add)
    assert main(["status"]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert "mute 1: hotel 1, whole hotel, until" in shown
    assert "mute 2" not in shown
    assert [one["id"] for one in document_of(capsys)["mutes"]] == [1]


def test_a_role_that_may_read_less_gets_what_it_may_and_one_without_rights_a_sentence_of_ours(
    kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done(kept, "db", "roles", "--apply", "--quiet")
    try:
        viewer = login(kept, "viewer", "--as", "viewer", "--all-hotels")
        capsys.readouterr()
        assert command(viewer, "status") == ExitCode.OK
        assert "outbox: not shown to this database role" in capsys.readouterr().out
        nobody = login(kept, "nobody")
        assert command(nobody, "status") == ExitCode.PRECONDITION
        said = capsys.readouterr().err
        assert "permission denied" not in said
        assert "access add" in said and len(said.splitlines()) == 1
    finally:
        drop_logins(kept)
