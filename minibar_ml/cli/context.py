"""What most commands share: their options, the settings, the database, the instant they believe it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer

from minibar_ml import log, pings
from minibar_ml.cli import console
from minibar_ml.config.settings import Settings, examine, suggestion
from minibar_ml.domain.errors import UsageError
from minibar_ml.i18n import Lang
from minibar_ml.log import logger

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from minibar_ml.domain.calendar import Calendar
    from minibar_ml.ml.contract import Limits

Result = TypeVar("Result")
EARLIEST_YEAR = 2000
MOST_ROWS = 2**31 - 1
"""What `--limit` may ask for."""
CALENDAR_PAST = timedelta(days=2 * 366)
"""How long before the first judged day detectors may learn from, at the longest."""


def _quiet(wanted: bool) -> bool:
    # What a callback returns is what the command gets.
    if wanted:
        log.configure(quiet=True)
    return wanted


def _verbose(wanted: bool) -> bool:
    if wanted:
        log.configure(verbose=True)
    return wanted


AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="T",
        help="Run as if it were this instant (ISO; the hotel's zone unless T names one).",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", callback=_quiet, help="Only errors on stderr.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", callback=_verbose, help="Say every step on stderr.")]
Since = Annotated[str | None, typer.Option("--since", metavar="T", help="From this date or instant on (inclusive).")]
Until = Annotated[str | None, typer.Option("--until", metavar="T", help="Up to this date or instant (exclusive).")]
Limit = typer.Option("--limit", metavar="N", min=1, max=MOST_ROWS, help="At most so many.")
Hotel = Annotated[int | None, typer.Option("--hotel", metavar="H", help="Only this hotel (its id).")]


def instant(text: str, zone: ZoneInfo, option: str) -> datetime:
    """An ISO date or instant as UTC; a date is its midnight in `zone`, a naive time is in `zone`.

    Raises UsageError naming the option.
    """
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is no date or time; write 2026-03-01 or 2026-03-01T18:00.") from error
    if parsed.year < EARLIEST_YEAR:
        raise UsageError(f"{option} {text} lies before {EARLIEST_YEAR}; nothing is known of it.")
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC)


def resolve_as_of(text: str | None, zone: ZoneInfo) -> datetime:
    """The instant a run believes it is: now, or `--as-of`, which may not lie in the future."""
    now = datetime.now(UTC)
    if text is None:
        return now
    asked = instant(text, zone, "--as-of")
    if asked > now:
        raise UsageError(f"--as-of {text} is in the future; nothing is known of it yet.")
    return asked


def span(since: str | None, until: str | None, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """`--since` and `--until` as instants; raises UsageError where they are the wrong way round."""
    start = instant(since, zone, "--since") if since else None
    end = instant(until, zone, "--until") if until else None
    if start and end and start >= end:
        raise UsageError(f"--since {since} is not before --until {until}.")
    return start, end


def first_day(since: str | None, as_of: datetime, zone: ZoneInfo) -> date | None:
    """The business day of `--since`; raises UsageError where it lies after the as-of instant."""
    start = instant(since, zone, "--since") if since else None
    if start and start > as_of:
        raise UsageError(f"--since {since} lies after the as-of instant, {as_of.astimezone(zone):%Y-%m-%d %H:%M}.")
    return start.astimezone(zone).date() if start else None


def yesterday(settings: Settings) -> date:
    """The last business day that is over."""
    return datetime.now(settings.zone()).date() - timedelta(days=1)


def enabled(settings: Settings) -> bool:
    """Whether jobs may work; says so where they may not."""
    if not settings.enabled:
        console.note("ML_ENABLED is false: nothing was done.")
    return settings.enabled


def connected(settings: Settings, command: str) -> "Connection":
    """A connection, to be used as a context; tries again where the server is away in passing."""
    from minibar_ml.store.engine import retrying

    return retrying(lambda: _connection(settings, command))


def _connection(settings: Settings, command: str) -> "Connection":
    from minibar_ml.store.engine import connect, make_engine

    return connect(make_engine(settings.database_url, settings.timezone, f"minibar-ml {command}"))


@contextmanager
def store(settings: Settings, command: str) -> Iterator["Connection"]:
    """A connection to a store whose schema is what this program knows."""
    with connected(settings, command) as connection:
        _require_current(connection)
        yield connection


def _require_current(connection: "Connection") -> None:
    from minibar_ml.store import access
    from minibar_ml.store.migrations import require_current

    require_current(connection)
    access.require(connection)
    connection.rollback()


def work(settings: Settings, command: str, job: "Callable[[Connection], Result]") -> "Result":
    """Do a job on a connection of its own, all of it again where the database failed in passing."""
    from minibar_ml.store.engine import retrying
    from minibar_ml.store.runs import when_started

    with pings.told(settings.ping_url, command) as watch:

        def once() -> Result:
            with _connection(settings, command) as connection:
                _require_current(connection)
                if command in pings.JOBS:
                    _note(connection, settings)
                when_started(connection, watch.start)
                return job(connection)

        return retrying(once)


def _note(connection: "Connection", settings: Settings) -> None:
    """Leave in the audit log that a job runs with other settings than the one before."""
    from minibar_ml.store import audit

    audit.note_settings(connection, settings.changed())
    connection.commit()


def limits(settings: Settings) -> "Limits":
    """What deciding needs of the settings."""
    from minibar_ml.config.products_file import supplies
    from minibar_ml.ml.contract import Limits

    return Limits(
        budget=settings.alert_budget,
        stock_deviation=settings.stock_deviation,
        consumption_deviation=settings.consumption_deviation,
        refill_deviation=settings.refill_deviation,
        consumption_floor=settings.consumption_floor,
        product_floor=settings.product_floor,
        supplies=supplies(settings),
    )


def calendar(settings: Settings, first: date, today: date) -> "Calendar":
    """Public holidays and events for judging the days from `first` to `today`, and for looking a year ahead."""
    from minibar_ml.config import calendars

    ahead = today + timedelta(days=366)
    return calendars.read(settings.country, settings.events_file, settings.lang, first - CALENDAR_PAST, ahead)


def settings() -> Settings:
    """The settings of this process; a variable that looks like one and is none is said, not obeyed."""
    examined = examine()
    settings = examined.faultless()
    for name in examined.unknown:
        like = suggestion(name)
        cure = f"did you mean {like}?" if like else "docs/settings.md lists all settings."
        logger.warning("%s is no setting and has no effect: %s", console.visible(name), cure)
    return settings


def language(settings: Settings) -> Lang:
    """The language of messages and reports; the settings have checked that we speak it."""
    return "tr" if settings.lang == "tr" else "en"
