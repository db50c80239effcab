"""What jobs need of the settings: limits, calendar and plans, built in one place."""

from datetime import date, datetime, timedelta

from minibar_ml.config import calendars
from minibar_ml.config.products_file import supplies
from minibar_ml.config.schedules import job_schedules
from minibar_ml.config.settings import Settings
from minibar_ml.domain.calendar import Calendar
from minibar_ml.jobs.plans import DetectionPlan, TrainingPlan
from minibar_ml.ml.contract import Limits

CALENDAR_PAST = timedelta(days=2 * 366)
"""Longest history before the first checked day that detectors may learn from."""
CALENDAR_AHEAD = timedelta(days=366)


def limits(settings: Settings) -> Limits:
    """Budget, least deviations and terms of ordering; raises ConfigurationError for a bad products file."""
    return Limits(
        budget=settings.alert_budget,
        stock_deviation=settings.stock_deviation,
        consumption_deviation=settings.consumption_deviation,
        refill_deviation=settings.refill_deviation,
        consumption_floor=settings.consumption_floor,
        product_floor=settings.product_floor,
        supplies=supplies(settings),
    )


def calendar(settings: Settings, first: date, today: date) -> Calendar:
    """Public holidays and events for checking the days from `first` to `today`, and for looking a year ahead."""
    return calendars.read(
        settings.country, settings.events_file, settings.lang, first - CALENDAR_PAST, today + CALENDAR_AHEAD
    )


def detection(
    settings: Settings,
    as_of: datetime,
    *,
    since: date | None = None,
    until: date | None = None,
    is_live: bool = False,
) -> DetectionPlan:
    """The plan of detect and backtest: business days from `since` to before `until`, or those that a run checks.

    `is_live`: as-of is now, so that reservations count.
    """
    today = as_of.astimezone(settings.zone()).date()
    return DetectionPlan(
        as_of=as_of,
        zone=settings.zone(),
        limits=limits(settings),
        lang=settings.lang,
        lookback_days=settings.lookback_days,
        training_days=settings.training_days,
        min_points=settings.min_data_points,
        calendar=calendar(settings, since or today, today),
        since=since,
        until=until,
        is_live=is_live,
        schedules=job_schedules(settings, as_of) if is_live and settings.enabled else {},
    )


def training(settings: Settings, as_of: datetime) -> TrainingPlan:
    """What train and optimize learn from as of an instant."""
    today = as_of.astimezone(settings.zone()).date()
    return TrainingPlan(
        as_of=as_of,
        zone=settings.zone(),
        limits=limits(settings),
        lookback_days=settings.lookback_days,
        training_days=settings.training_days,
        min_points=settings.min_data_points,
        accuracy_threshold=settings.accuracy_threshold,
        calendar=calendar(settings, today, today),
    )
