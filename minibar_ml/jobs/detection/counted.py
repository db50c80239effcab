"""Losses of stock that counts have put back since: what alerts say of them, and what a run has found."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from minibar_ml.domain.alerting.alerts import Alert, AlertDay, Finding, MovedGround
from minibar_ml.jobs.detection.scope import Found, key_of
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.impact import impact, severity
from minibar_ml.ml.stock import counts
from minibar_ml.store.alerting import grounds
from minibar_ml.store.source.entities import Entities

if TYPE_CHECKING:
    from sqlalchemy import Connection

BOOK = ["product_id", "day", "at", "level", "kind"]
"""Columns of a product's ledger."""

Losses = Mapping[MovedGround, tuple[Finding, date]]
"""By day of a live alert, what it says of stock, and the day that was checked."""


def less_counted(
    found: Found, losses: Losses, frames: Mapping[int, Frames], known: Entities, at: datetime
) -> tuple[Found, dict[MovedGround, tuple[Finding, date]]]:
    """The findings with what counts have put back until an instant, and those losses of which they now say otherwise.

    Of one product and type all days are looked at together: a unit that was counted is put back once.
    """
    looked_at = {key_of(ground): finding for ground, (finding, _) in losses.items()}
    looked_at |= {key_of(one): one for _, of_day in found for one in of_day if one.metric == counts.METRIC}
    together = defaultdict[tuple[object, ...], list[Finding]](list)
    for one in looked_at.values():
        if one.hotel_id in frames:
            together[one.type, one.hotel_id, one.entity_id].append(one)
    counted = {
        key_of(one): one
        for same in together.values()
        for one in counts.less_counted(same, frames[same[0].hotel_id].levels, at.timestamp())
    }
    changed = {
        ground: (_valued(counts.with_facts(finding, counts.facts_of(counted[key_of(ground)])), known), judged_on)
        for ground, (finding, judged_on) in losses.items()
        if counts.facts_of(counted.get(key_of(ground), finding)) != counts.facts_of(finding)
    }
    return [(day, [counted.get(key_of(one), one) for one in of_day]) for day, of_day in found], changed


def _valued(finding: Finding, known: Entities) -> Finding:
    """The finding with the possible loss and the severity that follow."""
    valued = replace(finding, impact=impact(finding, None, known.prices))
    return replace(valued, severity=severity(valued, known.prices))


def on_record(connection: "Connection", alert: Alert, days: Sequence[AlertDay], at: datetime) -> list[AlertDay]:
    """The days of an alert, of losses with what counts have put back by an instant.

    No run looks at a closed alert again: this is how it shows that a count it speaks of has been corrected or deleted.
    """
    import pandas as pd

    said = {one.occurred_on: one for one in grounds.fetch_losses(connection, alert.id)}
    first = min((one.since_on for one in said.values()), default=at.date())
    book = pd.DataFrame(grounds.fetch_book(connection, alert.hotel_id, alert.entity_id, first, at), columns=BOOK)
    now = {one.occurred_on: one for one in counts.less_counted(said.values(), book, at.timestamp())}
    return [
        replace(one, put_back=_put_back(said[one.day]), put_back_now=_put_back(now[one.day]))
        if one.day in said
        else one
        for one in days
    ]


def _put_back(finding: Finding) -> float | None:
    found: float | None = counts.facts_of(finding).get("put_back")
    return found
