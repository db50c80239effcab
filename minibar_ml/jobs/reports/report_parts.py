"""What a Report is made of, read by subject: what waits, what the alerts count up to, where, and how the work went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, TypedDict

from minibar_ml.domain.idle import Idle, in_hotel
from minibar_ml.domain.problems import SourceProblem
from minibar_ml.domain.reporting import alert_counts, hotel_lines, places, today
from minibar_ml.domain.reporting.alert_counts import Happened, Snoozed, Waiting, Week
from minibar_ml.domain.reporting.coverage import Coverage
from minibar_ml.domain.reporting.details import Detail
from minibar_ml.domain.reporting.hotel_lines import HotelLine
from minibar_ml.domain.reporting.listed import ListedAlert
from minibar_ml.domain.reporting.minibar import Minibar
from minibar_ml.domain.reporting.operations import FalsePositives, ModelQuality, MutedScope, Pace, StockOut
from minibar_ml.domain.reporting.periods import Period
from minibar_ml.domain.reporting.places import Place
from minibar_ml.domain.reporting.rows import Action, Affected, Count, Day, Live, Money, Page
from minibar_ml.domain.reporting.tallies import Tallies
from minibar_ml.domain.reporting.today import Task
from minibar_ml.store.jobs import problems
from minibar_ml.store.jobs.runs import fetch_idle
from minibar_ml.store.reporting import consumed, details, first_screen, listed, reports
from minibar_ml.store.reporting.called import Called
from minibar_ml.store.reporting.scope import Scope

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Reading:
    """One snapshot of the store, and what every part of a report looks at in it; `now`: as-of, in the hotels' zone."""

    connection: "Connection"
    scope: Scope
    period: Period
    now: datetime
    hotels: dict[int, str]
    names: Called

    @property
    def day(self) -> date:
        """The business day of as-of."""
        return self.now.date()


@dataclass(frozen=True, slots=True)
class Days:
    """The days that have data, those on which detection looked, and the one that is not over."""

    with_points: frozenset[date]
    watched: frozenset[date]
    today: date

    @property
    def newest(self) -> date | None:
        """The last day with data."""
        return max(self.with_points, default=None)

    def without_data(self, period: Period) -> tuple[date, ...]:
        """The days of a period that are over and have none."""
        return tuple(day for day in period.days() if day < self.today and day not in self.with_points)

    def coverage(self, period: Period) -> Coverage:
        """How much of a period they are."""
        days, missing = period.days(), len(self.without_data(period))
        return Coverage(len(days), missing, sum(day in self.watched for day in days), newest=self.newest)


class Waits(TypedDict):
    """What waits for a decision as of now, with the orders to place."""

    live: tuple[Live, ...]
    waiting: tuple[Waiting, ...]
    snoozed: Snoozed | None
    today: tuple[Task, ...]
    actions: Page[Action]
    details: Mapping[int, Detail]
    stock_outs: Page[StockOut] | None
    is_job_late: bool


class Counted(TypedDict):
    """The period's alerts as counts and sums."""

    total: Count
    by_type: tuple[Count, ...]
    by_severity: tuple[Count, ...]
    trend: tuple[Day, ...]
    money: tuple[Money, ...]
    money_total: Money
    days_watched_before: int


class Placed(TypedDict):
    """The period's alerts by when and where: what happened, weeks, floors, hotels, and whom they concern."""

    happened: tuple[Happened, ...]
    weeks: tuple[Week, ...]
    places: tuple[Place, ...]
    lines: tuple[HotelLine, ...]
    hotels_without_data: tuple[str, ...]
    alerts: Page[ListedAlert]
    products: Page[Affected]
    rooms: Page[Affected]
    attendants: Page[Affected]


class Worked(TypedDict):
    """The minibar's own figures, and how well attendants, models and jobs did their work."""

    minibar: Minibar | None
    pace: Page[Pace]
    models: Page[ModelQuality] | None
    false_positives: tuple[FalsePositives, ...]
    mutes: Page[MutedScope]
    problems: tuple[SourceProblem, ...]
    idle: tuple[Idle, ...]
    unanswered: int


def waits(reading: Reading) -> Waits:
    """What waits, read as of now whatever the period."""
    connection, scope = reading.connection, reading.scope
    waiting, snoozed = first_screen.fetch_waiting(connection, scope)
    actions = reports.fetch_actions(connection, scope)
    outs = reports.fetch_stock_outs(connection, scope, reading.period, reading.names)
    stays = first_screen.fetch_stays(connection, scope, actions)
    return Waits(
        live=alert_counts.live(waiting),
        waiting=waiting,
        snoozed=snoozed,
        today=today.tasks(actions, outs.rows if outs else (), stays, reading.day),
        actions=Page(actions, sum(line.alerts for line in waiting)),
        details=details.fetch(connection, scope, actions, reading.day),
        stock_outs=outs,
        is_job_late=any(one.alert.type == "job_late" for one in actions),
    )


def counted(tallies: Tallies, period: Period) -> Counted:
    """The tallies as the counts and sums of a report."""
    return Counted(
        total=tallies.total(),
        by_type=tallies.by_type(),
        by_severity=tallies.by_severity(),
        trend=tallies.trend(),
        money=tallies.money(),
        money_total=tallies.money_total(),
        days_watched_before=tallies.days_watched(period.before()),
    )


def placed(reading: Reading, tallies: Tallies, days: Days, waiting: tuple[Waiting, ...]) -> Placed:
    """Where and when."""
    connection, scope, period, floors = reading.connection, reading.scope, reading.period, reading.names.floors
    steps = first_screen.fetch_steps(connection, scope, period, period.compared_until(reading.now))
    silent = reports.fetch_hotels_without_points(connection, scope, period, reading.hotels)
    affected = reports.fetch_affected(connection, scope, period)
    weeks = alert_counts.weeks(steps, period, days.watched, reading.day)
    return Placed(
        happened=alert_counts.happened(steps, tallies.is_known, tallies.is_known_before, tallies.is_comparable),
        weeks=weeks,
        places=places.places(first_screen.fetch_places(connection, scope, period), floors, period),
        lines=hotel_lines.hotel_lines(
            reading.hotels, waiting, steps, weeks, days.coverage(period), is_known=tallies.is_known
        ),
        hotels_without_data=silent,
        alerts=listed.fetch(connection, scope, period, floors),
        products=affected.get("product", Page()),
        rooms=affected.get("room", Page()),
        attendants=affected.get("attendant", Page()),
    )


def worked(reading: Reading, verdicts_since: date) -> Worked:
    """The minibar and the work; verdicts count from a day of their own."""
    connection, scope, period, names = reading.connection, reading.scope, reading.period, reading.names
    return Worked(
        minibar=consumed.fetch(connection, scope, period, names, reading.day),
        pace=reports.fetch_pace(connection, scope, period, names),
        models=reports.fetch_models(connection, scope),
        false_positives=reports.fetch_verdicts(connection, scope, verdicts_since, period.until),
        mutes=reports.fetch_mutes(connection, scope, period, names),
        problems=tuple(problems.fetch(connection, reading.day)),
        idle=in_hotel(fetch_idle(connection, scope.as_of), scope.hotel_id),
        unanswered=reports.fetch_unanswered(connection, scope, period),
    )
