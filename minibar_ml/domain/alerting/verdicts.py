"""A person's verdict on an alert, as training uses it."""

from dataclasses import dataclass
from datetime import datetime

from minibar_ml.domain.alerting.kinds import AlertType
from minibar_ml.domain.metrics import EntityType


@dataclass(frozen=True, slots=True)
class VerdictCounts:
    """How many alerts people decided on, and how many of them they confirmed."""

    decided: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class LabelledAlert:
    """An alert that a person marked false or resolved, and when (`at`).

    `days` are the ordinals of the days on which it was found: the first, the last and that of its figures. `score` is
    a rule's None. `detector` is the one that found it, without the forest that may have agreed.
    """

    type: AlertType
    hotel_id: int
    detector: str
    entity_type: EntityType
    entity_id: int
    days: tuple[int, ...]
    score: float | None
    is_false: bool
    at: datetime
