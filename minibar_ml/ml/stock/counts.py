"""What counts of the shelf have put back since units were issued or written off."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from minibar_ml.domain.alerting.alerts import Finding

if TYPE_CHECKING:
    from pandas import DataFrame

METRIC = "stock_outflow"
FACTS = ("put_back", "still_missing", "counted_on")


class _Counted(NamedTuple):
    units: float
    on: date | None


def less_counted(findings: Iterable[Finding], levels: "DataFrame", before: float) -> Iterator[Finding]:
    """Findings on one product's issues, each with what counts have put back since (facts `put_back`, `still_missing`).

    levels: the hotel's ledger, see Frames; before: seconds since 1970, up to which counts are known. A unit that was
    counted is put back once, of the latest issue. A count that takes units off again takes them back.
    """
    used = 0.0
    for finding in sorted(findings, key=lambda one: one.occurred_on, reverse=True):
        counted = _counted(finding, levels, before)
        if counted is None:
            yield finding
            continue
        back = min(max(counted.units - used, 0.0), finding.value)
        used += back
        yield _with_counted(finding, back, counted.on)


def _counted(finding: Finding, levels: "DataFrame", before: float) -> _Counted | None:
    """Units by which counts have raised the book since the largest issue of the finding's days; None: none is known."""
    first = date.fromisoformat(str((finding.facts or {}).get("since", finding.occurred_on))).toordinal()
    book = levels[(levels["product_id"] == finding.entity_id) & (levels["at"] < before)].dropna(subset="level")
    book = book.assign(change=book["level"].diff(), is_count=book["kind"] == "sayim")
    of_days = book["day"].between(first, finding.occurred_on.toordinal())
    issues = book[of_days & (book["change"] < 0) & ~book["is_count"]].sort_values("change")
    if issues.empty:
        return None
    counts = book[book["is_count"] & (book["at"] > float(issues["at"].iloc[0]))]
    last = date.fromordinal(int(counts["day"].iloc[-1])) if len(counts) else None
    return _Counted(float(counts["change"].sum()), last)


def _with_counted(finding: Finding, back: float, on: date | None) -> Finding:
    if back < 1 or on is None:
        return with_facts(finding, {})
    left = finding.value - back
    missing = round(left, 1) if left > (finding.upper or 0.0) else 0.0
    return with_facts(finding, {"put_back": round(back, 1), "still_missing": missing, "counted_on": on.isoformat()})


def facts_of(finding: Finding) -> dict[str, Any]:
    """What a finding says of counts."""
    return {name: value for name, value in (finding.facts or {}).items() if name in FACTS}


def with_facts(finding: Finding, facts: Mapping[str, Any]) -> Finding:
    """The finding that says this of counts, and nothing else of them."""
    others = {name: value for name, value in (finding.facts or {}).items() if name not in FACTS}
    return replace(finding, facts={**others, **facts})
