"""Report values made by hand for the tests of documents, full of names that try to be code."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from minibar_ml.domain.alerting.alerts import SEVERITIES, Alert, AlertEvent, DayValue
from minibar_ml.domain.alerting.mutes import Mute
from minibar_ml.domain.idle import Idle
from minibar_ml.domain.problems import SourceProblem
from minibar_ml.domain.reporting.alert_counts import WHATS, Happened, Waiting, Week, weeks_before
from minibar_ml.domain.reporting.coverage import Coverage
from minibar_ml.domain.reporting.details import Detail
from minibar_ml.domain.reporting.hotel_lines import HotelLine
from minibar_ml.domain.reporting.listed import ListedAlert
from minibar_ml.domain.reporting.minibar import Compared, ComparedShare, Minibar, Share
from minibar_ml.domain.reporting.operations import FalsePositives, JobRun, ModelQuality, MutedScope, Pace, StockOut
from minibar_ml.domain.reporting.periods import Period, month_of, week_ending
from minibar_ml.domain.reporting.places import Place, Spot, spans
from minibar_ml.domain.reporting.report import Report
from minibar_ml.domain.reporting.rows import Action, Affected, Count, Day, Live, Money, Page
from minibar_ml.domain.reporting.today import tasks

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=file:///etc/passwd>",
    '<font color="red">Kola</font> & <b>Soda',
    "{{7*7}}",
    '=HYPERLINK("http://example.org";"pay")',
    "+1-1",
    "@SUM(A1)",
    "\t=1+1",
    "X" * 300,
    "Rakı\x00\x0b 70 cl ₺",
    "مياه معدنية \u202eطبيعية",
)
AS_OF = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
MONTH = month_of(date(2026, 2, 1))
TYPES = ("consumption_anomaly", "vacant_consumption", "stock_anomaly", "refill_delay", "stock_depletion")
SEVERE = tuple(enumerate(reversed(SEVERITIES)))
ZONE = "Europe/Istanbul"


def a_report(period: Period = MONTH, actions: int = 30, hotels: int = 1, seed: int = 3, **changes: Any) -> Report:
    """A report full of figures; every list has the hostile names in it."""
    chance = Random(seed)
    found = tuple(_action(n, chance) for n in range(actions))
    outs = tuple(_stock_out(n, name) for n, name in enumerate(HOSTILE))
    made = Report(
        kind="monthly" if period.is_month else "weekly",
        hotel_id=None,
        hotels={1: "Şelale Otel & Spa"} if hotels == 1 else {n: f"Otel {n}" for n in range(1, hotels + 1)},
        period=period,
        previous=period.before(),
        verdicts_since=period.until - timedelta(days=28),
        generated_at=AS_OF,
        timezone=ZONE,
        total=Count("all", 1234, 987),
        live=tuple(Live(name, n + 2, Decimal("1234.50") * n) for n, name in SEVERE),
        waiting=tuple(Waiting(1, name, n + 2, Decimal("1234.50") * n, AS_OF - timedelta(days=n)) for n, name in SEVERE),
        today=tasks(found, outs, (), AS_OF.date()),
        actions=Page(found, actions + 1000),
        alerts=Page(tuple(_listed(n, one) for n, one in enumerate(found)), actions + 1000),
        details={n + 1: _detail(n + 1) for n in range(0, actions, 2)},
        by_type=tuple(Count(name, 500 - 97 * n, 310 + 10 * n) for n, name in enumerate(TYPES)),
        by_severity=tuple(Count(name, 100 + 139 * n, 300) for n, name in enumerate(reversed(SEVERITIES))),
        happened=tuple(
            Happened(name, (1234, 140, 246, 352, 458, 0)[n], 200, Decimal("99.50") * n) for n, name in enumerate(WHATS)
        ),
        weeks=tuple(
            Week(week.since, None if n == 2 else (n, 2 * n, 3, 1)) for n, week in enumerate(weeks_before(period.until))
        ),
        places=_places(period),
        lines=tuple(_line(n) for n in range(1, hotels + 1)),
        trend=_trend(period, chance),
        money=tuple(_money(name, Decimal("2500.75") - 600 * n) for n, name in enumerate(TYPES[:3])),
        money_total=_money("all", Decimal("5702.25")),
        products=_affected("product", chance),
        rooms=_affected("room", chance),
        attendants=_affected("attendant", chance),
        pace=Page(tuple(_pace(n, name) for n, name in enumerate(HOSTILE)), 40),
        models=Page(tuple(_model(n) for n in range(4)), 4),
        false_positives=(FalsePositives("consumption_anomaly", 40, 7), FalsePositives("refill_delay", 0, 0)),
        days_without_data=(period.since + timedelta(days=2),),
        hotels_without_data=(),
        jobs=(
            JobRun("collect", "done", AS_OF, AS_OF, AS_OF - timedelta(hours=1)),
            JobRun("train", "failed", AS_OF, AS_OF - timedelta(days=3), AS_OF - timedelta(days=1)),
            JobRun("detect", None, None, None),
        ),
        minibar=_minibar(),
        stock_outs=Page(outs, 11),
        mutes=Page(tuple(_muted(n, name) for n, name in enumerate(HOSTILE)), 11),
        problems=(
            SourceProblem("stays", "departure before arrival", 190, 12, 178, MONTH.since, MONTH.last_day, 17),
            SourceProblem("stock movements", "unknown type =1+1", 10, 0, 10, MONTH.last_day, MONTH.last_day, None),
        ),
        idle=(Idle("custody_loss", 1, "no_draws"), Idle("unanswered_request", None, "absent", ("requests",))),
        days_watched_before=len(period.before().days()),
    )
    return replace(made, **changes)


def an_empty_report() -> Report:
    """A report before anything has run."""
    unknown = Count("all", None, None)
    nobody: Page[Any] = Page()
    return replace(
        a_report(week_ending(date(2026, 3, 1))),
        **dict.fromkeys(("live", "waiting", "today", "by_type", "by_severity", "happened", "weeks", "places"), ()),
        **dict.fromkeys(("lines", "trend", "money", "false_positives"), ()),
        **dict.fromkeys(("actions", "products", "rooms", "attendants", "pace", "models"), nobody),
        total=unknown,
        money_total=Money("all", None, None, 0),
        jobs=(JobRun("detect", None, None, None),),
        stock_outs=None,
        details={},
        alerts=nobody,
        minibar=None,
        mutes=nobody,
        problems=(),
        idle=(),
        hotels={},
    )


def _places(period: Period) -> tuple[Place, ...]:
    columns = spans(period)
    names = [("room", "1. KAT"), ("room", HOSTILE[0]), ("room", None), ("product", None), ("attendant", None)]
    return tuple(
        Place(
            kind,
            floor,
            tuple(
                Spot(one.since, one.last_day, (n + at) % 4, SEVERITIES[at % 4] if (n + at) % 4 else None)
                for at, one in enumerate(columns)
            ),
        )
        for n, (kind, floor) in enumerate(names)
    )


def _minibar() -> Minibar:
    def compared(value: float) -> Compared:
        return Compared(value, value * 0.8, None)

    return Minibar(
        compared(1234),
        compared(98765.5),
        ComparedShare(0.72, 0.576, None),
        compared(1.37),
        compared(0.91),
        tuple(Share(name, compared(60.0 - n), 120.5) for n, name in enumerate(HOSTILE)),
        (Share("Standart", compared(900)), Share("", compared(3))),
        tuple(Share(str(n), compared(100 + n)) for n in range(1, 8)),
    )


def _line(n: int) -> HotelLine:
    found = tuple(
        Week(week.since, (alerts, 0, 0, 0), 3 if alerts == 3 else 7)
        for week, alerts in zip(weeks_before(MONTH.until), (1, 0, 3, 2, 0, 1, 4, 2 * n), strict=True)
    )
    coverage = Coverage(28, 28 if n == 2 else 0, 0 if n == 2 else 28)
    return HotelLine(n, n, Decimal(100 * n), AS_OF - timedelta(days=n), 2 * n, found, 9, n, coverage)


def _muted(n: int, name: str) -> MutedScope:
    kind: Any = ("room", "product", None)[n % 3]
    mute = Mute(
        hotel_id=1,
        since=AS_OF - timedelta(days=9),
        until=AS_OF + timedelta(days=n + 1),
        reason=name,
        added_by=name,
        entity_type=kind,
        entity_ids=(7, 8) if kind else None,
        id=n + 1,
        ended_at=AS_OF if n == 1 else None,
        ended_by=name if n == 1 else None,
        findings=n,
        impact=Decimal("12.50") if n else None,
    )
    return MutedScope(mute, {7: name} if kind else {})


def _listed(n: int, action: Action) -> ListedAlert:
    alert, is_closed = action.alert, n % 3 == 2
    return ListedAlert(
        id=alert.id,
        hotel_id=1,
        floor="1. KAT" if n % 2 else None,
        entity_type=alert.entity_type,
        entity_id=alert.entity_id,
        entity_name=alert.entity_name,
        type=alert.type,
        severity=alert.severity,
        status="resolved" if is_closed else "open",
        occurred_on=alert.occurred_on,
        last_occurred_on=alert.last_occurred_on,
        raised_at=alert.raised_at,
        impact=None if alert.impact is None else Decimal(str(alert.impact)),
        verdict="confirmed" if is_closed else None,
        closed_at=AS_OF if is_closed else None,
        closed_by=HOSTILE[n % len(HOSTILE)] if is_closed else None,
        incident_id=None,
    )


def _detail(number: int) -> Detail:
    days = [MONTH.last_day - timedelta(days=29 - n) for n in range(30)]
    return Detail(
        number,
        tuple(DayValue(day, None if n == 4 else float(n % 7), n == 29) for n, day in enumerate(days)),
        (
            AlertEvent(AS_OF - timedelta(days=1), "opened", None, "high", None),
            AlertEvent(AS_OF, "commented", HOSTILE[0], None, HOSTILE[number % len(HOSTILE)]),
        ),
    )


def _action(n: int, chance: Random) -> Action:
    name = HOSTILE[n % len(HOSTILE)]
    day = MONTH.last_day - timedelta(days=n % 20)
    raised_at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    alert = Alert(
        id=n + 1,
        type="stock_anomaly",
        severity=SEVERITIES[3 - n * 4 // 1000 if n < 1000 else 0],
        status="open",
        hotel_id=1,
        entity_type="product",
        entity_id=n,
        entity_name=name,
        metric="stock_outflow",
        value=42.0,
        expected=11.0,
        lower=4.0,
        upper=19.0,
        deviation_percent=281.8,
        score=14.0,
        detector="statistics",
        impact=None if n % 5 == 4 else round(chance.uniform(10, 9000), 2),
        reason="outflow_high",
        facts={},
        occurred_on=day,
        last_occurred_on=day,
        measured_on=day,
        raised_at=raised_at,
        last_seen=raised_at,
        occurrences=1 + n % 3,
        read_at=None,
        read_by=None,
        resolved_at=None,
        resolved_by=None,
    )
    return Action(alert, "as stored", "as stored")


def _trend(period: Period, chance: Random) -> tuple[Day, ...]:
    before = period.before().days()
    return tuple(
        Day(
            day,
            None if n == 2 else chance.randrange(20, 60),
            before[n] if n < len(before) else None,
            chance.randrange(20, 60) if n < len(before) else None,
        )
        for n, day in enumerate(period.days())
    )


def _money(key: str, impact: Decimal) -> Money:
    return Money(key, impact, impact - 400, 3, impact / 2, impact / 4)


def _affected(kind: Any, chance: Random) -> Page[Affected]:
    rows = [
        Affected(1, kind, n, name, 50 - n, 3, SEVERITIES[n % 4], Decimal(chance.randrange(9000)) / 100)
        for n, name in enumerate(HOSTILE)
    ]
    return Page((*rows, Affected(1, kind, 99, "", 1, 0, "low", None)), 57)


def _pace(n: int, name: str) -> Pace:
    minutes = None if n == 1 else 5.5 + n
    return Pace(1, n, name, minutes, 30, (5.0, None, 5.5, 6.0), 5.4, 6.2, 130, 5.9, 120, 128)


def _model(n: int) -> ModelQuality:
    metrics = ("room_consumption", "stock_outflow", "refill_duration", "custody_loss")
    if n == 3:
        return ModelQuality(metrics[n], 1, "statistics", *[None] * 5, None, 12, "too little data")
    truth = "faults injected into 14 held-out days"
    return ModelQuality(metrics[n], 1, "statistics", 2, 0.91, 0.84, 0.77, truth, AS_OF, 9000, None)


def _stock_out(n: int, name: str) -> StockOut:
    day = MONTH.until + timedelta(days=n)
    return StockOut(
        1, n, name, n + 0.5, n % 2 == 0, 10.0 + n, day, 24 * n, day - timedelta(days=2), MONTH.last_day, n, n + 2.0
    )
