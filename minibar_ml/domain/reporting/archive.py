"""Reports that lie in a folder: which there are, by the names of their files, and what their pages say."""

import calendar
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from minibar_ml.domain.reporting.periods import DASHBOARD_DAYS, Period, days_ending, month_of, week_ending

NAME = re.compile(
    r"minibar-(?P<kind>weekly|monthly|dashboard)-(?:(?P<day>\d{4}-\d{2}(?:-\d{2})?)-)?(?P<hotel>all|\d+)"
    r"-(?P<lang>[a-z]{2})\.(?P<format>html|pdf|xlsx|json)"
)


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a report's page says: whose report it is and of when, its sentence and its figures."""

    title: str
    sentence: str
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file of a report, and the instant whose state of the store it shows; None where it does not say it.

    Files of one report may be of different instants: one was written again and another was not.
    """

    name: str
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Archived:
    """The files of one report: `files` by language and format. `last_day` is None for a dashboard."""

    kind: str
    last_day: date | None
    hotel: str
    files: Mapping[tuple[str, str], File]
    heads: Mapping[str, Head]

    def head(self, lang: str) -> Head | None:
        """In the language, or in another that there is."""
        return self.heads.get(self.lang_of_head(lang))

    def lang_of_head(self, lang: str) -> str:
        """The language of the page whose sentence stands for the report."""
        return lang if lang in self.heads else next(iter(self.heads), lang)

    def period(self, file: File, zone: tzinfo) -> Period | None:
        """The business days that a file covers; None where its name or, of a dashboard, its content does not say it."""
        if self.kind == "dashboard":
            return days_ending(file.as_of.astimezone(zone).date(), DASHBOARD_DAYS) if file.as_of else None
        if self.last_day is None:
            return None
        return month_of(self.last_day) if self.kind == "monthly" else week_ending(self.last_day)


def parts(name: str) -> re.Match[str] | None:
    """What a report's file name says; None for the files of others."""
    return NAME.fullmatch(name)


def archived(files: Iterable[File], heads: Mapping[str, Head]) -> tuple[Archived, ...]:
    """The reports of a folder: dashboards, then the newest first. `heads`: of the pages, by file name."""
    found: dict[tuple[str, date | None, str], dict[tuple[str, str], File]] = defaultdict(dict)
    for file in sorted(files, key=lambda one: one.name):
        if known := parts(file.name):
            key = known["kind"], last_day(known["day"]), known["hotel"]
            found[key][known["lang"], known["format"]] = file
    reports = (
        Archived(*key, own, {lang: heads[file.name] for (lang, _kind), file in own.items() if file.name in heads})
        for key, own in found.items()
    )
    return tuple(
        sorted(reports, key=lambda one: (one.last_day is not None, -_number(one.last_day), one.kind, one.hotel))
    )


def outdated(names: Iterable[str], today: date, days: int) -> tuple[str, ...]:
    """The files of reports whose last day is longer ago than so many days; a dashboard's never is."""
    oldest = today - timedelta(days=days)
    days_of = {name: last_day(known["day"]) for name in names if (known := NAME.fullmatch(name))}
    return tuple(sorted(name for name, day in days_of.items() if day is not None and day < oldest))


def last_day(written: str | None) -> date | None:
    """The day in a file's name; of a month its last one."""
    if written is None:
        return None
    year, month, *day = (int(part) for part in written.split("-"))
    try:
        return date(year, month, day[0] if day else calendar.monthrange(year, month)[1])
    except (ValueError, calendar.IllegalMonthError):
        return None


def _number(day: date | None) -> int:
    return day.toordinal() if day else 0
