"""What the store forgets after more than a year, and what it keeps."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from support.hotels.simulated import ZONE, command, sql
from support.servers.mail_server import Mailbox, raise_alerts, serving

from minibar_ml.domain.errors import ExitCode
from minibar_ml.store import retention
from minibar_ml.store.engine import make_engine
from minibar_ml.store.retention import KEPT_DAYS, Forgotten

COUNTS = """SELECT (SELECT count(*) FROM minibar_ml.ml_outbox), (SELECT count(*) FROM minibar_ml.ml_mails),
                   (SELECT count(*) FROM minibar_ml.ml_attachments), (SELECT count(*) FROM minibar_ml.ml_alerts)"""


def prune(url: str, days: int) -> Forgotten:
    """As of so many days from now."""
    with make_engine(url, ZONE).begin() as connection:
        return retention.prune(connection, datetime.now(ZoneInfo(ZONE)) + timedelta(days=days))


def test_messages_of_what_is_over_go_after_more_than_a_year_with_mails_that_nobody_needs(
    store_url: str, tmp_path: Path
) -> None:
    assert (
        command(
            store_url,
            "people",
            "add",
            "ayse",
            "--role",
            "administrator",
            "--email",
            "a@otel.example",
            "--report",
            "weekly",
        )
        == 0
    )
    raise_alerts(store_url, 2)
    with serving(Mailbox()) as mailbox:
        notify = ("alerts", "notify", "--quiet")
        assert command(store_url, *notify, **mailbox.settings()) == ExitCode.OK
        raise_alerts(store_url, 12, first=10)
        report = ("report", "weekly", "--ending", "2026-03-01", "--as-of", "2026-03-02T05:00", "--email", "--quiet")
        assert command(store_url, *report, "--out", str(tmp_path)) == ExitCode.OK
        assert command(store_url, *notify, **mailbox.settings()) == ExitCode.OK
        assert len(mailbox.accepted) == 2 + 1 + 1, "two alerts, a digest of twelve, and a report"
    sql(store_url, "UPDATE minibar_ml.ml_alerts SET status = 'resolved', resolved_at = now(), resolved_by = 'system'"
                   " WHERE entity_id NOT IN (1001, 1010)")  # fmt: skip
    assert sql(store_url, COUNTS) == [(16, 1, 1, 14)]
    assert prune(store_url, KEPT_DAYS - 1) == Forgotten(messages=0, runs=0)
    assert prune(store_url, KEPT_DAYS + 1).messages == 1 + 11 + 1
    kept = sql(store_url, "SELECT o.kind, a.entity_id FROM minibar_ml.ml_outbox o"
                          " LEFT JOIN minibar_ml.ml_alerts a ON a.id = o.alert_id ORDER BY o.id")  # fmt: skip
    assert kept == [("alert", 1001), ("alert", 1010), ("digest", None)], "live alerts, and the digest with one"
    assert sql(store_url, COUNTS) == [(3, 0, 0, 14)]


def test_what_waits_is_never_forgotten(store_url: str) -> None:
    assert (
        command(store_url, "people", "add", "ayse", "--role", "administrator", "--email", "a@otel.example")
        == ExitCode.OK
    )
    raise_alerts(store_url, 3)
    assert command(store_url, "alerts", "notify", "--quiet") == ExitCode.OK
    assert prune(store_url, 10 * KEPT_DAYS).messages == 0
    assert sql(store_url, COUNTS)[0][0] == 3


def test_runs_go_except_the_last_of_each_job_that_did_its_work(store_url: str) -> None:
    sql(store_url, """INSERT INTO minibar_ml.ml_job_runs (job, as_of, started_at, ended_at, outcome)
                      SELECT job, t, t, t, outcome FROM (VALUES
                          ('detect', now() - interval '3 hours', 'done'),
                          ('detect', now() - interval '2 hours', 'partly'),
                          ('detect', now() - interval '1 hour', 'failed'),
                          ('train', now() - interval '3 hours', 'done')) AS r (job, t, outcome)""")  # fmt: skip
    assert prune(store_url, KEPT_DAYS + 1).runs == 1
    left = sql(store_url, "SELECT job, outcome FROM minibar_ml.ml_job_runs ORDER BY started_at")
    assert left == [("train", "done"), ("detect", "partly"), ("detect", "failed")]
