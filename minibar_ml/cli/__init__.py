"""Commands: short processes, whose time goes into imports.

Imports make many objects and no garbage, so the collector is told to look seldom, before they begin: a tenth of the
start-up. What has no cycles is freed at once as ever. Linear algebra here is small: threads of it only wait for each
other, on a machine that has a database to serve.
"""

import gc
import os

gc.set_threshold(300_000, 10, 10)
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
