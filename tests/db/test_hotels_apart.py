"""A hotel is the unit of collect, train and detect: one that fails is named, and the others are done."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from support.hotels.simulated import ZONE, command, done, engine_of, sql

from minibar_ml.domain.errors import ExitCode
from minibar_ml.simulate import HotelPlan, generate, write

HOTELS, BROKEN = 20, 7
PLAN = HotelPlan(seed=3, ends_on=date(2025, 11, 16), hotels=HOTELS, rooms=5, days=30, timezone=ZONE)
AS_OF, NEXT = "2025-11-17", "2025-11-17T00:30"
REFUSE = (
    "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    f" IF NEW.hotel_id = {BROKEN} THEN RAISE EXCEPTION 'a row that nobody expected'; END IF; RETURN NEW; END $$;"
    " CREATE TRIGGER refuse BEFORE INSERT ON minibar_ml.ml_{} FOR EACH ROW EXECUTE FUNCTION public.refuse()"
)
ALLOW = "DROP FUNCTION public.refuse() CASCADE"
TAMPER = (
    "UPDATE minibar_ml.ml_metrics SET context = context || '{}' WHERE metric_type = 'room_consumption'"
    f" AND hotel_id = {BROKEN}"
)
RUN = "SELECT outcome, error, counts FROM minibar_ml.ml_job_runs WHERE job = :job ORDER BY id DESC LIMIT 1"
POINTS = "SELECT DISTINCT hotel_id FROM minibar_ml.ml_metrics WHERE metric_type = 'room_consumption' ORDER BY 1"
MODELS = "SELECT DISTINCT hotel_id FROM minibar_ml.ml_models WHERE is_active ORDER BY 1"
OTHERS = [one for one in range(1, HOTELS + 1) if one != BROKEN]


@pytest.fixture(scope="module")
def chain(make_database: Callable[..., str]) -> str:
    """The database of twenty small hotels."""
    url = make_database()
    write(engine_of(url), generate(PLAN), "b", ZONE)
    done(url, "db", "init", "--quiet")
    return url


def _hotels(url: str, statement: str) -> list[int]:
    return [row.hotel_id for row in sql(url, statement) if row.hotel_id != 0]


def _fails(url: str, job: str, verb: str, capsys: pytest.CaptureFixture[str], as_of: str = AS_OF) -> Any:
    """The record of a run that does nineteen hotels of twenty."""
    capsys.readouterr()
    assert command(url, job, "--as-of", as_of, "--quiet") == ExitCode.PARTLY_DONE
    (run,) = sql(url, RUN, job=job)
    assert run.outcome == "partly" and run.error.startswith(f"hotel {BROKEN} was not {verb}: ")
    assert list(run.counts["failed_hotels"]) == [str(BROKEN)]
    assert f"hotel {BROKEN} was not {verb}" in capsys.readouterr().err
    return run


def test_of_twenty_hotels_nineteen_are_done_where_one_fails_in_every_job(
    chain: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(chain, REFUSE.format("metrics"))
    assert "a row that nobody expected" in _fails(chain, "collect", "collected", capsys).error
    assert _hotels(chain, POINTS) == OTHERS
    sql(chain, ALLOW)
    done(chain, "collect", "--as-of", AS_OF, "--quiet")
    assert _hotels(chain, POINTS) == [*range(1, HOTELS + 1)], "all of its history, by the first run that can"

    sql(chain, REFUSE.format("models"))
    _fails(chain, "train", "trained", capsys)
    assert _hotels(chain, MODELS) == OTHERS
    logs = sql(chain, "SELECT hotel_id, success, error FROM minibar_ml.ml_training_logs")
    assert {row.error.split("\n")[0] for row in logs if row.hotel_id == BROKEN} == {
        "RaiseException: a row that nobody expected"
    }
    assert {row.hotel_id for row in logs if row.success} == {0, *OTHERS}
    sql(chain, ALLOW)

    sql(chain, TAMPER.format('{"nights": "many"}').replace(":", r"\:"))
    _fails(chain, "detect", "checked", capsys)
    command(chain, "status", "--as-of", AS_OF, "--json")
    status = json.loads(capsys.readouterr().out)
    assert [(one["job"], one["hotel_id"]) for one in status["undone"]] == [("train", BROKEN), ("detect", BROKEN)]
    assert not status["ok"]
    sql(chain, TAMPER.format('{"nights": 1}').replace(":", r"\:"))
    done(chain, "detect", "--as-of", NEXT, "--quiet")
    done(chain, "train", "--as-of", NEXT, "--hotel", str(BROKEN), "--quiet")
    command(chain, "status", "--as-of", NEXT, "--json")
    assert json.loads(capsys.readouterr().out)["undone"] == []


@pytest.fixture(scope="module")
def three(make_database: Callable[..., str]) -> Callable[[], str]:
    """Databases of the same three hotels."""
    world = generate(replace(PLAN, hotels=3, rooms=8, days=30))

    def made() -> str:
        url = make_database()
        write(engine_of(url), world, "b", ZONE)
        done(url, "db", "init", "--quiet")
        return url

    return made


ALERTS = (
    "SELECT type, hotel_id, entity_type, entity_id, occurred_on, last_occurred_on, status, value, score"
    " FROM minibar_ml.ml_alerts ORDER BY 1, 2, 3, 4, 5"
)
METRICS = "SELECT * FROM minibar_ml.ml_metrics ORDER BY 1, 2, 3, 4, 5, 6"


def test_a_run_of_one_hotel_leaves_the_others_to_the_next_run(three: Callable[[], str]) -> None:
    alone, together = three(), three()
    for job, seen in (("collect", POINTS), ("train", MODELS), ("detect", ALERTS)):
        done(alone, job, "--hotel", "2", "--as-of", AS_OF, "--quiet")
        assert _hotels(alone, f"SELECT DISTINCT hotel_id FROM ({seen}) s") == [2]
        for url in (alone, together):
            done(url, job, "--as-of", AS_OF, "--quiet")
    assert sql(alone, METRICS) == sql(together, METRICS)
    assert sql(alone, ALERTS) == sql(together, ALERTS)
    assert {row.hotel_id for row in sql(alone, ALERTS)} > {2}


def test_alerts_of_a_hotel_that_cannot_be_checked_stay_as_they_are(three: Callable[[], str]) -> None:
    url = three()
    for job in ("collect", "detect"):
        done(url, job, "--as-of", AS_OF, "--quiet")
    before = sql(url, ALERTS)
    sql(url, TAMPER.replace(f"= {BROKEN}", "= 2").format('{"nights": "many"}').replace(":", r"\:"))
    assert command(url, "detect", "--as-of", "2025-11-25", "--quiet") == ExitCode.PARTLY_DONE
    after = sql(url, ALERTS)
    assert [row for row in after if row.hotel_id == 2] == [row for row in before if row.hotel_id == 2]
    assert [row for row in after if row.hotel_id != 2] != [row for row in before if row.hotel_id != 2]


def test_where_no_hotel_can_be_done_the_run_fails(three: Callable[[], str], capsys: pytest.CaptureFixture[str]) -> None:
    url = three()
    sql(url, REFUSE.format("metrics").replace(f"= {BROKEN}", "> 0"))
    assert command(url, "collect", "--as-of", AS_OF, "--quiet") == ExitCode.UNEXPECTED
    assert [row.outcome for row in sql(url, RUN, job="collect")] == ["failed"]
    assert "a row that nobody expected" in capsys.readouterr().err
