"""Learning what is normal from metric points, and finding what is not."""
