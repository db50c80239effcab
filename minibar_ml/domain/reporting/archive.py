"""Reports that lie in a folder: which there are, by the names of their files, and what their pages say."""

import calendar
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

NAME = re.compile(
    r"minibar-(?P<kind>weekly|monthly|dashboard)-(?:(?P<day>\d{4}-\d{2}(?:-\d{2})?)-)?(?P<hotel>all|\d+)"
    r"-(?P<lang>[a-z]{2})\.(?P<format>html|pdf|xlsx|json)"
)


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a report's page says: whose report it is and of when, its sentence and its figures.

    `as_of`: when the sentence was true, which may say "today"; empty where the page does not say it.
    """

    title: str
    sentence: str
    figures: tuple[str, ...]
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class Archived:
    """The files of one report: `files` by language and format. `last_day` is None for a dashboard."""

    kind: str
    last_day: date | None
    hotel: str
    files: Mapping[tuple[str, str], str]
    heads: Mapping[str, Head]

    def head(self, lang: str) -> Head | None:
        """In the language, or in another that there is."""
        return self.heads.get(lang) or next(iter(self.heads.values()), None)


def archived(names: Iterable[str], heads: Mapping[str, Head]) -> tuple[Archived, ...]:
    """The reports of a folder: dashboards, then the newest first. `heads`: of the pages, by file name."""
    found: dict[tuple[str, date | None, str], dict[tuple[str, str], str]] = defaultdict(dict)
    for name in sorted(names):
        if known := NAME.fullmatch(name):
            key = known["kind"], last_day(known["day"]), known["hotel"]
            found[key][known["lang"], known["format"]] = name
    reports = (
        Archived(*key, files, {lang: heads[name] for (lang, _kind), name in files.items() if name in heads})
        for key, files in found.items()
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
