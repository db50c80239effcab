"""Losses of stock that counts have put back since: what alerts say of them, and what a run has found."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from minibar_ml.domain.alerting.alerts import Finding, MovedGround
from minibar_ml.jobs.detection.scope import Found, key_of
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.impact import impact, severity
from minibar_ml.ml.stock import counts
from minibar_ml.store.source.entities import Entities

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
