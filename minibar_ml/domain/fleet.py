"""A fleet: several stores, each with the hotels of one database, that one server works on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

AnswerState = Literal["done", "partly", "failed", "timeout", "skipped", "locked"]


@dataclass(frozen=True, slots=True)
class Member:
    """A store of the fleet: how it is reached, and what is its own.

    url: without a password, which stands in `password_file`, one of libpq's. timezone: of a store that has no facts
    yet. config_file: its own settings, such as the key file.
    """

    name: str
    url: str
    password_file: Path | None = None
    timezone: str | None = None
    config_file: Path | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command for one member.

    skipped: its schema is not this program's. locked: another run of the job is in progress there. `output`: what the
    command printed; `why`: the reason where it is not done.
    """

    member: str
    state: AnswerState
    seconds: float
    why: str | None = None
    output: str = ""

    @property
    def is_well(self) -> bool:
        """Whether nothing is left to be done; a run in progress does it."""
        return self.state in ("done", "locked")
