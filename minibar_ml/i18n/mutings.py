"""What a mute covers and until when, in words."""

from collections.abc import Mapping

from minibar_ml.domain.alerting.mutes import Mute
from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.formats import moment
from minibar_ml.i18n.labels import DOMAIN, label

WHOLE_HOTEL = "whole hotel"
FLOOR = "floor {floor}"
ROOMS = "rooms {names}"
PRODUCTS = "products {names}"
ENDED = "ended {at} by {by}"
ADDED = "Mute {id}: {scope}, from {since} until {until}."
HAS_ENDED = "Mute {id} has ended."
NO_MUTES = "No mutes."
TEXTS = (WHOLE_HOTEL, FLOOR, ROOMS, PRODUCTS, ENDED, ADDED, HAS_ENDED, NO_MUTES)
MOST_NAMES = 6


def scope(mute: Mute, names: Mapping[int, str], lang: Lang) -> str:
    """What is muted: `floor 2 (Silent room)`; `names` are of its rooms or products, by id."""
    where = _where(mute, names, lang)
    kinds = ", ".join(label("type", one, lang) for one in mute.alert_types or ())
    return f"{where} ({kinds})" if kinds else where


def _where(mute: Mute, names: Mapping[int, str], lang: Lang) -> str:
    translate = catalog(DOMAIN, lang).gettext
    if mute.entity_type is None:
        return translate(WHOLE_HOTEL)
    if mute.floor is not None:
        return translate(FLOOR).format(floor=mute.floor)
    ids = mute.entity_ids or ()
    listed = ", ".join(names.get(one, f"#{one}") for one in ids[:MOST_NAMES]) + (" …" if len(ids) > MOST_NAMES else "")
    return translate(ROOMS if mute.entity_type == "room" else PRODUCTS).format(names=listed)


def until(mute: Mute, lang: Lang) -> str:
    """When it ends, or when and by whom it was ended."""
    if mute.ended_at is None:
        return moment(mute.until, lang)
    return catalog(DOMAIN, lang).gettext(ENDED).format(at=moment(mute.ended_at, lang), by=mute.ended_by)


def added(mute: Mute, names: Mapping[int, str], lang: Lang) -> str:
    """That it was added."""
    span = {"since": moment(mute.since, lang), "until": moment(mute.until, lang)}
    return catalog(DOMAIN, lang).gettext(ADDED).format(id=mute.id, scope=scope(mute, names, lang), **span)


def has_ended(mute: Mute, lang: Lang) -> str:
    """That it was ended."""
    return catalog(DOMAIN, lang).gettext(HAS_ENDED).format(id=mute.id)


def none(lang: Lang) -> str:
    """That there are none."""
    return catalog(DOMAIN, lang).gettext(NO_MUTES)
