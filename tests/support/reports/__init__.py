"""Rows, values and pages of reports for tests."""
