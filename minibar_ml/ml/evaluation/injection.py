"""Which faults are put into held-out days for which detector; what has no entry is not evaluated.

Many of each kind and of a range of sizes. Wherever a fault does not touch what its neighbours are held against, all
rows are tampered with at once; elsewhere a few at a time, so that faults don't hide each other.
"""

from collections.abc import Callable

import numpy as np

from minibar_ml.ml.contract import Detector
from minibar_ml.ml.evaluation.attendant_faults import custody_loss, slow_day
from minibar_ml.ml.evaluation.holdout import Block
from minibar_ml.ml.evaluation.injected_faults import InjectedFaults
from minibar_ml.ml.evaluation.product_faults import leak, surge, write_off
from minibar_ml.ml.evaluation.room_faults import grab, silence

Injection = Callable[[Detector, Block, np.random.Generator], InjectedFaults]

INJECTIONS: dict[str, Injection] = {
    "room_consumption": grab,
    "silent_room": silence,
    "product_demand": surge,
    "refill_pace": slow_day,
    "leak": leak,
    "stock_outflow": write_off,
    "custody": custody_loss,
}
