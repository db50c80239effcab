"""Forecasts of days left as stored points: once, the same however often, and each from its own past alone."""

from datetime import date, timedelta

from support.hotels.simulated import (
    AS_OF,
    LAST_DAY,
    NOTHING_TO_LEARN,
    alerts,
    changed,
    checksum,
    done,
    points,
    sql,
    state,
)

from minibar_ml.jobs.forecasts.forecasting import STORED_DAYS

METRIC = "stock_days_left"
VERSIONS = f"SELECT CAST(xmin AS text), count(*) FROM minibar_ml.ml_metrics WHERE metric_type = '{METRIC}' GROUP BY 1"


def test_every_day_that_is_over_has_its_forecasts(forecasted: str) -> None:
    found = points(forecasted, METRIC)
    days = {date.fromisoformat(at[:10]) for _, _, at in found}
    assert days == {LAST_DAY - timedelta(days=ago) for ago in range(STORED_DAYS)}
    for value, context in found.values():
        assert 0 <= context["p10"] <= value <= context["p90"] <= 365
        assert context.keys() == {
            "p10", "p90", "level", "daily_units", "empty_in_7_days", "order_quantity", "order_by", "method", "class",
        }  # fmt: skip


def test_training_again_changes_no_row(forecasted: str) -> None:
    before, written = checksum(forecasted), sql(forecasted, VERSIONS)
    done(forecasted, "train", "--as-of", AS_OF, "--quiet")
    assert checksum(forecasted) == before
    assert sql(forecasted, VERSIONS) == written, "equal rows must not even be rewritten"


def test_the_night_after_the_old_days_are_the_same(collected: str) -> None:
    state(collected, **NOTHING_TO_LEARN)
    done(collected, "train", "--as-of", "2025-11-10", "--quiet")
    before = points(collected, METRIC)
    done(collected, "train", "--as-of", AS_OF, "--quiet")
    after = points(collected, METRIC)
    assert before.items() <= after.items()
    assert {at[:10] for _, _, at in after.keys() - before.keys()} == {f"2025-11-{day}" for day in range(10, 17)}


def test_a_late_row_changes_its_own_day_s_forecasts_and_later_ones_only(forecasted: str) -> None:
    before = points(forecasted, METRIC)
    day = LAST_DAY - timedelta(days=4)
    sql(
        forecasted,
        "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_tarihi)"
        " VALUES (1, 'giris', 500, CAST(:day AS date) + time '12:00')",
        day=day,
    )
    done(forecasted, "collect", "--as-of", AS_OF, "--quiet")
    assert points(forecasted, METRIC) == before, "collect leaves forecasts alone"
    done(forecasted, "train", "--as-of", AS_OF, "--quiet")
    moved = changed(before, points(forecasted, METRIC))
    assert moved
    assert {(metric, product) for metric, product, _ in moved} == {(METRIC, 1)}
    assert min(at for _, _, at in moved) == day.isoformat()


def test_tomorrow_s_rows_change_no_forecast_of_today(forecasted: str) -> None:
    before = points(forecasted, METRIC)
    sql(
        forecasted,
        "UPDATE minibar_islem_detay SET tuketim = 9, eklenen_miktar = 9 WHERE islem_id IN"
        " (SELECT id FROM minibar_islemleri WHERE islem_tarihi >= CAST(:day AS date))",
        day=LAST_DAY,
    )
    done(forecasted, "collect", "--as-of", AS_OF, "--quiet")
    done(forecasted, "train", "--as-of", AS_OF, "--quiet")
    days = {day for _, _, day in changed(before, points(forecasted, METRIC))}
    assert days == {LAST_DAY.isoformat()}


def test_an_alert_names_the_order_and_is_one_a_product(collected: str) -> None:
    sql(
        collected,
        "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, islem_tarihi)"
        " SELECT entity_id, 'cikis', greatest(metric_value - 4, 0), CAST(:day AS date) + time '21:00' FROM ("
        " SELECT DISTINCT ON (entity_id) entity_id, metric_value FROM minibar_ml.ml_metrics"
        " WHERE metric_type = 'stock_level' AND entity_id IN (1, 2) ORDER BY entity_id, observed_at DESC) l",
        day=LAST_DAY,
    )
    done(collected, "collect", "--as-of", AS_OF, "--quiet")
    for _ in range(2):
        done(collected, "detect", "--as-of", AS_OF, "--quiet")
    found = alerts(collected, "type = 'stock_depletion' AND entity_id IN (1, 2)", "entity_id, severity, facts, message")
    assert [row[0] for row in found] == [1, 2]
    for _, severity, facts, message in found:
        assert severity in ("critical", "high")
        assert facts["order_quantity"] > 0
        assert f"Order {facts['order_quantity']} units by 17 Nov." in message
