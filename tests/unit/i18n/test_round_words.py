"""Why a room is on a round, in words."""

from datetime import date
from typing import Any

import pytest

from minibar_ml.domain.rounds import Load, Round, Visit
from minibar_ml.i18n import Lang
from minibar_ml.i18n.rounds import chance, heading, loads, summary, why


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


def test_the_parts_of_a_round_add_up_to_its_visits() -> None:
    visits = (_visit(reasons=("departure",)), _visit(), _visit(chance=0.0, reasons=("alert",), alert_id=9))
    one = Round(
        1,
        "Palas",
        date(2025, 11, 16),
        visits,
        (Load(1, "Kola", 2.4, 4), Load(2, "Su", 8.1, 11)),
        5,
        1,
        4,
        0.5,
        0,
        "Ayşe",
    )
    assert heading(one, "en").startswith("Palas, Ayşe, 16 Nov 2025: 3 visits")
    assert summary(one, "en") == "3 visits (1 departure, 1 of 5 in house, 1 vacant)"
    assert summary(one, "tr") == "3 kontrol (1 çıkış, konaklayan: 1/5, boş: 1)"
    assert loads(one, "en") == "Cart (enough in 8 rounds of 10): Kola 4, Su 11."


def test_no_chance_is_not_written_as_one_of_0_percent() -> None:
    assert [chance(_visit(chance=known), "en") for known in (None, 0.0, 0.004, 0.006)] == ["–", "–", "–", "1%"]
