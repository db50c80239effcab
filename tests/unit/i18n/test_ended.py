"""What an alert asks for when what it was about has ended."""

from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

import pytest

from minibar_ml.domain.alerting.alerts import Alert
from minibar_ml.i18n.messages import sentences

DAY, AT = date(2025, 11, 18), datetime(2025, 11, 18, 9, tzinfo=UTC)


def _action(reason: str, kind: str, by: str, **facts: Any) -> str:
    known = {field.name: None for field in fields(Alert)} | {
        "id": 1, "type": kind, "status": "resolved", "resolved_by": by, "reason": reason, "value": 3.0, "facts": facts,
        "occurred_on": DAY, "last_occurred_on": DAY, "measured_on": DAY, "raised_at": AT,
    }  # fmt: skip
    return sentences(Alert(**known), "Kola", "en", DAY)[1]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("stock_depletion", "depletion"), ("data_stale", "stale"), ("job_late", "jobs_late"),
     ("model_fallback", "models_off"), ("rows_refused", "refused")],
)  # fmt: skip
def test_a_state_that_has_ended_asks_for_nothing(kind: str, reason: str) -> None:
    assert _action(reason, kind, "system") == "Nothing needs to be done."
    assert _action(reason, kind, "ayse") != "Nothing needs to be done.", "it may go on"


@pytest.mark.parametrize(
    ("kind", "reason", "asked"),
    [("stock_anomaly", "stock_negative", "Count"), ("unanswered_request", "waiting", "Find out what caused the delay"),
     ("shrinkage", "leak", "Compare issues")],
)  # fmt: skip
def test_what_can_still_be_found_out_is_asked_for(kind: str, reason: str, asked: str) -> None:
    assert asked in _action(reason, kind, "system", completed=True)
