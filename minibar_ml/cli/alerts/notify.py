"""`minibar-ml alerts notify`: deliver the messages of the outbox."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.arguments.options import AsOf, Json, Quiet, Verbose, examples
from minibar_ml.cli.people import delivery
from minibar_ml.cli.terminal import console
from minibar_ml.config import basis
from minibar_ml.config.loading import examine
from minibar_ml.domain.errors import Ended, ExitCode
from minibar_ml.jobs.notify import DeliveryPlan, NotifyResult, run
from minibar_ml.log import logger
from minibar_ml.store.jobs.marks import Outside


def register(noun: typer.Typer) -> None:
    """Add this verb to the noun `alerts`."""
    noun.command(epilog=examples("alerts notify", "alerts notify --retry-failed"))(notify)


def notify(
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Also retry messages that were given up, once the cause is fixed.")
    ] = False,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Deliver notifications by mail, SMS, push and chat.

    Messages that can't be delivered now are retried by later runs.
    """
    settings = session.settings()
    if not session.enabled(settings):
        return
    known, instant = house.at(settings, "notify", as_of)
    settings = known.settings
    plan = DeliveryPlan(
        as_of=instant,
        zone=settings.zone(),
        lang=settings.lang,
        channels=delivery.channels(settings),
        keys=delivery.keys(settings),
        seconds=settings.notify_seconds,
        attempts=settings.notify_attempts,
        digest_threshold=settings.notify_digest_threshold,
        clock=time.monotonic,
        least_values=known.least_values(),
        currency=settings.currency,
        origin=session.origin(settings),
        is_live=as_of is None,
        outside=Outside(basis.digest(examine())) if as_of is None else None,
    )
    try:
        with _interruptible():
            result = session.work(
                settings, "notify", lambda connection: run(connection, plan, retry_failed=retry_failed)
            )
    finally:
        for channel in plan.channels.values():
            channel.close()
    _show(result, json=json)
    if result.down or result.failed:
        raise typer.Exit(ExitCode.PARTLY_DONE)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Raise an error on SIGTERM, as at shutdown, so that claimed messages are released.

    Only here: other commands end at once, and PostgreSQL rolls back.
    """

    def end(_signal: int, _frame: object) -> None:
        raise Ended("Stopped by SIGTERM; the remaining messages are left to the next run.")

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _show(result: NotifyResult, *, json: bool) -> None:
    if result.failed:
        # Logged with --quiet too, so that cron mails it.
        logger.error("%s given up; `minibar-ml status` shows why", console.plural(result.failed, "message"))
    if json:
        console.print_json(asdict(result))
        return
    for kind, reason in result.down.items():
        logger.warning("channel %s is down, its messages wait: %s", kind, reason)
    logger.info(
        "%s created; %d sent, %d skipped, %d delayed, %d given up",
        console.plural(result.enqueued, "message"), result.sent, result.skipped, result.delayed, result.failed,
    )  # fmt: skip
