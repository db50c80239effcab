"""Benchmarks: what minibar-ml costs compared with what it can't do without, on one machine."""
