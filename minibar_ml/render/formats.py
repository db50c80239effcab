"""The formats of a report: a renderer each, from one Report to the bytes of one file."""

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from minibar_ml.domain.reporting.report import Report
from minibar_ml.i18n import Lang
from minibar_ml.render import json
from minibar_ml.render.page import html
from minibar_ml.render.words import Words

Renderer = Callable[[Report, Lang, Words], bytes]


def _pdf(report: Report, lang: Lang, words: Words) -> bytes:
    """The library for documents is imported only when one is made."""
    from minibar_ml.render.paper import document as pdf

    return pdf.render(report, lang, words)


def _xlsx(report: Report, lang: Lang, words: Words) -> bytes:
    from minibar_ml.render.sheet import workbook as xlsx

    return xlsx.render(report, lang, words)


RENDERERS: Mapping[str, Renderer] = {"html": html.render, "pdf": _pdf, "xlsx": _xlsx, "json": json.render}
"""By the name of the format, which is the file's suffix too."""


def rendered(report: Report, lang: Lang, format: str) -> bytes:
    """The report as the content of one file."""
    return RENDERERS[format](report, lang, Words(lang, ZoneInfo(report.timezone)))
