"""The list of all alerts and the details of each agree with what the report counts."""

from collections import Counter
from datetime import date, timedelta

from conftest import ZONE
from sqlalchemy import Connection, text
from support.reports.report_rows import AS_OF, LAST_DAY, AlertRow, insert_alerts, insert_points, some_alerts

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


def test_guests_who_are_still_in_the_house_come_before_money(connection: Connection) -> None:
    insert = """INSERT INTO public.oteller (id, ad, aktif) VALUES (1, 'Kaya', true);
        INSERT INTO public.katlar (id, otel_id, kat_adi, kat_no) VALUES (1, 1, '3. KAT', 3);
        INSERT INTO public.odalar (id, kat_id, oda_no) VALUES (1, 1, '101'), (2, 1, '102'), (3, 1, '103');
        INSERT INTO public.misafir_kayitlari
            (oda_id, islem_kodu, misafir_sayisi, giris_tarihi, cikis_tarihi, kayit_tipi)
        VALUES (2, 'x', 2, '2026-02-27', '2026-03-03', 'in_house'),
               (3, 'x', 2, '2026-03-02', '2026-03-05', 'in_house')"""
    connection.execute(text(insert))
    connection.commit()
    impacts = {1: 900.0, 2: 20.0, 3: 50.0}
    insert_alerts(connection, [AlertRow(LAST_DAY, entity_id=room, impact=cost) for room, cost in impacts.items()])
    made = computed(connection)
    rooms = {action.alert.id: action.alert.entity_id for action in made.actions.rows}
    assert [(rooms[task.alert_ids[0]], task.guest_until) for task in made.today] == [
        (2, date(2026, 3, 3)),
        (1, None),
        (3, None),
    ], "who came to 103 a day later is another guest"
    assert [place.floor for place in made.places] == ["3. KAT"]
    assert {one.floor for one in made.alerts.rows} == {"3. KAT"}
