"""What the environment and its files say of the hotels: what `config import` takes over into the store."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from minibar_ml.config.conversion import as_text
from minibar_ml.config.facts import EVENTS, FACTS, ZONE
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.hotels.facts import FROM_THE_BEGINNING, Key, Stated


def of_environment(settings: Settings, given: Collection[str]) -> dict[Key, Any]:
    """The facts that the environment states, files included; raises ConfigurationError for errors in the files."""
    found = of_variables(settings, given)
    if settings.events_file:
        found |= of_events(Path(settings.events_file))
    if settings.products_file:
        found |= of_products(Path(settings.products_file))
    return found


def of_variables(settings: Settings, given: Collection[str]) -> dict[Key, Any]:
    """The facts whose variables are set."""
    names = [name for name, fact in FACTS.items() if fact.about.has_variable and name in given]
    return {Key(name): getattr(settings, name) for name in names}


def of_files(settings: Settings) -> Iterator[tuple[str, dict[Key, Any] | None]]:
    """Each variable that names a file of facts, and what that states; None where it can't be read."""
    readers: tuple[tuple[str, str, Callable[[Path], dict[Key, Any]]], ...] = (
        ("ML_EVENTS_FILE", settings.events_file, of_events),
        ("ML_PRODUCTS_FILE", settings.products_file, of_products),
    )
    for variable, path, read in readers:
        if path:
            try:
                yield variable, read(Path(path))
            except ConfigurationError:
                yield variable, None


def first(settings: Settings, given: Collection[str]) -> dict[Key, Any]:
    """The same for the first import, which states the time zone in any case."""
    return {Key(ZONE): settings.timezone} | of_environment(settings, given)


def statements(known: Mapping[Key, Any], since: datetime, operator: str | None = None) -> tuple[Stated, ...]:
    """Values as statements that hold from an instant on."""
    return tuple(Stated(key, as_text(value), since, operator=operator) for key, value in known.items())


def assumed(settings: Settings, given: Collection[str]) -> tuple[Stated, ...]:
    """What holds before the first import: what it would state."""
    return statements(first(settings, given), FROM_THE_BEGINNING)


def of_events(path: Path) -> dict[Key, Any]:
    """The events of a CSV file, by hotel."""
    from minibar_ml.config import events_file  # only where there is a file: slow to import

    return {Key(EVENTS, hotel_id): own for hotel_id, own in events_file.events(path).items()}


def of_products(path: Path, hotel_id: int | None = None) -> dict[Key, Any]:
    """What a TOML or CSV file says of products."""
    from minibar_ml.config import products_file  # only where there is a file: slow to import

    return {
        Key(name, hotel_id, product): value
        for product, terms in products_file.terms(path).items()
        for name, value in terms.items()
    }
