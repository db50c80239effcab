"""What opens below a row of the list: days, the band of what is usual, history and commands."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from support.reports.report_values import MONTH, ZONE, a_report

from minibar_ml.domain.alerting.alerts import DayValue
from minibar_ml.domain.alerting.kinds import AlertType
from minibar_ml.domain.reporting.details import Detail
from minibar_ml.i18n.evidence import limits
from minibar_ml.render.details import HEIGHT, drawn, shown
from minibar_ml.render.words import Words

EN = Words("en", ZoneInfo(ZONE))
REPORT = a_report()
ACTION = REPORT.actions.rows[0]


def of_days(*values: float | None) -> Detail:
    days = (MONTH.last_day - timedelta(days=n) for n in reversed(range(len(values))))
    marked = len(values) - 1
    return Detail(1, tuple(DayValue(d, v, n == marked) for n, (d, v) in enumerate(zip(days, values, strict=True))), ())


def test_a_day_without_a_value_has_no_column_and_the_alerts_own_days_stand_apart() -> None:
    made = drawn(of_days(0, None, 5, 42), ACTION.alert)
    assert made is not None
    assert (made.days.count("M"), made.own.count("M")) == (2, 1)
    assert drawn(of_days(None, None), ACTION.alert) is None


def test_the_band_lies_between_the_limits_of_what_is_usual() -> None:
    made = drawn(of_days(10, 42), replace(ACTION.alert, lower=10.5, upper=21.0))
    assert made is not None
    assert made.band is not None
    top, tall = made.band
    assert (round(top, 1), round(tall, 1)) == (HEIGHT / 2, (HEIGHT - 4) / 4), "half and a quarter of the highest"
    forecast = replace(ACTION.alert, metric="stock_days_left", type="stock_depletion", reason="depletion")
    unsure = drawn(of_days(10, 42), forecast)
    assert unsure is not None
    assert unsure.band is None, "a forecast's limits are not what is usual"


@pytest.mark.parametrize(
    ("type", "reason"), [("shrinkage", "leak"), ("stock_anomaly", "write_off_high"), ("refill_delay", "slow")]
)
def test_limits_of_a_loss_are_not_drawn_as_those_of_what_was_issued(type: AlertType, reason: str) -> None:
    alert = replace(ACTION.alert, type=type, reason=reason, value=19.6, lower=0.0, upper=2.2)
    made = drawn(of_days(24, 36), alert)
    assert made is not None
    assert made.band is None
    assert "cannot be read off here" in shown(replace(ACTION, alert=alert), (), REPORT, EN).limits


def test_the_band_ends_at_whole_units_and_at_parts_of_a_minute() -> None:
    units = replace(ACTION.alert, metric="room_consumption", lower=1.4, upper=8.5)
    assert limits(units, "en") == ("2", "8")
    assert limits(replace(units, metric="refill_duration"), "en") == ("1.4", "8.5")


def test_everything_that_alerts_show_prints_is_there() -> None:
    made = shown(ACTION, REPORT.actions.rows[1:2], REPORT, EN)
    assert made.caption == "Units issued: highest 6, 30 Jan to 28 Feb"
    assert made.limits == "Shaded: usual, 4 to 19."
    assert dict(made.facts)["Evidence"].startswith("Detected by: ")
    assert made.parts[0].startswith("Same cause: alert 2 (critical)")
    assert [text.split("  ")[1].split(",")[0] for text in made.history] == ["raised", "comment"]
    assert made.commands[1] == "minibar-ml alerts resolve 1"
