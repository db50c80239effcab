"""Facts of the hotels as they were stated: what holds since when, and who said so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

FROM_THE_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Since when the facts of the first import hold: what was never said otherwise was always so."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a statement is about: a fact, of one hotel or all (None), of one product (its id or name) or all."""

    fact: str
    hotel_id: int | None = None
    product: str | None = None

    def __str__(self) -> str:
        hotel = "" if self.hotel_id is None else f", hotel {self.hotel_id}"
        return f"{self.fact}{hotel}" + ("" if self.product is None else f", product {self.product}")


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement; `value` None: the default again. It holds from `since` until a later statement of the same key.

    `id`: 0 before it is stored. `stated_by`: the login, `operator`: the person who was named.
    """

    key: Key
    value: str | None
    since: datetime
    id: int = 0
    stated_at: datetime | None = None
    stated_by: str = ""
    operator: str | None = None


def in_force(stated: Sequence[Stated], instant: datetime) -> dict[Key, str]:
    """What holds at an instant: of each key the last statement that began to hold by then.

    The one that was stated last counts, whatever the order of `since`: who states a fact again corrects it.
    """
    found: dict[Key, str | None] = {}
    for one in sorted(stated, key=lambda one: one.id):
        if one.since <= instant:
            found[one.key] = one.value
    return {key: value for key, value in found.items() if value is not None}
