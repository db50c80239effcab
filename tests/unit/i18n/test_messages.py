"""What alerts say, in both languages."""

import re
from dataclasses import fields
from datetime import date
from string import Formatter
from types import SimpleNamespace
from typing import Any, cast

import pytest
from support.program import catalogs

from minibar_ml.domain.alerting.alerts import SEVERITIES, STATUSES, Alert, Finding
from minibar_ml.domain.alerting.kinds import ALERT_TYPES, AlertType
from minibar_ml.domain.metrics import METRIC_TYPES, EntityType
from minibar_ml.i18n import LOCALE_FOLDER, Lang, msgids
from minibar_ml.i18n.evidence import odds
from minibar_ml.i18n.labels import label
from minibar_ml.i18n.messages import products, sentences
from minibar_ml.i18n.wordings import WORDINGS
from minibar_ml.ml.detectors import ALL

CATALOG = LOCALE_FOLDER / "tr" / "LC_MESSAGES" / "alerts"
PRODUCTS = [{"name": "Su", "units": 1}, {"name": "Kola", "units": 2.0}]
ROOM = {"guests": 2, "nights": 1, "room_type": "Deluxe", "products": PRODUCTS}
REQUEST = {"requested_at": "2025-11-19T18:05:00+02:00", "requested_time": "18:05"}

CASES: list[tuple[Any, ...]] = [
    ("consumption_anomaly", "room", "room_high", 9.0, 1.4, (0.0, 4.0), ROOM,
     "Room 1126: 9 units consumed; 0 to 4 is normal for 2 guests and 1 night. Room type: Deluxe. "
     "Consumed: 2 × Kola, 1 × Su.",
     "Oda 1126: 9 adet tüketilmiş; 2 misafir ve 1 gece için normali 0–4 adet. Oda tipi: Deluxe. "
     "Tüketilen: 2 × Kola, 1 × Su."),
    ("consumption_anomaly", "room", "room_high", 3.0, 0.1, (0.0, 0.0), {},
     "Room 1126: 3 units consumed; normally none.",
     "Oda 1126: 3 adet tüketilmiş; normalde hiç olmaz."),
    ("consumption_anomaly", "room", "room_high", 9.0, 3.2, None, {"calendar": "Wedding fair", "calendar_kind": "event"},
     "Room 1126: 9 units consumed; normally about 3 units. Event: Wedding fair.",
     "Oda 1126: 9 adet tüketilmiş; normali yaklaşık 3 adet. Etkinlik: Wedding fair."),
    ("consumption_anomaly", "room", "over_setup", 12.0, None, None,
     {"products": [{"name": "Kola", "units": 12.0}], "over_setup": [{"name": "Kola", "units": 12.0, "holds": 2.0}]},
     "Room 1126: 12 units entered as consumed. More than the minibar holds (12 × Kola, holds 2): check the entry "
     "first. Entered: 12 × Kola.",
     "Oda 1126: 12 adet tüketilmiş diye girilmiş. Minibarın alabileceğinden fazla (12 × Kola, minibara sığan 2): önce "
     "kaydı kontrol edin. Girilen: 12 × Kola."),
    ("consumption_anomaly", "product", "product_high", 30.0, 12.5, (8.0, 17.0),
     {"calendar": "Republic Day", "calendar_kind": "holiday"},
     "1126: 30 units consumed; 8 to 17 is normal. Public holiday: Republic Day.",
     "1126: 30 adet tüketilmiş; normali 8–17 adet. Resmî tatil: Republic Day."),
    ("consumption_anomaly", "product", "product_low", 1.0, 12.0, (8.0, 17.0), {},
     "1126: only 1 unit consumed; 8 to 17 is normal.",
     "1126: yalnızca 1 adet tüketilmiş; normali 8–17 adet."),
    ("consumption_anomaly", "product", "product_low", 0.0, 1250.0, (1180.0, 1320.0), {},
     "1126: no consumption; 1,180 to 1,320 is normal.",
     "1126: hiç tüketilmemiş; normali 1.180–1.320 adet."),
    ("vacant_consumption", "room", "vacant", 3.0, 0.0, (0.0, 0.0), {"previous_on": "2025-11-17", "products": PRODUCTS},
     "Room 1126: 3 units missing while the room was vacant. Last check: 17 Nov. Missing: 2 × Kola, 1 × Su.",
     "Oda 1126: oda boşken 3 adet eksilmiş. Son kontrol: 17 Kas. Eksik: 2 × Kola, 1 × Su."),
    ("vacant_consumption", "room", "after_departure", 4.0, 0.0, (0.0, 0.0), {"previous_on": "2025-11-17"},
     "Room 1126: 4 units missing after the departure check; the hour of departure is not on record."
     " Last check: 17 Nov.",
     "Oda 1126: çıkış kontrolünden sonra 4 adet eksilmiş; çıkış saati kayıtlı değil. Son kontrol: 17 Kas."),
    ("vacant_consumption", "room", "around_departure", 4.0, 0.0, (0.0, 0.0), {"previous_on": "2025-11-17"},
     "Room 1126: 4 units missing after the departure check; the hour of departure on record was only planned,"
     " or less than two hours before that check."
     " Last check: 17 Nov.",
     "Oda 1126: çıkış kontrolünden sonra 4 adet eksilmiş; kayıtlı çıkış saati yalnızca planlanan saatti"
     " ya da o kontrolden iki saatten az önceydi."
     " Son kontrol: 17 Kas."),
    ("vacant_consumption", "room", "between_guests", 8.0, 0.4, (0.0, 1.0),
     {"previous_on": "2025-11-17", "products": PRODUCTS},
     "Room 1126: 8 units missing though no guest is on record since the last check; 0 to 1 is normal."
     " Last check: 17 Nov. A guest may have left after it, come before this check, or be on no list."
     " Missing: 2 × Kola, 1 × Su.",
     "Oda 1126: son kontrolden beri kayıtlı misafir yokken 8 adet eksilmiş; normali 0–1 adet."
     " Son kontrol: 17 Kas. Misafir o kontrolden sonra çıkmış, bu kontrolden önce gelmiş ya da hiçbir listede yer"
     " almamış olabilir."
     " Eksik: 2 × Kola, 1 × Su."),
    ("vacant_consumption", "room", "after_first_check", 4.0, 0.0, (0.0, 0.0), {"previous_on": "2025-11-17"},
     "Room 1126: 4 units missing at the second check after a departure; the first may have missed something."
     " Last check: 17 Nov.",
     "Oda 1126: çıkıştan sonraki ikinci kontrolde 4 adet eksik; ilk kontrolde gözden kaçmış olabilir."
     " Son kontrol: 17 Kas."),
    ("vacant_consumption", "room", "missing_list", 4.0, 0.0, (0.0, 0.0), {"previous_on": "2025-11-17"},
     "Room 1126: 4 units missing while no guest was listed; one guest list of these days was never loaded, so a guest"
     " of that night alone may be missing."
     " Last check: 17 Nov.",
     "Oda 1126: listelerde misafir yokken 4 adet eksilmiş; bu günlerden birinin misafir listesi hiç yüklenmemiş, yalnız"
     " o gece kalan bir misafir listelere girmemiş olabilir."
     " Son kontrol: 17 Kas."),
    ("vacant_consumption", "room", "rejected_rows", 4.0, 0.0, (0.0, 0.0), {"previous_on": "2025-11-17"},
     "Room 1126: 4 units missing while no guest was listed; rows were rejected from the guest lists of these days,"
     " so a guest may be missing from them."
     " Last check: 17 Nov.",
     "Oda 1126: listelerde misafir yokken 4 adet eksilmiş; bu günlerin misafir listelerinde reddedilen satırlar var,"
     " bir misafir listeye girmemiş olabilir."
     " Son kontrol: 17 Kas."),
    ("vacant_consumption", "room", "vacant", 1.0, 0.0, (0.0, 0.0),
     {"previous_on": "2025-11-17", "earlier": [{"on": "2025-11-15", "units": 4.0}, {"on": "2025-11-09", "units": 1.0}]},
     "Room 1126: 1 unit missing while the room was vacant. Last check: 17 Nov."
     " Missing before that: 4 units on 15 Nov, 1 unit on 9 Nov.",
     "Oda 1126: oda boşken 1 adet eksilmiş. Son kontrol: 17 Kas."
     " Daha önce eksilenler: 15 Kas tarihinde 4 adet, 9 Kas tarihinde 1 adet."),
    ("vacant_consumption", "room", "before_arrival", 4.0, 0.0, (0.0, 0.0), {"previous_on": "2025-11-17"},
     "Room 1126: 4 units missing before check-in time on the arrival day; the hour of arrival is not on record."
     " Last check: 17 Nov.",
     "Oda 1126: giriş günü, giriş saatinden önce 4 adet eksilmiş; misafirin geliş saati kayıtlı değil."
     " Son kontrol: 17 Kas."),
    ("silent_room", "room", "silent", 0.0, 4.2, None, {"nights": 6, "stays": 2},
     "Room 1126: no consumption recorded in 6 nights with guests; normally about 4 units. In that time: 2 stays.",
     "Oda 1126: dolu geçen 6 gece boyunca hiç tüketim kaydedilmemiş; normali yaklaşık 4 adet. "
     "Bu sürede: 2 konaklama."),
    ("refill_delay", "attendant", "slow", 9.46, 5.0, (4.1, 6.0), {"visits": 14},
     "1126: 9.5 minutes per room; 4.1 to 6 minutes is normal. Based on 14 checks.",
     "1126: oda başına 9,5 dakika; normali 4,1–6 dakika. 14 kontrol üzerinden ölçüldü."),
    ("unseen_round", "attendant", "unseen", 0.3, 4.9, (1.2, None),
     {"visits": 9, "empty_rooms": 8, "span_minutes": 2.4, "began_time": "14:05", "rooms": ["101", "102", "103"]},
     "1126: 9 checks entered within 2.4 minutes; a room normally takes 4.9 minutes. First entry: 14:05."
     " Without consumption: 8 rooms. Rooms: 101, 102, 103."
     " These rooms are not evaluated until their next check.",
     "1126: 2,4 dakika içinde 9 kontrol girilmiş; bir oda normalde 4,9 dakika sürer. İlk giriş: 14:05."
     " Tüketim girilmeyen: 8 oda. Odalar: 101, 102, 103."
     " Bu odalar sonraki kontrollerine kadar değerlendirilmez."),
    ("attendant_silence", "attendant", "few_entries", 31.0, 67.4, None,
     {"visits": 120, "entries": 31, "expected_entries": 67, "compared_since": "2025-11-06"},
     "1126: an entry at 31 of 120 checks of rooms with guests since 6 Nov; about 67 is normal for similar rooms."
     " Meanwhile, checks without an entry prove nothing.",
     "1126: 6 Kas tarihinden bu yana misafir kalan odalardaki 120 kontrol içinde 31 kayıt; benzer odalarda normali"
     " yaklaşık 67. Bu sürdükçe kayıt girilmeyen kontroller kanıt sayılmaz."),
    ("attendant_excess", "attendant", "many_entries", 101.0, 62.2, None,
     {"visits": 131, "entries": 101, "expected_entries": 62, "compared_since": "2025-10-20"},
     "1126: an entry at 101 of 131 checks of rooms with guests since 20 Oct; about 62 is normal for similar rooms.",
     "1126: 20 Eki tarihinden bu yana misafir kalan odalardaki 131 kontrol içinde 101 kayıt; benzer odalarda normali"
     " yaklaşık 62."),
    ("unanswered_request", "room", "waiting", 65.0, None, None, {**REQUEST, "completed": False},
     "Room 1126: a guest has been waiting 65 minutes for a refill. Requested at 18:05.",
     "Oda 1126: misafir 65 dakika önce dolum istedi, hâlâ bekliyor. Talep saati: 18:05."),
    ("unanswered_request", "room", "waiting", 205.0, None, None, {**REQUEST, "completed": True},
     "Room 1126: a guest waited 3 hours 25 minutes for a refill. Requested at 18:05.",
     "Oda 1126: misafir dolum için 3 saat 25 dakika bekledi. Talep saati: 18:05."),
    ("custody_loss", "attendant", "custody", 5.0, 0.4, (0.0, 1.0), {"handed_out": 40, "products": PRODUCTS},
     "1126: 5 units handed out and not accounted for; normally at most 1. Handed out: 40 units. "
     "Missing: 2 × Kola, 1 × Su.",
     "1126: zimmette 5 adet eksik; normali en fazla 1 adet. Zimmete verilen: 40 adet. Eksik: 2 × Kola, 1 × Su."),
    ("stock_anomaly", "product", "stock_negative", -3.0, None, None, {},
     "1126: recorded stock is below zero (-3 units).",
     "1126: kayıtlı stok sıfırın altında (-3 adet)."),
    ("stock_anomaly", "product", "outflow_high", 60.0, 20.0, (0.0, 28.4), {},
     "1126: 60 units left the warehouse in one day; normally at most 28.",
     "1126: bir günde depodan 60 adet çıkmış; normali en fazla 28 adet."),
    ("stock_anomaly", "product", "write_off_high", 113.0, 2.1, (0.0, 6.3), {},
     "1126: 113 units written off in one day; normally at most 6.",
     "1126: bir günde 113 adet fire yazılmış; normali en fazla 6 adet."),
    ("shrinkage", "product", "leak", 19.6, 1.9, (0.0, 1.9), {"since": "2025-11-19", "days": 1},
     "1126: about 20 units left the warehouse on 19 Nov without reaching a room; normally at most 1.",
     "1126: 19 Kas günü depodan çıkan yaklaşık 20 adet hiçbir odaya ulaşmamış; normali en fazla 1 adet."),
    ("shrinkage", "product", "leak", 19.6, 0.4, (0.0, 0.4), {"since": "2025-11-17", "days": 3},
     "1126: about 20 units left the warehouse between 17 and 19 Nov without reaching a room; normally none.",
     "1126: 17 – 19 Kas arasında depodan çıkan yaklaşık 20 adet hiçbir odaya ulaşmamış; normalde hiç olmaz."),
    ("stock_depletion", "product", "depletion", 1.2, None, None,
     {"level": 14, "daily_units": 11.8, "p10": 0.8, "p90": 2.4, "order_quantity": 240, "order_by": "2025-11-19"},
     "1126: stock lasts about 1 day. Likely range: 1 to 2 days. In stock: 14 units; daily use: about 12 units. "
     "Order 240 units by 19 Nov.",
     "1126: stok yaklaşık 1 gün yeter. Olası aralık: 1–2 gün. Stok: 14 adet; günlük kullanım: yaklaşık 12 adet. "
     "19 Kas tarihine kadar 240 adet sipariş verin."),
    ("stock_depletion", "product", "depletion", 3.0, None, None,
     {"level": 35, "depot_units": 5.0, "floor_units": 30.0, "daily_units": 11.8},
     "1126: stock lasts 3 days. In stock: 35 units (5 in the depot, 30 in the floor store); daily use: about 12 units.",
     "1126: stok 3 gün yeter. Stok: 35 adet (5 depoda, 30 kat deposunda); günlük kullanım: yaklaşık 12 adet."),
    ("shrinkage", "product", "leak_restocked", 19.6, 1.9, (0.0, 1.9), {"since": "2025-11-19", "days": 1},
     "1126: about 20 units more than rooms use left the warehouse on 19 Nov; normally at most 1. The floor store had "
     "run low and was restocked.",
     "1126: 19 Kas günü depodan odaların kullandığından yaklaşık 20 adet fazla çıkmış; normali en fazla 1 adet. Kat "
     "deposu azalmıştı ve dolduruldu."),
    ("stock_depletion", "product", "depletion", 0.0, None, None,
     {"level": 0, "daily_units": 0.4, "p10": 0.0, "p90": 0.0, "order_quantity": 24, "order_by": "2026-01-02"},
     "1126: out of stock. In stock: 0 units; daily use: less than 1 unit. Order 24 units by 2 Jan 2026.",
     "1126: stok bitti. Stok: 0 adet; günlük kullanım: 1 adetten az. "
     "2 Oca 2026 tarihine kadar 24 adet sipariş verin."),
    ("stock_depletion", "product", "depletion", 3.0, None, None,
     {"level": 35, "daily_units": 11.8, "ordered_units": 84.0, "due_on": "2025-12-02", "order_quantity": 24,
      "order_by": "2025-11-19"},
     "1126: stock lasts 3 days. In stock: 35 units; daily use: about 12 units. On order: 84 units, due 2 Dec. "
     "Order 24 units by 19 Nov.",
     "1126: stok 3 gün yeter. Stok: 35 adet; günlük kullanım: yaklaşık 12 adet. "
     "Siparişte: 84 adet, beklenen teslim 2 Ara. 19 Kas tarihine kadar 24 adet sipariş verin."),
    ("stock_depletion", "product", "depletion", 0.0, None, None,
     {"level": 0, "daily_units": 11.8, "ordered_units": 84.0},
     "1126: out of stock. In stock: 0 units; daily use: about 12 units. On order: 84 units.",
     "1126: stok bitti. Stok: 0 adet; günlük kullanım: yaklaşık 12 adet. Siparişte: 84 adet."),
    ("model_fallback", "hotel", "model_refused", 1.0, None, None, {"metrics": ["room_consumption"]},
     "1126: a stored model cannot be opened. Detection uses simple statistics instead. Affected: room consumption.",
     "1126: kayıtlı bir model açılamıyor. Yerine basit istatistik kullanılıyor. Etkilenen: oda tüketimi."),
    ("model_fallback", "hotel", "models_off", 1.0, None, None, {"metrics": ["room_consumption"]},
     "1126: trained models were switched off or deleted. Detection uses simple statistics instead. "
     "Affected: room consumption.",
     "1126: eğitilmiş modeller kapatılmış veya silinmiş. Yerine basit istatistik kullanılıyor. "
     "Etkilenen: oda tüketimi."),
    ("data_stale", "hotel", "stale", 26.0, None, None, {"last_at": "2025-11-18T18:05:00+02:00"},
     "1126: no new data from the hotel application for 26 hours. Last record: 18 Nov 2025 18:05.",
     "1126: otel uygulamasından 26 saat boyunca yeni veri gelmedi. Son kayıt: 18 Kas 2025 18:05."),
    ("data_stale", "hotel", "list_missing", 48.0, None, None, {"last_at": "2025-11-16"},
     "1126: no list of guests in house for 2 days; who is in the rooms is not known. Last list: 16 Nov 2025.",
     "1126: 2 gün boyunca konaklayan listesi gelmedi; odalarda kimlerin kaldığı bilinmiyor. Son liste: 16 Kas 2025."),
    ("data_stale", "hotel", "stale", 72.0, None, None, {"last_at": "2025-11-16"},
     "1126: no new data from the hotel application for 3 days. Last record: 16 Nov 2025.",
     "1126: otel uygulamasından 3 gün boyunca yeni veri gelmedi. Son kayıt: 16 Kas 2025."),
    ("rows_refused", "hotel", "refused", 200.0, None, None,
     {"problems": [{"source": "stays", "problem": "departure before arrival", "rows": 190},
                   {"source": "stock movements", "problem": "unknown type ikram", "rows": 10}]},
     "200 records of the hotel application are impossible or of an unknown type and are left out: stays, departure "
     "before arrival (190); stock movements, unknown type ikram (10).",
     "Otel uygulamasındaki 200 kayıt hatalı ya da türü bilinmiyor, hesaba katılmıyor: konaklamalar, çıkış "
     "girişten önce (190); stok hareketleri, bilinmeyen tür ikram (10)."),
    ("job_late", "hotel", "jobs_late", 2.0, None, None, {"jobs": ["collect", "train"]},
     "Overdue jobs: data collection, model training.",
     "Geciken sistem işleri: veri toplama, model eğitimi."),
    ("job_late", "hotel", "hotel_undone", 2.0, None, None, {"jobs": ["collect", "detect"]},
     "1126: jobs that failed for this hotel: data collection, anomaly detection.",
     "1126: bu otelde başarısız olan sistem işleri: veri toplama, anomali tespiti."),
]  # fmt: skip


def _finding(
    kind: AlertType,
    entity: EntityType,
    reason: str,
    value: float,
    expected: float | None,
    normal: tuple[float, float] | None,
    facts: dict[str, Any],
) -> Finding:
    lower, upper = normal or (None, None)
    return Finding(
        kind, 1, entity, 5, "stock_level", date(2025, 11, 19), reason, "high", "d", value, expected, lower, upper,
        facts=facts,
    )  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[f"{case[2]}-{case[3]:g}" for case in CASES])
def test_a_message_reads_well_in_both_languages(case: Any) -> None:
    english, turkish = (sentences(_finding(*case[:7]), "1126", lang) for lang in ("en", "tr"))
    assert (english[0], turkish[0]) == case[7:]
    for message in (english, turkish):
        assert message[1].endswith((".", "?"))
    assert turkish[1] != english[1]


def test_every_reason_that_a_detector_gives_has_its_sentences() -> None:
    given = {reason for detector in ALL for reason in detector.spec.reasons}
    given |= {"model_refused", "models_off", "refused", "jobs_late", "hotel_undone", "list_missing"}
    special = {
        *("waited", "waiting_long", "left_waiting", "refilled"),
        "served_later",
        "checked_later",
        "never_answered",
        "waiting_unlisted",
        "waiting_checked",
        "product_none",
        "leak_of_days",
        "leak_restocked_of_days",
        "slow_in_rooms",
        "sold_out",
        "depletion_ordered",
        "sold_out_ordered",
    }
    assert given | special == WORDINGS.keys()
    assert given == {case[2] for case in CASES}


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_no_message_about_a_person_accuses(lang: Lang) -> None:
    for case in CASES:
        if case[1] == "attendant":
            text = " ".join(sentences(_finding(*case[:7]), "1126", lang)).lower()
            assert not re.search(r"\b(steal|stole|theft|thief|lost|blame|guilty|fault|çal|hırsız|suç|kaybet)", text)


@pytest.mark.parametrize("case", CASES, ids=[f"{case[2]}-{case[3]:g}" for case in CASES])
@pytest.mark.parametrize("lang", ["tr", "en"])
@pytest.mark.parametrize("odd", [None, {}, {"products": [], "since": "soon", "guests": None, "last_at": 3},
                                 {"products": [{"units": 2}, 7], "previous_on": None, "metrics": 5}])  # fmt: skip
def test_a_missing_or_odd_fact_never_fails(case: Any, lang: Lang, odd: Any) -> None:
    message, _ = sentences(_finding(*case[:4], None, None, odd), "1126", lang)
    assert "{" not in message


def test_the_day_of_the_figures_is_named_once() -> None:
    leak = next(case for case in CASES if case[2] == "leak")
    for case, ending in ((leak, ""), (CASES[0], "Figures are from 21 Nov.")):
        finding = _finding(*case[:7])
        found = {field.name: getattr(finding, field.name) for field in fields(Finding)}
        later = cast(Alert, SimpleNamespace(**found, measured_on=date(2025, 11, 21)))
        message, _ = sentences(later, "1126", "en")
        assert message.count("21 Nov") == 1
        assert message.endswith(ending)


def test_a_reason_without_sentences_of_its_own_has_general_ones() -> None:
    assert sentences(_finding("shrinkage", "product", "new", 1, 1, None, {}), "Kola", "en")[0].startswith("Kola:")


def test_braces_in_names_are_names() -> None:
    assert "{units} {0}" in sentences(_finding(*CASES[2][:7]), "{units} {0}", "en")[0]


def test_a_long_list_of_products_is_cut() -> None:
    assert products([{"name": name, "units": 1} for name in "abcdefg"], "en").endswith("1 × e …")


@pytest.mark.parametrize(
    ("score", "en", "tr"),
    [(0.0, "1", "1"), (1.0, "2.7", "2,7"), (10.0, "22,000", "22.000"), (17.93, "61 million", "61 milyon"),
     (14.0, "1.2 million", "1,2 milyon"), (700.0, "1 billion", "1 milyar")],
)  # fmt: skip
def test_a_score_becomes_odds(score: float, en: str, tr: str) -> None:
    assert (odds(score, "en"), odds(score, "tr")) == (en, tr)


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
    wanted = {(None, text) for text in msgids.sentences()} | set(msgids.contexts())
    wanted |= {(None, singular) for singular, _ in msgids.plurals()}
    there = {(m.context, m.id if isinstance(m.id, str) else m.id[0]) for m in catalog if m.id}
    assert there == wanted
    for message in (message for message in catalog if message.id):
        english = message.id if isinstance(message.id, str) else message.id[0]
        turkish = message.string if isinstance(message.string, str) else message.string[0]
        assert turkish, english
        assert _fields(turkish) == _fields(english), english


def _fields(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}
