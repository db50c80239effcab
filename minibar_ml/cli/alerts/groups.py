"""Which group an alert of a list belongs to: its hotel, its floor, its type."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, get_args

from minibar_ml.domain.alerting.alerts import Alert
from minibar_ml.i18n import Lang
from minibar_ml.i18n.labels import label
from minibar_ml.store.source import names as source_names

if TYPE_CHECKING:
    from sqlalchemy import Connection

Grouping = Literal["hotel", "floor", "type"]
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)


def names(connection: "Connection", alerts: Sequence[Alert], by: Grouping | None) -> list[str] | None:
    """Each alert's group by its source name; a floor with its hotel's name, since hotels number floors alike."""
    if by is None:
        return None
    if by == "type":
        return [alert.type for alert in alerts]
    hotels = source_names.fetch(connection, "entities.hotels", ids=sorted({alert.hotel_id for alert in alerts}))
    own = [hotels.get(alert.hotel_id, str(alert.hotel_id)) for alert in alerts]
    if by == "hotel":
        return own
    floors = source_names.fetch(connection, "entities.floors")
    on = [floors.get(alert.entity_id) if alert.entity_type == "room" else None for alert in alerts]
    return [hotel if floor is None else f"{hotel}, {floor}" for hotel, floor in zip(own, on, strict=True)]


def together(alerts: Sequence[Alert], groups: Sequence[str]) -> tuple[list[Alert], list[str]]:
    """Alerts and groups with those of one group side by side, the group of the first alert first."""
    places = {group: place for place, group in reversed(list(enumerate(groups)))}
    order = sorted(range(len(alerts)), key=lambda number: places[groups[number]])
    return [alerts[number] for number in order], [groups[number] for number in order]


def heading(group: str, by: Grouping, alerts: int, lang: Lang) -> str:
    """What stands above a group in a table."""
    name = label("type", group, lang) if by == "type" else group
    return f"{name} ({alerts})"
