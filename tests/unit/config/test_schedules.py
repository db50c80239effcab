"""Schedules: which are valid, and since when a job must have succeeded."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from minibar_ml.config.cron import require_expression
from minibar_ml.config.schedules import since_cron, since_interval

NICOSIA = ZoneInfo("Europe/Nicosia")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NICOSIA)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(900, "2026-03-02T11:30"), (300, "2026-03-02T11:45"), (60, "2026-03-02T11:49"), (86400, "2026-02-28T12:00")],
)
def test_an_interval_has_another_one_of_slack_and_ten_minutes_at_least(seconds: int, expected: str) -> None:
    assert since_interval(seconds, at("2026-03-02T12:00")) == at(expected)


@pytest.mark.parametrize(
    ("expression", "as_of", "expected"),
    [
        ("0 7 * * 1", "2026-03-02T08:00", "2026-03-02T07:00"),  # an hour ago to the second
        ("0 7 * * 1", "2026-03-02T07:59:59", "2026-02-23T07:00"),  # not an hour ago yet
        ("0 0 * * *", "2026-03-02T00:30", "2026-03-01T00:00"),
        ("*/20 8-10 * * 1-5", "2026-03-02T09:25", "2026-03-02T08:20"),
        ("0 0 29 2 *", "2026-03-02T12:00", "2024-02-29T00:00"),
        ("30 3 * * sun", "2026-10-25T12:00", "2026-10-25T03:30"),  # that hour came twice
        ("0 0 * * *", "2026-03-29T12:00", "2026-03-29T00:00"),  # a day of 23 hours
    ],
)
def test_a_cron_expression_names_its_last_time_before_the_slack(expression: str, as_of: str, expected: str) -> None:
    require_expression("ML_TRAINING_SCHEDULE", expression)
    found = since_cron(expression, at(as_of), NICOSIA)
    assert found.timestamp() == at(expected).timestamp()
