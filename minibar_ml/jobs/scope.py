"""What a run of detect looks at: whole days, and on days that were checked before only those whose records changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from minibar_ml.domain.alerting.alerts import Finding, MovedGround
from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.store.runs import Change, Since

Entity = tuple[int, str, int]
"""Hotel, entity type and id."""
Found = list[tuple[date, list[Finding]]]
"""Findings by day, in order."""
REACH_DAYS: Mapping[str, int] = {"room": 7, "product": 3}
"""So many days after a changed one are looked at again for the same entity: by its earlier checks a stay's later ones
are judged, and those by the next; issues of a product are added up over days."""
LATE_DAYS = 1
"""What is found of a day further back than so many days came in late, and says so."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`whole`: days that are checked for the first time, or still running. `entities`: by day checked before, of whom.

    To check a day again for all would only give chance a second try, with another night's model.
    """

    whole: tuple[date, ...]
    entities: Mapping[date, Collection[Entity]]
    moved: tuple[MovedGround, ...]

    @classmethod
    def of(cls, plan: DetectionPlan, since: Since, moved: Sequence[MovedGround]) -> "Scope":
        """What has to be looked at since the last run; a walk looks at its days alone."""
        whole = plan.days(since.last.as_of if since.last else None, since.collected_as_of)
        if plan.walks:
            return cls(tuple(whole), {}, ())
        changes = [one for one in since.changes if plan.oldest_changed() <= one.day <= plan.today()]
        again: dict[date, set[Entity]] = {}
        looked_at: list[tuple[date, Change | MovedGround]] = [
            (day, change) for change in changes for day in _reached(change, plan.today())
        ]
        looked_at += [(day, ground) for ground in moved for day in (ground.occurred_on, ground.judged_on)]
        for day, of in looked_at:
            again.setdefault(day, set()).update(_known_as(of.hotel_id, of.entity_type, of.entity_id))
        return cls(tuple(whole), {day: entities for day, entities in again.items() if day not in whole}, tuple(moved))

    @property
    def days(self) -> list[date]:
        """Every day that is checked, in order."""
        return sorted({*self.whole, *self.entities})

    @property
    def hotels(self) -> dict[date, set[int]]:
        """The hotels that are checked on the days on which not all are."""
        return {day: {hotel_id for hotel_id, _, _ in entities} for day, entities in self.entities.items()}

    def own(self, found: Found, today: date) -> Found:
        """Without findings on others than those whose records changed; what came in late is marked so."""
        return [(day, self._own(day, findings, today)) for day, findings in found]

    def _own(self, day: date, findings: Sequence[Finding], today: date) -> list[Finding]:
        if day in self.whole:
            return list(findings)
        kept = [one for one in findings if (one.hotel_id, one.entity_type, one.entity_id) in self.entities[day]]
        known = {_key_of_ground(ground) for ground in self.moved}
        return [one if _key(one) in known else _marked(one, today) for one in kept]

    def split(self, found: Found) -> tuple[Found, dict[MovedGround, tuple[Finding, date]]]:
        """Findings that are new, and those found again on moved grounds, each with the last day to find it."""
        by_key = {_key_of_ground(ground): ground for ground in self.moved}
        new = [(day, [one for one in findings if _key(one) not in by_key]) for day, findings in found]
        again = {by_key[_key(one)]: (one, day) for day, findings in found for one in findings if _key(one) in by_key}
        return new, again


def _reached(change: Change, today: date) -> list[date]:
    days = min(REACH_DAYS.get(change.entity_type, 0), (today - change.day).days)
    return [change.day + timedelta(days=n) for n in range(days + 1)]


def _known_as(hotel_id: int, entity_type: str, entity_id: int) -> list[Entity]:
    """The entity; a product is the common store's too, which sees what its hotels use of it."""
    own = [(hotel_id, entity_type, entity_id)]
    return [*own, (COMMON_STORE, entity_type, entity_id)] if entity_type == "product" else own


def _marked(finding: Finding, today: date) -> Finding:
    if today - finding.occurred_on <= timedelta(days=LATE_DAYS):
        return finding
    return replace(finding, facts={**(finding.facts or {}), "found_late_on": today.isoformat()})


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.type, finding.hotel_id, finding.entity_type, finding.entity_id, finding.occurred_on


def _key_of_ground(ground: MovedGround) -> tuple[object, ...]:
    return ground.type, ground.hotel_id, ground.entity_type, ground.entity_id, ground.occurred_on
