"""One forecast for all: what train stored in the night is what every role, report and alert shows."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.hotels.simulated import AS_OF, done, sql
from support.servers.logins import drop_logins, login

ROLES = (("administrator", "--all-hotels"), ("viewer", "--hotel", "1"), ("storekeeper", "--hotel", "1"))


@pytest.fixture(scope="module")
def night(make_database: Callable[..., str], hotel_forecasts: str) -> str:
    """A collected hotel with roles, after a night's forecasts and the next check."""
    url = make_database(hotel_forecasts)
    done(url, "db", "roles", "--apply", "--quiet")
    done(url, "detect", "--as-of", "2025-11-17T09:00", "--quiet")
    return url


@pytest.fixture
def logins(night: str) -> Iterator[list[str]]:
    """A login for each role of people."""
    yield [login(night, bound[0], "--as", *bound) for bound in ROLES]
    drop_logins(night)


def _forecast(url: str, capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    done(url, "forecast", "--as-of", "2025-11-17T10:00", "--json", *options)
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["products"]
    return found


def test_every_role_gets_the_same_forecast(night: str, logins: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    expected = _forecast(night, capsys)
    assert sum(one["days"] is not None for one in expected) > 15
    for url in logins:
        assert _forecast(url, capsys) == expected, url


def test_a_product_with_an_alert_has_the_figures_of_the_alert(night: str, capsys: pytest.CaptureFixture[str]) -> None:
    done(night, "alerts", "list", "--type", "stock_depletion", "--json", "--as-of", "2025-11-17T10:00", "--quiet")
    alerts = {one["id"]: one for one in json.loads(capsys.readouterr().out)}
    shown = {one["alert_id"]: one for one in _forecast(night, capsys) if one["alert_id"] is not None}
    assert shown.keys() == alerts.keys() != set()
    for number, one in shown.items():
        alert = alerts[number]
        assert (one["days"], one["p10"], one["p90"]) == (alert["value"], alert["lower"], alert["upper"])


def test_the_night_after_a_newer_forecast_replaces_that_of_an_older_alert(
    night: str, make_database: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    url = make_database(night)
    (product,) = sql(url, "SELECT entity_id FROM minibar_ml.ml_alerts WHERE type = 'stock_depletion' LIMIT 1")[0]
    sql(url, "UPDATE minibar_ml.ml_forecasts SET made_at = '2025-11-17 09:30+02', days_left = 99 WHERE product_id = :p",
        p=product)  # fmt: skip
    (one,) = [one for one in _forecast(url, capsys) if one["product_id"] == product]
    assert (one["days"], one["alert_id"] is not None) == (99, True)


def test_the_report_lists_what_the_forecast_shows(night: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = {one["product_id"]: one for one in _forecast(night, capsys) if one["days"] is not None}
    done(night, "report", "weekly", "--as-of", "2025-11-17T10:00", "--json")
    listed = json.loads(capsys.readouterr().out)["stock_outs"]["rows"]
    assert listed
    for row in listed:
        one = shown[row["product_id"]]
        assert (row["days_left"], row["level"]) == (one["days"], one["level"])
        assert (row["empty_on"], row["order_by"]) == (one["empty_on"], one["order_by"])
        assert (row["order_quantity"] or 0) == (one["order_quantity"] or 0)


def test_a_run_of_the_same_night_replaces_the_forecasts_and_an_earlier_instant_sees_none(
    night: str, make_database: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    url = make_database(night)
    before = sql(url, "SELECT * FROM minibar_ml.ml_forecasts ORDER BY product_id")
    done(url, "train", "--as-of", AS_OF, "--quiet")
    assert sql(url, "SELECT * FROM minibar_ml.ml_forecasts ORDER BY product_id") == before
    capsys.readouterr()
    done(url, "forecast", "--as-of", "2025-11-16")
    said = capsys.readouterr()
    assert (said.out, "`minibar-ml train` stores one each night" in said.err) == ("", True)
