"""train shows how the budget is split, beside what the hotel's held-out days showed, and the hotel's phase."""

import json
import re
from typing import Any

import pytest
from hotels import AS_OF, command, sql

from minibar_ml.ml.thresholds import SHARES


def _train(url: str, capsys: pytest.CaptureFixture[str], **settings: str) -> Any:
    assert command(url, "train", "--as-of", AS_OF, "--json", **settings) == 0
    return json.loads(capsys.readouterr().out)


def test_the_split_is_told_for_every_detector_that_learns(collected: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = _train(collected, capsys, ML_ALERT_BUDGET="4")
    assert told["budget_per_1000_rooms_day"] == 4
    assert told["phases"] == {"1": {"days": 60, "phase": "normal"}}
    assert {one["detector"] for one in told["budget"]} == set(SHARES)
    rooms = sql(collected, "SELECT count(*) FROM minibar_ml.source_rooms() WHERE is_active")[0][0]
    for one in told["budget"]:
        assert one["hotel_id"] == 1
        if one["threshold"] is not None:
            assert one["expected_per_1000_rooms_day"] == pytest.approx(4 * SHARES[one["detector"]])
            assert one["threshold"] >= one["nominal_threshold"] > 0
        if one["held_out_alerts"] is not None:
            rate = 1000 * one["held_out_alerts"] / rooms / 7
            assert one["held_out_per_1000_rooms_day"] == pytest.approx(rate)
    assert any(one["held_out_alerts"] is not None for one in told["budget"])


def test_false_alarms_make_the_expected_ones_fewer(collected: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = _train(collected, capsys)
    assert (
        command(collected, "detect", "--as-of", AS_OF, "--since", "2025-11-10", "--quiet", ML_ALERT_BUDGET="100") == 0
    )
    judged = sql(
        collected,
        "UPDATE minibar_ml.ml_alerts SET status = 'false_positive', resolved_at = now(), resolved_by = 'me'"
        " WHERE type = 'consumption_anomaly' RETURNING id",
    )
    assert judged
    expected = [
        {one["detector"]: one["expected_per_1000_rooms_day"] for one in told["budget"]}
        for told in (before, _train(collected, capsys))
    ]
    assert expected[1]["room_consumption"] < expected[0]["room_consumption"]
    assert expected[1]["leak"] == expected[0]["leak"]


def test_the_table_says_what_set_each_threshold_and_the_notes_what_it_means(
    collected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(collected, "train", "--as-of", AS_OF) == 0
    captured = capsys.readouterr()
    for detector in SHARES:
        assert f" {detector} " in captured.out
    assert re.search(r" 1 in [\d,]+ ", captured.out)
    assert "ML_ALERT_BUDGET is 1, of which" in captured.err
    assert "hotel 1: phase normal\n" in captured.err


def test_a_hotel_of_a_few_days_gets_no_threshold_and_is_told_why(
    collected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(collected, "DELETE FROM minibar_ml.ml_metrics WHERE business_date < '2025-11-12'")
    told = _train(collected, capsys, ML_MIN_DATA_POINTS="10", ML_LOOKBACK_DAYS="1")
    assert told["phases"] == {"1": {"days": 5, "phase": "learning"}}
    assert {one["threshold"] for one in told["budget"]} == {None}
    assert {one["reason"] for one in told["trained"]} == {"too little data: 4 days of history, needs 7"}
