"""The outbox: messages are written where alerts change, and delivered by `alerts notify`, each one once."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from minibar_ml.domain.alerting.kinds import SERVER_TYPES
from minibar_ml.domain.health import OutboxHealth
from minibar_ml.domain.languages import Lang
from minibar_ml.domain.messages import Attachment, Digest, Mail, Outgoing, Recipient
from minibar_ml.domain.people import ChannelKind, MailedReport
from minibar_ml.store import audit
from minibar_ml.store.queries import query

DIGEST_AT = time(8)
"""When a digest of small alerts is sent to whoever asked for no time."""
RECENT_DAYS = 3
"""An alert that was last found longer ago than so many days is old news: nobody is notified that it was opened."""


def enqueue(connection: Connection, as_of: datetime, least_values: Mapping[int, float] | None = None) -> int:
    """Write the messages for what has happened to alerts, in the caller's transaction; one statement. How many.

    `least_values`: by hotel (0: any other), the possible loss below which a room's alert waits for the day's digest,
    unless it is critical. Where the loss is not known it does not wait.
    """
    values = {"as_of": as_of, "recent_days": RECENT_DAYS, "server_types": list(SERVER_TYPES)}
    values |= {"least_values": json.dumps(dict(least_values or {})), "digest_at": DIGEST_AT}
    return connection.execute(query("outbox.enqueue"), values).rowcount


def prepare(connection: Connection, as_of: datetime, kinds: Collection[ChannelKind], digest_threshold: int) -> None:
    """Ready the outbox for delivery: repeats go in, what is over goes out, digests are made; three statements.

    More messages than `digest_threshold` for one channel, of the kinds that can be used now, become one digest.
    """
    connection.execute(query("outbox.enqueue_repeats"), {"as_of": as_of})
    connection.execute(query("outbox.skip_over"), {"as_of": as_of})
    connection.execute(
        query("outbox.bundle"), {"as_of": as_of, "kinds": list(kinds), "digest_threshold": digest_threshold}
    )


def claim(
    connection: Connection, as_of: datetime, kinds: Collection[ChannelKind], batch: int, lease: timedelta
) -> list[Outgoing]:
    """Due messages that nobody else will touch for the lease, once the caller has committed; the most severe first."""
    values = {"as_of": as_of, "kinds": list(kinds), "batch": batch, "lease_seconds": lease.total_seconds()}
    return [_outgoing(row) for row in connection.execute(query("outbox.claim"), values)]


def _outgoing(row: Row[Any]) -> Outgoing:
    sealed = None if row.sealed is None else bytes(row.sealed)
    recipient = Recipient(row.channel_id, row.person_id, row.channel, row.shown, sealed)
    names = ("id", "kind", "attempts", "person_id", "person", "language", "alert_id", "event_id", "event", "repetition",
             "mail_id", "created_at")  # fmt: skip
    return Outgoing(recipient=recipient, **{name: getattr(row, name) for name in names})


def get_digest(connection: Connection, digest_id: int, most: int) -> Digest:
    """A digest's alerts, those that are live and those that are over; at most so many ids of either."""
    row = connection.execute(
        query("outbox.fetch_digest"), {"id": digest_id, "most": most, "server_types": list(SERVER_TYPES)}
    ).one()
    return Digest(**row._asdict())


def fetch_parts(connection: Connection, ids: Sequence[int], channel_id: int) -> dict[int, list[int]]:
    """By alert, the other alerts of its incident that whoever is behind a channel may hear of."""
    parts: dict[int, list[int]] = {}
    for row in connection.execute(query("outbox.fetch_parts"), {"ids": list(ids), "channel_id": channel_id}):
        parts.setdefault(row.of_id, []).append(row.id)
    return parts


def mark_sent(connection: Connection, message: Outgoing, at: datetime) -> None:
    """A message was accepted, which goes on record in the audit log."""
    connection.execute(query("outbox.mark_sent"), {"id": message.id, "at": at})
    about = f" about alert {message.alert_id}" if message.alert_id else ""
    subject = f"{message.kind} {message.id}{about} to {message.person} by {message.recipient.channel}"
    audit.insert(connection, "message.sent", subject)


def mark_skipped(connection: Connection, message: Outgoing, at: datetime) -> None:
    """A message has nothing left to report."""
    connection.execute(query("outbox.mark_skipped"), {"id": message.id, "at": at})


def mark_failed(connection: Connection, message: Outgoing, at: datetime, reason: str) -> None:
    """A message won't be tried again."""
    connection.execute(query("outbox.mark_failed"), {"id": message.id, "at": at, "reason": reason})


def mark_delayed(connection: Connection, message: Outgoing, at: datetime, reason: str) -> None:
    """A message is tried again after a pause that grows with every attempt."""
    connection.execute(query("outbox.mark_delayed"), {"id": message.id, "at": at, "reason": reason})


def release(connection: Connection, messages: Collection[Outgoing], as_of: datetime) -> None:
    """Give claimed messages back that were not tried."""
    connection.execute(query("outbox.release"), {"ids": [message.id for message in messages], "as_of": as_of})


def retry_failed(connection: Connection, as_of: datetime) -> int:
    """Let everything that failed be tried again; how many messages that are."""
    return len(connection.execute(query("outbox.retry_failed"), {"as_of": as_of}).all())


def health(connection: Connection, *, has_mail_server: bool) -> OutboxHealth:
    """What waits and what has failed."""
    row = connection.execute(query("outbox.health")).one()
    return OutboxHealth(**row._asdict(), has_mail_server=has_mail_server)


@dataclass(frozen=True, slots=True)
class ReportEdition:
    """Which report: of a week, a month or the rounds of a day, by its last business day."""

    name: MailedReport
    last_day: date


@dataclass(frozen=True, slots=True)
class ReportSubscription:
    """Somebody wants the report of a hotel (None: of all of them together) in a language."""

    hotel_id: int | None
    language: Lang


def fetch_report_subscriptions(
    connection: Connection, edition: ReportEdition, asked: int | None
) -> list[ReportSubscription]:
    """Which reports of this edition are wanted and not yet written, by hotel; `asked`: only that hotel's."""
    rows = connection.execute(query("outbox.fetch_report_subscriptions"), {**asdict(edition), "asked": asked})
    return [ReportSubscription(row.hotel_id, row.language) for row in rows]


def enqueue_report(
    connection: Connection,
    edition: ReportEdition,
    hotel_id: int | None,
    asked: int | None,
    mails: Mapping[Lang, Mail],
    as_of: datetime,
) -> int:
    """Write one message for everybody who wants this report of a hotel, in the caller's transaction; how many.

    `mails` is the rendered mail by language; `fetch_report_subscriptions` says which are wanted. Nobody gets one twice.
    """
    written = 0
    for language, mail in mails.items():
        values = {"mail_id": _insert_mail(connection, mail), "hotel_id": hotel_id, "language": language, "as_of": as_of}
        made = connection.execute(query("outbox.enqueue_report"), {**asdict(edition), **values, "asked": asked})
        written += len(made.all())
    return written


def _insert_mail(connection: Connection, mail: Mail) -> int:
    values = {"subject": mail.subject, "body": mail.text, "html": mail.html}
    mail_id: int = connection.execute(query("outbox.insert_mail"), values).scalar_one()
    files = {
        "names": [file.name for file in mail.attachments],
        "media_types": [file.media_type for file in mail.attachments],
        "contents": [file.content for file in mail.attachments],
    }
    connection.execute(query("outbox.insert_attachments"), {"mail_id": mail_id, **files})
    return mail_id


def get_mail(connection: Connection, mail_id: int) -> Mail:
    """A mail that was rendered beforehand."""
    row = connection.execute(query("outbox.get_mail"), {"id": mail_id}).one()
    files = connection.execute(query("outbox.fetch_attachments"), {"id": mail_id})
    attachments = tuple(Attachment(file.name, file.media_type, bytes(file.content)) for file in files)
    return Mail(row.subject, row.body, row.html, attachments)
