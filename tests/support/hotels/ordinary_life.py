"""A small hotel's frames, untidy but without a fault; seeded. Made apart from the simulator, by other rules.

Every product is drawn in cases when the carts run low, by itself, and what is left is carried over: no rounds, no
returns. Weekends are busier, attendants differ in pace and take breaks, a few bottles break, a product is new.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.ml.contract import Detector, Limits, Moment, TooLittle
from minibar_ml.ml.frames import Frames

FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC).toordinal()
DAYS = 60
LAST_DAY = FIRST_DAY + DAYS - 1
HOTEL = 7
NEW_PRODUCT_DAY = 40
ROOMS = 60


def moment(day: int = LAST_DAY, *, hours: float = 24.0) -> Moment:
    """The day, seen so many hours after its start."""
    starts_at = datetime.fromordinal(day).replace(tzinfo=UTC)
    return Moment(HOTEL, day, starts_at, starts_at + timedelta(hours=hours), hours >= 24)


def ordinary(seed: int, products: int = 20, attendants: int = 8) -> Frames:
    """Sixty days of an ordinary hotel."""
    rng = np.random.default_rng(seed)
    busy = 1 + 0.3 * (np.arange(FIRST_DAY, LAST_DAY + 1) % 7 >= 5)
    used = rng.poisson(np.linspace(0.8, 25, products)[:, None] * busy * rng.gamma(8, 1 / 8, (products, DAYS)))
    used[0, :NEW_PRODUCT_DAY] = 0
    issued, levels = _warehouse(rng, used)
    broken = np.where((rng.random(used.shape) < 0.02) & (levels > 20), rng.integers(1, 4, used.shape), 0)
    return Frames(
        rooms=_rooms(rng),
        vacant=_table(
            room_id=[],
            day=[],
            units=[],
            products_found=[],
            previous_on=[],
            evidence=[],
            check_hour=[],
            hidden=[],
            again_by=[],
        ),
        products=_long(used, "product_id", 100, units=used, refilled=used),
        outflow=_outflow(issued, broken),
        levels=_levels(issued, broken, levels),
        gaps=_gaps(rng, attendants, busy),
        requests=_requests(rng),
        custody=_custody(rng, attendants),
    )


def _warehouse(rng: np.random.Generator, used: Any) -> tuple[Any, Any]:
    """Issues in cases of 6, 12 or 24 when the carts hold less than the day needs, and levels that never get low."""
    case = rng.choice([6, 12, 24], len(used))
    mean = used.mean(axis=1) + 1
    carts = np.zeros(len(used))
    stock = 40 * mean + 3 * case
    issued, levels = np.zeros_like(used), np.zeros(used.shape)
    for day in range(DAYS):
        short = carts < used[:, day] + mean * rng.uniform(0, 1.5, len(used))
        issued[:, day] = np.where(short & (used[:, day:].any(axis=1)), case * np.ceil(2 * mean / case), 0)
        issued[:, day] = np.maximum(issued[:, day], case * np.ceil((used[:, day] - carts) / case))
        carts += issued[:, day] - used[:, day]
        stock -= issued[:, day]
        stock = np.where(stock < 15 * mean, stock + case * np.ceil(30 * mean / case), stock)
        levels[:, day] = stock
    return issued, levels


def _table(**columns: Any) -> pd.DataFrame:
    table = pd.DataFrame(columns)
    table.insert(0, "hotel_id", HOTEL)
    return table.astype({name: float if name in ("units", "at") else "int64" for name in table if not len(table)})


def _long(present: Any, entity: str, first_id: int, **values: Any) -> pd.DataFrame:
    row, day = np.nonzero(present)
    cells = {name: np.asarray(value)[row, day].astype(float) for name, value in values.items()}
    return _table(**{entity: row + first_id, "day": day + FIRST_DAY}, **cells)


def _outflow(issued: Any, broken: Any) -> pd.DataFrame:
    return _long(
        issued + broken, "product_id", 100,
        units=issued + broken, issued=issued, written_off=broken, returned=np.zeros_like(issued),
    )  # fmt: skip


def _levels(issued: Any, broken: Any, levels: Any) -> pd.DataFrame:
    found = _long(issued, "product_id", 100, level=levels)
    seconds = (found["day"] - datetime(1970, 1, 1, tzinfo=UTC).toordinal()) * 86400.0 + 8 * 3600
    return found.assign(at=seconds + 37.0 * found["product_id"], kind="cikis")


def _rooms(rng: np.random.Generator) -> pd.DataFrame:
    checked = rng.random((ROOMS, DAYS)) < 0.7
    units = rng.poisson(rng.gamma(0.9, 1.2, checked.shape))
    rooms = _long(checked, "room_id", 1000, units=units, refilled=units)
    plain = {"visits": 1, "products_found": 2, "attendant_id": 50, "room_type": "STANDARD", "known": True, "nights": 1}
    plain |= {"guest_nights": 2.0, "guests": 2, "arriving": 0, "staying": 2, "stays": 1, "occupancy": 0.7}
    last_by = np.where(rooms["units"] > 0, 0, plain["attendant_id"])
    return rooms.assign(**plain, beyond=0.0, last_by=last_by, stay_on=rooms["day"] - 2, previous_on=rooms["day"] - 1)


def _gaps(rng: np.random.Generator, attendants: int, busy: Any) -> pd.DataFrame:
    """Gaps of 5 to 10 minutes by items; heavier days have more items, some gaps hold a coffee."""
    on_duty = (np.arange(DAYS) + 2 * np.arange(attendants)[:, None]) % 7 < 5
    attendant, day = np.nonzero(on_duty)
    count = rng.integers(8, 40, len(day))
    attendant, day = np.repeat(attendant, count), np.repeat(day, count)
    items = rng.poisson(2.5 * busy[day])
    pace = rng.lognormal(0, 0.2, attendants)
    of_the_day = rng.lognormal(0, 0.06, (attendants, DAYS))
    minutes = (4.5 + 0.8 * np.minimum(items, 10)) * pace[attendant] * of_the_day[attendant, day]
    minutes = minutes * rng.lognormal(0, 0.4, len(day))
    minutes = np.minimum(minutes + np.where(rng.random(len(day)) < 0.04, rng.uniform(10, 30, len(day)), 0), 45)
    return _table(
        attendant_id=attendant + 50, day=day + FIRST_DAY, in_room=False, minutes=minutes, items=items.astype(float)
    )


def _requests(rng: np.random.Generator) -> pd.DataFrame:
    """Two requests a day, answered within 25 minutes."""
    day = np.repeat(np.arange(FIRST_DAY, LAST_DAY + 1), 2)
    midnight = (day - datetime(1970, 1, 1, tzinfo=UTC).toordinal()) * 86400.0
    at = midnight + rng.integers(9 * 3600, 20 * 3600, len(day))
    room = rng.integers(1000, 1000 + ROOMS, len(day))
    return _table(
        room_id=room,
        day=day,
        at=at,
        minutes=rng.uniform(4, 25, len(day)),
        open=False,
        ended_by="",
        unlisted=False,
        decided=False,
        checked=np.nan,
    )


def _custody(rng: np.random.Generator, attendants: int) -> pd.DataFrame:
    """One count an attendant every five days; most miss nothing, some a bottle or two."""
    counted = (np.arange(DAYS) + np.arange(attendants)[:, None]) % 5 == 0
    handed_out = rng.integers(150, 500, counted.shape)
    lost = rng.poisson(rng.gamma(0.5, 0.8, counted.shape))
    return _long(counted, "attendant_id", 50, units=lost, handed_out=handed_out)


def changed(frames: Frames, **tables: pd.DataFrame) -> Frames:
    """The frames with some tables replaced."""
    return replace(frames, **tables)


def found_on(detector: Detector, frames: Frames, at: Moment, limits: Limits | None = None) -> list[Finding]:
    """What the detector finds on the day, having learned from the days before; nothing where it could learn nothing."""
    parameters = detector.fit(frames.between(at.day - DAYS, at.day), 30)
    if isinstance(parameters, TooLittle):
        return []
    scores = detector.score(frames.between(at.day - DAYS, at.day + 1), parameters, at)
    return detector.decide(scores, parameters, limits or Limits(), at)


def walk(detector: Detector, frames: Frames, since: int = LAST_DAY - 19) -> list[Finding]:
    """What the detector finds day by day, as cron would have run it."""
    return [found for day in range(since, LAST_DAY + 1) for found in found_on(detector, frames, moment(day))]
