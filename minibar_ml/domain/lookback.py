"""How far back records are read again."""

DAILY_DAYS = 35
"""How far back the first run of collect of each business day looks."""
COMPARED_DAYS = 366
"""How far back it looks where a live alert rests on older days; what is older still is no longer compared."""
