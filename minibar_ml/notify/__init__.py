"""Notifications: the contract of a channel, one file per channel, and the texts of messages in both languages."""
