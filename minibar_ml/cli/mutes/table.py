"""The lines of `mutes list` and `mutes show`: a paragraph per mute, since a reason does not fit into a column."""

from collections.abc import Iterator, Mapping, Sequence

from minibar_ml.cli.alerts.table import folded
from minibar_ml.cli.terminal import console
from minibar_ml.domain.alerting.mutes import Mute, MutedFinding
from minibar_ml.i18n import Lang
from minibar_ml.i18n.formats import day_cell, moment, money, whole
from minibar_ml.i18n.labels import label
from minibar_ml.i18n.listings import hotel
from minibar_ml.i18n.mutings import scope, until

INDENT = "    "


def listing(
    mutes: Sequence[Mute],
    names: Mapping[str | None, Mapping[int, str]],
    called: Mapping[int, str],
    lang: Lang,
    found: Sequence[MutedFinding] = (),
) -> Iterator[str]:
    """For each mute what it covers, from when until when, why, and what was found; below them the muted findings.

    `called`: the hotels' names.
    """
    for mute in mutes:
        of_hotel = hotel(mute.hotel_id, called.get(mute.hotel_id), lang)
        what = f"{mute.id}  {of_hotel}: {scope(mute, names.get(mute.entity_type, {}), lang)}"
        yield from folded(console.visible(what), console.width())
        for sentence in _sentences(mute, lang):
            yield from _indented(sentence)
    for finding in found:
        severity, kind = label("severity", finding.severity, lang), label("type", finding.type, lang)
        yield from _indented(f"{day_cell(finding.occurred_on, lang)}  {severity}  {kind}: {finding.message}")


def _sentences(mute: Mute, lang: Lang) -> Iterator[str]:
    yield f"{moment(mute.since, lang)} – {until(mute, lang)}"
    yield f"{mute.reason} ({mute.added_by})"
    loss = "" if mute.impact is None else f", {label('field', 'impact', lang)}: {money(mute.impact, lang)}"
    yield f"{label('field', 'muted', lang)}: {whole(mute.findings, lang)}{loss}"


def _indented(text: str) -> Iterator[str]:
    for line in folded(console.visible(text), console.width() - len(INDENT)):
        yield INDENT + line
