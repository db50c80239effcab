"""What a report says of operations and of the system itself: stock to order, pace, models, late jobs."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import ZONE
from sqlalchemy import Connection, text
from support.reports.report_rows import AS_OF, LAST_DAY, AlertRow, insert_alerts, insert_points, insert_run

from minibar_ml.domain.forecasts import from_figures
from minibar_ml.domain.reporting.periods import week_ending
from minibar_ml.domain.reporting.report import Report
from minibar_ml.jobs import report as job
from minibar_ml.jobs.report import ReportScope
from minibar_ml.render.first_screen import sentence, tiles
from minibar_ml.render.formats import rendered
from minibar_ml.render.sections import sections
from minibar_ml.render.words import Words, sentences
from minibar_ml.store.points.forecasts import insert_night
from minibar_ml.store.reporting import reports
from minibar_ml.store.reporting.reports import STOCK_OUTS

WEEK = week_ending(LAST_DAY)


def computed(connection: Connection) -> Report:
    made = job.compute(connection, ReportScope(AS_OF, ZONE), WEEK)
    connection.rollback()
    return made


def test_pace_is_the_median_weighted_by_visits(connection: Connection) -> None:
    def point(days_back: int, minutes: float, visits: int) -> tuple[str, str, int, float, date, int]:
        return ("refill_duration", "attendant", 4, minutes, LAST_DAY - timedelta(days=days_back), visits)

    insert_points(
        connection, [point(0, 6.0, 10), point(1, 9.0, 30), point(7, 4.0, 10), point(8, 6.0, 5), point(30, 8.0, 6)]
    )
    (pace,) = computed(connection).pace.rows
    assert (pace.minutes, pace.visits) == (9.0, 40)
    assert pace.weeks == (8.0, None, None, 4.0)
    assert (pace.usual, pace.change_percent) == (6.0, 50.0)


def test_models_and_what_could_not_be_trained_stand_side_by_side(connection: Connection) -> None:
    connection.execute(
        text(
            "INSERT INTO minibar_ml.ml_models (model_type, metric_type, hotel_id, version, model_data, data_points,"
            " trained_at, accuracy, is_active) VALUES ('statistics', 'stock_outflow', 1, 2, 'x', 900, :at, 0.9, true)"
        ),
        {"at": AS_OF},
    )
    connection.execute(
        text(
            "INSERT INTO minibar_ml.ml_training_logs (model, metric_type, hotel_id, started_at, ended_at, data_points,"
            " success, error) VALUES ('statistics', 'custody_loss', 1, now(), now(), 12, false, 'too little data')"
        )
    )
    connection.commit()
    untrained, trained = computed(connection).models.rows
    assert (untrained.metric, untrained.trained_at, untrained.error) == ("custody_loss", None, "too little data")
    assert (trained.accuracy, trained.precision, trained.error) == (0.9, None, None)


def test_models_of_the_past_are_those_that_there_were_then(connection: Connection) -> None:
    insert = text(
        "INSERT INTO minibar_ml.ml_models (model_type, metric_type, hotel_id, version, model_data, data_points,"
        " trained_at, is_active) VALUES ('statistics', :metric, 1, :version, 'x', 900, :at, :is_active)"
    )
    later = AS_OF + timedelta(days=1)
    models = [("stock_outflow", 1, AS_OF, False), ("stock_outflow", 2, later, True), ("custody_loss", 1, later, True)]
    names = ("metric", "version", "at", "is_active")
    connection.execute(insert, [dict(zip(names, model, strict=True)) for model in models])
    insert_run(connection, "train", as_of=later)
    connection.execute(text("UPDATE minibar_ml.ml_job_runs SET ended_at = started_at"))
    connection.execute(
        text(
            "INSERT INTO minibar_ml.ml_training_logs (model, metric_type, hotel_id, started_at, ended_at, data_points,"
            " success, error) SELECT 'statistics', 'room_consumption', 1, started_at, ended_at, 12, false, 'too little'"
            " FROM minibar_ml.ml_job_runs"
        )
    )
    connection.commit()
    assert [(model.metric, model.version) for model in computed(connection).models.rows] == [("stock_outflow", 1)]
    now = job.compute(connection, ReportScope(later, ZONE), WEEK).models.rows
    assert [(model.metric, model.version) for model in now] == [
        ("custody_loss", 1),
        ("room_consumption", None),
        ("stock_outflow", 2),
    ]


def _insert_forecasts(
    connection: Connection,
    days: dict[int, float],
    figures: dict[str, Any] | None = None,
    days_ago: int = 0,
    hotel_id: int = 1,
) -> None:
    """Forecasts of a night of a hotel: days left by product."""
    made_at = AS_OF - timedelta(days=days_ago)
    made = [from_figures(figures or {}, hotel_id=hotel_id, product_id=n, name="", days=left, reason=None)
            for n, left in days.items()]  # fmt: skip
    insert_night(connection, made_at.date(), made_at, made, [hotel_id], is_live=False)
    connection.commit()


def test_stock_outs_come_from_forecasts_and_from_alerts(connection: Connection) -> None:
    assert computed(connection).stock_outs is None
    _insert_forecasts(connection, {n: n * 8.0 for n in (1, 2)})
    insert_alerts(connection, [AlertRow(LAST_DAY, "stock_depletion", entity_id=3, entity_name="Gazoz", value=2.0)])
    outs = computed(connection).stock_outs
    assert outs is not None
    assert [(row.product_id, row.days_left, row.has_alert) for row in outs.rows] == [(3, 2.0, True), (1, 8.0, False)]


def test_orders_are_those_of_the_newest_stored_forecast(connection: Connection) -> None:
    figures = {"level": 12, "order_quantity": 24, "order_by": "2026-03-02", "empty_on": "2026-03-05"}
    _insert_forecasts(connection, {1: 9.0}, figures, days_ago=1)
    _insert_forecasts(connection, {1: 3.6}, figures)
    outs = computed(connection).stock_outs
    assert outs is not None
    (row,) = outs.rows
    assert (row.level, row.order_quantity, row.order_by) == (12, 24, date(2026, 3, 2))
    assert (row.days_left, row.forecast_on, row.empty_on) == (3.6, AS_OF.date(), date(2026, 3, 5))


def test_a_product_with_an_alert_has_one_order_that_of_the_alert(connection: Connection) -> None:
    _insert_forecasts(
        connection,
        dict.fromkeys((1, 2), 4.9),
        {"level": 12, "order_quantity": 84, "order_by": "2026-03-02"},
        days_ago=2,
    )
    insert_alerts(connection, [AlertRow(LAST_DAY, "stock_depletion", entity_id=1, entity_name="Fıstık", value=4.8)])
    facts = '{"level": 11, "order_quantity": 94, "order_by": "2026-03-01", "empty_on": "2026-03-06"}'
    connection.execute(text("UPDATE minibar_ml.ml_alerts SET facts = :facts, reason = 'depletion'"), {"facts": facts})
    connection.commit()
    made = computed(connection)
    assert made.stock_outs is not None
    alerted, forecast = made.stock_outs.rows
    shown = (alerted.days_left, alerted.level, alerted.order_quantity, alerted.order_by, alerted.empty_on)
    assert shown == (4.8, 11, 94, date(2026, 3, 1), date(2026, 3, 6))
    assert "Order 94 units by 1 Mar." in sentences(made.actions.rows[0], "en")[0]
    assert (forecast.product_id, forecast.order_quantity, forecast.forecast_on) == (
        2,
        84,
        AS_OF.date() - timedelta(days=2),
    )


def test_every_order_is_counted_however_long_the_list(connection: Connection) -> None:
    _insert_forecasts(connection, {n: 1 + n / 100 for n in range(1, 2 * STOCK_OUTS)})
    cut = computed(connection)
    assert cut.stock_outs is not None
    assert (len(cut.stock_outs.rows), cut.stock_outs.total) == (STOCK_OUTS, 2 * STOCK_OUTS - 1)
    due = {"order_quantity": 24, "order_by": str(AS_OF.date())}
    _insert_forecasts(connection, {n: 1 + n / 100 for n in range(1, 2 * STOCK_OUTS)}, due)
    made, words = computed(connection), Words("en", ZoneInfo(ZONE))
    assert len(made.orders_due or ()) == len(made.today) == 2 * STOCK_OUTS - 1
    assert f"{2 * STOCK_OUTS - 1} orders are due today." in sentence(made, words)


def test_a_deadline_is_not_cut_for_money(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "ACTIONS", 1)
    dear = [AlertRow(LAST_DAY, entity_id=n, impact=1000.0 * n) for n in (1, 2)]
    insert_alerts(connection, [*dear, AlertRow(LAST_DAY, "stock_depletion", entity_id=7, impact=None)])
    made = computed(connection)
    assert [one.alert.type for one in made.actions.rows] == ["stock_depletion"]
    assert made.actions.total == 3


def test_orders_of_the_common_store_concern_every_hotel(connection: Connection) -> None:
    figures = {"level": 12, "order_quantity": 24, "order_by": str(AS_OF.date())}
    _insert_forecasts(connection, {26: 2.0}, figures, hotel_id=0)
    insert_run(connection)
    words, of_hotel = Words("en", ZoneInfo(ZONE)), ReportScope(AS_OF, ZONE, 1)
    made = job.compute(connection, of_hotel, WEEK)
    assert [(one.hotel_id, one.order and one.order.product_id) for one in made.today] == [(0, 26)]
    below = {one.key: (one.value, one.below) for one in tiles(made, words)}
    assert below["orders"] == (1, "of the common store · first: by Mon 2 Mar")
    (stock,) = next(one.tables for one in sections(made, words) if one.key == "stock")
    assert stock.rows[0][1] == "Common store"
    assert b"Common store" in rendered(made, "en", "html")


def test_pace_of_a_month_is_that_of_its_last_28_days(connection: Connection) -> None:
    points = [(0, 9.0), (27, 5.0), (26, 5.0), (28, 4.0), (55, 4.0), (56, 99.0)]
    rows = [("refill_duration", "attendant", 4, m, LAST_DAY - timedelta(days=ago), 10) for ago, m in points]
    insert_points(connection, rows)
    (pace,) = computed(connection).pace.rows
    assert (pace.month, pace.month_visits, pace.month_before) == (5.0, 30, 4.0)
    assert pace.month_change_percent == 25.0


def test_a_job_is_late_when_its_schedule_asked_for_it_since(connection: Connection) -> None:
    insert_run(connection, "train", as_of=AS_OF - timedelta(days=2))
    wanted = {"train": AS_OF - timedelta(days=1), "detect": AS_OF}
    late = {run.job: run.is_late for run in job.compute(connection, ReportScope(AS_OF, ZONE, wanted=wanted), WEEK).jobs}
    assert late == {"collect": False, "train": True, "detect": False}
