"""Launcher for a checkout: `python cli.py ...` is `minibar-ml ...`."""

from minibar_ml.cli.entry import run

if __name__ == "__main__":
    run()
