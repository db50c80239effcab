"""Weeks with late, corrected and deleted rows at the rates of real hotels, and a mail server that takes all mail."""

import os
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool
from support.hotels.edited_hotel import walked
from support.hotels.simulated import ZONE, command, done, sql
from support.servers.mail_server import Mailbox, serving

from minibar_ml.domain.errors import ExitCode
from minibar_ml.simulate import HotelPlan, generate, write
from minibar_ml.store.notifications.outbox import RECENT_DAYS

EVENINGS = int(os.environ.get("MINIBAR_EVENINGS", "5"))
"""A month is 30."""
FIRST = date(2025, 11, 11)
LAST = FIRST + timedelta(days=EVENINGS - 1)
PLAN = HotelPlan(seed=29, ends_on=LAST + timedelta(1), rooms=40, days=50 + EVENINGS, timezone=ZONE, fault_rate=3.0)
ONE_VISIT = (
    "(SELECT id FROM minibar_islemleri WHERE islem_tarihi >= :since AND islem_tarihi < :until"
    " ORDER BY md5(CAST(id AS text) || :seed) LIMIT 1)"
)
AS_THE_APPLICATION_DOES = {
    "entered late": (0.03, "WITH made AS (INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi)"
     f" SELECT oda_id, personel_id, islem_tipi, islem_tarihi + interval '2 hours' FROM minibar_islemleri"
     f" WHERE id = {ONE_VISIT} RETURNING id)"
     " INSERT INTO minibar_islem_detay (islem_id, urun_id, tuketim, eklenen_miktar)"
     " SELECT made.id, u.id, 2, 2 FROM made, (SELECT min(id) AS id FROM urunler) u"),
    "corrected": (0.02, f"UPDATE minibar_islem_detay SET tuketim = 1, eklenen_miktar = 1 WHERE islem_id = {ONE_VISIT}"),
    "mistyped": (0.01, "UPDATE minibar_islem_detay SET tuketim = 20, eklenen_miktar = 20"
     f" WHERE islem_id = {ONE_VISIT}"),
    "deleted": (0.01, f"DELETE FROM minibar_islem_detay WHERE islem_id = {ONE_VISIT}"),
}  # fmt: skip
"""By what happens to rows of the last ten days: how often a visit, and how."""
VISITS_A_DAY = 30
SENT = (
    "SELECT a.id, a.entity_type, a.entity_id, a.last_occurred_on, a.end_reason, a.message,"
    " a.corrected_at IS NOT NULL AS is_corrected, a.facts ->> 'found_late_on' AS found_late_on,"
    " CAST(o.ended_at AS date) AS sent_on, e.event, a.is_state"
    " FROM minibar_ml.ml_outbox o JOIN minibar_ml.ml_alerts a ON a.id = o.alert_id"
    " JOIN minibar_ml.ml_alert_events e ON e.id = o.event_id WHERE o.status = 'sent'"
)
CHANGED = "SELECT DISTINCT entity_type, entity_id FROM minibar_ml.ml_changed_days"
DAYS = (
    "SELECT a.entity_type, a.entity_id, d.occurred_on FROM minibar_ml.ml_alerts a JOIN minibar_ml.ml_alert_days d"
    " ON d.alert_id = a.id WHERE d.occurred_on >= :since AND minibar_ml.is_live(a.status)"
)


class Weeks:
    """A hotel that lived through the evenings: its URL, what was mailed, and whose past records changed."""

    def __init__(self, url: str, mailbox: Mailbox) -> None:
        self.url, self.mailbox = url, mailbox
        self.changed: set[tuple[str, int]] = set()
        self.sent: list[Any] = []
        self._chance = random.Random(3)

    def evening(self, today: date) -> None:
        """People correct their records, then cron runs."""
        self._edit(today)
        as_of = f"{today}T23:00"
        done(self.url, "collect", "--as-of", as_of, "--quiet")
        self.changed |= {(row.entity_type, row.entity_id) for row in sql(self.url, CHANGED)}
        done(self.url, "detect", "--as-of", as_of, "--quiet")
        words = ["alerts", "notify", "--as-of", as_of, "--quiet"]
        assert command(self.url, *words, **self.mailbox.settings(), ML_NOTIFY_DIGEST_THRESHOLD="1000") == ExitCode.OK
        # As the alerts are now: a later correction may leave them with earlier days alone.
        self.sent += [one for one in sql(self.url, SENT) if one.sent_on == today]

    def _edit(self, today: date) -> None:
        for rate, statement in AS_THE_APPLICATION_DOES.values():
            for _ in range(sum(self._chance.random() < rate for _ in range(VISITS_A_DAY))):
                since = today - timedelta(days=self._chance.randint(1, 10))
                span = {"since": since, "until": since + timedelta(1), "seed": str(self._chance.random())}
                sql(self.url, statement, **span)


@pytest.fixture(scope="module")
def weeks(make_database: Callable[..., str]) -> Iterator[Weeks]:
    """The evenings, with an administrator who wants every mail."""
    url = make_database()
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    write(engine, generate(PLAN), "a", ZONE)
    sql(url, "UPDATE kullanicilar SET email = NULL")
    done(url, "db", "init", "--quiet")
    who = ["people", "add", "ayse", "--role", "administrator", "--email", "a@otel.example", "--severity", "low"]
    done(url, *who, "--resolved", "--quiet")
    begun = f"{FIRST - timedelta(1)}T23:00"
    for job in ("collect", "train", "detect"):
        done(url, job, "--as-of", begun, "--quiet")
    with serving(Mailbox()) as mailbox:
        lived = Weeks(url, mailbox)
        for n in range(EVENINGS):
            lived.evening(FIRST + timedelta(days=n))
        yield lived


def test_mails_about_days_long_past_are_of_records_that_were_changed_and_say_so(weeks: Weeks) -> None:
    sent, texts = weeks.sent, [mail.get_body(("plain",)).get_content() for mail in weeks.mailbox.accepted]
    assert len(texts) == len(sent) > 5
    old = [one for one in sent if (one.sent_on - one.last_occurred_on).days > RECENT_DAYS]
    # What ended by itself or was withdrawn is news for who got its opening; what lasts is of today.
    for one in (one for one in old if one.event != "resolved" and not one.is_state):
        assert one.found_late_on or one.is_corrected, one
        assert (one.entity_type, one.entity_id) in weeks.changed, one
        assert any(f"alerts show {one.id}" in text and "records" in text for text in texts), one


def test_after_the_weeks_no_alert_contradicts_the_records(weeks: Weeks, passing_database: Callable[..., str]) -> None:
    since = max(FIRST, LAST - timedelta(days=20))
    held = {tuple(row) for row in sql(weeks.url, DAYS, since=since)}
    fresh = walked(passing_database(weeks.url), since=since, last=LAST, lenient=True)
    assert held - {tuple(row) for row in sql(fresh, DAYS, since=since)} == set()
    assert held, "there is something to contradict"
