"""How a hotel's days get into the tables: as they were (ideal), or as the hotel application writes them."""

from dataclasses import dataclass
from typing import Literal

Paths = Literal["present", "2025"]
Lists = Literal["standard", "standard_2025", "p4001"]
HoursKnown = Literal["none", "some", "all"]


@dataclass(frozen=True, kw_only=True)
class ApplicationManner:
    """The application's way of writing, and how a hotel's people use it. Shares lie between 0 and 1.

    ``paths``: "present" is the room page, which draws from the hotel's floor store (layout B); "2025" the older paths,
    which draw from attendants' custody (layout A). ``lists``: "standard" guest lists overwrite rows of the same room
    and kind whose dates touch, as since January 2026; "standard_2025" lists only add rows; "p4001" lists skip what is
    there and never have an hour. ``hours``: which standard lists name hours: none, those the front desk knows, or all.
    Departure lists have no column of guests.

    ``missed_lists`` is the share of lists that nobody loads, ``late_lists`` of arrival and departure lists that are
    loaded a day late (and so count as in-house lists), ``deleted_lists`` of loaded in-house lists that are deleted in
    the afternoon (half of them are loaded again). ``no_shows`` is a share of the arrivals; ``changed_stays`` of the
    stays, of which half go early and half are extended; the lists learn of it when it happens.

    ``tasks`` makes daily room tasks, ``dnd`` is the share of rooms left in peace that get a do-not-disturb record.
    ``undone`` is the share of product rows that were first typed wrongly and deleted, ``late_entries`` of visits that
    are typed in at the end of the shift, ``spread_rows`` of visits of several rows whose first row is typed in the room
    and the others later on the round, between other rooms. ``reversals`` is the number a day of issues taken back,
    deliveries deleted and (in 2025) custodies cancelled. ``retired_products`` products are switched off at the end, the
    least used first.
    """

    paths: Paths = "present"
    lists: Lists = "standard"
    hours: HoursKnown = "some"
    missed_lists: float = 0.02
    late_lists: float = 0.01
    deleted_lists: float = 0.01
    no_shows: float = 0.02
    changed_stays: float = 0.04
    tasks: bool = True
    dnd: float = 0.5
    undone: float = 0.003
    late_entries: float = 0.0
    spread_rows: float = 0.0
    reversals: float = 0.15
    retired_products: int = 1
