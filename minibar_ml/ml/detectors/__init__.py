"""Every detector, in the order in which their findings are told; one file an algorithm."""

from minibar_ml.ml.contract import Detector
from minibar_ml.ml.detectors.below_zero import BelowZero
from minibar_ml.ml.detectors.custody import Custody
from minibar_ml.ml.detectors.depletion import Depletion
from minibar_ml.ml.detectors.leak import Leak
from minibar_ml.ml.detectors.product_demand import ProductDemand
from minibar_ml.ml.detectors.refill_pace import RefillPace
from minibar_ml.ml.detectors.room_consumption import RoomConsumption
from minibar_ml.ml.detectors.silent_room import SilentRoom
from minibar_ml.ml.detectors.stale import Stale
from minibar_ml.ml.detectors.stock_outflow import StockOutflow
from minibar_ml.ml.detectors.unanswered import Unanswered
from minibar_ml.ml.detectors.vacant_room import VacantRoom

ALL: tuple[Detector, ...] = (
    VacantRoom(),
    BelowZero(),
    Unanswered(),
    RoomConsumption(),
    SilentRoom(),
    ProductDemand(),
    Leak(),
    StockOutflow(),
    Custody(),
    RefillPace(),
    Depletion(),
    Stale(),
)
