"""Counts of alerts and the budget as JSON; a module of its own, so that a list of alerts does not import them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from minibar_ml.domain.alerting.budget import AlertStats, BudgetUsage, TypeStats


def stats_json(counted: AlertStats) -> dict[str, Any]:
    """The counts."""
    return {
        "alerts": counted.alerts,
        "by_severity": counted.by_severity,
        "by_status": counted.by_status,
        "by_type": {
            name: {**asdict(one), "false_positive_rate": one.false_positive_rate}
            for name, one in counted.by_type.items()
        },
        "by_day": [{"day": one, "alerts": alerts} for one, alerts in counted.by_day.items()],
    }


def budget_json(usage: BudgetUsage) -> dict[str, Any]:
    """The budget of false alerts and what was raised; null where unknown."""
    figures = (
        "budget_per_1000_rooms_day", "days", "room_days", "budget_alerts", "alerts", "alerts_per_day",
        "raised_per_1000_rooms_day",
    )  # fmt: skip
    return {name: getattr(usage, name) for name in figures}


def usage_json(usage: BudgetUsage) -> dict[str, Any]:
    """The same with persons' verdicts."""
    reviewed = ("confirmed", "false_positives", "precision")
    return {**budget_json(usage), **{name: getattr(usage, name) for name in reviewed}}


def split_json(counted: AlertStats, usage: BudgetUsage, shares: Mapping[str, float]) -> dict[str, Any]:
    """The budget's split over detectors and what each raised; null where unknown."""
    return {
        "by_detector": [
            {
                "detector": name,
                "share": share,
                "budget_alerts": None if usage.budget_alerts is None else share * usage.budget_alerts,
                **asdict(counted.by_detector.get(name, TypeStats(0, 0, 0))),
            }
            for name, share in shares.items()
        ]
    }
