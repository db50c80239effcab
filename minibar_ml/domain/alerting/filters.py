"""Which alerts a list wants, in which order, and what it leaves out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from minibar_ml.domain.alerting.alerts import LIVE_STATUSES, Status
from minibar_ml.domain.alerting.kinds import AlertType
from minibar_ml.domain.alerting.severities import Severity
from minibar_ml.domain.metrics import EntityType

Sort = Literal["severity", "impact", "time"]
SORTS: tuple[Sort, ...] = get_args(Sort)


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts are wanted, and in which order; None stands for any. `since` and `until` bound `raised_at`.

    `entity_name` is a part of a name and `words` of name, message or comment, in small or capital letters; `rooms` are
    ids of the only rooms wanted.
    """

    statuses: Collection[Status] | None = LIVE_STATUSES
    severities: Collection[Severity] | None = None
    types: Collection[AlertType] | None = None
    hotel_ids: Collection[int] | None = None
    since: datetime | None = None
    until: datetime | None = None
    entity_type: EntityType | None = None
    entity_id: int | None = None
    entity_name: str | None = None
    rooms: Collection[int] | None = None
    words: str | None = None
    is_muted: bool | None = None
    limit: int | None = None
    sort: Sort = "severity"


@dataclass(frozen=True, slots=True)
class Hidden:
    """How many live alerts a list leaves out, and the alert that mutes them; None: they are snoozed."""

    alerts: int
    muted_by: int | None
    type: AlertType | None
    entity_name: str | None


@dataclass(frozen=True, slots=True)
class Totals:
    """How many alerts match a filter by severity, their possible loss (None: no amount is known), and their hotels."""

    by_severity: Mapping[Severity, int]
    impact: float | None
    hotel_ids: frozenset[int]

    @property
    def alerts(self) -> int:
        """All of them."""
        return sum(self.by_severity.values())
