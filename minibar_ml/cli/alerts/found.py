"""What `alerts list` reads: the alerts that match, one for each incident where asked, and what is said around them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from minibar_ml.cli import session
from minibar_ml.cli.alerts import filters, groups
from minibar_ml.cli.alerts.groups import Grouping
from minibar_ml.config.settings import Settings
from minibar_ml.domain.alerting.alerts import SEVERITIES, Alert
from minibar_ml.domain.alerting.filters import AlertFilter, Hidden, Totals
from minibar_ml.domain.hotels.phases import History
from minibar_ml.i18n import Lang, listings
from minibar_ml.store import audit
from minibar_ml.store.alerting import alerts, histories
from minibar_ml.store.jobs import runs
from minibar_ml.store.source import names as source_names


@dataclass(frozen=True, slots=True)
class Found:
    """What was read for one list: the filter with its rooms, the alerts, their groups, and what is said around them."""

    wanted: AlertFilter
    alerts: list[Alert]
    groups: list[str] | None
    hidden: list[Hidden]
    phases: dict[int, History]
    has_run: bool
    incidents: dict[int, list[Alert]]
    hotels: dict[int, str]
    totals: Totals
    parts: dict[int, list[Alert]] = field(default_factory=dict)
    """By the alert that stands for an incident, the other ones."""

    def only_hotel(self, lang: Lang) -> str | None:
        """The hotel of all alerts that match, by its name; None where there are several."""
        ids = self.totals.hotel_ids
        return listings.hotel(min(ids), self.hotels.get(min(ids)), lang) if len(ids) == 1 else None

    def by_incident(self) -> "Found":
        """The same with one alert for each incident, the first of the list, with the incident's severity and loss."""
        rows: dict[int, tuple[Alert, str]] = {}
        for alert, group in zip(self.alerts, self.groups or [""] * len(self.alerts), strict=True):
            rows.setdefault(alert.incident_id or alert.id, (_whole(alert, self.incidents), group))
        if self.groups is None and self.wanted.sort == "severity":
            rows = dict(sorted(rows.items(), key=lambda row: -SEVERITIES.index(row[1][0].severity)))
        shown = [alert for alert, _ in rows.values()]
        groups = None if self.groups is None else [group for _, group in rows.values()]
        parts = {
            alert.id: [part for part in self.incidents.get(number, ()) if part.id != alert.id]
            for number, (alert, _) in rows.items()
        }
        return replace(self, alerts=shown, groups=groups, parts=parts)


def _whole(alert: Alert, incidents: Mapping[int, Sequence[Alert]]) -> Alert:
    parts = incidents.get(alert.incident_id or 0, [alert])
    priced = [one.counted_impact for one in parts if one.counted_impact is not None]
    severest = max((alert, *parts), key=lambda one: SEVERITIES.index(one.severity))
    return replace(alert, impact=sum(priced) if priced else None, is_counted=True, severity=severest.severity)


def fetch(
    settings: Settings,
    wanted: AlertFilter,
    hotel: list[str] | None,
    floor: str | None,
    by: Grouping | None,
    *,
    with_hidden: bool,
) -> Found:
    """Read all that one list needs, and record that it was read; `with_hidden`: also what it leaves out."""
    with session.checked_store(settings, "alerts list") as connection:
        if hotel:
            from minibar_ml.store.source import hotels  # brings the source contract in: a list of all does without

            wanted = replace(wanted, hotel_ids=hotels.find_ids(connection, hotel))
        wanted = replace(wanted, rooms=filters.rooms(connection, floor))
        found = alerts.fetch(connection, wanted)
        is_cut = len(found) == wanted.limit
        totals = histories.count_matching(connection, wanted) if is_cut else listings.totals_of(found)
        called = source_names.fetch(connection, "entities.hotels", ids=sorted({alert.hotel_id for alert in found}))
        names = groups.names(connection, found, by)
        incidents = alerts.fetch_incidents(connection, found, wanted.until)
        hidden = histories.fetch_hidden(connection, wanted) if with_hidden else []
        young = runs.fetch_phases(connection)
        has_run = bool(found) or runs.find_last(connection, "detect") is not None
        audit.insert_listing(connection, wanted, len(found))
        connection.commit()
    if names:
        found, names = groups.together(found, names)
    return Found(wanted, found, names, hidden, young, has_run, incidents, called, totals)
