"""Every detector, in the order in which their findings are told; one file an algorithm."""

from minibar_ml.ml.detectors.base import Detector
from minibar_ml.ml.detectors.product_demand import ProductDemand
from minibar_ml.ml.detectors.room_consumption import RoomConsumption
from minibar_ml.ml.detectors.silent_room import SilentRoom
from minibar_ml.ml.detectors.stale import Stale
from minibar_ml.ml.detectors.vacant_room import VacantRoom

ALL: tuple[Detector, ...] = (VacantRoom(), RoomConsumption(), SilentRoom(), ProductDemand(), Stale())
