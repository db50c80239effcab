"""Statistics that know nothing of hotels: distributions, tails, panels, thresholds."""
