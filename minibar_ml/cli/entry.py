"""The program's entry point: runs of jobs that have nothing to do end here, before anything slow is imported."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

JOBS = {("collect",): "collect", ("detect",): "detect", ("alerts", "notify"): "notify"}
"""Commands of jobs that may have nothing to do; with any option but these they do all of their work."""
QUIET = {"-q", "--quiet"}


@dataclass(frozen=True, slots=True)
class _Unchanged:
    """A run that had nothing to do, as pings want it."""

    missing: None = None


def run() -> None:
    """Entry point of the console script.

    Processes that it starts look for no module in the current folder, which may be another user's.
    """
    os.environ["PYTHONSAFEPATH"] = "1"
    if is_unchanged(sys.argv[1:], datetime.now(UTC)):
        raise SystemExit(0)
    from minibar_ml.cli import app

    app.run()


def is_unchanged(arguments: Sequence[str], as_of: datetime) -> bool:
    """Whether a command is a job's that has nothing to do as of now; its run is on record then.

    Whatever stands in the way, wrong settings as well as an unreachable server, is left to the command, which names it.
    """
    words = [one for one in arguments if one not in QUIET]
    job = JOBS.get(tuple(words))
    return job is not None and _record(job, as_of, quiet=len(words) < len(arguments))


def _record(job: str, as_of: datetime, *, quiet: bool) -> bool:
    """Record a run that has nothing to do; say so in the hotels' language, which the one statement brings along."""
    from minibar_ml import log
    from minibar_ml.config import basis
    from minibar_ml.config.loading import examine
    from minibar_ml.domain.errors import MinibarError
    from minibar_ml.domain.languages import language_of
    from minibar_ml.i18n import screen
    from minibar_ml.store.jobs import unchanged

    examined = examine()
    settings = examined.settings
    if examined.faults or examined.exposed or examined.unknown or not settings.enabled:
        return False
    try:
        found = unchanged.record(settings.database_url, f"minibar-ml {job}", job, as_of, basis.digest(examined))
    except MinibarError:
        return False
    if found is None:
        return False
    log.configure(quiet=quiet, stamped=not sys.stderr.isatty())
    if settings.ping_url:
        _ping(settings.ping_url, job)
    screen.use(language_of(found or settings.lang))
    log.logger.info(screen.translated("nothing has changed since the last run; nothing to do"))
    return True


def _ping(url: str, job: str) -> None:
    from minibar_ml import pings  # only where there is something to ping: slow to import

    with pings.watched(url, job) as watch:
        watch.start(_Unchanged())
