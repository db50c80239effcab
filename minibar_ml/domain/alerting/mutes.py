"""Mutes: what people said beforehand must not raise alerts, such as a floor under renovation."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from minibar_ml.domain.alerting.alerts import Severity
from minibar_ml.domain.alerting.kinds import AlertType
from minibar_ml.domain.metrics import EntityType

MutedEntity = Literal["room", "product"]
LONGEST = timedelta(days=366)
"""A longer mute is a typing error."""
FARTHEST_BACK = timedelta(days=31)
"""A mute is said beforehand; so far back at most may it begin, since detect looks no further back."""
FARTHEST_AHEAD = timedelta(days=5 * 365)
"""A mute that begins later is a mistyped year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """From `since` to before `until`, or to `ended_at` where somebody ended it, nothing of its scope is a live alert.

    Scope: a hotel; of it only some rooms or products (`entity_type`, `entity_ids`) and only some types, where they are
    named. `floor`: what the rooms were named by. `findings` were found under it so far, worth `impact`.
    """

    hotel_id: int
    since: datetime
    until: datetime
    reason: str
    added_by: str
    alert_types: tuple[AlertType, ...] | None = None
    entity_type: MutedEntity | None = None
    entity_ids: tuple[int, ...] | None = None
    floor: str | None = None
    id: int = 0
    added_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    findings: int = 0
    impact: Decimal | None = None

    def is_in_force(self, at: datetime) -> bool:
        """Whether an instant is in it."""
        return self.since <= at < min(self.until, self.ended_at or self.until)


@dataclass(frozen=True, slots=True)
class MutedFinding:
    """A fault that was found under a mute, as it was found last."""

    type: AlertType
    hotel_id: int
    entity_type: EntityType
    entity_id: int
    entity_name: str
    severity: Severity
    value: float
    impact: Decimal | None
    message: str
    occurred_on: date
    last_seen: datetime
