"""What cron's runs report as a day goes on: who still waits, the worst of two finds, each day checked once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection, text

from minibar_ml.domain.alert_kinds import ALERT_TYPES, KINDS
from minibar_ml.domain.alerts import Finding
from minibar_ml.i18n.messages import sentences
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.ml.contract import Limits, Moment
from minibar_ml.ml.detectors.unanswered import Unanswered
from minibar_ml.store import alerts, runs

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
    _raise(connection, _vacant(0, 30.0, 900.0), NOON)
    _raise(connection, _vacant(1, 2.0, 40.0), NOON + timedelta(days=1))
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


def _days(last_run: datetime | None, changed: list[date]) -> list[str]:
    plan = DetectionPlan(
        as_of=NOON, zone=ZoneInfo("Europe/Nicosia"), limits=Limits(), lang="en", lookback_days=3, training_days=30,
        min_points=100,
    )  # fmt: skip
    return [day.isoformat() for day in plan.days(last_run, changed)]


def test_days_that_collect_changed_are_checked_again_and_no_others() -> None:
    assert _days(None, []) == ["2025-11-16", "2025-11-17", "2025-11-18", "2025-11-19"]
    assert _days(NOON - timedelta(minutes=5), []) == ["2025-11-19"]
    assert _days(NOON - timedelta(days=1), []) == ["2025-11-18", "2025-11-19"]
    late = [(NOON - timedelta(days=9)).date(), (NOON - timedelta(days=90)).date()]
    assert _days(NOON - timedelta(minutes=5), late) == ["2025-11-10", "2025-11-19"]


def test_a_find_that_grew_after_its_verdict_is_raised_again_and_an_equal_one_is_not(connection: Connection) -> None:
    _raise(connection, _vacant(0, 2.0, 40.0), NOON)
    (first,) = alerts.fetch(connection, alerts.AlertFilter())
    alerts.set_verdict(connection, [first.id], "false_positive", "Ayşe", NOON)
    _raise(connection, _vacant(0, 2.0, 40.0), NOON + timedelta(minutes=5))
    assert alerts.fetch(connection, alerts.AlertFilter()) == []
    _raise(connection, _vacant(0, 41.0, 900.0), NOON + timedelta(minutes=10))
    (grown,) = alerts.fetch(connection, alerts.AlertFilter())
    assert (grown.value, grown.status) == (41.0, "open")


def test_what_came_in_late_stays_open_for_its_normal_days_from_when_it_was_found(connection: Connection) -> None:
    found_on = NOON + timedelta(days=13)

    def run(days: int, *findings: Finding) -> str:
        at = found_on + timedelta(days=days)
        alerts.upsert(connection, findings, {}, at, lambda _finding, name: (name, name), ALERT_TYPES)
        return str(connection.execute(text("SELECT status FROM minibar_ml.ml_alerts")).scalar_one())

    late = replace(_vacant(0, 40.0, 90.0), type="stock_anomaly", entity_type="product", reason="outflow_high")
    normal_days = KINDS["stock_anomaly"].normal_days or 0
    assert [run(0, late), run(normal_days - 1), run(normal_days + 1)] == ["open", "open", "resolved"]
