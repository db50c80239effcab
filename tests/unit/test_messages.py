"""What alerts say, in both languages."""

from datetime import date
from string import Formatter
from types import SimpleNamespace
from typing import Any, cast

import pytest
from support import catalogs

from minibar_ml.domain.alert_kinds import ALERT_TYPES, AlertType
from minibar_ml.domain.alerts import SEVERITIES, STATUSES, Alert, Finding
from minibar_ml.domain.metrics import METRIC_TYPES, EntityType
from minibar_ml.i18n import LOCALE_FOLDER, Lang, messages
from minibar_ml.i18n.evidence import evidence, odds
from minibar_ml.i18n.explanations import explanation
from minibar_ml.i18n.formats import number
from minibar_ml.i18n.labels import label
from minibar_ml.i18n.messages import WORDINGS, products, sentences

CATALOG = LOCALE_FOLDER / "tr" / "LC_MESSAGES" / "alerts"
PRODUCTS = [{"name": "Su", "units": 1}, {"name": "Kola", "units": 2.0}]
ROOM = {"guests": 2, "nights": 1, "room_type": "Deluxe", "products": PRODUCTS}
REQUEST = {"requested_at": "2025-11-19T18:05:00+02:00", "requested_time": "18:05"}

CASES: list[tuple[AlertType, EntityType, str, float, float | None, dict[str, Any], str]] = [
    ("consumption_anomaly", "room", "room_high", 9.0, 3.14, ROOM,
     "Room 1126: 9 units consumed where about 3.1 would be usual. 2 guests for 1 night. Room type: Deluxe. "
     "Taken: 2 × Kola, 1 × Su."),
    ("consumption_anomaly", "room", "room_low", 1.0, 6.0, ROOM,
     "Room 1126: only 1 unit consumed where about 6 would be usual. 2 guests for 1 night. Room type: Deluxe. "
     "Taken: 2 × Kola, 1 × Su."),
    ("consumption_anomaly", "product", "product_high", 30.0, 12.5, {},
     "1126: 30 units consumed where about 12.5 would be usual."),
    ("consumption_anomaly", "product", "product_low", 0.0, 12.0, {},
     "1126: only 0 units consumed where about 12 would be usual."),
    ("consumption_anomaly", "product", "product_high", 30.0, 12.5,
     {"calendar": "Republic Day", "calendar_kind": "holiday"},
     "1126: 30 units consumed where about 12.5 would be usual. A public holiday: Republic Day."),
    ("consumption_anomaly", "room", "room_high", 9.0, 3.0, {"calendar": "Wedding fair", "calendar_kind": "event"},
     "Room 1126: 9 units consumed where about 3 would be usual. An event: Wedding fair."),
    ("vacant_consumption", "room", "vacant", 3.0, 0.0, {"previous_on": "2025-11-17", "products": PRODUCTS},
     "Room 1126: 3 units gone although no guest was in the room. Last check: 17 Nov 2025. "
     "Missing: 2 × Kola, 1 × Su."),
    ("silent_room", "room", "silent", 0.0, 4.2, {"nights": 6, "stays": 2},
     "Room 1126: nothing recorded in 6 nights with guests, where about 4.2 units would be usual. "
     "In that time: 2 stays."),
    ("refill_delay", "attendant", "slow", 9.46, 5.0, {"visits": 14},
     "1126: a room takes 9.5 minutes, usually about 5 minutes. Measured over 14 visits."),
    ("unanswered_request", "room", "waiting", 65.0, None, {**REQUEST, "completed": False},
     "Room 1126: a guest has been waiting 65 minutes for a refill. Asked at 18:05."),
    ("unanswered_request", "room", "waiting", 65.0, None, {**REQUEST, "completed": True},
     "Room 1126: a guest waited 65 minutes for a refill. Asked at 18:05."),
    ("custody_loss", "attendant", "custody", 5.0, 0.4, {"handed_out": 40, "products": PRODUCTS},
     "1126: 5 units missing from what was handed out, where about 0.4 would be usual. Handed out: 40 units. "
     "Missing: 2 × Kola, 1 × Su."),
    ("stock_anomaly", "product", "stock_negative", -3.0, None, {},
     "1126: the books show -3 units in stock, which cannot be."),
    ("stock_anomaly", "product", "outflow_high", 60.0, 20.0, {},
     "1126: 60 units left the warehouse where about 20 would be usual."),
    ("stock_anomaly", "product", "write_off_high", 113.0, 2.1, {},
     "1126: 113 units written off in a day, where about 2.1 is usual of a write-off."),
    ("stock_anomaly", "product", "outflow_low", 1.0, 20.0, {},
     "1126: only 1 unit left the warehouse where about 20 would be usual."),
    ("stock_anomaly", "product", "level_break", 12.0, 80.0, {},
     "1126: a stock of 12 units does not fit how the product is used. About 80 would be usual."),
    ("shrinkage", "product", "leak", 18.0, 2.0, {"since": "2025-11-03"},
     "1126: 18 units left the warehouse and never reached a room. Since 3 Nov 2025. Up to 2 would be usual."),
    ("stock_depletion", "product", "depletion", 1.0, None,
     {"level": 12, "daily_units": 11.8, "p10": 0.8, "p90": 1.4, "order_quantity": 240, "order_by": "2025-11-19"},
     "1126: the stock lasts about 1 day more. Likely between 0.8 and 1.4 days. 12 units left, about 11.8 used a day. "
     "Order 240 units by 19 Nov 2025."),
    ("model_fallback", "hotel", "model_refused", 1.0, None, {"metrics": ["room_consumption"]},
     "1126: the learned model can't be opened; simple statistics keep watch until it can. "
     "It watches: room consumption."),
    ("data_stale", "hotel", "stale", 26.0, None, {"last_at": "2025-11-18T18:05:00+02:00"},
     "1126: nothing new from the hotel application for 26 hours. Last entry: 18 Nov 2025 18:05."),
]  # fmt: skip


def _finding(
    kind: AlertType, entity: EntityType, reason: str, value: float, expected: float | None, facts: dict[str, Any]
) -> Finding:
    return Finding(
        kind, 1, entity, 5, "stock_level", date(2025, 11, 19), reason, "high", "d", value, expected, facts=facts
    )


@pytest.mark.parametrize("case", CASES, ids=[case[2] for case in CASES])
def test_every_reason_tells_all_its_facts(case: Any) -> None:
    message, action = sentences(_finding(*case[:6]), "1126", "en")
    assert message == case[6]
    assert action.endswith((".", "?"))


@pytest.mark.parametrize("case", CASES, ids=[case[2] for case in CASES])
def test_turkish_says_it_in_turkish_with_the_same_figures(case: Any) -> None:
    english, turkish = (sentences(_finding(*case[:6]), "1126", lang) for lang in ("en", "tr"))
    assert "?" not in turkish[0]
    assert "{" not in turkish[0]
    assert (turkish[0] != english[0], turkish[1] != english[1]) == (True, True)
    assert number(abs(case[3]), "tr") in turkish[0] or case[2] == "silent" or case[2] == "model_refused"


def test_every_reason_is_tried() -> None:
    assert {case[2] for case in CASES} | {"waited"} == WORDINGS.keys()


@pytest.mark.parametrize("case", CASES, ids=[case[2] for case in CASES])
@pytest.mark.parametrize("lang", ["tr", "en"])
@pytest.mark.parametrize("odd", [None, {}, {"products": [], "since": "soon", "guests": None, "last_at": 3},
                                 {"products": [{"units": 2}, 7], "previous_on": None, "metrics": 5}])  # fmt: skip
def test_a_missing_or_odd_fact_never_fails(case: Any, lang: Lang, odd: Any) -> None:
    message, _ = sentences(_finding(*case[:4], None, odd), "1126", lang)
    assert "{" not in message


def test_a_reason_that_nobody_told_us_of_is_still_a_sentence() -> None:
    assert sentences(_finding("shrinkage", "product", "new", 1, 1, {}), "Kola", "en")[0].startswith("Kola:")


def test_braces_in_names_are_names() -> None:
    assert "{units} {0}" in sentences(_finding(*CASES[2][:6]), "{units} {0}", "en")[0]


def test_a_long_list_of_products_is_cut() -> None:
    assert products([{"name": name, "units": 1} for name in "abcdefg"], "en").endswith("1 × e …")


@pytest.mark.parametrize(("score", "said"), [(0.0, "1"), (1.0, "2.7"), (10.0, "22,000"), (700.0, "1,000,000,000")])
def test_a_score_is_told_as_odds(score: float, said: str) -> None:
    assert odds(score, "en") == said


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_every_type_severity_status_and_metric_has_a_name(lang: Lang) -> None:
    for kind, values in (
        ("type", ALERT_TYPES), ("severity", SEVERITIES), ("status", STATUSES), ("metric", METRIC_TYPES)
    ):  # fmt: skip
        names = [label(kind, value, lang) for value in values]  # type: ignore[arg-type]
        assert len(set(names)) == len(values)
        assert not any("_" in name for name in names)


def test_every_english_text_has_a_turkish_one_with_the_same_fields_and_no_other_is_left() -> None:
    catalog = catalogs.read(CATALOG)
    wanted = {(None, text) for text in messages.msgids()} | set(messages.contexts())
    wanted |= {(None, singular) for singular, _ in messages.plurals()}
    there = {(m.context, m.id if isinstance(m.id, str) else m.id[0]) for m in catalog if m.id}
    assert there == wanted
    for message in (message for message in catalog if message.id):
        english = message.id if isinstance(message.id, str) else message.id[0]
        turkish = message.string if isinstance(message.string, str) else message.string[0]
        assert turkish, english
        assert _fields(turkish) == _fields(english), english


def _fields(text: str) -> set[str | None]:
    return {field for _, field, _, _ in Formatter().parse(text)}


def _alert(reason: str = "stale", score: float | None = None, facts: dict[str, Any] | None = None) -> Alert:
    return cast(
        Alert,
        SimpleNamespace(
            reason=reason, score=score, detector="d", facts=facts or {}, expected=1.44, lower=0.0, upper=5.0,
            occurred_on=date(2025, 11, 22), measured_on=date(2025, 11, 22),
            entity_type="attendant" if reason == "slow" else "room",
        ),
    )  # fmt: skip


GUESTS = {"guests": 2, "nights": 1, "room_type": "Deluxe"}


@pytest.mark.parametrize(
    ("reason", "facts", "said"),
    [
        ("room_high", GUESTS, "Expected: 1.4 units, for 2 guests, 1 night, Saturday, room type Deluxe. Usual: 0 to 5."),
        (
            "room_high",
            {"gap_days": 2, "room_type": "Deluxe", "peers": 41, "peers_units": 1.25},
            "Whether and how many guests there were is not known. Expected: 1.4 units in 2 days, Saturday, room type "
            "Deluxe. Usual: 0 to 5. 41 rooms of this type that day: 1.2 units on average.",
        ),
        (
            "room_high",
            {"stay_units": 3.0, "stay_checks": 2, "next_units": 0.0, "peers": 41, "peers_units": 1.25},
            "Usual: 0 to 5. The same guests before: 3 units in 2 visits. At their next check: 0 units. "
            "41 rooms of this type that day: 1.2 units on average.",
        ),
        (
            "product_high",
            {"share_percent": 7.5, "others_units": 210.0},
            "Usual: 0 to 5. Usually 7.5% of what all rooms take; of the other products they took 210 units that day.",
        ),
        ("silent", {"empty_percent": 38}, "That day 38% of the rooms with guests were found untouched."),
        (
            "slow",
            {"peers": 6, "others_percent": 97},
            "Usual: 0 to 5. The others that day (6 attendants): 97% of their own usual time.",
        ),
        (
            "custody",
            {"usual_percent": 0.12},
            "Usual: up to 5. All attendants together lose 0.1% of what they are handed out.",
        ),
        ("outflow_high", {"written_off": 30}, "Usual: up to 5. Written off: 30 units."),
        ("leak", {"days": 3}, "Usual: up to 5. Issues of 3 days went beyond what the rooms' rounds explain."),
        ("stale", {}, ""),
    ],
)
def test_an_explanation_says_where_the_expectation_comes_from(reason: str, facts: dict[str, Any], said: str) -> None:
    assert explanation(_alert(reason, facts=facts), "en") == said


def test_the_forests_opinion_is_told_beside_the_odds() -> None:
    facts = {"forest_percentile": 99.4, "forest_feature": "refill_gap"}
    alert = _alert(score=10.0, facts=facts)
    told = evidence(alert, "en")
    assert "about 1 time in 22,000" in told
    assert "odder than 99.4% of ordinary days, most of all in refills that don't match consumption" in told
    assert "dolumlar" in evidence(alert, "tr")


def test_what_a_forest_found_odd_is_told_only_where_it_is_more_than_the_value() -> None:
    alert = _alert(score=10.0, facts={"forest_percentile": 99.4, "forest_feature": None})
    assert evidence(alert, "en").endswith("odder than 99.4% of ordinary days.")


def test_a_forest_that_saw_nothing_odder_is_not_told_as_certain() -> None:
    alert = _alert(score=10.0, facts={"forest_percentile": 100.0, "forest_feature": "refill_gap"})
    assert "odder than 99.9% of ordinary days" in evidence(alert, "en")
