"""The login of the jobs, taken over, changes nothing that an alert says without a trace, and hides no message."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import make_url
from support.alerts.alert_commands import raise_alerts
from support.alerts.findings import HIGH_ROOM, LOW_STOCK
from support.hotels.simulated import ZONE, done, sql
from support.servers.logins import drop_logins, login, psql

from minibar_ml.store.engine import make_engine

LEFT = "what a closed alert says is not changed"
TICKED = "a step of an alert is ticked off once, by a run that is on record"
WORDS = (
    "message = 'all is well'", "suggested_action = 'none'", "value = 0", "reason = 'room_low'", "facts = '{}'",
    "entity_name = 'Ayşe'", "severity = 'low'", "impact = 0", "expected = 9", "upper = 99", "metric = 'x'",
    "detector = 'x'", "hotel_id = 7", "occurred_on = '2025-01-01'", "measured_on = '2025-01-01'",
    "corrected_at = now()",
)  # fmt: skip
OF_CLOSED = ("end_reason = 'records_changed'", "occurrences = 99", "mute_id = 1", "lower_since = '2025-01-01'")
DAYS = (
    "UPDATE minibar_ml.ml_alert_days SET ground = 'x'", "UPDATE minibar_ml.ml_alert_days SET figures = '{}'",
    "DELETE FROM minibar_ml.ml_alert_days",
    "INSERT INTO minibar_ml.ml_alert_days (alert_id, occurred_on, since_on, judged_on, severity, value, figures)"
    " VALUES (1, '2025-01-01', '2025-01-01', '2025-01-01', 'low', 0, '{}')",
)  # fmt: skip
CHANGES = "SELECT subject, before, after FROM minibar_ml.ml_audit_log WHERE action = 'alert.reword' ORDER BY id"
STEPS = "SELECT count(*) FROM minibar_ml.ml_alert_events WHERE alert_id = :alert"
ROOM, STOCK = "UPDATE minibar_ml.ml_alerts SET {} WHERE id = 1", "UPDATE minibar_ml.ml_alerts SET {} WHERE id = 2"


@pytest.fixture
def hotel(store_url: str) -> Iterator[str]:
    """A hotel with the roles and two live alerts: an event of a room, and a stock that runs out, which lasts."""
    sql(store_url, "INSERT INTO oteller (ad, aktif) VALUES ('Deniz', true)")
    done(store_url, "db", "roles", "--apply", "--quiet")
    with make_engine(store_url, ZONE).connect() as connection:
        raise_alerts(connection, HIGH_ROOM, LOW_STOCK)
    yield store_url
    drop_logins(store_url)


@pytest.fixture
def jobs(hotel: str) -> str:
    """The URL of a login of the jobs."""
    url = login(hotel, "jobs")
    sql(hotel, f"GRANT minibar_ml_collector TO {make_url(url).username}")
    return url


@pytest.mark.parametrize("status", ["resolved", "false_positive"])
def test_what_a_closed_alert_says_is_not_changed(hotel: str, jobs: str, status: str) -> None:
    sql(hotel, f"UPDATE minibar_ml.ml_alerts SET status = '{status}', resolved_at = now(), resolved_by = 'ayse'")
    before = sql(hotel, "SELECT a, d FROM minibar_ml.ml_alerts a LEFT JOIN minibar_ml.ml_alert_days d ON alert_id = id")
    for change in (*(ROOM.format(words) for words in WORDS + OF_CLOSED), *DAYS):
        assert LEFT in (said := psql(jobs, change)), (change, said)
    assert before == sql(
        hotel, "SELECT a, d FROM minibar_ml.ml_alerts a LEFT JOIN minibar_ml.ml_alert_days d ON alert_id = id"
    )


def test_no_setting_of_a_session_makes_two_figures_the_same(hotel: str, jobs: str) -> None:
    sql(hotel, "UPDATE minibar_ml.ml_alerts SET value = 6.2")
    sql(hotel, "UPDATE minibar_ml.ml_alerts SET status = 'resolved', resolved_at = now(), resolved_by = 'ayse'")
    assert LEFT in psql(jobs, "SET extra_float_digits = -15; " + ROOM.format("value = 6.4"))
    assert sql(hotel, "SELECT value FROM minibar_ml.ml_alerts WHERE id = 1") == [(6.2,)]


def test_every_function_that_says_where_it_looks_says_how_it_writes_and_reads(hotel: str) -> None:
    unpinned = (
        "SELECT proname FROM pg_proc WHERE pronamespace = CAST('minibar_ml' AS regnamespace)"
        " AND CAST(proconfig AS text) ~ 'search_path='"
        " AND NOT proconfig @> '{extra_float_digits=1,standard_conforming_strings=on}'"
    )
    assert sql(hotel, unpinned) == []


def test_what_jobs_need_of_a_closed_alert_they_may(hotel: str, jobs: str) -> None:
    sql(hotel, "UPDATE minibar_ml.ml_alerts SET status = 'resolved', resolved_at = now(), resolved_by = 'system'")
    for change in (
        "incident_id = 1", "is_counted = false", "last_occurred_on = last_occurred_on + 1", "last_seen = now()",
        "status = 'open', resolved_at = NULL, resolved_by = NULL, end_reason = NULL, mute_id = NULL",
    ):  # fmt: skip
        assert psql(jobs, ROOM.format(change)) == "", change
    assert sql(hotel, "SELECT status FROM minibar_ml.ml_alerts WHERE id = 1") == [("open",)]


@pytest.mark.parametrize("change", WORDS)
def test_each_change_of_what_a_live_alert_says_is_a_step_or_an_entry(hotel: str, jobs: str, change: str) -> None:
    steps = sql(hotel, STEPS, alert=1)
    assert psql(jobs, ROOM.format(change)) == ""
    entries = sql(hotel, CHANGES)
    assert entries or sql(hotel, STEPS, alert=1) > steps
    column = change.split()[0]
    for subject, before, after in entries:
        assert subject == "alert 1" and before[column] != after[column]


def test_a_correction_that_is_taken_back_hides_no_figure(hotel: str, jobs: str) -> None:
    """A changed figure that came with a correction has no step of its own: the correction is the step."""
    psql(jobs, ROOM.format("corrected_at = now()"))
    assert sql(hotel, CHANGES) == []
    assert psql(jobs, ROOM.format("corrected_at = NULL, value = 0, severity = 'low'")) == ""
    ((_subject, before, after),) = sql(hotel, CHANGES)
    assert (before["value"], after["value"], after["severity"]) == (9, 0, "low")


def test_what_the_clock_moves_of_what_lasts_is_no_entry_and_its_words_are(hotel: str, jobs: str) -> None:
    ((said,),) = sql(hotel, "SELECT message FROM minibar_ml.ml_alerts WHERE id = 2")
    later = said.translate(str.maketrans("123456", "789123"))
    assert later != said
    assert psql(jobs, STOCK.format(f"value = value + 1, message = '{later}'")) == ""
    assert sql(hotel, CHANGES) == []
    assert psql(jobs, STOCK.format("message = 'all is well'")) == ""
    assert [(subject, after) for subject, _, after in sql(hotel, CHANGES)] == [("alert 2", {"message": "all is well"})]


def test_no_message_is_held_back_without_a_run_that_says_so(hotel: str, jobs: str) -> None:
    for value in ("now()", "'2025-01-01'"):
        assert TICKED in psql(jobs, f"UPDATE minibar_ml.ml_alert_events SET considered_at = {value}")
    done(jobs, "alerts", "notify", "--quiet")
    assert sql(hotel, "SELECT count(*) FROM minibar_ml.ml_alert_events WHERE considered_at IS NULL") == [(0,)]
    assert TICKED in psql(jobs, "UPDATE minibar_ml.ml_alert_events SET considered_at = NULL"), "nothing is sent twice"


def test_what_a_clock_that_was_ahead_has_raised_is_undone_by_the_login_of_the_jobs(hotel: str, jobs: str) -> None:
    ahead = datetime.now(UTC) + timedelta(days=4)
    sql(hotel, "UPDATE minibar_ml.ml_alerts SET raised_at = :ahead, last_seen = :ahead WHERE id = 2", ahead=ahead)
    sql(
        hotel,
        "INSERT INTO minibar_ml.ml_job_runs (job, as_of, ended_at, outcome)"
        " SELECT job, :ahead, now(), 'done' FROM unnest(ARRAY['collect', 'detect']) AS j (job)",
        ahead=ahead,
    )
    done(jobs, "collect", "--as-of", f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "--quiet")
    done(jobs, "detect", "--quiet")
    assert sql(hotel, "SELECT status, raised_at < now() FROM minibar_ml.ml_alerts WHERE id = 2") == [("resolved", True)]


def test_when_an_alert_was_raised_changes_only_where_a_clock_was_ahead(hotel: str, jobs: str) -> None:
    for instant in ("'2026-01-01'", "raised_at - interval '1 hour'", "now()", "now() + interval '1 hour'"):
        assert "when an alert was raised is not changed" in psql(jobs, ROOM.format(f"raised_at = {instant}"))
