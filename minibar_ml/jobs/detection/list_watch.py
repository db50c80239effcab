"""What detect says of lists that hotels import: of whom nobody knows any longer who is in house."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.store.intake import lists

if TYPE_CHECKING:
    from sqlalchemy import Connection

SILENT_DAYS = 2
"""A list of guests in house may come on the day after."""


def findings(connection: "Connection", plan: DetectionPlan, known: Sequence[Finding]) -> Iterator[Finding]:
    """One for each hotel that used to import lists of guests in house and whose last is older than yesterday's.

    `known`: findings of the day; a hotel without any data needs no second one. One statement.
    """
    stale = {one.hotel_id for one in known if one.type == "data_stale"}
    for one in lists.fetch_freshness(connection):
        if one.kind != "in_house" or one.hotel_id is None or one.hotel_id in stale or not one.is_regular:
            continue
        if one.day is not None and (silent := (plan.today() - one.day).days) >= SILENT_DAYS:
            yield Finding(
                type="data_stale",
                hotel_id=one.hotel_id,
                entity_type="hotel",
                entity_id=one.hotel_id,
                metric="occupancy",
                occurred_on=one.day.fromordinal(one.day.toordinal() + 1),
                reason="list_missing",
                severity=severity_of("data_stale", "list_missing"),
                detector="watch",
                value=24.0 * silent,
                upper=24.0 * SILENT_DAYS,
                facts={"last_at": one.day.isoformat()},
            )
