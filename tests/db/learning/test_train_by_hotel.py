"""A hotel is the unit of training: one that fails is named, and keeps no other from its models."""

from typing import Any

import pytest
from support.hotels.simulated import AS_OF, command, sql

from minibar_ml.domain.errors import ExitCode
from minibar_ml.ml import feedback

SECOND = (
    "INSERT INTO minibar_ml.ml_metrics (metric_type, hotel_id, entity_type, entity_id, metric_value, observed_at,"
    " business_date, context) SELECT metric_type, 2, entity_type, entity_id + 10000, metric_value, observed_at,"
    " business_date, context FROM minibar_ml.ml_metrics WHERE metric_type IN ('room_consumption', 'refill_duration')"
)
LOGS = "SELECT hotel_id, metric_type, model, success, error FROM minibar_ml.ml_training_logs WHERE hotel_id = :hotel"


@pytest.fixture
def broken_second(collected: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with points of two hotels, of which the second one's training raises."""
    sql(collected, SECOND)
    kept = feedback.without_confirmed

    def of_hotel(frames: Any, verdicts: Any, hotel_id: int) -> Any:
        if hotel_id == 2:
            raise ZeroDivisionError("a row that\nnobody expected")
        return kept(frames, verdicts, hotel_id)

    monkeypatch.setattr(feedback, "without_confirmed", of_hotel)
    return collected


def test_a_hotel_whose_training_raises_is_named_and_the_other_one_gets_its_models(
    broken_second: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(broken_second, "train", "--as-of", AS_OF, "--quiet") == ExitCode.PARTLY_DONE
    assert "hotel 2 was not trained" in capsys.readouterr().err
    models = sql(broken_second, "SELECT DISTINCT hotel_id FROM minibar_ml.ml_models WHERE is_active")
    assert [row.hotel_id for row in models] == [1]
    logs = sql(broken_second, LOGS, hotel=2)
    assert {(row.metric_type, row.model) for row in logs} >= {
        ("room_consumption", "statistics"),
        ("room_consumption", "isolation_forest"),
    }
    assert {(row.success, row.error) for row in logs} == {(False, "ZeroDivisionError: a row that nobody expected")}
    (run,) = sql(broken_second, "SELECT outcome, error FROM minibar_ml.ml_job_runs WHERE job = 'train'")
    assert run.outcome == "partly"
    assert run.error == "hotel 2 was not trained: ZeroDivisionError: a row that nobody expected"
