"""What an alert of a leak says of the product's ledger."""

from dataclasses import replace

import pytest
from support.alerts.findings import OUTFLOW, D

from minibar_ml.i18n import Lang
from minibar_ml.i18n.messages import sentences


@pytest.mark.parametrize(("lang", "said"), [("en", "fell below zero too (55 units)"), ("tr", "eksiye düştü (55 adet)")])
def test_a_ledger_below_zero_on_the_day_of_a_leak_is_said_of_that_day(lang: Lang, said: str) -> None:
    """A count may have corrected it since, which changes no record of the leak's own day."""
    facts = {"since": D.isoformat(), "days": 1, "below_zero": 55.0}
    finding = replace(OUTFLOW, type="shrinkage", reason="leak", value=229.0, facts=facts)
    assert said in sentences(finding, "Kola", lang)[0]
