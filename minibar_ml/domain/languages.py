"""The languages of messages and reports."""

from typing import Literal, get_args

Lang = Literal["tr", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)
