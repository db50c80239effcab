"""Every detector, in the order in which their findings are listed; one file an algorithm."""

from minibar_ml.ml.contract import Detector
from minibar_ml.ml.detectors.attendant_entries import AttendantEntries
from minibar_ml.ml.detectors.below_zero import BelowZero
from minibar_ml.ml.detectors.custody import Custody
from minibar_ml.ml.detectors.depletion import Depletion
from minibar_ml.ml.detectors.leak import Leak
from minibar_ml.ml.detectors.over_setup import OverSetup
from minibar_ml.ml.detectors.product_demand import ProductDemand
from minibar_ml.ml.detectors.refill_pace import RefillPace
from minibar_ml.ml.detectors.room_consumption import RoomConsumption
from minibar_ml.ml.detectors.silent_room import SilentRoom
from minibar_ml.ml.detectors.stale import Stale
from minibar_ml.ml.detectors.stock_outflow import StockOutflow
from minibar_ml.ml.detectors.unanswered import Unanswered
from minibar_ml.ml.detectors.unseen_round import UnseenRound
from minibar_ml.ml.detectors.vacant_room import VacantRoom

ALL: tuple[Detector, ...] = (
    VacantRoom(),
    BelowZero(),
    Unanswered(),
    RoomConsumption(),
    OverSetup(),
    SilentRoom(),
    ProductDemand(),
    Leak(),
    StockOutflow(),
    Custody(),
    RefillPace(),
    UnseenRound(),
    AttendantEntries(),
    Depletion(),
    Stale(),
)

LEARNING: tuple[Detector, ...] = tuple(detector for detector in ALL if not detector.spec.is_rule)
LOOK_BACK = {
    name: max(detector.spec.reads.get(name, 0) for detector in ALL)
    for name in dict.fromkeys(name for detector in ALL for name in detector.spec.reads)
}
"""By frame, how many days before a scored one any detector looks back."""


def shares() -> dict[str, float]:
    """By name of the detectors that learn, the share of the budget of false alerts; the rest is left for rules."""
    return {detector.spec.name: detector.spec.share for detector in LEARNING}
