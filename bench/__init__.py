"""Benchmarks: what the program costs, beside what it can't do without, measured side by side on one machine."""
