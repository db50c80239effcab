"""The fleet at a glance: a row for each member, or each of its hotels, made of what its `status` and its alerts say."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from minibar_ml.domain.fleet import Answer
from minibar_ml.domain.health import BROKEN
from minibar_ml.domain.metrics import COMMON_STORE


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member, or one of its hotels: whether its jobs keep their schedules, and its open alerts by severity.

    state: ok, late (a job is late, failed or was only partly done), or how its status could not be had. is_known:
    whether it could. jobs: by job, when it last succeeded (ISO 8601; None: never).
    """

    name: str
    labels: tuple[str, ...]
    state: str
    is_known: bool
    why: str | None = None
    alerts: Mapping[str, int] = field(default_factory=dict)
    hotels: tuple[int, ...] = ()
    jobs: Mapping[str, str | None] = field(default_factory=dict)

    @classmethod
    def of(cls, labels: tuple[str, ...], answer: Answer, document: Mapping[str, Any] | None) -> "MemberRow":
        """The row of a member's answer; `document`: what its status printed."""
        if document is None:
            return cls(answer.member, labels, answer.state, is_known=False, why=answer.why)
        late = [f"{one['job']} {one['state']}" for one in document["jobs"] if one["state"] in BROKEN]
        late += [f"{one['job']}: hotel {one['hotel_id']}" for one in document["undone"]]
        return cls(
            name=answer.member,
            labels=labels,
            state="ok" if document["ok"] else "late",
            is_known=True,
            why="; ".join(late) or None,
            alerts=document["open_alerts"],
            hotels=tuple(one["hotel_id"] for one in document["hotels"]),
            jobs={one["job"]: one["last_success"] for one in document["jobs"]},
        )

    @property
    def is_well(self) -> bool:
        """Whether nobody has to act."""
        return self.state == "ok"

    @property
    def open_alerts(self) -> int:
        """All open alerts."""
        return sum(self.alerts.values())

    def count(self, severity: str) -> int:
        """The open alerts of a severity."""
        return self.alerts.get(severity, 0)

    def to_json(self) -> dict[str, Any]:
        """As `fleet status --json` prints it."""
        return asdict(self)


def worst_first(rows: Iterable[MemberRow]) -> list[MemberRow]:
    """Members of which nothing is known, then those whose jobs are late, then by their critical and high alerts."""

    def rank(row: MemberRow) -> tuple[object, ...]:
        return row.is_known, row.is_well, -row.count("critical"), -row.count("high"), -row.open_alerts, row.name

    return sorted(rows, key=rank)


def by_hotel(row: MemberRow, alerts: Iterable[Mapping[str, Any]]) -> list[MemberRow]:
    """A member's hotels, each with its own of the member's alerts, as `alerts list --json` prints them."""
    if len(row.hotels) < 2:
        return [row]
    found = list(alerts)
    names = {one["hotel_id"]: one["hotel_name"] for one in found if one["hotel_name"]}
    rows = []
    for hotel in row.hotels:
        own = Counter(one["severity"] for one in found if one["hotel_id"] == hotel)
        title = "common store" if hotel == COMMON_STORE else names.get(hotel, f"hotel {hotel}")
        rows.append(replace(row, name=f"{row.name}: {title}", alerts=own, hotels=(hotel,)))
    return rows
