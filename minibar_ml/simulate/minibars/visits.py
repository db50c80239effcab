"""When the visits were completed and what kind they were: the tables of visits and their lines."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.arrays import Flags, Floats, Ints, cumulate_in_group, instants, of_first, stream
from minibar_ml.simulate.building.building import Building
from minibar_ml.simulate.minibars.consumption import Findings
from minibar_ml.simulate.plan import HotelPlan
from minibar_ml.simulate.presence.schedule import Roster, Schedule

SHIFT_START_MINUTES = 8 * 60 + 30
SHIFT_END_MINUTES = 19 * 60
LUNCH_AFTER_MINUTES = 240
QUICK_ITEMS = 10
WAITED_SHARE = 0.95


def record_visits(
    plan: HotelPlan, building: Building, roster: Roster, schedule: Schedule, findings: Findings, unseen_gap: Floats
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The visits and their lines, numbered in order of time; ``unseen_gap`` as in ``UnseenRounds``."""
    rng = stream(plan, "visit times")
    count = len(schedule.room)
    items = np.bincount(findings.visit, findings.refilled, minlength=count).astype(np.float64)
    found = np.bincount(findings.visit, findings.found, minlength=count).astype(np.float64)
    seconds = _completion_seconds(plan, building, roster, schedule, items, unseen_gap, rng)
    order = np.lexsort((np.arange(count), seconds, schedule.day))
    number = np.empty(count, dtype=np.int64)
    number[order] = np.arange(1, count + 1)
    visits = pd.DataFrame(
        {
            "id": np.arange(1, count + 1),
            "oda_id": schedule.room[order] + 1,
            "personel_id": roster.attendant_id[schedule.attendant[order]],
            "islem_tipi": _types(schedule, findings, found, items, rng)[order],
            "islem_tarihi": instants(plan, schedule.day[order], seconds[order]),
            "aciklama": pd.Series(None, index=range(count), dtype=object),
        }
    )
    return visits, _lines(plan, building, findings, number, rng)


def stored_twice(plan: HotelPlan, visits: pd.DataFrame) -> Flags:
    """The visits that are stored twice."""
    if not plan.duplicates:
        return np.zeros(len(visits), dtype=bool)
    return np.asarray(stream(plan, "duplicates").random(len(visits)) < plan.duplicates)


def store_twice(plan: HotelPlan, visits: pd.DataFrame, lines: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Some visits once more, lines and all, under new ids at the end."""
    again = visits[stored_twice(plan, visits)]
    if again.empty:
        return visits, lines
    number = pd.Series(len(visits) + 1 + np.arange(len(again)), index=again["id"])
    copies = lines[lines["islem_id"].isin(again["id"])]
    copies = copies.assign(id=len(lines) + 1 + np.arange(len(copies)), islem_id=copies["islem_id"].map(number))
    twice = again.assign(id=number.to_numpy())
    return pd.concat([visits, twice], ignore_index=True), pd.concat([lines, copies], ignore_index=True)


def _completion_seconds(
    plan: HotelPlan,
    building: Building,
    roster: Roster,
    schedule: Schedule,
    items: Floats,
    unseen_gap: Floats,
    rng: np.random.Generator,
) -> Ints:
    """Local seconds after midnight: the sum of the gaps since the start of the shift, breaks included."""
    count = len(schedule.room)
    shift = schedule.day * len(roster.attendant_id) + schedule.attendant
    pace = rng.lognormal(0, 0.15, len(roster.attendant_id))
    pace = np.where(of_first(plan), plan.crew.minutes, 1.0) * pace
    floor = building.room_floor[schedule.room]
    climbed = np.r_[False, (floor[1:] != floor[:-1])][:count]
    work = 4.8 + 0.7 * np.minimum(items, QUICK_ITEMS) + 0.12 * np.maximum(items - QUICK_ITEMS, 0) + 1.5 * climbed
    gaps = work * pace[schedule.attendant] * rng.lognormal(0, 0.35, count) * schedule.slowness
    coffee = rng.random(count) < 0.03
    gaps[coffee] += rng.uniform(12, 25, int(coffee.sum()))
    elapsed = cumulate_in_group(shift, gaps)
    lunch = (elapsed >= LUNCH_AFTER_MINUTES) & (elapsed - gaps < LUNCH_AFTER_MINUTES) & (elapsed > gaps)
    gaps[lunch] += rng.uniform(30, 50, int(lunch.sum()))
    if plan.rounds == "as_rooms_fall_free":
        gaps += _waits(plan, shift, gaps)
    gaps = np.where(np.isnan(unseen_gap), gaps, unseen_gap)
    elapsed = cumulate_in_group(shift, gaps)
    start = SHIFT_START_MINUTES + rng.uniform(0, 15, plan.days * len(roster.attendant_id))[shift]
    # a shift that would run over the day's end is hurried as a whole
    length = np.zeros(plan.days * len(roster.attendant_id))
    np.maximum.at(length, shift, elapsed)
    hurry = np.minimum(1.0, (SHIFT_END_MINUTES - start) / length[shift])
    return np.asarray((start + elapsed * hurry) * 60).astype(np.int64)


def _waits(plan: HotelPlan, shift: Ints, gaps: Floats) -> Floats:
    """Minutes before each visit in which no room was free: together nearly all of a shift that work leaves."""
    drawn = stream(plan, "waits").exponential(1.0, len(gaps))
    worked, parts = np.bincount(shift, gaps), np.bincount(shift, drawn)
    left = np.maximum(WAITED_SHARE * (SHIFT_END_MINUTES - SHIFT_START_MINUTES) - worked, 0.0)
    return np.asarray(drawn * left[shift] / parts[shift])


def _types(
    schedule: Schedule,
    findings: Findings,
    found: Floats,
    items: Floats,
    rng: np.random.Generator,
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    count = len(schedule.room)
    extra = np.bincount(findings.visit, findings.extra, minlength=count) > 0
    beyond = np.bincount(findings.visit, findings.before > findings.setup, minlength=count) > 0
    draw = rng.random(count)
    checked = np.where(draw < 0.05, "setup_kontrol", "kontrol")
    refilled = np.select([draw < 0.7, draw < 0.93], ["yeniden_dolum", "eksik_tamamlama"], "ek_dolum")
    kinds = [
        (schedule.first, "ilk_dolum"),
        (extra, "ekstra_ekleme"),
        (beyond & (found > 0), "ekstra_tuketim"),
        ((found == 0) & (items > 0), "eksik_tamamlama"),
        (found > 0, refilled),
    ]
    names = np.select([when for when, _ in kinds], [np.asarray(kind) for _, kind in kinds], checked)
    return names.astype(object)


def _lines(
    plan: HotelPlan, building: Building, findings: Findings, number: Ints, rng: np.random.Generator
) -> pd.DataFrame:
    visit = number[findings.visit]
    order = np.lexsort((findings.product, visit))
    product = findings.product[order]
    before, found, refilled = findings.before[order], findings.found[order], findings.refilled[order]
    prices = building.tables["urunler"]
    free = (rng.random(len(order)) < 0.03) & (found > 0) & plan.untidy
    return pd.DataFrame(
        {
            "id": np.arange(1, len(order) + 1),
            "islem_id": visit[order],
            "urun_id": product + 1,
            "baslangic_stok": before,
            "bitis_stok": before - found + refilled,
            "tuketim": found,
            "eklenen_miktar": refilled,
            "ekstra_miktar": findings.extra[order],
            "setup_miktari": findings.setup[order],
            "satis_fiyati": prices["satis_fiyati"].to_numpy(dtype=np.float64)[product],
            "alis_fiyati": prices["alis_fiyati"].to_numpy(dtype=np.float64)[product],
            "bedelsiz": free,
        }
    )
