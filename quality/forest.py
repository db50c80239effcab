"""Isolation Forest alone: what its ranks alone would find."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from minibar_ml.ml import isolation_forest
from minibar_ml.ml.contract import Parameters
from minibar_ml.ml.training import FOREST_DETECTORS
from quality.truth import Subject

if TYPE_CHECKING:
    from pandas import DataFrame

    from quality.flags import Flags

ASKED: Mapping[str, tuple[str, tuple[Subject, ...]]] = {
    "room_consumption": ("room", ("room spike",)),
    "product_consumption": ("product", ("product shift",)),
    "stock_outflow": ("product", ("leak", "write-off", "below zero")),
    "refill_duration": ("attendant", ("slow attendant",)),
    "custody_loss": ("attendant", ("custody loss",)),
}
"""By metric, whom its forest looks at and which faults it is asked for."""
DETECTORS = {detector.spec.name: metric for metric, detector in FOREST_DETECTORS.items() if metric in ASKED}
"""By detector whose scores a forest looks at, the metric."""


def oddness(scores: "DataFrame", forest: Parameters, hotel_id: int, day: int) -> "DataFrame":
    """Rows of a day's scores (hotel_id, entity_id, day, score), the forest's anomaly score as score."""
    rows, _ = isolation_forest.features(scores)
    on = scores.get("day", day)
    odd = scores[["entity_id"]].assign(hotel_id=hotel_id, day=on, score=-forest["forest"].score_samples(rows))
    return odd[odd["day"] == day]


def pooled(flags: Sequence[Mapping[str, "Flags"]], metric: str) -> list["Flags"]:
    """One metric's flags of all hotels that have any."""
    return [mine[metric] for mine in flags if metric in mine]
