"""A period whose last day is not over is compared up to the same hour, and what is not whole is not shown as whole."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from conftest import ZONE
from sqlalchemy import Connection, text
from support.reports.report_rows import LAST_DAY, AlertRow, insert_alerts, insert_points, insert_run

from minibar_ml.domain.reporting.periods import week_ending
from minibar_ml.domain.reporting.report import Report
from minibar_ml.jobs import report as job
from minibar_ml.jobs.report import ReportScope
from minibar_ml.render.first_screen import health, sentence
from minibar_ml.render.listed import loss
from minibar_ml.render.sections import sections
from minibar_ml.render.words import Words

WEEK = week_ending(LAST_DAY)
WORDS = Words("en", ZoneInfo(ZONE))
"""Alerts of tests are raised at 12:00 UTC."""


def at(hour: int) -> datetime:
    """An hour of the week's last day."""
    return datetime.fromisoformat(f"{LAST_DAY}T{hour:02}:00:00+00:00")


def computed(connection: Connection, as_of: datetime) -> Report:
    made = job.compute(connection, ReportScope(as_of, ZONE), WEEK)
    connection.rollback()
    return made


def test_a_day_that_is_not_over_is_compared_up_to_its_hour(connection: Connection) -> None:
    rows = [AlertRow(LAST_DAY - timedelta(days=ago), entity_id=ago, status="resolved") for ago in range(14)]
    insert_alerts(connection, rows)
    insert_points(connection, [("refill_duration", "attendant", 1, 5.0, row.day, 10) for row in rows])
    insert_run(connection, as_of=at(9))
    morning, evening = computed(connection, at(9)), computed(connection, at(15))
    assert (morning.total.alerts, morning.total.previous) == (6, 6), "today's, and its like, are raised at noon"
    assert (evening.total.alerts, evening.total.previous) == (7, 7)
    assert [day.previous for day in morning.trend] == [1] * 6 + [0]
    assert {one.key: (one.alerts, one.previous) for one in morning.happened}["raised"] == (6, 6)
    assert morning.money_total.previous == Decimal(60)
    assert morning.is_running
    assert sentence(morning, WORDS).startswith("6 new alerts so far, 6 by this time the week before.")
    note = {section.key: section.note for section in sections(morning, WORDS)}["period"]
    assert "Today is not over: the previous period counts up to the same hour." in note
    last = morning.weeks[-1]
    assert (last.is_running, last.is_partial, last.days_watched) == (True, True, 7)
    over = job.compute(connection, ReportScope(at(9), ZONE), week_ending(LAST_DAY - timedelta(days=1)))
    assert (over.is_running, over.total.previous) == (False, 6), "the week before is there as a whole"


def test_a_day_that_is_not_over_need_not_have_data_yet(connection: Connection) -> None:
    days = [LAST_DAY - timedelta(days=ago) for ago in range(1, 7)]
    insert_points(connection, [("refill_duration", "attendant", 1, 5.0, day, 10) for day in days])
    insert_run(connection, as_of=at(5))
    morning = computed(connection, at(5))
    assert (morning.days_without_data, morning.days_watched) == ((), 7)
    assert morning.coverage.is_whole
    assert morning.coverage.newest == days[0]
    over = computed(connection, at(5) + timedelta(days=1))
    assert over.days_without_data == (LAST_DAY,)


def test_consumption_is_of_the_days_that_are_over(connection: Connection) -> None:
    days = [LAST_DAY - timedelta(days=ago) for ago in range(14)]
    insert_points(connection, [("product_consumption", "product", 1, 10.0, day, 1) for day in days])
    insert_points(connection, [("room_consumption", "room", 1, 10.0, day, 1) for day in days])
    made = computed(connection, at(9)).minibar
    assert made is not None
    assert (made.units.now, made.units.previous, made.units.change_percent) == (60, 60, 0)
    note = sections(computed(connection, at(9)), WORDS)[2].tables[0].note
    assert note.startswith("Today is not over: neither it nor the days")


def test_a_week_that_was_hardly_watched_says_on_how_many_days(connection: Connection) -> None:
    days = [LAST_DAY - timedelta(days=ago) for ago in range(10)]
    insert_points(connection, [("refill_duration", "attendant", 1, 5.0, day, 10) for day in days])
    insert_alerts(connection, [AlertRow(day, entity_id=n, status="resolved") for n, day in enumerate(days)])
    insert_run(connection, as_of=at(9))
    *_before, earlier, last = job.compute(connection, ReportScope(at(23) + timedelta(hours=9), ZONE), WEEK).weeks
    assert [(week.days_watched, week.is_partial) for week in (earlier, last)] == [(3, True), (7, False)]


def test_what_is_snoozed_is_apart_from_what_waits(connection: Connection) -> None:
    insert_alerts(connection, [AlertRow(LAST_DAY, entity_id=n) for n in range(3)])
    until = at(9) + timedelta(days=2)
    connection.execute(
        text(
            "UPDATE minibar_ml.ml_alerts SET status = 'snoozed', snoozed_by = 'ayse', snoozed_until = :until "
            "WHERE entity_id > 0"
        ),
        {"until": until},
    )
    connection.commit()
    made = computed(connection, at(15))
    assert made.live_total == len(made.today) == 1
    assert made.snoozed is not None
    assert (made.snoozed.alerts, made.snoozed.impact, made.snoozed.until) == (2, Decimal(20), until)
    assert computed(connection, until + timedelta(minutes=1)).snoozed is None


def test_a_part_of_an_incident_names_the_alert_that_counts(connection: Connection) -> None:
    insert_alerts(connection, [AlertRow(LAST_DAY, entity_id=n, entity_name=str(n)) for n in range(2)])
    insert_alerts(connection, [AlertRow(LAST_DAY, entity_id=2, entity_name="2", impact=None)])
    connection.execute(
        text(
            "UPDATE minibar_ml.ml_alerts SET incident_id = (SELECT min(id) FROM minibar_ml.ml_alerts), "
            "is_counted = entity_id = 0 WHERE entity_id < 2"
        )
    )
    connection.commit()
    made = computed(connection, at(15))
    counted, part, unknown = sorted(made.alerts.rows, key=lambda one: one.entity_name)
    assert loss(counted, WORDS) == Decimal(10)
    assert (part.counted_in, loss(part, WORDS)) == (counted.id, f"counted in no. {counted.id}")
    assert loss(unknown, WORDS) == "price unknown"
    assert (made.money_total.impact, made.money_total.unpriced) == (Decimal(10), 1), "the part does not lack a price"


def test_each_hotel_of_a_chain_says_of_jobs_what_the_chain_says(connection: Connection) -> None:
    connection.execute(text("INSERT INTO public.oteller (id, ad, aktif) VALUES (1, 'Kaya', true), (2, 'Deniz', true)"))
    insert_alerts(connection, [AlertRow(LAST_DAY, hotel_id=0, impact=None)])
    connection.execute(text("UPDATE minibar_ml.ml_alerts SET type = 'job_late', entity_type = 'hotel', entity_id = 0"))
    for job_name in ("collect", "train", "detect"):
        insert_run(connection, job_name, as_of=at(14))
    made = computed(connection, at(15))
    assert {health(one, WORDS)[1].endswith(", job late") for one in (made, *made.chapters)} == {True}
    assert [(line.hotel_id, line.coverage) for line in made.lines] == [
        (one.hotel_id, one.coverage) for one in made.chapters
    ]
