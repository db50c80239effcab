"""`detect` writes the messages of what it raises in its own transaction; history is nobody's news."""

from datetime import date, timedelta

from support.alerts.outbox import add
from support.hotels.simulated import AS_OF, command, done, sql
from support.servers.mail_server import Mailbox, raise_alerts, serving

from minibar_ml.domain.errors import ExitCode
from minibar_ml.store.notifications.outbox import RECENT_DAYS

OUTBOX = "SELECT count(*) FROM minibar_ml.ml_outbox"
NEWS = (
    "SELECT id FROM minibar_ml.ml_alerts WHERE status = 'open' AND muted_by IS NULL"
    " AND CASE WHEN is_state THEN CAST(last_seen AS date) ELSE last_occurred_on END >= :since ORDER BY id"
)


def test_a_run_of_now_writes_messages_for_all_that_has_happened(store_url: str) -> None:
    add(store_url, "ayse")
    raise_alerts(store_url, 2)
    done(store_url, "detect")
    assert sql(store_url, OUTBOX)[0][0] == 2
    done(store_url, "detect")
    assert sql(store_url, OUTBOX)[0][0] == 2


def test_a_walk_through_history_announces_only_what_is_live_and_recent_at_its_end(collected: str) -> None:
    done(collected, "detect", "--since", "2025-10-20", "--as-of", AS_OF, "--quiet")
    raised = sql(collected, "SELECT count(*) FROM minibar_ml.ml_alerts")[0][0]
    assert sql(collected, OUTBOX)[0][0] == 0, "a run of another day announces nothing by itself"
    sql(collected, "UPDATE kullanicilar SET email = NULL")
    add(collected, "ayse", "--severity", "low")
    news = [row.id for row in sql(collected, NEWS, since=date.fromisoformat(AS_OF) - timedelta(days=RECENT_DAYS))]
    assert 0 < len(news) < raised
    with serving(Mailbox()) as mailbox:
        words = ["alerts", "notify", "--as-of", AS_OF, "--quiet"]
        assert command(collected, *words, ML_NOTIFY_DIGEST_THRESHOLD="100", **mailbox.settings()) == ExitCode.OK
    sent = sql(collected, "SELECT alert_id FROM minibar_ml.ml_outbox WHERE kind = 'alert' ORDER BY alert_id")
    assert [row.alert_id for row in sent] == news
    assert [mail["To"].addresses[0].username for mail in mailbox.accepted] == ["ayse"] * len(news)


def test_today_history_is_no_news_at_all(collected: str) -> None:
    done(collected, "detect", "--since", "2025-11-10", "--as-of", AS_OF, "--quiet")
    add(collected, "ayse", "--severity", "low")
    with serving(Mailbox()) as mailbox:
        assert command(collected, "alerts", "notify", "--quiet", **mailbox.settings()) == ExitCode.OK
    assert mailbox.accepted == []
    assert sql(collected, "SELECT count(*) FROM minibar_ml.ml_alert_events WHERE considered_at IS NULL")[0][0] == 0
