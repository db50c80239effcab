"""The warehouse's movements as arrays, and what is known of them beforehand: issues, returns, usual use."""

from dataclasses import dataclass, field

import numpy as np

from minibar_ml.simulate.arrays import Floats, Ints
from minibar_ml.simulate.plan import HotelPlan
from minibar_ml.simulate.warehouse.custody import Custody

STARVED_DAYS = 9


@dataclass
class Movements:
    """Units by product and day; ``count`` is signed, ``level`` the book level at the end of the day."""

    opening: Ints
    issued: Ints
    returned: Ints
    use: Floats
    delivered: Ints = field(init=False)
    urgent: Ints = field(init=False)
    leaked: Ints = field(init=False)
    written_off: Ints = field(init=False)
    broken: Ints = field(init=False)
    wrong: Ints = field(init=False)
    count: Ints = field(init=False)
    repair: Ints = field(init=False)
    level: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Start with days on which nothing moved."""
        for name in (
            "delivered", "urgent", "leaked", "written_off", "broken", "wrong", "count", "repair", "level"
        ):  # fmt: skip
            setattr(self, name, np.zeros_like(self.issued))


def open_warehouse(plan: HotelPlan, custody: Custody, products: int) -> Movements:
    """Issues and returns as custody has them, the usual use, and an opening balance to begin with."""
    shape = (products, plan.days)
    issued, returned = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    np.add.at(issued, (custody.line_product, custody.first_day[custody.line_custody]), custody.handed)
    np.add.at(returned, (custody.line_product, custody.last_day[custody.line_custody]), custody.returned)
    use = _usual_use(plan, custody, products)
    stocked = use.any(axis=1)
    opening = np.where(stocked, issued[:, :7].sum(axis=1) + np.ceil(use[:, 0] * 22) + 24, 0)
    return Movements(opening.astype(np.int64), issued, returned, use)


def _usual_use(plan: HotelPlan, custody: Custody, products: int) -> Floats:
    """Units used a day by product: the mean over some three weeks around it, first fillings left out."""
    used = np.zeros((products, plan.days))
    first, last = custody.first_day[custody.line_custody], custody.last_day[custody.line_custody]
    per_day = custody.used / (last - first + 1)
    for offset in range(int((last - first).max()) + 1):
        inside = first + offset <= last
        np.add.at(used, (custody.line_product[inside], first[inside] + offset), per_day[inside])
    settled = np.minimum(np.maximum(np.arange(plan.days), 10), plan.days - 1)
    total = np.concatenate([np.zeros((products, 1)), used.cumsum(axis=1)], axis=1)
    since, until = np.maximum(settled - 10, 7), np.minimum(settled + 11, plan.days)
    return np.asarray((total[:, until] - total[:, since]) / np.maximum(until - since, 1))


def units_to_the_end(moves: Movements, days_left: Floats) -> Ints:
    """Units that last through the starved days without delivery and leave ``days_left`` of use."""
    stop = moves.issued.shape[1] - STARVED_DAYS
    out = moves.issued[:, stop:].cumsum(axis=1)
    back = moves.returned[:, stop:].cumsum(axis=1)
    back_by_morning = np.concatenate([np.zeros_like(back[:, :1]), back[:, :-1]], axis=1)
    lowest = (out - back_by_morning).max(axis=1)
    net = out[:, -1] - back[:, -1]
    wanted = net + np.ceil(days_left * moves.use[:, -1])
    return np.asarray(np.maximum(lowest, wanted), dtype=np.int64)


def days_left_at_end(moves: Movements, days_left: Floats) -> Floats:
    """Days of use that ``units_to_the_end`` really leave; infinite for what is not used."""
    net = (moves.issued - moves.returned)[:, moves.issued.shape[1] - STARVED_DAYS :].sum(axis=1)
    left = (units_to_the_end(moves, days_left) - net).astype(np.float64)
    used = moves.use[:, -1] > 0
    return np.where(used, left / np.where(used, moves.use[:, -1], 1.0), np.inf)
