"""Quality: how well the detectors separate faults from ordinary days, on simulated hotels whose faults are known."""

import os

# Hotels are measured in parallel, a process each: threads within one would take the other's core. This has to be set
# before numpy is imported.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
