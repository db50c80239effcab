"""Hotels side by side: with --jobs 2 a store holds what one process would have put into it."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from support.hotels.simulated import ZONE, done, engine_of, sql

from minibar_ml.jobs import side_by_side
from minibar_ml.jobs.learning import fitting
from minibar_ml.simulate import HotelPlan, generate, write

PLAN = HotelPlan(seed=3, ends_on=date(2025, 11, 16), hotels=3, rooms=6, days=30, timezone=ZONE)
AS_OF = "2025-11-17"
STORED = (
    "SELECT type, hotel_id, entity_type, entity_id, occurred_on, severity, value, expected, score, facts, message"
    " FROM minibar_ml.ml_alerts ORDER BY 1, 2, 3, 4, 5",
    "SELECT * FROM minibar_ml.ml_metrics ORDER BY 1, 2, 3, 4, 5, 6",
    "SELECT model_type, metric_type, hotel_id, version, data_points, accuracy, precision, recall"
    " FROM minibar_ml.ml_models ORDER BY 1, 2, 3",
    "SELECT model, metric_type, hotel_id, success, error, data_points, metrics FROM minibar_ml.ml_training_logs"
    " ORDER BY 1, 2, 3",
    "SELECT hotel_id, product_id, days_left, reason, figures FROM minibar_ml.ml_forecasts ORDER BY 1, 2",
)


@pytest.fixture(scope="module")
def both(make_database: Callable[..., str]) -> dict[int, str]:
    """By number of processes, the database of the same three hotels after all jobs."""
    world, urls = generate(PLAN), {}
    for jobs in (1, 2):
        urls[jobs] = url = make_database()
        write(engine_of(url), world, "b", ZONE)
        done(url, "db", "init", "--quiet")
        done(url, "collect", "--as-of", AS_OF, "--quiet")
        for job in ("train", "detect"):
            done(url, job, "--as-of", AS_OF, "--jobs", str(jobs), "--quiet")
    return urls


@pytest.mark.parametrize("stored", STORED, ids=["alerts", "points", "models", "trainings", "forecasts"])
def test_two_processes_store_what_one_does(both: dict[int, str], stored: str) -> None:
    one, two = (sql(both[jobs], stored) for jobs in (1, 2))
    assert one == two
    assert one


def test_a_walk_finds_the_same_by_two_processes(both: dict[int, str]) -> None:
    for jobs, url in both.items():
        walk = ["--since", "2025-11-10", "--until", "2025-11-13", "--jobs", str(jobs)]
        done(url, "detect", *walk, "--as-of", AS_OF, "--quiet")
    assert sql(both[1], STORED[0]) == sql(both[2], STORED[0])


def test_why_a_training_fails_comes_back_from_another_process() -> None:
    without_points: Any = SimpleNamespace(hotels={})
    made = side_by_side.each(fitting.attempt, [(1, without_points), (2, without_points)], 2)
    assert [one.why for one in made if not isinstance(one, fitting.Fitted)] == ["KeyError: 1", "KeyError: 2"]
    assert all("Traceback" in one.trace for one in made if not isinstance(one, fitting.Fitted))
