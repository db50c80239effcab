"""A test message to a person, over each of their channels at once."""

from collections.abc import Sequence
from datetime import UTC, datetime

from minibar_ml.artifacts.tokens import address_of
from minibar_ml.cli.people import delivery
from minibar_ml.cli.terminal import console
from minibar_ml.config.settings import Settings
from minibar_ml.domain.messages import Recipient
from minibar_ml.domain.people import Person
from minibar_ml.notify.contract import NotDelivered
from minibar_ml.notify.wording import Words


def send(person: Person, recipients: Sequence[Recipient], settings: Settings) -> tuple[list[str], int]:
    """Send it, and say of each channel what became of it; the channels that accepted it, and how many did not."""
    now, failures, accepted = datetime.now(UTC), 0, list[str]()
    mail = Words(person.language, settings.zone(), {}).test(person.name, now)
    channels, keys = delivery.channels(settings), delivery.keys(settings)
    for recipient in recipients:
        where = f"{recipient.channel} {recipient.shown}"
        if recipient.channel not in channels:
            console.say(f"{where}: not sent, no mail server (ML_SMTP_HOST)")
            failures += 1
            continue
        try:
            channels[recipient.channel].send(
                address_of(recipient, keys), person.name, mail, f"test {recipient.channel_id} {now.timestamp():.6f}"
            )
        except NotDelivered as error:
            console.say(console.visible(f"{where}: not accepted: {error}"))
            failures += 1
        else:
            console.say(f"{where}: accepted")
            accepted.append(recipient.channel)
    for channel in channels.values():
        channel.close()
    return accepted, failures
