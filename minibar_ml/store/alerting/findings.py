"""Findings on their way into the database: one a fingerprint, as one JSON document with finite figures."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from minibar_ml.domain.alerting.alerts import SEVERITIES, Finding
from minibar_ml.domain.alerting.kinds import OVER_SETUP
from minibar_ml.domain.metrics import EntityType
from minibar_ml.domain.output.json_form import json_form

HIGHEST_SCORE = 745.0
"""-ln of the smallest number there is: what is less likely than that has no other score."""
HIGHEST_IMPACT = 999_999_999_999.99
"""What the column holds; a mistyped price in the source must not stop all alerts."""


def deduplicate(findings: Sequence[Finding]) -> list[Finding]:
    """One finding a fingerprint: the one with the highest score, with the worst severity of all.

    What still goes on comes before what is over: an open request is not closed by an answered one.
    """
    by_fingerprint = sorted(findings, key=_fingerprint)
    return [_strongest(list(group)) for _, group in groupby(by_fingerprint, key=_fingerprint)]


def by_day(findings: Sequence[Finding]) -> list[list[Finding]]:
    """The same for each day of a fault that does not last, in lists that hold one a fingerprint: the first days first.

    A check may shed light on the one before it: then a room has findings of two days.
    """
    lists: list[list[Finding]] = []
    ordered = sorted(findings, key=_fingerprint_and_day)
    of_days = [_strongest(list(group)) for _, group in groupby(ordered, key=_fingerprint_and_day)]
    for _, group in groupby(of_days, key=_fingerprint):
        for place, finding in enumerate(group):
            if place == len(lists):
                lists.append([])
            lists[place].append(finding)
    return lists or [[]]


def _fingerprint_and_day(finding: Finding) -> tuple[tuple[str, int, str, int, bool], date]:
    return _fingerprint(finding), date.min if finding.is_state else finding.occurred_on


def _fingerprint(finding: Finding) -> tuple[str, int, str, int, bool]:
    return finding.type, finding.hotel_id, finding.entity_type, finding.entity_id, finding.is_state


def _strongest(group: Sequence[Finding]) -> Finding:
    strongest = max(group, key=_strength)
    return replace(strongest, severity=max((one.severity for one in group), key=SEVERITIES.index))


def _strength(finding: Finding) -> tuple[Any, ...]:
    """Sorts findings of one fingerprint; the tail only makes the choice the same whatever the order."""
    score = -math.inf if finding.score is None else finding.score
    severity = SEVERITIES.index(finding.severity)
    return finding.settled_at is None, score, severity, finding.occurred_on, finding.value, finding.reason


def as_json(
    findings: Sequence[Finding],
    names: Mapping[tuple[EntityType, int], str],
    texts: Callable[[Finding, str], tuple[str, str]],
) -> str:
    """The document that `alerts.apply` and `alerts.resolve` take.

    Raises ValueError where a value or fact is not finite: a detector must not find such a thing.
    """
    return dumped([row(finding, names, texts) for finding in findings])


def dumped(rows: Sequence[Mapping[str, Any]]) -> str:
    """JSON of rows with dates, instants and NumPy's scalars; raises ValueError for what is not finite."""
    return json.dumps(rows, default=json_form, allow_nan=False)


def no_point_before(days: Iterable[date]) -> datetime:
    """An instant before which no point of these business days lies, in any zone; of no day: one after all points."""
    # Points are read from the midnight before a day on, and the earliest zone is 14 hours ahead.
    return datetime.combine(min(days, default=date.max) - timedelta(days=2), time.min, UTC)


def first_days(findings: Iterable[Finding]) -> Iterator[date]:
    """The first business day that each finding of an event rests on; what lasts rests on none."""
    return (min(one.occurred_on, one.since_on or one.occurred_on) for one in findings if not one.is_state)


def row(
    finding: Finding,
    names: Mapping[tuple[EntityType, int], str],
    texts: Callable[[Finding, str], tuple[str, str]],
) -> dict[str, Any]:
    """One finding of the document."""
    name = names.get((finding.entity_type, finding.entity_id)) or str(finding.entity_id)
    return _row(finding, name, *texts(finding, name))


def of_row(figures: Mapping[str, Any]) -> Finding:
    """The finding of an event that a row of a stored document says."""
    values = {field.name: figures[field.name] for field in fields(Finding)}
    return Finding(**{**values, "occurred_on": date.fromisoformat(figures["occurred_on"])})


def most_first(products: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Products with units and names as alerts list them."""
    return sorted(products, key=lambda one: (-float(one["units"]), str(one["name"])))


def renamed(
    figures: Mapping[str, Any],
    names: Mapping[str, str],
    texts: Callable[[Finding, str], tuple[str, str]],
) -> dict[str, Any]:
    """A row of a stored document with other names, by entity type and id (`room 7`), and the sentences that follow."""
    facts = dict(figures["facts"])
    for listed in ("products", OVER_SETUP):
        if listed in facts:
            called = [{**one, "name": names.get(f"product {one['id']}", one["name"])} for one in facts[listed]]
            facts[listed] = most_first(called)
    if "room_ids" in facts:
        known = zip(facts["room_ids"], facts["rooms"], strict=True)
        facts["rooms"] = [names.get(f"room {room_id}", name) for room_id, name in known]
    name = names.get(f"{figures['entity_type']} {figures['entity_id']}", figures["entity_name"])
    finding = of_row({**figures, "facts": facts})
    message, action = texts(finding, name)
    return {**figures, "facts": facts, "entity_name": name, "message": message, "suggested_action": action}


def _row(finding: Finding, name: str, message: str, suggested_action: str) -> dict[str, Any]:
    return {
        "type": finding.type,
        "severity": finding.severity,
        "hotel_id": finding.hotel_id,
        "entity_type": finding.entity_type,
        "entity_id": finding.entity_id,
        "entity_name": name,
        "metric": finding.metric,
        "value": finding.value,
        "expected": _finite(finding.expected),
        "lower": _finite(finding.lower),
        "upper": _finite(finding.upper),
        "deviation_percent": _finite(finding.deviation_percent),
        "score": None if finding.score is None else min(finding.score, HIGHEST_SCORE),
        "detector": finding.detector,
        "impact": None if finding.impact is None else min(finding.impact, HIGHEST_IMPACT),
        "reason": finding.reason,
        "facts": dict(finding.facts or {}),
        "message": message,
        "suggested_action": suggested_action,
        "occurred_on": finding.occurred_on,
        "since_on": finding.since_on,
        "raised_at": finding.raised_at,
        "settled_at": finding.settled_at,
        "is_state": finding.is_state,
        "is_continuing": finding.is_continuing,
        "is_repeatable": finding.is_repeatable,
    }


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None
