"""What is at stake is counted in units of a usual price, whatever the currency."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.hotels.found import Charged, FoundProducts, value_of
from minibar_ml.domain.hotels.prices import Price
from minibar_ml.ml.impact import impact, severity

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


# What units were sold for


@pytest.mark.parametrize(
    ("charged", "worth"),
    [(None, 6 * 80), (Charged(2, 100), 100 + 4 * 80), (Charged(6, 0), 0), (Charged(9, 450), 6 * 50)],
    ids=["today's price", "two at another price", "complimentary", "more than is left of them"],
)
def test_units_are_worth_what_they_were_sold_for_and_today_s_price_where_that_is_not_known(
    charged: Charged | None, worth: float
) -> None:
    assert value_of(6, PRICES[2], charged) == worth


def test_units_without_any_price_are_worth_nobody_knows_what() -> None:
    assert value_of(3, None, None) is None
    assert value_of(3, Price(None, None), Charged(2, 10)) == 10


def test_of_more_than_the_room_holds_only_what_fits_is_a_possible_loss() -> None:
    found = FoundProducts({1: 40, 2: 1}, holds={1: 2})
    assert impact(_found(41, None), found, PRICES) == 2 * 30 + 80


def test_more_of_a_product_than_usual_is_worth_what_that_day_s_units_were_sold_for() -> None:
    many = replace(_found(50, None, "product_high"), type="consumption_anomaly", entity_type="product", entity_id=2)
    given_away = FoundProducts({}, {2: Charged(50, 0)})
    few = replace(many, value=5, expected=30.0, reason="product_low")
    assert impact(replace(many, expected=10.0), None, PRICES) == 40 * 80
    assert impact(replace(many, expected=10.0), given_away, PRICES) == 0
    assert impact(few, given_away, PRICES) == 25 * 80
