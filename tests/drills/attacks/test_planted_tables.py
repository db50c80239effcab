"""A login that may create in the application's schema plants a table that the contract would read; none of it runs."""

import json
from collections.abc import Iterator

import pytest
from support.hotels.simulated import AS_OF, command, done, sql
from support.servers.logins import drop_logins, login, psql

PLANT = """
    CREATE FUNCTION public.evil() RETURNS boolean LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'a planted function was called as %', current_user; END $$;
    CREATE VIEW public.dosya_yuklemeleri AS SELECT u.* FROM public.twin u WHERE public.evil();
    GRANT SELECT ON public.dosya_yuklemeleri TO PUBLIC;
"""


@pytest.fixture
def planted(store_url: str) -> Iterator[str]:
    """A store whose application has no record of uploads, and a login that has made one."""
    sql(store_url, "CREATE TABLE public.twin AS SELECT 1 AS id, 1 AS otel_id, 'inhouse'::text AS dosya_tipi, "
                   "now() AS yukleme_tarihi, 1 AS toplam_satir, 0 AS hatali_satir")  # fmt: skip
    sql(store_url, "GRANT SELECT ON public.twin TO PUBLIC")
    hostile = login(store_url, "hostile")
    sql(store_url, "GRANT CREATE ON SCHEMA public TO PUBLIC")
    assert psql(hostile, PLANT) == ""
    sql(store_url, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    assert "a planted function was called" in psql(store_url, "SELECT * FROM public.dosya_yuklemeleri")
    yield store_url
    sql(store_url, "DROP VIEW public.dosya_yuklemeleri; DROP FUNCTION public.evil()")
    drop_logins(store_url)


def test_a_strangers_table_is_not_read_and_named(planted: str, capsys: pytest.CaptureFixture[str]) -> None:
    done(planted, "db", "init")
    assert "not read, for the application's tables belong to another login: dosya_yuklemeleri of hostile" in (
        capsys.readouterr().err
    )
    done(planted, "collect", "--as-of", AS_OF, "--quiet")


def test_one_that_is_planted_later_is_not_read_either_and_doctor_fails(
    planted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done(planted, "collect", "--as-of", AS_OF, "--quiet")
    capsys.readouterr()
    command(planted, "doctor", "--json")
    (found,) = [one for one in json.loads(capsys.readouterr().out)["checks"] if one["name"] == "source" and one["hint"]]
    assert found["state"] == "failed" and "dosya_yuklemeleri of hostile" in found["found"]
