"""What stands where a possible loss would be: an amount, that no price is known, or that another alert counts."""

from dataclasses import replace

import pytest
from support.alerts.mailed_alert import ALERT, ZONE

from minibar_ml.domain.alerting.alerts import Alert
from minibar_ml.i18n import Lang
from minibar_ml.i18n.listings import loss, own_loss
from minibar_ml.notify.wording import Words

UNKNOWN = replace(ALERT, impact=None)
ORDER = replace(UNKNOWN, type="stock_depletion", entity_type="product")
PART = replace(ALERT, incident_id=9, is_counted=False)
WITHDRAWN = replace(ALERT, status="resolved", end_reason="records_changed", is_counted=False)
FALSE = replace(ALERT, status="false_positive")


@pytest.mark.parametrize(
    ("lang", "unknown", "part"),
    [
        ("en", "price unknown", "1,234.50 TRY (part of incident 9, which counts once)"),
        ("tr", "fiyatı bilinmiyor", "1.234,50 TRY (olay 9 içinde; olay bir kez sayılır)"),
    ],
)
def test_a_loss_that_is_no_amount_says_why(lang: Lang, unknown: str, part: str) -> None:
    assert (loss(UNKNOWN, lang, "TRY"), own_loss(UNKNOWN, lang, "TRY")) == (unknown, unknown)
    assert loss(ORDER, lang, "TRY") == "–", "an order is about no loss"
    assert own_loss(PART, lang, "TRY") == part
    assert own_loss(replace(PART, is_counted=True), lang, "TRY") == loss(ALERT, lang, "TRY")


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (PART, "part of incident 9, which counts once"),
        (WITHDRAWN, "not counted: the records have changed"),
        (replace(WITHDRAWN, incident_id=9), "not counted: the records have changed"),
        (FALSE, "not counted: false positive"),
        (replace(FALSE, incident_id=9, is_counted=False), "not counted: false positive"),
    ],
)
def test_a_loss_that_is_in_no_sum_is_marked(one: Alert, why: str) -> None:
    assert one.counted_impact == 0.0
    assert (loss(one, "en"), own_loss(one, "en")) == ("(1,234.50)", f"1,234.50 ({why})")


def test_a_mail_says_that_no_price_is_known() -> None:
    words = Words("en", ZONE, {})
    assert "Possible loss: price unknown\n" in words.alert(UNKNOWN, "opened", 0, "Ayşe").text
    assert "Possible loss" not in words.alert(ORDER, "opened", 0, "Ayşe").text
    ended = replace(UNKNOWN, status="resolved", resolved_by="system")
    assert "Possible loss" not in words.alert(ended, "resolved", 0, "Ayşe").text
    whole = words.alert(PART, "opened", 0, "Ayşe", [replace(ALERT, id=9, incident_id=9)]).text
    assert "Possible loss: 1,234.50\n" in whole, "a mail is about the incident"
