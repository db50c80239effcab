"""An alert that mails are written about."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from minibar_ml.domain.alerting.alerts import Alert

ZONE = ZoneInfo("Europe/Nicosia")
DAY, AT = date(2026, 11, 16), datetime(2026, 11, 17, 4, 0, tzinfo=UTC)
ALERT = Alert(
    id=17, type="consumption_anomaly", severity="high", status="open", hotel_id=1, entity_type="room", entity_id=5,
    entity_name="1126", metric="room_consumption", value=9.0, expected=1.4, lower=0.0, upper=4.0,
    deviation_percent=540.0, score=12.0, detector="room_consumption", impact=1234.5, reason="room_high",
    facts={"guests": 2, "nights": 1}, occurred_on=DAY, last_occurred_on=DAY, measured_on=DAY, raised_at=AT,
    last_seen=AT, occurrences=2, read_at=None, read_by=None, resolved_at=None, resolved_by=None,
)  # fmt: skip
