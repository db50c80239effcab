"""Files that hotels export: reading them, understanding their headings, dates and numbers. No database."""
