"""What an alert rests on: where the expectation comes from, how sure it is, how the metric went."""

import math

from minibar_ml.domain.alerting.alerts import Alert
from minibar_ml.domain.alerting.kinds import is_derived
from minibar_ml.domain.reporting.trends import ADDS_UP
from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.explanations import explanation
from minibar_ml.i18n.formats import number, percent
from minibar_ml.i18n.labels import DOMAIN, label
from minibar_ml.i18n.rounding import most
from minibar_ml.i18n.turkish import Figure

CHANCE = "Detected by: {detector}. Probability by chance: 1 in {odds}."
SURE = "Detected by: {detector}. Probability by chance: less than 1 in {odds}."
RULE = "Detected by: {detector} (fixed rule)."
SERIES = "{metric}: highest {highest}, {since} to {until}"
NO_SERIES = "{metric}: no values, {since} to {until}"
DERIVED = "Value and normal range of the alert are computed from other records besides, and cannot be read off here."
FOREST_ALONE = "The Isolation Forest ranks it above {percent} of normal days."
FOREST = "The Isolation Forest ranks it above {percent} of normal days, mainly for {feature}."
MILLION, BILLION = "{n} million", "{n} billion"
TEXTS = (CHANCE, SURE, RULE, FOREST_ALONE, FOREST, SERIES, NO_SERIES, DERIVED, MILLION, BILLION)

BEYOND = 1e9
"""Odds beyond this are only given as a limit: no model knows its own tail better."""
BEYOND_ALL = 99.9
"""Percent shown where all that a forest has seen ranks lower: a thousand rows prove no 100%."""


def evidence(alert: Alert, lang: Lang) -> str:
    """Where the expectation comes from, how sure it is, and where the Isolation Forest ranks it, if it does."""
    return " ".join(filter(None, (explanation(alert, lang), _sureness(alert, lang), _forest(alert, lang))))


def _sureness(alert: Alert, lang: Lang) -> str:
    translate = catalog(DOMAIN, lang).gettext
    # The forest, which may be named after the detector, has a sentence of its own.
    detector = label("detector", alert.detector.partition("+")[0], lang)
    if alert.score is None:
        return translate(RULE).format(detector=detector)
    text = SURE if alert.score > math.log(BEYOND) else CHANCE
    return translate(text).format(detector=detector, odds=Figure(odds(alert.score, lang)))


def _forest(alert: Alert, lang: Lang) -> str:
    percentile, feature = alert.facts.get("forest_percentile"), alert.facts.get("forest_feature")
    if percentile is None:
        return ""
    share = Figure(percent(min(float(percentile), BEYOND_ALL), lang))
    translate = catalog(DOMAIN, lang).gettext
    if feature is None:
        return translate(FOREST_ALONE).format(percent=share)
    return translate(FOREST).format(percent=share, feature=label("feature", str(feature), lang))


def odds(score: float, lang: Lang) -> str:
    """The N of `1 in N` for a score in nats, to two digits: `22,000`, `61 million`."""
    count = math.exp(min(max(score, 0.0), math.log(BEYOND)))
    rounded = round(count, 1 - int(math.log10(count)))
    for unit, text in ((1e9, BILLION), (1e6, MILLION)):
        if rounded >= unit:
            return catalog(DOMAIN, lang).gettext(text).format(n=number(rounded / unit, lang))
    return number(rounded, lang)


def series_caption(metric: str, since: str, until: str, highest: float | None, lang: Lang) -> str:
    """What the sparkline shows; all but the highest value comes already written."""
    translate = catalog(DOMAIN, lang).gettext
    if highest is None:
        return translate(NO_SERIES).format(metric=metric, since=since, until=until)
    return translate(SERIES).format(metric=metric, since=since, until=until, highest=number(highest, lang))


def series_note(alert: Alert, lang: Lang) -> str:
    """What to know of the sparkline of an alert whose figures are not those of the series; else empty."""
    return catalog(DOMAIN, lang).gettext(DERIVED) if is_derived(alert.type, alert.reason) else ""


def limits(alert: Alert, lang: Lang) -> tuple[str, str]:
    """The ends of the normal range as they are written: units whole, minutes and days with a decimal."""
    if alert.metric not in ADDS_UP:
        return number(alert.lower, lang), number(alert.upper, lang)
    return most(alert.lower, lang, up=True), most(alert.upper, lang)
