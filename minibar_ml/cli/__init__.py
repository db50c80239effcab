"""Commands: short processes, whose time goes into imports.

Imports make many objects and no garbage, so the collector is told to look seldom, before they begin: a tenth of the
start-up. What has no cycles is freed at once as ever.
"""

import gc

gc.set_threshold(300_000, 10, 10)
