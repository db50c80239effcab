"""The list of all alerts and the details of each agree with what the report counts."""

from collections import Counter
from datetime import timedelta

from conftest import ZONE
from sqlalchemy import Connection, text
from support.report_rows import AS_OF, LAST_DAY, AlertRow, insert_alerts, insert_points, some_alerts

from minibar_ml.domain.reporting.periods import week_ending
from minibar_ml.domain.reporting.report import Report
from minibar_ml.jobs import report as job
from minibar_ml.jobs.report import ReportScope

WEEK = week_ending(LAST_DAY)


def computed(connection: Connection) -> Report:
    made = job.compute(connection, ReportScope(AS_OF, ZONE), WEEK)
    connection.rollback()
    return made


def test_the_list_sums_to_what_the_report_says(connection: Connection) -> None:
    rows = some_alerts()
    insert_alerts(connection, rows)
    made = computed(connection)
    of_the_week = [one for one in made.alerts.rows if one.raised_at.date() in WEEK.days()]
    assert len(of_the_week) == made.total.alerts
    assert sum(one.impact or 0 for one in of_the_week) == made.money_total.impact
    verdicts = Counter(one.verdict for one in made.alerts.rows if one.closed_at and one.closed_at.date() in WEEK.days())
    assert verdicts == {
        one.key: one.alerts for one in made.happened if one.alerts and one.key not in ("raised", "read")
    }
    waiting = [one for one in made.alerts.rows if one.verdict is None]
    assert len(waiting) == made.live_total
    assert sum(one.impact or 0 for one in waiting) == made.waiting_impact


def test_what_was_closed_counts_when_it_was_closed(connection: Connection) -> None:
    insert_alerts(connection, [AlertRow(LAST_DAY - timedelta(days=20), status="resolved")])
    connection.execute(text("UPDATE minibar_ml.ml_alerts SET resolved_at = :at"), {"at": AS_OF - timedelta(days=1)})
    connection.commit()
    made = computed(connection)
    assert {one.key: one.alerts for one in made.happened if one.alerts} == {"confirmed": 1}
    assert [one.verdict for one in made.alerts.rows] == ["confirmed"]


def test_a_detail_is_the_alerts_last_30_days_and_what_happened_by_then(connection: Connection) -> None:
    insert_alerts(connection, [AlertRow(LAST_DAY), AlertRow(LAST_DAY - timedelta(days=1), entity_id=2)])
    insert_points(connection, [("room_consumption", "room", 1, 9.0, LAST_DAY, 1)])
    connection.execute(
        text(
            "INSERT INTO minibar_ml.ml_alert_comments (alert_id, at, by, body) SELECT id, at, 'ayse', body "
            "FROM minibar_ml.ml_alerts, (VALUES (CAST(:now AS timestamptz), 'now'), (:later, 'later')) v (at, body)"
        ),
        {"now": AS_OF - timedelta(hours=1), "later": AS_OF + timedelta(hours=1)},
    )
    connection.commit()
    first, second = (computed(connection).details[number] for number in (1, 2))
    today = AS_OF.date()
    assert [(day.day, day.value, day.is_marked) for day in first.days if day.value is not None or day.is_marked] == [
        (LAST_DAY, 9.0, True)
    ]
    assert (first.days[-1].day, len(first.days)) == (today, 30)
    assert [(step.event, step.body) for step in first.history if step.event == "commented"] == [("commented", "now")]
    assert {day.value for day in second.days} == {None}
