"""From results to docs/quality.md: figures, tables, and whether the targets are met."""
