"""What speaks for an alert: who found it, how likely chance alone would have done it, how the metric went."""

import math

from minibar_ml.domain.alerts import Alert
from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.explanations import explanation
from minibar_ml.i18n.formats import number, percent
from minibar_ml.i18n.labels import DOMAIN, label

CHANCE = "Found by {detector}. Chance alone would do this about 1 time in {odds}."
SURE = "Found by {detector}. Chance alone would do this less than 1 time in {odds}."
RULE = "Found by {detector}, a rule that needs no statistics."
SERIES = "{metric}: highest {highest}, {since} to {until}"
NO_SERIES = "{metric}: no values on record, {since} to {until}"
FOREST_ALONE = "To the Isolation Forest it is odder than {percent} of ordinary days."
FOREST = "To the Isolation Forest it is odder than {percent} of ordinary days, most of all in {feature}."
TEXTS = (CHANCE, SURE, RULE, FOREST_ALONE, FOREST, SERIES, NO_SERIES)

BEYOND = 1e9
"""Odds beyond this are told as `less than`: no model is that sure of its own tail."""
BEYOND_ALL = 99.9
"""Percent told of a row that looks odder than all that a forest has seen: a thousand rows prove no 100 %."""


def evidence(alert: Alert, lang: Lang) -> str:
    """Where the expectation comes from, how sure it is, and what the second opinion was where there is one."""
    return " ".join(filter(None, (explanation(alert, lang), _sureness(alert, lang))))


def _sureness(alert: Alert, lang: Lang) -> str:
    translate = catalog(DOMAIN, lang).gettext
    if alert.score is None:
        told = translate(RULE).format(detector=alert.detector)
    else:
        text = SURE if alert.score > math.log(BEYOND) else CHANCE
        told = translate(text).format(detector=alert.detector, odds=odds(alert.score, lang))
    percentile, feature = alert.facts.get("forest_percentile"), alert.facts.get("forest_feature")
    if percentile is None:
        return told
    share = percent(min(float(percentile), BEYOND_ALL), lang)
    if feature is None:
        return f"{told} {translate(FOREST_ALONE).format(percent=share)}"
    name = label("feature", str(feature), lang)
    return f"{told} {translate(FOREST).format(percent=share, feature=name)}"


def odds(score: float, lang: Lang) -> str:
    """The N of `1 in N` that a score in nats means, to two digits: `22,000`, `22.000`."""
    count = math.exp(min(max(score, 0.0), math.log(BEYOND)))
    if count < 10:
        return number(count, lang)
    rounded = round(count, 1 - int(math.log10(count)))
    grouped = f"{rounded:,.0f}"
    return grouped.replace(",", ".") if lang == "tr" else grouped


def series_caption(metric: str, since: str, until: str, highest: float | None, lang: Lang) -> str:
    """What the sparkline shows; all but the figure are written already."""
    translate = catalog(DOMAIN, lang).gettext
    if highest is None:
        return translate(NO_SERIES).format(metric=metric, since=since, until=until)
    return translate(SERIES).format(metric=metric, since=since, until=until, highest=number(highest, lang))
