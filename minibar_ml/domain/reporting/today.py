"""What is to be done today: alerts and orders in the order of what cannot wait.

First what is due by tomorrow, by its date; then what concerns a guest who is still in the house, by the departure;
then what may cost most. Alerts of one incident are one row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from minibar_ml.domain.alerting.severities import SEVERITIES, Severity
from minibar_ml.domain.reporting.operations import StockOut
from minibar_ml.domain.reporting.rows import Action

DUE_DAYS = 1
"""What is due within so many days comes first: until tomorrow."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A guest in a room, from one day to another."""

    room_id: int
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Task:
    """One row of the list: an alert and those of its incident, or an order that no alert asks for yet.

    `alert_ids`: the alert that stands for the row, then the others. `impact`: what they may cost, counted once.
    `due_on`: the last day; `guest_until`: the guest concerned is in the house until then. `order`: what is to be
    ordered.
    """

    alert_ids: tuple[int, ...]
    hotel_id: int
    severity: Severity | None
    impact: Decimal | None
    due_on: date | None = None
    guest_until: date | None = None
    order: StockOut | None = None

    def is_due(self, today: date) -> bool:
        """Whether it is to be done by tomorrow."""
        return self.due_on is not None and self.due_on <= today + timedelta(days=DUE_DAYS)

    def is_leaving(self, today: date) -> bool:
        """Whether the guest who can be asked leaves by tomorrow."""
        return self.guest_until is not None and self.guest_until <= today + timedelta(days=DUE_DAYS)


def tasks(actions: Sequence[Action], outs: Iterable[StockOut], stays: Iterable[Stay], today: date) -> tuple[Task, ...]:
    """Everything that waits, what cannot wait first."""
    orders = {(out.hotel_id, out.product_id): out for out in outs if out.order_quantity and out.order_by}
    guests: dict[int, list[Stay]] = {}
    for stay in stays:
        guests.setdefault(stay.room_id, []).append(stay)
    incidents: dict[tuple[str, int], list[Action]] = {}
    for action in actions:
        one = action.alert
        key = ("incident", one.incident_id) if one.incident_id is not None else ("alert", one.id)
        incidents.setdefault(key, []).append(action)
    found = [_of_incident(parts, orders, guests, today) for parts in incidents.values()]
    asked = {(a.alert.hotel_id, a.alert.entity_id) for a in actions if a.alert.type == "stock_depletion"}
    alone = [_of_order(out) for key, out in orders.items() if key not in asked]
    rows = [*found, *(one for one in alone if one.is_due(today))]
    return tuple(sorted(rows, key=lambda one: _rank(one, today)))


def _of_incident(
    parts: Sequence[Action],
    orders: Mapping[tuple[int, int], StockOut],
    guests: Mapping[int, Sequence[Stay]],
    today: date,
) -> Task:
    """The alert that counts in sums stands for its incident."""
    ranked = sorted(
        (part.alert for part in parts),
        key=lambda one: (not one.is_counted, -SEVERITIES.index(one.severity), -(one.impact or 0), one.id),
    )
    first = ranked[0]
    order = next((orders.get((one.hotel_id, one.entity_id)) for one in ranked if one.type == "stock_depletion"), None)
    amounts = [one.counted_impact for one in ranked if one.counted_impact is not None]
    dues = [today for one in ranked if one.type == "unanswered_request"]
    dues += [order.order_by] if order and order.order_by else []
    departures = [
        stay.until
        for one in ranked
        if one.entity_type == "room"
        for stay in guests.get(one.entity_id, ())
        if stay.since <= one.measured_on
    ]
    return Task(
        tuple(one.id for one in ranked),
        first.hotel_id,
        max((one.severity for one in ranked), key=SEVERITIES.index),
        Decimal(str(round(sum(amounts), 2))) if amounts else None,
        min(dues, default=None),
        min(departures, default=None),
        order,
    )


def _of_order(out: StockOut) -> Task:
    return Task((), out.hotel_id, None, None, out.order_by, None, out)


def _rank(one: Task, today: date) -> tuple[object, ...]:
    due = one.due_on if one.due_on is not None and one.is_due(today) else date.max
    severity = -SEVERITIES.index(one.severity) if one.severity else 1
    return (due, one.guest_until or date.max, -(one.impact or 0), severity, one.alert_ids)
