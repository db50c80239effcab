"""What jobs need of the settings: limits, calendar and plans, built in one place."""

from datetime import date, datetime, timedelta

from minibar_ml.config import calendars
from minibar_ml.config.facts import House
from minibar_ml.config.schedules import job_schedules, late_after, next_change
from minibar_ml.config.settings import Settings
from minibar_ml.domain.hotels.calendar import Calendar
from minibar_ml.jobs.plans import DetectionPlan, TrainingPlan
from minibar_ml.ml.contract import Limits
from minibar_ml.store.jobs.marks import Outside

CALENDAR_PAST = timedelta(days=2 * 366)
"""Longest history before the first checked day that detectors may learn from."""
CALENDAR_AHEAD = timedelta(days=366)


def limits(house: House, hotel_id: int | None = None) -> Limits:
    """Budget, least deviations and terms of ordering: a hotel's own, or where nothing else is stated."""
    known = house.settings if hotel_id is None else house.of_hotel(hotel_id)
    return Limits(
        budget=known.alert_budget,
        stock_deviation=known.stock_deviation,
        consumption_deviation=known.consumption_deviation,
        refill_deviation=known.refill_deviation,
        consumption_floor=known.consumption_floor,
        product_floor=known.product_floor,
        supplies=house.supplies(hotel_id),
    )


def own_limits(house: House) -> dict[int, Limits]:
    """The limits of each hotel that has facts of its own."""
    return {hotel_id: limits(house, hotel_id) for hotel_id in house.hotels}


def calendar(house: House, first: date, today: date) -> Calendar:
    """Public holidays and events for checking the days from `first` to `today`, and for looking a year ahead."""
    since, until = first - CALENDAR_PAST, today + CALENDAR_AHEAD
    return calendars.read(house.settings.country, house.events, house.settings.lang, since, until)


def detection(
    house: House,
    as_of: datetime,
    *,
    since: date | None = None,
    until: date | None = None,
    is_live: bool = False,
    basis: str = "",
) -> DetectionPlan:
    """The plan of detect and backtest: business days from `since` to before `until`, or those that a run checks.

    `is_live`: as-of is now, so that reservations count. `basis`: digest of settings and files; of a run that the next
    one may be compared with.
    """
    settings = house.settings
    today = as_of.astimezone(settings.zone()).date()
    return DetectionPlan(
        as_of=as_of,
        zone=settings.zone(),
        limits=limits(house),
        own_limits=own_limits(house),
        least_values=house.least_values(),
        lang=settings.lang,
        lookback_days=settings.lookback_days,
        training_days=settings.training_days,
        min_points=settings.min_data_points,
        calendar=calendar(house, since or today, today),
        since=since,
        until=until,
        is_live=is_live,
        schedules=job_schedules(settings, as_of) if is_live and settings.enabled else {},
        outside=_outside(settings, as_of, basis) if is_live and basis and not since else None,
    )


def _outside(settings: Settings, as_of: datetime, basis: str) -> Outside:
    return Outside(basis, next_change(settings, as_of), late_after(settings))


def training(house: House, as_of: datetime, *, is_live: bool = False) -> TrainingPlan:
    """What train and optimize learn from as of an instant; `is_live`: that is now."""
    settings = house.settings
    today = as_of.astimezone(settings.zone()).date()
    return TrainingPlan(
        as_of=as_of,
        zone=settings.zone(),
        limits=limits(house),
        own_limits=own_limits(house),
        lookback_days=settings.lookback_days,
        training_days=settings.training_days,
        min_points=settings.min_data_points,
        accuracy_threshold=settings.accuracy_threshold,
        calendar=calendar(house, today, today),
        is_live=is_live,
    )
