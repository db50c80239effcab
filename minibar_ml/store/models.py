"""Trained models in the store: versions, the active one, retention, rolling back.

Every call is a fixed number of statements, however many models it is about, in the caller's transaction.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row

from minibar_ml.domain.errors import NotFound
from minibar_ml.domain.metrics import MetricType
from minibar_ml.domain.models import ModelHeader, ModelKey, ModelSummary, NewModel, SealedModel, StoredModel
from minibar_ml.store.queries import query

KEPT_VERSIONS = 3


def next_versions(connection: Connection, keys: Iterable[ModelKey]) -> dict[ModelKey, int]:
    """The version that a new model of each key gets; a model must know it before it is sealed."""
    rows = connection.execute(query("models.next_versions"), _columns(list(keys)))
    return {ModelKey(row.model_type, row.metric_type, row.hotel_id): row.version for row in rows}


def insert(connection: Connection, models: Sequence[NewModel]) -> list[StoredModel]:
    """Add sealed models, not yet active, and return them with their ids, in the same order."""
    values = _columns([model.header for model in models]) | {
        "versions": [model.header.version for model in models],
        "model_data": [model.model_data for model in models],
        "parameters": [json.dumps(dict(model.parameters)) for model in models],
        "data_points": [model.data_points for model in models],
        "trained_at": [model.trained_at for model in models],
        "accuracy": [model.accuracy for model in models],
        "precision": [model.precision for model in models],
        "recall": [model.recall for model in models],
        "evaluated_on": [model.evaluated_on for model in models],
    }
    ids = {_header(row): row.id for row in connection.execute(query("models.insert"), values)}
    return [StoredModel(**_fields(model), id=ids[model.header], is_active=False) for model in models]


def promote(connection: Connection, ids: Sequence[int]) -> list[ModelHeader]:
    """Make these models the active ones of their keys, returns those that were not before."""
    return _flipped(connection, "models.promote", {"ids": list(ids)})


def rollback(connection: Connection, metric_type: MetricType, hotel_id: int) -> list[ModelHeader]:
    """Activate the newest version below the active one, for both model types where they have one.

    Returns what is active now and was not. Raises NotFound where there is nothing to go back to.
    """
    subject = f"{metric_type}, hotel {hotel_id}"
    activated = _flipped(connection, "models.roll_back", {"metric_type": metric_type, "hotel_id": hotel_id})
    if not activated:
        raise NotFound(
            f"There is no active model of {subject} with an older version to go back to; "
            "`minibar-ml models list` shows what there is."
        )
    return activated


def _flipped(connection: Connection, name: str, values: dict[str, Any]) -> list[ModelHeader]:
    """Run a statement that flips `is_active`; what it activated. A trigger writes the audit entry."""
    return [_header(row) for row in connection.execute(query(name), values) if row.is_active]


def prune(connection: Connection, keep: int = KEPT_VERSIONS, left_out: Collection[int] = ()) -> int:
    """Forget all but the newest `keep` versions of each model and the active one; returns how many are gone.

    `left_out`: hotels of which none is forgotten.
    """
    return connection.execute(query("models.prune"), {"keep": keep, "left_out": list(left_out)}).rowcount


def fetch_active(connection: Connection, hotel_ids: Sequence[int] | None = None) -> list[StoredModel]:
    """The active models, sealed, of these hotels or of all."""
    wanted = None if hotel_ids is None else list(hotel_ids)
    rows = connection.execute(query("models.fetch_active"), {"hotel_ids": wanted})
    return [StoredModel(**_known(row), model_data=bytes(row.model_data), parameters=row.parameters) for row in rows]


def fetch_switched_off(connection: Connection) -> list[ModelKey]:
    """The models that train stored in the last weeks and nobody uses: switched off or deleted, by hand."""
    rows = connection.execute(query("models.fetch_switched_off"))
    return [ModelKey(row.model_type, row.metric_type, row.hotel_id) for row in rows]


def fetch_summaries(connection: Connection, hotel_id: int | None = None) -> list[ModelSummary]:
    """What is known of every stored model of a hotel, or of all hotels; newest version of each first."""
    rows = connection.execute(query("models.fetch_summaries"), {"hotel_id": hotel_id})
    return [ModelSummary(**_known(row)) for row in rows]


def fetch_seals(connection: Connection) -> dict[str, int]:
    """How many stored models each key has sealed, by its fingerprint in hex; '' for what is not a sealed model."""
    return {row.fingerprint: row.models for row in connection.execute(query("models.fetch_seals"))}


def claim_sealed_by(connection: Connection, keys: Sequence[str], after: int, size: int) -> list[SealedModel]:
    """The next models in order of id that one of these keys has sealed, locked until the transaction ends."""
    rows = connection.execute(query("models.claim_sealed_by"), {"keys": list(keys), "after": after, "size": size})
    return [SealedModel(row.id, _header(row), bytes(row.model_data)) for row in rows]


def mark_resealed(connection: Connection, sealed: Sequence[tuple[int, bytes]]) -> None:
    """Put other bytes in the place of these models', by id."""
    values = {"ids": [one for one, _ in sealed], "model_data": [data for _, data in sealed]}
    connection.execute(query("models.mark_resealed"), values)


def find(connection: Connection, model_id: int) -> StoredModel | None:
    """A stored model, sealed."""
    row = connection.execute(query("models.find"), {"id": model_id}).one_or_none()
    return StoredModel(**_known(row), model_data=bytes(row.model_data), parameters=row.parameters) if row else None


def _columns(models: Sequence[ModelKey | ModelHeader]) -> dict[str, Any]:
    """The parts of the keys as one list a column, as `unnest` takes them."""
    return {
        "model_types": [model.model_type for model in models],
        "metric_types": [model.metric_type for model in models],
        "hotel_ids": [model.hotel_id for model in models],
    }


def _header(row: Row[Any]) -> ModelHeader:
    return ModelHeader(row.model_type, row.metric_type, row.hotel_id, row.version)


def _fields(model: NewModel) -> dict[str, Any]:
    return {field.name: getattr(model, field.name) for field in fields(NewModel)}


def _known(row: Row[Any]) -> dict[str, Any]:
    """What every query about stored models has of them."""
    names = (field.name for field in fields(ModelSummary) if field.name != "header")
    return {"header": _header(row)} | {name: getattr(row, name) for name in names}
