"""What the hotel and its alerts are, in plain frozen values: standard library only."""
