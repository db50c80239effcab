"""What an alert of a leak says of the product's ledger."""

from datetime import date

import pytest

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.i18n import Lang
from minibar_ml.i18n.messages import sentences

DAY = date(2025, 11, 20)


@pytest.mark.parametrize(("lang", "said"), [("en", "fell below zero too (55 units)"), ("tr", "eksiye düştü (55 adet)")])
def test_a_ledger_below_zero_on_the_day_of_a_leak_is_said_of_that_day(lang: Lang, said: str) -> None:
    """A count may have corrected it since, which changes no record of the leak's own day."""
    finding = Finding(
        type="shrinkage",
        hotel_id=1,
        entity_type="product",
        entity_id=6,
        metric="stock_outflow",
        occurred_on=DAY,
        reason="leak",
        severity="high",
        detector="leak",
        value=229.0,
        facts={"since": DAY.isoformat(), "days": 1, "below_zero": 55.0},
    )
    assert said in sentences(finding, "Kola", lang)[0]
