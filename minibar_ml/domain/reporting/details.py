"""All that is known of one alert: how its metric went, and what happened to it."""

from dataclasses import dataclass

from minibar_ml.domain.alerting.alerts import AlertEvent, DayValue


@dataclass(frozen=True, slots=True)
class Detail:
    """An alert's metric on 30 days, and its events and comments up to the report's instant, in order."""

    alert_id: int
    days: tuple[DayValue, ...]
    history: tuple[AlertEvent, ...]
