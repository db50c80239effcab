"""The budget of false alerts, and who has how much of it."""

SHARES = {
    "room_consumption": 0.5,
    "silent_room": 0.02,
    "product_demand": 0.05,
    "refill_pace": 0.03,
    "leak": 0.05,
    "stock_outflow": 0.03,
    "custody": 0.05,
}
"""How the budget is split over the detectors; the rest is left for rules, which have no probability.

Rooms have the most, for there a false alarm buys most recall; the others find nearly all with little, and silent rooms
are seldom found with much."""
