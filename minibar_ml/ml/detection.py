"""Detection on one hotel's day: every detector's findings, with the rank that the Isolation Forest gives them."""

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.domain.alerting.kinds import KINDS, AlertType
from minibar_ml.domain.hotels.calendar import Calendar
from minibar_ml.domain.hotels.phases import History
from minibar_ml.ml import isolation_forest
from minibar_ml.ml.believed import believed
from minibar_ml.ml.contract import Limits, Moment, Parameters, TooLittle
from minibar_ml.ml.detectors import ALL, LOOK_BACK
from minibar_ml.ml.detectors.below_zero import BelowZero
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.history import as_provisional
from minibar_ml.ml.training import FittedModels

if TYPE_CHECKING:
    from pandas import DataFrame


def detect_day(
    frames: Frames,
    fitted: FittedModels,
    limits: Limits,
    moment: Moment,
    *,
    with_states: bool = True,
    history: History | None = None,
    kept: Collection[AlertType] | None = None,
) -> list[Finding]:
    """What every detector finds on the day; without `with_states` those that say what holds at an instant are left out.

    Rows after the day are cut off here, so that no detector can look ahead. While `history` is too short to learn from
    only rules are used; while it is provisional, findings of what was learned are marked so. None: long enough.

    `kept`: of these types all that is enough for an alert to stay, whatever else would explain it.
    """
    seen = believed(frames.seen_on(moment.day, LOOK_BACK), moment.day)
    limits = replace(limits, threshold_multiplier=fitted.threshold_multiplier)
    limits = limits if kept is None else limits.lenient()
    findings: list[Finding] = []
    for detector in ALL:
        spec, parameters = detector.spec, fitted.parameters.get(detector.spec.name)
        phase = history.phase if history and not spec.is_rule else "normal"
        if parameters is None or isinstance(parameters, TooLittle) or phase == "learning":
            continue
        if (spec.is_state and not with_states) or not (kept is None or set(spec.types) & set(kept)):
            continue
        scores = detector.score(seen, parameters, moment)
        found = detector.decide(scores, parameters, limits, moment) if len(scores) else []
        found = _ranked(found, scores, fitted, spec.name, moment.day)
        findings += as_provisional(found, history) if history and phase == "provisional" else found
    if kept is not None:
        return findings
    named = _with_rivals(_without_explained(findings), seen, moment)
    return [_with_calendar(finding, seen.calendar) for finding in named]


def _ranked(found: list[Finding], scores: "DataFrame", fitted: FittedModels, name: str, day: int) -> list[Finding]:
    # The forest is asked for only where something was found: opening one takes longer than all the rest.
    forest = fitted.forests.get(name) if found else None
    return found if forest is None or isinstance(forest, TooLittle) else _with_rank(found, scores, forest, day)


def _with_rank(found: list[Finding], scores: "DataFrame", forest: Parameters, day: int) -> list[Finding]:
    """Each finding with how the forest ranks its row; a row is of the scored day unless it names another."""
    days = scores["day"] if "day" in scores else [day] * len(scores)
    place = {key: row for row, key in enumerate(zip(scores["entity_id"], days, strict=True))}
    rows = scores.iloc[[place[finding.entity_id, finding.occurred_on.toordinal()] for finding in found]]
    percentiles, features = isolation_forest.percentile(rows, forest), isolation_forest.oddest_features(rows, forest)
    return [
        _with_facts_of_forest(finding, float(percentile), feature)
        for finding, percentile, feature in zip(found, percentiles, features, strict=True)
    ]


def _with_facts_of_forest(finding: Finding, percentile: float, feature: str | None) -> Finding:
    facts = {**(finding.facts or {}), "forest_percentile": round(100 * percentile, 1), "forest_feature": feature}
    agrees = percentile >= isolation_forest.AGREES
    return replace(finding, facts=facts, detector=finding.detector + ("+isolation_forest" if agrees else ""))


def _with_calendar(finding: Finding, calendar: Calendar) -> Finding:
    """The finding with the holiday or event that may be its reason, where its type depends on such days."""
    depends = KINDS[finding.type].depends_on_calendar
    special = calendar.special_before(finding.occurred_on.toordinal()) if depends else None
    if special is None:
        return finding
    return replace(finding, facts={**(finding.facts or {}), "calendar": special.name, "calendar_kind": special.kind})


def _with_rivals(findings: list[Finding], seen: Frames, moment: Moment) -> list[Finding]:
    """A leak of a product whose ledger fell below zero too may be a mistyped issue: it says so.

    So it does on each later look at its day, when what holds at an instant is not looked for.
    """
    if not any(one.type == "shrinkage" for one in findings):
        return findings
    levels = BelowZero().score(seen, {}, moment)
    below = dict(zip(levels["entity_id"], levels["value"], strict=True))
    return [
        replace(one, facts={**(one.facts or {}), "below_zero": abs(float(below[one.entity_id]))})
        if one.type == "shrinkage" and one.entity_id in below
        else one
        for one in findings
    ]


def _without_explained(findings: list[Finding]) -> list[Finding]:
    """One finding for one cause: a leak also looks like a high outflow, a wrong ledger like an empty shelf."""
    explained_by = {reason: others for detector in ALL for reason, others in detector.spec.explained_by.items()}
    found = {(finding.reason, finding.entity_id) for finding in findings}
    return [
        finding
        for finding in findings
        if not any((other, finding.entity_id) in found for other in explained_by.get(finding.reason, ()))
    ]
