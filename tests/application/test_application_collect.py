"""The same hotel in the ideal and in the application's manner gives the same points, where no information is lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool
from support.hotels.simulated import ZONE, done, sql

from minibar_ml.simulate import ApplicationManner, HotelPlan, generate, write

PLAN = HotelPlan(seed=11, ends_on=date(2026, 2, 16), rooms=40, days=60, partial_refills=0.0, untidy=False)
CAREFUL = ApplicationManner(
    hours="all", missed_lists=0, late_lists=0, deleted_lists=0, no_shows=0, changed_stays=0, undone=0, reversals=0,
    retired_products=0,
)  # fmt: skip
UNITS = (
    "SELECT entity_id, business_date, metric_value FROM minibar_ml.ml_metrics WHERE metric_type = :metric"
    " AND metric_value > 0 AND (metric_type <> 'request_response' OR NOT jsonb_exists(context, 'ended_by'))"
    " ORDER BY 1, 2, 3"
)
"""What was asked for and never given ends when the guest leaves, at an hour that lists seldom know."""


@pytest.fixture(scope="module")
def collected(make_database: Callable[..., str]) -> dict[str, str]:
    """By manner, the URL of a database on which the night after the last day was collected."""
    urls = {"ideal": make_database(), "application": make_database()}
    for name, plan in (("ideal", PLAN), ("application", replace(PLAN, manner=CAREFUL))):
        engine = create_engine(make_url(urls[name]).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
        write(engine, generate(plan), "b", ZONE)
        done(urls[name], "db", "init", "--quiet")
        done(urls[name], "collect", "--as-of", (PLAN.ends_on + timedelta(days=1)).isoformat(), "--quiet")
    return urls


def with_extras(column: str) -> set[int]:
    """Ids of rooms or products with units beyond the setup: of those it is only known when the last is gone."""
    tables = generate(PLAN).tables
    lines = tables["minibar_islem_detay"].merge(tables["minibar_islemleri"], left_on="islem_id", right_on="id")
    return set(lines.loc[lines["ekstra_miktar"] > 0, column])


@pytest.mark.parametrize(
    ("metric", "extras"),
    [("room_consumption", "oda_id"), ("product_consumption", "urun_id"), ("request_response", None)],
)
def test_units_and_minutes_are_the_same_in_either_manner(
    collected: dict[str, str], metric: str, extras: str | None
) -> None:
    left_out = with_extras(extras) if extras else set()
    ideal, written = (
        [tuple(row) for row in sql(collected[name], UNITS, metric=metric) if row[0] not in left_out]
        for name in ("ideal", "application")
    )
    assert len(ideal) > 15
    assert written == ideal


def test_nothing_of_a_vacant_room_is_found_that_the_ideal_manner_does_not_show(collected: dict[str, str]) -> None:
    ideal, written = (
        {tuple(row) for row in sql(collected[name], UNITS, metric="vacant_consumption")}
        for name in ("ideal", "application")
    )
    assert ideal
    assert written <= ideal
