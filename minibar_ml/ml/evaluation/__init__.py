"""How good the detectors of a hotel are, measured on its own held-out days."""
