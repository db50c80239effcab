"""Judging one hotel's day: every detector's findings, with the forest's opinion beside them."""

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from minibar_ml.domain.alerts import Finding
from minibar_ml.domain.calendar import Calendar
from minibar_ml.domain.phases import History
from minibar_ml.ml import isolation_forest
from minibar_ml.ml.contract import Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.detectors import ALL
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.history import as_provisional
from minibar_ml.ml.training import FittedModels, learns

if TYPE_CHECKING:
    from pandas import DataFrame


def judge(
    frames: Frames,
    learnt: FittedModels,
    limits: Limits,
    moment: Moment,
    skip: Collection[str] = (),
    history: History | None = None,
) -> list[Finding]:
    """What every detector finds on the day; `skip` names detectors to leave out.

    Rows after the day are cut off here, so that no detector can look ahead. Where `history` says that the hotel is
    still learning, only rules speak; while it is provisional, what is learnt says so. None: long enough.
    """
    seen = frames.seen_on(moment.day)
    limits = replace(limits, threshold_multiplier=learnt.threshold_multiplier)
    findings: list[Finding] = []
    for detector in ALL:
        parameters = learnt.parameters.get(detector.name)
        phase = history.phase if history and learns(detector) else "normal"
        if detector.name in skip or phase == "learning" or parameters is None or isinstance(parameters, TooLittle):
            continue
        scores = detector.score(seen, parameters, moment)
        if not len(scores):
            continue
        found = detector.decide(scores, parameters, limits, moment)
        # Asked for only where there is something to say it of: opening a forest takes longer than all the rest.
        opinion = learnt.opinions.get(detector.name) if found else None
        if opinion is not None and not isinstance(opinion, TooLittle):
            found = _with_opinion(found, scores, opinion, moment.day)
        findings += as_provisional(found, history) if history and phase == "provisional" else found
    return [_dated(finding, seen.calendar) for finding in _without_echoes(findings)]


def _dated(finding: Finding, calendar: Calendar) -> Finding:
    """Unusual consumption with the holiday or event that may be its reason."""
    special = calendar.told_of(finding.occurred_on.toordinal()) if finding.type == "consumption_anomaly" else None
    if special is None:
        return finding
    return replace(finding, facts={**(finding.facts or {}), "calendar": special.name, "calendar_kind": special.kind})


def _with_opinion(found: list[Finding], scores: "DataFrame", opinion: Parameters, day: int) -> list[Finding]:
    """Each finding with what the forest thinks of its row; a row is of the judged day unless it names another."""
    days = scores["day"] if "day" in scores else [day] * len(scores)
    place = {key: row for row, key in enumerate(zip(scores["entity_id"], days, strict=True))}
    rows = scores.iloc[[place[finding.entity_id, finding.occurred_on.toordinal()] for finding in found]]
    odd, feature = isolation_forest.percentile(rows, opinion), isolation_forest.oddest_features(rows, opinion)
    return [_told(finding, float(odd[row]), feature[row]) for row, finding in enumerate(found)]


def _told(finding: Finding, percentile: float, feature: str | None) -> Finding:
    facts = {**(finding.facts or {}), "forest_percentile": round(100 * percentile, 1), "forest_feature": feature}
    agrees = percentile >= isolation_forest.AGREES
    return replace(finding, facts=facts, detector=finding.detector + ("+isolation_forest" if agrees else ""))


def _without_echoes(findings: list[Finding]) -> list[Finding]:
    """What one cause explains is told once: a leak also looks like a high outflow, false books like an empty shelf."""
    leaks = {finding.entity_id for finding in findings if finding.type == "shrinkage"}
    false_books = {finding.entity_id for finding in findings if finding.reason == "stock_negative"}
    return [
        finding
        for finding in findings
        if not (finding.reason == "outflow_high" and finding.entity_id in leaks)
        and not (finding.type == "stock_depletion" and finding.entity_id in false_books)
    ]
