"""A hostile login plants overloads of all that our SQL calls in the application's schema; none is ever called."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import product
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool
from support.hotels.simulated import AS_OF, PLAN, command, done, sql
from support.servers.logins import login, psql

from minibar_ml.domain.errors import ExitCode
from minibar_ml.simulate import Layout, SourceData, write
from minibar_ml.store.source.layouts import layouts
from minibar_ml.store.sql_files import sql_folder

TYPES = ("text", "varchar", "name", "integer", "bigint", "numeric", "boolean", "date", "timestamp", "timestamptz",
         "time", "jsonb", "regclass", "text[]", "oid")  # fmt: skip
BODY = (
    "LANGUAGE plpgsql AS $$BEGIN PERFORM pg_catalog.nextval('public.planted_calls');"
    " RAISE EXCEPTION 'a planted overload was called'; END$$"
)
ATTEMPT = """
CREATE FUNCTION pg_temp.attempt(statement text) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 1;
EXCEPTION WHEN OTHERS THEN
    RETURN 0;
END
$$
"""
FUNCTIONS = """
SELECT proname, array_agg(DISTINCT pronargs), array_agg(DISTINCT oidvectortypes(proargtypes)),
       (array_agg(DISTINCT format_type(prorettype, NULL)))[1]
FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY (%s) AND prokind IN ('f', 'a')
GROUP BY proname
"""
OPERATORS = "SELECT DISTINCT oprname FROM pg_operator WHERE oprkind = 'b' AND oprname = ANY (%s)"
ENUMS = "SELECT format('%I.%I', n.nspname, t.typname) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace" \
        " WHERE t.typtype = 'e'"  # fmt: skip


def _our_sql() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in Path(sql_folder()).rglob("*.sql"))


def _planted_functions(cursor: "psycopg2.extensions.cursor", enums: list[str]) -> Iterator[str]:
    """Overloads for every name of PostgreSQL's own functions that stands in our SQL, by every kind of argument."""
    cursor.execute(FUNCTIONS, (sorted(set(re.findall(r"[a-z_]\w+", _our_sql()))),))
    for name, arities, signatures, returned in cursor.fetchall():
        wanted = {", ".join(types) for arity in arities if arity <= 2 for types in product(TYPES, repeat=arity)}
        wanted |= {", ".join([one] * arity) for arity in arities if arity > 2 for one in TYPES}
        wanted |= set(signatures) | {signature.replace("text", "varchar") for signature in signatures}
        wanted |= set(enums) if 1 in arities else set()
        kind = "text" if returned in ("internal", "record", "void") or returned.startswith("any") else returned
        for types in sorted(wanted):
            yield f'CREATE FUNCTION public."{name}"({types}) RETURNS {kind} {BODY}'


def _planted_operators(cursor: "psycopg2.extensions.cursor", enums: list[str]) -> Iterator[str]:
    cursor.execute(OPERATORS, (sorted(set(re.findall(r"[-+*/<>=~!@#%^&|]+", _our_sql()))),))
    names = [name for (name,) in cursor.fetchall()]
    for number, pair in enumerate([*product(TYPES, repeat=2), *((one, one) for one in enums)]):
        for result in ("boolean", "text"):
            yield f"CREATE FUNCTION public.planted_{number}_{result}({', '.join(pair)}) RETURNS {result} {BODY}"
        for name in names:
            result = "text" if re.fullmatch(r"\|\||[-+*/%]|->>?", name) else "boolean"
            function = f"public.planted_{number}_{result}"
            yield f"CREATE OPERATOR public.{name} (LEFTARG = {pair[0]}, RIGHTARG = {pair[1]}, FUNCTION = {function})"


def _plant(url: str) -> tuple[int, int]:
    """Plant it all as this login; how many functions and operators took root."""
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE public.planted_calls; GRANT ALL ON SEQUENCE public.planted_calls TO PUBLIC")
        cursor.execute("SET search_path = pg_catalog, pg_temp")
        cursor.execute(ATTEMPT)
        cursor.execute(ENUMS)
        enums = [name for (name,) in cursor.fetchall()]
        took = []
        for statements in (list(_planted_functions(cursor, enums)), list(_planted_operators(cursor, enums))):
            # In an array, so that it is one round trip; each for itself, for some can't be made.
            cursor.execute("SELECT sum(pg_temp.attempt(s)) FROM unnest(CAST(%s AS text[])) s", (statements,))
            took.append(int(cursor.fetchone()[0]))
    return took[0], took[1]


def _calls(url: str) -> int:
    return int(sql(url, "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM public.planted_calls")[0][0])


def _remove(server: str, database: str | None) -> None:
    """Drop the database and its logins: so many objects are more than one transaction may lock."""
    with closing(psycopg2.connect(server)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(f"DROP DATABASE {database} WITH (FORCE)")
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE %s", (f"%\\_{database}",))
        for (role,) in cursor.fetchall():
            cursor.execute(f"DROP ROLE {role}")


@pytest.fixture(params=["a", "b"])
def planted(
    request: pytest.FixtureRequest, server: str, make_database: Callable[..., str], hotel: SourceData
) -> Iterator[str]:
    """A hotel's source tables in a schema where a hostile login may create, and has."""
    url = make_database()
    layout: Layout = request.param
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    write(engine, hotel, layout, PLAN.timezone)
    hostile = login(url, "hostile")
    sql(url, f"GRANT CREATE ON SCHEMA public TO {make_url(hostile).username}")
    functions, operators = _plant(hostile)
    assert functions > 5_000
    assert operators > 3_000
    yield url
    _remove(server, make_url(url).database)


def test_a_planted_overload_of_what_our_sql_calls_is_never_called(
    planted: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    url = planted
    hostile = f"hostile_{make_url(url).database}"
    assert "planted" in psql(url, "SELECT 'a'::varchar || 'b'::varchar"), "the bait is taken where the path is open"
    taken = _calls(url)
    done(url, "db", "init")
    cure = f"REVOKE CREATE ON SCHEMA public FROM {hostile}"
    assert cure in capsys.readouterr().err
    assert command(url, "db", "roles", "--apply") == ExitCode.PRECONDITION
    assert cure in capsys.readouterr().err
    done(url, "db", "roles")
    assert cure in psql(url, capsys.readouterr().out)
    assert command(url, "doctor") == ExitCode.UNEXPECTED
    assert f"{hostile} may CREATE in schema public" in capsys.readouterr().out
    sql(url, cure)

    # What was planted is still there.
    done(url, "db", "roles", "--apply")
    done(url, "db", "roles")
    assert "ERROR" not in psql(url, capsys.readouterr().out)
    jobs = login(url, "jobs")
    sql(url, f"GRANT minibar_ml_collector TO {make_url(jobs).username}")
    boss = login(url, "boss", "--as", "administrator", "--all-hotels")
    keeper = login(url, "keeper", "--as", "storekeeper", "--hotel", "1")
    for words in (["collect"], ["train"], ["detect"], ["alerts", "notify"], ["forecast"]):
        done(jobs, *words, "--as-of", AS_OF, "--quiet")
    for who in (boss, keeper):
        done(who, "alerts", "list")
    number = str(sql(url, "SELECT min(id) FROM minibar_ml.ml_alerts")[0][0])
    for words in (["show", number], ["comment", number, "x"], ["read", number], ["resolve", number], ["stats"]):
        done(boss, "alerts", *words)
    done(boss, "report", "weekly", "--ending", "2025-11-16", "--out", str(tmp_path), "--quiet")
    done(boss, "models", "list")
    done(boss, "audit", "verify")
    done(url, "status", "--as-of", AS_OF)
    assert sql(url, "SELECT count(*) FROM minibar_ml.ml_alerts") != [(0,)]
    assert _calls(url) == taken

    # Somebody who calls the contract by psql, with a path that is as open as PostgreSQL makes it.
    (found,) = layouts()
    results = {function: psql(url, _call(url, function)) for function in found.functions}
    assert sum("ERROR" not in result for result in results.values()) > 10, "what reads tables that are there"
    assert _calls(url) == taken, results


def _call(url: str, function: str) -> str:
    asked = "SELECT oidvectortypes(proargtypes) FROM pg_catalog.pg_proc WHERE proname = CAST(:name AS name)" \
            " AND pronamespace = CAST('minibar_ml' AS regnamespace)"  # fmt: skip
    values = {"timestamp with time zone": "TIMESTAMPTZ '2025-11-01'", "date": "DATE '2025-11-01'", "bigint": "0",
              "bigint[]": "'{1}'"}  # fmt: skip
    types = sql(url, asked, name=function)[0][0]
    return f"SELECT * FROM minibar_ml.{function}({', '.join(values[one] for one in types.split(', ') if one)}) t"
