"""The languages of messages and reports."""

from typing import Literal, get_args

Lang = Literal["tr", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)


def language_of(word: str | None) -> Lang:
    """The language that a setting names; English where it names none of ours."""
    return "tr" if word == "tr" else "en"
