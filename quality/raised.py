"""Which alerts a walk's findings would have become, by the store's own queries, and which days went into each."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import ALERT_TYPES
from minibar_ml.domain.alerting.severities import Severity
from minibar_ml.store.alerting import alerts
from minibar_ml.store.alerting.findings import deduplicate
from minibar_ml.store.schema import migrations
from minibar_ml.store.schema.scratch import scratch_alerts
from quality import database

Days = Sequence[tuple[datetime, Sequence[Finding]]]
"""Findings by the instant at which a day's run stores them, in order."""
Observed = Mapping[tuple[str, int, str, int], Sequence[int]]
"""By metric, hotel, entity type and id, the days (ordinals) on which there was something to see."""
POINTS = """
CREATE TEMPORARY TABLE ml_metrics (LIKE minibar_ml.ml_metrics INCLUDING DEFAULTS INCLUDING INDEXES)
"""
OBSERVED = """
INSERT INTO pg_temp.ml_metrics (metric_type, hotel_id, entity_type, entity_id, metric_value, observed_at, business_date)
SELECT :metric, :hotel, :kind, :entity, 0, day + time '12:00', day FROM unnest(CAST(:days AS date[])) day
"""
LIVE = "SELECT severity, count(*) AS alerts FROM ml_alerts WHERE is_live(status) GROUP BY severity"
SEEN = "SELECT id, type, hotel_id, entity_type, entity_id FROM ml_alerts WHERE last_seen >= :seen_at ORDER BY id"


@dataclass(frozen=True, slots=True)
class Raised:
    """One alert: the finding it was opened with, and every day on which something was found that went into it."""

    first: Finding
    days: list[date]


@contextmanager
def store(observed: Observed) -> Iterator[Connection]:
    """A connection to a store that knows when rooms were checked and attendants worked, and nothing else."""
    with database.connected() as connection:
        migrations.upgrade(connection)
        connection.execute(text(POINTS))
        for (metric, hotel, kind, entity), days in observed.items():
            values = {"metric": metric, "hotel": hotel, "kind": kind, "entity": entity}
            connection.execute(text(OBSERVED), values | {"days": [date.fromordinal(day) for day in days]})
        connection.commit()
        yield connection


def raised(connection: Connection, days: Days, live: Counter[Severity] | None = None) -> tuple[Raised, ...]:
    """The alerts of these days, in the order of opening; nobody gives a verdict.

    `live`: is given, by severity, the alerts that were live on each evening, summed over the evenings.
    """
    found: dict[int, Raised] = {}
    with scratch_alerts(connection):
        for seen_at, findings in days:
            alerts.upsert(connection, findings, {}, seen_at, _no_texts, ALERT_TYPES)
            today = {_fingerprint(finding): finding for finding in deduplicate(findings)}
            for row in connection.execute(text(SEEN), {"seen_at": seen_at}):
                finding = today[row.type, row.hotel_id, row.entity_type, row.entity_id]
                found.setdefault(row.id, Raised(finding, [])).days.append(finding.occurred_on)
            if live is not None:
                alerts.refresh(connection, seen_at, (), _no_texts)
                live.update({row.severity: row.alerts for row in connection.execute(text(LIVE))})
    return tuple(found[number] for number in sorted(found))


def _no_texts(_finding: Finding, _name: str) -> tuple[str, str]:
    return "", ""


def _fingerprint(one: Finding) -> tuple[str, int, str, int]:
    return one.type, one.hotel_id, one.entity_type, one.entity_id
