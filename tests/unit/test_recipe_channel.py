"""docs/recipes/channel.md lists every place that names a channel, and a class of the contract delivers."""

import re
from pathlib import Path

from minibar_ml.domain.messages import Mail
from minibar_ml.domain.people import CHANNEL_KINDS
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
        self.written.append(("", "closed"))


def test_a_toy_class_is_a_channel() -> None:
    board = Blackboard()
    channel: Channel = board
    channel.send("lobby", "Ayşe", Mail(subject="High: Room 101", text="...", html="..."), "1")
    channel.close()
    assert board.written == [("lobby", "High: Room 101"), ("", "closed")]
