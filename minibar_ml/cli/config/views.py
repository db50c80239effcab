"""How facts and their statements are shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from minibar_ml.cli import house
from minibar_ml.cli.terminal import console
from minibar_ml.config.facts import EVENTS, FACTS, THRESHOLDS, History
from minibar_ml.domain.hotels.facts import FROM_THE_BEGINNING, Key, Stated
from minibar_ml.i18n import Lang
from minibar_ml.i18n.screen import translated

if TYPE_CHECKING:
    from rich.table import Table

NOT_SHOWN = "not shown to your role"
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Row:
    """A fact as it holds: its value, and the statement that it comes from; none where it is the default."""

    key: Key
    value: Any
    is_hidden: bool
    stated: Stated | None


def rows(known: History, instant: datetime, asked: Sequence[str], hotel: int | None) -> list[Row]:
    """What holds of the asked facts: in a hotel, or everywhere, one row for each key that was stated."""
    return [row for name in asked for row in _of_fact(known, instant, name, hotel)]


def _of_fact(known: History, instant: datetime, name: str, hotel: int | None) -> Iterator[Row]:
    values = {key: value for key, value in known.values(instant).items() if key.fact == name}
    own = [key for key in values if hotel is None or key.hotel_id in (None, hotel)]
    if hotel is not None:
        # What is stated of the hotel stands in for what is stated of all.
        own = [key for key in own if key.hotel_id == hotel or Key(name, hotel, key.product) not in values]
    if not any(key.product is None for key in own):
        own.append(Key(name))
    for key in sorted(own, key=lambda key: (key.hotel_id is not None, key.hotel_id or 0, key.product or "")):
        is_hidden = not known.sees_thresholds and name in THRESHOLDS
        value = values.get(key, FACTS[name].spec.default)
        yield Row(key, None if is_hidden else value, is_hidden, _last(known, key, instant) if key in values else None)


def _last(known: History, key: Key, instant: datetime) -> Stated | None:
    fit = [one for one in known.stated if one.key == key and one.since <= instant]
    return fit[-1] if fit else None


def as_json(row: Row, lang: Lang) -> dict[str, Any]:
    """The document of one fact; `value` is null where this role may not see it."""
    fact = FACTS[row.key.fact]
    return {
        "fact": row.key.fact,
        "hotel_id": row.key.hotel_id,
        "product": row.key.product,
        "value": None if row.is_hidden else _plain(row.value),
        "is_hidden": row.is_hidden,
        "default": _plain(fact.spec.default),
        "unit": fact.about.unit or None,
        "scope": fact.about.scope,
        "stated": statement_json(row.stated) if row.stated and row.stated.id else None,
        "meaning": meaning(row.key.fact, lang),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [{"starts_on": one.starts_on, "ends_on": one.ends_on, "name": one.name} for one in value]
    return value if isinstance(value, int | float | str) else f"{value:%H:%M}"


def meaning(fact: str, lang: Lang) -> str:
    """What a fact is, in the language of the installation."""
    return FACTS[fact].about.help_tr if lang == "tr" else FACTS[fact].help


def table(found: Sequence[Row], zone: ZoneInfo) -> "Table":
    """Facts and their values, one line each."""
    made = console.table(["fact", "value", "unit", "of", "since"])
    for row in found:
        value = NOT_SHOWN if row.is_hidden else house.shown(row.value, row.key.fact)
        cells = (row.key.fact, value, FACTS[row.key.fact].about.unit, _whose(row.key), _since(row.stated, zone))
        made.add_row(*(console.visible(translated(cell)) for cell in cells))
    return made


def _whose(key: Key) -> str:
    hotel = "" if key.hotel_id is None else f"hotel {key.hotel_id}"
    product = "" if key.product is None else f"product {key.product}"
    return ", ".join(part for part in (hotel, product) if part) or "all hotels"


def _since(stated: Stated | None, zone: ZoneInfo) -> str:
    if stated is None:
        return "default"
    begun = stated.since > FROM_THE_BEGINNING
    return f"{stated.since.astimezone(zone):%Y-%m-%d %H:%M}" if begun else "the beginning"


def statement_json(one: Stated) -> dict[str, Any]:
    """The document of one statement; `value` as it is stored, null for the default."""
    return {
        "id": one.id,
        "fact": one.key.fact,
        "hotel_id": one.key.hotel_id,
        "product": one.key.product,
        "value": one.value,
        "since": one.since,
        "stated_at": one.stated_at,
        "stated_by": one.stated_by,
        "operator": one.operator,
    }


def statements_table(found: Sequence[Stated], zone: ZoneInfo) -> "Table":
    """Statements, one line each."""
    made = console.table(["at", "by", "fact", "of", "value", "since"], whole=["fact"])
    for one in found:
        at = f"{one.stated_at.astimezone(zone):%Y-%m-%d %H:%M}" if one.stated_at else ""
        by = f"{one.operator} ({one.stated_by})" if one.operator else one.stated_by
        cells = (at, by, one.key.fact, _whose(one.key), short(one.key, one.value), _since(one, zone))
        made.add_row(*(console.visible(translated(cell)) for cell in cells))
    return made


def short(key: Key, value: Any) -> str:
    """A value in one line: of events only how many there are."""
    if value is None:
        return "default"
    if key.fact == EVENTS:
        return "events of the hotels" if isinstance(value, str) else f"{len(value)} events"
    text = value if isinstance(value, str) else house.shown(value, key.fact)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
