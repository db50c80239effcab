"""`minibar-ml alerts notify`: deliver what the outbox holds."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from minibar_ml.cli import console, session, times
from minibar_ml.cli.options import AsOf, Json, Quiet, Verbose
from minibar_ml.cli.people import delivery
from minibar_ml.domain.errors import Ended, ExitCode
from minibar_ml.log import logger

if TYPE_CHECKING:
    from minibar_ml.jobs.notify import NotifyResult


def register(alerts: typer.Typer) -> None:
    """Add this verb to the noun `alerts`."""
    alerts.command()(notify)


def notify(
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Also try again what was given up, once its cause is mended.")
    ] = False,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Tell people of alerts by mail, SMS, push and chat; what can't be delivered now is tried again by later runs."""
    from minibar_ml.jobs.notify import run
    from minibar_ml.jobs.plans import DeliveryPlan

    settings = session.settings()
    if not session.enabled(settings):
        return
    plan = DeliveryPlan(
        as_of=times.resolve_as_of(as_of, settings.zone()),
        zone=settings.zone(),
        lang=settings.lang,
        channels=delivery.channels(settings),
        keys=delivery.keys(settings),
        seconds=settings.notify_seconds,
        attempts=settings.notify_attempts,
        digest_threshold=settings.notify_storm,
        clock=time.monotonic,
    )
    try:
        with _told_to_end():
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
def _told_to_end() -> Iterator[None]:
    """Let SIGTERM, as of a machine that shuts down, be an error like others: what is claimed is given back.

    Only here: in other commands it ends the process at once, and PostgreSQL takes back what was under way.
    """

    def end(_signal: int, _frame: object) -> None:
        raise Ended("asked to end by a signal: what was not begun waits for the next run")

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _show(result: "NotifyResult", *, json: bool) -> None:
    if result.failed:
        # Not even --quiet hides what nobody will be told: cron mails this line.
        logger.error("%d messages are given up for good; `minibar-ml status` says why", result.failed)
    if json:
        console.print_json(asdict(result))
        return
    for kind, reason in result.down.items():
        logger.warning("%s is down, its messages wait: %s", kind, reason)
    logger.info(
        "%d messages written; %d sent, %d skipped, %d put off, %d given up",
        result.enqueued, result.sent, result.skipped, result.delayed, result.failed,
    )  # fmt: skip
