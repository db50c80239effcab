"""What cron can keep: one grammar of expressions and intervals for settings, `status`, `doctor` and `cron`.

The grammar is the part of crontab(5) that Debian's cron and cronie share, without names in lists or ranges. cronsim
computes times; it follows Debian's cron through clock changes but also accepts what that cron refuses.
"""

import re
from datetime import UTC, datetime

from minibar_ml.domain.errors import ConfigurationError

HOUR, DAY = 60, 1440
USABLE_MINUTES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440)
"""Intervals that cron can keep evenly: those that divide an hour, and whole hours that divide a day."""
FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
NAMES = {
    "month": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    "day of week": ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
_ITEM = re.compile(r"(?:\*|(\d{1,2})-(\d{1,2}))(?:/([1-9]\d?))?|(\d{1,2})", re.ASCII)
ANY_TIME = datetime(2024, 1, 1, tzinfo=UTC)


def require_expression(variable: str, expression: str) -> None:
    """Raise ConfigurationError naming the variable and the field where an expression is not valid or never due."""
    parts = expression.split()
    if len(parts) != len(FIELDS):
        raise ConfigurationError(
            f"{variable}={expression!r} must have five fields (minute, hour, day of month, month, day of week), "
            "such as '0 0 * * *'."
        )
    for part, (field, low, high) in zip(parts, FIELDS, strict=True):
        if not _is_field(part.lower(), field, low, high):
            raise ConfigurationError(
                f"{variable}={expression!r}: {part!r} is not a valid {field}; use *, a number from {low} to {high}, "
                f"a range such as {low}-{high}, a step such as */2, or a list of these."
            )
    from cronsim import CronSim, CronSimError  # only where a schedule is set: every command reads the settings

    try:
        next(CronSim(expression, ANY_TIME))
    except (CronSimError, StopIteration) as error:
        raise ConfigurationError(
            f"{variable}={expression!r} is never due: no month has that day; use one such as '0 0 * * *'."
        ) from error


def _is_field(text: str, field: str, low: int, high: int) -> bool:
    return text in NAMES.get(field, ()) or all(_is_item(item, low, high) for item in text.split(","))


def _is_item(text: str, low: int, high: int) -> bool:
    if not (match := _ITEM.fullmatch(text)):
        return False
    first, last, step, single = (None if part is None else int(part) for part in match.groups())
    bounds = [bound for bound in (first, last, single) if bound is not None]
    return bounds == sorted(bounds) and all(low <= bound <= high for bound in bounds) and (step or 1) <= high


def require_interval(variable: str, seconds: int) -> None:
    """Raise ConfigurationError naming the nearest intervals where cron can't keep one evenly."""
    minutes = seconds / 60
    if minutes in USABLE_MINUTES:
        return
    if seconds % 60:
        raise ConfigurationError(f"{variable}={seconds} must be whole minutes: cron has no seconds.")
    near = [max((usable for usable in USABLE_MINUTES if usable < minutes), default=None)]
    near += [min((usable for usable in USABLE_MINUTES if usable > minutes), default=None)]
    nearest = " or ".join(f"{usable * 60} ({describe_minutes(usable)})" for usable in near if usable)
    interval = describe_minutes(seconds // 60)
    raise ConfigurationError(f"{variable}={seconds}: cron can't keep {interval} evenly; use {nearest}.")


def describe_minutes(minutes: int) -> str:
    """An interval in words, such as `15 minutes` or `1 hour`."""
    count, unit = (minutes // HOUR, "hour") if minutes % HOUR == 0 else (minutes, "minute")
    return f"{count} {unit}{'' if count == 1 else 's'}"
