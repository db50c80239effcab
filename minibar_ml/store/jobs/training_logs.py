"""The record of trainings: every model that was trained, or could not be, and why."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection

from minibar_ml.domain.models import TrainingLog
from minibar_ml.store.queries import query


def insert_logs(connection: Connection, logs: Sequence[TrainingLog]) -> None:
    """Add trainings in one statement, in the caller's transaction."""
    values = {
        "models": [log.model for log in logs],
        "metric_types": [log.metric_type for log in logs],
        "hotel_ids": [log.hotel_id for log in logs],
        "started_at": [log.started_at for log in logs],
        "ended_at": [log.ended_at for log in logs],
        "data_points": [log.data_points for log in logs],
        "success": [log.success for log in logs],
        "errors": [log.error for log in logs],
        "metrics": [json.dumps(dict(log.metrics)) for log in logs],
    }
    connection.execute(query("models.insert_logs"), values)
