"""The fleet as one page: a row for each member, the worst first."""

from collections.abc import Sequence
from datetime import datetime

from minibar_ml.domain.reporting.fleet import MemberRow
from minibar_ml.i18n import Lang, catalog
from minibar_ml.i18n.formats import UNSET, moment, moment_cell
from minibar_ml.i18n.labels import label
from minibar_ml.render.page.html import environment_of, inlined, source_of

SEVERITIES = ("critical", "high", "medium", "low")


def render(rows: Sequence[MemberRow], made_at: datetime, lang: Lang) -> bytes:
    """The page as UTF-8, ready to be written."""
    style = inlined("style.css")
    policy = f"default-src 'none'; style-src {source_of(style)}; img-src data:; base-uri 'none'; form-action 'none'"
    page = environment_of(catalog("report", lang)).get_template("fleet.html.j2")
    severities = [(one, label("severity", one, lang)) for one in SEVERITIES]
    collected = [moment_cell(at, lang) if (at := row.jobs.get("collect")) else UNSET for row in rows]
    shown = {"rows": zip(rows, collected, strict=True), "made_at": moment(made_at, lang), "severities": severities}
    return page.render(**shown, lang=lang, style=style, policy=policy).encode()
