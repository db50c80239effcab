"""What the hotel application may have on record, part by part: the contract's functions, and what each part is for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One subject of the source.

    functions: those of the contract that read it; the first returns the rows that `db check` counts. gives: what the
    program does with it, for `db check`.
    is_optional: a hotel without it is complete; where it is missing nothing but what it gives is missing.
    """

    name: str
    functions: tuple[str, ...]
    gives: str
    is_optional: bool = False

    @property
    def seen(self) -> str:
        """The contract function that counts the part's rows."""
        return f"source_seen_{self.name}"


PARTS: tuple[Part, ...] = (
    Part("rooms", ("source_rooms", "source_hotels"), "all findings about rooms"),
    Part("products", ("source_products",), "names, prices and orders of products"),
    Part("users", ("source_users",), "names of attendants"),
    Part("recipients", ("source_recipients",), "subscriptions that follow the application's users"),
    Part(
        "visits",
        (
            "source_visits",
            "source_visit_lines",
            "source_previous_visits",
            "source_new_visits",
            "source_new_visit_lines",
        ),
        "consumption of rooms and products, pace of attendants",
    ),
    Part(
        "stays",
        (
            "source_stays",
            "source_impossible_stays",
            "source_first_departures",
            "source_kept_stays",
            "source_new_stays",
        ),
        "occupancy, expected consumption, vacant rooms",
    ),
    Part("ledger", ("source_stock_movements", "source_new_stock_movements"), "stock levels, outflow, days left"),
    Part("requests", ("source_refill_requests",), "unanswered requests, guests who were in the room"),
    Part("custody", ("source_custody",), "losses in custody of one attendant"),
    Part(
        "controls",
        ("source_controls", "source_previous_controls", "source_new_controls"),
        "empty checks, knocks that cost an attendant time",
        is_optional=True,
    ),
    Part("tasks", ("source_room_tasks",), "nights and hours that later lists overwrite", is_optional=True),
    Part("uploads", ("source_uploads",), "days whose occupancy is known by fact", is_optional=True),
    Part("files", ("source_list_files",), "guests whose rows the lists rejected", is_optional=True),
    Part("dnd", ("source_dnd",), "guests who were in the room", is_optional=True),
    Part(
        "task_knocks",
        ("source_task_knocks",),
        "guests who were in the room, by knocks on the day's tasks",
        is_optional=True,
    ),
    Part("list_days", ("source_misdated_stays",), "guests listed with dates of another year", is_optional=True),
    Part(
        "line_prices", ("source_line_prices",), "money at the price charged, none for what was free", is_optional=True
    ),
    Part("lots", ("source_lots",), "deliveries by hotel", is_optional=True),
    Part("lot_uses", ("source_lot_uses",), "issues by hotel", is_optional=True),
    Part(
        "depot", ("source_depot_stock", "source_movement_hotels"), "stock of each hotel's own depot", is_optional=True
    ),
    Part("floor", ("source_floor_stock",), "stock in the floor store, counted with the depot's", is_optional=True),
    Part("draws", ("source_floor_draws",), "losses in custody of the floor store", is_optional=True),
    Part("setups", ("source_setups",), "what belongs in a room", is_optional=True),
    Part("orders", ("source_orders",), "orders that are on their way count as stock", is_optional=True),
    Part("attendant_orders", ("source_attendant_orders",), "open orders of attendants", is_optional=True),
)
DISPENSABLE = ("stays", "requests", "custody", "ledger", "recipients")
"""Parts that a hotel may do without, by the word that `db init --without` takes; optional parts need no such word."""
