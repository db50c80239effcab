"""notify: from the outbox to people; each message is claimed, sent, and marked, and a crash loses none."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from minibar_ml.artifacts.keys import Keys
from minibar_ml.artifacts.tokens import address_of
from minibar_ml.domain.alerting.alerts import Alert
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.messages import NOWHERE, Mail, Origin, Outgoing
from minibar_ml.domain.people import ChannelKind
from minibar_ml.i18n import Lang
from minibar_ml.log import logger
from minibar_ml.notify.contract import Channel, ChannelDown, NeverDeliverable, NotDelivered
from minibar_ml.notify.wording import Words
from minibar_ml.store import audit, sessions
from minibar_ml.store.alerting import alerts, histories
from minibar_ml.store.jobs import held, marks, runs
from minibar_ml.store.notifications import outbox, people
from minibar_ml.store.source import contract as source
from minibar_ml.store.source import hotels

if TYPE_CHECKING:
    from sqlalchemy import Connection

BATCH = 10
MARGIN = timedelta(minutes=10)
"""A message that was begun at the last moment takes no longer than this, whatever the other side does."""
LISTED = 25
"""Alerts that a digest shows in full; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPlan:
    """How notify delivers. Channels that are not there can't be used now: their messages wait."""

    as_of: datetime
    zone: ZoneInfo
    lang: Lang
    channels: Mapping[ChannelKind, Channel]
    keys: Keys | None
    seconds: int
    attempts: int
    digest_threshold: int
    clock: Callable[[], float]
    """Seconds that pass: when `seconds` of delivering are over, no further message is begun."""
    least_values: Mapping[int, float] = field(default_factory=dict)
    """See `outbox.enqueue`."""
    currency: str = ""
    origin: Origin = NOWHERE
    is_live: bool = False
    """Whether as-of is now."""
    outside: marks.Outside | None = None
    """None: this run leaves nothing for the next one to compare with."""


@dataclass(frozen=True, slots=True)
class NotifyResult:
    """What one run did: messages written, sent, skipped, delayed, given up; and what was wrong with whole channels."""

    enqueued: int
    sent: int
    skipped: int
    delayed: int
    failed: int
    down: dict[ChannelKind, str]


def run(connection: "Connection", plan: DeliveryPlan, *, retry_failed: bool = False) -> NotifyResult:
    """Deliver what is due, until nothing is or the time is up."""
    with runs.job_run(connection, "notify", plan.as_of, is_live=plan.is_live) as job:
        usable = source.usable(connection)
        reading = _reading(connection, plan, usable)
        enqueued, left = held.past(connection, lambda left: (_ready(connection, plan, usable, retry_failed), left))
        for hotel_id, why in left.items():
            logger.warning("hotel %d: %s", hotel_id, why)
        names = hotels.fetch_names(connection)
        connection.commit()
        delivery = _Delivery(connection, plan, names if len(names) > 1 else {})
        delivery.work()
        done = delivery.done
        result = NotifyResult(
            enqueued, done["sent"], done["skipped"], done["delayed"], done["failed"], dict(delivery.down)
        )
        job.counts.update(enqueued=enqueued, **done)
        unrecorded = _unrecorded(connection)
        if delivery.down or done["failed"] or left or unrecorded:
            given_up = [f"{done['failed']} messages given up"] * bool(done["failed"])
            waiting = [f"hotel {one}: {why}" for one, why in left.items()]
            job.partly = "; ".join([*delivery.down.values(), *given_up, *waiting, *unrecorded])
        elif reading and plan.outside:
            marks.keep(connection, reading, job.id, plan.outside, kinds=plan.channels.keys())
    return result


def _ready(connection: "Connection", plan: DeliveryPlan, usable: frozenset[str], retry_failed: bool) -> int:
    """Write the messages of what has happened, and make out what is due; how many were written."""
    people.follow_source(connection, usable, plan.lang)
    enqueued = outbox.enqueue(connection, plan.as_of, plan.least_values)
    if retry_failed:
        outbox.retry_failed(connection, plan.as_of)
    outbox.prepare(connection, plan.as_of, plan.channels.keys(), plan.digest_threshold)
    return enqueued


def _unrecorded(connection: "Connection") -> list[str]:
    """Why entries are not in the audit log yet, where somebody holds it: no message waits for that."""
    waiting = audit.record_waiting(connection)
    if not waiting:
        return []
    holders = "; ".join(sessions.find_blockers(connection))
    why = f"{waiting} entries wait for the audit log. Open transactions on the store: {holders}"
    if waiting == 1:
        why = f"1 entry waits for the audit log. Open transactions on the store: {holders}"
    logger.warning("%s", why)
    return [why]


def _reading(connection: "Connection", plan: DeliveryPlan, usable: frozenset[str]) -> marks.Reading | None:
    if plan.outside is None:
        return None
    today = plan.as_of.astimezone(plan.zone).date()
    return marks.begin(connection, "notify", plan.as_of, usable & {people.NEEDED}, today)


class _Delivery:
    """One run's deliveries: what came of them, and which channels are down."""

    def __init__(self, connection: "Connection", plan: DeliveryPlan, hotel_names: Mapping[int, str]) -> None:
        self._connection, self._plan, self._hotel_names = connection, plan, hotel_names
        self.done = Counter[str]()
        self.down: dict[ChannelKind, str] = {}

    def work(self) -> None:
        """Claim, send and mark, batch by batch. A claim is committed before anything is sent."""
        lease = timedelta(seconds=self._plan.seconds) + MARGIN
        until = self._plan.clock() + self._plan.seconds
        while self._plan.clock() < until:
            kinds = self._plan.channels.keys() - self.down.keys()
            batch = outbox.claim(self._connection, self._plan.as_of, kinds, BATCH, lease) if kinds else []
            self._connection.commit()
            if not batch:
                return
            for number, message in enumerate(batch):
                if self._plan.clock() >= until:
                    self._release(batch[number:])
                    return
                try:
                    self._attempt(message)
                    self._connection.commit()
                except BaseException:
                    # Of the one at hand nobody knows whether it went out: its lease has to pass.
                    if not self._connection.invalidated:
                        self._connection.rollback()
                        self._release(batch[number + 1 :])
                    raise

    def _release(self, messages: list[Outgoing]) -> None:
        outbox.release(self._connection, messages, self._plan.as_of)
        self._connection.commit()

    def _attempt(self, message: Outgoing) -> None:
        """Send one message and mark what came of it."""
        kind = message.recipient.channel
        if kind in self.down:
            outbox.release(self._connection, [message], self._plan.as_of)
            return
        try:
            mail = self._mail(message)
            if mail is None:
                outbox.mark_skipped(self._connection, message, self._plan.as_of)
                self.done["skipped"] += 1
                return
            # Rendering has read; nothing is held open in the database while the other side takes its time.
            self._connection.commit()
            address = address_of(message.recipient, self._plan.keys)
            self._plan.channels[kind].send(address, message.person, mail, message.identity)
        except NeverDeliverable as error:
            self._give_up(message, str(error))
        except (NotDelivered, ConfigurationError) as error:
            if isinstance(error, ChannelDown):
                self.down[kind] = str(error)
            self._put_off(message, str(error))
        else:
            outbox.mark_sent(self._connection, message, self._plan.as_of)
            self.done["sent"] += 1
            logger.debug("%s %d sent to %s by %s", message.kind, message.id, message.person, kind)

    def _put_off(self, message: Outgoing, reason: str) -> None:
        if message.attempts >= self._plan.attempts:
            self._give_up(message, f"{reason} (given up after {message.attempts} attempts)")
            return
        outbox.mark_delayed(self._connection, message, self._plan.as_of, reason)
        self.done["delayed"] += 1
        logger.info("%s %d to %s will be retried: %s", message.kind, message.id, message.person, reason)

    def _give_up(self, message: Outgoing, reason: str) -> None:
        outbox.mark_failed(self._connection, message, self._plan.as_of, reason)
        self.done["failed"] += 1
        logger.warning("%s %d to %s is given up: %s", message.kind, message.id, message.person, reason)

    def _mail(self, message: Outgoing) -> Mail | None:
        """A message's content as of now; None for a digest with nothing left to report."""
        today = self._plan.as_of.astimezone(self._plan.zone).date()
        plan = self._plan
        words = Words(message.language, plan.zone, self._hotel_names, today, plan.currency, plan.origin)
        if message.mail_id is not None:
            return outbox.get_mail(self._connection, message.mail_id)
        if message.alert_id is not None and message.event is not None:
            alert = alerts.get(self._connection, message.alert_id)
            parts = self._parts([alert], message)[alert.id]
            return words.alert(alert, message.event, message.repetition, message.person, parts, self._comment(alert))
        digest = outbox.get_digest(self._connection, message.id, LISTED)
        if not digest.ids and not digest.over_ids:
            return None
        listed = [*digest.ids, *digest.over_ids]
        known = {one.id: one for one in alerts.fetch_by_id(self._connection, listed)}
        live, over = [known[one] for one in digest.ids], [known[one] for one in digest.over_ids]
        return words.digest(digest, live, message.person, over, self._parts(live, message))

    def _comment(self, alert: Alert) -> str | None:
        """The last comment of whoever closed an alert, on one line."""
        if alert.resolved_by is None:
            return None
        steps = histories.fetch_history(self._connection, alert.id)
        said = [step.body for step in steps if step.body and step.by == alert.resolved_by]
        return " ".join(said[-1].split()) if said else None

    def _parts(self, found: Sequence[Alert], message: Outgoing) -> dict[int, list[Alert]]:
        """The other alerts of each one's incident, as far as they concern the person and are not listed themselves."""
        ids = [alert.id for alert in found if alert.incident_id is not None]
        parts = outbox.fetch_parts(self._connection, ids, message.recipient.channel_id) if ids else {}
        wanted = {one for listed in parts.values() for one in listed} - {alert.id for alert in found}
        known = {one.id: one for one in alerts.fetch_by_id(self._connection, wanted)} if wanted else {}
        return {alert.id: [known[one] for one in parts.get(alert.id, ()) if one in known] for alert in found}
