"""Addresses that vanish from the hotel's tables: that nobody is notified any more is not silent."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool
from support.hotels.simulated import ZONE, command, done, sql
from support.servers.mail_server import Mailbox, serving

from minibar_ml.simulate import HotelPlan, generate, write

PLAN = HotelPlan(seed=7, ends_on=date(2026, 3, 31), rooms=12, days=20, products=8, untidy=False, fault_kinds=())


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with serving(Mailbox()) as made:
        yield made


@pytest.mark.parametrize(
    "edit",
    [
        "email = NULL",
        "email = 'a@x.example, b@y.example'",
        "email = chr(10) || email",
        "aktif = false",
        "rol = 'kat_sorumlusu'",
    ],
)
def test_doctor_fails_where_nobody_is_notified_of_a_hotels_alerts(
    make_database: Callable[..., str], mailbox: Mailbox, edit: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = make_database()
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    write(engine, generate(PLAN), "b", ZONE)
    sql(url, "UPDATE kullanicilar SET email = 'u' || id || '@otel.example' WHERE rol <> 'kat_sorumlusu'")
    done(url, "db", "init", "--quiet")
    done(url, "alerts", "notify", "--quiet", **mailbox.settings())
    capsys.readouterr()
    command(url, "doctor", **mailbox.settings())
    assert "somebody with an address is notified of every hotel's alerts" in " ".join(capsys.readouterr().out.split())
    sql(url, f"UPDATE kullanicilar SET {edit} WHERE rol <> 'kat_sorumlusu'")
    done(url, "alerts", "notify", "--quiet", **mailbox.settings())
    capsys.readouterr()
    assert command(url, "doctor", **mailbox.settings()) == 1
    assert "nobody with an address is notified of alerts of" in " ".join(capsys.readouterr().out.split())
