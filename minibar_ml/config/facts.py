"""The facts of the hotels: their registry, which is Settings, and what holds at an instant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, replace
from datetime import datetime
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

from minibar_ml.config.conversion import convert
from minibar_ml.config.settings import Fact, Settings
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.hotels.calendar import Events
from minibar_ml.domain.hotels.facts import FROM_THE_BEGINNING, Key, Stated, in_force
from minibar_ml.domain.hotels.supplies import Supplies, Supply

ZONE = "timezone"
"""The fact that every first import states, because points rest on it."""
EVENTS = "events"
LANG = "lang"
LONGEST_FAULT, MOST_FAULTS = 300, 5


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact of the registry: its field in Settings, its type, and what is known of it as a fact."""

    spec: "Field[Any]"
    kind: Any
    about: Fact

    @property
    def help(self) -> str:
        """What it is, in English."""
        return str(self.spec.metadata["help"])

    @property
    def limits(self) -> tuple[Any, Any]:
        """The least and the highest value; None where there is none."""
        return self.spec.metadata["min"], self.spec.metadata["max"]


_KINDS = get_type_hints(Settings)
FACTS: Mapping[str, Entry] = {
    spec.name: Entry(spec, _KINDS[spec.name], spec.metadata["fact"])
    for spec in fields(Settings)
    if spec.metadata["fact"]
}
THRESHOLDS = frozenset(name for name, fact in FACTS.items() if fact.about.is_threshold)


def value_of(name: str, text: str) -> Any:
    """A fact's value from its text; raises ConfigurationError naming the fact and what it may be."""
    return convert(FACTS[name].spec, FACTS[name].kind, text, name)


@dataclass(frozen=True, slots=True)
class House:
    """What holds in the hotels at an instant.

    settings: this server's settings with the facts of the store. hotels: the same for hotels with facts of their own.
    events: by hotel, None for all. terms: facts of products by hotel (None: all) and by product (its id or name).
    hidden: facts that this role may not see; their values are the defaults and must not be shown.
    """

    settings: Settings
    hotels: Mapping[int, Settings] = field(default_factory=dict)
    events: Mapping[int | None, Events] = field(default_factory=dict)
    terms: Mapping[int | None, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    def of_hotel(self, hotel_id: int) -> Settings:
        """The settings with a hotel's facts."""
        return self.hotels.get(hotel_id, self.settings)

    def least_values(self) -> dict[int, float]:
        """By hotel, the possible loss from which on a room's alert is a message of its own; 0: where none is stated."""
        return {0: self.settings.least_value} | {one: own.least_value for one, own in self.hotels.items()}

    def supplies(self, hotel_id: int | None = None) -> Supplies:
        """How products are ordered: in a hotel, or where nothing is said of one."""
        known = self.settings if hotel_id is None else self.of_hotel(hotel_id)
        usual = Supply(known.lead_time_days, known.order_multiple, known.min_order)
        stated: dict[str, dict[str, int]] = {}
        for scope in (None,) if hotel_id is None else (None, hotel_id):
            for product, terms in self.terms.get(scope, {}).items():
                stated[product] = stated.get(product, {}) | dict(terms)
        own = {product: replace(usual, **terms) for product, terms in stated.items()}
        by_id = {int(product): supply for product, supply in own.items() if is_id(product)}
        by_name = {product: supply for product, supply in own.items() if not is_id(product)}
        return Supplies(usual, known.order_cover_days, by_id, by_name)


def is_id(product: str) -> bool:
    """Whether a product is given by its id and not by its name."""
    return product.isascii() and product.isdigit() and len(product) < 10


@dataclass(frozen=True, slots=True)
class History:
    """Every statement that counts, over the settings of this server.

    sees_thresholds: whether this role may see all facts. is_imported: whether the statements are the store's; before
    the first import they are those of the environment.
    """

    base: Settings
    stated: tuple[Stated, ...]
    sees_thresholds: bool = True
    is_imported: bool = True

    def zone(self) -> ZoneInfo:
        """The hotels' time zone: always the present one, in which all points are computed."""
        return self.at(FROM_THE_BEGINNING).settings.zone()

    def at(self, instant: datetime) -> House:
        """What holds at an instant. The time zone is always the present one."""
        house = house_of(replace(self.base, **_defaults()), self.values(instant))
        return replace(house, hidden=frozenset() if self.sees_thresholds else THRESHOLDS)

    def values(self, instant: datetime) -> dict[Key, Any]:
        """The converted values that hold at an instant; a statement that can't be one is passed over (see `faults`)."""
        return {key: value for key, value, _ in self._converted(instant) if value is not None}

    def faults(self, instant: datetime) -> list[str]:
        """What is wrong with statements that hold at an instant: somebody wrote them past this program.

        At most MOST_FAULTS of them, and how many more: they can't be removed, and every command warns of them.
        """
        found = [fault for _, _, fault in self._converted(instant) if fault]
        rest = len(found) - MOST_FAULTS
        return found if rest <= 0 else [*found[:MOST_FAULTS], f"{rest} more; `minibar-ml config history` lists all"]

    def _converted(self, instant: datetime) -> Iterator[tuple[Key, Any, str]]:
        zones = [one for one in self.stated if one.key.fact == ZONE]
        others = [one for one in self.stated if one.key.fact != ZONE]
        known = in_force(others, instant)
        known |= in_force(zones, max((one.since for one in zones), default=instant))
        for key, text in known.items():
            yield _checked(key, text)


def _checked(key: Key, text: str) -> tuple[Key, Any, str]:
    fact = FACTS.get(key.fact)
    if fact is None:
        return key, None, f"{key}: not a fact that this version knows"
    try:
        require_scope(key)
        return key, value_of(key.fact, text), ""
    except ConfigurationError as error:
        return key, None, str(error)[:LONGEST_FAULT]


def require_scope(key: Key) -> None:
    """Raise ConfigurationError where a fact can't be that of one hotel, or of one product."""
    scope = FACTS[key.fact].about.scope
    if key.hotel_id is not None and scope == "store":
        raise ConfigurationError(f"{key.fact} holds for all hotels of the store; leave --hotel out.")
    if key.product is not None and scope != "product":
        raise ConfigurationError(f"{key.fact} does not differ by product; leave --product out.")


def house_of(base: Settings, known: Mapping[Key, Any]) -> House:
    """The house of settings and of the values that are stated."""
    of_store = {key.fact: value for key, value in known.items() if key.hotel_id is None and key.product is None}
    events: dict[int | None, Events] = {key.hotel_id: value for key, value in known.items() if key.fact == EVENTS}
    settings = replace(base, **of_store)
    terms: dict[int | None, dict[str, dict[str, int]]] = {}
    own: dict[int, dict[str, Any]] = {}
    for key, value in known.items():
        if key.product is not None:
            terms.setdefault(key.hotel_id, {}).setdefault(key.product, {})[key.fact] = value
        if key.hotel_id is not None:
            values = own.setdefault(key.hotel_id, {})
            values |= {key.fact: value} if key.product is None and key.fact != EVENTS else {}
    hotels = {hotel_id: replace(settings, **values) for hotel_id, values in own.items()}
    return House(settings, hotels, events, terms)


def _defaults() -> dict[str, Any]:
    return {name: fact.spec.default for name, fact in FACTS.items()}


def differing(known: Mapping[Key, Any], wanted: Mapping[Key, Any]) -> Sequence[Key]:
    """Which of the wanted values do not hold, by what is known or else by default."""
    return [key for key, value in wanted.items() if known.get(key, FACTS[key.fact].spec.default) != value]
