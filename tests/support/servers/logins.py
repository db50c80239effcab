"""Login roles of a database as a hotel has them: bound by `minibar-ml access`, connecting as themselves."""

import subprocess

from conftest import program
from sqlalchemy import make_url

from support.hotels.simulated import done, sql

PASSWORD = "c0rrect-h0rse"


def login(url: str, name: str, *bound: str) -> str:
    """Make a login role of this database and bind it (`--as storekeeper ...`); returns its URL.

    Roles belong to the whole server, so the database's own name, which no other test has, is part of theirs.
    """
    role = f"{name}_{make_url(url).database}"
    sql(url, f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
    if bound:
        done(url, "access", "add", role, *bound, "--quiet")
    return make_url(url).set(username=role, password=PASSWORD).render_as_string(hide_password=False)


def psql(url: str, statement: str) -> str:
    """What psql prints when somebody types a statement there, errors included."""
    asked = [program("psql"), "-X", "-q", "-A", "-t", "-d", url, "-c", statement]
    ran = subprocess.run(asked, check=False, capture_output=True, text=True)
    return (ran.stdout + ran.stderr).strip()


def drop_logins(url: str) -> None:
    """Drop the login roles that `login` made for this database; the group roles are the server's and stay."""
    ending = f"%\\_{make_url(url).database}"
    for (role,) in sql(url, "SELECT rolname FROM pg_roles WHERE rolname LIKE :ending", ending=ending):
        sql(url, f"DROP OWNED BY {role}")
        sql(url, f"DROP ROLE {role}")
