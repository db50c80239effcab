"""`minibar-ml alerts review`: one alert at a time, decided by one key."""

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.alerts import filters, screen, show
from minibar_ml.cli.alerts.listing import Entity, Severities, Types
from minibar_ml.cli.alerts.verdicts import By, body_of, operator_of, wakes_at_of
from minibar_ml.cli.arguments.choices import several
from minibar_ml.cli.arguments.options import Hotels, Quiet, Verbose, examples
from minibar_ml.cli.terminal import console, keyboard
from minibar_ml.domain.alerting.alerts import SEVERITIES, WAITING_STATUSES, Alert, Verdict
from minibar_ml.domain.alerting.filters import AlertFilter
from minibar_ml.domain.alerting.kinds import ALERT_TYPES
from minibar_ml.domain.errors import UsageError
from minibar_ml.i18n import Lang, listings, reviewing
from minibar_ml.i18n.screen import translated
from minibar_ml.store import audit
from minibar_ml.store.alerting import alerts, decisions
from minibar_ml.store.source import hotels, names

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERDICTS: Mapping[str, Verdict] = {"r": "resolved", "f": "false_positive", "a": "acknowledged"}
QUIT = ("q", *keyboard.END)


def register(noun: typer.Typer) -> None:
    """Add this verb to the noun `alerts`."""
    noun.command(epilog=examples("alerts review", "alerts review --severity critical --hotel Deniz"))(review)


def review(
    severity: Severities = None,
    type_: Types = None,
    hotel: Hotels = None,
    entity: Entity = None,
    by: By = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Go through the alerts one at a time and decide by one key.

    The keys: r resolved, f false positive, a read, s snooze, c comment, n next, u undo, q quit. Each decision is stored
    at once, as by the command of its name. Works on any terminal of 80 columns and 24 lines.
    """
    base = session.settings()
    keyboard.require_terminal("alerts review")
    operator = operator_of(by)
    settings = house.settings_of(base, "alerts review")
    lang, zone = session.language(settings), settings.zone()
    wanted = AlertFilter(
        statuses=WAITING_STATUSES,
        severities=several("--severity", severity, SEVERITIES, "severity"),
        types=several("--type", type_, ALERT_TYPES, "type"),
        is_muted=False,
        **filters.entity(entity),
    )
    with session.store(settings, "alerts review") as connection:
        ids = hotels.find_ids(connection, hotel)
        found = alerts.fetch(connection, replace(wanted, hotel_ids=ids))
        called = names.fetch(connection, "entities.hotels", ids=sorted({alert.hotel_id for alert in found}))
        connection.commit()
        if not found:
            console.note(listings.empty(lang, has_run=True, is_unfiltered=False, is_hidden=False))
            return
        walk = Walk(connection, [alert.id for alert in found], called, operator, lang, zone, settings.currency)
        walk.go()
    console.note(reviewing.done(len(walk.decided), len(found) - len(walk.decided), lang))


@dataclass(slots=True)
class Walk:
    """A way through alerts: the place, what was decided on the way, and the last line to say."""

    connection: "Connection"
    ids: list[int]
    hotels: Mapping[int, str]
    operator: str
    lang: Lang
    zone: ZoneInfo
    currency: str
    place: int = 0
    decided: list[int] = field(default_factory=list)
    said: str = ""

    def go(self) -> None:
        """Show an alert, do what a key says, and go on until the keys end."""
        while True:
            alert = self._shown()
            pressed = keyboard.key().lower()
            self.said = ""
            if pressed in QUIT:
                break
            try:
                self._do(pressed, alert)
            except UsageError as error:
                self.said = translated(str(error))
        console.say("")

    def _shown(self) -> Alert:
        now = datetime.now(self.zone)
        today = now.date()
        alert = alerts.get(self.connection, self.ids[self.place])
        explained = show.read(self.connection, alert, now)
        audit.insert(self.connection, "alert.view", f"alert {alert.id}")
        self.connection.commit()
        self._draw(explained, today)
        return alert

    def _draw(self, explained: show.Explained, today: date) -> None:
        size = shutil.get_terminal_size()
        place = reviewing.place(self.place + 1, len(self.ids), self.lang)
        below = [self.said, reviewing.text(reviewing.KEYS, self.lang)]
        for line in screen.lines(explained, self.hotels, place, below, self.lang, today, self.currency, size):
            console.write_line(line, colour=True)

    def _do(self, pressed: str, alert: Alert) -> None:
        steps: dict[str, Callable[[], None]] = {
            "n": self._next,
            " ": self._next,
            "u": self._undo,
            "s": lambda: self._snooze(alert),
            "c": lambda: self._comment(alert),
        }
        if pressed in VERDICTS:
            verdict, at = VERDICTS[pressed], datetime.now(UTC)
            self._decide(alert, decisions.set_verdict(self.connection, [alert.id], verdict, self.operator, at))
        elif pressed in steps:
            steps[pressed]()
        else:
            self.said = reviewing.text(reviewing.HELP if pressed == "?" else reviewing.NO_KEY, self.lang)

    def _decide(self, alert: Alert, changed: list[Alert]) -> None:
        self.connection.commit()
        if not changed:
            self.said = reviewing.of(reviewing.UNCHANGED, alert.id, self.lang)
            return
        self.decided.append(alert.id)
        self._next()
        self.said = reviewing.now(changed[0], self.lang)

    def _next(self) -> None:
        if self.place + 1 < len(self.ids):
            self.place += 1
        else:
            self.said = reviewing.text(reviewing.LAST, self.lang)

    def _undo(self) -> None:
        if not self.decided:
            self.said = reviewing.text(reviewing.NOTHING_TO_UNDO, self.lang)
            return
        alert_id = self.decided.pop()
        reopened = decisions.reopen(self.connection, [alert_id], self.operator)
        self.connection.commit()
        self.place = self.ids.index(alert_id)
        said = reviewing.REOPENED if reopened else reviewing.UNCHANGED
        self.said = reviewing.of(said, alert_id, self.lang)

    def _snooze(self, alert: Alert) -> None:
        if answer := _asked(reviewing.text(reviewing.SNOOZE_UNTIL, self.lang)):
            until = wakes_at_of(answer, self.zone)
            self._decide(alert, decisions.snooze(self.connection, [alert.id], until, self.operator))

    def _comment(self, alert: Alert) -> None:
        if answer := _asked(reviewing.text(reviewing.COMMENT, self.lang)):
            decisions.comment(self.connection, alert.id, self.operator, body_of(answer))
            self.connection.commit()
            self.said = reviewing.of(reviewing.COMMENTED, alert.id, self.lang)


def _asked(question: str) -> str:
    """What is typed on a line of its own; empty where the question is left by Ctrl-C or Ctrl-D."""
    sys.stdout.write(f"\r\x1b[2K{question}")
    sys.stdout.flush()
    try:
        return sys.stdin.readline().strip()
    except KeyboardInterrupt:
        return ""
