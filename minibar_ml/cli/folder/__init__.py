"""A database in a folder: `minibar-ml start`, `stop` and `move-to`."""
