"""Runs that have nothing to do: found and recorded by one statement on a bare connection, without SQLAlchemy.

Most runs of collect, detect and notify find everything as the run before left it. To do all the work, or to import what
it needs, would take longer than to find that out. Where anything may have changed, and where anything goes wrong, there
is no record, and the full run says why.
"""

import re
from contextlib import closing
from datetime import datetime

import psycopg2

from minibar_ml import embedded
from minibar_ml.store import sql_files

CONNECT_TIMEOUT_SECONDS = 10
_URL = re.compile(r"postgres(?:ql)?(?:\+psycopg2)?://([^?]*)(\?[^?]*)?")
_BIND = re.compile(r"(?<![:\w]):(\w+)")


def record(url: str, application: str, job: str, as_of: datetime, basis: str) -> str | None:
    """Record a run of `job` that finds nothing changed; None where something may have changed.

    Returns the language that the hotels state, or nothing ('') where they state none: the statement that records the
    run reads it along, so that the run can be reported in it.

    `basis`: digest of settings and files. Writes nothing where it returns None.
    """
    if (address := _address(url)) is None:
        return None
    try:
        made = psycopg2.connect(address, connect_timeout=CONNECT_TIMEOUT_SECONDS, application_name=application)
        with closing(made) as connection, connection, connection.cursor() as cursor:
            values = {"job": job, "as_of": as_of, "basis": basis}
            cursor.execute(_statement("marks.prepare"), values)
            if cursor.fetchone() is None:
                return None
            cursor.execute(_statement("marks.record_unchanged"), values)
            return row[0] if (row := cursor.fetchone()) else None
    except psycopg2.Error:
        # The full run meets the same error, tries again where that may help, and explains it.
        return None


def _address(url: str) -> str | None:
    """The URL as libpq takes it; None for one that it may take otherwise than a full run does."""
    if embedded.is_embedded(url):
        url = embedded.url_of(url)
    found = _URL.fullmatch(url)
    if found is None or (found[2] or "").count("host=") > 1:
        return None
    return f"postgresql://{found[1]}{found[2] or ''}"


def _statement(name: str) -> str:
    subject, _, section = name.partition(".")
    text = sql_files.without_comments(sql_files.subject(subject)[section])
    return _BIND.sub(r"%(\1)s", text.replace("%", "%%"))
