"""Hotels for tests: simulated, written by hand row by row, imported from lists."""
