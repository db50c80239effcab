"""Dates and times of the command line, in the hotel's time zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from minibar_ml.cli.arguments import moments
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import UsageError

EARLIEST_YEAR = 2000
"""Earlier dates are typing errors: no hotel has data from before."""


def instant(text: str, zone: ZoneInfo, option: str, *, ahead: bool = False) -> datetime:
    """A date or time as UTC, in ISO or as people write it (`moments.py`); a date is its midnight in `zone`, a naive
    time is in `zone`. `ahead`: `monday`, `3d` and `8:00` are to come.

    Raises UsageError naming the option.
    """
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError as error:
        found = _as_written(text, zone, ahead=ahead)
        if found is None:
            raise UsageError(f"{option} {text!r} is not a date or time; use {moments.EXAMPLES}.") from error
        _require_known_year(found.year, text, option)
        return found.astimezone(UTC)
    _require_known_year(parsed.year, text, option)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC)


def day(text: str, option: str, zone: ZoneInfo | None = None) -> date:
    """A date, in ISO or as people write it, of a time its date; raises UsageError naming the option.

    `zone`: the hotel's (default: that of this machine).
    """
    try:
        parsed = datetime.fromisoformat(text.strip()).date()
    except ValueError as error:
        found = _as_written(text, zone)
        if found is None:
            raise UsageError(f"{option} {text!r} is not a date; use 2026-03-01, yesterday, monday or 3d.") from error
        _require_known_year(found.year, text, option)
        return found.date()
    _require_known_year(parsed.year, text, option)
    return parsed


def _as_written(text: str, zone: ZoneInfo | None, *, ahead: bool = False) -> datetime | None:
    """The instant of words; None for what is none, or lies beyond all calendars."""
    now = datetime.now(zone) if zone else datetime.now().astimezone()
    try:
        return moments.read(text, now, ahead=ahead)
    except OverflowError:
        return None


def _require_known_year(year: int, text: str, option: str) -> None:
    if year < EARLIEST_YEAR:
        raise UsageError(f"{option} {text} is before {EARLIEST_YEAR}; no hotel has data from that time.")


def resolve_as_of(text: str | None, zone: ZoneInfo) -> datetime:
    """The time a run takes as now: the clock's, or that of `--as-of`, which must not be in the future."""
    now = datetime.now(UTC)
    if text is None:
        return now
    asked = instant(text, zone, "--as-of")
    if asked > now:
        raise UsageError(f"--as-of {text} is in the future; use a time that has passed.")
    return asked


def today(as_of: str | None, zone: ZoneInfo) -> date:
    """The calendar day in `zone` of `--as-of`, or of now."""
    return resolve_as_of(as_of, zone).astimezone(zone).date()


def span(since: str | None, until: str | None, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """`--since` and `--until` as instants; raises UsageError where they are the wrong way round."""
    start = instant(since, zone, "--since") if since else None
    end = instant(until, zone, "--until") if until else None
    if start and end and start >= end:
        raise UsageError(f"--since {since} must be before --until {until}.")
    return start, end


def first_day(since: str | None, as_of: datetime, zone: ZoneInfo) -> date | None:
    """The business day of `--since`; raises UsageError where it lies after the as-of instant."""
    start = instant(since, zone, "--since") if since else None
    if start and start > as_of:
        now = f"{as_of.astimezone(zone):%Y-%m-%d %H:%M}"
        raise UsageError(f"--since {since} must not be after {now} (now, or --as-of).")
    return start.astimezone(zone).date() if start else None


def yesterday(settings: Settings) -> date:
    """The last business day that is over."""
    return datetime.now(settings.zone()).date() - timedelta(days=1)
