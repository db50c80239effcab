"""Units that were entered for rooms which cannot hold them are typed wrong, most likely: a product's alert says so."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, text
from support.alerts.findings import DEMAND, D

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.hotels.prices import Price
from minibar_ml.i18n.messages import sentences
from minibar_ml.jobs.detection.detection_run import enriched
from minibar_ml.store.source import entities

HIGH = replace(DEMAND, entity_id=2, value=47.0, expected=2.0, upper=5.0, severity="high")
OVER = {1: {"over_rooms": [[60, 40, 3]]}, 2: {"over_rooms": [[90, 99, 3]]}}
ZONE = ZoneInfo("Europe/Nicosia")


def _point(connection: Connection, hotel: int, context: dict[str, Any]) -> None:
    connection.execute(text("SELECT minibar_ml.ensure_partitions(:day, :day)"), {"day": D})
    connection.execute(
        text("INSERT INTO minibar_ml.ml_metrics (metric_type, hotel_id, entity_type, entity_id, metric_value,"
             " observed_at, business_date, context) VALUES ('product_consumption', :hotel, 'product', 2, 47, :day,"
             " :day, CAST(:context AS jsonb))"),
        {"hotel": hotel, "day": D, "context": json.dumps(context)},
    )  # fmt: skip


@pytest.fixture(params=[True, False], ids=["sold for ten", "prices on no line"])
def entered(connection: Connection, request: pytest.FixtureRequest) -> Connection:
    """Room 60 of hotel 1, which holds three, has 40 on record, and one of another hotel 99."""
    for hotel, sold in ((1, 470.0), (2, 9.0)):
        _point(connection, hotel, {**OVER[hotel], **({"charged": [47, sold]} if request.param else {})})
    return connection


def _enriched(connection: Connection, finding: Finding) -> Finding:
    known = entities.fetch(connection, [finding], ())
    known.names[("room", 60)] = "2-208"
    known.prices[2] = Price(Decimal(10), None)
    return enriched(finding, known, ZONE)


def test_a_product_names_the_entry_of_a_room_that_cannot_hold_it(entered: Connection) -> None:
    found = _enriched(entered, HIGH)
    assert found.impact == 80.0, "of 47, 37 can't have been there and 2 are usual"
    assert found.severity == "low"
    message, action = sentences(found, "Bira", "en")
    assert message == (
        "Bira: 47 units consumed; normally about 2 units. More than the minibar holds (2-208: 40, holds 3): check the"
        " entry first."
    )
    assert action.startswith("If the entry is wrong, correct it.")
    assert "Minibarın alabileceğinden fazla (2-208: 40, minibara sığan 3)" in sentences(found, "Bira", "tr")[0]


@pytest.mark.parametrize("changes", [{"value": 90.0}, {"reason": "product_low", "value": 0.0}, {"hotel_id": 3}])
def test_what_such_entries_do_not_explain_names_none(entered: Connection, changes: dict[str, Any]) -> None:
    found = _enriched(entered, replace(HIGH, **changes))
    assert "over_rooms" not in (found.facts or {})
    assert "check the entry" not in sentences(found, "Bira", "en")[0]


@pytest.mark.parametrize("entered", [True], indirect=True)
def test_a_hotels_units_are_worth_what_they_were_sold_for_there(entered: Connection) -> None:
    assert _enriched(entered, replace(HIGH, value=49.0, expected=2.0, hotel_id=2)).impact == 0.0
    assert _enriched(entered, replace(HIGH, value=249.0, hotel_id=2)).impact == 9.0 + 200 * 10
