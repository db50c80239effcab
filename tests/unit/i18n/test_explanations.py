"""How an alert explains what it expected, and how likely its find is by chance."""

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from minibar_ml.domain.alerting.alerts import Alert
from minibar_ml.i18n.evidence import evidence
from minibar_ml.i18n.explanations import explanation


def _alert(reason: str = "stale", score: float | None = None, facts: dict[str, Any] | None = None) -> Alert:
    return cast(
        Alert,
        SimpleNamespace(
            reason=reason, score=score, detector="leak", facts=facts or {}, expected=1.44, lower=0.0, upper=5.0,
            occurred_on=date(2025, 11, 22), measured_on=date(2025, 11, 22),
            entity_type="attendant" if reason == "slow" else "room",
        ),
    )  # fmt: skip


GUESTS = {"guests": 2, "nights": 1, "room_type": "Deluxe"}
EXPLANATIONS: list[tuple[str, dict[str, Any], str, str]] = [
    ("room_high", GUESTS,
     "Expected: about 1 unit for 2 guests and 1 night (Saturday, room type Deluxe).",
     "Beklenen: 2 misafir ve 1 gece için yaklaşık 1 adet (cumartesi, oda tipi Deluxe)."),
    ("room_high", {"gap_days": 2, "room_type": "Deluxe", "peers": 41, "peers_units": 0.25},
     "Number of guests unknown. Expected: about 1 unit in 2 days (Saturday, room type Deluxe). "
     "Average of 41 rooms of this type that day: less than 1 unit.",
     "Misafir sayısı bilinmiyor. Beklenen: 2 gün için yaklaşık 1 adet (cumartesi, oda tipi Deluxe). "
     "O gün bu tipteki 41 oda ortalaması: 1 adetten az."),
    ("room_high", {"stay_units": 3.0, "stay_checks": 2, "next_units": 0.0},
     "The same guests before: 3 units in 2 checks. Their next check: 0 units.",
     "Aynı misafirler, önceki 2 kontrol: 3 adet. Bir sonraki kontrolde: 0 adet."),
    ("product_high", {"share_percent": 7.5, "others_units": 210.0},
     "Normally 7.5% of all consumption. Other products that day: 210 units.",
     "Normalde toplam tüketimin %7,5'i. O gün diğer ürünler: 210 adet."),
    ("silent", {"empty_percent": 38},
     "Nothing was consumed in 38% of the occupied rooms that day.",
     "O gün dolu odaların %38'inde hiç tüketim olmadı."),
    ("slow", {"peers": 6, "others_percent": 97},
     "The others that day (6 attendants): 97% of their normal time.",
     "O gün diğerleri (6 görevli): normal sürelerinin %97'si."),
    ("custody", {"usual_percent": 0.12},
     "Average of all attendants: 0.12% of the units handed out.",
     "Bütün görevlilerin ortalaması: zimmete verilenin %0,12'si."),
    ("outflow_high", {"written_off": 30}, "Written off that day: 30 units.", "O gün fire: 30 adet."),
    ("stale", {}, "", ""),
]  # fmt: skip


@pytest.mark.parametrize("case", EXPLANATIONS, ids=[f"{case[0]}-{len(case[1])}" for case in EXPLANATIONS])
def test_an_explanation_says_where_the_expectation_comes_from(case: Any) -> None:
    alert = _alert(case[0], facts=case[1])
    assert (explanation(alert, "en"), explanation(alert, "tr")) == case[2:]


def test_the_rank_in_the_isolation_forest_follows_the_probability() -> None:
    alert = _alert(score=10.0, facts={"forest_percentile": 99.4, "forest_feature": "refill_gap"})
    assert evidence(alert, "en") == (
        "Detected by: stock reconciliation. Probability by chance: 1 in 22,000. The Isolation Forest ranks it above "
        "99.4% of normal days, mainly for refills that don't match consumption."
    )
    assert evidence(alert, "tr") == (
        "Tespit eden: stok mutabakatı. Tesadüfen görülme olasılığı: 22.000'de 1. Isolation Forest'a göre normal "
        "günlerin %99,4'ünden daha sıra dışı; en çok öne çıkan: tüketimle tutmayan dolumlar."
    )


def test_beyond_a_billion_odds_are_only_a_limit() -> None:
    assert evidence(_alert(score=700.0), "en").endswith("Probability by chance: less than 1 in 1 billion.")
    assert evidence(_alert(score=700.0), "tr").endswith("Tesadüfen görülme olasılığı: 1 milyarda 1'den az.")
    assert evidence(_alert(), "en") == "Detected by: stock reconciliation (fixed rule)."


def test_a_feature_is_named_only_where_it_is_more_than_the_value() -> None:
    alert = _alert(score=10.0, facts={"forest_percentile": 99.4, "forest_feature": None})
    assert evidence(alert, "en").endswith("ranks it above 99.4% of normal days.")


def test_a_rank_above_all_that_the_forest_has_seen_is_not_certain() -> None:
    alert = _alert(score=10.0, facts={"forest_percentile": 100.0, "forest_feature": "refill_gap"})
    assert "above 99.9% of normal days" in evidence(alert, "en")
