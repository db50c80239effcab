"""One grammar of schedules: what the settings accept, cron keeps and cronsim computes."""

from datetime import UTC, datetime

import pytest
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from minibar_ml.config.cron import (
    FIELDS,
    NAMES,
    USABLE_MINUTES,
    describe_minutes,
    require_expression,
    require_interval,
)
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def field(name: str, low: int, high: int) -> st.SearchStrategy[str]:
    """A valid field of an expression; days of the month that every month has."""
    number = st.integers(low, high)
    span = st.tuples(number, number).map(sorted).map(lambda ends: f"{ends[0]}-{ends[1]}")
    step = st.tuples(st.one_of(st.just("*"), span), st.integers(1, high)).map(lambda pair: f"{pair[0]}/{pair[1]}")
    item = st.one_of(st.just("*"), number.map(str), span, step)
    some = st.lists(item, min_size=1, max_size=3).map(",".join)
    return st.one_of(some, st.sampled_from(NAMES[name])) if name in NAMES else some


def expression() -> st.SearchStrategy[str]:
    limited = [(name, low, 28 if name == "day of month" else high) for name, low, high in FIELDS]
    return st.tuples(*(field(*one) for one in limited)).map(" ".join)


@given(expression())
def test_every_valid_expression_has_a_next_and_a_last_time(text: str) -> None:
    require_expression("ML_TRAINING_SCHEDULE", text)
    assert next(CronSim(text, NOON)) > NOON
    assert next(CronSim(text, NOON, reverse=True)) < NOON


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("0 0 L * *", "'L' is not a valid day of month"),
        ("0 0 * * 5L", "'5L' is not a valid day of week"),
        ("0 0 * * mon#1", "'mon#1' is not a valid day of week"),
        ("0 0 * * mon-fri", "'mon-fri' is not a valid day of week"),
        ("0 0 * jan,feb *", "'jan,feb' is not a valid month"),
        ("60 0 * * *", "'60' is not a valid minute"),
        ("*/0 0 * * *", "'*/0' is not a valid minute"),
        ("5/5 0 * * *", "'5/5' is not a valid minute"),
        ("0 23-1 * * *", "'23-1' is not a valid hour"),
        ("٣ 0 * * *", "is not a valid minute"),
        ("0 0 * *", "must have five fields"),
        ("@daily", "must have five fields"),
        ("0 0 0 * * *", "must have five fields"),
        ("0 0 30 2 *", "is never due"),
        ("0 0 31 4,6,9,11 *", "is never due"),
    ],
)
def test_what_cron_would_refuse_or_never_run_is_refused_with_the_field(text: str, named: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        require_expression("ML_TRAINING_SCHEDULE", text)
    assert f"ML_TRAINING_SCHEDULE={text!r}" in str(refused.value)
    assert named in str(refused.value)


def test_the_defaults_are_schedules_that_cron_keeps() -> None:
    known = Settings()
    for name in ("training_schedule", "report_schedule", "monthly_report_schedule", "dashboard_schedule"):
        require_expression(name, getattr(known, name))
    for name in ("data_collection_interval", "anomaly_check_interval", "notify_interval"):
        require_interval(name, getattr(known, name))


def test_an_interval_is_kept_or_refused_with_the_nearest_ones() -> None:
    for minutes in range(1, 1441):
        if minutes in USABLE_MINUTES:
            require_interval("ML_NOTIFY_INTERVAL", 60 * minutes)
            continue
        with pytest.raises(ConfigurationError) as refused:
            require_interval("ML_NOTIFY_INTERVAL", 60 * minutes)
        below = max(usable for usable in USABLE_MINUTES if usable < minutes)
        assert f"use {60 * below} ({describe_minutes(below)}) or " in str(refused.value)
