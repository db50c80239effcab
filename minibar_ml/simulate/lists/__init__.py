"""The lists that a simulated hotel's system would export: what files carry of its tables, tidy or as in life."""
