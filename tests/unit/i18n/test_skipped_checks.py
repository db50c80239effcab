"""A room's alert says which checks before it may be incomplete, and names nobody."""

from dataclasses import replace

import pytest
from support.alerts.findings import HIGH_ROOM

from minibar_ml.i18n import Lang
from minibar_ml.i18n.messages import sentences


@pytest.mark.parametrize(
    ("lang", "checks", "said"),
    [
        ("en", 1, "May include earlier consumption: 1 check since 16 Nov found nothing and may be incomplete."),
        ("en", 3, "May include earlier consumption: 3 checks since 16 Nov found nothing and may be incomplete."),
        ("tr", 3, "Önceki tüketimi de içerebilir: 16 Kas tarihinden bu yana 3 kontrol boş girildi ve eksik olabilir."),
    ],
)
def test_checks_that_may_be_incomplete(lang: Lang, checks: int, said: str) -> None:
    facts = {**(HIGH_ROOM.facts or {}), "skipped": checks, "previous_on": "2025-11-16"}
    assert said in sentences(replace(HIGH_ROOM, facts=facts), "101", lang)[0]


def test_nothing_is_said_where_all_are_believed() -> None:
    assert "incomplete" not in sentences(HIGH_ROOM, "101", "en")[0]
