"""What each kind of list asks of its rows, and what it makes of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from minibar_ml.domain.imports import ImportKind
from minibar_ml.intake.known import Known
from minibar_ml.intake.rows import Rejected, Skipped, Values
from minibar_ml.intake.words import bare

NOON = time(12)
LONGEST_STAY = 400


@dataclass(slots=True)
class Rules:
    """The rules of one file: what is known, whose it is and of which day.

    adds_missing: rooms, products and people that nobody knows are made instead of rejected; `new` collects them, by
    table and key. strangers: people whom nobody knows in rows that are taken without them.
    """

    kind: ImportKind
    known: Known
    hotel: str | None
    day: date | None
    today: date
    adds_missing: bool = False
    new_rooms: dict[tuple[str, str], str] = field(default_factory=dict)
    new_products: dict[str, str] = field(default_factory=dict)
    new_people: dict[str, str] = field(default_factory=dict)
    strangers: set[str] = field(default_factory=set)
    _names: dict[tuple[str, str | None], str] = field(default_factory=dict)
    _originals: set[tuple[str, str, str]] = field(default_factory=set)

    def rule(self) -> Callable[[Values], Values]:
        """What a row of this kind has to pass."""
        rules: dict[ImportKind, Callable[[Values], Values]] = {
            "rooms": self._room_of_list,
            "products": self._product_of_list,
            "people": self._person_of_list,
            "in_house": self._guest,
            "arrivals": self._guest,
            "departures": self._guest,
            "checks": self._check,
            "movements": self._movement,
            "orders": self._order,
        }
        return rules[self.kind]

    def _hotel(self, row: Values) -> str:
        if row.get("hotel"):
            if found := self.known.hotel(row["hotel"]):
                return found
            raise Rejected("hotel", "unknown_hotel")
        if self.hotel is None:
            raise Rejected("hotel", "which_hotel")
        return self.hotel

    def _room(self, hotel: str, name: str) -> str:
        if found := self.known.room(hotel, name) or self.new_rooms.get((hotel, bare(name))):
            return found
        if not self.adds_missing:
            raise Rejected("room", "unknown_room")
        return self.new_rooms.setdefault((hotel, bare(name)), name)

    def _product(self, name: str) -> str:
        if found := self.known.product(name) or self.new_products.get(bare(name)):
            return found
        if not self.adds_missing:
            raise Rejected("product", "unknown_product")
        return self.new_products.setdefault(bare(name), name)

    def _person(self, name: str | None) -> str | None:
        """The person of a row; one whom nobody knows is nobody, for a check is right whoever made it."""
        if not name:
            return None
        if found := self.known.person(name) or self.new_people.get(bare(name)):
            return found
        if not self.adds_missing:
            self.strangers.add(name)
            return None
        return self.new_people.setdefault(bare(name), name)

    def _room_of_list(self, row: Values) -> Values:
        hotel = self._hotel(row)
        is_active = row["is_active"] is not False
        number = self.known.room(hotel, row["room"]) or row["room"]
        return {"hotel": hotel, "room": number, "floor": row["floor"], "type": row["type"], "is_active": is_active}

    def _product_of_list(self, row: Values) -> Values:
        if row["critical_units"] is not None and row["critical_units"] != int(row["critical_units"]):
            raise Rejected("critical_units", "not_whole")
        known = self.known.product(row["name"]) or (self.known.product(row["code"]) if row["code"] else None)
        # Two spellings in one list are one product, unless they have two codes.
        name = known or self._names.setdefault((bare(row["name"]), row["code"]), row["name"])
        return {**row, "name": name, "is_active": row["is_active"] is not False}

    def _person_of_list(self, row: Values) -> Values:
        login = row["login"] or self.known.person(row["name"]) or row["name"]
        hotel = self._hotel(row) if row.get("hotel") else self.hotel
        return {
            "login": login, "name": row["name"], "role": row["role"] or "attendant", "email": row["email"],
            "hotel": None if row["role"] == "administrator" and not row.get("hotel") else hotel,
            "is_active": row["is_active"] is not False,
        }  # fmt: skip

    def _guest(self, row: Values) -> Values:
        if row.get("status") == "vacant":
            raise Skipped
        day = self._day(row)
        hotel = self._hotel(row)
        arrival, departure = row["arrives_on"], row["departs_on"]
        arrives = arrival.day if arrival else (day if self.kind == "arrivals" else None)
        departs = departure.day if departure else (day if self.kind == "departures" else None)
        if arrives and departs and departs < arrives:
            raise Rejected("departs_on", "ends_before_start")
        if arrives and departs and (departs - arrives).days > LONGEST_STAY:
            raise Rejected("departs_on", "too_large")
        self._require_day(day, arrives, departs)
        at = row.get("at")
        for moment, kind in ((arrival, "arrivals"), (departure, "departures")):
            if at is None and moment and self.kind == kind:
                at = moment.hour
        room = self._room(hotel, row["room"])
        return {"hotel": hotel, "day": day, "room": room, "guests": row["guests"], "arrives_on": arrives,
                "departs_on": departs, "at": at}  # fmt: skip

    def _day(self, row: Values) -> date:
        """The day of a row: of its list, or its own in a file that holds the lists of several days."""
        own = row.get("day")
        if own is None:
            if self.day is None:
                raise Rejected("day", "missing")
            return self.day
        if self.day not in (None, own.day):
            raise Rejected("day", "other_day")
        if own.day > self.today + timedelta(days=1):
            raise Rejected("day", "in_future")
        return own.day  # type: ignore[no-any-return]

    def _require_day(self, day: date, arrives: date | None, departs: date | None) -> None:
        """A list of guests in house names who is there on its day; the others, who comes or leaves."""
        if self.kind == "in_house":
            if arrives and arrives > day:
                raise Rejected("arrives_on", "other_day")
            if departs and departs < day:
                raise Rejected("departs_on", "other_day")
        elif self.kind == "arrivals" and arrives != day:
            raise Rejected("arrives_on", "other_day")
        elif self.kind == "departures" and departs != day:
            raise Rejected("departs_on", "other_day")

    def _at(self, row: Values) -> tuple[datetime, bool]:
        """The wall clock of a row, and whether the hour is on the list; noon stands for one that is not."""
        hour = row.get("at") or row["on"].hour
        if row["on"].day > self.today + timedelta(days=1):
            raise Rejected("on", "in_future")
        return datetime.combine(row["on"].day, hour or NOON), hour is not None

    def _check(self, row: Values) -> Values:
        for name in ("consumed", "refilled"):
            if row[name] is not None and row[name] != int(row[name]):
                raise Rejected(name, "not_whole")
        hotel = self._hotel(row)
        at, is_timed = self._at(row)
        room = self._room(hotel, row["room"])
        product, result = row["product"], row["result"]
        if product and result == "dnd":
            raise Rejected("result", "dnd_with_product")
        has_units = bool(row["consumed"] or row["refilled"])
        if not product and has_units:
            raise Rejected("product", "missing")
        if product and row["consumed"] is None and row["refilled"] is None and result != "empty":
            raise Rejected("consumed", "missing")
        known = self._product(product) if product else None
        return {
            "hotel": hotel, "room": room, "at": at, "is_timed": is_timed, "person": self._person(row["person"]),
            "result": "found" if has_units else result or ("empty" if product else None), "product": known,
            "consumed": row["consumed"], "refilled": row["refilled"],
            "is_complimentary": bool(row["is_complimentary"]), "price": row["price"],
        }  # fmt: skip

    def _movement(self, row: Values) -> Values:
        hotel = self._hotel(row)
        at, _ = self._at(row)
        product = self._product(row["product"])
        reference = row["reference"] or ""
        key = (hotel, product, reference)
        if row["kind"] == "reversal" and (not reference or key not in self.known.originals | self._originals):
            raise Rejected("reference", "nothing_to_reverse")
        if row["kind"] in ("delivery", "issue", "write_off") and reference:
            self._originals.add(key)
        return {"hotel": hotel, "product": product, "at": at, "kind": row["kind"], "units": row["units"],
                "reference": reference, "holder": row["holder"]}  # fmt: skip

    def _order(self, row: Values) -> Values:
        due = row["due_on"].day if row["due_on"] else None
        ordered_on = row["ordered_on"].day
        if due and due < ordered_on:
            raise Rejected("due_on", "ends_before_start")
        return {
            "hotel": self._hotel(row), "number": row["number"] or ordered_on.isoformat(),
            "product": self._product(row["product"]), "ordered_on": ordered_on, "due_on": due,
            "ordered": row["ordered"], "received": row["received"] or 0,
        }  # fmt: skip
