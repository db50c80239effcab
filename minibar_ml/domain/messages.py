"""Messages on their way to a person: mails rendered for them, and where they go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from minibar_ml.domain.alerting.severities import Severity
from minibar_ml.domain.languages import Lang
from minibar_ml.domain.people import ChannelKind

MessageKind = Literal["alert", "digest", "report"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where what a message speaks of is looked up: the dashboard's address, and the profile of the database."""

    dashboard_url: str = ""
    profile: str = ""

    @property
    def program(self) -> str:
        """How the program is called for this database, from any folder."""
        return f"minibar-ml --profile {self.profile}" if self.profile else "minibar-ml"

    def in_language(self, lang: Lang) -> "Origin":
        """The same for a reader of this language, where the dashboard's address names it by `{lang}`."""
        return replace(self, dashboard_url=self.dashboard_url.replace("{lang}", lang))

    def number(self, alert_id: int) -> str:
        """The number of an alert, which another profile's database has too."""
        return f"{self.profile}-{alert_id}" if self.profile else str(alert_id)

    def link(self, alert_id: int) -> str:
        """Where an alert is on the dashboard; empty where that has no address."""
        return f"{self.dashboard_url}#alert-{alert_id}" if self.dashboard_url else ""


NOWHERE = Origin()
"""No dashboard, and the only database."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail; `media_type` such as application/pdf."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """What a message says: a subject, the same as plain text and as HTML, files, and `short` for a small screen."""

    subject: str
    text: str
    html: str
    attachments: Sequence[Attachment] = ()
    short: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What a digest still has to report: live alerts by severity, how many are over, ids of the most severe of either.

    Of the live ones and their incidents, as far as they concern the person: the possible loss (None: unknown), the
    first day by which something is to be ordered, and the hotels. `others`: how many more wait that concern the person,
    such as old ones that are not mailed, with their possible loss.
    """

    counts: Mapping[Severity, int]
    ids: Sequence[int] = ()
    over: int = 0
    over_ids: Sequence[int] = ()
    impact: float | None = None
    order_by: date | None = None
    hotel_ids: Sequence[int] = ()
    others: int = 0
    others_impact: float | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a message goes. `shown` is the address of a mail; any other channel's is sealed for this person."""

    channel_id: int
    person_id: int
    channel: ChannelKind
    shown: str
    sealed: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message of the outbox that is claimed: to whom, about what, and how often it was tried, this time included."""

    id: int
    kind: MessageKind
    attempts: int
    recipient: Recipient
    person_id: int
    person: str
    language: Lang
    alert_id: int | None
    event_id: int | None
    event: str | None
    repetition: int
    mail_id: int | None
    created_at: datetime

    @property
    def identity(self) -> str:
        """What makes this message the same one however often it is sent: person, channel, and event or digest."""
        about = f"event {self.event_id}.{self.repetition}" if self.event_id else f"{self.kind} {self.id}"
        return f"{self.person_id} {self.recipient.channel_id} {about} {self.created_at.timestamp():.6f}"
