"""Schema minibar_in: lists that were imported from files."""
