"""Two hotels written as the hotel application writes them: today's, and one of late 2025."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from minibar_ml.simulate import ApplicationManner, HotelPlan, Layout, SourceData, generate, write
from support.hotels.simulated import ZONE, sql

MANNER = ApplicationManner(
    hours="all", missed_lists=0.05, late_lists=0.05, deleted_lists=0.05, no_shows=0.05, changed_stays=0.1, undone=0.02,
    late_entries=0.02, reversals=0.5, retired_products=2,
)  # fmt: skip
PLAN = HotelPlan(
    seed=33, ends_on=date(2026, 3, 31), rooms=60, days=75, hotels=2, duplicates=0.02, partial_refills=0.0, manner=MANNER
)
PLAN_2025 = replace(
    PLAN, ends_on=date(2025, 11, 30), hotels=1, manner=replace(MANNER, paths="2025", lists="standard_2025")
)


@pytest.fixture(scope="session")
def application_data() -> SourceData:
    """Two hotels of 60 rooms as today's application writes them; 29 March, when clocks go forward, is within."""
    return generate(PLAN)


@pytest.fixture(scope="session")
def application(make_database: Callable[..., str], application_data: SourceData) -> str:
    """The URL of a database of it; only to be read."""
    return _written(make_database(), application_data, "b")


@pytest.fixture(scope="session")
def url_of_2025(make_database: Callable[..., str]) -> str:
    """The URL of a database as the application of late 2025 left it; only to be read."""
    return _written(make_database(), generate(PLAN_2025), "a")


def _written(url: str, data: SourceData, layout: Layout) -> str:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    write(engine, data, layout, ZONE)
    return url


def one(url: str, query: str) -> Any:
    """The only value of a query."""
    return sql(url, query)[0][0]


def none(url: str, query: str) -> bool:
    """Whether a query finds nothing."""
    return sql(url, query) == []
