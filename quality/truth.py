"""Which alert finds which fault.

Each fault and each alert belongs to one subject, a row of the tables. A fault is found where an alert of a type that
fits it, on its entity, has found something on a day from its first day to the day after its last. An alert that
was opened (for faults that go on for days: that found anything) on such a day is a hit, or a repeat where the fault
was found already; it is false where no fault explains it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import KINDS
from minibar_ml.simulate import Fault
from quality.raised import Raised

Subject = Literal[
    "room spike",
    "product shift",
    "vacant room",
    "silent room",
    "slow attendant",
    "unseen round",
    "attendant who adds",
    "attendant who leaves out",
    "unanswered request",
    "custody loss",
    "leak",
    "below zero",
    "write-off",
    "running out",
    "other",
]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)
_OF_TYPE: dict[str, Subject] = {
    "vacant_consumption": "vacant room",
    "silent_room": "silent room",
    "refill_delay": "slow attendant",
    "unseen_round": "unseen round",
    "attendant_excess": "attendant who adds",
    "attendant_silence": "attendant who leaves out",
    "unanswered_request": "unanswered request",
    "custody_loss": "custody loss",
    "shrinkage": "leak",
    "stock_depletion": "running out",
}
REPORTED_BY: dict[Subject, frozenset[Subject]] = {
    "leak": frozenset({"leak", "write-off"}),
    "write-off": frozenset({"write-off", "leak"}),
}
"""What an operator would accept as a report of a fault, where that is more than its own kind: more left the warehouse
than usual."""
EXPLAINED_BY: dict[Subject, frozenset[Subject]] = {
    "leak": frozenset({"leak", "write-off", "below zero"}),
    "write-off": frozenset({"leak", "write-off", "below zero"}),
    "running out": frozenset({"running out", "below zero"}),
    "room spike": frozenset({"room spike", "vacant room"}),
}
"""By an alert's subject, the faults that make it a true one, though it may not be the word that was wanted."""


def subject_of_fault(fault: Fault) -> Subject:
    """The row that a fault is counted in."""
    if fault.kind == "consumption_anomaly":
        return "room spike" if fault.entity_type == "room" else "product shift"
    if fault.kind == "stock_anomaly":
        return "below zero" if "never was" in fault.note else "write-off"
    return _OF_TYPE[fault.kind]


def subject_of_alert(finding: Finding) -> Subject:
    """The row that an alert is counted in."""
    if finding.type == "consumption_anomaly":
        return "room spike" if finding.entity_type == "room" else "product shift"
    if finding.type == "stock_anomaly":
        return "below zero" if finding.reason == "stock_negative" else "write-off"
    return _OF_TYPE.get(finding.type, "other")


def is_about(fault: Fault, alert: Raised) -> bool:
    """Whether both are about one entity; the common store's alerts name no hotel."""
    finding = alert.first
    same = (fault.entity_type, fault.entity_id) == (finding.entity_type, finding.entity_id)
    return same and finding.hotel_id in (0, fault.hotel_id)


def is_within(fault: Fault, days: Iterable[date]) -> bool:
    """Whether one of the days lies in the fault's, or is the day after."""
    return any(fault.occurred_on <= day <= fault.until_on + timedelta(days=1) for day in days)


def finds(fault: Fault, alert: Raised) -> bool:
    """Whether the alert is word of the fault."""
    wanted = subject_of_fault(fault)
    accepted = REPORTED_BY.get(wanted, frozenset({wanted}))
    return subject_of_alert(alert.first) in accepted and is_about(fault, alert) and is_within(fault, alert.days)


def explains(fault: Fault, alert: Raised) -> bool:
    """Whether the fault makes the alert a true one."""
    said = subject_of_alert(alert.first)
    accepted = EXPLAINED_BY.get(said, frozenset({said}))
    days = alert.days if KINDS[alert.first.type].is_continuing else alert.days[:1]
    return subject_of_fault(fault) in accepted and is_about(fault, alert) and is_within(fault, days)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Alerts held against faults: which faults were to be found and were, and what each alert was worth.

    A fault counts if it began on a scored day but the last, on which a verdict of the next day can't be known.
    """

    faults: tuple[Fault, ...]
    found: tuple[Fault, ...]
    hits: tuple[Raised, ...]
    repeats: tuple[Raised, ...]
    false: tuple[Raised, ...]
    operational: tuple[Raised, ...]


def hold_against(faults: Sequence[Fault], alerts: Sequence[Raised], first: date, last: date) -> Outcome:
    """Compare; only the first alert that finds a counted fault is a hit."""
    counted = tuple(fault for fault in faults if first <= fault.occurred_on < last)
    by_entity: dict[tuple[str, int], list[Fault]] = {}
    for fault in faults:
        by_entity.setdefault((fault.entity_type, fault.entity_id), []).append(fault)
    found: list[Fault] = []
    hits: list[Raised] = []
    repeats: list[Raised] = []
    false: list[Raised] = []
    operational: list[Raised] = []
    for alert in alerts:
        mine = by_entity.get((alert.first.entity_type, alert.first.entity_id), [])
        new = [fault for fault in mine if fault in counted and fault not in found and finds(fault, alert)]
        found += new
        if KINDS[alert.first.type].is_operational:
            operational.append(alert)
        elif not any(explains(fault, alert) for fault in mine):
            false.append(alert)
        else:
            (hits if new else repeats).append(alert)
    return Outcome(counted, tuple(found), tuple(hits), tuple(repeats), tuple(false), tuple(operational))
