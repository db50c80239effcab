"""Which faults are put into held-out days for which detector; what has no entry is not evaluated.

Many of each kind and of a range of sizes. Wherever a fault does not touch what its neighbours are held against, all
rows are tampered with at once; elsewhere a few at a time, so that faults don't hide each other.
"""

from collections.abc import Callable

import numpy as np

from minibar_ml.ml.attendant_faults import custody_loss, slow_day
from minibar_ml.ml.detectors.base import Detector
from minibar_ml.ml.held_out import Block
from minibar_ml.ml.product_faults import leak, surge, write_off
from minibar_ml.ml.room_faults import grab, silence
from minibar_ml.ml.trials import Trials

Injection = Callable[[Detector, Block, np.random.Generator], Trials]

INJECTIONS: dict[str, Injection] = {
    "room_consumption": grab,
    "silent_room": silence,
    "product_demand": surge,
    "refill_pace": slow_day,
    "leak": leak,
    "stock_outflow": write_off,
    "custody": custody_loss,
}
