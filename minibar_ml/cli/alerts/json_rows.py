"""Alerts as JSON; a module of its own, so that `--json` does not import rich."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from minibar_ml.domain.alerting.alerts import Alert, AlertDay, AlertEvent, DayValue
from minibar_ml.domain.alerting.verdicts import VerdictCounts
from minibar_ml.i18n import Lang
from minibar_ml.i18n.messages import sentences

CONTRACT = (
    "id", "type", "severity", "status", "hotel_id", "entity_type", "entity_id", "entity_name", "metric", "value",
    "expected", "lower", "upper", "deviation_percent", "score", "detector", "impact", "message", "suggested_action",
    "occurred_on", "raised_at", "last_seen", "occurrences", "read_at", "read_by", "resolved_at",
)  # fmt: skip
"""Names that scripts rely on: never renamed, never left out."""
DEVIATION_DIGITS = 1
"""Decimals of a deviation in percent: more would be digits of the computer's and not of the records'."""
EXTRAS = (
    "last_occurred_on", "measured_on", "resolved_by", "reason", "facts", "snoozed_until", "snoozed_by", "previous_id",
    "muted_by", "end_reason", "corrected_at", "incident_id", "counted_impact", "mute_id", "hotel_name",
)  # fmt: skip

EVENT = ("event", "at", "as_of", "by", "severity", "value", "value_before", "impact", "impact_before", "reason")


def as_json(
    alert: Alert, lang: Lang, today: date | None = None, hotels: Mapping[int, str] | None = None
) -> dict[str, Any]:
    """An alert, as `alerts list --json` prints it on a day (None: on the alert's own); `hotels`: their names by id."""
    message, action = sentences(alert, alert.entity_name, lang, today)
    known = {**asdict(alert), "message": message, "suggested_action": action}
    known |= {"incident_id": alert.incident_id or alert.id, "counted_impact": alert.counted_impact}
    if alert.deviation_percent is not None:
        known["deviation_percent"] = round(alert.deviation_percent, DEVIATION_DIGITS)
    known["hotel_name"] = (hotels or {}).get(alert.hotel_id)
    return {name: known[name] for name in (*CONTRACT, *EXTRAS)}


def explained(
    alert: Alert,
    series: Sequence[DayValue],
    history: Sequence[AlertEvent],
    grounds: Sequence[AlertDay],
    verdicts: VerdictCounts,
    lang: Lang,
    today: date,
    hotels: Mapping[int, str],
) -> dict[str, Any]:
    """An alert with its metric's last 30 days, its history, comments, what it rests on, verdicts on others like it."""
    comments = [{"at": one.at, "by": one.by, "text": one.body} for one in history if one.body is not None]
    events = [{name: getattr(one, name) for name in EVENT} for one in history if one.body is None]
    return {
        **as_json(alert, lang, today, hotels), "series": [asdict(one) for one in series], "events": events,
        "comments": comments, "grounds": [asdict(one) for one in grounds], "verdicts_on_others": asdict(verdicts),
    }  # fmt: skip
