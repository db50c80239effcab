"""How good a hotel's detectors are, on faults injected into its own held-out history.

The last days of the training span are held out: detectors learn from what lies before, judge the held-out days as
they were (whatever they flag there counts as false, so the false-alert rate is an upper bound), and judge them again
with faults put in. Recall is the share of injected faults found; balanced accuracy is the mean of recall and
specificity, because plain accuracy means nothing where nearly every day is ordinary.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from minibar_ml.ml import second_opinion
from minibar_ml.ml.detectors import ALL
from minibar_ml.ml.detectors.base import Detector, Limits, Moment, TooLittle
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.training import Learnt, learn

HELD_OUT_DAYS = 7
SEED = 20260102
TRUTH = f"faults injected into {HELD_OUT_DAYS} held-out days"
FOREST_ALERTS = 0.999
Truth = set[tuple[int, int]]
Injection = Callable[[Frames, int, np.random.Generator], tuple[Frames, Truth]]


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures in 0..1, None where there was nothing to measure them on; `faults` were injected."""

    faults: int
    recall: float | None
    precision: float | None
    accuracy: float | None
    false_alerts: int
    judged: int


def _pick(frame: pd.DataFrame, since: int, share: float, at_least: int, rng: np.random.Generator) -> Any:
    """Positions of rows to tamper with: a share of those on or after `since`, one an entity at most."""
    held = np.flatnonzero((frame["day"] >= since).to_numpy())
    entity = frame.iloc[held][next(c for c in ("room_id", "product_id", "attendant_id") if c in frame)].to_numpy()
    shuffled = rng.permutation(len(held))
    _, first = np.unique(entity[shuffled], return_index=True)
    chosen = held[shuffled[np.sort(first)]]
    return chosen[: max(int(share * len(held)), min(at_least, len(chosen)))]


def _add(frame: pd.DataFrame, rows: Any, **more: Any) -> pd.DataFrame:
    changed = {}
    for column, units in more.items():
        values = frame[column].to_numpy(dtype=float).copy()
        values[rows] += units
        changed[column] = values
    return frame.assign(**changed)


def _keys(frame: pd.DataFrame, rows: Any, entity: str) -> Truth:
    picked = frame.iloc[rows]
    return set(zip(picked[entity].tolist(), picked["day"].tolist(), strict=True))


def _rooms(frames: Frames, since: int, rng: np.random.Generator) -> tuple[Frames, Truth]:
    """4 to 15 units more than was taken anyway, found and refilled, at 1 % of the checks."""
    rooms = frames.rooms[(frames.rooms["previous_on"] > 0) & (frames.rooms["guest_nights"] > 0)]
    rows = frames.rooms.index.get_indexer(rooms.index[_pick(rooms, since, 0.01, 10, rng)])
    units = rng.integers(4, 16, len(rows)).astype(float)
    return replace(frames, rooms=_add(frames.rooms, rows, units=units, refilled=units)), _keys(
        frames.rooms, rows, "room_id"
    )


def _products(frames: Frames, since: int, rng: np.random.Generator) -> tuple[Frames, Truth]:
    """Demand times 2 to 3 on one day of a few products that sell five units a day or more."""
    stocked = frames.products[frames.products["units"] >= 5]
    rows = frames.products.index.get_indexer(stocked.index[_pick(stocked, since, 0.03, 5, rng)])
    more = frames.products["units"].to_numpy()[rows] * rng.uniform(1.0, 2.0, len(rows))
    changed = replace(frames, products=_add(frames.products, rows, units=np.round(more)))
    return changed, _keys(frames.products, rows, "product_id")


def _pace(frames: Frames, since: int, rng: np.random.Generator) -> tuple[Frames, Truth]:
    """All of an attendant's gaps of one day times 1.7 to 2.5."""
    days = frames.gaps.groupby(["attendant_id", "day"], as_index=False).size()
    days = days[days["size"] >= 6].reset_index(drop=True)
    if not len(days):
        return frames, set()
    rows = _pick(days, since, 0.05, 3, rng)
    truth = _keys(days, rows, "attendant_id")
    slow = pd.Series(list(zip(frames.gaps["attendant_id"], frames.gaps["day"], strict=True))).isin(list(truth))
    factor = np.where(slow.to_numpy(), rng.uniform(1.7, 2.5), 1.0)
    return replace(frames, gaps=frames.gaps.assign(minutes=frames.gaps["minutes"] * factor)), truth


def _outflow(frames: Frames, since: int, rng: np.random.Generator) -> tuple[Frames, Truth]:
    """Three times a product's usual issue, and 20 units, leave on a day with an issue."""
    issued = frames.outflow[frames.outflow["issued"] > 0]
    rows = frames.outflow.index.get_indexer(issued.index[_pick(issued, since, 0.05, 5, rng)])
    usual = issued.groupby("product_id")["issued"].median()
    more = 20.0 + 3.0 * frames.outflow["product_id"].iloc[rows].map(usual).to_numpy(dtype=float)
    changed = replace(frames, outflow=_add(frames.outflow, rows, units=more, issued=more))
    return changed, _keys(frames.outflow, rows, "product_id")


def _custody(frames: Frames, since: int, rng: np.random.Generator) -> tuple[Frames, Truth]:
    """6 to 15 units missing from what an attendant was handed."""
    rows = _pick(frames.custody, since, 0.05, 3, rng)
    lost = rng.integers(6, 16, len(rows)).astype(float)
    changed = replace(frames, custody=_add(frames.custody, rows, units=lost))
    return changed, _keys(frames.custody, rows, "attendant_id")


INJECTIONS: dict[str, Injection] = {
    "room_consumption": _rooms,
    "product_demand": _products,
    "refill_pace": _pace,
    "leak": _outflow,
    "stock_outflow": _outflow,
    "custody": _custody,
}
"""How each detector's kind of fault is put into the frames; what has no entry is not evaluated."""


def evaluate(past: Frames, last_day: int, min_points: int, limits: Limits) -> dict[str, tuple[Quality, Quality | None]]:
    """By detector name: the quality of its alerts, and of the forest's alone at one false alert in 1,000 rows."""
    since = last_day - HELD_OUT_DAYS + 1
    learnt = learn(past.between(0, since), min_points)
    rng = np.random.default_rng(SEED)
    found = {}
    for detector in ALL:
        injection, parameters = INJECTIONS.get(detector.name), learnt.parameters[detector.name]
        if injection is None or isinstance(parameters, TooLittle):
            continue
        tampered, truth = injection(past, since, rng)
        clean = _flagged(detector, learnt, past, since, limits)
        faulty = _flagged(detector, learnt, tampered, since, limits)
        opinion = _quality(truth, clean[1], faulty[1], clean[2]) if detector.name in learnt.opinions else None
        found[detector.name] = (_quality(truth, clean[0], faulty[0], clean[2]), opinion)
    return found


def _flagged(
    detector: Detector, learnt: Learnt, frames: Frames, since: int, limits: Limits
) -> tuple[Truth, Truth, int]:
    """What the detector alerts on, what the forest finds odd, and how many rows were judged."""
    alerts, odd, judged = set(), set(), 0
    parameters, opinion = learnt.parameters[detector.name], learnt.opinions.get(detector.name)
    assert not isinstance(parameters, TooLittle)
    for day in range(since, since + HELD_OUT_DAYS):
        end = datetime.fromordinal(day + 1).replace(tzinfo=UTC)
        moment = Moment(hotel_id=0, day=day, starts_at=end, as_of=end, is_complete=True)
        scores = detector.score(frames.seen_on(day), parameters, moment)
        judged += len(scores)
        if not len(scores):
            continue
        found = detector.decide(scores, parameters, limits, moment)
        alerts |= {(finding.entity_id, finding.occurred_on.toordinal()) for finding in found}
        if opinion is not None and not isinstance(opinion, TooLittle):
            flagged = scores["entity_id"].to_numpy()[second_opinion.percentile(scores, opinion) >= FOREST_ALERTS]
            odd |= {(int(entity), day) for entity in flagged}
    return alerts, odd, judged


def _quality(truth: Truth, clean: Truth, faulty: Truth, judged: int) -> Quality:
    hits, false = len(faulty & truth), len(clean - truth)
    if not truth:
        return Quality(0, None, None, None, false, judged)
    recall = hits / len(truth)
    ordinary = max(judged - len(truth), 1)
    precision = hits / (hits + false) if hits + false else None
    return Quality(len(truth), recall, precision, (recall + 1 - false / ordinary) / 2, false, judged)
