"""Metric points: computed from the source inside PostgreSQL, and written only where they differ."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from minibar_ml.domain.house import HouseHours
from minibar_ml.domain.metrics import (
    BREAK_MINUTES,
    COMMON_STORE,
    DRAWS,
    LEDGER_METRICS,
    OF_OTHERS,
    OWN_DEPOTS,
    ROUND_MINUTES,
    STAYS,
    VISIT_MINUTES,
    VISITS,
    MetricType,
)
from minibar_ml.store.queries import as_array, query

WATCHED = {
    "source_new_stock_movements": "new_stock_movements",
    "source_new_visits": "new_visits",
    "source_new_visit_lines": "new_visit_lines",
    "source_new_controls": "new_controls",
    "source_new_stays": "new_stays",
}
"""Source functions that return what is new -> the queries that call them."""


@dataclass(frozen=True, slots=True)
class NewRows:
    """What is new in one source table since the watermark."""

    table: str
    last_id: int | None
    rows: int
    earliest_at: datetime | None
    problems: dict[str, int]

    @property
    def subject(self) -> str:
        """The table in words: `stock movements`."""
        return self.table.removeprefix("new_").replace("_", " ")


@dataclass(frozen=True, slots=True)
class Refused:
    """Source rows or points that can't be true: how many, why, and one to look at; `days`: how many of which day."""

    source: str
    reason: str
    rows: int
    example_id: int
    days: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """What a run's counts keep of it."""
        return {"source": self.source, "reason": self.reason, "rows": self.rows, "example_id": self.example_id}


@dataclass(frozen=True, slots=True)
class Span:
    """What a run recomputes: business days from `since_on` (midnight `since_at`) to the as-of instant `until`."""

    since_on: date
    since_at: datetime
    until_on: date
    until: datetime

    def binds(self) -> dict[str, Any]:
        """As the queries name them."""
        return {"since_on": self.since_on, "since_at": self.since_at, "until_on": self.until_on, "until": self.until}


def fetch_new_rows(connection: Connection, usable: Collection[str], not_before: datetime) -> list[NewRows]:
    """What has come into each source table that can be read, however old it says it is."""
    seen = {row.source_table: row.last_id for row in connection.execute(query("collect.fetch_watermarks"))}
    names = [name for function, name in WATCHED.items() if function in usable]
    if not names:
        return []
    # In one statement: there is an answer of the server to wait for instead of five.
    asked = text("\nUNION ALL\n".join(str(query(f"collect.{name}")) for name in names))
    values = {f"after_{name}": seen.get(name, 0) for name in names} | {"not_before": not_before}
    return [_new_rows(row) for row in connection.execute(asked, values)]


NEAR = 1000
"""So many of a table's last rows may have been deleted since they were seen."""


def fetch_lost_watermarks(connection: Connection, usable: Collection[str], now: datetime) -> dict[str, int]:
    """The highest id seen of each source table that has no row near it or above: new rows below it are not noticed."""
    marks = {row.source_table: row.last_id for row in connection.execute(query("collect.fetch_high_watermarks"))}
    names = [name for function, name in WATCHED.items() if function in usable and name in marks]
    if not names:
        return {}
    asked = text("\nUNION ALL\n".join(str(query(f"collect.{name}")) for name in names))
    values = {f"after_{name}": marks[name] - NEAR for name in names} | {"not_before": now}
    return {row.source_table: marks[row.source_table] for row in connection.execute(asked, values) if not row.new_rows}


def _new_rows(row: Row[Any]) -> NewRows:
    problems = {"without a time": row.untimed, "older than ten years": row.too_old, "in the future": row.future}
    problems |= {f"unknown type {kind}": 1 for kind in row.unknown_kinds or ()}
    counted = {problem: rows for problem, rows in problems.items() if rows}
    return NewRows(row.source_table, row.last_id, row.new_rows, row.earliest_at, counted)


def upsert_watermarks(connection: Connection, new_rows: Collection[NewRows]) -> None:
    """Remember the highest id of each table that had something new."""
    marks = {new.table: new.last_id for new in new_rows if new.last_id is not None}
    connection.execute(query("collect.upsert_watermarks"), {"watermarks": json.dumps(marks)})


def ledger_hotel(connection: Connection, usable: Collection[str]) -> int | None:
    """The hotel that the ledger's rows are filed under; 0 is a chain's common store, None: each under its own."""
    hotel = int(connection.execute(query("ledger.hotel")).scalar_one())
    if hotel == COMMON_STORE and set(usable) >= OWN_DEPOTS:
        return None if connection.execute(query("ledger.has_own_depots")).scalar_one() else hotel
    return hotel


STAGES: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = (
    (frozenset({"source_rooms"}), ("collect.rooms",)),
    (STAYS | {"source_uploads"}, ("guests.uploads",)),
    (STAYS | {"source_list_files"}, ("guests.files",)),
    (STAYS | {"source_trace_listed_stays"}, ("guests.recall_stays",)),
    (STAYS, ("guests.stays",)),
    (STAYS | {"source_room_tasks"}, ("guests.tasks",)),
    (STAYS | {"source_dnd"}, ("guests.dnd",)),
    (STAYS | {"source_controls"}, ("presence.knocks",)),
    (STAYS | {"source_task_knocks"}, ("presence.task_knocks",)),
    (STAYS, ("guests.signs",)),
    (STAYS | {"source_misdated_stays"}, ("presence.misdated",)),
    (STAYS | {"source_refill_requests"}, ("guests.askers",)),
    (STAYS, ("guests.nights", "guests.recall_record", "guests.record")),
    (STAYS, ("guests.keep_nights", "guests.settle_unknown", "guests.record_nights")),
    (STAYS, ("guests.days",)),
    (frozenset({"source_custody"}), ("ledger.custody",)),
    (DRAWS, ("ledger.draws",)),
    (frozenset({"source_stock_movements"}), ("ledger.movements", "ledger.openings")),
    (VISITS, ("visits.lines", "visits.rows")),
    (VISITS | {"source_controls", "source_previous_controls"}, ("visits.controls",)),
    (VISITS | {"source_line_prices"}, ("entries.prices",)),
    (VISITS | {"source_setups"}, ("entries.ceilings",)),
    (VISITS, ("entries.copies", "visits.gathered", "unseen.runs", "unseen.settle")),
    (VISITS | STAYS, ("visits.unlisted",)),
    (VISITS | STAYS, ("visits.rises",)),
    (VISITS | {"source_setups"}, ("visits.setups",)),
    (VISITS, ("visits.settle_rises", "entries.overs")),
    (VISITS | {"source_refill_requests"}, ("visits.refills",)),
    (VISITS | {"source_refill_requests", "source_controls"}, ("visits.asked_controls",)),
)
"""What each part of the scratch tables needs of the source; what can't be read stays empty, so unknown."""
KEPT = ("guests.stays", "guests.nights", "guests.record")
"""Stages of which the next run is kept what they have worked out."""
LEDGER_ENDS = frozenset({"source_stock_movements", "source_depot_stock"})
"""What it takes to see that a ledger's beginning is missing."""
BEGINNINGS = "ledger beginnings"
"""Under this name `refuse` returns the products whose ledger lacks its beginning; none of their rows is refused."""


@dataclass(frozen=True, slots=True)
class House:
    """What a run takes from the hotels and not from their rows: whose the ledger is, and the hours of rooms.

    `hotels`: those that are worked on; None: all.
    """

    ledger_hotel: int | None
    hours: HouseHours
    hotels: frozenset[int] | None = None

    def binds(self) -> dict[str, Any]:
        """As the queries name them."""
        return {
            "ledger_hotel": self.ledger_hotel,
            "hotels": as_array(self.hotels),
            "check_in": self.hours.check_in,
            "check_out": self.hours.check_out,
            "visit_minutes": VISIT_MINUTES,
            "round_minutes": ROUND_MINUTES,
            "break_minutes": BREAK_MINUTES,
        }


def stage(connection: Connection, spans: Mapping[str, Span], usable: Collection[str], house: House) -> None:
    """Fill the scratch tables of this transaction; `spans` names the stages whose span is not the usual one, ''.

    Stages of one span are sent together: they need no answer, only each other's order.
    """
    wanted = [name for needs, stages in STAGES if needs <= set(usable) for name in stages]
    wanted += ["ledger.own_depots"] if house.ledger_hotel is None else []
    wanted += ["ledger.settle_openings"] if set(usable) >= LEDGER_ENDS else []
    usual = ["collect.create_scratch", *(name for name in wanted if name not in spans)]
    own: dict[Span, list[str]] = {}
    for name in wanted:
        if name in spans:
            own.setdefault(spans[name], []).append(name)
    # What another version of the program has kept is not taken for this one's.
    version = {"text": hashlib.sha256("".join(query(name).text for name in KEPT).encode()).hexdigest()}
    for span, names in [(spans[""], usual), *own.items(), (spans[""], ["collect.analyze_scratch"])]:
        together = text(";\n".join(query(name).text for name in names))
        connection.execute(together, span.binds() | house.binds() | version)


def compute(connection: Connection, metric: MetricType, span: Span, house: House) -> None:
    """Compute one metric's points over the span into the scratch table."""
    connection.execute(query(f"metrics.{metric}"), span.binds() | house.binds())


def keep_hotels(connection: Connection, hotels: frozenset[int]) -> None:
    """Take out what was computed of other hotels."""
    connection.execute(query("collect.keep_hotels"), {"hotels": as_array(hotels)})


def drop_scratch(connection: Connection) -> None:
    """Remove the scratch tables before the end of the transaction, which goes on with other hotels."""
    connection.execute(query("collect.drop_scratch"))


def refuse(connection: Connection, until: datetime) -> list[Refused]:
    """Take out what can't be true and say what it was."""
    rows = connection.execute(query("collect.refuse"), {"until": until})
    return [Refused(row.source, row.reason, row.rows, row.example_id, row.days) for row in rows]


def has_open_requests(connection: Connection) -> bool:
    """Whether a request that this transaction has computed still waits, so that its point grows with time."""
    return bool(connection.execute(query("collect.has_open_requests")).scalar_one())


@dataclass(frozen=True, slots=True)
class MergeResult:
    """How many points a run added, changed and removed."""

    inserted: int
    updated: int
    removed: int

    def __add__(self, other: "MergeResult") -> "MergeResult":
        """What both did together."""
        return MergeResult(self.inserted + other.inserted, self.updated + other.updated, self.removed + other.removed)


def merge(
    connection: Connection,
    run_id: int,
    spans: Mapping[MetricType, datetime],
    until: datetime,
    until_on: date,
    changes_since: date,
    usable: Collection[str],
    hotels: frozenset[int] | None = None,
) -> MergeResult:
    """Write what is new or different, remove what the source no longer gives of the hotels; returns the counts.

    Whose points changed on which business days from `changes_since` to before `until_on` is left for detect in
    ml_changed_days, and whether that is news of the day: of `until_on` it looks at everything anyway.
    """
    recent = max(spans.values(), default=until)
    connection.execute(query("collect.ensure_partitions"), {"until": until})
    bounds: dict[str, Any] = {"until": until, "until_on": until_on, "run_id": run_id, "changes_since": changes_since}
    bounds |= {"hotels": as_array(hotels), "recent_since": recent, "trailing_since": min(spans.values(), default=until)}
    bounds |= {"trailing": [metric for metric, since in spans.items() if since < recent]}
    starts = [{"metric_type": metric, "since_at": since.isoformat()} for metric, since in spans.items()]
    gone = connection.execute(query("collect.delete_stale"), bounds | {"spans": json.dumps(starts)}).one()
    bounds |= {"of_others": list(OF_OTHERS), "of_ledger": sorted(LEDGER_METRICS)}
    bounds |= {"merged": _merged(connection, gone.products, usable)}
    written = connection.execute(query("collect.upsert"), bounds).one()
    return MergeResult(written.inserted, written.updated, gone.removed)


def _merged(connection: Connection, products: Collection[int], usable: Collection[str]) -> list[int]:
    """Those of these products that are out of the range: their records are another's now, or are deleted."""
    if not products or "source_products" not in usable:
        return []
    offered = connection.execute(query("collect.fetch_offered"), {"products": list(products)}).scalars()
    return sorted(set(products) - set(offered))
