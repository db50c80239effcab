"""Possible loss of a finding in money, units x price, and the severity that it gives; unknown where a price is."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from statistics import median

from minibar_ml.domain.alerting.alerts import Finding, Severity, is_put_back
from minibar_ml.domain.alerting.kinds import OVER_SETUP, severity_of, severity_rule
from minibar_ml.domain.hotels.found import FoundProducts, value_of
from minibar_ml.domain.hotels.prices import Price
from minibar_ml.ml.contract import Worth
from minibar_ml.ml.detectors import ALL

WORTH = {reason: worth for detector in ALL for reason, worth in detector.spec.reasons.items()}


def impact(finding: Finding, found: FoundProducts | None, prices: Mapping[int, Price]) -> float | None:
    """The possible loss, in the way that the detector's spec names for the finding's reason.

    found: of the products found, the share that is beyond the expected count, at the price they were sold for, else at
        the sale price. What a room can't hold was not in it.
    sales, goods: a product's units beyond (or short of) the expected, at the sale or the purchase price.
    missing: all of a product's units, at the purchase price. Each price falls back on the other.
    What counts have put back is not lost, nor is what no room can have held.
    """
    finding = _less_explained(finding)
    worth = WORTH.get(finding.reason)
    if worth == "found":
        return _of_products(finding, found or FoundProducts({}), prices)
    price = prices.get(finding.entity_id) if finding.entity_type == "product" else None
    if price and is_put_back(finding.facts):
        return 0.0
    if worth == "sales" and found and _off(finding) > 0:
        return _money_of(value_of(_off(finding), price, found.charged.get(finding.entity_id)))
    return _OF_PRODUCT[worth](finding, price) if worth and price else None


def _of_products(finding: Finding, found: FoundProducts, prices: Mapping[int, Price]) -> float | None:
    worth = found.worth(prices)
    if worth is None or finding.value <= 0:
        return None
    return round(worth * max(_off(finding), 0.0) / finding.value, 2)


def severity(finding: Finding, prices: Mapping[int, Price]) -> Severity:
    """The finding's severity by its possible loss, in units of the median price of all products.

    As the detector has it where the loss is not known, or where something else decides. More than a room holds was most
    likely typed wrong, whatever it would cost.
    """
    if (finding.facts or {}).get("over_setup"):
        return severity_of(finding.type, OVER_SETUP)
    if is_put_back(finding.facts):
        return "low"
    finding = _less_explained(finding)
    rule, usual = severity_rule(finding.type, finding.reason), _usual(WORTH.get(finding.reason), prices)
    if not rule.by_size or rule.measure != "units" or finding.impact is None or not usual:
        return finding.severity
    return rule.severity(finding.impact / usual)


def _less_explained(finding: Finding) -> Finding:
    """The finding with the units and the severity of what counts have not put back, and of what rooms can have held."""
    facts = finding.facts or {}
    left = facts.get("still_missing")
    if (over := facts.get("over_units")) is not None:
        left = max(finding.value - float(over), finding.expected or 0.0)
    if left is None:
        return finding
    size = float(left) - (finding.expected or 0.0)
    return replace(finding, value=float(left), severity=severity_of(finding.type, finding.reason, size))


def _usual(worth: Worth | None, prices: Mapping[int, Price]) -> float | None:
    """The median of those prices that a loss is computed with: one bottle of champagne does not make a can cheap."""
    goods = worth in ("goods", "missing")
    known = [one.lost_goods if goods else one.lost_sale for one in prices.values()]
    priced = [float(one) for one in known if one is not None and one > 0]
    return median(priced) if priced else None


def _off(finding: Finding) -> float:
    return finding.value - (finding.expected or 0.0)


_OF_PRODUCT: Mapping[Worth, Callable[[Finding, Price], float | None]] = {
    "sales": lambda finding, price: _money(_off(finding), price.lost_sale),
    "goods": lambda finding, price: _money(_off(finding), price.lost_goods),
    "missing": lambda finding, price: _money(finding.value, price.lost_goods),
}


def _money(units: float, price: object) -> float | None:
    return None if price is None else round(abs(units) * float(str(price)), 2)


def _money_of(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
