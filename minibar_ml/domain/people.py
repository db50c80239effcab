"""People to notify: of which alerts, when, and over which channels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Literal, get_args

from minibar_ml.domain.alerting.kinds import AlertType
from minibar_ml.domain.alerting.severities import Severity
from minibar_ml.domain.languages import Lang

Role = Literal["administrator", "storekeeper", "server"]
"""`server`: who keeps the server."""
ChannelKind = Literal["email", "sms", "push", "chat"]
MailedReport = Literal["weekly", "monthly", "rounds"]
ROLES: tuple[Role, ...] = get_args(Role)
CHANNEL_KINDS: tuple[ChannelKind, ...] = get_args(ChannelKind)
MAILED_REPORTS: tuple[MailedReport, ...] = get_args(MailedReport)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person's preferences. `hotels` and `alert_types` None: all of them. Times are the hotel's.

    `channels`: what each kind of channel shows of its address, which for all but mail is kept sealed.
    `follows_source`: what the hotel application says of this user is taken over at every run.
    """

    name: str
    role: Role = "administrator"
    language: Lang = "en"
    is_active: bool = True
    hotels: tuple[int, ...] | None = None
    alert_types: tuple[AlertType, ...] | None = None
    min_severity: Severity = "medium"
    quiet_from: time | None = None
    quiet_until: time | None = None
    digest_at: time | None = None
    repeat_minutes: int | None = None
    wants_resolved: bool = False
    reports: tuple[MailedReport, ...] = ()
    follows_source: bool = False
    source_user_id: int | None = None
    id: int = 0
    channels: Mapping[ChannelKind, str] = field(default_factory=dict)
