"""Names of types, severities, statuses and the like, for tables and reports."""

from collections.abc import Mapping
from typing import Literal

from minibar_ml.domain.alerting.kinds import KINDS
from minibar_ml.i18n import Lang, catalog

Kind = Literal[
    "type", "severity", "status", "event", "metric", "entity", "field", "feature", "trend", "weekday", "detector",
    "job",
]  # fmt: skip
DOMAIN = "alerts"
SEVERITY_MARKS: Mapping[str, str] = {"critical": "▲", "high": "◆", "medium": "●", "low": "○"}
"""A shape for each severity, next to its word and colour, in terminal, mails and reports."""

LABELS: Mapping[Kind, Mapping[str, str]] = {
    "type": {name: kind.title for name, kind in KINDS.items()},
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
        "escalated": "severity raised",
        "eased": "severity lowered",
        "recurred": "found again",
        "corrected": "corrected, records changed",
        "updated": "figure updated",
        "next_request": "next request",
        "acknowledged": "read",
        "snoozed": "snoozed",
        "unsnoozed": "snooze ended",
        "resolved": "resolved",
        "false_positive": "marked as a false positive",
        "reopened": "reopened",
        "muted": "muted",
        "unmuted": "unmuted",
        "renamed": "the hotel's records call the person by another name",
        "commented": "comment",
    },
    "metric": {
        "stock_level": "stock level",
        "stock_outflow": "units issued",
        "floor_stock": "floor stock",
        "product_consumption": "product consumption",
        "room_consumption": "room consumption",
        "vacant_consumption": "vacant-room consumption",
        "refill_duration": "minutes per room",
        "request_response": "response time (min)",
        "custody_loss": "units not accounted for",
        "occupancy": "occupancy",
        "stock_days_left": "days of stock left",
    },
    "entity": {"room": "Room", "product": "Product", "attendant": "Attendant", "hotel": "Hotel"},
    "feature": {
        "refill_gap": "refills that don't match consumption",
        "products": "the number of different products",
        "visits": "the number of visits",
    },
    "detector": {
        "below_zero": "stock below zero",
        "custody": "cart count",
        "depletion": "stock forecast",
        "leak": "stock reconciliation",
        "models": "model store",
        "over_setup": "contents of the minibar",
        "product_demand": "product consumption",
        "refill_pace": "time per room",
        "room_consumption": "room consumption",
        "silent_room": "days without consumption",
        "stale": "age of the data",
        "stock_outflow": "warehouse issues",
        "unanswered": "open requests",
        "unseen_round": "pace of entries",
        "attendant_entries": "entries compared with others",
        "vacant_room": "vacant rooms",
        "watch": "check of the installation",
    },
    "job": {
        "collect": "data collection",
        "detect": "anomaly detection",
        "notify": "notifications",
        "train": "model training",
        "rounds": "rounds by mail",
        "report": "weekly report",
        "monthly": "monthly report",
        "dashboard": "dashboard",
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
        "before": "Previous",
        "daily_mean": "Per day",
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
        "latest": "Latest",
        "total": "Total",
        "min": "Min",
        "median": "Median",
        "mean": "Mean",
        "max": "Max",
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
        "impact": "Possible loss",
        "loss": "Loss",
        "seen": "Seen",
        "closed": "Closed",
        "series": "30 days",
        "why": "What happened",
        "evidence": "Evidence",
        "grounds": "Records",
        "action": "What to do",
        "again": "Previous alert",
        "verdicts": "Others like it",
        "history": "History",
        "alerts": "Alerts",
        "judged": "Reviewed",
        "false_positives": "False positives",
        "rate": "False share",
        "a_day": "Per day",
        "per_1000_rooms_day": "Per 1,000 rooms per day",
        "detector": "Detected by",
        "share": "Share",
        "budget": "False-alert budget",
        "raised": "Raised",
        "confirmed": "Confirmed",
        "judged_false": "False positives",
        "precision": "Precision",
        "closed_itself": "Ended without action",
        "muted": "Muted findings",
    },
}


def label(kind: Kind, value: str, lang: Lang) -> str:
    """The name of a value in a language; the value itself where it has none."""
    name = LABELS[kind].get(value)
    return value if name is None else catalog(DOMAIN, lang).pgettext(kind, name)


def capital_label(kind: Kind, value: str, lang: Lang) -> str:
    """The name of a value with a capital first letter; a Turkish i keeps its dot."""
    name = label(kind, value, lang)
    first = "İ" if lang == "tr" and name[:1] == "i" else name[:1].upper()
    return first + name[1:]
