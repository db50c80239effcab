"""Lists that hotels import from files: their kinds, what was accepted and rejected, and why."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

ImportKind = Literal[
    "rooms", "products", "people", "in_house", "arrivals", "departures", "checks", "movements", "orders"
]
IMPORT_KINDS: tuple[ImportKind, ...] = get_args(ImportKind)
GUEST_LISTS: tuple[ImportKind, ...] = ("in_house", "arrivals", "departures")
"""Lists of one day, which the next list of that day replaces."""
REGULAR_DAYS = 3
Reason = Literal[
    "missing",
    "unknown_room",
    "unknown_product",
    "unknown_hotel",
    "which_hotel",
    "unknown_role",
    "unknown_result",
    "unknown_kind",
    "unknown_status",
    "neither_yes_nor_no",
    "dnd_with_product",
    "bad_date",
    "bad_time",
    "bad_number",
    "ambiguous_number",
    "negative",
    "not_whole",
    "too_large",
    "ends_before_start",
    "other_day",
    "in_future",
    "nothing_to_reverse",
    "too_long",
]
"""Why a row was rejected."""
REASONS: tuple[Reason, ...] = get_args(Reason)
Problem = Literal[
    "not_found",
    "empty",
    "too_big",
    "too_many_rows",
    "too_many_cells",
    "overloaded",
    "old_excel",
    "pdf",
    "broken_excel",
    "not_computed",
    "encoding",
    "not_csv",
    "no_heading",
    "no_such_heading",
    "other_kind",
    "several_sheets",
    "days_as_columns",
    "which_kind",
    "which_day",
    "two_days",
    "future_day",
    "which_hotel",
    "new_hotel",
    "ambiguous_dates",
    "contradicting_dates",
    "swapped_dates",
    "no_rows",
]
"""Why a whole file was refused before its rows were looked at."""
PROBLEMS: tuple[Problem, ...] = get_args(Problem)
MOST_REJECTED = 0.05
"""A file of whose rows a greater share is rejected is refused as a whole."""


class FileRefused(Exception):
    """A file that can't be imported at all; `about` fills the places of the problem's sentence."""

    def __init__(self, problem: Problem, **about: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.about = about


@dataclass(frozen=True, slots=True)
class ListFreshness:
    """The last day and the last import of one kind of list of a hotel (`hotel_id` None: of no single one).

    days: of how many days there were lists.
    """

    hotel_id: int | None
    hotel: str
    kind: ImportKind
    day: date | None
    at: datetime
    days: int

    @property
    def is_regular(self) -> bool:
        """Whether the hotel brings such a list every day, as far as is known."""
        return self.kind in GUEST_LISTS and self.days >= REGULAR_DAYS

    def is_late(self, today: date) -> bool:
        """Whether a list of yesterday or later should have come, and has not."""
        return self.is_regular and self.day is not None and (today - self.day).days > 1


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken: its line in the file, the column, what stands there, and why."""

    line: int
    column: str
    value: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file. `is_known`: it was imported before, and nothing was done.

    `strangers`: people whom nobody knows, named in rows that were taken without them. `added`: rooms, products and
    people that `--add-missing` has made. `days`: of how many days a list of guests is, where `day` is None. `left_out`:
    headings of columns that say something else than their name. `skipped`: rows without a room or a
    guest. `lacking`: headings of columns that would say more, and are not there.
    """

    file: str
    kind: ImportKind
    hotel: str | None
    day: date | None
    accepted: int
    rejects: tuple[Reject, ...] = ()
    strangers: tuple[str, ...] = ()
    added: int = 0
    is_known: bool = False
    days: int = 0
    left_out: tuple[str, ...] = ()
    skipped: int = 0
    lacking: tuple[str, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether too many rows were rejected, so that none was taken."""
        return len(self.rejects) > MOST_REJECTED * (self.accepted + len(self.rejects))
