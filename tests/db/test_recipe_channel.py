"""docs/recipes/channel.md lists every place that names a channel, and notify delivers by a class of the contract."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from support.hotels.simulated import ZONE, command
from support.servers.mail_server import raise_alerts

from minibar_ml.domain.errors import ExitCode
from minibar_ml.domain.messages import Mail
from minibar_ml.domain.people import CHANNEL_KINDS, ChannelKind
from minibar_ml.jobs import notify
from minibar_ml.notify.contract import Channel

ROOT = Path(__file__).parents[2]
RECIPE = (ROOT / "docs" / "recipes" / "channel.md").read_text(encoding="utf-8")
PLACES = re.findall(r"^\d+\. `([^`]+)`", RECIPE, re.MULTILINE)


def names_every_channel(path: Path) -> bool:
    """Whether the code of a file, or its options, name each kind of channel that apprise delivers."""
    words = set(re.findall(r"[a-z]+", path.read_text(encoding="utf-8")))
    return {kind for kind in CHANNEL_KINDS if kind != "email"} <= words


def test_every_file_that_names_the_channels_is_in_the_recipe() -> None:
    files = [*(ROOT / "minibar_ml").rglob("*.py"), *(ROOT / "sql" / "migrations").glob("*.sql")]
    found = {path.relative_to(ROOT).as_posix() for path in files if names_every_channel(path)}
    found.discard("minibar_ml/notify/channels/apprise.py")
    assert {path if not path.startswith("sql/") else "sql/migrations/" for path in found} == {
        place for place in PLACES if not place.startswith("docs/")
    }


class Blackboard:
    """A toy channel."""

    def __init__(self) -> None:
        self.written: list[tuple[str, str]] = []

    def send(self, address: str, name: str, mail: Mail, identity: str) -> None:
        self.written.append((address, mail.subject))

    def close(self) -> None:
        self.written.clear()


def test_notify_delivers_by_a_toy_channel(store_url: str, connection: Connection) -> None:
    assert (
        command(
            store_url, "people", "add", "Ayşe", "--role", "administrator", "--email", "lobby@otel.example", "--quiet"
        )
        == ExitCode.OK
    )
    raise_alerts(store_url)
    board = Blackboard()
    channels: dict[ChannelKind, Channel] = {"email": board}
    plan = notify.DeliveryPlan(
        as_of=datetime.now(UTC), zone=ZoneInfo(ZONE), lang="en", channels=channels, keys=None, seconds=60, attempts=3,
        digest_threshold=10, clock=time.monotonic,
    )  # fmt: skip
    result = notify.run(connection, plan)
    assert (result.enqueued, result.sent, result.down) == (1, 1, {})
    ((address, subject),) = board.written
    assert address == "lobby@otel.example"
    assert subject.startswith("[High] ")
    assert notify.run(connection, plan).sent == 0
