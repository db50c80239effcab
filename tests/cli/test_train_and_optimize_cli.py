"""What `train` and `optimize` show of detectors on held-out days."""

import json
from typing import Any

import pytest
from support.hotels.simulated import AS_OF, command, done, sql, state

from minibar_ml.ml.detectors import shares

Capture = pytest.CaptureFixture[str]


def test_train_shows_every_detectors_recall_and_false_alerts_the_budget_the_phase_and_who_became_worse(
    trained: str, capsys: Capture
) -> None:
    sql(trained, "UPDATE minibar_ml.ml_models SET accuracy = 0.99 WHERE metric_type = 'room_consumption'")
    capsys.readouterr()
    assert command(trained, "train", "--as-of", AS_OF) == 0
    said = capsys.readouterr()
    for name in ("room_consumption", "product_demand", "leak", "refill_pace"):
        assert any(name in line and "0." in line and "±" in line for line in said.out.splitlines()), name
    assert "14 held-out days" in said.err
    assert "alert_budget 1: false alerts per 1,000 rooms" in said.err
    assert (
        "Yasemin Otel: an attendant who adds 0.1, 0.3 or 0.6 units per check for 14 days raises an alert in "
        in said.err
    )
    assert "Yasemin Otel: phase normal\n" in said.err
    assert "room_consumption, Yasemin Otel: balanced accuracy fell from 0.99" in said.err
    rows = sql(trained, "SELECT DISTINCT evaluated_on FROM minibar_ml.ml_models WHERE recall IS NOT NULL")
    assert [row[0] for row in rows] == ["faults injected into 14 held-out days"]
    active = sql(trained, "SELECT min(version) FROM minibar_ml.ml_models WHERE is_active")
    assert active[0][0] == 2, "a worse model is promoted all the same"


def test_trains_json_has_shares_quality_curves_and_verdicts_before_and_after(collected: str, capsys: Capture) -> None:
    state(collected, ML_ALERT_BUDGET="4")
    done(collected, "detect", "--since", "2025-11-10", "--as-of", AS_OF, "--quiet")
    ids = [str(row[0]) for row in sql(collected, "SELECT id FROM minibar_ml.ml_alerts WHERE score IS NOT NULL")]
    done(collected, "alerts", "false-positive", *ids, "--by", "Ayşe", "--quiet")
    capsys.readouterr()
    assert command(collected, "train", "--as-of", AS_OF, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["budget_per_1000_rooms_day"] == 4
    assert found["phases"] == {"1": {"days": 60, "phase": "normal", "silent_days": 0}}
    assert {one["detector"]: one["share"] for one in found["detectors"]}.items() <= shares().items()
    for one in found["detectors"]:
        _check(one["hotel_id"], one["quality"])
    rooms = next(one for one in found["detectors"] if one["detector"] == "room_consumption")
    assert list(rooms["quality"]["curve"]) == [f"{units}.0" for units in range(4, 16)]
    people = found["people"]["1"]
    assert list(people["adds"]) == ["0.1", "0.3", "0.6"]
    assert list(people["leaves_out"]) == ["0.25", "0.5", "1.0"]
    assert people["tried"] > 0
    assert found["false_shares"]
    for share in found["false_shares"].values():
        assert share["before"] == 1.0
        assert share["still_raised"] is None or share["still_raised"] <= share["judged"]


def _check(hotel_id: int, quality: dict[str, Any]) -> None:
    """Figures of one detector that fit together."""
    assert hotel_id == 1
    assert quality["threshold"] > 0
    assert 0 <= quality["false_alerts"] <= 40
    if quality["recall"]:
        expected = quality["recall"] / (quality["recall"] + quality["false_alerts"])
        assert quality["precision"] == pytest.approx(expected)


def test_a_hotel_of_a_few_days_gets_no_threshold_and_the_reason_is_printed(collected: str, capsys: Capture) -> None:
    sql(collected, "DELETE FROM minibar_ml.ml_metrics WHERE business_date < '2025-11-12'")
    state(collected, ML_MIN_DATA_POINTS="10", ML_LOOKBACK_DAYS="1")
    assert command(collected, "train", "--as-of", AS_OF, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["phases"] == {"1": {"days": 5, "phase": "learning", "silent_days": 0}}
    assert found["detectors"] == []
    assert {one["reason"] for one in found["trained"]} == {"too little data: 4 days of history, needs 7"}


def test_optimize_shows_the_search_and_stores_nothing(collected: str, capsys: Capture) -> None:
    assert command(collected, "optimize", "--as-of", AS_OF) == 0
    said = capsys.readouterr()
    assert "room_consumption" in said.out
    assert "Yasemin Otel:" in said.err
    assert sql(collected, "SELECT count(*) FROM minibar_ml.ml_models")[0][0] == 0
    assert command(collected, "optimize", "--as-of", AS_OF, "--hotel", "1", "--json") == 0
    (search,) = json.loads(capsys.readouterr().out)["hotels"]
    assert search["found"]["usual"] == shares()
    assert sum(search["found"]["shares"].values()) <= sum(shares().values()) + 1e-9


def test_optimize_of_an_unknown_hotel_says_so(collected: str, capsys: Capture) -> None:
    assert command(collected, "optimize", "--as-of", AS_OF, "--hotel", "99") == 5
    assert "hotel 99" in capsys.readouterr().err


def test_optimize_without_points_says_that_there_is_too_little(store_url: str, capsys: Capture) -> None:
    assert command(store_url, "optimize") == 0
    assert "Too little history" in capsys.readouterr().err
