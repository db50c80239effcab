"""What a run of detect looks at: whole days, and on days that were checked before only those whose records changed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from minibar_ml.domain.alerting.alerts import Finding, MovedGround
from minibar_ml.domain.alerting.kinds import KINDS
from minibar_ml.domain.metrics import COMMON_STORE, EntityType
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.store.alerting.grounds import ChangedDay
from minibar_ml.store.jobs.runs import Change, Since

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
    """`whole`: days that are checked for the first time, or still running. `entities`: by day checked before, of whom,
    and by which metrics something new may be found of them: those whose points have changed.

    To check a day again for all would only give chance a second try, with another night's model. `moved`: days of
    alerts and muted findings whose own records changed. `compared`: days of alerts of which only others' did; nothing
    is found there, but an alert of which today's records show too little ends. `held`: all days of live alerts of
    `entities`: what is found of them again corrects the alert, and what is not found says nothing.
    """

    whole: tuple[date, ...]
    entities: Mapping[date, Mapping[Entity, Collection[str]]]
    moved: tuple[MovedGround, ...]
    compared: tuple[MovedGround, ...] = ()
    held: tuple[MovedGround, ...] = ()
    paused_since: date | None = None
    """The day of the last run; None where there was none, or where history is walked on purpose."""

    @classmethod
    def of(
        cls, plan: DetectionPlan, since: Since, moved: Sequence[MovedGround], undone_since: date | None = None
    ) -> "Scope":
        """What has to be looked at since the last run; a walk looks at its days alone.

        `undone_since`: the first day that earlier runs could not check.
        """
        whole = whole_days(plan, since, undone_since)
        if plan.walks:
            return cls(tuple(whole), {}, ())
        own = [ground for ground in moved if ground.is_own]
        changes = [one for one in since.changes if plan.oldest_changed() <= one.day <= plan.today()]
        # How full a hotel was is nobody's own.
        changes = [one for one in changes if one.entity_type != "hotel"]
        news = [one for one in changes if one.is_news]
        again: dict[date, dict[Entity, set[str]]] = {}
        looked_at: list[tuple[date, Change | MovedGround, set[str]]] = [
            (day, change, {change.metric}) for change in news for day in _reached(change, plan.today())
        ]
        # A ground may have moved by another metric than the alert's; which, is on record unless all was computed again.
        known = {(change.entity_type, change.entity_id) for change in changes}
        looked_at += [
            (day, ground, set() if (ground.entity_type, ground.entity_id) in known else {ground.metric})
            for ground in own
            for day in (ground.occurred_on, ground.judged_on)
        ]
        for day, of, metrics in looked_at:
            for entity in _known_as(of.hotel_id, of.entity_type, of.entity_id) if day not in whole else ():
                again.setdefault(day, {}).setdefault(entity, set()).update(metrics)
        compared = tuple(ground for ground in moved if not ground.is_own)
        paused_since = since.last.as_of.astimezone(plan.zone).date() if since.last else None
        return cls(tuple(whole), again, tuple(own), compared, paused_since=paused_since)

    def of_hotels(self, hotels: Collection[int] | None) -> "Scope":
        """The same of some hotels alone; None: of all."""
        if hotels is None:
            return self
        entities = {
            day: {one: metrics for one, metrics in known.items() if one[0] in hotels}
            for day, known in self.entities.items()
        }
        moved, compared = (
            tuple(one for one in grounds if one.hotel_id in hotels) for grounds in (self.moved, self.compared)
        )
        return replace(self, entities=entities, moved=moved, compared=compared)

    def judged(self, can_judge: Callable[[MovedGround], bool]) -> "Scope":
        """Without days of alerts that no detector of their hotel can judge: to find nothing there says nothing."""
        moved, compared = (tuple(filter(can_judge, grounds)) for grounds in (self.moved, self.compared))
        return replace(self, moved=moved, compared=compared)

    def is_of_today(self, today: date) -> bool:
        """Whether the running day is looked at, and nothing of days before it."""
        return self.whole == (today,) and not (self.entities or self.moved or self.compared)

    @property
    def days(self) -> list[date]:
        """Every day that is checked, in order."""
        return sorted({*self.whole, *self.entities})

    @property
    def first(self) -> date:
        """The first day that is looked at."""
        return min([*self.whole, *self.entities, *(ground.judged_on for ground in self.compared)])

    @property
    def hotels(self) -> dict[date, set[int]]:
        """The hotels that are checked on the days on which not all are."""
        return {day: {hotel_id for hotel_id, _, _ in entities} for day, entities in self.entities.items()}

    def own(self, found: Found, today: date) -> Found:
        """Without findings on others than those whose records changed; what came in late is marked so."""
        return [(day, self._own(day, findings, today)) for day, findings in found]

    def _own(self, day: date, findings: Sequence[Finding], today: date) -> list[Finding]:
        if day in self.whole:
            return [
                _marked(one, today, "found_after_pause_on") if self._is_after_pause(one) else one for one in findings
            ]
        known = {key_of(ground) for ground in (*self.moved, *self.held)}
        metrics = self.entities[day]
        return [
            one if key_of(one) in known else _marked(one, today, "found_late_on")
            for one in findings
            if key_of(one) in known or one.metric in metrics.get((one.hotel_id, one.entity_type, one.entity_id), ())
        ]

    def _is_after_pause(self, finding: Finding) -> bool:
        """Whether no run has looked at the finding's day, which for one that lasts is the day of its beginning."""
        return self.paused_since is not None and finding.occurred_on > self.paused_since

    @property
    def of_alerts(self) -> tuple[MovedGround, ...]:
        """The moved grounds of alerts."""
        return tuple(ground for ground in self.moved if ground.alert_id is not None)

    def new(self, found: Found) -> Found:
        """Findings on other days than those of alerts that are looked at again."""
        kept = []
        for day, findings in found:
            known = self._held_on(day)
            kept.append((day, [one for one in findings if key_of(one) not in known]))
        return kept

    def again(self, found: Found) -> dict[MovedGround, tuple[Finding, date]]:
        """Findings on those days, each with the last day to find it."""
        corrected: dict[MovedGround, tuple[Finding, date]] = {}
        for day, findings in found:
            known = self._held_on(day)
            corrected |= {known[key_of(one)]: (one, day) for one in findings if key_of(one) in known}
        return corrected

    def _held_on(self, day: date) -> dict[tuple[object, ...], MovedGround]:
        """By their keys, the days of live alerts that what a check of the day finds is to correct."""
        held = () if day in self.whole else self.held
        return {key_of(ground): ground for ground in (*held, *self.of_alerts)}

    def unmuted(self, found: Found) -> list[MovedGround]:
        """The muted findings whose own records changed and that were not found again."""
        known = _keys(found)
        return [ground for ground in self.moved if ground.alert_id is None and key_of(ground) not in known]

    def lost(self, found: Found) -> list[MovedGround]:
        """Days of alerts whose own records changed and that were not found again; of faults that depend on more.

        What they are compared with, and the thresholds, have changed too since: training comes every night.
        """
        known = _keys(found)
        return [one for one in self.of_alerts if KINDS[one.type].compared and key_of(one) not in known]

    def doubtful(self, found: Found) -> list[MovedGround]:
        """Days of alerts of which only others' records changed that were not found again."""
        known = _keys(found)
        return [ground for ground in self.compared if key_of(ground) not in known]


def whole_days(plan: DetectionPlan, since: Since, undone_since: date | None = None) -> list[date]:
    """The days that are checked as a whole."""
    days = plan.days(since.last.as_of if since.last else None, since.collected_as_of)
    if undone_since is None or plan.walks:
        return days
    first = max(undone_since, plan.oldest_changed())
    return [first + timedelta(days=n) for n in range((days[0] - first).days)] + days


def changed_days(plan: DetectionPlan, since: Since) -> set[ChangedDay]:
    """The days of which others' records may be news for an alert.

    None for a run as of the past, which knows less than the alerts did.
    """
    if not plan.is_live and (since.is_ahead or (since.last is not None and since.last.as_of > plan.as_of)):
        return set()
    kinds: tuple[EntityType, ...] = ("room", "product", "hotel")
    whole = {ChangedDay(None, kind, day) for kind in kinds for day in whole_days(plan, since)}
    return whole | {
        ChangedDay(None if one.hotel_id == COMMON_STORE else one.hotel_id, kind, one.day)
        for one in since.changes
        for kind in kinds
        if one.entity_type == kind and one.day >= plan.oldest_changed()
    }


def own_changes(plan: DetectionPlan, since: Since) -> Sequence[Change] | None:
    """Whose points of past days have changed since the last run; None where that is not known of all of them.

    As on the first run of a day, which compares the grounds of all alerts with the points, and after one that took back
    what a run by a clock that was ahead had done.
    """
    if since.last is None or since.is_ahead or since.is_afresh or "was_ahead" in since.last.counts:
        return None
    return since.changes if since.last.as_of.astimezone(plan.zone).date() == plan.today() else None


def _reached(change: Change, today: date) -> list[date]:
    days = min(REACH_DAYS.get(change.entity_type, 0), (today - change.day).days)
    return [change.day + timedelta(days=n) for n in range(days + 1)]


def _known_as(hotel_id: int, entity_type: str, entity_id: int) -> list[Entity]:
    """The entity; a product is the common store's too, which sees what its hotels use of it."""
    own = [(hotel_id, entity_type, entity_id)]
    return [*own, (COMMON_STORE, entity_type, entity_id)] if entity_type == "product" else own


def _marked(finding: Finding, today: date, fact: str) -> Finding:
    if today - finding.occurred_on <= timedelta(days=LATE_DAYS):
        return finding
    return replace(finding, facts={**(finding.facts or {}), fact: today.isoformat()})


def _keys(found: Found) -> set[tuple[object, ...]]:
    return {key_of(one) for _, findings in found for one in findings}


def key_of(one: Finding | MovedGround) -> tuple[object, ...]:
    """By what a day of an alert and what is found of it are known as the same; a state has no days."""
    is_state = isinstance(one, Finding) and one.is_state
    return one.type, one.hotel_id, one.entity_type, one.entity_id, one.occurred_on, is_state
