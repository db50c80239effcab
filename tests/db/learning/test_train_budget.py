"""train shows how the budget is split, what the hotel's held-out days showed, and the hotel's phase."""

import json
from typing import Any

import pytest
from support.hotels.simulated import AS_OF, command, sql, state

from minibar_ml.ml.detectors import shares


def _train(url: str, capsys: pytest.CaptureFixture[str], **settings: str) -> Any:
    state(url, **settings)
    assert command(url, "train", "--as-of", AS_OF, "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_each_detectors_share_and_what_held_out_days_showed_are_printed(
    collected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = _train(collected, capsys, ML_ALERT_BUDGET="4")
    assert printed["budget_per_1000_rooms_day"] == 4
    assert printed["phases"] == {"1": {"days": 60, "phase": "normal", "silent_days": 0}}
    assert {one["detector"]: one["share"] for one in printed["detectors"]}.items() <= shares().items()
    for one in printed["detectors"]:
        assert one["hotel_id"] == 1
        quality = one["quality"]
        assert quality["threshold"] > 0
        assert 0 <= quality["false_alerts"] <= 40
        if quality["recall"]:
            expected = quality["recall"] / (quality["recall"] + quality["false_alerts"])
            assert quality["precision"] == pytest.approx(expected)


def test_a_hotel_of_a_few_days_gets_no_threshold_and_the_reason_is_printed(
    collected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(collected, "DELETE FROM minibar_ml.ml_metrics WHERE business_date < '2025-11-12'")
    printed = _train(collected, capsys, ML_MIN_DATA_POINTS="10", ML_LOOKBACK_DAYS="1")
    assert printed["phases"] == {"1": {"days": 5, "phase": "learning", "silent_days": 0}}
    assert printed["detectors"] == []
    assert {one["reason"] for one in printed["trained"]} == {"too little data: 4 days of history, needs 7"}
