"""Names of types, severities, statuses and the like, for tables and reports."""

from collections.abc import Mapping
from typing import Literal

from minibar_ml.i18n import Lang, catalog

Kind = Literal["type", "severity", "status", "event", "metric", "entity", "field", "feature", "trend", "weekday"]
DOMAIN = "alerts"
SEVERITY_MARKS: Mapping[str, str] = {"critical": "▲", "high": "◆", "medium": "●", "low": "○"}
"""A shape for each severity, beside its word and colour, in terminal, mails and reports."""

LABELS: Mapping[Kind, Mapping[str, str]] = {
    "type": {
        "stock_anomaly": "Unusual stock movement",
        "shrinkage": "Stock leaking away",
        "stock_depletion": "Stock running out",
        "consumption_anomaly": "Unusual consumption",
        "silent_room": "Silent room",
        "vacant_consumption": "Consumption in a vacant room",
        "refill_delay": "Slow refills",
        "unanswered_request": "Unanswered request",
        "custody_loss": "Loss in custody",
        "model_fallback": "Model not usable",
        "data_stale": "No new data",
    },
    "severity": {"low": "low", "medium": "medium", "high": "high", "critical": "critical"},
    "status": {
        "open": "open",
        "acknowledged": "read",
        "snoozed": "snoozed",
        "resolved": "resolved",
        "false_positive": "false positive",
    },
    "event": {
        "opened": "raised",
        "escalated": "graver",
        "acknowledged": "read",
        "snoozed": "snoozed",
        "unsnoozed": "back from its snooze",
        "resolved": "resolved",
        "false_positive": "marked false",
        "reopened": "reopened",
        "muted": "muted",
        "unmuted": "no longer muted",
        "commented": "comment",
    },
    "metric": {
        "stock_level": "stock level",
        "stock_outflow": "units issued",
        "product_consumption": "product consumption",
        "room_consumption": "room consumption",
        "vacant_consumption": "consumption while vacant",
        "refill_duration": "minutes per room",
        "request_response": "minutes to answer",
        "custody_loss": "units lost in custody",
        "occupancy": "occupancy",
        "stock_days_left": "days of stock left",
    },
    "entity": {"room": "Room", "product": "Product", "attendant": "Attendant", "hotel": "Hotel"},
    "feature": {
        "refill_gap": "refills that don't match consumption",
        "products": "the number of products touched",
        "visits": "the number of visits",
    },
    "weekday": {
        "1": "Monday",
        "2": "Tuesday",
        "3": "Wednesday",
        "4": "Thursday",
        "5": "Friday",
        "6": "Saturday",
        "7": "Sunday",
    },
    "trend": {
        "hotel": "Hotel",
        "units": "Units",
        "before": "Before",
        "daily_mean": "A day",
        "change": "Change",
        "checked": "Checked",
        "series": "Trend",
        "minutes": "Min/room",
        "shifts": "Shifts",
        "visits": "Visits",
        "weeks": "8 weeks",
        "metric": "Metric",
        "points": "Points",
        "entities": "Entities",
        "days": "Days",
        "latest": "Newest",
        "total": "Total",
        "min": "Least",
        "median": "Median",
        "mean": "Mean",
        "max": "Most",
    },
    "field": {
        "id": "ID",
        "alert": "Alert",
        "type": "Type",
        "severity": "Severity",
        "status": "Status",
        "where": "Where",
        "day": "Day",
        "value": "Value",
        "expected": "Expected",
        "impact": "Impact",
        "seen": "Seen",
        "closed": "Closed",
        "series": "30 days",
        "why": "Why",
        "evidence": "Evidence",
        "action": "What to do",
        "again": "Again",
        "history": "History",
        "alerts": "Alerts",
        "judged": "Judged",
        "false_positives": "False",
        "rate": "Rate",
        "a_day": "A day",
        "per_1000_rooms_day": "Per 1,000 rooms and day",
        "detector": "Found by",
        "share": "Share",
        "budget": "Budget of false alerts",
        "raised": "Raised",
        "confirmed": "Judged true",
        "judged_false": "Judged false",
        "precision": "Precision",
        "closed_itself": "Over by itself",
    },
}


def label(kind: Kind, value: str, lang: Lang) -> str:
    """The name of a value in a language; the value itself where it has none."""
    name = LABELS[kind].get(value)
    return value if name is None else catalog(DOMAIN, lang).pgettext(kind, name)
