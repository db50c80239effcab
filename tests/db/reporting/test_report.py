"""The report's figures are what the store holds, and what it does not hold is unknown."""

import json
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import ZONE
from sqlalchemy import Connection, event, text
from support.reports.report_rows import (
    AS_OF,
    HOSTILE,
    LAST_DAY,
    AlertRow,
    insert_alerts,
    insert_points,
    insert_run,
    some_alerts,
)

from minibar_ml.domain.alerting.kinds import IN_MONEY
from minibar_ml.domain.errors import AnotherRunHoldsTheLock, ConfigurationError, NotFound
from minibar_ml.domain.reporting.periods import month_ended, month_of, week_ending
from minibar_ml.domain.reporting.report import Report
from minibar_ml.jobs import report as job
from minibar_ml.jobs.report import ReportScope
from minibar_ml.render.first_screen import health, tiles
from minibar_ml.render.sections import sections
from minibar_ml.render.words import Words
from minibar_ml.store.engine import make_engine
from minibar_ml.store.jobs.locks import exclusive

WEEK = week_ending(LAST_DAY)


def computed(connection: Connection, hotel_id: int | None = None) -> Report:
    made = job.compute(connection, ReportScope(AS_OF, ZONE, hotel_id), WEEK)
    connection.rollback()
    return made


def of_week(rows: list[AlertRow], weeks_back: int = 0) -> list[AlertRow]:
    since = WEEK.since - timedelta(weeks=weeks_back)
    return [row for row in rows if since <= row.day < since + timedelta(days=7)]


def test_counts_equal_an_independent_count(connection: Connection) -> None:
    rows = some_alerts()
    insert_alerts(connection, rows)
    made = computed(connection)
    assert made.total.alerts == len(of_week(rows))
    assert made.total.previous == len(of_week(rows, 1))
    for counts, attribute in ((made.by_type, "type"), (made.by_severity, "severity")):
        now = Counter(getattr(row, attribute) for row in of_week(rows))
        before = Counter(getattr(row, attribute) for row in of_week(rows, 1))
        assert {c.key: (c.alerts, c.previous) for c in counts if c.alerts or c.previous} == {
            key: (now[key], before[key]) for key in now | before
        }
    by_day = Counter(row.day for row in rows)
    assert [(day.alerts, day.previous) for day in made.trend] == [
        (by_day[day], by_day[day - timedelta(days=7)]) for day in WEEK.days()
    ]


def test_money_leaves_false_positives_and_unknown_prices_out(connection: Connection) -> None:
    rows = some_alerts()
    insert_alerts(connection, rows)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in of_week(rows):
        if row.status != "false_positive" and row.impact is not None:
            sums[row.type] += Decimal(str(row.impact))
    made = computed(connection)
    assert {line.key: line.impact for line in made.money if line.impact is not None} == dict(sums)
    assert made.money_total.impact == sum(sums.values())
    assert made.money_total.unpriced == sum(
        row.impact is None and row.status != "false_positive" and row.type in IN_MONEY for row in of_week(rows)
    ), "a late refill and an order are about no loss, so they lack no price"


def test_what_needs_action_is_all_that_is_live_sorted_by_severity_and_loss(connection: Connection) -> None:
    rows = some_alerts()
    insert_alerts(connection, rows)
    made = computed(connection)
    live = [row for row in rows if row.is_live]
    assert made.live_total == made.actions.total == len(live)
    ranks = {"critical": 0, "high": 1, "medium": 2, "low": 3}
    found = [one.alert for one in made.actions.rows]
    order = [(ranks[a.severity], a.type != "stock_depletion", -(-1 if a.impact is None else a.impact)) for a in found]
    assert order == sorted(order), "orders, which have a deadline, come before money"


def test_the_list_of_actions_is_capped_and_says_of_how_many(connection: Connection) -> None:
    insert_alerts(connection, [AlertRow(LAST_DAY, entity_id=n, entity_name=str(n)) for n in range(260)])
    actions = computed(connection).actions
    assert (len(actions.rows), actions.total, actions.is_cut) == (250, 260, True)


def test_the_most_affected_are_ranked_by_alerts_without_false_positives(connection: Connection) -> None:
    rows = some_alerts()
    insert_alerts(connection, rows)
    expected = Counter(
        row.entity_id
        for row in of_week(rows)
        if row.type in ("consumption_anomaly", "vacant_consumption") and row.status != "false_positive"
    )
    rooms = computed(connection).rooms
    assert rooms.total == len(expected)
    assert [row.alerts for row in rooms.rows] == [n for _, n in expected.most_common(10)]
    assert all(expected[row.entity_id] == row.alerts for row in rooms.rows)


def test_what_the_records_no_longer_show_accuses_nobody(connection: Connection) -> None:
    accused = AlertRow(LAST_DAY, type="refill_delay", status="resolved", by="system")
    insert_alerts(connection, [accused, AlertRow(LAST_DAY, entity_id=2, entity_name="102")])
    assert computed(connection).attendants.total == 1
    connection.execute(
        text("UPDATE minibar_ml.ml_alerts SET end_reason = 'records_changed' WHERE entity_type = 'attendant'")
    )
    connection.commit()
    made = computed(connection)
    assert (made.attendants.total, made.rooms.total) == (0, 1)
    assert made.total.alerts == 1
    assert sum(day.alerts or 0 for day in made.trend) == 1


def test_false_positives_are_counted_among_what_people_reviewed(connection: Connection) -> None:
    verdicts = ("false_positive", *["resolved"] * 4)
    rows = [AlertRow(LAST_DAY, status=status, entity_id=n) for n, status in enumerate(verdicts)]
    rows += [AlertRow(LAST_DAY, status="resolved", entity_id=9, by="system"), AlertRow(LAST_DAY, type="refill_delay")]
    insert_alerts(connection, rows)
    found = {row.type: row for row in computed(connection).false_positives}
    assert (found["consumption_anomaly"].judged, found["consumption_anomaly"].rate) == (5, pytest.approx(1 / 5))
    assert (found["refill_delay"].judged, found["refill_delay"].rate) == (0, None)


def test_the_past_is_shown_as_it_was_known_then(connection: Connection) -> None:
    insert_alerts(connection, [AlertRow(LAST_DAY, status="false_positive")])
    an_hour_later = AlertRow(LAST_DAY).values()["raised_at"] + timedelta(hours=1)
    then = job.compute(connection, ReportScope(an_hour_later, ZONE), WEEK)
    assert (then.live_total, {c.key: c.alerts for c in then.happened}["false_positive"]) == (1, 0)
    connection.rollback()
    before = job.compute(connection, ReportScope(an_hour_later - timedelta(hours=2), ZONE), WEEK)
    assert before.total.alerts is None


def test_a_day_without_alerts_is_quiet_only_if_it_was_watched(connection: Connection) -> None:
    insert_alerts(connection, [AlertRow(LAST_DAY)])
    insert_points(connection, [("refill_duration", "attendant", 1, 5.0, LAST_DAY - timedelta(days=1), 10)])
    # What follows from older records, or is computed ahead, is no data of its day.
    insert_points(connection, [("occupancy", "hotel", 1, 0.6, LAST_DAY - timedelta(days=2), 1)])
    insert_points(connection, [("floor_stock", "product", 1, 12.0, LAST_DAY - timedelta(days=2), 1)])
    insert_points(connection, [("stock_days_left", "product", 1, 9.0, LAST_DAY - timedelta(days=2), 1)])
    insert_run(connection)
    made = computed(connection)
    assert made.coverage.newest == LAST_DAY - timedelta(days=1)
    assert [day.alerts for day in made.trend] == [None] * 5 + [0, 1]
    assert made.total.previous is None
    assert made.total.change_percent is None
    assert made.days_without_data == tuple(day for day in WEEK.days() if day != LAST_DAY - timedelta(days=1))


def test_a_day_from_before_the_first_detection_is_not_known(connection: Connection) -> None:
    days = [LAST_DAY - timedelta(days=ago) for ago in range(3)]
    insert_points(connection, [("refill_duration", "attendant", 1, 5.0, day, 10) for day in days])
    insert_run(connection)
    counts = f'{{"since": "{days[1]}"}}'
    connection.execute(text("UPDATE minibar_ml.ml_job_runs SET counts = :counts"), {"counts": counts})
    connection.commit()
    assert [day.alerts for day in computed(connection).trend] == [None] * 5 + [0, 0]


def test_a_report_says_for_how_many_days_detection_ran(connection: Connection) -> None:
    days = [LAST_DAY - timedelta(days=ago) for ago in range(7)]
    insert_points(connection, [("refill_duration", "attendant", 1, 5.0, day, 10) for day in days])
    insert_run(connection)
    connection.execute(
        text("UPDATE minibar_ml.ml_job_runs SET counts = :counts"), {"counts": f'{{"since": "{days[1]}"}}'}
    )
    connection.commit()
    made = computed(connection)
    assert (made.days_watched, made.days_without_data) == (2, ())
    words = Words("tr", ZoneInfo(ZONE))
    note = {section.key: section.note for section in sections(made, words)}["quality"]
    assert note.startswith("Dönemin her günü için veri var. Tespit 7 günün 2 gününde çalıştı")
    assert health(made, words)[1].startswith("tespit 7 günün 2 gününde çalıştı")
    below = {one.key: one.below for one in tiles(made, words)}["new"]
    assert below == "karşılaştırılamaz (önceki 7 günün 0 günü izlendi)"


def test_a_hotel_without_data_is_named_among_others_that_have_some(connection: Connection) -> None:
    connection.execute(text("INSERT INTO public.oteller (id, ad, aktif) VALUES (1, 'Kaya', true), (2, 'Deniz', true)"))
    insert_points(connection, [("refill_duration", "attendant", 1, 5.0, LAST_DAY, 10)])
    made = computed(connection)
    assert made.hotels_without_data == ("Deniz",)
    note = {section.key: section.note for section in sections(made, Words("en", ZoneInfo(ZONE)))}["quality"]
    assert "Hotels without data: Deniz." in note
    assert "Deniz: 7 günün verisi yok" in health(made, Words("tr", ZoneInfo(ZONE)))[1]
    assert {line.hotel_id: line.coverage.has_data for line in made.lines} == {1: True, 2: False}


def test_a_hotel_sees_only_its_own(connection: Connection) -> None:
    connection.execute(text("INSERT INTO public.oteller (id, ad, aktif) VALUES (1, 'Kaya', true), (2, 'Deniz', true)"))
    insert_alerts(connection, [AlertRow(LAST_DAY), AlertRow(LAST_DAY, hotel_id=2)])
    made = computed(connection, hotel_id=2)
    assert (made.total.alerts, made.live_total, made.hotels) == (1, 1, {2: "Deniz"})
    with pytest.raises(NotFound, match="no hotel 3"):
        computed(connection, hotel_id=3)


def test_an_empty_store_has_nothing_yet_and_no_zeros(connection: Connection) -> None:
    made = computed(connection)
    assert made.has_nothing_yet
    figures = [made.live_total, made.total.alerts, made.total.previous, made.money_total.impact, made.stock_outs]
    assert figures == [None] * 5
    assert [day.alerts for day in made.trend] == [None] * 7


def test_names_are_done_without_where_the_source_cannot_be_read(connection: Connection) -> None:
    insert_alerts(connection, [AlertRow(LAST_DAY)])
    connection.execute(text("DROP TABLE public.oteller CASCADE"))
    connection.commit()
    made = computed(connection, hotel_id=1)
    assert (made.hotels, made.total.alerts) == ({}, 1)


def test_the_number_of_statements_does_not_grow_with_alerts(connection: Connection) -> None:
    seen: list[str] = []
    event.listen(connection.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    computed(connection)
    empty = len(seen)
    insert_alerts(connection, some_alerts(per_day=30))
    seen.clear()
    computed(connection)
    assert len(seen) == empty < 32


def test_the_file_appears_whole_and_the_audit_log_records_it(connection: Connection, tmp_path: Path) -> None:
    insert_alerts(connection, some_alerts())
    folder = tmp_path / "reports"
    result = job.run(connection, ReportScope(AS_OF, ZONE), WEEK, folder, "tr")
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "minibar-weekly-2026-03-01-all-tr.html"]
    assert result.paths[0].stat().st_mode & 0o777 == 0o640
    page = result.paths[0].read_text(encoding="utf-8")
    assert all(name not in page for name in HOSTILE if "<" in name)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{7*7}}" in page
    entry = connection.execute(
        text("SELECT subject, after FROM minibar_ml.ml_audit_log WHERE action = 'report.written'")
    )
    assert entry.one().after["path"] == str(result.paths[0])
    outcome = connection.execute(text("SELECT outcome, counts FROM minibar_ml.ml_job_runs WHERE job = 'report'")).one()
    assert (outcome.outcome, outcome.counts) == ("done", result.counts)


def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_left(connection: Connection, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(ConfigurationError, match=r"file.*--out"):
        job.run(connection, ReportScope(AS_OF, ZONE), WEEK, in_the_way, "en")
    (tmp_path / job.file_name(computed(connection), "en")).mkdir()
    with pytest.raises(ConfigurationError, match="ML_REPORT_DIR"):
        job.run(connection, ReportScope(AS_OF, ZONE), WEEK, tmp_path, "en")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "minibar-weekly-2026-03-01-all-en.html"]
    assert connection.execute(text("SELECT count(*) FROM minibar_ml.ml_audit_log")).scalar_one() == 0
    assert set(connection.execute(text("SELECT outcome FROM minibar_ml.ml_job_runs")).scalars()) == {"failed"}


def test_two_reports_do_not_run_at_once(connection: Connection, store_url: str, tmp_path: Path) -> None:
    with (
        make_engine(store_url, ZONE).connect() as other,
        exclusive(other, "report"),
        pytest.raises(AnotherRunHoldsTheLock),
    ):
        job.run(connection, ReportScope(AS_OF, ZONE), WEEK, tmp_path, "en")


def test_a_month_is_compared_with_the_month_before_day_by_day(connection: Connection) -> None:
    days = [date(2026, 2, 28), date(2026, 1, 1), date(2026, 1, 31), date(2025, 12, 31)]
    insert_alerts(connection, [AlertRow(day, status="resolved", entity_id=n) for n, day in enumerate(days)])
    made = job.compute(connection, ReportScope(AS_OF, ZONE), month_ended(date(2026, 2, 28)))
    connection.rollback()
    assert (made.kind, made.total.alerts, made.total.previous) == ("monthly", 1, 2)
    assert (len(made.trend), made.trend[0].previous, made.trend[0].previous_on) == (28, 1, date(2026, 1, 1))
    january = job.compute(connection, ReportScope(AS_OF, ZONE), made.previous)
    assert january.previous.days()[0] == date(2025, 12, 1)


def test_a_longer_month_has_days_without_a_counterpart(connection: Connection) -> None:
    made = job.compute(connection, ReportScope(AS_OF, ZONE), month_of(date(2025, 3, 9)))
    assert [day.previous_on for day in made.trend][-4:] == [date(2025, 2, 28), None, None, None]


def test_money_is_split_by_what_became_of_it(connection: Connection) -> None:
    lives = [
        ("open", "ayse", 1.0),
        ("acknowledged", "ayse", 2.0),
        ("resolved", "ayse", 4.0),
        ("resolved", "system", 8.0),
    ]
    rows = [AlertRow(LAST_DAY, status=s, by=by, impact=i, entity_id=n) for n, (s, by, i) in enumerate(lives)]
    insert_alerts(connection, [*rows, AlertRow(LAST_DAY, status="false_positive", impact=16.0, entity_id=9)])
    money = computed(connection).money_total
    assert (money.impact, money.live, money.handled, money.ended) == (15, 3, 4, 8)


def test_a_snoozed_alert_needs_no_action_until_it_wakes(connection: Connection) -> None:
    insert_alerts(connection, [AlertRow(LAST_DAY)])
    snooze = text("UPDATE minibar_ml.ml_alerts SET status = 'snoozed', snoozed_by = 'ayse', snoozed_until = :until")
    connection.execute(snooze, {"until": AS_OF + timedelta(hours=1)})
    connection.commit()
    insert_run(connection)
    asleep = computed(connection)
    assert (asleep.live_total, asleep.total.alerts, asleep.today) == (0, 1, ())
    connection.execute(snooze, {"until": AS_OF})
    connection.commit()
    assert computed(connection).live_total == 1


def test_of_every_severity_the_alerts_with_the_highest_loss_are_listed(connection: Connection) -> None:
    rows = [AlertRow(LAST_DAY, severity="critical", entity_id=n, entity_name=str(n)) for n in range(260)]
    insert_alerts(connection, [*rows, AlertRow(LAST_DAY, "refill_delay", "low", impact=None)])
    severities = Counter(action.alert.severity for action in computed(connection).actions.rows)
    assert severities == {"critical": 250, "low": 1}


def test_the_dashboards_windows_count_by_the_hour(connection: Connection) -> None:
    rows = [AlertRow(LAST_DAY - timedelta(days=ago), entity_id=ago, status="resolved") for ago in (0, 1, 6, 7, 20, 40)]
    insert_alerts(connection, rows)
    made = job.compute_dashboard(connection, ReportScope(AS_OF, ZONE))
    # Raised at noon of their days; the instant is the night after the last.
    assert [(w.hours, w.total.alerts, w.total.previous) for w in made.windows] == [(24, 1, 1), (168, 3, 1), (720, 5, 1)]
    assert made.windows[0].money.handled == 10
    assert (made.report.kind, made.report.period.last_day) == ("dashboard", date(2026, 3, 2))


def test_windows_of_which_nobody_watched_a_day_are_not_known(connection: Connection) -> None:
    insert_points(connection, [("refill_duration", "attendant", 1, 5.0, LAST_DAY, 1)])
    insert_run(connection)
    made = job.compute_dashboard(connection, ReportScope(AS_OF, ZONE))
    assert [(w.total.alerts, w.total.previous) for w in made.windows] == [(0, 0), (0, None), (0, None)]


def test_each_format_is_a_file_and_all_are_whole(connection: Connection, tmp_path: Path) -> None:
    insert_alerts(connection, some_alerts())
    result = job.run(
        connection, ReportScope(AS_OF, ZONE), month_ended(date(2026, 2, 28)), tmp_path, "tr", formats=("html", "json")
    )
    names = ["minibar-monthly-2026-02-all-tr.html", "minibar-monthly-2026-02-all-tr.json"]
    files = job.rendered(result.report, "tr", ("html", "json"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", *names]
    assert list(files) == names
    assert [path.name for path in result.paths] == names
    assert all((tmp_path / name).read_bytes() == content for name, content in files.items())
    document = json.loads(files[names[1]])
    assert document["total"]["alerts"] == result.report.total.alerts
    jobs = connection.execute(text("SELECT job FROM minibar_ml.ml_job_runs")).scalars().all()
    assert jobs == ["monthly"]
