"""Alerts about models that are not used: those that can't be trusted, and those that somebody switched off or deleted.

The first are an alert of their hotel. The second are one of the installation (hotel 0), for who keeps the server: in a
hotel whose administrator switched its models off, that administrator could close the alert as well.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import severity_of
from minibar_ml.domain.metrics import COMMON_STORE, METRIC_TYPES
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.store import models

if TYPE_CHECKING:
    from sqlalchemy import Connection


def refused(plan: DetectionPlan, why: Mapping[tuple[int, str], str]) -> list[Finding]:
    """One finding for each hotel, naming all its metrics whose model was refused; `why` by hotel and metric."""
    hotels = _by_hotel(why)
    return [
        _finding(plan, hotel, hotel, "model_refused", metrics, {"why": why[hotel, metrics[0]]})
        for hotel, metrics in hotels.items()
    ]


def switched_off(connection: "Connection", plan: DetectionPlan, why: Mapping[tuple[int, str], str]) -> list[Finding]:
    """One finding for each hotel with a model that train stored lately and nobody uses; one statement.

    `why`: models that were refused. The common store has one alert about its models at a time, and that is theirs.
    """
    hotels = _by_hotel([(key.hotel_id, key.metric_type) for key in models.fetch_switched_off(connection)])
    if any(hotel == COMMON_STORE for hotel, _ in why):
        hotels.pop(COMMON_STORE, None)
    return [_finding(plan, COMMON_STORE, hotel, "models_off", metrics, {}) for hotel, metrics in hotels.items()]


def _by_hotel(keys: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    hotels: dict[int, list[str]] = {}
    for hotel, metric in sorted(set(keys)):
        hotels.setdefault(hotel, []).append(metric)
    return hotels


def _finding(
    plan: DetectionPlan, of: int, hotel: int, reason: str, metrics: list[str], facts: dict[str, str]
) -> Finding:
    return Finding(
        type="model_fallback",
        hotel_id=of,
        entity_type="hotel",
        entity_id=hotel,
        metric=next(name for name in METRIC_TYPES if name == metrics[0]),
        occurred_on=plan.today(),
        reason=reason,
        severity=severity_of("model_fallback", reason),
        detector="models",
        value=float(len(metrics)),
        facts={"metrics": metrics, **facts},
    )
