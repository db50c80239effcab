"""Since when a job must have done its work, by the intervals and cron expressions of the settings.

Cron expressions are read by cronsim, which follows Debian's cron through clock changes.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from minibar_ml.domain.errors import ConfigurationError

LEAST_SLACK = timedelta(minutes=10)
"""A job of a short interval may be busy or find the server away for so long."""
CRON_SLACK = timedelta(hours=1)
"""A job of a cron expression may take so long."""


def since_interval(seconds: int, as_of: datetime) -> datetime:
    """A success must have been since this instant: one interval, and another (ten minutes at least) of slack."""
    interval = timedelta(seconds=seconds)
    return as_of - interval - max(interval, LEAST_SLACK)


def since_cron(name: str, expression: str, as_of: datetime, zone: ZoneInfo) -> datetime:
    """The last time that the expression named, an hour before `as_of` or earlier, in the hotel's zone.

    Raises ConfigurationError naming the setting where cron would not know the expression or it never comes.
    """
    from cronsim import CronSim, CronSimError

    # Going back, cronsim leaves out the instant that it starts from.
    start = (as_of - CRON_SLACK).astimezone(zone).replace(microsecond=0) + timedelta(seconds=1)
    try:
        due = next(CronSim(expression, start, reverse=True))
    except (CronSimError, StopIteration) as error:
        raise ConfigurationError(
            f"{name}={expression!r} is no cron expression that comes to pass ({error or 'never due'}); "
            "use one such as '0 0 * * *'."
        ) from error
    return due.astimezone(UTC)
