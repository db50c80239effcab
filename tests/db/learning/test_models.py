"""Models in the store: versions, the active one, retention, rolling back; a fixed number of statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import IntegrityError

from minibar_ml.domain.errors import NotFound
from minibar_ml.domain.metrics import MetricType
from minibar_ml.domain.models import ModelHeader, ModelKey, ModelType, NewModel, TrainingLog
from minibar_ml.store import models
from minibar_ml.store.jobs.training_logs import insert_logs

AT = datetime(2026, 3, 1, 22, tzinfo=UTC)
ROOMS = ModelKey("statistics", "room_consumption", 1)


def new(key: ModelKey, version: int, **given: Any) -> NewModel:
    header = ModelHeader(key.model_type, key.metric_type, key.hotel_id, version)
    values: dict[str, Any] = {"model_data": b"\x00sealed\xff", "data_points": 120, "trained_at": AT} | given
    return NewModel(header=header, **values)


def train(connection: Connection, *keys: ModelKey) -> list[int]:
    """What a training does: next versions, insert, promote, prune; returns the new ids."""
    versions = models.next_versions(connection, keys)
    ids = [model.id for model in models.insert(connection, [new(key, versions[key]) for key in keys])]
    models.promote(connection, ids)
    models.prune(connection)
    return ids


def active(connection: Connection) -> dict[ModelKey, int]:
    return {model.header.key: model.header.version for model in models.fetch_active(connection)}


def all_versions(connection: Connection) -> list[int]:
    return [model.header.version for model in models.fetch_summaries(connection)]


@contextmanager
def statements(connection: Connection) -> Iterator[list[str]]:
    seen: list[str] = []

    def remember(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(connection.engine, "before_cursor_execute", remember)
    try:
        yield seen
    finally:
        event.remove(connection.engine, "before_cursor_execute", remember)


def test_a_model_comes_back_as_it_was_stored(connection: Connection) -> None:
    given = new(
        ROOMS, 1, parameters={"since": "2026-01-01"}, accuracy=0.9, precision=0.8, evaluated_on="injected faults"
    )
    unknown = new(ModelKey("isolation_forest", "stock_outflow", 0), 1)
    stored = models.insert(connection, [given, unknown])
    assert active(connection) == {}
    models.promote(connection, [model.id for model in stored])
    found = models.fetch_active(connection)
    assert [(m.header, m.is_active) for m in found] == [(unknown.header, True), (given.header, True)]
    assert (found[1].model_data, found[1].parameters, found[1].trained_at) == (
        given.model_data,
        {"since": "2026-01-01"},
        AT,
    )
    assert (found[1].accuracy, found[1].recall, found[0].accuracy) == (0.9, None, None)
    assert [m.header for m in models.fetch_active(connection, [1])] == [given.header]
    assert models.fetch_active(connection, []) == []


def test_versions_count_up_for_each_model_by_itself(connection: Connection) -> None:
    other = ModelKey("isolation_forest", "room_consumption", 1)
    train(connection, ROOMS)
    train(connection, ROOMS)
    assert models.next_versions(connection, [ROOMS, other, ROOMS]) == {ROOMS: 3, other: 1}
    assert models.next_versions(connection, []) == {}
    assert models.insert(connection, []) == []


def test_promotion_retires_the_old_one_and_touches_no_other_model(connection: Connection) -> None:
    others = [ModelKey("isolation_forest", "room_consumption", 1), ModelKey("statistics", "room_consumption", 2)]
    train(connection, ROOMS, *others)
    train(connection, ROOMS)
    assert active(connection) == {ROOMS: 2, others[0]: 1, others[1]: 1}
    newest = models.fetch_active(connection, [1])[-1].id
    assert models.promote(connection, [newest]) == []


def test_at_most_one_version_is_active(connection: Connection) -> None:
    train(connection, ROOMS)
    train(connection, ROOMS)
    with pytest.raises(IntegrityError, match="ml_models_one_active"):
        connection.execute(text("UPDATE minibar_ml.ml_models SET is_active = true"))


def test_the_last_three_versions_are_kept_and_the_active_one_however_old(connection: Connection) -> None:
    first = train(connection, ROOMS)
    for _ in range(4):
        train(connection, ROOMS)
    assert all_versions(connection) == [5, 4, 3]
    models.promote(connection, [m.id for m in models.fetch_summaries(connection) if m.header.version == 3])
    models.insert(connection, [new(ROOMS, version) for version in (6, 7, 8)])
    assert models.prune(connection, keep=3) == 2
    assert all_versions(connection) == [8, 7, 6, 3]
    assert first[0] not in [m.id for m in models.fetch_summaries(connection)]


def test_rolling_back_takes_both_models_of_the_metric_one_version_back(connection: Connection) -> None:
    forest = ModelKey("isolation_forest", "room_consumption", 1)
    elsewhere = ModelKey("statistics", "room_consumption", 2)
    for _ in range(3):
        train(connection, ROOMS, forest, elsewhere)
    models.rollback(connection, "room_consumption", 1)
    assert active(connection) == {ROOMS: 2, forest: 2, elsewhere: 3}
    gone = models.rollback(connection, "room_consumption", 1)
    assert {header.version for header in gone} == {1}
    with pytest.raises(NotFound, match="room_consumption, hotel 1 with an older version"):
        models.rollback(connection, "room_consumption", 1)


def test_a_model_without_an_older_version_stays_where_it_is(connection: Connection) -> None:
    forest = ModelKey("isolation_forest", "room_consumption", 1)
    train(connection, ROOMS)
    train(connection, ROOMS, forest)
    assert [header.model_type for header in models.rollback(connection, "room_consumption", 1)] == ["statistics"]
    assert active(connection) == {ROOMS: 1, forest: 1}


def test_promotion_and_roll_back_are_in_the_audit_log(connection: Connection) -> None:
    train(connection, ROOMS)
    train(connection, ROOMS)
    models.rollback(connection, "room_consumption", 1)
    rows = connection.execute(
        text("SELECT action, before, after FROM minibar_ml.ml_audit_log WHERE action LIKE 'models.%' ORDER BY id")
    ).all()
    name = "statistics model of room_consumption, hotel 1, version "
    assert [tuple(row) for row in rows] == [
        ("models.promote", [], [f"{name}1"]),
        ("models.promote", [f"{name}1"], [f"{name}2"]),
        ("models.roll_back", [f"{name}2"], [f"{name}1"]),
    ]


def test_fifty_models_take_as_many_statements_as_one(connection: Connection) -> None:
    types: list[tuple[ModelType, MetricType]] = [("statistics", "room_consumption"), ("isolation_forest", "occupancy")]
    many = [ModelKey(model, metric, hotel) for model, metric in types for hotel in range(25)]
    with statements(connection) as one:
        train(connection, ROOMS)
        models.fetch_active(connection)
    with statements(connection) as fifty:
        train(connection, *many)
        models.fetch_active(connection)
    assert len(one) == len(fifty) == 5
    assert len(active(connection)) == 50


def test_trainings_are_logged_with_their_errors(connection: Connection) -> None:
    def log(success: bool, error: str | None) -> TrainingLog:
        return TrainingLog(
            model="statistics",
            metric_type="occupancy",
            hotel_id=1,
            started_at=AT,
            ended_at=AT + timedelta(seconds=2),
            data_points=5,
            success=success,
            error=error,
            metrics={"recall": 0.5} if success else {},
        )

    insert_logs(connection, [log(True, None), log(False, "5 points, 100 needed")])
    insert_logs(connection, [])
    rows = connection.execute(text("SELECT success, error, metrics FROM minibar_ml.ml_training_logs ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [(True, None, {"recall": 0.5}), (False, "5 points, 100 needed", {})]
