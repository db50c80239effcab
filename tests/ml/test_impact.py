"""What is at stake is counted in units of a usual price, whatever the currency."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.hotels.prices import Price
from minibar_ml.ml.impact import severity

PRICES = {n: Price(Decimal(price), None) for n, price in enumerate(("30", "80", "110", "150", "2500"), 1)}


def _found(units: float, impact: float | None, reason: str = "vacant") -> Finding:
    return Finding(
        type="vacant_consumption",
        hotel_id=1,
        entity_type="room",
        entity_id=1,
        metric="vacant_consumption",
        occurred_on=date(2026, 1, 1),
        reason=reason,
        severity="high",
        detector="vacant_room",
        value=units,
        impact=impact,
    )


@pytest.mark.parametrize(
    ("impact", "expected"), [(30.0, "high"), (540.0, "high"), (550.0, "critical"), (2500.0, "critical")]
)
def test_five_usual_prices_missing_from_a_vacant_room_are_critical(impact: float, expected: str) -> None:
    assert severity(_found(1, impact), PRICES) == expected


def test_where_no_loss_or_no_price_is_known_the_detectors_severity_stays() -> None:
    for found, prices in (
        (_found(9, None), PRICES),
        (_found(9, 900.0), {}),
        (_found(9, 900.0), {1: Price(None, None)}),
    ):
        assert severity(replace(found, severity="low"), prices) == "low"


def test_minutes_and_days_are_not_money() -> None:
    waiting = replace(_found(150, 9000.0, "waiting"), type="unanswered_request", severity="medium")
    assert severity(waiting, PRICES) == "medium"
