"""Trends, pace and summary as JSON; a module of its own, so that `--json` does not import rich."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from minibar_ml.domain.metrics import EntityType
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.rows import Page
from minibar_ml.domain.reporting.trends import (
    TREND_METRICS,
    AttendantPace,
    CalendarSpan,
    MetricSummary,
    PaceFigures,
    Trend,
)

Document = dict[str, Any]


def span(window: str, period: Period, as_of: datetime, collected_until: datetime | None) -> Document:
    """The days: `since` inclusive, `until` exclusive (today)."""
    before = period.before()
    return {
        "window": window,
        "as_of": as_of,
        "since": period.since,
        "until": period.until,
        "previous_since": before.since,
        "previous_until": before.until,
        "collected_until": collected_until,
    }


def trends_json(head: Document, found: Mapping[EntityType, Page[Trend]]) -> Document:
    """Products and rooms, and how many there are of each where not all are listed."""
    lists = {f"{kind}s": [_trend(one) for one in capped.rows] for kind, capped in found.items()}
    return {**head, **{f"{kind}s_total": capped.total for kind, capped in found.items()}, **lists}


def _trend(trend: Trend) -> Document:
    now, before = trend.now, trend.before
    return {
        "hotel_id": trend.hotel_id,
        "entity_type": trend.entity_type,
        "entity_id": trend.entity_id,
        "entity_name": trend.name,
        "metric": TREND_METRICS[trend.entity_type],
        "units": now.units,
        "previous_units": before.units,
        "checked_days": now.checked_days,
        "previous_checked_days": before.checked_days,
        "daily_mean": now.daily_mean,
        "previous_daily_mean": before.daily_mean,
        "change_percent": trend.change_percent,
        "series": [asdict(one) for one in now.days],
        "previous_series": [asdict(one) for one in before.days],
    }


def pace_json(head: Document, found: Iterable[AttendantPace]) -> Document:
    """Attendants with their weeks and months, oldest first."""
    return {**head, "attendants": [_pace(one) for one in found]}


def _pace(pace: AttendantPace) -> Document:
    return {
        "hotel_id": pace.hotel_id,
        "entity_type": "attendant",
        "entity_id": pace.attendant_id,
        "entity_name": pace.name,
        "metric": "refill_duration",
        **asdict(pace.now),
        **{f"previous_{name}": value for name, value in asdict(pace.before).items()},
        "change_percent": pace.change_percent,
        "weeks": [_span("week", *one) for one in pace.weeks],
        "months": [_span("month", *one) for one in pace.months],
    }


def _span(kind: str, one: CalendarSpan, figures: PaceFigures) -> Document:
    days = {"since": one.period.since, "until": one.period.until, "is_complete": one.is_complete}
    return {kind: one.name, **days, **asdict(figures)}


def summary_json(head: Document, found: Iterable[MetricSummary]) -> Document:
    """Each hotel's metrics; `unknown`: why there is no figure, or null."""
    window = {name: value for name, value in head.items() if not name.startswith("previous_")}
    return {**window, "metrics": [_summary(one) for one in found]}


def _summary(one: MetricSummary) -> Document:
    spread = one.spread
    missing = one.days_missing
    return {
        "hotel_id": one.hotel_id,
        "hotel_name": one.hotel_name,
        "metric": one.metric,
        "points": spread.points if spread else 0,
        "entities": spread.entities if spread else 0,
        "latest_at": one.latest_at,
        "min": spread.minimum if spread else None,
        "median": spread.median if spread else None,
        "mean": spread.mean if spread else None,
        "max": spread.maximum if spread else None,
        "total": spread.total if spread else None,
        "days": len(spread.days) if spread else 0,
        "days_missing": None if missing is None else list(missing),
        "unknown": one.unknown,
    }
