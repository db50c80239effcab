"""Telling people: the channel contract, a channel a file, and the words of a message in both languages."""
