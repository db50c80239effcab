"""A hotel whose records are added, corrected, moved and deleted at random between the evenings on which cron runs."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from minibar_ml.domain.alerting.kinds import KINDS, AlertType
from minibar_ml.jobs.detection.scope import REACH_DAYS
from minibar_ml.ml.contract import KEPT_BUDGET, KEPT_SIZE, Limits
from minibar_ml.simulate import HotelPlan, generate, write
from support.hotels.simulated import ZONE, done, sql, state

FIRST = date(2025, 11, 11)
"""The first evening on which cron runs; records of the three days before it may be edited too."""
EVENINGS = 4
LAST = FIRST + timedelta(days=EVENINGS - 1)
OLDEST = FIRST - timedelta(days=3)
VISITS = (
    "SELECT i.id FROM minibar_islemleri i WHERE i.oda_id = :room AND i.islem_tarihi >= :since"
    " AND i.islem_tarihi < :until ORDER BY i.id LIMIT 1"
)
OF_ROOMS = {
    "mistyped": f"UPDATE minibar_islem_detay SET tuketim = 40, eklenen_miktar = 40 WHERE islem_id = ({VISITS})",
    "corrected": f"UPDATE minibar_islem_detay SET tuketim = 1, eklenen_miktar = 1 WHERE islem_id = ({VISITS})",
    "grown": f"UPDATE minibar_islem_detay SET tuketim = tuketim + 3 WHERE islem_id = ({VISITS})",
    "emptied": f"DELETE FROM minibar_islem_detay WHERE islem_id = ({VISITS})",
    "moved to another room": "UPDATE minibar_islemleri SET oda_id ="
    f" (SELECT id FROM odalar WHERE id <> :room ORDER BY id LIMIT 1 OFFSET :other) WHERE id = ({VISITS})",
    "dated back": f"UPDATE minibar_islemleri SET islem_tarihi = islem_tarihi - interval '1 day' WHERE id = ({VISITS})",
    "entered late": "WITH made AS (INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi)"
    f" SELECT :room, personel_id, islem_tipi, islem_tarihi - interval '100 minutes' FROM minibar_islemleri"
    f" WHERE id = ({VISITS}) RETURNING id) INSERT INTO minibar_islem_detay (islem_id, urun_id, tuketim, eklenen_miktar)"
    " SELECT made.id, (SELECT min(id) FROM urunler), :other % 9, :other % 9 FROM made",
    "deleted": f"WITH gone AS (DELETE FROM minibar_islem_detay WHERE islem_id = ({VISITS}))"
    f" DELETE FROM minibar_islemleri WHERE id = ({VISITS})",
    "dated ahead": f"UPDATE minibar_islemleri SET islem_tarihi = islem_tarihi + interval '1 day' WHERE id = ({VISITS})",
    "by another attendant": "UPDATE minibar_islemleri SET personel_id = (SELECT personel_id FROM minibar_islemleri"
    f" WHERE oda_id <> :room ORDER BY id LIMIT 1 OFFSET :other) WHERE id = ({VISITS})",
    "of another product": "UPDATE minibar_islem_detay SET urun_id = (SELECT id FROM urunler ORDER BY id LIMIT 1"
    f" OFFSET :other % (SELECT count(*) FROM urunler)) WHERE islem_id = ({VISITS})",
    "entered twice": "WITH made AS (INSERT INTO minibar_islemleri (oda_id, personel_id, islem_tipi, islem_tarihi)"
    " SELECT oda_id, personel_id, islem_tipi, islem_tarihi + interval '1 hour' FROM minibar_islemleri"
    f" WHERE id = ({VISITS}) RETURNING id) INSERT INTO minibar_islem_detay (islem_id, urun_id, tuketim, eklenen_miktar)"
    " SELECT made.id, d.urun_id, d.tuketim, d.eklenen_miktar FROM made, minibar_islem_detay d"
    f" WHERE d.islem_id = ({VISITS})",
    "guests counted again": "UPDATE misafir_kayitlari SET misafir_sayisi = 1 + (misafir_sayisi + 1) % 4"
    " WHERE oda_id = :room AND cikis_tarihi >= :since",
    "stay begun later": "UPDATE misafir_kayitlari SET giris_tarihi = giris_tarihi + 1"
    " WHERE oda_id = :room AND giris_tarihi >= :since AND cikis_tarihi > giris_tarihi + 1",
    "stay entered late": "INSERT INTO misafir_kayitlari (oda_id, islem_kodu, misafir_sayisi, giris_tarihi,"
    " cikis_tarihi, kayit_tipi) SELECT :room, 'late', 2, CAST(:since AS date), CAST(:since AS date) + 2, 'in_house'",
    "stay extended": "UPDATE misafir_kayitlari SET cikis_tarihi = cikis_tarihi + 2"
    " WHERE oda_id = :room AND cikis_tarihi >= :since",
    "stay shortened": "UPDATE misafir_kayitlari SET cikis_tarihi = cikis_tarihi - 1"
    " WHERE oda_id = :room AND cikis_tarihi >= :since AND cikis_tarihi > giris_tarihi + 1",
    "stay moved": "UPDATE misafir_kayitlari SET oda_id = (SELECT id FROM odalar WHERE id <> :room ORDER BY id LIMIT 1"
    " OFFSET :other) WHERE oda_id = :room AND cikis_tarihi >= :since",
    "stay deleted": "DELETE FROM misafir_kayitlari WHERE oda_id = :room AND giris_tarihi >= :since",
}  # fmt: skip
REQUESTS = (
    "SELECT id FROM minibar_dolum_talepleri WHERE oda_id = :room AND talep_tarihi >= CAST(:since AS date)"
    " ORDER BY id DESC LIMIT 1"
)
"""Answers are written down as UTC, which is two hours behind in November."""
OF_REQUESTS = {
    "asked": "INSERT INTO minibar_dolum_talepleri (oda_id, talep_tarihi, durum)"
    " SELECT :room, CAST(:today AS date) + interval '15 hours' + make_interval(mins => 6 * :other), 'beklemede'",
    "asked late": "INSERT INTO minibar_dolum_talepleri (oda_id, talep_tarihi, durum)"
    " SELECT :room, CAST(:since AS date) + interval '12 hours' + make_interval(mins => :other), 'beklemede'",
    "answered": "UPDATE minibar_dolum_talepleri SET durum = 'tamamlandi', tamamlanma_tarihi = talep_tarihi"
    f" - interval '2 hours' + make_interval(mins => 3 * :other) WHERE id = ({REQUESTS})",
    "not answered": "UPDATE minibar_dolum_talepleri SET durum = 'beklemede', tamamlanma_tarihi = NULL"
    f" WHERE id = ({REQUESTS})",
    "cancelled": f"UPDATE minibar_dolum_talepleri SET durum = 'iptal' WHERE id = ({REQUESTS})",
    "forgotten": f"DELETE FROM minibar_dolum_talepleri WHERE id = ({REQUESTS})",
    "asked earlier": "UPDATE minibar_dolum_talepleri SET"
    f" talep_tarihi = talep_tarihi - make_interval(hours => 1 + :other % 30) WHERE id = ({REQUESTS})",
    "asked elsewhere": "UPDATE minibar_dolum_talepleri SET oda_id ="
    f" (SELECT id FROM odalar WHERE id <> :room ORDER BY id LIMIT 1 OFFSET :other) WHERE id = ({REQUESTS})",
}  # fmt: skip
ISSUES = (
    "SELECT id FROM stok_hareketleri WHERE urun_id = :product AND islem_tarihi >= :since AND islem_tarihi < :until"
    " AND hareket_tipi IN ('cikis', 'zimmet') ORDER BY id LIMIT 1"
)
OF_PRODUCTS = {
    "issue mistyped": f"UPDATE stok_hareketleri SET miktar = 10 * miktar WHERE id = ({ISSUES})",
    "issue corrected": f"UPDATE stok_hareketleri SET miktar = greatest(1, miktar / 10) WHERE id = ({ISSUES})",
    "issue deleted": f"DELETE FROM stok_hareketleri WHERE id = ({ISSUES})",
    "issue entered late": "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, aciklama, islem_tarihi)"
    f" SELECT urun_id, hareket_tipi, 60, aciklama, islem_tarihi + interval '1 hour' FROM stok_hareketleri"
    f" WHERE id = ({ISSUES})",
    "issue of another product": "UPDATE stok_hareketleri SET urun_id = (SELECT id FROM urunler ORDER BY id LIMIT 1"
    f" OFFSET :other % (SELECT count(*) FROM urunler)) WHERE id = ({ISSUES})",
    "issue dated back": "UPDATE stok_hareketleri SET islem_tarihi = islem_tarihi - interval '1 day'"
    f" WHERE id = ({ISSUES})",
    "issue was a write-off": f"UPDATE stok_hareketleri SET hareket_tipi = 'fire' WHERE id = ({ISSUES})",
    "counted late": "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, aciklama, islem_tarihi)"
    " SELECT :product, 'sayim', 5 * (:other % 20) - 40, 'Stok sayımı düzeltmesi',"
    " CAST(:since AS date) + interval '17 hours'",
    "delivered late": "INSERT INTO stok_hareketleri (urun_id, hareket_tipi, miktar, aciklama, islem_tarihi)"
    " SELECT :product, 'giris', 90, 'Ana Depo Tedarik - 9', CAST(:since AS date) + interval '9 hours'",
    "not delivered": "DELETE FROM stok_hareketleri WHERE id = (SELECT id FROM stok_hareketleri WHERE urun_id = :product"
    " AND islem_tarihi >= :since AND hareket_tipi = 'giris' ORDER BY id LIMIT 1)",
    "consumption mistyped": "UPDATE minibar_islem_detay d SET tuketim = d.tuketim + 4 FROM minibar_islemleri i"
    " WHERE i.id = d.islem_id AND d.urun_id = :product AND i.islem_tarihi >= :since"
    " AND i.islem_tarihi < :since + interval '1 day'",
    "consumption deleted": "DELETE FROM minibar_islem_detay d USING minibar_islemleri i"
    " WHERE i.id = d.islem_id AND d.urun_id = :product AND i.islem_tarihi >= :since"
    " AND i.islem_tarihi < :since + interval '1 day'",
}  # fmt: skip
COUNTS = (
    "SELECT d.id FROM personel_zimmet_detay d JOIN personel_zimmet z ON z.id = d.zimmet_id WHERE d.urun_id = :product"
    " AND z.iade_tarihi >= :since AND z.iade_tarihi < :until ORDER BY d.id LIMIT 2"
)
OF_CARTS = {
    "less in the cart": "UPDATE personel_zimmet_detay SET kalan_miktar = greatest(kalan_miktar - 9, 0)"
    f" WHERE id IN ({COUNTS})",
    "of another product": "UPDATE personel_zimmet_detay SET urun_id = (SELECT id FROM urunler ORDER BY id LIMIT 1"
    f" OFFSET :other % (SELECT count(*) FROM urunler)) WHERE id IN ({COUNTS})",
    "of another attendant": "UPDATE personel_zimmet SET personel_id = (SELECT personel_id FROM personel_zimmet"
    " ORDER BY id LIMIT 1"
    " OFFSET :other % (SELECT count(*) FROM personel_zimmet)) WHERE id IN (SELECT zimmet_id FROM personel_zimmet_detay"
    f" WHERE id IN ({COUNTS}))",
    "line deleted": f"DELETE FROM personel_zimmet_detay WHERE id IN ({COUNTS})",
    "all accounted for": "UPDATE personel_zimmet_detay SET kalan_miktar = miktar - coalesce(kullanilan_miktar, 0),"
    f" iade_edilen_miktar = 0 WHERE id IN ({COUNTS})",
}
PACES = {
    "a slow round": "UPDATE minibar_islemleri SET islem_tarihi = CAST(islem_tarihi AS date) + interval '8 hours'"
    " + (CAST(islem_tarihi AS time) - time '08:00') * 1.8 WHERE personel_id = :attendant"
    " AND islem_tarihi >= :since AND islem_tarihi < :since + interval '14 hours'",
}
Entity = tuple[str, int]
"""Entity type and id."""
Day = tuple[AlertType, Entity, date]
"""Type, entity and day of a fault."""
DAYS = (
    "SELECT a.type, a.entity_type, a.entity_id, d.occurred_on, d.value, d.severity,"
    " d.figures ->> 'metric' AS metric FROM minibar_ml.ml_alerts a"
    " JOIN minibar_ml.ml_alert_days d ON d.alert_id = a.id"
    " WHERE d.occurred_on >= :oldest AND (minibar_ml.is_live(a.status) OR a.end_reason IS NULL)"
)


def begin(url: str, rooms: int) -> None:
    """The hotel as it is on the first evening, with models and alerts."""
    plan = HotelPlan(seed=23, ends_on=LAST + timedelta(1), rooms=rooms, days=55, timezone=ZONE, fault_rate=4.0)
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    write(engine, generate(plan), "a", ZONE)
    done(url, "db", "init", "--quiet")
    done(url, "collect", "--as-of", f"{FIRST}T23:00", "--quiet")
    done(url, "train", "--as-of", f"{FIRST}T23:00", "--quiet")
    done(url, "detect", "--as-of", f"{FIRST}T23:00", "--quiet")


CHANGED = (
    "SELECT DISTINCT entity_id, business_date, entity_type, metric_type FROM minibar_ml.ml_changed_days"
    " WHERE is_news AND run_id = (SELECT max(id) FROM minibar_ml.ml_job_runs WHERE job = 'collect')"
)
"""Sums that are only divided in another way, as by another type of room, are no news of the day."""


def live(url: str, seed: int) -> set[tuple[Entity, date, str]]:
    """The evenings that follow, with edits before each; returns whose points of which days the last one looked at."""
    chance = random.Random(seed)
    looked_at: set[tuple[Entity, date, str]] = set()
    for evening in range(1, EVENINGS):
        today = FIRST + timedelta(days=evening)
        edit(url, chance, today)
        done(url, "collect", "--as-of", f"{today}T23:00", "--quiet")
        looked_at = {
            ((row.entity_type, row.entity_id), row.business_date + timedelta(days=n), row.metric_type)
            for row in sql(url, CHANGED)
            for n in range(REACH_DAYS.get(row.entity_type, 0) + 1)
        }
        done(url, "detect", "--as-of", f"{today}T23:00", "--quiet")
    return looked_at


def edit(url: str, chance: random.Random, today: date) -> None:
    """One edit in nearly every room, of some requests, products and carts, each of a day since OLDEST."""
    rooms, products, attendants = (
        [row.id for row in sql(url, f"SELECT id FROM {table} ORDER BY id")]
        for table in ("odalar", "urunler", "kullanicilar")
    )
    edits = [(chance.choice([*OF_ROOMS.values(), ""]), {"room": room}) for room in rooms]
    edits += [(chance.choice([*OF_REQUESTS.values()]), {"room": chance.choice(rooms[:20])}) for _ in range(8)]
    edits += [
        (chance.choice([*OF_PRODUCTS.values(), *OF_CARTS.values()]), {"product": chance.choice(products)})
        for _ in range(8)
    ]
    edits.append((chance.choice([*PACES.values(), ""]), {"attendant": chance.choice(attendants)}))
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SET TimeZone = '{ZONE}'")
        for statement, about in filter(lambda one: one[0], edits):
            since = OLDEST + timedelta(days=chance.randrange((today - OLDEST).days))
            values: dict[str, Any] = {**about, "since": since, "until": today, "today": today}
            values["other"] = chance.randrange(len(rooms) - 1)
            connection.execute(text(statement), {name: values[name] for name in values if f":{name}" in statement})


STATES = (
    "SELECT type, entity_type, entity_id, value, facts ->> 'requested_at' AS requested_at, severity, lower_since"
    " FROM minibar_ml.ml_alerts"
    " WHERE is_state AND minibar_ml.is_live(status)"
)


def states(url: str) -> set[tuple[Any, ...]]:
    """What a store's alerts say that lasts: of what, since which request, and how much."""
    return {tuple(row[:5]) for row in sql(url, STATES)}


def severities(url: str) -> dict[tuple[Any, ...], str]:
    """How severe that is, but of what a later day's run has yet to find less severe."""
    return {tuple(row[:5]): row.severity for row in sql(url, STATES) if row.lower_since is None}


def walked(url: str, *, since: date = OLDEST, last: date = LAST, lenient: bool = False) -> str:
    """Have a store hold what a run over today's records finds; `lenient`: all that is enough for an alert to stay."""
    sql(url, "TRUNCATE minibar_ml.ml_alerts CASCADE; DELETE FROM minibar_ml.ml_job_runs WHERE job = 'detect'")
    usual = Limits()
    loosened = {
        "ML_ALERT_BUDGET": KEPT_BUDGET * usual.budget,
        "ML_STOCK_DEVIATION": KEPT_SIZE * usual.stock_deviation,
        "ML_CONSUMPTION_DEVIATION": KEPT_SIZE * usual.consumption_deviation,
        "ML_REFILL_DEVIATION": KEPT_SIZE * usual.refill_deviation,
        "ML_CONSUMPTION_FLOOR": KEPT_SIZE * usual.consumption_floor,
        "ML_PRODUCT_FLOOR": KEPT_SIZE * usual.product_floor,
    }
    limits = {name: str(value) for name, value in loosened.items()} if lenient else {}
    state(url, ML_LOOKBACK_DAYS=str((last - since).days), **limits)
    done(url, "detect", "--as-of", f"{last}T23:00", "--quiet")
    return url


@dataclass(frozen=True)
class Held:
    """What a store's alerts say: values and severities by type, entity and day."""

    days: dict[Day, tuple[float, str]] = field(default_factory=dict)
    metrics: dict[Day, str] = field(default_factory=dict)

    @classmethod
    def of(cls, url: str, *, compared: bool) -> "Held":
        """Of the faults that are found by comparing with others, or of all the rest."""
        rows = sql(url, DAYS, oldest=OLDEST)
        rows = [row for row in rows if (row.entity_type in KINDS[row.type].compared) == compared]
        keys = [(row.type, (row.entity_type, row.entity_id), row.occurred_on) for row in rows]
        return cls(
            {key: (row.value, row.severity) for key, row in zip(keys, rows, strict=True)},
            {key: row.metric for key, row in zip(keys, rows, strict=True)},
        )

    @property
    def causes(self) -> set[tuple[Entity, date]]:
        """Entities and days: one finding may explain another of its entity."""
        return {(entity, day) for _, entity, day in self.days}
