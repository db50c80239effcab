"""Files of any encoding, delimiter, spelling and dirt: they are taken whole or not at all, and nothing is invented."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from support.hotels.simulated import ZONE, done

from minibar_ml.domain.imports import FileRefused
from minibar_ml.intake.kinds import FIELDS
from minibar_ml.jobs import imports
from minibar_ml.jobs.imports import Now, Options
from minibar_ml.store.engine import make_engine

DAY = date(2026, 11, 20)
ROOMS = ("101", "102", "A-7", "Şato")
NOW = Now(datetime(2026, 11, 20, 20, tzinfo=UTC), ZoneInfo(ZONE))
HEADINGS = {field.name: field.headings for field in FIELDS["in_house"]}
FORMATS = ("{0:%Y-%m-%d}", "{0:%d.%m.%Y}", "{0:%d/%m/%Y}", "{0:%m/%d/%Y}", "{0:%d.%m.%y}", "{0:%d-%b-%Y}")
dirt = st.one_of(
    st.sampled_from(
        ["", "?", "=1+1", "0", "-1", "999999999999", "1e400", "NaN", "31.02.2026", "\u200b", "'", '"', "x" * 300]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n"), max_size=8),
)


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, dict[str, int | None], bool]:
    """A list of guests in house: its bytes, the adults of each room that stands cleanly in it, whether it is dirty."""
    order = draw(st.sampled_from(FORMATS))
    mark = draw(st.sampled_from(",;\t|"))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1254"]))
    names = ["room", *draw(st.permutations(["arrives_on", "departs_on", "guests"]))]
    lines: list[list[str]] = [[title] for title in draw(st.lists(st.sampled_from(["Pier", "Konaklayan"]), max_size=2))]
    lines.append([draw(st.sampled_from(HEADINGS[name])) for name in names])
    clean: dict[str, int | None] = {}
    is_dirty = False
    for room in draw(st.lists(st.sampled_from(ROOMS), unique=True, max_size=4)):
        nights = (draw(st.integers(0, 20)), draw(st.integers(1, 20)))
        guests = draw(st.one_of(st.none(), st.integers(1, 6)))
        row = {
            "room": room,
            "arrives_on": order.format(DAY - timedelta(days=nights[0])),
            "departs_on": order.format(DAY + timedelta(days=nights[1])),
            "guests": "" if guests is None else str(guests),
        }
        if draw(st.integers(0, 5)) == 0:
            row[draw(st.sampled_from(names))] = draw(dirt)
            is_dirty = True
        else:
            clean[room] = guests
        lines.append([row[name] for name in names])
    written = io.StringIO()
    csv.writer(written, delimiter=mark).writerows(lines)
    return written.getvalue().encode(encoding, errors="replace"), clean, is_dirty


@pytest.fixture(scope="module")
def connection(make_database: Callable[..., str], lists_template: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    url = make_database(lists_template)
    rooms = tmp_path_factory.mktemp("rooms") / "rooms.csv"
    rooms.write_text("Room No\n" + "\n".join(ROOMS) + "\n", encoding="utf-8")
    done(url, "import", "rooms", str(rooms), "--hotel", "Pier")
    with make_engine(url, ZONE).connect() as made:
        yield made


def _nights(connection: Connection) -> dict[str, int | None]:
    found = connection.execute(text("SELECT room, guests FROM minibar_in.night"))
    return {row.room: row.guests for row in found}


def _counts(connection: Connection) -> tuple[int, ...]:
    tables = ("batch", "room", "night", "stay_hint")
    asked = ", ".join(f"(SELECT count(*) FROM minibar_in.{name})" for name in tables)
    return tuple(connection.execute(text(f"SELECT {asked}")).one())


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=files())
def test_a_file_is_taken_whole_or_not_at_all(
    connection: Connection, made: tuple[bytes, dict[str, int | None], bool]
) -> None:
    content, clean, is_dirty = made
    connection.execute(text("TRUNCATE minibar_in.batch, minibar_in.night, minibar_in.stay_hint CASCADE"))
    connection.commit()
    before = _counts(connection)
    connection.rollback()
    try:
        found = imports.run(connection, "list.csv", content, "in_house", Options(day=DAY), NOW)
    except FileRefused as refused:
        event(f"refused: {refused.problem}")
        assert not connection.in_transaction()
        assert _counts(connection) == before, "a refused file leaves nothing"
        connection.rollback()
        return
    assert not connection.in_transaction()
    if found.is_refused:
        event("refused for its rows")
        assert found.rejects and _counts(connection) == before
        return
    event("taken")
    nights = _nights(connection)
    assert set(nights) <= set(ROOMS), "no room is invented"
    assert nights.items() >= clean.items(), "what is written cleanly is read as it is"
    if not is_dirty:
        assert nights == clean and not found.rejects
    assert connection.execute(text("SELECT count(*) FROM minibar_in.room")).scalar_one() == len(ROOMS)
    connection.rollback()


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.one_of(st.binary(max_size=600), st.binary(max_size=300).map(lambda tail: b"PK\x03\x04" + tail)))
def test_bytes_of_any_kind_never_crash_the_import(connection: Connection, content: bytes) -> None:
    before = _counts(connection)
    connection.rollback()
    with pytest.raises(FileRefused):
        imports.run(connection, "list.csv", content, "in_house", Options(day=DAY), NOW)
    assert _counts(connection) == before
    connection.rollback()
