"""People who are notified, and what a run of notify sends to whom."""

from minibar_ml.domain.errors import ExitCode
from support.hotels.simulated import command, sql
from support.servers.mail_server import Mailbox


def add(url: str, name: str, *options: str) -> None:
    """Somebody with an address of their own; an administrator of all hotels unless the options say otherwise."""
    hotels = () if "--hotel" in options else ("--hotel", "all")
    words = ["people", "add", name, "--email", f"{name}@otel.example", "--role", "administrator", *hotels, *options]
    assert command(url, *words, "--quiet") == ExitCode.OK


def mails(url: str, mailbox: Mailbox, *options: str, **settings: str) -> list[tuple[str, str]]:
    """Run notify; who got which mail by this run."""
    before = len(mailbox.accepted)
    assert command(url, "alerts", "notify", "--quiet", *options, **mailbox.settings(**settings)) == ExitCode.OK
    found = mailbox.accepted[before:]
    return sorted((mail["To"].addresses[0].username, mail["Subject"]) for mail in found)


def names(found: list[tuple[str, str]]) -> list[str]:
    """Who got the mails."""
    return [name for name, _ in found]


def change(url: str, changes: str) -> None:
    """What somebody or a run makes of every alert."""
    sql(url, f"UPDATE minibar_ml.ml_alerts SET {changes}")
