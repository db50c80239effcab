"""`minibar-ml alerts`: the commands of the noun, each in a module of its own so that `alerts list` starts fast."""

from typing import ClassVar

import typer

from minibar_ml.cli.arguments.options import examples
from minibar_ml.cli.lazy import Command, LazyGroup


class _Alerts(LazyGroup):
    """The group of the commands on alerts."""

    table: ClassVar = {
        "list": Command("alerts.listing", "List alerts, most severe first."),
        "show": Command("alerts.show", "Explain alerts: what was expected, why they were raised, what to do."),
        "review": Command("alerts.review", "Go through the alerts one at a time and decide by one key."),
        "read": Command("alerts.verdicts", "Mark alerts as read: somebody is working on them."),
        "resolve": Command("alerts.verdicts", "Mark alerts as resolved."),
        "false-positive": Command("alerts.verdicts", "Mark alerts as false; training learns from it."),
        "snooze": Command("alerts.verdicts", "Hide alerts until a given time."),
        "reopen": Command("alerts.verdicts", "Undo a verdict or end a snooze."),
        "comment": Command("alerts.verdicts", "Add a comment to an alert."),
        "stats": Command("alerts.stats", "Count alerts by type, severity, status and day."),
        "notify": Command("alerts.notify", "Deliver notifications by mail, SMS, push and chat."),
    }


app = typer.Typer(cls=_Alerts, no_args_is_help=True, epilog=examples("alerts list", "alerts show 17", "alerts review"))


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="alerts")
