"""Models: which they are, what is known of a stored one, and the record of a training."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from minibar_ml.domain.metrics import MetricType

ModelType = Literal["statistics", "isolation_forest"]
MODEL_TYPES: tuple[ModelType, ...] = get_args(ModelType)


@dataclass(frozen=True, slots=True)
class ModelKey:
    """What a model is of: at most one version of it is active."""

    model_type: ModelType
    metric_type: MetricType
    hotel_id: int


@dataclass(frozen=True, slots=True)
class ModelHeader:
    """One version of a model: what a sealed blob is bound to."""

    model_type: ModelType
    metric_type: MetricType
    hotel_id: int
    version: int

    @property
    def key(self) -> ModelKey:
        """The model that this is a version of."""
        return ModelKey(self.model_type, self.metric_type, self.hotel_id)

    def __str__(self) -> str:
        return f"{self.model_type} model of {self.metric_type}, hotel {self.hotel_id}, version {self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewModel:
    """A trained model, sealed, before it is stored. Qualities are shares of 1; None where they are unknown.

    `evaluated_on` says what the qualities were measured on: injected faults or operators' verdicts.
    """

    header: ModelHeader
    model_data: bytes = field(repr=False)
    data_points: int
    trained_at: datetime
    parameters: Mapping[str, Any] = field(default_factory=dict)
    accuracy: float | None = None
    precision: float | None = None
    recall: float | None = None
    evaluated_on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredModel(NewModel):
    """A model as it stands in the store, sealed."""

    id: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class SealedModel:
    """A stored model's bytes and what they are bound to."""

    id: int
    header: ModelHeader
    model_data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSummary:
    """What `models list` shows of a stored model: all but its bytes."""

    id: int
    header: ModelHeader
    data_points: int
    trained_at: datetime
    accuracy: float | None
    precision: float | None
    recall: float | None
    evaluated_on: str | None
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingLog:
    """One training, also one that made no model; `error` says why where `success` is false."""

    model: ModelType
    metric_type: MetricType
    hotel_id: int
    started_at: datetime
    ended_at: datetime
    data_points: int
    success: bool
    error: str | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)
