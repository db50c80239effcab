"""What the hotels have, as far as the store knows: what a name in a file stands for."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from minibar_ml.intake.words import bare

_WHOLE = re.compile(r"(\d)\.0+$")


def index(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names by the word that they are compared by, from pairs of a spelling and a name.

    A word that stands for two names stands for neither, unless it is one of them as a whole.
    """
    found: dict[str, set[str]] = {}
    exact: dict[str, str] = {}
    for spelling, name in names:
        found.setdefault(bare(spelling), set()).add(name)
        exact[spelling] = name
    return {word: next(iter(several)) for word, several in found.items() if word and len(several) == 1} | exact


def by_number(rooms: Sequence[str]) -> dict[str, str]:
    """Rooms by their number without the noughts before it, which a spreadsheet drops; of two that are alike neither."""
    plain = Counter(room.lstrip("0") for room in rooms)
    return {number: room for room in rooms if (number := room.lstrip("0")) and plain[number] == 1}


@dataclass(frozen=True, slots=True)
class Known:
    """Hotels, rooms by hotel, products and people, each by every word that stands for it."""

    hotels: Mapping[str, str] = field(default_factory=dict)
    rooms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    products: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    originals: frozenset[tuple[str, str, str]] = frozenset()
    """Hotel, product and reference of each movement that a reversal can take back."""

    def hotel(self, name: str) -> str | None:
        """The hotel that a name stands for."""
        return self.hotels.get(name) or self.hotels.get(bare(name))

    def room(self, hotel: str, name: str) -> str | None:
        """The room that a name stands for: `101`, `Room 101`, or `0101` where no other room is called so."""
        rooms = self.rooms.get(hotel, {})
        # A spreadsheet's 101.0; without its point it would be another room.
        name = _WHOLE.sub(r"\1", name)
        word = bare(name)
        for prefix in ("", "room", "rm", "oda", "no"):
            rest = word.removeprefix(prefix) if word.startswith(prefix) else ""
            if found := rooms.get(name) or rooms.get(rest) or rooms.get(rest.lstrip("0")):
                return found
        return None

    def product(self, name: str) -> str | None:
        """The product that a name or code stands for."""
        return self.products.get(name) or self.products.get(bare(name))

    def person(self, name: str) -> str | None:
        """The login of the person that a login or a name stands for."""
        return self.people.get(name) or self.people.get(bare(name))
