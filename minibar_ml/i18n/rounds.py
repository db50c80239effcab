"""The lines and cells of `rounds`."""

from collections.abc import Mapping

from minibar_ml.domain.rounds import Reason, Round, Visit
from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.formats import UNSET, counted, day, fixed, percent, short_day
from minibar_ml.i18n.labels import DOMAIN

HEADS: Mapping[str, str] = {
    "floor": "Floor",
    "room": "Room",
    "chance": "Chance",
    "units": "Units",
    "checked": "Last check",
    "why": "Why",
    "product": "Product",
    "load": "Take along",
    "expected": "Expected",
    "done": "✓",
    "notes": "Notes",
}
REASONS: Mapping[Reason, str] = {
    "departure": "departure",
    "do_not_disturb": "do not disturb yesterday",
    "not_checked": "{waited} unchecked",
    "alert": "alert {id}",
    "guests_unknown": "guests unknown",
}
SINCE = "{days} since the last check"
TITLE = "Minibar round"
SUMMARY = "{visits} ({departures}, {in_house} of {all} in house)"
SUMMARY_WITH_OTHERS = "{visits} ({departures}, {in_house} of {all} in house, {others} vacant)"
EXPECTED = "Expected: {units} on this round, {left} in the {rooms} left out."
DONE = "Already checked on this day: {rooms}."
NO_MODEL = "No chances yet: too few room checks to learn from. Rooms checked longest ago come first."
NOTHING = "No room to check on {day}. `minibar-ml status` shows whether data are up to date."
CART, ENOUGH = "Cart", "enough in 8 rounds of 10"
TEXTS = (
    *HEADS.values(),
    *REASONS.values(),
    SINCE,
    TITLE,
    SUMMARY,
    SUMMARY_WITH_OTHERS,
    EXPECTED,
    DONE,
    NO_MODEL,
    NOTHING,
    CART,
    ENOUGH,
)


def head(column: str, lang: Lang) -> str:
    """The heading of a column."""
    return catalog(DOMAIN, lang).gettext(HEADS[column])


def title(lang: Lang) -> str:
    """What a document with rounds is."""
    return _text(TITLE, lang)


def heading(one: Round, lang: Lang) -> str:
    """The hotel, the attendant whose rooms they are, the day and how many rooms of which kind are visited."""
    whose = [one.hotel_name] if one.attendant is None else [one.hotel_name, one.attendant]
    return f"{', '.join([*whose, day(one.day, lang)])}: {summary(one, lang)}"


def summary(one: Round, lang: Lang) -> str:
    """How many rooms of which kind are visited."""
    return _text(SUMMARY_WITH_OTHERS if one.others else SUMMARY, lang).format(
        visits=counted("visit", len(one.visits), lang),
        departures=counted("departure", one.departures, lang),
        in_house=one.in_house_visits,
        all=one.in_house,
        others=one.others,
    )


def notes(one: Round, lang: Lang) -> list[str]:
    """What else there is to say of a round."""
    lines = []
    if one.visits and one.units is None:
        lines.append(_text(NO_MODEL, lang))
    elif one.units is not None and one.left_out_units is not None:
        units, left = (counted("unit", round(value), lang) for value in (one.units, one.left_out_units))
        rooms = counted("room", one.left_out, lang)
        lines.append(_text(EXPECTED, lang).format(units=units, left=left, rooms=rooms))
    if one.done:
        lines.append(_text(DONE, lang).format(rooms=counted("room", one.done, lang)))
    return lines


def nothing(one_day: object, lang: Lang) -> str:
    """No hotel has a room to check."""
    return _text(NOTHING, lang).format(day=day(one_day, lang))


def cart(lang: Lang) -> str:
    """The name of what to take along."""
    return _text(CART, lang)


def full_cart(lang: Lang) -> str:
    """The heading of what to take along: its name, and how often it is enough."""
    return f"{cart(lang)} ({_text(ENOUGH, lang)})"


def loads(one: Round, lang: Lang) -> str:
    """What to take along, in one sentence."""
    return f"{full_cart(lang)}: {', '.join(f'{load.name} {load.units}' for load in one.cart)}." if one.cart else ""


def cells(one: Visit, lang: Lang) -> list[str]:
    """A visit without its floor and room: chance, units, last check, why."""
    return [
        chance(one, lang),
        UNSET if one.units is None else fixed(one.units, lang, 1),
        UNSET if one.checked_on is None else short_day(one.checked_on, lang),
        why(one, lang),
    ]


def chance(one: Visit, lang: Lang) -> str:
    """The chance that something is to be refilled; a dash where it is unknown, or none: such a room has an alert."""
    return percent(100 * one.chance, lang, 0) if one.chance and round(100 * one.chance) else UNSET


def why(one: Visit, lang: Lang) -> str:
    """The reasons of a visit; where it has none its guests and nights, or days, which its chance comes from."""
    nights = counted("night", one.nights or 0, lang)
    waited = nights if one.waited == one.nights else counted("day", one.waited, lang)
    said = [_text(REASONS[reason], lang).format(waited=waited, id=one.alert_id) for reason in one.reasons]
    if said:
        return ", ".join(said)
    known = [counted("guest", one.guests, lang) if one.guests else None, nights if one.nights else None]
    return ", ".join(filter(None, known)) or (_text(SINCE, lang).format(days=waited) if one.waited else UNSET)


def _text(text: str, lang: Lang) -> str:
    return catalog(DOMAIN, lang).gettext(text)
