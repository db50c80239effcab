"""What cron's runs report as a day goes on: who still waits, the worst of two finds, each day checked once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from sqlalchemy import Connection, text

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import ALERT_TYPES, KINDS
from minibar_ml.i18n.messages import sentences
from minibar_ml.jobs.detection.scope import Scope
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.ml.contract import Limits, Moment
from minibar_ml.ml.detectors.unanswered import Unanswered
from minibar_ml.store.alerting import alerts, decisions
from minibar_ml.store.jobs import runs
from minibar_ml.store.jobs.runs import Change, LastRun, Since

NOON = datetime(2025, 11, 19, 10, tzinfo=UTC)


def _vacant(day: int, units: float, impact: float) -> Finding:
    return Finding(
        "vacant_consumption", 1, "room", 5, "vacant_consumption", (NOON + timedelta(days=day)).date(), "vacant",
        "critical", "vacant_room", units, 0.0, impact=impact,
    )  # fmt: skip


def _raise(connection: Connection, finding: Finding, at: datetime) -> None:
    alerts.upsert(connection, [finding], {}, at, lambda _finding, name: (name, name), ())


def test_a_bigger_find_in_the_same_room_is_the_one_that_is_shown_and_names_its_own_day(connection: Connection) -> None:
    _raise(connection, _vacant(0, 2.0, 40.0), NOON)
    _raise(connection, _vacant(1, 30.0, 900.0), NOON + timedelta(days=1))
    (alert,) = alerts.fetch(connection, alerts.AlertFilter())
    assert (alert.value, alert.impact, alert.occurrences) == (30.0, 900.0, 2)
    assert (alert.occurred_on, alert.last_occurred_on) == (NOON.date(), (NOON + timedelta(days=1)).date())
    assert alert.measured_on == alert.last_occurred_on
    assert sentences(alert, "12", "en")[0].endswith("Figures are from 20 Nov.")
    assert sentences(alert, "12", "tr")[0].endswith("Değerler 20 Kas gününe ait.")


def test_a_smaller_find_later_leaves_the_bigger_ones_day_and_figures(connection: Connection) -> None:
    for day, units, impact in ((0, 30.0, 900.0), (1, 2.0, 40.0)):
        found = replace(_vacant(day, units, impact), type="consumption_anomaly", reason="room_high")
        _raise(connection, found, NOON + timedelta(days=day))
    (alert,) = alerts.fetch(connection, alerts.AlertFilter())
    assert (alert.value, alert.measured_on, alert.occurrences) == (30.0, NOON.date(), 2)
    assert "Figures" not in sentences(alert, "12", "en")[0]


def test_who_still_waits_is_listed_before_who_waited_longer_and_was_served() -> None:
    day = NOON.date().toordinal()
    scores = pd.DataFrame(
        {
            "entity_id": [109, 109],
            "value": [180.0, 110.0],
            "day": [day, day],
            "at": [NOON.timestamp() - 18_000, NOON.timestamp() - 6_600],
            "ends_at": [NOON.timestamp() - 7_200, float("inf")],
            "completed": [True, False],
            "checked": [float("nan")] * 2,
            "decided": [False, False],
        }
    )
    moment = Moment(1, day, NOON - timedelta(hours=12), NOON, is_complete=False)
    (found,) = Unanswered().decide(scores, {}, Limits(), moment)
    assert (found.value, found.severity, found.settled_at) == (110.0, "high", None)


def test_a_run_that_was_killed_is_closed_by_the_next(connection: Connection) -> None:
    connection.exec_driver_sql("INSERT INTO minibar_ml.ml_job_runs (job, as_of) VALUES ('collect', now())")
    connection.commit()
    with runs.job_run(connection, "collect", NOON):
        pass
    ended = connection.exec_driver_sql("SELECT outcome, error FROM minibar_ml.ml_job_runs ORDER BY id").all()
    assert [tuple(row) for row in ended] == [("failed", "killed"), ("done", None)]


def _scope(last_run: datetime | None, *changes: Change, collected: datetime | None = None) -> Scope:
    plan = DetectionPlan(
        as_of=NOON, zone=ZoneInfo("Europe/Nicosia"), limits=Limits(), lang="en", lookback_days=3, training_days=30,
        min_points=100,
    )  # fmt: skip
    last = LastRun(last_run, last_run, {}) if last_run else None
    return Scope.of(plan, Since(last, collected, changes), [])


def _days(last_run: datetime | None, collected: datetime | None = None) -> list[str]:
    return [day.isoformat() for day in _scope(last_run, collected=collected).days]


def test_days_that_have_ended_since_the_last_run_are_checked_whole() -> None:
    assert _days(None) == ["2025-11-16", "2025-11-17", "2025-11-18", "2025-11-19"]
    assert _days(NOON - timedelta(minutes=5)) == ["2025-11-19"]
    assert _days(NOON - timedelta(days=1)) == ["2025-11-18", "2025-11-19"]
    assert _days(NOON - timedelta(minutes=5), collected=NOON - timedelta(days=1)) == ["2025-11-18", "2025-11-19"]


def test_of_a_day_that_was_checked_only_those_whose_records_changed_are_looked_at_again() -> None:
    nine_days_ago, long_ago = (NOON - timedelta(days=9)).date(), (NOON - timedelta(days=90)).date()
    scope = _scope(
        NOON - timedelta(minutes=5),
        Change(nine_days_ago, 1, "attendant", 5, "vacant_consumption"),
        Change(long_ago, 1, "room", 5, "room_consumption"),
    )
    assert [day.isoformat() for day in scope.days] == ["2025-11-10", "2025-11-19"]
    own = replace(_vacant(0, 9.0, 40.0), entity_type="attendant", entity_id=5, occurred_on=nine_days_ago)
    found = [(nine_days_ago, [own, replace(own, entity_id=6)]), (NOON.date(), [_vacant(0, 2.0, 1.0)])]
    ((_, late), (_, today)) = scope.own(found, NOON.date())
    assert [(one.entity_id, (one.facts or {}).get("found_late_on")) for one in late] == [(5, "2025-11-19")]
    assert today == [_vacant(0, 2.0, 1.0)]


def test_late_records_of_one_metric_are_no_news_of_another() -> None:
    day = (NOON - timedelta(days=9)).date()
    scope = _scope(NOON - timedelta(minutes=5), Change(day, 1, "product", 5, "product_consumption"))
    used = replace(
        _vacant(0, 9.0, 40.0), entity_type="product", entity_id=5, metric="product_consumption", occurred_on=day
    )
    written_off = replace(used, type="stock_anomaly", metric="stock_outflow")
    ((_, late),) = scope.own([(day, [used, written_off])], NOON.date())
    assert [(one.metric, (one.facts or {}).get("found_late_on")) for one in late] == [
        ("product_consumption", "2025-11-19")
    ]


def test_a_changed_check_has_the_checks_of_the_week_after_it_looked_at_again() -> None:
    scope = _scope(
        NOON - timedelta(minutes=5), Change((NOON - timedelta(days=9)).date(), 1, "room", 5, "room_consumption")
    )
    assert [day.isoformat() for day in scope.days] == [*(f"2025-11-{day}" for day in range(10, 18)), "2025-11-19"]


def test_a_change_of_a_product_is_one_of_the_common_store_too() -> None:
    day = (NOON - timedelta(days=1)).date()
    scope = _scope(NOON - timedelta(minutes=5), Change(day, 3, "product", 7, "product_consumption"))
    assert scope.hotels[day] == {3, 0}


@pytest.mark.parametrize(("by", "is_raised_again"), [("Ayşe", False), (None, True)])
def test_a_find_that_grew_after_its_alert_ended_is_raised_again_unless_a_person_had_decided(
    connection: Connection, by: str | None, is_raised_again: bool
) -> None:
    _raise(connection, _vacant(0, 2.0, 40.0), NOON)
    (first,) = alerts.fetch(connection, alerts.AlertFilter())
    if by:
        decisions.set_verdict(connection, [first.id], "false_positive", by, NOON)
    else:
        ended = "UPDATE minibar_ml.ml_alerts SET status = 'resolved', resolved_at = :at, resolved_by = 'system'"
        connection.execute(text(ended), {"at": NOON})
    _raise(connection, _vacant(0, 2.0, 40.0), NOON + timedelta(minutes=5))
    assert alerts.fetch(connection, alerts.AlertFilter()) == []
    _raise(connection, _vacant(0, 41.0, 900.0), NOON + timedelta(minutes=10))
    assert [(alert.value, alert.status) for alert in alerts.fetch(connection, alerts.AlertFilter())] == (
        [(41.0, "open")] if is_raised_again else []
    )


def test_what_came_in_late_stays_open_for_its_normal_days_from_when_it_was_found(connection: Connection) -> None:
    found_on = NOON + timedelta(days=13)

    def run(days: int, *findings: Finding) -> str:
        at = found_on + timedelta(days=days)
        alerts.upsert(connection, findings, {}, at, lambda _finding, name: (name, name), ALERT_TYPES)
        return str(connection.execute(text("SELECT status FROM minibar_ml.ml_alerts")).scalar_one())

    late = replace(_vacant(0, 40.0, 90.0), type="stock_anomaly", entity_type="product", reason="outflow_high")
    normal_days = KINDS["stock_anomaly"].normal_days or 0
    assert [run(0, late), run(normal_days - 1), run(normal_days + 1)] == ["open", "open", "resolved"]
