"""Why a room is on a round, in words."""

from datetime import date
from typing import Any

import pytest

from minibar_ml.domain.rounds import Visit
from minibar_ml.i18n import Lang
from minibar_ml.i18n.rounds import why


def _visit(**known: Any) -> Visit:
    usual: dict[str, Any] = {
        "hotel_id": 1, "room_id": 1, "room": "101", "floor": "1. KAT", "chance": 0.5, "units": 1.0, "reasons": (),
        "checked_on": date(2025, 11, 12), "guests": 2, "nights": 4, "waited": 4, "alert_id": None,
    }  # fmt: skip
    return Visit(**usual | known)


@pytest.mark.parametrize(
    ("visit", "english", "turkish"),
    [
        (_visit(), "2 guests, 4 nights", "2 misafir, 4 gece"),
        (_visit(guests=None), "4 nights", "4 gece"),
        (_visit(guests=None, nights=None), "4 days since the last check", "son kontrolden beri 4 gün"),
        (_visit(guests=None, nights=None, waited=0), "–", "–"),
        (_visit(reasons=("not_checked",)), "4 nights unchecked", "4 gece kontrol edilmedi"),
        (_visit(reasons=("not_checked",), nights=2), "4 days unchecked", "4 gün kontrol edilmedi"),
        (_visit(reasons=("not_checked",), nights=None), "4 days unchecked", "4 gün kontrol edilmedi"),
        (_visit(reasons=("departure", "alert"), alert_id=7), "departure, alert 7", "çıkış, uyarı 7"),
    ],
)
def test_a_wait_is_counted_in_nights_where_guests_are_known_and_else_in_days(
    visit: Visit, english: str, turkish: str
) -> None:
    langs: tuple[Lang, Lang] = ("en", "tr")
    assert [why(visit, lang) for lang in langs] == [english, turkish]
