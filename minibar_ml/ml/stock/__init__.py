"""Warehouse issues: what is usual of them, and how much of a day is explained by all products together."""
