"""Alert types: all that is known of one stands in its AlertKind.

PostgreSQL's CHECKs and policies name types too, since they have to hold without this program;
tests/checks/test_alert_kinds.py compares them with what is here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from minibar_ml.domain.alerting.severities import Severity, SeverityRule
from minibar_ml.domain.metrics import EntityType, MetricType

AlertType = Literal[
    "stock_anomaly",
    "shrinkage",
    "stock_depletion",
    "consumption_anomaly",
    "silent_room",
    "vacant_consumption",
    "refill_delay",
    "unseen_round",
    "attendant_silence",
    "attendant_excess",
    "unanswered_request",
    "custody_loss",
    "model_fallback",
    "data_stale",
    "rows_refused",
    "job_late",
]
ALERT_TYPES: tuple[AlertType, ...] = get_args(AlertType)
MOST_QUIET_DAYS = 60
"""After so many days without the like an alert ends whatever `normal_days` asks for: a room that nobody checks and an
attendant who has left have no normal days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertKind:
    """What is known of one alert type.

    title: its English name; the Turkish one is in alerts.po (context `type`).
    fed_by: metrics that it rests on; without a point of any of them there is nothing to find.
    normal_days: after how many normal business days its alerts are resolved automatically; None: never, a person has
        to decide. A state is normal on a day when it is not found: 0 is at once, 1 on the next day, so that stock at
        the limit does not come and go by the hour. An event needs whole days without the like: of a room those on
        which it was checked, of an attendant those worked, of a product all of them.
    is_state: the fault lasts and then is over, and so does the alert; other faults are events of one day.
    state_reasons: reasons that make a state of an alert whose type is otherwise about events.
    is_shown_by_limit: a state of which a point of its metric, from the alert's own upper limit on, is evidence that it
        was there; of others a point below zero is.
    is_continuing: one cause makes the fault again every day, so a day on its own is not a new fault.
    continuing_reasons: reasons for which that holds in a type of which it does not hold in general.
    needs_fresh_data: muted where it was found while the hotel's data are stale.
    marks_stale_data: while such an alert is live, the hotel's data are stale.
    shift_reasons: a product's alert for one of these mutes those of rooms that took mostly that product.
    derived_reasons: reasons whose value and limits are computed from other records besides, and so are not those of the
        metric's points: of what was issued only the loss, of what attendants took the corrected minutes.
    rests_also: metrics of the same entity, besides the alert's own, by which the fault was found.
    compared: by the alert's entity type, on whose points besides its own a fault depends, and of how many days before
        its own: what is found of a product depends on the other products, of a room on how full the hotel was, and
        what is likely in a vacant room on the other rooms.
    names_days: so many days before a fault's own its sentence names the like of; they are part of what it rests on.
    is_of_incident: alerts of one product whose days touch, or of one room and day, are one incident where they are of
        such types.
    is_stock: about stock, so that storekeepers may see it and are notified; all others are for administrators and
        viewers alone (losses in custody are about named attendants).
    is_operational: about minibar-ml and its data, not about the hotel.
    is_of_server: about the installation as a whole: sent to who keeps the server, where such a person is named.
    depends_on_calendar: a holiday or event may be the reason.
    tampers: by entity type, the frame whose rows of the entity a confirmed alert shows to be wrong. Ledger rows are
        not: stock once gone stays gone.
    is_repeatable: its days are each a fault of its own, so another day's finding is news however small it is.
    is_in_money: its possible loss is an amount, unknown where no price is; other types are about no loss.
    severities: by reason, how severe its findings are; of a reason that is not named they are medium. Under OVER_SETUP:
        of those for which more was entered than the room holds.
    """

    type: AlertType
    title: str
    fed_by: tuple[MetricType, ...] = ()
    normal_days: int | None
    severities: Mapping[str, SeverityRule] = field(default_factory=dict)
    is_state: bool = False
    state_reasons: frozenset[str] = frozenset()
    is_shown_by_limit: bool = False
    is_continuing: bool = False
    continuing_reasons: frozenset[str] = frozenset()
    needs_fresh_data: bool = False
    marks_stale_data: bool = False
    shift_reasons: frozenset[str] = frozenset()
    derived_reasons: frozenset[str] = frozenset()
    rests_also: tuple[MetricType, ...] = ()
    compared: Mapping[EntityType, tuple[EntityType, int]] = field(default_factory=dict)
    names_days: int = 0
    is_of_incident: bool = False
    is_stock: bool = False
    is_operational: bool = False
    is_of_server: bool = False
    depends_on_calendar: bool = False
    tampers: Mapping[EntityType, str] = field(default_factory=dict)
    is_repeatable: bool = False
    is_in_money: bool = False

    @property
    def may_be_state(self) -> bool:
        """Whether some or all of its alerts are states, so that one day's findings hold all that is the case."""
        return self.is_state or bool(self.state_reasons)


OVER_SETUP = "over_setup"
"""Names the severity of findings, whatever their reason, for which more was entered than the room holds."""
_MEDIUM = SeverityRule(least="medium")
# Where the hour of a departure or arrival is not on record, a guest may have taken it.
_UNSURE = SeverityRule(least="medium", by_size=((4.0, "high"),))
_SHIFT = SeverityRule(least="low", by_size=((15.0, "medium"), (40.0, "high")))
_ISSUE = SeverityRule(least="medium", by_size=((24.0, "high"),))

_ALL = (
    AlertKind(
        type="stock_anomaly",
        title="Unusual stock movement",
        fed_by=("stock_level", "stock_outflow"),
        is_in_money=True,
        normal_days=14,
        severities={
            # Days left, orders and leaks are computed from it.
            "stock_negative": SeverityRule(
                least="critical", today="nothing about the product is right until it is counted"
            ),
            "outflow_high": _ISSUE,
            "write_off_high": _ISSUE,
        },
        # Stock below zero lasts until a correcting entry.
        state_reasons=frozenset({"stock_negative"}),
        derived_reasons=frozenset({"write_off_high"}),
        is_continuing=True,
        rests_also=("product_consumption",),
        compared={"product": ("product", 28)},
        is_stock=True,
        is_of_incident=True,
    ),
    AlertKind(
        type="shrinkage",
        title="Unexplained stock loss",
        fed_by=("stock_outflow",),
        is_in_money=True,
        normal_days=14,
        severities={
            "leak": SeverityRule(
                least="medium", by_size=((12.0, "high"), (60.0, "critical")), today="it goes on with the next issue"
            ),
            # The floor store had run low: what it was given beyond the rooms' use may well stand there.
            "leak_restocked": SeverityRule(least="medium", by_size=((60.0, "high"),)),
        },
        derived_reasons=frozenset({"leak", "leak_restocked"}),
        is_continuing=True,
        needs_fresh_data=True,
        # Its sentence names a stock below zero, which makes a mistyped quantity as likely as a loss.
        rests_also=("product_consumption", "stock_level"),
        compared={"product": ("product", 28)},
        is_stock=True,
        is_of_incident=True,
    ),
    AlertKind(
        type="stock_depletion",
        title="Stock running out",
        fed_by=("stock_level",),
        normal_days=1,
        severities={
            "depletion": SeverityRule(
                least="medium",
                by_days=((4.0, "high"), (2.0, "critical")),
                by_due=((0.0, "high"),),
                today="rooms can't be refilled from the day after tomorrow on",
            )
        },
        # The limits of a forecast say how sure it is.
        derived_reasons=frozenset({"depletion"}),
        is_state=True,
        is_continuing=True,
        is_stock=True,
    ),
    AlertKind(
        type="consumption_anomaly",
        title="Unusual consumption",
        fed_by=("room_consumption", "product_consumption"),
        is_in_money=True,
        normal_days=7,
        severities={
            "room_high": SeverityRule(
                least="medium",
                by_size=((8.0, "high"), (25.0, "critical")),
                today="the guest can be asked until check-out",
            ),
            "product_high": _SHIFT,
            "product_low": _SHIFT,
            OVER_SETUP: _MEDIUM,
        },
        # Demand for a product shifts for days; a room has other guests each time.
        continuing_reasons=frozenset({"product_high", "product_low"}),
        needs_fresh_data=True,
        shift_reasons=frozenset({"product_high"}),
        compared={"product": ("product", 1), "room": ("hotel", 7)},
        depends_on_calendar=True,
        tampers={"room": "rooms", "product": "products"},
        is_of_incident=True,
    ),
    AlertKind(
        type="silent_room",
        title="Silent room",
        fed_by=("room_consumption",),
        normal_days=3,
        severities={"silent": SeverityRule(least="medium", by_size=((15.0, "high"),))},
        compared={"room": ("hotel", 7)},
        is_continuing=True,
        needs_fresh_data=True,
        tampers={"room": "rooms"},
    ),
    AlertKind(
        type="vacant_consumption",
        title="Consumption in a vacant room",
        fed_by=("occupancy",),
        is_in_money=True,
        normal_days=None,
        is_of_incident=True,
        severities={
            "vacant": SeverityRule(
                least="high",
                by_size=((5.0, "critical"),),
                today="who was in the room is known while the day's keys and lists are at hand",
            ),
            "after_departure": _UNSURE,
            "before_arrival": _UNSURE,
            "around_departure": _UNSURE,
            "between_guests": _UNSURE,
            "after_first_check": _UNSURE,
            "rejected_rows": _UNSURE,
            "missing_list": _UNSURE,
            OVER_SETUP: SeverityRule(least="medium"),
        },
        compared={"room": ("room", 28)},
        names_days=28,
        is_repeatable=True,
    ),
    AlertKind(
        type="refill_delay",
        title="Slow refills",
        fed_by=("refill_duration",),
        normal_days=5,
        severities={
            "slow": SeverityRule(least="medium", by_size=((3.0, "high"),), measure="times"),
        },
        derived_reasons=frozenset({"slow"}),
        needs_fresh_data=True,
        tampers={"attendant": "gaps"},
    ),
    AlertKind(
        type="unseen_round",
        title="Checks entered in quick succession",
        fed_by=("refill_duration",),
        normal_days=7,
        # The entry is certain, what it means is not: whoever walked the round first may have typed it in afterwards.
        severities={"unseen": SeverityRule(least="medium", by_size=((15.0, "high"),), measure="rooms")},
    ),
    AlertKind(
        type="attendant_silence",
        title="Fewer entries than others",
        fed_by=("refill_duration",),
        normal_days=5,
        severities={"few_entries": _MEDIUM},
        derived_reasons=frozenset({"few_entries"}),
        compared={"attendant": ("room", 28)},
        is_continuing=True,
        needs_fresh_data=True,
    ),
    AlertKind(
        type="attendant_excess",
        title="More entries than others",
        fed_by=("refill_duration",),
        normal_days=5,
        severities={"many_entries": _MEDIUM},
        derived_reasons=frozenset({"many_entries"}),
        compared={"attendant": ("room", 28)},
        is_continuing=True,
        needs_fresh_data=True,
    ),
    AlertKind(
        type="unanswered_request",
        title="Unanswered request",
        fed_by=("request_response",),
        normal_days=0,
        severities={
            "waiting": SeverityRule(
                least="medium",
                by_size=((60.0, "high"), (120.0, "critical")),
                measure="minutes",
                today="a guest is waiting",
            )
        },
        is_state=True,
        is_shown_by_limit=True,
    ),
    AlertKind(
        type="custody_loss",
        title="Items missing from an attendant's cart",
        fed_by=("custody_loss",),
        is_in_money=True,
        normal_days=7,
        severities={"custody": SeverityRule(least="medium", by_size=((12.0, "high"),))},
        needs_fresh_data=True,
        tampers={"attendant": "custody"},
    ),
    AlertKind(
        type="model_fallback",
        title="Model unavailable",
        normal_days=0,
        severities={"models_off": SeverityRule(least="high")},
        is_state=True,
        is_continuing=True,
        is_operational=True,
    ),
    AlertKind(
        type="data_stale",
        title="No new data",
        normal_days=0,
        severities={"stale": SeverityRule(least="high"), "list_missing": SeverityRule(least="high")},
        is_state=True,
        is_continuing=True,
        marks_stale_data=True,
        is_operational=True,
    ),
    AlertKind(
        type="rows_refused",
        title="Records refused",
        normal_days=0,
        severities={"refused": SeverityRule(least="high")},
        is_state=True,
        is_continuing=True,
        is_operational=True,
        is_of_server=True,
    ),
    AlertKind(
        type="job_late",
        title="Job late",
        normal_days=0,
        severities={"jobs_late": SeverityRule(least="high"), "hotel_undone": SeverityRule(least="high")},
        is_state=True,
        is_continuing=True,
        is_operational=True,
        is_of_server=True,
    ),
)
KINDS: Mapping[AlertType, AlertKind] = {kind.type: kind for kind in _ALL}


def types_where(holds: Callable[[AlertKind], bool]) -> tuple[AlertType, ...]:
    """The types of the kinds for which `holds` is true, in the order of ALERT_TYPES."""
    return tuple(name for name in ALERT_TYPES if holds(KINDS[name]))


SERVER_TYPES = types_where(lambda kind: kind.is_of_server)
"""Types about the installation as a whole, and not about one of its hotels."""
IN_MONEY = types_where(lambda kind: kind.is_in_money)
"""Types whose possible loss is an amount."""


def is_state(alert_type: AlertType, reason: str) -> bool:
    """Whether a fault lasts until it is over, and is not an event of one day."""
    kind = KINDS[alert_type]
    return kind.is_state or reason in kind.state_reasons


def is_derived(alert_type: AlertType, reason: str) -> bool:
    """Whether value and limits of an alert are not those of its metric's points."""
    return reason in KINDS[alert_type].derived_reasons


def is_continuing(alert_type: AlertType, reason: str) -> bool:
    """Whether one cause makes the same fault again every day."""
    kind = KINDS[alert_type]
    return kind.is_continuing or reason in kind.continuing_reasons


def severity_rule(alert_type: AlertType, reason: str) -> SeverityRule:
    """How severe findings of a reason are."""
    return KINDS[alert_type].severities.get(reason, _MEDIUM)


def severity_of(
    alert_type: AlertType, reason: str, size: float = 0.0, days: float | None = None, due: float | None = None
) -> Severity:
    """The severity of a finding; see SeverityRule for `size`, `days` and `due`."""
    return severity_rule(alert_type, reason).severity(size, days, due)
