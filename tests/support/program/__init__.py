"""The program as tests run it: its commands, sentences, terminals and runs by cron."""
