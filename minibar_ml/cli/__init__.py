"""Commands: short processes, whose time goes into imports.

Imports make many objects and no garbage, so the garbage collector is set to run rarely before they begin: this saves a
tenth of the start-up. Objects without cycles are freed at once as ever. Linear algebra here is small: its threads would
only wait for each other, on a machine that also serves a database.
"""

import gc
import os

gc.set_threshold(300_000, 10, 10)
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
