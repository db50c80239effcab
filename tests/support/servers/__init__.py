"""Servers, sessions and login roles that tests start, and what roles may do."""
