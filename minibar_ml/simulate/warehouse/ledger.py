"""The warehouse's movements as ledger rows, and the labels of what went wrong there."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.arrays import Ints, instants, stream
from minibar_ml.simulate.building.building import Building
from minibar_ml.simulate.plan import Fault, FaultKind, HotelPlan
from minibar_ml.simulate.presence.schedule import Roster
from minibar_ml.simulate.warehouse.custody import Custody, custody_instants
from minibar_ml.simulate.warehouse.days import SCARCE_DAYS
from minibar_ml.simulate.warehouse.faults import StockFaults
from minibar_ml.simulate.warehouse.movements import Movements

WAREHOUSE_HOTEL = 1
HOUR = 3600


def record_ledger(
    plan: HotelPlan, building: Building, roster: Roster, custody: Custody, moves: Movements
) -> pd.DataFrame:
    """All movements in order of time."""
    rng = stream(plan, "ledger")
    opening = np.zeros_like(moves.issued)
    opening[:, 0] = moves.opening
    # a wrong entry and a leak look like any other issue: nothing in the row says what they are
    daily: list[tuple[Ints, str, str, float, float]] = [
        (opening, "devir", "açılış", 6.0, 6.4),
        (moves.delivered, "giris", "sipariş", 6.5, 7.4),
        (moves.urgent, "giris", "acil sipariş", 7.4, 7.8),
        (moves.leaked, "cikis", "zimmet", 9.5, 11.5),
        (moves.broken, "fire", "soğutucu arızası", 11.6, 12.5),
        (moves.written_off, "fire", "kırık", 12.6, 14.0),
        (moves.wrong, "cikis", "zimmet", 14.1, 16.0),
        (moves.repair, "sayim", "düzeltme", 16.2, 17.0),
        (moves.count, "sayim", "aylık sayım", 17.1, 18.5),
    ]
    if plan.untidy:
        daily.append((_transfers(moves, rng), "transfer", "depolar arası", 15.0, 16.0))
    keeper = building.storekeepers
    frames = [_rows(plan, rng, *movement, keeper=int(keeper[0])) for movement in daily]
    handed_at, closed_at = custody_instants(plan, custody)
    keepers = keeper[roster.attendant_hotel[custody.attendant]]
    for units, kind, remark, at in (
        (custody.handed, "cikis", "zimmet", handed_at),
        (custody.returned, "giris", "iade", closed_at),
    ):
        some = units > 0
        owner = custody.line_custody[some]
        frames.append(_frame(custody.line_product[some], units[some], kind, remark, keepers[owner], at[owner]))
    ledger = pd.concat(frames, ignore_index=True)
    ledger = ledger.sort_values(["islem_tarihi", "urun_id"], kind="stable", ignore_index=True)
    ledger.insert(0, "id", np.arange(1, len(ledger) + 1))
    return ledger


def _transfers(moves: Movements, rng: np.random.Generator) -> Ints:
    often = rng.random(moves.issued.shape) < 0.002
    return np.where(often & (moves.use > 0), rng.integers(6, 25, moves.issued.shape), 0)


def _rows(
    plan: HotelPlan,
    rng: np.random.Generator,
    units: Ints,
    kind: str,
    remark: str,
    since_hour: float,
    until_hour: float,
    keeper: int,
) -> pd.DataFrame:
    product, day = np.nonzero(units)
    seconds = rng.integers(int(since_hour * HOUR), int(until_hour * HOUR), len(day))
    at = instants(plan, day, seconds)
    return _frame(product, units[product, day], kind, remark, np.full(len(day), keeper), at)


def _frame(product: Ints, units: Ints, kind: str, remark: str, keeper: Ints, at: pd.DatetimeIndex) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "urun_id": product + 1,
            "hareket_tipi": kind,
            "miktar": units,
            "aciklama": remark,
            "islem_yapan_id": keeper,
            "islem_tarihi": at,
        }
    )


def label_stock_faults(plan: HotelPlan, moves: Movements, faults: StockFaults) -> list[Fault]:
    """Labels of what the ledger really shows."""
    labels = [
        *_label_leaks(plan, moves),
        *_label_wrong_entries(plan, moves, faults),
        *_label_scarcity(plan, moves, faults),
    ]
    for product, day in np.argwhere(moves.broken).tolist():
        units = int(moves.broken[product, day])
        note = f"{units} units written off in one entry"
        labels.append(_fault(plan, "stock_anomaly", product, day, day, units, note))
    return labels


def _fault(plan: HotelPlan, kind: FaultKind, product: int, first: int, last: int, size: float, note: str) -> Fault:
    since, until = plan.date_of(int(first)), plan.date_of(int(last))
    return Fault(kind, WAREHOUSE_HOTEL, "product", product + 1, since, until, float(size), note)


def _label_leaks(plan: HotelPlan, moves: Movements) -> list[Fault]:
    labels = []
    for product in np.flatnonzero(moves.leaked.any(axis=1)).tolist():
        days = np.flatnonzero(moves.leaked[product])
        for leak in np.split(days, np.flatnonzero(np.diff(days) > 3) + 1):
            units = int(moves.leaked[product, leak].sum())
            note = f"{units} units issued that no attendant was handed"
            labels.append(_fault(plan, "shrinkage", product, leak[0], leak[-1], units, note))
    return labels


def _label_wrong_entries(plan: HotelPlan, moves: Movements, faults: StockFaults) -> list[Fault]:
    labels = []
    for product, day in np.argwhere(moves.wrong).tolist():
        repair = int(faults.corrected[product, day])
        last = repair if repair >= 0 else plan.days - 1
        note = f"an issue of {moves.wrong[product, day]} units that never was"
        units = int(faults.wrong_entry[product, day])
        labels.append(_fault(plan, "stock_anomaly", product, day, last, units, note))
    return labels


def _label_scarcity(plan: HotelPlan, moves: Movements, faults: StockFaults) -> list[Fault]:
    labels = []
    for product in np.flatnonzero(~np.isnan(faults.starved)).tolist():
        days_left = moves.level[product] / moves.use[product]
        plenty = np.flatnonzero(days_left > SCARCE_DAYS)
        first = int(plenty[-1]) + 1 if len(plenty) else 0
        if first < plan.days:
            left = float(days_left[-1])
            note = f"no delivery comes: {left:.1f} days left at the end"
            labels.append(_fault(plan, "stock_depletion", product, first, plan.days - 1, left, note))
    return labels
