"""What delivering needs of the settings: the mail server with its password, and the channels that can be used."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from minibar_ml.artifacts.secret_files import read_text
from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.people import ChannelKind
from minibar_ml.log import logger

if TYPE_CHECKING:
    from minibar_ml.artifacts.keys import Keys
    from minibar_ml.config.settings import Settings
    from minibar_ml.notify.channels.email import Server
    from minibar_ml.notify.contract import Channel


def channels(settings: "Settings") -> "dict[ChannelKind, Channel]":
    """The channels by kind; without a mail server there is none for mail. Raises ConfigurationError for a bad file."""
    from minibar_ml.notify.channels.apprise import AppriseChannel
    from minibar_ml.notify.channels.email import Email

    services: tuple[ChannelKind, ...] = ("sms", "push", "chat")
    found: dict[ChannelKind, Channel] = {kind: AppriseChannel(kind) for kind in services}
    if settings.smtp_host:
        found["email"] = Email(mail_server(settings))
    return found


def mail_server(settings: "Settings") -> "Server":
    """The mail server that the settings name; raises ConfigurationError where a file of it can't be used."""
    from minibar_ml.notify.channels.email import Server

    if settings.smtp_ca_file and not os.access(settings.smtp_ca_file, os.R_OK):
        raise ConfigurationError(f"ML_SMTP_CA_FILE={settings.smtp_ca_file} can't be read: correct it or its mode.")
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        sender=settings.smtp_sender or settings.smtp_user,
        ca_file=settings.smtp_ca_file or None,
        user=settings.smtp_user,
        password=settings.smtp_password or _password(settings.smtp_password_file),
        timeout=settings.smtp_timeout,
    )


def _password(path: str) -> str:
    return read_text(Path(path), f"ML_SMTP_PASSWORD_FILE={path}") if path else ""


def keys(settings: "Settings") -> "Keys | None":
    """The keys, or none: then only mail can be delivered, and messages of other channels say why they wait."""
    from minibar_ml.artifacts.keys import load_keys

    try:
        return load_keys(settings)
    except ConfigurationError as error:
        logger.debug("%s", error)
        return None
