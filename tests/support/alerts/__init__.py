"""Alerts, findings and messages for tests."""
