"""Stock in attendants' hands: cases out of the warehouse, units into minibars, the rest back.

An attendant's custody lasts four to seven shifts. It is handed out in whole cases in the morning of its
first shift (one ledger 'cikis' a line, at the same instant) and closed in the evening of its last one: what
was not used goes back to the warehouse (one ledger 'giris' a line, aciklama 'iade', at the same instant);
nothing is carried over. So in the ledger: issues - returns = refills + custody losses + leaks, but for what
is in open custody.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from minibar_ml.simulate.arrays import Flags, Floats, Ints, instants, stream
from minibar_ml.simulate.building.building import Building
from minibar_ml.simulate.faults.choice import choose, how_many
from minibar_ml.simulate.minibars.consumption import Findings
from minibar_ml.simulate.plan import Fault, HotelPlan
from minibar_ml.simulate.presence.schedule import Roster, Schedule

HAND_OUT_SECONDS = 8 * 3600
HAND_BACK_SECONDS = 19 * 3600 + 300


@dataclass(frozen=True)
class Custody:
    """Custodies (attendant, first and last day) and their lines (custody and product index, units)."""

    attendant: Ints
    first_day: Ints
    last_day: Ints
    is_open: Flags
    line_custody: Ints
    line_product: Ints
    handed: Ints
    used: Ints
    returned: Ints
    labels: list[Fault]


def hand_out(plan: HotelPlan, building: Building, roster: Roster, schedule: Schedule, findings: Findings) -> Custody:
    """Hand out what the attendants will use and somewhat more, in cases; lose a unit now and then."""
    rng = stream(plan, "custody")
    custody_of, attendant, first, last, share = _periods(roster, rng)
    is_open = share < 1
    products = building.setup.shape[1]
    owner = custody_of[schedule.attendant[findings.visit], schedule.day[findings.visit]]
    cell = owner * products + findings.product
    used = np.bincount(cell, findings.refilled, minlength=len(attendant) * products).astype(np.int64)
    used = used.reshape(len(attendant), products)
    stocked = building.setup.any(axis=0)
    spare = rng.poisson(1.0, used.shape) * ((used > 0) | (rng.random(used.shape) < 0.2)) * stocked
    cases = building.cases[None, :]
    # an open custody was handed out for all its shifts, those to come included
    needed = np.ceil(used / share[:, None]).astype(np.int64) + spare
    handed = -(-needed // cases) * cases
    lost = ((rng.random(used.shape) < 0.004) & (handed > used) & ~is_open[:, None]).astype(np.int64)
    labels: list[Fault] = []
    if plan.wants("custody_loss"):
        labels = _lose(plan, building, roster, attendant, last, is_open, used, handed, lost, rng)
    returned = np.where(is_open[:, None], 0, handed - used - lost)
    line_custody, line_product = np.nonzero(handed)
    line = (line_custody, line_product)
    return Custody(
        attendant=attendant,
        first_day=first,
        last_day=last,
        is_open=is_open,
        line_custody=line_custody,
        line_product=line_product,
        handed=handed[line],
        used=used[line],
        returned=returned[line],
        labels=labels,
    )


def _periods(roster: Roster, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints, Floats]:
    """Cut every attendant's shifts into custodies; an open one has a share below 1 of its shifts."""
    custody_of = np.full(roster.on_duty.shape, -1)
    rows: list[tuple[int, int, int, float]] = []
    for attendant, on_duty in enumerate(roster.on_duty):
        shifts = np.flatnonzero(on_duty)
        begin = 0
        while begin < len(shifts):
            length = int(rng.integers(4, 8))
            days = shifts[begin : begin + length]
            custody_of[attendant, days] = len(rows)
            rows.append((attendant, int(days[0]), int(days[-1]), len(days) / length))
            begin += length
    attendants, first, last, share = (np.array(column) for column in zip(*rows, strict=True))
    return custody_of, attendants, first, last, share


def _lose(
    plan: HotelPlan,
    building: Building,
    roster: Roster,
    attendant: Ints,
    last: Ints,
    is_open: Flags,
    used: Ints,
    handed: Ints,
    lost: Ints,
    rng: np.random.Generator,
) -> list[Fault]:
    """Make some closed custodies end with units missing; adds to ``handed`` and ``lost`` in place."""
    labels = []
    closed = np.flatnonzero(~is_open & (used.sum(axis=1) > 0))
    count = how_many(plan, 0.004 * len(roster.attendant_id), 2)
    for custody in closed[choose(plan, rng, last[closed], count)]:
        touched = np.flatnonzero(used[custody])
        for product in rng.choice(touched, min(len(touched), int(rng.integers(1, 4))), replace=False):
            units = int(rng.integers(4, 11))
            lost[custody, product] += units
            short = lost[custody, product] - (handed[custody, product] - used[custody, product])
            case = building.cases[product]
            handed[custody, product] += max(0, -(-short // case) * case)
        who, day = attendant[custody], plan.date_of(int(last[custody]))
        size = float(lost[custody].sum())
        hotel, user = int(roster.attendant_hotel[who]) + 1, int(roster.attendant_id[who])
        note = f"{size:.0f} units missing when custody closed"
        labels.append(Fault("custody_loss", hotel, "attendant", user, day, day, size, note))
    return labels


def record_custody(plan: HotelPlan, roster: Roster, custody: Custody) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The custody table and its lines, numbered in order of hand-out."""
    count = len(custody.attendant)
    order = np.lexsort((custody.attendant, custody.first_day))
    number = np.empty(count, dtype=np.int64)
    number[order] = np.arange(1, count + 1)
    handed_at, closed_at = custody_instants(plan, custody)
    headers = pd.DataFrame(
        {
            "id": np.arange(1, count + 1),
            "personel_id": roster.attendant_id[custody.attendant[order]],
            "otel_id": roster.attendant_hotel[custody.attendant[order]] + 1,
            "zimmet_tarihi": handed_at[order],
            "iade_tarihi": pd.Series(closed_at[order]).mask(custody.is_open[order]),
            "durum": np.where(custody.is_open[order], "aktif", "tamamlandi"),
        }
    )
    lines = pd.DataFrame(
        {
            "zimmet_id": number[custody.line_custody],
            "urun_id": custody.line_product + 1,
            "miktar": custody.handed,
            "kullanilan_miktar": custody.used,
            "kalan_miktar": np.where(custody.is_open[custody.line_custody], custody.handed - custody.used, 0),
            "iade_edilen_miktar": custody.returned,
        }
    ).sort_values(["zimmet_id", "urun_id"], ignore_index=True)
    lines.insert(0, "id", np.arange(1, len(lines) + 1))
    return headers, lines


def custody_instants(plan: HotelPlan, custody: Custody) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """Hand-out and closing instants, by custody index; one storekeeper serves one attendant a time."""
    queue = custody.attendant * 17 % 1500
    return (
        instants(plan, custody.first_day, HAND_OUT_SECONDS + queue),
        instants(plan, custody.last_day, HAND_BACK_SECONDS + queue),
    )
