"""Faults put into held-out days for a detector to find, and those days as they were."""
